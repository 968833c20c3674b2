#!/bin/sh
# SPDX-License-Identifier: MIT
# dv-test: once

test_description='dv pull, install, ls -r and cat -r from a web server'

# shellcheck disable=SC2034 # read by test-lib.sh
TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-servers.sh"
. "$DV_SOURCE/t/lib-lab.sh"
. "$DV_SOURCE/t/lib-pull.sh"

need_nginx

test_expect_success 'setup: a directory remote that a web server shows' '
	pull_setup "$NGINX_DIR/share" && mkdir nowhere
'

test_expect_success 'install: newest, a part of a version' '
	cd "$HOME/nowhere" &&
	dv install lab/data "$NGINX_URL/share" --dest data &&
	diff -r ../lab/data data &&
	dv install lab/data@first:train "$NGINX_URL/share" --dest train &&
	grep "run 1" train/1.csv
'

test_expect_success 'ls -r of a dataset and below it, cat -r' '
	cd "$HOME/nowhere" &&
	dv ls --remote "$NGINX_URL/share" lab/data@latest:train >../actual &&
	printf "%d.csv\n" 1 2 3 >../expect &&
	test_cmp ../expect ../actual && cp ../expect ../expect.train &&
	dv cat --remote "$NGINX_URL/share" lab/data:train/3.csv >../actual &&
	test_cmp ../lab/data/train/3.csv ../actual
'

test_expect_success 'ls -r alone says that the server cannot list' '
	cd "$HOME/nowhere" &&
	test_expect_code 128 dv ls --remote "$NGINX_URL/share" 2>../err &&
	test_grep "cannot list" ../err &&
	test_grep "hint: dv ls -r .*@latest:" ../err &&
	test_expect_code 128 dv ls --remote "$NGINX_URL/share" lab/data \
		2>../err &&
	test_grep "hint: dv ls -r lab/data@latest:" ../err
'

test_expect_success 'a clone pulls, with the history behind the newest' '
	git clone -q "$HOME/lab" "$HOME/other" && cd "$HOME/other" &&
	git config --file .dvconfig remote.origin.url "$NGINX_URL/share" &&
	dv pull &&
	diff -r ../lab/data data &&
	dv log --oneline data >../actual &&
	test_line_count = 2 ../actual &&
	dv fsck
'

test_expect_success 'nothing is dropped where a gc may be about to remove it' '
	cd "$HOME/other" && dv fetch -q --all --data &&
	for what in data --old
	do
		test_expect_code 128 dv drop $what 2>../err &&
		test_grep "^error: remote .origin. cannot list" ../err &&
		test_grep "^hint: --remote=<name> asks another" ../err || return 1
	done &&
	diff -r ../lab/data data && dv fsck --full 2>../err && test_must_be_empty ../err
'

test_expect_success 'what is published is learned again' '
	cd "$HOME/other" && dv drop -q --old --remote="$NGINX_DIR/share" && dv fsck &&
	rm .git/dv/cache/remote/*/published &&
	test_expect_code 1 dv fsck >../actual && test_grep "is missing" ../actual &&
	dv fetch -q && dv fsck
'

test_expect_success 'a server that refuses what is not there is read all the same' '
	hides=$NGINX_URL/hides/share &&
	cd "$HOME/nowhere" &&
	dv install lab/data@latest "$hides" --dest hides &&
	diff -r ../lab/data hides &&
	dv ls --remote "$hides" lab/data@latest:train >../actual &&
	test_cmp ../expect.train ../actual &&
	test_expect_code 128 dv install lab/nope "$hides" 2>../err &&
	test_grep "not allowed to look at .dv/heads/lab/nope/latest/00" ../err &&
	git clone -q "$HOME/lab" "$HOME/hides" && cd "$HOME/hides" &&
	git config --file .dvconfig remote.origin.url "$hides" &&
	dv pull && diff -r ../lab/data data &&
	dv log --oneline data >../actual &&
	test_line_count = 2 ../actual &&
	dv fetch && dv fsck
'

test_expect_success 'a version that was forgotten there ends the history' '
	git clone -q "$HOME/lab" "$HOME/forgets" && cd "$HOME/forgets" &&
	git config --file .dvconfig remote.origin.url "$hides" &&
	first=$(grep -L -i "^dv-parent\|^parent" "$NGINX_DIR"/share/dv/versions/lab/data/* || :) &&
	mv "$first" "$HOME/away" &&
	test_when_finished "mv \"$HOME/away\" \"$first\"" &&
	dv pull && diff -r ../lab/data data &&
	dv log --oneline data >../actual &&
	test_line_count = 1 ../actual
'

test_expect_success 'push says that it can only be read' '
	cd "$HOME/other" &&
	lab_commit 3 "third run" &&
	test_expect_code 128 dv push 2>../err &&
	test_grep "read" ../err
'

test_done
