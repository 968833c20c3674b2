#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='a limit on the size of files: said, nothing is left behind, and the next run completes'

# shellcheck disable=SC2034 # read by test-lib.sh
TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"

# limited <command>...: files grow to 512 KiB at most
limited () {
	(ulimit -f 1024 && exec "$@")
}

# nothing_in_tmp <store>
nothing_in_tmp () {
	find "$1/tmp" -type f >"$HOME/left" && test_must_be_empty "$HOME/left"
}

test_expect_success 'setup: files that make packs of two megabytes' '
	lab_new lab &&
	for i in 1 2 3 4 5 6 7 8
	do
		mkdir -p data && head -c 250000 /dev/urandom >data/$i || return 1
	done &&
	dv add -q data && test_tick && dv commit -q -m data data &&
	git add -A && git commit -q -m data &&
	dv remote add origin "$HOME/share"
'

test_expect_success 'push' '
	test_expect_code 128 limited dv push -q 2>err &&
	test_grep "^fatal: .*File too large" err &&
	nothing_in_tmp .git/dv &&
	test_path_is_missing ../share/dv/heads &&
	dv push -q && dv fsck --remote --verify
'

test_expect_success 'pull' '
	git clone -q . ../clone && cd ../clone &&
	git config dv-remote.origin.url "$HOME/share" &&
	test_expect_code 128 limited dv pull -q 2>err &&
	test_grep "^error: .*File too large" err &&
	nothing_in_tmp .git/dv && dv fsck >out 2>&1 &&
	test_path_is_missing data &&
	dv pull -q && diff -r ../lab/data data
'

test_done
