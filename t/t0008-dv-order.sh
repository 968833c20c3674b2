#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='what is said about an answer comes behind the answer'

. ./test-lib.sh

test_expect_success 'init: what was made, then what to type' '
	dv init >.git/both 2>&1 &&
	sed -n "1s/ .*//p; \$s/ .*//p" .git/both >.git/actual &&
	printf "%s\n" made hint: >.git/expect &&
	test_cmp .git/expect .git/actual
'

test_expect_success 'add -v: the paths, the dataset, then what to type' '
	test_commit code &&
	mkdir data && echo 1 >data/1 &&
	dv add -v data >.git/both 2>&1 &&
	sed "s/[: ].*//" .git/both >.git/actual &&
	printf "%s\n" A data hint >.git/expect &&
	test_cmp .git/expect .git/actual
'

test_expect_success 'forget: the versions, then what becomes of their data' '
	dv commit -q -m one && dv commit -q --set a=1 data &&
	dv forget --keep-last=1 data >.git/both 2>&1 &&
	sed "s/[@:].*//" .git/both >.git/actual &&
	printf "%s\n" data hint >.git/expect &&
	test_cmp .git/expect .git/actual
'

test_expect_success 'nobody who reads the answer: the work is done all the same' '
	echo 2 >data/2 &&
	(dv add -v data; echo $? >.git/status) 2>.git/err | true &&
	dv status --porcelain >.git/actual &&
	echo "staged data" >.git/expect &&
	test_cmp .git/expect .git/actual
'

test_expect_success 'an answer that could not be written is still told' '
	echo 3 >data/3 &&
	test_expect_code 128 dv add -v data >/dev/full 2>.git/err &&
	test_grep "^fatal: cannot write to standard output" .git/err
'

test_done
