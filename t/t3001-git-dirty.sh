#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='what makes the code differ from what was committed'

. ./test-lib.sh

# pointer <digit>
pointer () {
	printf 'dv-pointer 1\nmanifest xxh128:%s\nfiles 1\nsize 1\n' \
		"$(printf "%032d" "$1")"
}

clean () {
	test-git dirty "$@" >actual && test_must_be_empty actual
}

# dirty_is <path>...
dirty_is () {
	printf "%s\n" "$@" >expect &&
	test-git dirty >actual &&
	test_cmp expect actual
}

test_expect_success 'setup' '
	dv init -q &&
	echo "*.o" >.gitignore &&
	git add .gitignore .dvconfig && git commit -q -m init &&
	pointer 1 >data.dv &&
	echo "seed: 1" >params.yaml &&
	mkdir sub && echo code >sub/run.py &&
	git add . && git commit -q -m code &&
	printf "%s\n" actual expect err "*.places" >.git/info/exclude &&
	git tag code
'

test_expect_success 'nothing changed; untracked and ignored files do not count' '
	clean &&
	echo x >untracked && echo x >x.o &&
	clean
'

test_expect_success 'a change, staged or not, from any directory' '
	echo more >>sub/run.py &&
	dirty_is sub/run.py &&
	(cd sub && test-git dirty) >actual &&
	test_cmp expect actual &&
	git add sub/run.py &&
	dirty_is sub/run.py &&
	git reset -q --hard &&
	clean
'

test_expect_success 'a file that is new in the index, or gone' '
	echo x >new && git add new &&
	dirty_is new &&
	git rm -q --cached new &&
	rm sub/run.py &&
	dirty_is sub/run.py &&
	git reset -q --hard
'

test_expect_success 'a file moved is two changes' '
	git mv sub/run.py sub/walk.py &&
	dirty_is sub/run.py sub/walk.py &&
	git reset -q --hard
'

test_expect_success 'a file touched is no change' '
	touch -d "1 hour ago" sub/run.py &&
	clean
'

test_expect_success 'pointers do not count: changed, new, removed' '
	pointer 2 >data.dv &&
	clean &&
	git add data.dv &&
	clean &&
	pointer 3 >data.dv &&
	clean &&
	pointer 4 >sub/new.dv && git add sub/new.dv &&
	clean &&
	git rm -q -f data.dv &&
	clean &&
	git reset -q --hard
'

test_expect_success 'what is called .dv and is no pointer counts' '
	echo text >data.dv &&
	dirty_is data.dv &&
	git add data.dv &&
	pointer 5 >data.dv &&
	dirty_is data.dv &&
	git reset -q --hard &&
	rm data.dv && ln -s sub/run.py data.dv &&
	dirty_is data.dv &&
	git reset -q --hard
'

test_expect_success '.dvconfig and the files given do not count' '
	git config --file .dvconfig dv.x y &&
	clean &&
	echo "seed: 2" >params.yaml &&
	dirty_is params.yaml &&
	clean params.yaml &&
	git reset -q --hard
'

test_expect_success 'names with anything in them' '
	name=$(printf "a b\tc\n\303\244 \"") &&
	echo x >"$name" && git add "$name" && git commit -q -m name &&
	echo y >"$name" &&
	test-git dirty >actual &&
	git -c core.quotePath=true ls-files -m >expect &&
	test_line_count = 1 expect &&
	test_cmp expect actual &&
	git reset -q --hard code
'

test_expect_success 'a conflict counts, in a pointer too' '
	git checkout -q -b side code &&
	pointer 6 >data.dv && echo side >sub/run.py && git commit -q -a -m side &&
	git checkout -q -b ours code &&
	pointer 7 >data.dv && echo ours >sub/run.py && git commit -q -a -m ours &&
	test_expect_code 1 git merge side >/dev/null &&
	dirty_is data.dv sub/run.py &&
	git merge --abort &&
	clean &&
	git checkout -q code
'

test_expect_success 'a sparse check-out is not dirty' '
	git sparse-checkout set --cone nothing &&
	test_path_is_missing sub/run.py &&
	clean &&
	git sparse-checkout set --cone --sparse-index nothing &&
	clean &&
	git sparse-checkout disable &&
	git config --unset extensions.worktreeConfig
'

test_expect_success 'odd index formats' '
	git update-index --split-index &&
	clean &&
	echo y >>sub/run.py &&
	dirty_is sub/run.py &&
	git update-index --no-split-index --index-version 4 &&
	dirty_is sub/run.py &&
	git reset -q --hard &&
	git update-index --assume-unchanged sub/run.py &&
	echo y >>sub/run.py &&
	clean &&
	git update-index --no-assume-unchanged sub/run.py &&
	git reset -q --hard
'

test_expect_success 'filters are run: what they give back as it was is clean' '
	git config filter.up.clean "tr a-z A-Z" &&
	git config filter.up.smudge "tr A-Z a-z" &&
	echo "*.txt filter=up" >.gitattributes &&
	echo hello >x.txt &&
	git add .gitattributes x.txt && git commit -q -m filter &&
	rm x.txt && git checkout -q x.txt &&
	touch -d "1 hour ago" x.txt &&
	clean &&
	echo HELLO >x.txt &&
	clean &&
	echo other >x.txt &&
	dirty_is x.txt &&
	git reset -q --hard
'

test_expect_success 'a submodule that moved or has changes' '
	git init -q inner &&
	(cd inner && test_commit one) &&
	git -c protocol.file.allow=always submodule --quiet add ./inner inner &&
	git commit -q -m module &&
	clean &&
	echo more >>inner/one.t &&
	dirty_is inner &&
	(cd inner && git commit -q -a -m two) &&
	dirty_is inner &&
	git commit -q -a -m two &&
	clean
'

test_expect_success 'linked work trees, GIT_DIR, and an unborn HEAD' '
	git worktree add -q wt &&
	(cd wt && clean && echo x >>sub/run.py && dirty_is sub/run.py) &&
	clean &&
	(cd wt/sub && GIT_DIR="$HOME/.git/worktrees/wt" &&
		GIT_WORK_TREE="$HOME/wt" && export GIT_DIR GIT_WORK_TREE &&
		test-git dirty) >actual &&
	echo sub/run.py >expect &&
	test_cmp expect actual &&
	git init -q unborn &&
	(cd unborn && clean && echo x >y && git add y && dirty_is y)
'

test_expect_success 'git is not waited for: its lock does not matter' '
	>.git/index.lock &&
	test_when_finished "rm .git/index.lock" &&
	clean
'

test_expect_success 'without git the sentence says so' '
	mkdir bin &&
	test_expect_code 128 env PATH="$PWD/bin" "$DV_BUILD/t/helper/test-git" \
		dirty 2>err &&
	test_grep "^fatal: .*'\''git'\''" err
'

test_done
