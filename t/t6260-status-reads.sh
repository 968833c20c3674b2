#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv status: what people read, and in which directory'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"

git_dir=$PWD/.git

# listed: the paths that status prints, in the order printed.
listed () {
	dv status >"$git_dir/out" &&
	sed -n "s/^	[a-z ]*: *//p" "$git_dir/out" >"$git_dir/actual"
}

test_expect_success 'setup: one dataset staged and changed, one new' '
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

test_expect_success 'a dataset that is gone as a whole is one line' '
	mv data elsewhere &&
	dv status >.git/out &&
	sed -n "s/^	missing: *//p" .git/out >.git/actual &&
	echo "data (all of it, 5 paths)" >.git/expect &&
	test_cmp .git/expect .git/actual &&
	dv status --porcelain >.git/actual &&
	test_grep -c "^missing data/" .git/actual &&
	test_line_count = 5 .git/actual &&
	mv elsewhere data
'

test_expect_success 'moved by hand, pointer and files: no list of what is missing' '
	git add -A && git commit -q -m data &&
	git mv data.dv moved.dv && mv data moved &&
	dv status >.git/actual &&
	test_grep "new dataset: moved" .git/actual &&
	test_grep "no pointer:  data" .git/actual &&
	test_grep ! missing .git/actual &&
	git mv moved.dv data.dv && mv moved data
'

test_expect_success 'a file that became a directory reads as it will be added' '
	rm data/README data/test/1.csv &&
	mkdir -p data/README/in data/test/1.csv &&
	echo text >data/README/in/text &&
	printf "%s\n" "missing data/README" "new data/README/in/text" \
		"type data/test/1.csv" >.git/expect &&
	dv status --porcelain >.git/actual &&
	test_cmp .git/expect .git/actual &&
	printf "%s\t%s\n" D data/README A data/README/in/text \
		T data/test/1.csv >.git/expect &&
	dv diff >.git/actual &&
	test_cmp .git/expect .git/actual &&
	dv add -q data &&
	dv diff data@latest data >.git/actual &&
	test_cmp .git/expect .git/actual &&
	dv commit -q -m "other kinds"
'

test_expect_success 'a pointer in conflict does not hide the others; exit 128' '
	echo again >>data/train/1.csv &&
	sed "1a<<<<<<< HEAD" plot.png.dv >pointer && mv pointer plot.png.dv &&
	test_expect_code 128 dv status >.git/out 2>.git/err &&
	test_grep "modified: *data/train/1.csv" .git/out &&
	test_grep "^error: .*plot.png.dv.*conflict" .git/err &&
	test_grep "^hint: .*git checkout --ours" .git/err &&
	test_expect_code 128 dv status --porcelain >.git/actual 2>.git/err &&
	echo "modified data/train/1.csv" >.git/expect &&
	test_cmp .git/expect .git/actual &&
	dv add -q data &&
	dv commit -q -m three data &&
	test_expect_code 128 dv status >.git/out 2>.git/err &&
	test_grep ! "nothing to commit" .git/out
'

test_done
