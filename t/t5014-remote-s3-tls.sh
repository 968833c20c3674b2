#!/bin/sh
# SPDX-License-Identifier: MIT
# dv-test: once

test_description='dv remote-s3: over TLS, who answers must be who it should be'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-servers.sh"
CEPH_S3_TLS=1
export CEPH_S3_TLS
need_programs openssl openssl
need_ceph

test-s3 PUT /dv-test >/dev/null
URL=s3://dv-test/p

test_expect_success 'with its authority in AWS_CA_BUNDLE' '
	make_bytes 40000000 large &&
	: >out &&
	ask "$URL" >actual <<-\EOF &&
	create k hello
	read k 10
	put large large 0 40000000 any
	get large 0 40000000 out 0
	EOF
	cat >expect <<-\EOF &&
	created
	read 5 hello
	done
	got 40000000 40000000
	EOF
	test_cmp expect actual &&
	test_cmp_bin large out
'

test_expect_success 'with its authority in the profile' '
	cat >aws-config <<-EOF &&
	[default]
	ca_bundle = $AWS_CA_BUNDLE
	EOF
	(
		unset AWS_CA_BUNDLE &&
		ask1 "$URL" read k 10 >actual
	) &&
	echo "read 5 hello" >expect &&
	test_cmp expect actual
'

test_expect_success 'without it nothing is sent' '
	: >aws-config &&
	(
		unset AWS_CA_BUNDLE &&
		ask1 "$URL" read k 10 >actual 2>notes
	) &&
	test_grep "^error fatal .*no trustworthy connection to .127.0.0.1:[0-9]*.: .*certificate" actual &&
	test_must_be_empty notes
'

test_expect_success 'under another name it is somebody else' '
	port=${S3_ENDPOINT##*:} &&
	ask1 "$URL?endpoint=https://dv.localhost:$port" read k 10 >actual &&
	test_grep "^error fatal .*no trustworthy connection" actual
'

test_done
