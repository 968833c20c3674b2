#!/bin/sh
# SPDX-License-Identifier: MIT
# dv-test: once

test_description='dv remote-s3: a bucket of Ceph does what the protocol promises'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-servers.sh"
need_ceph

test-s3 PUT /dv-test >/dev/null

conform "s3://dv-test/some%20prefix/x"

# The same names, so that what differs is the style.
HOST=localhost:${S3_ENDPOINT##*:}

test_expect_success 'virtual-host style' '
	url="s3://dv-test/virtual?endpoint=http://$HOST&style=virtual" &&
	ask "$url" >actual <<-\EOF &&
	caps
	create a/b%20c hello
	read a/b%20c 100
	list   10
	delete a/b%20c
	list   10
	EOF
	test_grep "^info style=virtual" actual &&
	grep -v "^info\|^write" actual >answers &&
	printf "%s\n" created "read 5 hello" "item a/b c 5" "end last" done \
		"end last" >expect &&
	test_cmp expect answers
'

test_expect_success 'gs:// through the gateway' '
	url="gs://dv-test/google?endpoint=$S3_ENDPOINT&region=default" &&
	ask "$url" >actual <<-\EOF &&
	create a hello
	create a other
	read a 100
	list   10
	EOF
	printf "%s\n" created "exists hello" "read 5 hello" "item a 5" \
		"end last" >expect &&
	test_cmp expect actual
'

test_expect_success 'the longest key, and one more byte' '
	long=$(printf "%01019d" 0) &&
	ask1 "s3://dv-test/key" create "$long/" x >actual &&
	test_grep "^error fatal .*key" actual &&
	ask1 "s3://dv-test/key" create "${long}a" x >actual &&
	echo created >expect &&
	test_cmp expect actual &&
	ask1 "s3://dv-test/key" create "${long}ab" x >actual &&
	test_grep "^error fatal .*longer than S3 allows" actual &&
	ask1 "s3://dv-test/key" list "" "" 1 >actual &&
	test_grep "^item ${long}a 1" actual
'

test_expect_success 'a large object goes up in parts and comes back in ranges' '
	make_bytes 70000001 large &&
	: >out && truncate -s 70000000 out &&
	{
		printf "put\tlarge\tlarge\t1\t70000000\tany\n" &&
		echo wait &&
		for i in 0 1 2 3 4 5 6
		do
			printf "get\tlarge\t%d0000000\t10000000\tout\t%d0000000\n" \
				$i $i || return 1
		done
	} >script &&
	test-transport "s3://dv-test/parts" <script >actual &&
	test_line_count = 8 actual &&
	! grep -v "^1 done$\|got 10000000 70000000$" actual &&
	tail -c +2 large | cmp - out &&
	ask1 "s3://dv-test/parts" head large >actual &&
	test_grep "^is 70000000 " actual &&
	test-s3 GET /dv-test uploads >actual &&
	test_grep ! "<UploadId>" actual
'

test_expect_success 'an upload that is replaced is another one' '
	printf "put\tlarge\tlarge\t0\t40000000\tany\n" >script &&
	test-transport "s3://dv-test/parts" <script &&
	ask1 "s3://dv-test/parts" head large >actual &&
	test_grep "^is 40000000 " actual
'

test_expect_success 'more keys than a page holds' '
	for i in $(seq -w 1 1203)
	do
		printf "put\tmany/%s\thello\t0\t1\tany\n" "$i" || return 1
	done >script &&
	test-transport "s3://dv-test/pages" <script >actual &&
	test_line_count = 1203 actual &&
	! grep -v "done$" actual &&
	seq -w 1 1203 | sed "s|.*|item many/& 1|" >expect &&
	echo "end last" >>expect &&
	ask1 "s3://dv-test/pages" list many/ "" 100000 >actual &&
	test_cmp expect actual &&
	{ sed -n 11,1110p expect && echo "end more"; } >expect.part &&
	ask1 "s3://dv-test/pages" list many/ many/0010 1100 >actual &&
	test_cmp expect.part actual
'

test_expect_success 'no such bucket' '
	ask1 "s3://dv-none/x" read k 10 >actual &&
	test_grep "^error fatal remote .origin.: there is no bucket .dv-none. at .127.0.0.1.*request id" actual
'

# Where it takes session tokens, Ceph answers AccessDenied to whoever it
# does not know; t5011 has the other answers there are.
test_expect_success 'an unknown access key, and a wrong secret, which is not shown' '
	(
		AWS_ACCESS_KEY_ID=AKIANOBODY &&
		ask1 "s3://dv-test/x" read k 10
	) >actual &&
	test_grep "^error denied .*(credentials from: environment; servers like this one answer the same to a wrong key): HTTP 403" actual &&
	(
		AWS_SECRET_ACCESS_KEY=hunter2hunter2 &&
		ask1 "s3://dv-test/x" read k 10 &&
		ask1 "s3://dv-test/x" head k &&
		ask1 "s3://dv-test/x" list "" "" 10
	) >actual 2>&1 &&
	test_line_count = 3 actual &&
	! grep -v "^error denied .*(credentials from: environment; servers .* wrong key): HTTP 403 AccessDenied" actual &&
	test_grep ! hunter2 actual
'

test_expect_success 'anonymous: refused where the bucket is private, let in where it is not' '
	echo "create public/k hello" | ask "s3://dv-test/x" &&
	ask1 "s3://dv-test/x?anonymous=yes" read public/k 10 >actual &&
	test_grep "^error denied .*credentials from: none" actual &&
	cat >policy <<-\EOF &&
	{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",
	"Action":"s3:GetObject","Resource":"arn:aws:s3:::dv-test/x/public/*"}]}
	EOF
	test-s3 -b PUT /dv-test policy <policy >actual &&
	ask1 "s3://dv-test/x?anonymous=yes" read public/k 10 >actual &&
	echo "read 5 hello" >expect &&
	test_cmp expect actual &&
	echo "read public/k 10" | ask "s3://dv-test/x" -a >actual &&
	test_cmp expect actual &&
	echo "put public/k2 hello 0 5 any" |
		ask "s3://dv-test/x?anonymous=yes" >actual &&
	test_grep "^error denied " actual
