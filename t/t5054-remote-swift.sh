#!/bin/sh
# SPDX-License-Identifier: MIT
# dv-test: once

test_description='dv remote test: Swift, which has no create-if-absent'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-servers.sh"
need_swift

test-s3 PUT /dv-test >/dev/null

works () {
	test_grep -E "^$1 +$2${3:+: .*$3}" actual
}

test_expect_success 'setup' '
	test_commit code && dv init -q && dv remote add origin s3://dv-test/p
'

test_expect_success 'all but create-if-absent works, and what that costs is said' '
	dv remote test >actual &&
	works read yes && works list yes && works write yes &&
	works create-if-absent no "no version is lost" && works delete yes
'

test_expect_success 'nothing stays there' '
	printf "list\t\t\t10\n" | test-transport -s s3://dv-test/p >actual &&
	echo "end last" >expect && test_cmp expect actual
'

test_expect_success 'the wrong region is put right, and told with -v' '
	AWS_REGION=eu-west-9 dv remote test -v >actual 2>err &&
	works write yes &&
	test_grep "the bucket is in region .us-east-1." err
'

test_expect_success 'a wrong secret, no bucket' '
	(
		AWS_SECRET_ACCESS_KEY=wrong &&
		test_expect_code 128 dv remote test 2>err
	) &&
	test_grep "^fatal: remote .origin.: .*secret key does not belong" err &&
	test_expect_code 128 dv remote test s3://dv-none/p 2>err &&
	test_grep "^fatal: remote .*there is no bucket" err
'

test_done
