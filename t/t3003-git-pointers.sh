#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='pointers that git holds anywhere, as gc needs them'

. ./test-lib.sh

# pointer <number>
pointer () {
	printf 'dv-pointer 1\nmanifest xxh128:%s\nfiles 1\nsize 1\n' \
		"$(printf "%032d" "$1")"
}

# pointer_commit <number> [<path>]
pointer_commit () {
	pointer "$1" >"${2-data.dv}" && git add "${2-data.dv}" &&
	test_tick && git commit -q -m "pointer $1"
}

# each_is <number>...: those pointers, each once
each_is () {
	printf "xxh128:%032d\n" "$@" | sort >expect.each &&
	test-git each-pointer | sort >actual.each &&
	test_cmp expect.each actual.each &&
	rm expect.each actual.each
}

test_expect_success 'an unborn repository has none' '
	test-git each-pointer >actual &&
	test_must_be_empty actual &&
	test-git tracked-pointers >actual &&
	test_must_be_empty actual &&
	rm actual
'

test_expect_success 'history, branches and tags; each content once' '
	pointer_commit 1 && pointer_commit 2 && pointer_commit 1 &&
	mkdir -p a/b && pointer_commit 3 a/b/x.dv && pointer_commit 3 y.dv &&
	git checkout -q -b side HEAD~2 && pointer_commit 4 &&
	git checkout -q --detach main && pointer_commit 5 &&
	git tag -a -m t t5 && git checkout -q main &&
	git rm -q -r a y.dv && git commit -q -m gone &&
	each_is 1 2 3 4 5
'

test_expect_success 'a pointer counts under its own name, whatever git names first' '
	pointer 6 >a-copy.txt && git add a-copy.txt &&
	git commit -q -m copy && pointer_commit 6 z.dv &&
	each_is 1 2 3 4 5 6
'

test_expect_success 'what is called .dv and is none does not' '
	echo text >text.dv && ln -s data.dv link.dv &&
	pointer 90 >data.dvx && pointer 91 >dv && pointer 92 >.dv &&
	{ pointer 93 && printf "%05000d" 0; } >long.dv &&
	git add -A && git commit -q -m others &&
	each_is 1 2 3 4 5 6 &&
	printf "%s\n" data.dv z.dv >expect &&
	test-git pointers HEAD >actual &&
	test_cmp expect actual &&
	printf "%s\n" data.dv link.dv long.dv text.dv z.dv >expect &&
	test-git tracked-pointers >actual &&
	test_cmp expect actual && rm expect actual
'

test_expect_success 'stash, reflogs and a detached HEAD of another work tree' '
	pointer 7 >data.dv && git stash -q && pointer 8 >data.dv && git stash -q &&
	git checkout -q -b lost && pointer_commit 9 && lost=$(git rev-parse HEAD) && git reset -q --hard main &&
	git checkout -q main && git branch -q -D lost &&
	git worktree add -q --detach "$HOME/wt" && git -C wt config user.x y &&
	(cd wt && pointer_commit 10) &&
	each_is 1 2 3 4 5 6 7 8 9 10
'

test_expect_success 'the same after gc, and from a linked work tree' '
	git -c gc.reflogExpireUnreachable=never -c gc.reflogExpire=never gc -q &&
	each_is 1 2 3 4 5 6 7 8 9 10 &&
	(cd wt && each_is 1 2 3 4 5 6 7 8 9 10)
'

test_expect_success 'what nothing reaches any more is not listed' '
	git worktree remove --force wt &&
	git stash clear &&
	git reflog expire --expire=now --all &&
	git tag -d t5 >/dev/null &&
	each_is 1 2 3 4 6 9 &&
	git update-ref -d ORIG_HEAD &&
	each_is 1 2 3 4 6
'

test_expect_success 'a version keeps its own commit, and so its pointers' '
	dv init -q && id=$(dv write-manifest </dev/null) &&
	git checkout -q --detach && pointer_commit 11 &&
	dv write-version --dataset=x --manifest=$id --code=HEAD >actual &&
	git checkout -q main && git reflog expire --expire=now --all &&
	echo $lost >.git/ORIG_HEAD &&
	git gc -q --prune=now &&
	test_expect_code 1 git cat-file -e $lost &&
	each_is 1 2 3 4 6 11
'

test_expect_success 'a merge under way' '
	git checkout -q --detach && pointer_commit 12 m.dv && m=$(git rev-parse HEAD) &&
	git checkout -q main && test_commit x &&
	git merge -q --no-commit --no-ff $m &&
	git reflog expire --expire=now --all &&
	each_is 1 2 3 4 6 11 12 &&
	git merge --abort
'

test_expect_success 'a partial clone: what it lacks is fetched' '
	git config uploadpack.allowFilter true &&
	git config uploadpack.allowAnySHA1InWant true &&
	git clone -q --no-checkout --single-branch --filter=blob:none \
		"file://$PWD" part &&
	(cd part && each_is 1 2 3 6)
'

test_expect_success 'tracked: at or below a path' '
	git checkout -q main &&
	mkdir -p d/e "d e" && touch d/1 d/e/2 "d e/3" d.x &&
	git add d "d e" d.x &&
	printf "%s\n" d/1 d/e/2 >expect &&
	test-git tracked d >actual &&
	test_cmp expect actual &&
	git update-index --split-index &&
	test-git tracked d >actual &&
	test_cmp expect actual &&
	echo d.x >expect &&
	test-git tracked d.x >actual &&
	test_cmp expect actual &&
	test-git tracked "[d]" >actual &&
	test_must_be_empty actual
'

test_done
