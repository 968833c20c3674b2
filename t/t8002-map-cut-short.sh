#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='a mapped file that is cut short: a sentence, no core'

. ./test-lib.sh

# Ask for a, cut the index short once it is answered, ask for b.
ask_around_cut () {
	exec 9>in
	test_id a >&9
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20
	do
		test ! -s out || break
		sleep 0.2
	done
	chmod u+w .git/dv/packs/*.idx
	: >"$(echo .git/dv/packs/*.idx)"
	test_id b >&9
	exec 9>&-
}

test_expect_success 'setup: two objects' '
	dv init &&
	echo a >a &&
	echo b >b &&
	dv hash-object -w a b &&
	mkfifo in
'

test_expect_success 'an index that is cut short while it is in use' '
	{ ask_around_cut & } &&
	test_expect_code 128 dv cat-object --batch-check <in >out 2>err &&
	echo "$(test_id a) 2" >expect &&
	test_cmp expect out &&
	test_grep "^fatal: .*cut short" err &&
	test_grep "^hint: .*dv fsck" err
'

test_expect_success 'fsck says which; the pack has an index of its own' '
	test_expect_code 1 dv fsck >faults &&
	test_grep "index file is not the index of the pack" faults &&
	dv cat-object $(test_id b) >actual &&
	test_cmp b actual
'

test_done
