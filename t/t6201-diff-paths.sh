#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv diff: a part of a dataset'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"

test_expect_success 'setup: two versions that differ below train' '
	lab_init &&
	lab_commit 1 one &&
	echo more >>data/train/1.csv &&
	dv add -q data
'

test_expect_success 'the part is compared with the same part' '
	printf "M\tdata/train/1.csv\n" >.git/expect &&
	dv diff data@latest:train data >.git/actual &&
	test_cmp .git/expect .git/actual &&
	dv diff data@latest:train >.git/actual &&
	test_cmp .git/expect .git/actual
'

test_expect_success 'a part that is the same on both sides is no mistake' '
	dv diff data@latest:test data >.git/actual 2>.git/err &&
	test_must_be_empty .git/actual &&
	test_must_be_empty .git/err &&
	dv diff data:train/1.csv
'

test_expect_success 'a part that neither side has is named; exit 128' '
	for args in "data@latest:typo" "data:typo" "data@latest:typo data" \
		"data@latest data:typo"
	do
		# shellcheck disable=SC2086 # words
		test_expect_code 128 dv diff $args >.git/actual 2>.git/err &&
		test_must_be_empty .git/actual &&
		test_grep "^fatal: .data. has no file .typo." .git/err &&
		test_grep "^hint: dv ls data" .git/err || return 1
	done
'

test_done
