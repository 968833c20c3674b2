#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='gc, repack, fsck, forget of a remote whose lists do not end, or whose records do not'

# shellcheck disable=SC2034 # read by test-lib.sh
TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"
. "$DV_SOURCE/t/lib-endless.sh"

MAY=yes
export MAY

# lists <prefix> <form>: what there is without an end
lists () {
	PREFIX=$1 FORM=$2
	export PREFIX FORM
}

# An id, but for its first ten digits.
REST=$(test "$DV_TEST_FORMAT" = xxh128 && printf %022d 0 || printf %054d 0)

test_expect_success 'setup' '
	lab_new lab && dv remote add endless endless::x
'

for command in "gc --remote=endless" "gc --remote=endless -n" "repack --remote=endless" \
	"forget --remote=endless --all lab/data"
do
	test_expect_success "versions without an end that are not there: $command" '
		lists dv/versions/ lab/data/%010.0f-dc7048f8-3b05357d &&
		test_expect_code 128 within dv $command 2>err &&
		test_grep "^fatal: remote .endless. lists 10000 versions that are not there" err
	'
done

test_expect_success 'versions without an end: fsck' '
	test_expect_code 128 within dv fsck --remote=endless 2>err &&
	test_grep "^fatal: remote .endless. has more than 1000000 versions" err
'

test_expect_success 'long names of versions: fsck' '
	long=$(printf %0200d 1) && lists dv/versions/ $long/$long/%010.0f-dc7048f8-3b05357d &&
	test_expect_code 128 within dv fsck --remote=endless 2>err &&
	test_grep "^fatal: remote .endless.: the names of its versions are longer than 100 MiB" err
'

test_expect_success 'keys of no version: fsck' '
	lists dv/versions/ lab/data/no%010.0f &&
	test_expect_code 128 within dv fsck --remote=endless 2>err >out &&
	test_grep "^fatal: remote .endless. has more than 100000 faults" err &&
	test_line_count = 100000 out
'

test_expect_success 'heads without an end: fsck, forget' '
	lists dv/heads/ lab/data/tags/t%010.0f/0000000001 &&
	test_expect_code 128 within dv fsck --remote=endless 2>err &&
	test_grep "^fatal: remote .endless. has more than 1000000 heads" err &&
	test_expect_code 128 within dv forget --remote=endless --all lab/data 2>err &&
	test_grep "^fatal: remote .endless. has more than 1000000 heads" err
'

test_expect_success 'records of gcs without an end: gc, fsck' '
	lists dv/gc/ %010.0f && test_expect_code 128 within dv gc --remote=endless 2>err &&
	test_grep "^fatal: .*more than 100000 objects below .dv/gc/" err &&
	test_expect_code 1 within dv fsck --remote=endless >out &&
	test_grep "more than 100000 objects below .dv/gc/" out
'

test_done
