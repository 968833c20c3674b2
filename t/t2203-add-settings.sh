#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv add: settings that reach the store'

. ./test-lib.sh

# packed: bytes of all packs
packed () {
	cat .git/dv/packs/*.pack | wc -c
}

test_expect_success 'setup: a file that compresses well' '
	test_commit code && dv init && mkdir data &&
	awk "BEGIN { for (i = 0; i < 20000; i++) print i % 7, \"the same\" }" \
		>data/table
'

test_expect_success 'content is stored as it is' '
	dv add -q data &&
	test "$(packed)" -gt "$(wc -c <data/table)"
'

test_expect_success 'dv.compression compresses what is added' '
	awk "BEGIN { for (i = 0; i < 40000; i++) print i % 5, \"another\" }" \
		>data/more &&
	before=$(packed) &&
	git config dv.compression 3 &&
	dv add -q data &&
	test $(($(packed) - before)) -lt $(($(wc -c <data/more) / 4)) &&
	dv commit -q data &&
	dv cat data:more >.git/actual &&
	test_cmp data/more .git/actual
'

test_expect_success 'another level than 0 to 19 is refused, and named' '
	echo more >data/f &&
	cp data.dv .git/before &&
	for level in 20 -1 fast
	do
		test_expect_code 128 dv -c dv.compression=$level add data \
			2>.git/err &&
		test_grep "^fatal: .*dv.compression" .git/err || return 1
	done &&
	test_cmp .git/before data.dv
'

test_expect_success 'dv.lockTimeout is the time to wait for a gc, too' '
	test_expect_code 128 perl -e "
		use Fcntl;
		open(my \$f, \"+>>\", \".git/dv/gc.lock\") or die;
		my \$lock = pack(\"s s x![q] q q l x![q]\", 1, 0, 0, 0, 0);
		fcntl(\$f, 37, \$lock) or die \"\$!\";
		exit(system(@ARGV) >> 8);
	" dv -c dv.lockTimeout=0 add data 2>.git/err &&
	test_grep "^fatal: .*gc.lock.*locked" .git/err &&
	dv add -q data
'

test_done
