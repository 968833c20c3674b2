#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='two linked work trees, each with data of its own'

# shellcheck disable=SC2034 # read by test-lib.sh
TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"

# dvg <command>...: dv does it, and git is unharmed.
dvg () {
	dv "$@" && git_unharmed
}

test_expect_success 'setup: a second work tree on a branch' '
	lab_new lab &&
	lab_commit 1 one --set seed=1 &&
	lab_pointers "one" &&
	git worktree add -q -b side ../wt &&
	wt=$(cd ../wt && pwd)
'

test_expect_success 'it has the pointers, and checkout brings the data' '
	(
		cd "$wt" &&
		test_path_is_missing data &&
		dvg checkout &&
		test "$(cat data/train/1.csv)" = "run 1, sample 1"
	)
'

test_expect_success 'each has its own index, and one store' '
	(
		cd "$wt" &&
		./simulate 2 && dvg add data plot.png &&
		test_tick && dvg commit -m two --set seed=2
	) &&
	test "$(cat data/train/1.csv)" = "run 1, sample 1" &&
	dv diff >.git/actual && test_must_be_empty .git/actual &&
	dv log --oneline data >.git/actual &&
	test_line_count = 2 .git/actual &&
	git_unharmed
'

test_expect_success 'here is what lies in this work tree' '
	dv log --oneline data | sed -n 2p >.git/actual &&
	test_grep "(here) one\$" .git/actual &&
	(
		cd "$wt" && dv log --oneline data | sed -n 1p >.git.actual &&
		test_grep "(here, latest) two\$" .git.actual &&
		rm .git.actual
	)
'

test_expect_success 'a dataset of one work tree only is hidden from git in both' '
	(
		cd "$wt" && mkdir only && echo x >only/x && dvg add only
	) &&
	git_unharmed &&
	dv ls >.git/actual &&
	test_grep ! only .git/actual
'

test_expect_success 'adds in both at once both succeed' '
	mkdir many && (cd "$wt" && mkdir many) &&
	for i in $(seq 500)
	do
		echo here $i >many/$i && echo there $i >"$wt/many/$i" ||
			return 1
	done &&
	{ (cd "$wt" && dv add many) & } &&
	dv add many &&
	wait &&
	dv fsck && (cd "$wt" && dv fsck) &&
	git_unharmed
'

test_expect_success 'commits in both at once both are recorded' '
	{ (cd "$wt" && dv commit -q --set at=once many) & } &&
	dv commit -q --set at=once many 2>/dev/null &&
	wait &&
	dv log --json many | jq -r ".[].version" >.git/actual &&
	test_line_count = 2 .git/actual &&
	dv fsck
'

test_expect_success 'gc in one keeps what the other one has added' '
	(cd "$wt" && echo y >only/y && dv add only) &&
	dv gc -q --grace=now &&
	(cd "$wt" && dv cat only:y >../lab/.git/out.y) &&
	echo y >.git/expect &&
	test_cmp .git/expect .git/out.y &&
	dv fsck
'

test_expect_success 'merging the branch brings the pointer, then the data' '
	dv rm -q many && rm -r many &&
	(cd "$wt" && git add -A && test_tick && git commit -q -m side) &&
	git merge -q side &&
	dv checkout >.git/out &&
	test "$(cat many/7)" = "there 7" &&
	test "$(cat data/train/1.csv)" = "run 2, sample 1" &&
	git_unharmed
'

test_expect_success 'a work tree that is removed takes its index with it' '
	git worktree remove --force ../wt &&
	dv status >.git/out &&
	dv gc -q --grace=now &&
	dv fsck --full
'

test_done
