#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='catalog of a remote: many writers at once'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-catalog.sh"

test_expect_success 'setup' '
	catalog_setup
'

test_expect_success 'ten writers move one head: dense numbers, each won once' '
	for i in 1 2 3 4 5 6 7 8 9 10
	do
		{
			echo "race lab data $A 20" |
			test-catalog "$PWD/remote" "$PWD/store$i" \
				>won.$i 2>&1 || echo failed >>won.$i
		} &
	done &&
	wait &&
	cat won.* | sort >actual &&
	i=1 && while test $i -le 200
	do
		printf "%010d\n" $i && i=$((i + 1)) || return 1
	done >expect &&
	test_cmp expect actual &&
	ls remote/dv/heads/lab/data/latest >there &&
	test_cmp expect there
'

test_expect_success 'no two of them have the same nonce' '
	cat remote/dv/heads/lab/data/latest/* | grep "^nonce" | sort |
		uniq -d >actual &&
	test_must_be_empty actual
'

test_expect_success 'ten writers of one location: the newest covers them all' '
	for i in 1 2 3 4 5 6 7 8 9 10
	do
		{
			echo "locate $DV_TEST_FORMAT root 0 pack$i all" |
			test-catalog "$PWD/remote" "$PWD/store$i" \
				>located.$i 2>&1 || echo failed >>located.$i
		} &
	done &&
	wait &&
	cat located.* >all &&
	! grep -v "^located" all &&
	ls remote/dv/manifests/$(digest root) | tail -n 1 >last &&
	echo "location $(digest root)" | catalog >actual &&
	echo "$(sed "s/^0*//" last) packs 11 root root" >expect &&
	test_cmp expect actual
'

test_expect_success 'ten writers publish one version: one of them is there' '
	for i in 1 2 3 4 5 6 7 8 9 10
	do
		sed "s/^tagger .*/tagger X <x@example.com> 120000000$i +0000/" \
			data.one >mine.$i &&
		{
			echo "publish mine.$i" |
			test-catalog "$PWD/remote" "$PWD/store$i" \
				>published.$i 2>&1 || echo failed >>published.$i
		} || return 1 &
	done &&
	wait &&
	cat published.* | sort | uniq -c | sed "s/^ *//" >actual &&
	printf "%s\n" "1 published" "9 there" >expect &&
	test_cmp expect actual &&
	i=$(grep -l "^published" published.* | sed "s/.*\.//") &&
	test_cmp_bin mine.$i remote/dv/versions/lab/data/$A
'

test_done
