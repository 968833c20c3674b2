#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv cat-object: content, size, presence'

. ./test-lib.sh

GONE=$(test_vector digest hello | tr "0-9a-f" 0)

test_expect_success 'setup: a store holding a few objects' '
	dv init &&
	printf "hello\n" >hello &&
	printf a >a &&
	head -c 5000000 /dev/urandom >large &&
	dv hash-object -w hello a large >ids &&
	HELLO=$(test_vector digest hello) &&
	A=$(test_vector digest a)
'

test_expect_success 'the bytes of each object, one after another' '
	cat hello a hello >expect &&
	dv cat-object $HELLO $A $DV_TEST_FORMAT:$HELLO >actual &&
	test_cmp_bin expect actual &&
	dv cat-object $(sed -n 3p ids) >actual &&
	test_cmp_bin large actual
'

test_expect_success 'a unique prefix of 6 digits is enough' '
	dv cat-object $(echo $HELLO | cut -c 1-6) >actual &&
	test_cmp hello actual
'

test_expect_success '--size' '
	printf "6\n1\n5000000\n" >expect &&
	dv cat-object --size $HELLO $A $(sed -n 3p ids) >actual &&
	test_cmp expect actual
'

test_expect_success '--exists answers by exit code alone' '
	dv cat-object --exists $HELLO $A >out 2>err &&
	test_must_be_empty out &&
	test_must_be_empty err &&
	test_expect_code 1 dv cat-object --exists $HELLO $GONE >out 2>err &&
	test_must_be_empty out &&
	test_must_be_empty err
'

test_expect_success 'an object that is not here is fatal; exit 128' '
	test_expect_code 128 dv cat-object $GONE >out 2>err &&
	test_must_be_empty out &&
	test_grep "^fatal: object .$GONE. is not in the store" err &&
	test_expect_code 128 dv cat-object --size $GONE
'

test_expect_success 'what is no id is named' '
	test_expect_code 128 dv cat-object nonsense 2>err &&
	test_grep "^fatal: .nonsense. is not an object id" err &&
	test_expect_code 128 dv cat-object --exists 12345
'

test_expect_success 'misuse' '
	test_expect_code 129 dv cat-object &&
	test_expect_code 129 dv cat-object --size --exists $HELLO &&
	test_expect_code 129 dv cat-object --batch $HELLO </dev/null &&
	test_expect_code 129 dv cat-object --batch-all-objects
'

test_expect_success 'a damaged object is not handed out' '
	pack=$(ls .git/dv/packs/*.pack) &&
	chmod u+w $pack &&
	at=$(grep -abo hello $pack | head -n 1 | cut -d: -f1) &&
	printf J | dd of=$pack bs=1 seek=$at conv=notrunc 2>/dev/null &&
	test_expect_code 128 dv cat-object $HELLO >out 2>err &&
	test_must_be_empty out &&
	test_grep "is damaged" err &&
	test_grep "^hint: .*dv fsck" err
'

test_expect_success NOBODY 'an unreadable store is not reported as missing' '
	test_give_nobody . &&
	chmod a-rwx .git/dv/packs &&
	test_when_finished "chmod u+rwx .git/dv/packs" &&
	test_expect_code 128 test_as_nobody dv cat-object --exists $A 2>err &&
	test_grep "^fatal: cannot read" err
'

test_done
