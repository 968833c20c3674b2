#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv push, pull, fetch: a remote that is not there any more'

# shellcheck disable=SC2034 # read by test-lib.sh
TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"

REM=$HOME/share/dv

test_expect_success 'setup: a version is published' '
	mkdir share &&
	lab_new lab &&
	dv remote add origin "$REM" &&
	lab_commit 1 "first run" &&
	lab_pointers "first data" &&
	dv push -q &&
	cp -R "$HOME/share" "$HOME/kept"
'

# As a directory that is not mounted looks.
test_expect_success 'push does not begin it anew, however often' '
	cd "$HOME/lab" &&
	rm -r "$REM" &&
	lab_commit 2 "second run" &&
	for i in 1 2
	do
		test_expect_code 128 dv push 2>../err &&
		test_grep "^fatal: remote .origin.: what was published there is gone" ../err &&
		test_grep "^hint: .*mounted.*dv push --force" ../err &&
		test_path_is_missing "$REM" || return 1
	done
'

test_expect_success 'nor does upload-pack' '
	cd "$HOME/lab" &&
	dv rev-parse --object data:README >../id &&
	test_expect_code 128 dv upload-pack origin <../id 2>../err &&
	test_grep "what was published there is gone" ../err &&
	test_path_is_missing "$REM"
'

test_expect_success 'once it is back push goes on' '
	cd "$HOME/lab" &&
	cp -R "$HOME/kept/dv" "$REM" &&
	dv push 2>../err &&
	test_grep "^data  .*(latest)" ../err &&
	dv fsck --remote
'

test_expect_success 'pull and fetch do not say that nothing is new there' '
	cd "$HOME/lab" &&
	mv "$REM" "$HOME/away" &&
	for command in pull fetch
	do
		test_expect_code 128 dv $command 2>../err &&
		test_grep "^fatal: remote .origin.: what was published there is gone" ../err &&
		test_grep "^hint: .*mounted" ../err || return 1
	done &&
	mv "$HOME/away" "$REM" &&
	dv pull && dv fetch
'

test_expect_success '--force begins anew, with all of it' '
	cd "$HOME/lab" &&
	rm -r "$REM" &&
	dv push --force 2>../err &&
	test_grep "^data  .*(latest)" ../err &&
	dv fsck --remote &&
	dv push
'

test_done
