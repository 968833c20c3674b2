#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv hash-object --repair: what is damaged comes back'

. ./test-lib.sh

# damage: the first byte of every block that begins so.
damage () {
	for pack in .git/dv/packs/*.pack
	do
		chmod u+w $pack &&
		for at in $(grep -abo "$1" $pack | cut -d: -f1)
		do
			printf '~' | dd of=$pack bs=1 seek=$at conv=notrunc \
				2>/dev/null || return 1
		done
	done
}

test_expect_success 'setup: a small file and a large one, both damaged' '
	dv init &&
	echo hello >small &&
	{ printf "MARKED" && head -c 3000000 /dev/urandom; } >large &&
	dv hash-object -w small large >ids &&
	dv fsck &&
	damage hello &&
	damage MARKED
'

test_expect_success 'fsck names them, the large one too' '
	for full in "" --full
	do
		test_expect_code 1 dv fsck $full >faults &&
		test_grep "object $(test_id small) is damaged" faults &&
		test_grep "^object $(test_id large): " faults || return 1
	done
'

test_expect_success 'stored again they stay as they are' '
	dv hash-object -w small large >actual &&
	test_cmp ids actual &&
	test_expect_code 128 dv cat-object $(test_id small) &&
	test_expect_code 128 dv cat-object $(test_id large) >/dev/null
'

test_expect_success 'with --repair they are whole' '
	dv hash-object -w --repair small large >actual &&
	test_cmp ids actual &&
	for f in small large
	do
		dv cat-object $(test_id $f) >actual &&
		test_cmp_bin $f actual || return 1
	done
'

test_expect_success 'once more it writes nothing' '
	ls .git/dv/packs >expect &&
	dv hash-object -w --repair small large &&
	ls .git/dv/packs >actual &&
	test_cmp expect actual
'

test_expect_success 'repack throws the damaged copies away' '
	dv repack -a -q &&
	dv fsck --full &&
	for f in small large
	do
		dv cat-object $(test_id $f) >actual &&
		test_cmp_bin $f actual || return 1
	done
'

test_expect_success '--repair without -w is misuse' '
	test_expect_code 129 dv hash-object --repair small
'

test_done
