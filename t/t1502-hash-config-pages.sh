#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='the examples of the pages on configurations and names'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-pages.sh"

page=$DV_SOURCE/Documentation/dv-format-config.adoc

test_expect_success 'the example has the bytes and the hash of the page' '
	for p in params.yaml site.json canonical.hex hash
	do
		part config $p || return 1
	done &&
	set -- params.yaml site.json "train.tags=[\"a\", \"b\"]" &&
	dv hash-config --canonical "$@" >form &&
	od -An -v -tx1 -w16 form | sed "s/^ //" >actual &&
	test_cmp canonical.hex actual &&
	test_grep "are these $(test_file_size form) bytes" "$page" &&
	dv hash-config --abbrev=32 "$@" >actual &&
	test_cmp hash actual
'

test_expect_success 'canonical forms have the hashes of the page' '
	part config forms &&
	while read -r hash form
	do
		printf "%s" "$form" >form.json &&
		dv hash-config --abbrev=32 form.json >actual &&
		echo "$hash" >expect &&
		test_cmp expect actual &&
		dv hash-config --canonical form.json >actual &&
		test_cmp form.json actual || return 1
	done <forms
'

test_expect_success 'YAML scalars are what the page says' '
	part config scalars &&
	while read -r scalar value
	do
		printf "a: %s\n" "$scalar" >scalar.yaml &&
		dv hash-config --canonical scalar.yaml >actual &&
		printf "%s" "{\"a\":$value}" >expect &&
		test_cmp expect actual || return 1
	done <scalars
'

test_expect_success 'examples of dv-hash-config(1)' '
	examples dv-hash-config
'

test_expect_success 'examples of dv-name-artifact(1)' '
	examples dv-name-artifact
'

test_done
