#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv add: small packs are merged, but for one that is damaged'

. ./test-lib.sh

# add_one <n>: a dataset, whose content makes a pack
add_one () {
	mkdir -p d$1 && head -c 2000 /dev/urandom >d$1/f && dv add -q d$1
}

# data_packs: how many there are
data_packs () {
	for p in .git/dv/packs/*.pack
	do
		od -An -tu1 -j5 -N1 "$p"
	done | grep -c 1
}

test_expect_success 'setup: ten packs of a file each, one of them damaged' '
	test_commit code && dv init &&
	for i in 1 2 3 4 5 6 7 8 9 10
	do
		add_one $i || return 1
	done &&
	data_packs >before && echo 10 >expect && test_cmp expect before &&
	id=$(test_id d3/f) &&
	for p in .git/dv/packs/*.pack
	do
		dv verify-pack -v "$p" >list || return 1
		! grep "$id" list || echo "$p" >which
	done &&
	bad=$(cat which) && test_flip "$bad" 100 &&
	test_expect_code 1 dv verify-pack "$bad" 2>err
'

test_expect_success 'the others are merged, and the damage is told in one line' '
	add_one 11 2>err && test_path_is_file "$bad" &&
	test "$(data_packs)" -lt 5 &&
	cat >expect <<-EOF &&
	warning: '\''$PWD/${bad%.pack}.pack'\'': block 0 does not fit its checksum; the packs beside it are merged without it
	hint: dv fsck names what is damaged, and says what to do
	EOF
	test_cmp expect err
'

test_expect_success 'nothing but what was damaged is lost' '
	for i in 1 2 4 5 6 7 8 9 10 11
	do
		dv cat-object $(test_id d$i/f) >actual && test_cmp_bin d$i/f actual || return 1
	done &&
	test_expect_code 128 dv cat-object "$id" >actual 2>err
'

test_expect_success 'an add that merges nothing does not say it again' '
	add_one 12 2>err && test_must_be_empty err
'

test_expect_success 'once it is mended it is merged as the others' '
	test_flip "$bad" 100 &&
	for i in 13 14 15 16 17 18 19 20 21 22
	do
		add_one $i 2>>err || return 1
	done &&
	test_must_be_empty err && dv cat-object "$id" >actual && test_cmp_bin d3/f actual &&
	test "$(data_packs)" -le 11
'

test_done
