#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='the examples of the pages on manifests'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-pages.sh"

page=$DV_SOURCE/Documentation/dv-format-manifest.adoc

test_expect_success 'setup' '
	dv init &&
	for p in entries block.hex root.hex id empty.hex empty.ids hashes
	do
		part manifest $p || return 1
	done
'

test_expect_success XXH128 'the example has the bytes and the id of the page' '
	dv write-manifest --missing <entries >actual &&
	test_cmp id actual &&
	dv cat-object "$(cat id)" | hex >actual &&
	test_cmp root.hex actual &&
	dv cat-manifest --root "$(cat id)" >root &&
	block=$(sed -n "s/^block \([^ ]*\) .*/\1/p" root) &&
	dv cat-object "$block" | hex >actual &&
	test_cmp block.hex actual &&
	test_grep "this block of $(dv cat-object --size "$block") bytes" \
		"$page" &&
	test_grep "this root of $(dv cat-object --size "$(cat id)") bytes" \
		"$page" &&
	dv cat-manifest "$(cat id)" >actual &&
	test_cmp entries actual
'

test_expect_success XXH128 'the empty manifest has the bytes of the page' '
	id=$(dv write-manifest </dev/null) &&
	dv cat-object "$id" | hex >actual &&
	test_cmp empty.hex actual
'

test_expect_success 'the empty manifest has the ids of the page' '
	for format in xxh128 sha256
	do
		dv write-manifest -n --object-format=$format </dev/null ||
			return 1
	done >actual &&
	test_cmp empty.ids actual &&
	dv write-manifest </dev/null >actual &&
	grep "^$DV_TEST_FORMAT:" empty.ids >expect &&
	test_cmp expect actual
'

! xxhsum -H3 </dev/null >/dev/null 2>&1 || test_set_prereq XXH3

test_expect_success XXH3 'paths have the hashes of the page' '
	while read -r hash path
	do
		printf "%s" "$path" | xxhsum -H3 >out &&
		test_grep "$hash" out || return 1
	done <hashes
'

# Paths that the page says to end a block do so, and no other one.
test_expect_success 'blocks end where the page says' '
	id=$(test_vector id csv) &&
	for i in $(seq -w 0 999)
	do
		printf "100644 4 %s\t000%s.csv\n" "$id" "$i" || return 1
	done >in &&
	m=$(dv write-manifest --missing <in) &&
	dv cat-manifest --root "$m" | sed -n "s/^block .*\t//p" >actual &&
	printf "%s\n" 000000.csv 000038.csv 000057.csv 000450.csv >expect &&
	head -n 4 actual >first &&
	test_cmp expect first
'

for page in write-manifest cat-manifest diff-manifest
do
	export page
	test_expect_success "examples of dv-$page(1)" '
		examples dv-$page
	'
done

test_done
