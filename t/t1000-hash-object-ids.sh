#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv hash-object: names of bytes, without a store'

. ./test-lib.sh

format=--object-format=$DV_TEST_FORMAT

test_expect_success 'ids are what xxhsum and sha256sum say, in order' '
	printf "hello\n" >hello &&
	: >empty &&
	{ test_vector id hello && test_vector id empty; } >expect &&
	dv hash-object $format hello empty >actual &&
	test_cmp expect actual
'

test_expect_success 'a file of each size class has the digest of its bytes' '
	for n in 1 4096 65535 65536 65537 262144 1048576 3000001
	do
		head -c $n /dev/urandom >file &&
		test_id file >expect &&
		dv hash-object $format file >actual &&
		test_cmp expect actual || return 1
	done
'

test_expect_success '--stdin reads a file and a pipe' '
	test_vector id hello >expect &&
	dv hash-object $format --stdin <hello >actual &&
	test_cmp expect actual &&
	cat hello | dv hash-object $format --stdin >actual &&
	test_cmp expect actual &&
	cat file | dv hash-object $format --stdin >actual &&
	test_id file >expect &&
	test_cmp expect actual
'

test_expect_success '--stdin-paths answers each line, -z each record' '
	printf "a" >"a
b" &&
	printf "hello\nempty\nhello" >in &&
	for name in hello empty hello
	do
		test_vector id $name || return 1
	done >expect &&
	dv hash-object $format --stdin-paths <in >actual &&
	test_cmp expect actual &&
	printf "a\nb\0hello\0" >in &&
	printf "%s\0%s\0" $(test_vector id a) $(test_vector id hello) >expect &&
	dv hash-object $format -z --stdin-paths <in >actual &&
	test_cmp_bin expect actual
'

test_expect_success 'a C-quoted line is a name as git prints it' '
	name=$(printf "sm\303\270rrebr\303\270d\t\"x") &&
	echo hello >"$name" &&
	git add -- "$name" &&
	git ls-files >in &&
	test_grep "^\"sm.303" in &&
	test_vector id hello >expect &&
	dv hash-object $format --stdin-paths <in >actual &&
	test_cmp expect actual &&
	for bad in "\"x" "\"x\"y" "\"\\q\"" "\"a\\000b\""
	do
		echo "$bad" >in &&
		test_expect_code 128 dv hash-object --stdin-paths <in 2>err &&
		test_grep "^fatal: " err || return 1
	done
'

test_expect_success 'names that end in NUL are refused without -z' '
	printf "hello\0hello\0" >in &&
	test_expect_code 128 dv hash-object --stdin-paths <in >actual 2>err &&
	test_must_be_empty actual &&
	test_grep "^hint: .*-z" err
'

test_expect_success 'the format is that of .dvconfig, and xxh128 elsewhere' '
	dv init &&
	test_vector id hello >expect &&
	dv hash-object hello >actual &&
	test_cmp expect actual &&
	mkdir "$HOME/../elsewhere.$$" &&
	test_when_finished "rm -r \"\$HOME/../elsewhere.$$\"" &&
	(
		cd "$HOME/../elsewhere.$$" &&
		echo xxh128:6bba86c7e069f56d5a10b435f1c8e49c >expect &&
		dv hash-object "$HOME/hello" >actual &&
		test_cmp expect actual
	)
'

test_expect_success 'a file that is not there is named; exit 128' '
	test_expect_code 128 dv hash-object hello gone >actual 2>err &&
	test_vector id hello >expect &&
	test_cmp expect actual &&
	test_grep "^fatal: .*'\''gone'\''" err
'

test_expect_success 'a directory is refused' '
	mkdir dir &&
	test_expect_code 128 dv hash-object dir 2>err &&
	test_grep "'\''dir'\'' is a directory" err
'

test_expect_success 'misuse: nothing, two sources, an unknown format' '
	test_expect_code 129 dv hash-object &&
	test_expect_code 129 dv hash-object --stdin hello </dev/null &&
	test_expect_code 129 dv hash-object --stdin --stdin-paths </dev/null &&
	test_expect_code 128 dv hash-object --object-format=md5 hello 2>err &&
	test_grep "unknown object format '\''md5'\''" err
'

test_expect_success 'nothing was written into the repository' '
	test_path_is_missing .git/dv/packs
'

test_expect_success 'neither libgit2 nor libcurl is loaded' '
	ldd "$DV_BUILD/core/dv-hash-object" >libs &&
	test_grep ! -e libgit2 -e libcurl libs &&
	ldd "$DV_BUILD/core/dv-cat-object" >libs &&
	test_grep ! -e libgit2 -e libcurl libs
'

test_expect_success 'output that cannot be written is a failure' '
	test_expect_code 128 dv hash-object hello >/dev/full 2>err &&
	test_grep "standard output" err
'

test_done
