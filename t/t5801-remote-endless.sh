#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='lists of a remote that do not end cost neither memory nor time without end'

# shellcheck disable=SC2034 # read by test-lib.sh
TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"
. "$DV_SOURCE/t/lib-endless.sh"

MAY=no
export MAY

test_expect_success 'setup' '
	lab_new lab && lab_commit 1 "first run" &&
	dv remote add endless endless::x
'

test_expect_success 'versions without an end' '
	PREFIX=dv/versions/lab/data/ FORM=%010.0f-dc7048f8-3b05357d &&
	export PREFIX FORM &&
	test_expect_code 128 within dv fetch --remote=endless data 2>err &&
	test_grep "^fatal: remote .endless.: there are more than 1000000 new versions" err &&
	git for-each-ref refs/dv/data >refs && test_line_count = 1 refs
'

test_expect_success 'versions of datasets without an end' '
	PREFIX=dv/versions/ FORM=lab/d%08.0f/0123456789-dc7048f8-3b05357d &&
	test_expect_code 128 within dv ls-remote endless 2>err >out &&
	test_grep "^fatal: remote .endless. has more than 1000000 heads and versions" err &&
	test_must_be_empty out
'

test_expect_success 'datasets without an end' '
	PREFIX=dv/heads/ FORM=d%08.0f/latest/0000000001 &&
	test_expect_code 128 within dv fetch --remote=endless 2>err &&
	test_grep "^fatal: remote .endless.: there are more than 1000000 datasets" err
'

test_done
