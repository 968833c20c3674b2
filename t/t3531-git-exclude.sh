#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='data that a program made before the first pull is no file of git'

# shellcheck disable=SC2034 # read by test-lib.sh
TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"
. "$DV_SOURCE/t/lib-pull.sh"

test_expect_success 'setup' '
	pull_setup
'

# made <name>: a clone in which the program was run, and no dv yet
made () {
	git clone -q "$HOME/lab" "$HOME/$1" && cd "$HOME/$1" && ./simulate 3
}

# hidden: git add -A takes no data
hidden () {
	git add -A && git diff --cached --name-only >"$HOME/actual" &&
	test_must_be_empty "$HOME/actual"
}

test_expect_success 'whatever dv is asked first keeps it from git' '
	made trust && dv remote trust origin && hidden &&
	made status && dv status && hidden &&
	made log && { dv log || :; } && hidden &&
	made init && dv init && hidden &&
	made add && test_expect_code 128 dv add data && hidden
'

test_expect_success 'an add says what to do, and that works' '
	cd "$HOME/add" && dv remote trust origin &&
	test_expect_code 128 dv add data 2>../err &&
	test_grep "^hint: dv fetch .data. brings that list of files" ../err &&
	dv fetch data && dv add data && dv commit -m three data &&
	dv log --oneline data >../out && test_line_count = 3 ../out &&
	git add -A && git diff --cached --name-only >../actual &&
	echo data.dv >../expect && test_cmp ../expect ../actual
'

test_expect_success 'a dataset that comes later, by git pull' '
	for first in status fetch "add more"
	do
		cd "$HOME" && rm -rf later && git clone -q lab later && cd later &&
		dv remote trust origin && git checkout -q --detach HEAD~1 &&
		dv pull -q && (
			cd "$HOME/lab" && mkdir -p more && echo more >more/1 &&
			dv add -q more && git add -A &&
			{ git commit -qm more || :; }
		) &&
		git pull -q origin main && mkdir more && echo mine >more/1 &&
		{ dv $first || :; } && hidden || return 1
	done
'

test_done
