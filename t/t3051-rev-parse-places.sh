#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv rev-parse: a dataset is named from any directory'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"

# names <spec>: what it is, dataset and manifest
names () {
	dv rev-parse --dataset "$1" && dv rev-parse --manifest "$1"
}

test_expect_success 'setup: two versions, and directories to stand in' '
	lab_init &&
	lab_commit 1 one &&
	lab_add 2 &&
	mkdir src src/data &&
	names data >.git/now &&
	names data@latest >.git/latest &&
	! test_cmp .git/now .git/latest
'

test_expect_success 'what commands print names the same in a directory below' '
	git_dir=$PWD/.git &&
	for dir in src data data/train
	do
		(
			cd $dir &&
			names data@latest >"$git_dir/actual"
		) &&
		test_cmp .git/latest .git/actual || return 1
	done
'

test_expect_success 'also without a version, where no such file is there' '
	(cd data/train && names data >"$git_dir/actual") &&
	test_cmp .git/now .git/actual
'

test_expect_success 'a file of that name here comes first' '
	test_must_fail dv -C src rev-parse data >.git/actual 2>.git/err &&
	test_must_be_empty .git/actual &&
	test_grep "no dataset here" .git/err
'

test_expect_success 'a path from the current directory is one in its dataset' '
	(cd data/train && dv cat ../train/2.csv >"$git_dir/actual") &&
	echo "run 2, sample 2" >.git/expect &&
	test_cmp .git/expect .git/actual
'

test_expect_success 'the pointer, which completion types, names its dataset' '
	names data.dv >.git/actual &&
	test_cmp .git/now .git/actual &&
	names data.dv@latest >.git/actual &&
	test_cmp .git/latest .git/actual &&
	(cd src && names ../data.dv@latest >"$git_dir/actual") &&
	test_cmp .git/latest .git/actual
'

test_done
