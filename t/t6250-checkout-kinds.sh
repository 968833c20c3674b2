#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv checkout: what is a file here and a directory there'

. ./test-lib.sh

test_expect_success 'setup: a path is a directory, then a file' '
	dv init -q &&
	mkdir -p d/x/deep &&
	echo a >d/a &&
	echo b >d/x/deep/b &&
	dv add -q d &&
	git add .dvconfig &&
	git commit -q -m code &&
	dv commit -q -m directory &&
	git add -A &&
	git commit -q -m directory &&
	rm -r d/x &&
	echo file >d/x &&
	dv add -q d &&
	dv commit -q -m file &&
	git commit -q -a -m file
'

test_expect_success 'a file becomes the directory it was' '
	git checkout -q HEAD~1 &&
	dv checkout -q &&
	echo b >.git/expect &&
	test_cmp .git/expect d/x/deep/b &&
	dv status --porcelain >.git/actual &&
	test_must_be_empty .git/actual
'

test_expect_success 'a directory becomes the file it was' '
	git checkout -q main &&
	dv checkout -q &&
	echo file >.git/expect &&
	test_cmp .git/expect d/x &&
	dv status --porcelain >.git/actual &&
	test_must_be_empty .git/actual
'

test_expect_success 'a new file in the directory is named and stays' '
	git checkout -q HEAD~1 &&
	dv checkout -q &&
	echo new >d/x/new &&
	git checkout -q main &&
	test_expect_code 128 dv checkout 2>.git/err &&
	test_grep "'\''d/x/new'\''" .git/err &&
	test_path_is_file d/x/new &&
	test_path_is_file d/x/deep/b
'

test_expect_success '--force takes the directory with what is new in it' '
	dv checkout -q -f &&
	test_cmp .git/expect d/x
'

# told <line>: what checkout says of d
told () {
	echo "d: $1" >.git/expect && test_cmp .git/expect .git/err
}

test_expect_success 'what was done is told, and nothing of what was not' '
	git checkout -q HEAD~1 &&
	dv checkout -n 2>.git/err &&
	told "would be: 1 file written (2 B), 1 file removed, 1 as before" &&
	dv checkout 2>.git/err &&
	told "1 file written (2 B), 1 file removed, 1 as before" &&
	rm d/a d/x/deep/b &&
	dv checkout 2>.git/err &&
	told "2 files written (4 B)" &&
	dv checkout 2>.git/err &&
	test_must_be_empty .git/err
'

test_expect_success 'a dataset that has moved away is no news' '
	git mv d.dv e.dv &&
	mv d e &&
	dv checkout 2>.git/err &&
	test_must_be_empty .git/err &&
	dv status >.git/out &&
	test_grep "new dataset: e" .git/out &&
	test_grep ! "pointer" .git/out
'

test_done
