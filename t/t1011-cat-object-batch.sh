#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv cat-object --batch, --batch-check: a conversation'

. ./test-lib.sh

test_expect_success 'setup' '
	dv init &&
	printf "hello\n" >hello &&
	printf a >a &&
	dv hash-object -w hello a >/dev/null &&
	HELLO=$(test_vector id hello) &&
	A=$(test_vector id a)
'

test_expect_success '--batch-check answers in input order' '
	printf "%s\n" $A 123456 ${HELLO#*:} $A >in &&
	printf "%s\n" "$A 1" "123456 missing" "$HELLO 6" "$A 1" >expect &&
	dv cat-object --batch-check <in >actual &&
	test_cmp expect actual
'

test_expect_success '--batch gives the bytes, and an end of line behind' '
	printf "%s\n" $A $HELLO 123456 >in &&
	printf "%s 1\na\n%s 6\nhello\n\n123456 missing\n" $A $HELLO >expect &&
	dv cat-object --batch <in >actual &&
	test_cmp expect actual
'

test_expect_success '-z: NUL ends records in both directions' '
	printf "%s\0" $A $HELLO >in &&
	printf "%s 1\0a\0%s 6\0hello\n\0" $A $HELLO >expect &&
	dv cat-object --batch -z <in >actual &&
	test_cmp_bin expect actual
'

test_expect_success 'each question is answered before the next is asked' '
	mkfifo ask answer &&
	{ dv cat-object --batch-check <ask >answer & } &&
	pid=$! &&
	exec 8>ask 9<answer &&
	for i in 1 2 3
	do
		echo $A >&8 &&
		read -r line <&9 &&
		test "$line" = "$A 1" || break
	done &&
	exec 8>&- 9<&- &&
	wait $pid &&
	test $i = 3 && test "$line" = "$A 1"
'

test_expect_success 'an object added meanwhile is seen' '
	mkfifo ask2 answer2 &&
	printf later >later &&
	{ dv cat-object --batch-check <ask2 >answer2 & } &&
	pid=$! &&
	exec 8>ask2 9<answer2 &&
	id=$(test_id later) &&
	echo $id >&8 &&
	read -r before <&9 &&
	dv hash-object -w later >/dev/null &&
	echo $id >&8 &&
	read -r after <&9 &&
	exec 8>&- 9<&- &&
	wait $pid &&
	test "$before" = "$id missing" &&
	test "$after" = "$id 5"
'

test_expect_success '--batch-all-objects lists each object once, by id' '
	dv hash-object -w later >/dev/null &&
	printf "%s\n" "$A 1" "$HELLO 6" "$(test_id later) 5" | sort >expect &&
	dv cat-object --batch-check --batch-all-objects >actual </dev/null &&
	test_cmp expect actual
'

test_done
