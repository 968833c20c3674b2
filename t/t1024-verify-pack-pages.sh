#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='the worked bytes of the pages on packs and recipes'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-pages.sh"

# array <name> <file>: what is between its braces, without "0x"
array () {
	sed -n "/ $1\\[\\] = {/,/};/p" "$DV_SOURCE/t/unit/$2" |
	sed -e '1d' -e '$d' -e 's/0x//g' -e 's/^	*//'
}

test_expect_success XXH128 'a pack of one object has the bytes of the page' '
	part pack head && part pack tail && part pack name &&
	dv init &&
	printf "1,2\n" | dv hash-object -w --stdin &&
	ls .git/dv/packs/*.pack | sed "s,.*/,,; s,\.pack,," >actual &&
	test_cmp name actual &&
	pack=.git/dv/packs/$(cat name).pack &&
	head -c 36 $pack | hex >actual &&
	test_cmp head actual &&
	tail -c +$((36 + 1024 + 1)) $pack | hex >actual &&
	test_cmp tail actual &&
	{
		head -c $((214 * 4)) /dev/zero &&
		for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21
		do
			printf "\0\0\0\001\0\0\0\001" || return 1
		done
	} >expect &&
	tail -c +37 $pack | head -c 1024 >actual &&
	test_cmp_bin expect actual
'

test_expect_success 'the recipe of the page is that of the unit test' '
	part recipe recipe &&
	tr -d " \n" <recipe >b &&
	array golden test-recipe.c | tr -d ", \n" >actual &&
	test_cmp b actual &&
	tr -d " \n" <recipe >expect &&
	od -An -v -tx1 "$DV_SOURCE/t/fuzz/corpus/recipe/two" |
	tr -d " \n" >actual &&
	test_cmp expect actual
'

test_expect_success 'the cuts of the page are those of the unit test' '
	part recipe cuts &&
	array expected test-chunk.c >actual &&
	test_cmp cuts actual
'

test_done
