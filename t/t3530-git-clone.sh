#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='a clone has pointers, and neither data nor versions'

# shellcheck disable=SC2034 # read by test-lib.sh
TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"

test_expect_success 'setup: a repository with versions, and a clone' '
	(
		lab_new origin &&
		lab_commit 1 one --config params.yaml &&
		lab_pointers "data"
	) &&
	git clone -q origin clone
'

test_expect_success 'status tells what is not in this store, and what to do' '
	(
		cd clone &&
		printf "%s\n" "unheld data" "unheld plot.png" >.git/expect &&
		dv status --porcelain >.git/actual &&
		test_cmp .git/expect .git/actual &&
		dv status >.git/actual &&
		test_grep "elsewhere: *data (5 files" .git/actual &&
		test_grep "dv add" .git/actual &&
		test_grep ! "Staged" .git/actual &&
		test_grep ! "dv checkout" .git/actual &&
		dv status --json >.git/actual &&
		test_grep "\"unheld\":true" .git/actual
	)
'

test_expect_success 'what needs the data says whose it is; exit 128' '
	(
		cd clone &&
		for command in checkout "checkout data" "ls data" \
			"cat data:README" "show data" "diff data" \
			"diff data plot.png"
		do
			# shellcheck disable=SC2086 # words
			test_expect_code 128 dv $command >.git/out 2>.git/err &&
			test_must_be_empty .git/out &&
			test_grep "the data of .data. is not in this store" \
				.git/err &&
			test_grep "^hint: .*dv add .data." .git/err || return 1
		done &&
		test_path_is_missing data
	)
'

test_expect_success 'diff has nothing to compare it with' '
	(
		cd clone &&
		dv diff >.git/out 2>.git/err &&
		test_must_be_empty .git/out &&
		test_must_be_empty .git/err
	)
'

test_expect_success 'log says how git brings the versions, and it does' '
	(
		cd clone &&
		dv log >.git/out 2>.git/err &&
		test_must_be_empty .git/out &&
		hint=$(sed -n "s/^hint: \(git fetch .*\) brings.*/\1/p" .git/err) &&
		test -n "$hint" &&
		eval "$hint" &&
		dv log --oneline >.git/out &&
		test_line_count = 2 .git/out &&
		test_grep "^data@.* one$" .git/out
	)
'

test_expect_success 'no versions asked for is no lack of them' '
	(cd clone && dv log -n 0 2>.git/err && test_must_be_empty .git/err)
'

test_expect_success 'files put there do not make status fail' '
	(
		cd clone &&
		cp -R ../origin/data . &&
		dv status --porcelain >.git/actual &&
		test_cmp .git/expect .git/actual
	)
'

test_expect_success 'the files that belong there are taken in by dv add' '
	(
		cd clone &&
		dv add -q data &&
		git status --porcelain >.git/actual &&
		test_must_be_empty .git/actual &&
		echo "unheld plot.png" >.git/expect &&
		dv status --porcelain >.git/actual &&
		test_cmp .git/expect .git/actual &&
		dv ls data >.git/actual &&
		test_line_count = 3 .git/actual
	)
'

test_expect_success 'pointers that git pull brings are told from local changes' '
	(cd origin && lab_commit 2 two --config params.yaml && lab_pointers two) &&
	(
		cd clone &&
		git pull -q &&
		printf "%s\n" "unheld data" "unheld plot.png" >.git/expect &&
		dv status --porcelain >.git/actual &&
		test_cmp .git/expect .git/actual
	)
'

test_done
