#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv push: which versions are meant, and what git should know'

TEST_NO_CREATE_REPO=1
. ./test-lib.sh
. "$DV_SOURCE/t/lib-transport.sh"
. "$DV_SOURCE/t/lib-push.sh"

REM=$PWD/remote

# published: dataset/version there, sorted.
published () {
	(cd "$REM/dv/versions/lab" 2>/dev/null && find . -type f) | sort
}

test_expect_success 'setup: two datasets' '
	git init -q -b main lab && git init -q --bare git.git && cd lab && dv init -q &&
	git remote add origin ../git.git && git config dv.remote here &&
	dv remote add here "$REM" && test_commit code && mkdir a b && echo a >a/f && echo b >b/f &&
	dv add -q a b && git add -A && git commit -qm data && cd ..
'

test_expect_success 'without a remote it says how to add one; exit 128' '
	git init -q none && (
		cd none && dv init -q && test_commit code && echo f >f && dv add -q f &&
		dv commit -q f && test_expect_code 128 dv push 2>../err
	) &&
	test_grep "^hint: dv remote add origin <url>" err
'

test_expect_success 'content without a version: dv commit is said, the rest is pushed; exit 1' '
	(cd lab && dv commit -q a && test_expect_code 1 dv push 2>../err) &&
	test_grep "^error: the content of .b. is no version yet" err &&
	test_grep "^hint: dv commit .b." err &&
	test_grep "^a  .* (latest)$" err &&
	published >actual && test_line_count = 1 actual
'

test_expect_success 'a dataset that is named without a version is fatal; exit 128' '
	(cd lab && test_expect_code 128 dv push b 2>../err) &&
	test_grep "^fatal: the content of .b. is no version yet" err
'

test_expect_success 'only what is named is pushed' '
	(
		cd lab && dv commit -q b && echo a2 >a/f && dv add -q a && test_tick && dv commit -q a &&
		git commit -qam both && dv push b 2>../err
	) &&
	test_grep "^b  " err && test_grep ! "^a  " err &&
	published >actual && test_line_count = 2 actual
'

test_expect_success 'without arguments the current commit decides, in a bare clone, too' '
	git clone -q --bare lab bare.git && cp -R lab/.git/dv bare.git/ &&
	git --git-dir=bare.git fetch -q "$PWD/lab" "refs/dv/*:refs/dv/*" &&
	git --git-dir=bare.git config dv-remote.origin.url "$REM" &&
	(cd bare.git && dv push 2>../err) &&
	test_grep "^a  .* (latest)$" err &&
	published >actual && test_line_count = 3 actual
'

test_expect_success 'a detached older commit: its version, and latest stays' '
	(
		cd lab && git checkout -q HEAD~1 && dv checkout -q && dv push -v 2>../err &&
		git checkout -q main && dv checkout -q
	) &&
	test_grep "^a  .* (was there; latest descends from it)$" err
'

test_expect_success 'part of a dataset is refused; exit 128' '
	(cd lab && test_expect_code 128 dv push a:f 2>../err) &&
	test_grep "^fatal: .*only whole versions are pushed" err
'

test_expect_success 'the name of a remote: how to say it is told; exit 128' '
	(cd lab && test_expect_code 128 dv push here 2>../err) &&
	test_grep "^hint: .*dv push --remote=here" err
'

test_expect_success 'a URL will do for a remote' '
	(cd lab && dv push --remote="$PWD/../second" 2>../err) &&
	test_path_is_dir second/dv/versions/lab/a
'

test_expect_success 'code that git has pushed nowhere: a warning and a hint' '
	(cd lab && echo a3 >a/f && dv add -q a && test_tick && dv commit -q a && dv push 2>../err) &&
	test_grep "^warning: the code of .a@.*, commit .*, is in no branch of git.s remotes" err &&
	test_grep "^hint: git push .*dv push --refs" err
'

test_expect_success 'code that git has pushed: none' '
	(
		cd lab && git push -q -u origin main && echo a4 >a/f && dv add -q a && test_tick &&
		dv commit -q a && dv push 2>../err
	) &&
	test_grep ! "warning" err
'

test_expect_success '--refs pushes the refs of these versions through git' '
	id=$(cd lab && dv rev-parse --version a) &&
	(cd lab && dv push --refs 2>../err) &&
	git --git-dir=git.git rev-parse --verify -q "refs/dv/a/$id" &&
	(cd lab && git rev-parse "refs/dv/a/$id") >expect &&
	git --git-dir=git.git rev-parse "refs/dv/a/$id" >actual && test_cmp expect actual
'

test_expect_success '--refs where git cannot push: the versions are published; exit 128' '
	(
		cd lab && git remote set-url origin ../gone.git && echo a5 >a/f && dv add -q a &&
		test_tick && dv commit -q a && test_expect_code 128 dv push --refs 2>../err &&
		git remote set-url origin ../git.git
	) &&
	test_grep "^fatal: git push to .origin. failed; the versions are published" err
'

test_expect_success NOBODY 'a remote that may not be written is told of before anything is sent' '
	cp -R second readonly && chmod -R a-w readonly && test_when_finished "chmod -R u+w readonly" &&
	cp -R lab lab2 && test_give_nobody lab2 &&
	(
		cd lab2 && echo n >a/n && HOME=$PWD && export HOME &&
		git config --global --add safe.directory "*" && chmod -R a+rwX . &&
		test_expect_code 128 test_as_nobody dv push --remote="$PWD/../readonly" 2>../err
	) &&
	test_grep "^fatal: " err && find readonly -newer err -type f >made && test_must_be_empty made
'

test_expect_success 'a remote of another object format is refused; exit 128' '
	other=$(test $DV_TEST_FORMAT = sha256 && echo xxh128 || echo sha256) &&
	mkdir -p foreign/dv && printf "dv-remote 1\nobject-format %s\n" $other >foreign/dv/format &&
	(cd lab && test_expect_code 128 dv push --remote="$PWD/../foreign" 2>../err) &&
	test_grep "has object format $other" err && ls foreign/dv >actual && test_line_count = 1 actual
'

test_done
