#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv repack: fewer and smaller packs, the same objects'

. ./test-lib.sh

packs () {
	find .git/dv/packs -name "*.pack" | wc -l
}

bytes () {
	cat .git/dv/packs/* | wc -c
}

all_objects () {
	dv cat-object --batch-check --batch-all-objects
}

test_expect_success 'setup: several packs of text and noise' '
	dv init &&
	seq 1 300000 >text &&
	head -c 3000000 /dev/urandom >noise &&
	for i in 1 2 3 4 5
	do
		seq $i 2000 >t$i &&
		dv hash-object -w t$i >/dev/null || return 1
	done &&
	dv hash-object -w text >/dev/null &&
	dv hash-object -w noise >/dev/null &&
	all_objects >objects &&
	test "$(packs)" -gt 3
'

test_expect_success 'an equal pipeline makes a pack of the same objects' '
	mkdir out &&
	name=$(cut -d" " -f1 objects | dv pack-objects --level=3 out) &&
	dv verify-pack -v out/$name.pack | cut -d" " -f1,3 >piped &&
	test_cmp objects piped
'

test_expect_success '-a: one pack, smaller, of the same objects' '
	before=$(bytes) &&
	dv repack -a --level=1 >out1 2>err &&
	test_must_be_empty out1 &&
	test_grep "^packs: " err &&
	test "$(packs)" = 1 &&
	test "$(bytes)" -lt $((before - 1000000)) &&
	all_objects >actual &&
	test_cmp objects actual &&
	dv verify-pack -v .git/dv/packs/*.pack | cut -d" " -f1,3 >actual &&
	test_cmp piped actual
'

test_expect_success 'content is what it was' '
	for f in text noise t1 t5
	do
		dv cat-object $(test_id $f) >actual &&
		test_cmp_bin $f actual || return 1
	done
'

test_expect_success 'what is not to be compressed is left as it is' '
	before=$(bytes) &&
	dv repack -a -q --level=0 2>err &&
	test_must_be_empty err &&
	test "$(bytes)" = "$before"
'

test_expect_success '-f compresses anew' '
	before=$(bytes) &&
	dv repack -a -f -q &&
	test "$(bytes)" -lt "$before" &&
	all_objects >actual &&
	test_cmp objects actual
'

test_expect_success 'nothing goes to the trash, nothing stays in tmp' '
	ls .git/dv/trash .git/dv/tmp >left &&
	test_grep ! -e pack -e idx -e tmp_ left
'

test_expect_success 'without -a small packs are merged, a large one is not' '
	big=$(ls .git/dv/packs/*.pack) &&
	for i in 6 7 8 9
	do
		seq $i 3000 >t$i &&
		dv hash-object -w t$i >/dev/null || return 1
	done &&
	test "$(packs)" = 5 &&
	dv repack -q &&
	test "$(packs)" = 2 &&
	test_path_is_file "$big" &&
	dv cat-object $(test_id t6) >actual &&
	test_cmp t6 actual
'

test_expect_success 'an empty store is fine' '
	git init -q new &&
	(cd new && dv init && dv repack -a)
'

test_expect_success 'a damaged block stops it, and nothing is lost' '
	ls .git/dv/packs >expect &&
	big=$(ls -S .git/dv/packs/*.pack | head -n 1) &&
	chmod u+w "$big" &&
	printf XXXX | dd of="$big" bs=1 seek=5000 conv=notrunc 2>/dev/null &&
	test_expect_code 128 dv repack -a -q 2>err &&
	test_grep "does not fit its checksum" err &&
	ls .git/dv/packs >actual &&
	test_cmp expect actual &&
	ls .git/dv/tmp >left &&
	test_must_be_empty left
'

test_expect_success 'misuse' '
	test_expect_code 129 dv repack --level=20 &&
	test_expect_code 129 dv repack argument
'

test_done
