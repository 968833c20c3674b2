#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='what the pages on remotes and location records show'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-catalog.sh"
. "$DV_SOURCE/t/lib-pages.sh"

test_expect_success 'setup: the parts of the pages' '
	part remote keys && part remote format && part remote head &&
	part remote gc && part location location
'

test_expect_success XXH128 'the first push makes the keys of the page' '
	git init -q lab &&
	(
		cd lab &&
		echo code >code && git add code && git commit -q -m code &&
		dv init -q --namespace=lab &&
		mkdir data && printf "1,2\n" >data/a.csv &&
		dv add data && dv commit -m first && mkdir ../remote &&
		dv remote add origin ../remote && dv push
	) &&
	(cd remote && find dv -type f | sort) >actual &&
	test_cmp keys actual
'

test_expect_success XXH128 'and its texts, but for the nonce' '
	test_cmp format remote/dv/format &&
	sed "s/^nonce .*/nonce/" head >expect &&
	sed "s/^nonce [0-9a-f]\{32\}$/nonce/" \
		remote/dv/heads/lab/data/latest/0000000001 >actual &&
	test_cmp expect actual
'

test_expect_success XXH128 'and its location record' '
	record=$(grep manifests keys) &&
	hex "remote/$record" >actual &&
	test_cmp location actual &&
	test "$(test_file_size "remote/$record")" = 339
'

test_expect_success 'the unit test and the fuzz target begin with it, too' '
	sed -n "/ golden\[\] = {/,/};/p" \
		"$DV_SOURCE/t/unit/test-location.c" |
	sed -e 1d -e "\$d" -e "s/0x//g" | tr -d ",\n\t " >actual &&
	tr -d " \n" <location >expect &&
	test_cmp expect actual &&
	hex "$DV_SOURCE/t/fuzz/corpus/location/page" >actual &&
	test_cmp location actual
'

test_expect_success XXH128 'the record of a gc names all there is, and is read' '
	mkdir -p remote/dv/gc &&
	cp gc remote/dv/gc/0000000001 &&
	echo dooms | catalog >actual &&
	echo "1 manifests 1 packs 2" >expect &&
	test_cmp expect actual &&
	sed -n "s,^dv/manifests/\(.*\)/0*\(.*\),manifest \1 \2,p" keys >expect &&
	sed -n "s,^dv/packs/\(.*\).pack,pack \1,p" keys >>expect &&
	grep -E "^(manifest|pack) " gc >actual &&
	test_cmp expect actual
'

test_done