'

test_expect_success 'a session token' '
	"$DV_SOURCE/t/servers/ceph-s3" token "$SERVERS/ceph-s3" >token.env &&
	(
		. ./token.env &&
		ask "s3://dv-test/sts" >actual <<-\EOF
		create k hello
		read k 10
		EOF
	) &&
	printf "%s\n" created "read 5 hello" >expect &&
	test_cmp expect actual &&
	(
		. ./token.env &&
		AWS_SESSION_TOKEN=${AWS_SESSION_TOKEN}x &&
		ask1 "s3://dv-test/sts" read k 10 >actual
	) &&
	test_grep "^error .*HTTP 4" actual
'

test_expect_success 'the role of a profile, through the Security Token Service' '
	cat >aws-config <<-EOF &&
	[profile lab]
	role_arn = arn:aws:iam:::role/dv
	source_profile = keys
	region = default
	endpoint_url = $S3_ENDPOINT
	[profile keys]
	region = default
	endpoint_url = $S3_ENDPOINT
	EOF
	cat >aws-credentials <<-EOF &&
	[keys]
	aws_access_key_id = $AWS_ACCESS_KEY_ID
	aws_secret_access_key = $AWS_SECRET_ACCESS_KEY
	EOF
	(
		unset AWS_ENDPOINT_URL AWS_REGION AWS_DEFAULT_REGION &&
		ask "s3://dv-test/sts?profile=lab" >actual <<-\EOF
		caps
		read k 10
		EOF
	) &&
	test_grep "^info credentials=profile .lab., role .arn:aws:iam:::role/dv." actual &&
	test_grep "^read 5 hello" actual
'

test_done
