#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv rm: tracking ends, files stay'

. ./test-lib.sh

test_expect_success 'setup' '
	test_commit code && dv init && mkdir data && echo 1 >data/1 && echo p >plot.png &&
	dv add data plot.png && dv commit -m one && git add -A && git commit -qm one
'

test_expect_success 'pointer, index and exclude line go; the files stay' '
	dv rm data 2>err && test_grep "^data: no longer tracked" err &&
	test_path_is_missing data.dv && test_path_is_missing .git/dv/index/data &&
	test_grep ! "^/data$" .git/info/exclude && test_grep "^/plot.png$" .git/info/exclude &&
	echo 1 >expect && test_cmp expect data/1 && dv status --porcelain >actual && test_must_be_empty actual &&
	git status --porcelain -uall >actual && test_grep "^?? data/1$" actual && test_grep "^ D data.dv$" actual
'

test_expect_success 'its versions stay, and so it can be brought back' '
	dv log data >actual && test -s actual && rm -r data && dv checkout data@latest &&
	test_cmp expect data/1 && test_path_is_file data.dv && git diff --quiet -- data.dv
'

test_expect_success 'the last one takes the whole block along' '
	dv rm -q data plot.png 2>err && test_must_be_empty err && test_grep ! "dv begin" .git/info/exclude
'

test_expect_success 'what is no dataset, or a part of one' '
	dv add -q data && test_expect_code 128 dv rm nosuch 2>err && test_grep "^fatal: .nosuch. is not a dataset" err &&
	test_expect_code 128 dv rm data/1 2>err && test_grep "^fatal: .data/1. is not a dataset" err &&
	test_grep "^hint: it is a part of .data.$" err && test_path_is_file data.dv && test_expect_code 129 dv rm
'

test_expect_success 'its pointer, which completion types: what to name' '
	test_expect_code 128 dv rm data.dv 2>err &&
	test_grep "^hint: .*by its dataset: .data.$" err &&
	test_path_is_file data.dv
'

test_expect_success 'one whose pointer is gone already' '
	rm data.dv && dv rm data && test_path_is_missing .git/dv/index/data && test_path_is_file data/1
'

test_expect_success 'the pipeline that equals it' '
	mkdir again && echo 1 >again/1 && dv add -q again && rm again.dv .git/dv/index/again &&
	dv status --porcelain >actual && test_must_be_empty actual && test_path_is_file again/1
'

test_done
