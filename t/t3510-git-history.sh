#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='git rewrites and walks history, data follows and nothing is lost'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"

dvg () {
	dv "$@" && git_unharmed
}

# run <seed>: data of it, recorded and its pointers committed.
run () {
	lab_commit "$1" "run $1" --set "seed=$1" && lab_pointers "data $1"
}

has () {
	test "$(cat data/train/1.csv)" = "run $1, sample 1"
}

test_expect_success 'setup: three runs' '
	lab_init &&
	run 1 && run 2 && run 3 &&
	git tag three
'

test_expect_success 'going back and forth brings the data along' '
	for back in 2 1 0
	do
		git checkout -q three~$back && dvg checkout &&
		has $((3 - back)) || return 1
	done &&
	git checkout -q main
'

test_expect_success 'a detached HEAD commits versions like any other' '
	git checkout -q --detach three &&
	./simulate 4 && dvg add data plot.png && test_tick &&
	dvg commit -q -m detached --set seed=4 &&
	git checkout -q -f main && dvg checkout &&
	has 3
'

test_expect_success 'stash: data merely looks changed, and comes back' '
	./simulate 5 && dvg add data &&
	git stash -q && git_unharmed &&
	dv status >.git/out 2>&1 &&
	dvg checkout && has 3 &&
	git stash pop -q &&
	dvg checkout && has 5
'

test_expect_success 'reset --hard: what was added can be had back, and is not lost' '
	git reset -q --hard && dvg checkout && has 3
'

test_expect_success 'bisect finds the run that changed a line' '
	run 6 && echo broken >data/README && dvg add data && test_tick &&
	dvg commit -q --set seed=bad data && lab_pointers bad &&
	git tag bad && lab_commit 7 "run 7" --set seed=7 &&
	echo broken >data/README && dvg add data && lab_pointers "data 7" &&
	git bisect start HEAD three >/dev/null 2>&1 &&
	git bisect run sh -c "dv checkout -q && ! grep -q broken data/README" \
		>.git/bisect.out 2>&1 &&
	test_grep "$(git rev-parse bad) is the first bad commit" \
		.git/bisect.out &&
	git bisect reset >/dev/null 2>&1 && dvg checkout && git_unharmed
'

test_expect_success 'cherry-pick of a pointer brings that data' '
	git checkout -q -b pick three && dvg checkout && has 3 &&
	git cherry-pick "$(git log --format=%H --grep "^data 6\$" main)" \
		>/dev/null &&
	dvg checkout && has 6
'

test_expect_success 'rebase: versions keep the commits they name' '
	git checkout -q -b topic three && dvg checkout &&
	echo "# topic" >>simulate && git commit -q -a -m "topic code" &&
	code=$(git rev-parse HEAD) &&
	run 8 && name=$(dv rev-parse --version data) &&
	git checkout -q main && test_commit other &&
	git checkout -q topic &&
	test_must_fail git rebase -q main >/dev/null 2>&1 &&
	test_expect_code 128 dv checkout 2>.git/err &&
	test_grep "conflict" .git/err &&
	git checkout --theirs data.dv plot.png.dv &&
	git add data.dv plot.png.dv &&
	GIT_EDITOR=: git rebase --continue >/dev/null 2>&1 &&
	dvg checkout && has 8 &&
	test "$(git rev-parse "refs/dv/data/$name^{commit}")" = "$code" &&
	git reflog expire --expire=now --all && git gc -q --prune=now &&
	git cat-file -e "$code" &&
	dv show "data@$name" >.git/actual &&
	test_grep "topic code" .git/actual &&
	git_unharmed
'

test_expect_success 'amend, then gc: the commit of the version survives' '
	echo "# amend me" >>simulate && git commit -q -a -m "to be amended" &&
	code=$(git rev-parse HEAD) &&
	lab_commit 9 "run 9" --set seed=9 &&
	git commit -q --amend -m amended &&
	git reflog expire --expire=now --all && git gc -q --prune=now &&
	git cat-file -e "$code" && git_unharmed &&
	dv log --json data | jq -r ".[0].code" >.git/actual &&
	echo "$code" >.git/expect &&
	test_cmp .git/expect .git/actual &&
	dv fsck
'

test_expect_success 'once the version is forgotten git may drop it' '
	v=$(dv rev-parse --version data@latest) &&
	run 10 &&
	dvg forget data@v:$v && p=$(dv log --json plot.png |
		jq -r ".[] | select(.code == \"$code\") | .version") &&
	dvg forget plot.png@v:$p &&
	git reflog expire --expire=now --all && git gc -q --prune=now &&
	test_must_fail git cat-file -e "$code" && dv fsck
'

test_expect_success 'a merge that conflicts in a pointer says what to do' '
	git checkout -q -b left && run 11 &&
	git checkout -q -b right HEAD~1 && dvg checkout && run 12 &&
	test_must_fail git merge left >/dev/null 2>&1 &&
	test_expect_code 128 dv checkout 2>.git/err &&
	test_grep "data.dv.*conflict" .git/err &&
	test_grep "^hint: " .git/err &&
	test_expect_code 128 dv commit data 2>.git/err &&
	test_grep "conflict" .git/err &&
	dv log --oneline data >.git/out &&
	test_grep "run 12\$" .git/out &&
	test_expect_code 1 dv fsck >.git/out &&
	test_grep "conflict" .git/out
'

test_expect_success 'one side is taken, and its data comes' '
	git checkout --theirs data.dv plot.png.dv &&
	git add data.dv plot.png.dv && git commit -q -m merged &&
	dvg checkout && has 11 && dv fsck
'

test_expect_success 'a merge is code: the next names are new' '
	lab_add 13 && test_tick &&
	dv commit --set seed=13 data >.git/actual &&
	echo "data-$(git rev-parse HEAD | cut -c1-10)-$(dv hash-config seed=13)" \
		>.git/expect &&
	test_cmp .git/expect .git/actual
'

test_expect_success 'a dataset whose pointer is gone at HEAD goes, unmodified' '
	lab_pointers thirteen &&
	mkdir extra && echo x >extra/x && dvg add extra && test_tick &&
	dvg commit -q --set e=1 extra && lab_pointers extra &&
	git checkout -q HEAD~1 && dvg checkout &&
	test_path_is_missing extra &&
	git checkout -q right && dvg checkout &&
	test_path_is_file extra/x &&
	echo changed >extra/x && git checkout -q HEAD~1 &&
	test_expect_code 128 dv checkout 2>.git/err &&
	test_path_is_file extra/x &&
	git checkout -q right && dv checkout --force extra
'

test_expect_success 'an old checkout hides the data of now from git all the same' '
	git checkout -q main~4 && git_unharmed &&
	git add -A && git diff --cached --name-only >.git/actual &&
	test_grep ! "^data/" .git/actual &&
	git checkout -q -f right && dv checkout --force >/dev/null
'

test_expect_success 'git clean -fd leaves datasets alone' '
	echo junk >junk && git clean -q -fd &&
	test_path_is_missing junk && test_path_is_file data/train/1.csv
'

test_done
