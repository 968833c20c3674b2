#!/bin/sh
# SPDX-License-Identifier: MIT
# dv-test: once

test_description='dv remote-s3: Swift, which has no create-if-absent and insists on its region'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-servers.sh"
need_swift

test-s3 PUT /dv-test >/dev/null
URL=s3://dv-test/p

test_expect_success 'setup' '
	printf "hello" >hello &&
	: >out
'

test_expect_success 'objects go there, come back, are listed and deleted' '
	ask "$URL" >actual <<-\EOF &&
	put a/b%20c hello 0 5 any
	put a/d+e hello 0 4 any
	read a/b%20c 100
	list   10
	list a/ a/b%20c 10
	delete a/d+e
	list   10
	head a/d+e
	EOF
	sed -i "s/^\(error missing\).*/\1/" actual &&
	cat >expect <<-\EOF &&
	done
	done
	read 5 hello
	item a/b c 5
	item a/d+e 4
	end last
	item a/d+e 4
	end last
	done
	item a/b c 5
	end last
	error missing
	EOF
	test_cmp expect actual
'

test_expect_success 'a create says plainly that it cannot be' '
	ask "$URL" >actual <<-\EOF &&
	create k mine
	read k 10
	EOF
	test_grep "^error unsupported .*HTTP 501 NotImplemented" actual &&
	test_grep "^error missing" actual
'

test_expect_success 'the wrong region is put right from what it answers' '
	(
		AWS_REGION=eu-west-9 &&
		ask1 "$URL" read a/b%20c 100 >actual 2>notes &&
		ask1 "$URL" read "a/b c" 100 >actual 2>notes
	) &&
	echo "read 5 hello" >expect &&
	test_cmp expect actual &&
	test_grep "^note: the bucket is in region .us-east-1." notes
'

test_expect_success 'so it is for all requests that are under way' '
	for i in 1 2 3 4 5 6 7 8
	do
		printf "read\ta/b c\t100\n" || return 1
	done | AWS_REGION=eu-west-9 test-transport "$URL" >actual 2>notes &&
	test_line_count = 8 actual &&
	! grep -v "read 5 hello$" actual
'

test_expect_success 'pages of a list' '
	for i in $(seq -w 1 60)
	do
		printf "put\tmany/%s\thello\t0\t1\tany\n" "$i" || return 1
	done >script &&
	test-transport "$URL" <script >actual &&
	! grep -v "done$" actual &&
	seq -w 11 60 | sed "s|.*|item many/& 1|" >expect &&
	echo "end last" >>expect &&
	ask1 "$URL" list many/ many/10 1000 >actual &&
	test_cmp expect actual &&
	ask1 "$URL" list many/ many/10 7 >actual &&
	test_line_count = 8 actual &&
	test_grep "^end more" actual
'

test_expect_success 'parts' '
	make_bytes 40000000 large &&
	: >out &&
	ask "$URL" >actual <<-\EOF &&
	put large large 0 40000000 any
	get large 20000000 20000000 out 0
	EOF
	printf "done\ngot 20000000 40000000\n" >expect &&
	test_cmp expect actual &&
	tail -c 20000000 large | test_cmp_bin - out
'

test_expect_success 'a wrong secret, an unknown key, no bucket' '
	(
		AWS_SECRET_ACCESS_KEY=wrong &&
		ask1 "$URL" read k 10
	) >actual &&
	test_grep "^error auth .*secret key does not belong" actual &&
	(
		AWS_ACCESS_KEY_ID=nobody:nobody &&
		ask1 "$URL" read k 10
	) >actual &&
	test_grep "^error auth " actual &&
	ask1 s3://dv-none/p read k 10 >actual &&
	test_grep "^error fatal .*there is no bucket" actual
'

test_done
