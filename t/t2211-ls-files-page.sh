#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='the worked bytes of dv-format-index(5)'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-pages.sh"

# What the unit test compares the codec with.
test_expect_success 'the index of the page is that of the unit test' '
	part index index && tr -s " \n" "\n\n" <index >expect &&
	sed -n "/ worked\[\] = {/,/};/p" "$DV_SOURCE/t/unit/test-windex.c" |
	sed -e "1d" -e "\$d" -e "s/0x//g" | tr -s ", \t\n" "\n\n\n\n" | sed "/^$/d" >actual &&
	test_cmp expect actual
'

# The stat data is that of this machine; all else is as the page has it.
test_expect_success XXH128 'an index that dv writes has these bytes, but for stat data' '
	test_commit code && dv init && mkdir d && printf "1,2\n" >d/a.csv && dv add d &&
	hex .git/dv/index/d >actual &&
	sed -n "1,3p" index >expect && sed -n "1,3p" actual >head && test_cmp expect head &&
	sed -n "19,20p" index | cut -c1-41 >expect && sed -n "19,20p" actual | cut -c1-41 >entry && test_cmp expect entry &&
	sed -n "23,24p" index >expect && sed -n "23,24p" actual >names && test_cmp expect names &&
	test "$(stat -c %s .git/dv/index/d)" = 375
'

test_done
