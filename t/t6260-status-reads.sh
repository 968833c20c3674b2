#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv status: what people read, and in which directory'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"

# listed: the paths that status prints, in the order printed.
listed () {
	dv status >"$git_dir/out" &&
	sed -n "s/^	[a-z ]*: *//p" "$git_dir/out" >"$git_dir/actual"
}

test_expect_success 'setup: one dataset staged and changed, one new' '
	git_dir=$PWD/.git &&
	lab_init &&
	lab_commit 1 one &&
	mkdir -p src/deep &&
	echo more >>data/train/1.csv &&
	dv add -q data &&
	echo again >>data/train/1.csv &&
	echo table >src/table &&
	dv add -q src/table
'

test_expect_success 'at the top, paths from the top' '
	printf "%s\n" "data (5 files, 78 B)" "src/table (1 file, 6 B)" \
		data/train/1.csv >.git/expect &&
	listed && test_cmp .git/expect .git/actual
'

test_expect_success 'below it, paths as they are typed there' '
	(
		cd src &&
		printf "%s\n" "../data (5 files, 78 B)" \
			"table (1 file, 6 B)" \
			../data/train/1.csv >"$git_dir/expect" &&
		listed && test_cmp "$git_dir/expect" "$git_dir/actual" &&
		cd ../data &&
		printf "%s\n" ". (5 files, 78 B)" \
			"../src/table (1 file, 6 B)" \
			train/1.csv >"$git_dir/expect" &&
		listed && test_cmp "$git_dir/expect" "$git_dir/actual" &&
		cd train &&
		printf "%s\n" ".. (5 files, 78 B)" \
			"../../src/table (1 file, 6 B)" \
			1.csv >"$git_dir/expect" &&
		listed && test_cmp "$git_dir/expect" "$git_dir/actual"
	)
'

test_expect_success 'what it prints can be added there' '
	(cd data/train && dv add -q 1.csv && dv add -q ..) &&
	dv status >.git/actual &&
	test_grep ! "modified:" .git/actual
'

test_expect_success 'scripts get paths from the top' '
	echo again >>data/train/1.csv &&
	(cd src/deep && dv status --porcelain >"$git_dir/actual") &&
	printf "%s\n" "staged data" "modified data/train/1.csv" \
		"staged src/table" >.git/expect &&
	test_cmp .git/expect .git/actual
'

test_expect_success 'all recorded: so it says, and how many datasets' '
	dv add -q data &&
	dv commit -q -m two &&
	dv status >.git/actual &&
	echo "nothing to commit, data as recorded (3 datasets)" >.git/expect &&
	test_cmp .git/expect .git/actual
'

test_done
