#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='no space left: a sentence, and the old state'

# A name space of our own: what is mounted in it goes when we do.
if test -z "$DV_TEST_UNSHARED" && unshare -m true 2>/dev/null
then
	DV_TEST_UNSHARED=1 exec unshare -m sh "$0" "$@"
fi

. ./test-lib.sh

# A file system of 8 MiB, where we may mount one.
if test -n "$DV_TEST_UNSHARED" && mkdir small &&
	mount -t tmpfs -o size=8m dv-test small 2>/dev/null
then
	test_set_prereq SMALLFS
fi

test_expect_success SMALLFS 'setup: a store with room for little' '
	head -c 3000000 /dev/urandom >fits &&
	head -c 20000000 /dev/urandom >large &&
	mkdir many &&
	for i in 1 2 3 4 5 6 7 8 9 10
	do
		head -c 1000000 /dev/urandom >many/$i || return 1
	done &&
	git init -q small/r &&
	(
		cd small/r &&
		dv init &&
		dv hash-object -w "$HOME/fits" >id
	)
'

test_expect_success SMALLFS 'a large file: no space is said, nothing is left' '
	(
		cd small/r &&
		ls .git/dv/packs >expect &&
		test_expect_code 128 dv hash-object -w "$HOME/large" 2>"$HOME/err" &&
		test_grep "^fatal: .*No space left on device" "$HOME/err" &&
		test_grep "^hint: free some space" "$HOME/err" &&
		ls .git/dv/packs >actual &&
		test_cmp expect actual &&
		ls .git/dv/tmp >left &&
		test_must_be_empty left
	)
'

test_expect_success SMALLFS 'many files: the same' '
	(
		cd small/r &&
		test_expect_code 128 dv hash-object -w "$HOME"/many/* 2>"$HOME/err" &&
		test_grep "No space left on device" "$HOME/err" &&
		ls .git/dv/packs >actual &&
		test_cmp expect actual &&
		ls .git/dv/tmp >left &&
		test_must_be_empty left
	)
'

test_expect_success SMALLFS 'a repack that needs more than there is' '
	(
		cd small/r &&
		dv hash-object -w "$HOME/many/1" >/dev/null &&
		dv hash-object -w "$HOME/many/2" >/dev/null &&
		ls .git/dv/packs >expect &&
		test_expect_code 128 dv repack -a -q 2>"$HOME/err" &&
		test_grep "No space left on device" "$HOME/err" &&
		ls .git/dv/packs >actual &&
		test_cmp expect actual
	)
'

test_expect_success SMALLFS 'what was there is there, and small things go on' '
	(
		cd small/r &&
		dv cat-object $(cat id) >"$HOME/copy" &&
		test_cmp_bin "$HOME/fits" "$HOME/copy" &&
		for p in .git/dv/packs/*.pack
		do
			dv verify-pack $p || exit 1
		done &&
		echo small >s &&
		dv hash-object -w s
	)
'

! test_have_prereq SMALLFS || umount "$HOME/small"
test_done
