#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv pack-objects: chosen objects into a pack'

. ./test-lib.sh

test_expect_success 'setup: small, large and compressible objects' '
	dv init &&
	seq 1 200000 >text &&
	head -c 3000000 /dev/urandom >large &&
	echo small >small &&
	dv hash-object -w text large small >ids &&
	mkdir out
'

test_expect_success 'the name printed is the digest of the index' '
	test_id small | dv pack-objects out >name &&
	test_digest out/$(cat name).idx >expect &&
	test_cmp expect name &&
	test_path_is_file out/$(cat name).pack
'

test_expect_success 'the pack holds what was named, and only that' '
	dv verify-pack -v out/$(cat name).pack >actual &&
	echo "$(test_id small) plain 6 6 0 0" >expect &&
	test_cmp expect actual
'

test_expect_success 'a large object brings its chunks' '
	test_id large | dv pack-objects out >name &&
	dv verify-pack -v out/$(cat name).pack >list &&
	grep " recipe " list >recipe &&
	test "$(cut -d" " -f1,2,3 recipe)" = "$(test_id large) recipe 3000000" &&
	awk "\$2 == \"plain\" { n += \$3 } END { print n }" list >actual &&
	echo 3000000 >expect &&
	test_cmp expect actual
'

test_expect_success 'what is named twice, or by a prefix, is in it once' '
	{
		test_id small &&
		test_digest small | cut -c 1-10 &&
		test_id small
	} | dv pack-objects out >name &&
	dv verify-pack -s out/$(cat name).pack >sums &&
	test "$(cut -d" " -f3 sums)" = 1
'

test_expect_success '--level compresses what can be, --kind is recorded' '
	test_id text | dv pack-objects --level=3 --kind=meta out >name &&
	dv verify-pack -s out/$(cat name).pack >sums &&
	read -r digest kind objects blocks stored plain <sums &&
	test $kind = meta &&
	test $stored -lt $((plain / 2)) &&
	test "$digest" = "$(cat name)"
'

test_expect_success 'nothing named: nothing written, nothing printed' '
	mkdir none &&
	dv pack-objects none </dev/null >actual &&
	test_must_be_empty actual &&
	ls none >actual &&
	test_must_be_empty actual
'

test_expect_success 'an object that is not here: fatal, no file left' '
	{ test_id small && echo 1234567; } >in &&
	test_expect_code 128 dv pack-objects none <in >actual 2>err &&
	test_must_be_empty actual &&
	test_grep "^fatal: .*1234567" err &&
	ls none >actual &&
	test_must_be_empty actual
'

test_expect_success 'misuse' '
	test_expect_code 129 dv pack-objects </dev/null &&
	test_expect_code 129 dv pack-objects --level=20 out </dev/null &&
	test_expect_code 129 dv pack-objects --kind=other out </dev/null &&
	test_expect_code 128 dv pack-objects gone <ids
'

test_done
