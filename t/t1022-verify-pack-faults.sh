#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv verify-pack: every object of a pack is checked'

. ./test-lib.sh

test_expect_success 'setup: a pack of stored and compressed blocks' '
	dv init &&
	seq 1 5000 >text &&
	printf "hello\n" >hello &&
	head -c 2000 /dev/urandom >noise &&
	dv hash-object -w text hello noise >ids &&
	mkdir out &&
	name=$(dv pack-objects --level=3 out <ids)
'

test_expect_success 'a sound pack: exit 0 and no word' '
	dv verify-pack out/$name.pack >out1 2>err &&
	dv verify-pack out/$name.idx >out2 2>>err &&
	cat out1 out2 err >all &&
	test_must_be_empty all
'

test_expect_success '-v lists the objects by id' '
	sort ids >expect &&
	dv verify-pack -v out/$name.pack >list &&
	cut -d" " -f1 list >actual &&
	test_cmp expect actual &&
	test_grep "^$(test_id hello) plain 6 6 [0-9]* [0-9]*\$" list
'

# A bit in each part of the pack: header, blocks, index, trailer.
test_expect_success 'a flipped bit anywhere is found; exit 1' '
	size=$(test_file_size out/$name.pack) &&
	for at in 0 4 5 6 7 8 100 $((size - 1500)) $((size - 1000)) \
		$((size - 300)) $((size - 100)) $((size - 50)) \
		$((size - 20)) $((size - 16)) $((size - 9)) $((size - 1))
	do
		cp out/$name.pack $name.pack &&
		chmod u+w $name.pack &&
		byte=$(od -An -tu1 -j $at -N 1 $name.pack) &&
		printf "\\$(printf %o $((byte ^ 16)))" |
		dd of=$name.pack bs=1 seek=$at conv=notrunc 2>/dev/null &&
		test_expect_code 1 dv verify-pack -v $name.pack >actual 2>err &&
		test_must_be_empty actual &&
		test_grep "^error: .$name.pack.: " err || return 1
	done
'

test_expect_success 'a pack that was cut short is found' '
	for n in 0 8 1000 $((size - 1))
	do
		head -c $n out/$name.pack >cut.pack &&
		test_expect_code 1 dv verify-pack cut.pack || return 1
	done
'

test_expect_success 'a pack under the name of another is found' '
	other=$(printf %0${#name}d 0) &&
	cp out/$name.pack $other.pack &&
	test_expect_code 1 dv verify-pack $other.pack 2>err &&
	test_grep "the digest of its index is another one, $name" err
'

test_expect_success 'an index file of something else is found' '
	cp out/$name.pack one.pack &&
	test_id hello | dv pack-objects out >two &&
	cp out/$(cat two).idx one.idx &&
	test_expect_code 1 dv verify-pack one.pack 2>err &&
	test_grep "is not the index of the pack" err &&
	test_grep "dv index-pack" err
'

test_expect_success 'a file that is not there is fatal; misuse' '
	test_expect_code 128 dv verify-pack gone.pack &&
	test_expect_code 128 dv verify-pack text &&
	test_expect_code 129 dv verify-pack &&
	test_expect_code 129 dv verify-pack -v -s one.pack
'

test_done
