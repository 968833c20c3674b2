#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv rev-parse: what people type where a dataset is asked for'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"

# hint <text>: the hint that follows the refusal of text
hint () {
	test_expect_code 128 dv rev-parse "$1" >.git/out 2>.git/err &&
	test_must_be_empty .git/out &&
	test_grep "^fatal: .* is no dataset here" .git/err &&
	sed -n "s/^hint: //p" .git/err
}

test_expect_success 'setup: two versions, whose names dv commit prints' '
	lab_init &&
	lab_add 1 &&
	dv commit -m one >.git/names
'

test_expect_success 'an artifact name: the version that it names' '
	for dataset in data plot.png
	do
		name=$(grep "^${dataset%%.*}-" .git/names) &&
		hint "$name" >.git/actual &&
		spec=$(sed "s/.*version is .\(.*\).\$/\1/" .git/actual) &&
		test "$(dv rev-parse --dataset "$spec")" = $dataset &&
		dv rev-parse --version "$spec" || return 1
	done
'

test_expect_success 'the long form, where two versions share the short one' '
	lab_add 2 &&
	dv commit -q -m two &&
	name=$(dv log --json data | jq -r ".[0].artifact") &&
	hint "$name" >.git/actual &&
	spec=$(sed "s/.*version is .\(.*\).\$/\1/" .git/actual) &&
	dv rev-parse --version data@latest >.git/expect &&
	dv rev-parse --version "$spec" >.git/actual &&
	test_cmp .git/expect .git/actual
'

test_expect_success 'a version or a revision of git, and no dataset' '
	for what in HEAD main "$(dv rev-parse --version plot.png@latest)"
	do
		echo "say of which dataset: <dataset>@$what" >.git/expect &&
		hint "$what" >.git/actual &&
		test_cmp .git/expect .git/actual || return 1
	done
'

test_expect_success 'anything else: how to list them, how to begin one' '
	hint nothing >.git/actual &&
	test_grep "dv ls" .git/actual &&
	test_grep "dv add" .git/actual
'

test_done
