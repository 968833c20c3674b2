#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv index-pack: the index beside a pack, out of the pack'

. ./test-lib.sh

test_expect_success 'setup: a pack' '
	dv init &&
	seq 1 50000 >text &&
	head -c 2000000 /dev/urandom >large &&
	dv hash-object -w text large >ids &&
	mkdir out &&
	name=$(dv pack-objects --level=3 out <ids)
'

test_expect_success 'the index is the same bytes again' '
	cp out/$name.idx expect &&
	rm -f out/$name.idx &&
	echo $name >expect.name &&
	dv index-pack out/$name.pack >actual.name &&
	test_cmp expect.name actual.name &&
	test_cmp_bin expect out/$name.idx
'

test_expect_success '--verify checks every object first' '
	rm -f out/$name.idx &&
	dv index-pack --verify out/$name.pack &&
	cp out/$name.pack bad.pack &&
	chmod u+w bad.pack &&
	printf XX | dd of=bad.pack bs=1 seek=100 conv=notrunc 2>/dev/null &&
	test_expect_code 128 dv index-pack --verify bad.pack >actual 2>err &&
	test_must_be_empty actual &&
	test_grep "^error: .bad.pack.: block 0 " err &&
	test_path_is_missing bad.idx
'

test_expect_success 'a store whose index files are lost is read, and fsck is clean' '
	rm -f .git/dv/packs/*.idx &&
	dv cat-object $(test_id large) >actual &&
	test_cmp_bin large actual
'

test_expect_success 'what is no pack is refused, cut short as well' '
	echo junk >junk.pack &&
	test_expect_code 128 dv index-pack junk.pack 2>err &&
	test_grep "^fatal: .junk.pack.: pack is corrupt" err &&
	size=$(test_file_size out/$name.pack) &&
	for n in 0 7 100 $((size / 2)) $((size - 1))
	do
		head -c $n out/$name.pack >cut.pack &&
		test_expect_code 128 dv index-pack cut.pack || return 1
	done &&
	test_path_is_missing cut.idx &&
	test_expect_code 128 dv index-pack out/$name 2>err &&
	test_grep "does not end in" err &&
	test_expect_code 128 dv index-pack gone.pack &&
	test_expect_code 129 dv index-pack
'

test_done
