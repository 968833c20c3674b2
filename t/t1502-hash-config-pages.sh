#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='the examples of the pages on configurations and names'

. ./test-lib.sh

page=$DV_SOURCE/Documentation/dv-format-config.adoc

# part <name>: the block of the format page that has "// file: <name>"
part () {
	awk -v want="// file: $1" '
	$0 == want { found = 1; next }
	found && /^----$/ { if (inside) exit; inside = 1; next }
	inside' "$page" >"$1" &&
	test -s "$1"
}

# examples <page>: each command of EXAMPLES says what the page says
examples () {
	awk '
	/^== / { here = ($2 == "EXAMPLES") }
	here && /^----$/ { inside = !inside; next }
	here && inside' "$DV_SOURCE/Documentation/$1" >expect &&
	test_grep "^\$ " expect &&
	sed -n "s/^\$ //p" expect >commands &&
	while read -r line
	do
		printf "$ %s\n" "$line" &&
		eval "$line" || return 1
	done <commands >actual &&
	test_cmp expect actual
}

test_expect_success 'the example has the bytes and the hash of the page' '
	for p in params.yaml site.json canonical.hex hash
	do
		part $p || return 1
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
	part forms &&
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
	part scalars &&
	while read -r scalar value
	do
		printf "a: %s\n" "$scalar" >scalar.yaml &&
		dv hash-config --canonical scalar.yaml >actual &&
		printf "%s" "{\"a\":$value}" >expect &&
		test_cmp expect actual || return 1
	done <scalars
'

test_expect_success 'examples of dv-hash-config(1)' '
	examples dv-hash-config.adoc
'

test_expect_success 'examples of dv-name-artifact(1)' '
	examples dv-name-artifact.adoc
'

test_done
