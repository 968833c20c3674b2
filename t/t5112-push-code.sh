#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv push: what it says of code that nobody else has'

# shellcheck disable=SC2034 # read by test-lib.sh
TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"

REM=$HOME/remote

test_expect_success 'without a remote of git, this is said, with what to type' '
	lab_new lab &&
	dv remote add origin "$REM" &&
	lab_commit 1 "first run" &&
	lab_pointers "first data" &&
	dv push -n 2>../err && test_grep ! "^warning" ../err &&
	dv push 2>../err &&
	test_grep "^warning: git has no remote: the code .* in this repository alone" ../err &&
	test_grep "^hint: git remote add origin" ../err
'

test_expect_success 'and once' '
	cd "$HOME/lab" &&
	lab_commit 2 "second run" && lab_pointers "second data" &&
	dv push 2>../err &&
	test_grep "^data  .*(latest)" ../err &&
	test_grep ! "^warning" ../err
'

test_expect_success '-q and --porcelain are for those who do not read it' '
	cd "$HOME/lab" &&
	dv push -q --remote="$HOME/quiet" 2>../err &&
	test_must_be_empty ../err &&
	dv push --porcelain --remote="$HOME/program" 2>../err &&
	test_must_be_empty ../err
'

test_expect_success 'code of several versions that git has not pushed: a line a commit' '
	cd "$HOME/lab" &&
	git init -q --bare ../hub.git && git remote add origin ../hub.git &&
	echo more >>simulate && git commit -q -a -m "other code" &&
	lab_commit 3 "third run" && lab_pointers "third data" &&
	dv push 2>../err &&
	grep "^warning" ../err >../actual &&
	echo "warning: the code of 2 versions, commit $(lab_code10), is in no branch of git'\''s remotes" >../expect &&
	test_cmp ../expect ../actual &&
	test_grep "^hint: git push brings it there" ../err
'

test_expect_success 'where git push came first, nothing' '
	cd "$HOME/lab" &&
	echo more >>simulate && git commit -q -a -m "again other code" &&
	lab_commit 4 "fourth run" && lab_pointers "fourth data" &&
	git push -q origin main && dv push 2>../err &&
	test_grep ! "^warning" ../err
'

test_expect_success 'a push of tags alone has no totals' '
	cd "$HOME/lab" &&
	dv tag kept data && dv push --tags 2>../err &&
	test_grep "^data@kept .*(new tag)" ../err &&
	test_grep ! " sent" ../err
'

test_done
