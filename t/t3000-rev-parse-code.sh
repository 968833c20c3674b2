#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='the code commit: the newest one that changes more than pointers'

. ./test-lib.sh

# pointer <digit>: a pointer to a manifest of that digit
pointer () {
	printf 'dv-pointer 1\nmanifest xxh128:%s\nfiles 1\nsize 1\n' \
		"$(printf "%032d" "$1")"
}

# pointer_commit <digit> [<path>]: a git commit that only moves a pointer
pointer_commit () {
	pointer "$1" >"${2-data.dv}" &&
	git add "${2-data.dv}" &&
	test_tick &&
	git commit -q -m "pointer $1"
}

# code_is <revision> [<from>]
code_is () {
	git rev-parse "$1" >expect &&
	test-git code "${2-HEAD}" >actual &&
	test_cmp expect actual
}

test_expect_success 'a root commit counts, a pointer in it or not' '
	pointer_commit 1 &&
	code_is HEAD &&
	git tag root
'

test_expect_success 'commits that only add, move or remove pointers do not' '
	test_commit code &&
	pointer_commit 2 &&
	code_is code &&
	mkdir -p sub/dir &&
	pointer_commit 3 sub/dir/x.dv &&
	code_is code &&
	git mv sub/dir/x.dv y.dv &&
	git commit -q -m rename &&
	code_is code &&
	git rm -q y.dv &&
	git commit -q -m remove &&
	code_is code &&
	chmod +x data.dv &&
	git commit -q -a -m mode &&
	code_is code
'

test_expect_success 'a pointer and a byte of code count' '
	pointer 4 >data.dv &&
	test_commit both &&
	git show --stat --format= HEAD >out &&
	test_grep both.t out &&
	git add data.dv &&
	test_tick &&
	echo more >>both.t &&
	git commit -q -a -m both &&
	code_is HEAD
'

test_expect_success '.dvconfig does not count, alone or with pointers; below the top it does' '
	git checkout -q -b config code &&
	dv init -q && git add .dvconfig && git commit -q -m init &&
	code_is code &&
	git config --file .dvconfig dv.x y && git add .dvconfig &&
	pointer_commit 5 &&
	code_is code &&
	git rm -q .dvconfig && git commit -q -m gone &&
	code_is code &&
	mkdir -p sub && echo x >sub/.dvconfig && git add sub &&
	git commit -q -m below &&
	code_is HEAD
'

test_expect_success 'a file called .dv that is no pointer counts' '
	git checkout -q -b not-pointer code &&
	echo text >data.dv &&
	git add data.dv &&
	git commit -q -m text &&
	code_is HEAD &&
	pointer_commit 5 &&
	code_is HEAD &&
	printf "dv-pointer 1\n%05000d\n" 0 >data.dv &&
	git commit -q -a -m "too long" &&
	code_is HEAD &&
	ln -s data.dv link.dv &&
	git add link.dv &&
	git commit -q -m link &&
	code_is HEAD
'

test_expect_success 'a directory where a pointer was counts by what is in it' '
	git checkout -q -b swap code &&
	pointer_commit 6 &&
	git rm -q --cached data.dv &&
	rm data.dv &&
	mkdir data.dv &&
	pointer_commit 7 data.dv/in.dv &&
	code_is code &&
	echo text >data.dv/text &&
	git add data.dv &&
	git commit -q -m text &&
	code_is HEAD
'

test_expect_success 'an empty commit counts' '
	git checkout -q -b empty code &&
	pointer_commit 8 &&
	git commit -q --allow-empty -m empty &&
	code_is HEAD
'

test_expect_success 'a merge counts, and only first parents are followed' '
	git checkout -q -b side root &&
	test_commit side &&
	git checkout -q -b merged code &&
	pointer_commit 9 &&
	git merge -q --no-ff -m merge side &&
	code_is HEAD &&
	git tag merge &&
	pointer_commit 8 &&
	code_is merge
'

test_expect_success 'a submodule that moves counts' '
	git init -q inner &&
	(cd inner && git commit -q --allow-empty -m one) &&
	git checkout -q -b sub code &&
	git -c protocol.file.allow=always submodule --quiet add ./inner inner &&
	git commit -q -m sub &&
	code_is HEAD &&
	(cd inner && git commit -q --allow-empty -m two) &&
	git commit -q -a -m move &&
	code_is HEAD &&
	git checkout -q code
'

test_expect_success 'packed or loose, detached or not, and from any revision' '
	pointer_commit 4 &&
	pointer_commit 5 &&
	code_is code &&
	git gc -q &&
	code_is code &&
	code_is code HEAD~1 &&
	git branch tip &&
	code_is code tip &&
	dv init -q && dv rev-parse --code tip >actual &&
	test_cmp expect actual
'

test_expect_success 'a run of a thousand pointers is walked' '
	git checkout -q -b long code &&
	for i in $(seq 1001 2000)
	do
		echo "commit refs/heads/long" &&
		echo "committer C <c@d> $((1500000000 + i)) +0000" &&
		echo "data 1" && echo x &&
		if test $i = 1001
		then
			echo "from refs/tags/code^0"
		fi &&
		echo "M 644 inline data.dv" &&
		printf "data <<E\n" && pointer $i && echo E || return 1
	done >stream &&
	git fast-import --quiet --force <stream &&
	code_is code long &&
	git repack -q -a -d &&
	code_is code long
'

test_expect_success 'where a shallow clone ends it does not guess' '
	git clone -q --depth 2 -b tip "file://$PWD" shallow &&
	(
		cd shallow &&
		test_expect_code 128 test-git code HEAD 2>err &&
		test_grep "shallow clone ends" err &&
		test_grep "^hint: git fetch --deepen" err &&
		git fetch -q --deepen=1 &&
		test_expect_code 128 test-git code HEAD &&
		git fetch -q --unshallow &&
		git rev-parse code >expect &&
		test-git code HEAD >actual &&
		test_cmp expect actual
	)
'

test_expect_success 'a shallow clone without pointers has its code' '
	git checkout -q --orphan plain &&
	git rm -q -rf . &&
	test_commit one && test_commit two &&
	git clone -q --depth 1 -b plain "file://$PWD" plain &&
	(cd plain && git rev-parse HEAD >expect && test-git code HEAD >actual &&
		test_cmp expect actual)
'

test_expect_success 'what a partial clone left behind is fetched' '
	git config uploadpack.allowFilter true &&
	git config uploadpack.allowAnySHA1InWant true &&
	git clone -q --filter=tree:0 --no-checkout -b tip "file://$PWD" part &&
	git rev-parse code >expect &&
	(cd part && test-git code HEAD) >actual &&
	test_cmp expect actual
'

test_expect_success 'unborn HEAD: a sentence, exit 128' '
	git init -q unborn &&
	cd unborn &&
	echo unborn >expect &&
	test-git head >actual &&
	test_cmp expect actual &&
	dv init -q &&
	test_expect_code 128 dv rev-parse --code 2>err &&
	test_grep "^fatal: " err
'

test_done
