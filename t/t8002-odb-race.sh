#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='writers, readers and repacks at once: nothing is lost'

. ./test-lib.sh

ROUNDS=${DV_TEST_LONG:+100}
ROUNDS=${ROUNDS:-15}

# Each prints nothing unless something is wrong.
write_some () {
	for i in $(seq 1 "$ROUNDS")
	do
		{ echo "$1 $i" && cat base; } >"w$1" &&
		dv hash-object -w "w$1" >>"ids$1" || echo "writer $1 failed"
	done
}

repack_some () {
	for i in $(seq 1 "$ROUNDS")
	do
		dv repack -a -q --level=$((i % 3)) || echo "repack failed"
	done
}

read_some () {
	for i in $(seq 1 "$ROUNDS")
	do
		dv cat-object "$(cat first)" >"r$1" && cmp small "r$1" &&
		dv cat-object "$(cat large.id)" >"r$1" && cmp large "r$1" ||
			echo "reader $1 failed"
	done
}

test_expect_success 'setup' '
	dv init &&
	echo small >small &&
	head -c 5000000 /dev/urandom >large &&
	seq 1 1000 >base &&
	dv hash-object -w small >first &&
	dv hash-object -w large >large.id
'

test_expect_success 'all of them at once have nothing to complain about' '
	{
		write_some 1 >out1 2>&1 &
		write_some 2 >out2 2>&1 &
		repack_some >out3 2>&1 &
		repack_some >out4 2>&1 &
		read_some 1 >out5 2>&1 &
		read_some 2 >out6 2>&1 &
		wait
	} &&
	cat out? >complaints &&
	test_must_be_empty complaints
'

test_expect_success 'every object that was written is here' '
	cat ids1 ids2 first large.id >all &&
	test_line_count = $((2 * ROUNDS + 2)) all &&
	dv cat-object --batch-check <all >answers &&
	test_grep ! missing answers &&
	for p in .git/dv/packs/*.pack
	do
		dv verify-pack "$p" || return 1
	done
'

test_expect_success 'and nothing else is left' '
	ls .git/dv/tmp >left &&
	test_must_be_empty left &&
	dv repack -a -q &&
	find .git/dv/packs -name "*.pack" >packs &&
	test_line_count = 1 packs
'

test_done
