#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv commit: a configuration that was there before'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"

test_expect_success 'setup: a version with a configuration, one without' '
	lab_init &&
	./simulate 1 &&
	dv add -q data plot.png &&
	dv commit -q --config params.yaml data 2>.git/err &&
	test_must_be_empty .git/err &&
	dv commit -q plot.png 2>.git/err &&
	test_must_be_empty .git/err
'

test_expect_success 'the next one without: a warning, and how to name it' '
	before=$(dv rev-parse --version data) &&
	lab_add 2 &&
	dv commit data plot.png >.git/out 2>.git/err &&
	test_line_count = 2 .git/out &&
	test_grep "^warning: .data. is recorded without.*$before" .git/err &&
	test_grep ! "warning: .plot.png" .git/err &&
	test_grep "^hint: dv commit --config=" .git/err &&
	sed -n "/^warning/p" .git/err >.git/warnings &&
	test_line_count = 1 .git/warnings
'

test_expect_success 'said once: the one before has none now' '
	lab_add 3 &&
	dv commit -q data plot.png 2>.git/err &&
	test_must_be_empty .git/err
'

test_expect_success 'the hint gives all that follow the configuration' '
	dv commit -q --config params.yaml data &&
	lab_add 4 &&
	dv commit -n data 2>.git/err &&
	command=$(sed -n "s/.*for all times: \(.*\)<file>/\1/p" .git/err) &&
	test -n "$command" &&
	$command params.yaml &&
	dv commit -q data 2>.git/err &&
	test_must_be_empty .git/err &&
	dv show --config data >.git/actual &&
	echo "{\"seed\":1}" >.git/expect &&
	test_cmp .git/expect .git/actual
'

test_done
