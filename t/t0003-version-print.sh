#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv version, and what every command does to its output'

. ./test-lib.sh

test_expect_success 'version is one line that scripts can read' '
	dv version >actual 2>err &&
	test_must_be_empty err &&
	test_line_count = 1 actual &&
	test_grep -E "^dv version [0-9]+\.[0-9]+\.[0-9]+\$" actual
'

test_expect_success '--version and -v are the same' '
	dv version >expect &&
	dv --version >actual &&
	test_cmp expect actual &&
	dv -v >actual &&
	test_cmp expect actual
'

test_expect_success 'arguments are misuse' '
	test_expect_code 129 dv version 1 >out 2>err &&
	test_must_be_empty out &&
	test_grep "^error: " err
'

test_expect_success 'a full disk is reported' '
	test_expect_code 128 dv version >/dev/full 2>err &&
	test_grep "^fatal: cannot write to standard output" err &&
	test_grep "^hint: free some space" err
'

test_expect_success 'so is a closed standard output' '
	test_expect_code 128 dv version >&- 2>err &&
	test_grep "^fatal: cannot write to standard output" err
'

test_expect_success 'a reader that went away ends it without a word' '
	test_expect_code 141 env --ignore-signal=PIPE sh -c \
		"{ sleep 0.3; dv version; echo \$? >status; } 2>err | :;
		exit \$(cat status)" &&
	test_must_be_empty err
'

test_done
