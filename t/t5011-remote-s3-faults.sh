#!/bin/sh
# SPDX-License-Identifier: MIT
# dv-test: once

test_description='dv remote-s3: what goes wrong between it and the server'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-servers.sh"
need_ceph
proxy_up "${S3_ENDPOINT##*:}"

test-s3 PUT /dv-test >/dev/null
unset AWS_ENDPOINT_URL
URL="s3://dv-test/f?endpoint=$PROXY&region=default"

test_expect_success 'setup' '
	printf hello >hello &&
	make_bytes 3000000 large &&
	make_bytes 40000000 huge &&
	s3_error e503 "503 Slow Down" SlowDown &&
	s3_error e500 "500 Internal Server Error" InternalError &&
	s3_error e409 "409 Conflict" ConditionalRequestConflict &&
	s3_error e501 "501 Not Implemented" NotImplemented &&
	rules &&
	ask "$URL" >actual <<-\EOF &&
	put k hello 0 5 any
	put large large 0 3000000 any
	EOF
	printf "done\ndone\n" >expect &&
	test_cmp expect actual
'

test_expect_success 'a slow-down is waited out' '
	rules "3 * * answer e503" &&
	ask1 "$URL" read k 10 >actual 2>notes &&
	echo "read 5 hello" >expect &&
	test_cmp expect actual &&
	proxy_log >log &&
	test_line_count = 4 log &&
	test_grep "^note: try 2 in [0-9]* ms: .*503 SlowDown.*req-1" notes
'

test_expect_success 'one that does not end is not stormed' '
	rules "* * * answer e503" &&
	printf "read\tk\t10\n" |
		test-transport -s -o retries=3 "$URL" >actual 2>notes &&
	test_grep "^error later .*HTTP 503 SlowDown: told to (request id req-1)" actual &&
	proxy_log >log &&
	test_line_count = 4 log
'

test_expect_success 'a put is tried again, whole' '
	rules "1 PUT * answer e500" "1 PUT * drop" &&
	ask "$URL" >actual 2>notes <<-\EOF &&
	put large2 large 0 3000000 any
	EOF
	echo done >expect &&
	test_cmp expect actual &&
	rules &&
	: >out &&
	ask1 "$URL" get large2 0 3000000 out 0 &&
	test_cmp_bin large out
'

test_expect_success 'a body that is cut goes on where it ended' '
	rules "1 GET * cut 1000000" "1 GET * cut 500000" &&
	: >out &&
	ask1 "$URL" get large 0 3000000 out 0 >actual 2>notes &&
	echo "got 3000000 3000000" >expect &&
	test_cmp expect actual &&
	test_cmp_bin large out &&
	grep -i "^range:" "$SERVERS/proxy/heads" | tr -d "\r" >ranges &&
	cat >expect <<-\EOF &&
	Range: bytes=0-2999999
	Range: bytes=1000000-2999999
	Range: bytes=1500000-2999999
	EOF
	test_cmp expect ranges
'

test_expect_success 'one that is cut again and again is given up' '
	rules "* GET * cut 10" &&
	: >out &&
	printf "get\tlarge\t0\t3000000\tout\t0\n" |
		test-transport -s -o retries=2 "$URL" >actual 2>notes &&
	test_grep "^error later .*connection .* broke" actual
'

# What a disk or a wire turned over is found by whoever checks digests; the
# transport does not hide it, nor does it matter here how.
test_expect_success 'a flipped bit arrives as it is' '
	rules "1 GET * flip 1000" &&
	: >out &&
	ask1 "$URL" get large 0 3000000 out 0 &&
	test_must_fail cmp -s large out &&
	test $(cmp -l large out | wc -l) = 1
'

test_expect_success 'a server that stalls is noticed' '
	rules "1 GET * hang" &&
	printf "read\tk\t10\n" |
		timeout 30 test-transport -s -o low-speed-time=1 "$URL" \
			>actual 2>notes &&
	echo "read 5 hello" >expect &&
	test_cmp expect actual
'

test_expect_success 'a create that got lost is read back: it was made' '
	for how in "later e500" "later e503" "later e409" lose
	do
		key=c$(echo "$how" | tr -d " ") &&
		rules "1 PUT * $how" &&
		ask1 "$URL" create $key mine >actual 2>notes &&
		echo created >expect &&
		test_cmp expect actual &&
		proxy_log | sed "s/ .*//" >log &&
		printf "PUT\nGET\n" >expect &&
		test_cmp expect log || return 1
	done
'

test_expect_success 'a create that failed is read back: it was not made' '
	for how in "answer e500" "answer e503" "answer e409" drop
	do
		key=d$(echo "$how" | tr -d " ") &&
		rules "2 PUT * $how" &&
		ask1 "$URL" create $key mine >actual 2>notes &&
		echo created >expect &&
		test_cmp expect actual &&
		proxy_log | sed "s/ .*//" | tr -d "\n" >log &&
		printf "PUTGETPUTGETPUT" >expect &&
		test_cmp expect log || return 1
	done
'

test_expect_success 'a create that stalls is read back' '
	rules "1 PUT * hang" &&
	printf "create\tstalled\tmine\n" |
		timeout 30 test-transport -s -o low-speed-time=1 "$URL" \
			>actual 2>notes &&
	echo created >expect &&
	test_cmp expect actual
'

test_expect_success 'a server that takes no more is given up the third time, whatever retries says' '
	rules "* PUT *full* hang" &&
	printf "put\tfull\thello\t0\t5\tany\n" |
		timeout 100 test-transport -s -o low-speed-time=1 "$URL" \
			>actual 2>notes &&
	test_grep "^error later .*full or overloaded" actual &&
	proxy_log | grep -c "^PUT " >log &&
	echo 3 >expect &&
	test_cmp expect log &&
	rules
'

test_expect_success 'a lost race is told with what won, whatever was answered' '
	ask1 "$URL" create won theirs &&
	rules "1 PUT * answer e500" &&
	ask1 "$URL" create won mine >actual 2>notes &&
	echo "exists theirs" >expect &&
	test_cmp expect actual
'

test_expect_success 'a put with a condition is not made twice by itself' '
	rules "* PUT * later e500" &&
	printf "put\tonce\thello\t0\t5\tabsent\n" |
		test-transport -s "$URL" >actual &&
	test_grep "^error unknown .*HTTP 500" actual &&
	proxy_log >log &&
	test_line_count = 1 log
'

test_expect_success 'a server without the condition says so' '
	rules "* PUT * answer e501" &&
	ask1 "$URL" create no mine >actual &&
	test_grep "^error unsupported .*HTTP 501 NotImplemented" actual
'

test_expect_success 'another region: signed for it, once for all requests' '
	s3_error moved "301 Moved Permanently" PermanentRedirect \
		"x-amz-bucket-region: eu-west-7" &&
	rules "1 * * answer moved" &&
	ask "$URL" >actual 2>notes <<-\EOF &&
	read k 10
	read k 10
	EOF
	printf "read 5 hello\nread 5 hello\n" >expect &&
	test_cmp expect actual &&
	test_grep "^note: the bucket is in region .eu-west-7." notes &&
	proxy_log >log &&
	test_line_count = 3 log &&
	grep -o "/[a-z0-9-]*/s3/aws4_request" "$SERVERS/proxy/heads" >regions &&
	printf "/%s/s3/aws4_request\n" default eu-west-7 eu-west-7 >expect &&
	test_cmp expect regions
'

test_expect_success 'another region: those under way are signed anew, all of them' '
	rules "8 * * gather moved" &&
	for i in 1 2 3 4 5 6 7 8
	do
		printf "read\tk\t10\n" || return 1
	done | test-transport "$URL" >actual 2>notes &&
	sed "s/^[0-9]* //" actual >answers &&
	for i in 1 2 3 4 5 6 7 8
	do
		echo "read 5 hello" || return 1
	done >expect &&
	test_cmp expect answers &&
	grep -c "^note: the bucket is in region" notes >count &&
	echo 1 >expect &&
	test_cmp expect count &&
	grep -c "/default/s3/aws4_request" "$SERVERS/proxy/heads" >count &&
	echo 8 >expect &&
	test_cmp expect count &&
	proxy_log >log &&
	test_line_count = 16 log
'

test_expect_success 'a region in the text of the error' '
	answer wrong "400 Bad Request" "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-8</Region></Error>" &&
	rules "1 * * answer wrong" &&
	ask1 "$URL" read k 10 >actual 2>notes &&
	echo "read 5 hello" >expect &&
	test_cmp expect actual
'

test_expect_success 'regions that send one around end' '
	s3_error r1 "301 Moved Permanently" PermanentRedirect \
		"x-amz-bucket-region: eu-1" &&
	s3_error r2 "301 Moved Permanently" PermanentRedirect \
		"x-amz-bucket-region: eu-2" &&
	rules "1 * * answer r1" "1 * * answer r2" "1 * * answer r1" \
		"* * * answer r2" &&
	ask1 "$URL" read k 10 >actual 2>notes &&
	test_grep "^error fatal .*redirects" actual &&
	proxy_log >log &&
	test_line_count = 4 log
'

test_expect_success 'a region that would be another host is none' '
	s3_error evil "301 Moved Permanently" PermanentRedirect \
		"x-amz-bucket-region: evil.example.com/#" &&
	rules "* * * answer evil" &&
	ask1 "$URL" read k 10 >actual 2>notes &&
	test_grep "^error fatal " actual &&
	test_grep ! "evil" notes
'

test_expect_success 'a redirect to elsewhere is not followed, with or without credentials' '
	mkdir "$SERVERS/other" &&
	s3_error away "307 Temporary Redirect" TemporaryRedirect \
		"Location: http://localhost:${PROXY##*:}/stolen" &&
	rules "1 * * answer away" &&
	ask1 "$URL" read k 10 >actual 2>notes &&
	test_grep "^error fatal .*redirects to .http://localhost:[0-9]*., where it is not followed" actual &&
	proxy_log >log &&
	test_line_count = 1 log &&
	ask1 "$URL&anonymous=yes" read k 10 >actual 2>notes &&
	test_grep ! stolen "$SERVERS/proxy/log"
'

test_expect_success 'nor one within: there is nothing to be found by it' '
	s3_error within "307 Temporary Redirect" TemporaryRedirect \
		"Location: $PROXY/elsewhere" &&
	rules "* * * answer within" &&
	ask1 "$URL" read k 10 >actual &&
	test_grep "^error fatal .*redirects" actual &&
	proxy_log >log &&
	test_line_count = 1 log
'

test_expect_success 'each refusal has its sentence, and is not tried again' '
	while read -r status code class sentence
	do
		s3_error refused "$status X" "$code" \
			"Date: Thu, 01 Jan 2015 00:00:00 GMT" &&
		rules "* * * answer refused" &&
		ask1 "$URL" read k 10 >actual 2>&1 &&
		test_grep "^error $class .*$sentence.*HTTP $status $code: told to (request id req-1)" actual &&
		proxy_log >log &&
		test_line_count = 1 log || return 1
	done <<-\EOF
	403 AccessDenied denied not allowed to read .k. in bucket .dv-test. (credentials from: environment; servers like this one answer the same to a wrong key)
	403 InvalidAccessKeyId auth does not know the access key (from: environment)
	403 SignatureDoesNotMatch auth the secret key does not belong to the access key
	403 RequestTimeTooSkewed auth the clock of this machine is [0-9]* seconds before the server
	403 InvalidToken auth does not take the session token
	404 NoSuchBucket fatal there is no bucket .dv-test.
	405 MethodNotAllowed fatal cannot read .k.
	EOF
'

test_expect_success 'an expired token is said to be, after one try to renew it' '
	s3_error expired "400 Bad Request" ExpiredToken &&
	rules "* * * answer expired" &&
	ask1 "$URL" read k 10 >actual 2>notes &&
	test_grep "^error auth .*session token has expired (from: environment)" actual &&
	proxy_log >log &&
	test_line_count = 2 log
'

test_expect_success 'nobody there: three tries, then a sentence' '
	free=$(cat "$SERVERS/proxy/port") &&
	ask1 "s3://dv-test/x?endpoint=http://127.0.0.1:9" read k 10 >actual \
		2>notes &&
	test_grep "^error later .*cannot reach .127.0.0.1:9.: .*" actual &&
	grep -c "^note: try" notes >count &&
	echo 2 >expect &&
	test_cmp expect count
'

test_expect_success 'no TLS where it was asked for' '
	ask1 "s3://dv-test/x?endpoint=https://127.0.0.1:${S3_ENDPOINT##*:}" \
		read k 10 >actual 2>notes &&
	test_grep "^error fatal .*no trustworthy connection to" actual
'

test_expect_success 'an answer that is another range is refused' '
	answer range "206 Partial Content" "Content-Range: bytes 1-5/6" ELLO! &&
	rules "* * * answer range" &&
	: >out &&
	ask1 "$URL" get k 0 5 out 0 >actual &&
	test_grep "^error fatal .*another range" actual &&
	test_must_be_empty out
'

test_expect_success 'no more than was asked for is written' '
	answer more "206 Partial Content" "Content-Range: bytes 0-4/100" \
		"hello and a lot more" &&
	rules "* * * answer more" &&
	: >out &&
	ask1 "$URL" get k 0 5 out 0 >actual &&
	echo "got 5 100" >expect &&
	test_cmp expect actual &&
	printf hello | test_cmp_bin - out
'

test_expect_success 'a server that ignores the range is read past it' '
	answer whole "200 OK" "0123456789" &&
	rules "* * * answer whole" &&
	: >out &&
	ask1 "$URL" get k 3 4 out 0 >actual &&
	echo "got 4 10" >expect &&
	test_cmp expect actual &&
	printf 3456 | test_cmp_bin - out
'

test_expect_success 'lists that lie are refused' '
	item="<Contents><Key>f/%s</Key><Size>1</Size></Contents>" &&
	root="<ListBucketResult>%s</ListBucketResult>" &&
	body=$(printf "$root" "$(printf "$item$item" l/b l/a)") &&
	answer list "200 OK" "$body" &&
	rules "* * * answer list" &&
	ask1 "$URL" list l/ "" 10 >actual &&
	test_grep "^error fatal .*not in the order" actual &&
	body=$(printf "$root" "<IsTruncated>true</IsTruncated>") &&
	answer list "200 OK" "$body" &&
	ask1 "$URL" list l/ "" 10 >actual &&
	test_grep "^error fatal .*does not say where" actual &&
	body=$(printf "$root" "<IsTruncated>true</IsTruncated><NextContinuationToken>x</NextContinuationToken>") &&
	answer list "200 OK" "$body" &&
	ask1 "$URL" list l/ "" 10 >actual &&
	test_grep "^error fatal .*without an end" actual &&
	answer list "200 OK" "<html>welcome</html>" &&
	ask1 "$URL" list l/ "" 10 >actual &&
	test_grep "^error fatal .*something else" actual &&
	answer list "200 OK" "<!DOCTYPE x [<!ENTITY a \"b\">]><x>&a;</x>" &&
	ask1 "$URL" list l/ "" 10 >actual &&
	test_grep "^error fatal .*document type" actual &&
	body=$(printf "$root" "$(printf "$item" ../../etc/passwd)") &&
	answer list "200 OK" "$body" &&
	ask1 "$URL" list "" "" 10 >actual &&
	echo "end last" >expect &&
	test_cmp expect actual
'

test_expect_success 'headers without an end are cut off' '
	{
		printf "HTTP/1.1 200 OK\r\n" &&
		for i in $(seq 2000)
		do
			printf "X-%d: %060d\r\n" $i 0
		done &&
		printf "Content-Length: 0\r\n\r\n"
	} >"$SERVERS/proxy/headers" &&
	rules "* * * answer headers" &&
	ask1 "$URL" read k 10 >actual 2>notes &&
	test_grep "^error fatal " actual
'

test_expect_success 'a part of an upload that fails is sent again' '
	rules "1 PUT *partNumber=2* answer e500" "1 PUT *partNumber=1* drop" \
		"1 POST *uploadId* answer e500" &&
	ask1 "$URL" put huge huge 0 40000000 any >actual 2>notes &&
	echo done >expect &&
	test_cmp expect actual &&
	rules &&
	: >out &&
	ask1 "$URL" get huge 0 40000000 out 0 &&
	test_cmp_bin huge out
'

test_expect_success 'a completion that says 200 and fails is tried again' '
	answer late "200 OK" "<Error><Code>InternalError</Code><Message>late</Message></Error>" &&
	rules "2 POST *uploadId* answer late" &&
	ask1 "$URL" put huge huge 0 39000000 any >actual 2>notes &&
	echo done >expect &&
	test_cmp expect actual
'

test_expect_success 'a completion whose answer got lost was one' '
	rules "1 POST *uploadId* lose" &&
	ask1 "$URL" put huge huge 0 38000000 any >actual 2>notes &&
	echo done >expect &&
	test_cmp expect actual &&
	ask1 "$URL" head huge >actual &&
	test_grep "^is 38000000 " actual
'

test_expect_success 'what is sent of a part is told while it is sent, and once' '
	rules "1 PUT *partNumber=1* later e500" &&
	: >told &&
	{
		printf "dv-transport 1\nset url %s\nstart\n" "$URL" &&
		printf "1 put told %s/huge 0 40000000 any\n" "$HERE" &&
		for i in $(seq 600)
		do
			! grep -q "^1 [de]" told || break
			sleep 0.1
		done &&
		echo quit
	} | dv remote-s3 >told &&
	sed -n "s/^1 moved //p" told >moved &&
	test $(wc -l <moved) -gt 20 &&
	sort -n -u moved >sorted &&
	test_cmp sorted moved &&
	tail -n 1 moved >last &&
	echo 40000000 >expect &&
	test_cmp expect last
'

uploads () {
	test-s3 GET /dv-test uploads | grep -o "<UploadId>" | wc -l
}

test_expect_success 'an upload that fails is taken back' '
	s3_error denied "403 Forbidden" AccessDenied &&
	rules "* PUT *partNumber=2* answer denied" &&
	ask1 "$URL" put fails huge 0 40000000 any >actual 2>notes &&
	test_grep "^error denied " actual &&
	test $(uploads) = 0 &&
	proxy_log >log &&
	test_grep "^DELETE .*uploadId" log
'

test_expect_success 'so is one whose client goes away' '
	rules "* PUT *partNumber=2* hang" &&
	{
		printf "dv-transport 1\nset url %s\nstart\n" "$URL" &&
		printf "1 put gone %s/huge 0 40000000 any\n" "$HERE" &&
		for i in $(seq 100)
		do
			! grep -q partNumber=2 "$SERVERS/proxy/log" || break
			sleep 0.1
		done
	} | dv remote-s3 >actual &&
	test $(uploads) = 0 &&
	rules &&
	ask1 "$URL" head gone >actual &&
	test_grep "^error missing" actual
'

test_expect_success 'old ones of others are swept, new ones and those elsewhere are not' '
	old="<Upload><Key>f/old</Key><UploadId>1~old</UploadId><Initiated>2020-01-01T00:00:00.000Z</Initiated></Upload>" &&
	new="<Upload><Key>f/new</Key><UploadId>1~new</UploadId><Initiated>$(date -u +%Y-%m-%dT%H:%M:%S.000Z)</Initiated></Upload>" &&
	other="<Upload><Key>g/old</Key><UploadId>1~other</UploadId><Initiated>2020-01-01T00:00:00.000Z</Initiated></Upload>" &&
	answer uploads "200 OK" "Date: $(date -Ru | sed s/+0000/GMT/)" \
		"<ListMultipartUploadsResult>$old$new$other</ListMultipartUploadsResult>" &&
	rules "1 GET *uploads=* answer uploads" &&
	ask1 "$URL" put huge huge 0 40000000 any >actual 2>notes &&
	echo done >expect &&
	test_cmp expect actual &&
	proxy_log | grep "^DELETE" >deleted &&
	test_line_count = 1 deleted &&
	test_grep "f/old.*1~old" deleted
'

test_expect_success 'a file that shrinks while it is sent is no object' '
	cp large shrinks &&
	rules "1 PUT * delay 500" &&
	{ (sleep 0.2 && truncate -s 1000 shrinks) & pid=$!; } &&
	ask1 "$URL" put shrinks shrinks 0 3000000 any >actual 2>notes &&
	wait $pid &&
	rules &&
	ask1 "$URL" head shrinks >actual.head &&
	{
		test_grep "^error missing" actual.head ||
		test_grep "^is 3000000 " actual.head
	}
'

test_expect_success 'no credential in what is said' '
	cat actual notes "$SERVERS"/proxy/log >said &&
	test_grep ! "$AWS_SECRET_ACCESS_KEY" said &&
	test_grep ! "$AWS_SECRET_ACCESS_KEY" "$SERVERS/proxy/heads"
'

test_expect_success 'the rate is limited' '
	rules &&
	: >out &&
	start=$(date +%s%N) &&
	printf "get\tlarge\t0\t3000000\tout\t0\n" |
		test-transport -s -o limit-rate=1500000 "$URL" &&
	end=$(date +%s%N) &&
	test $(((end - start) / 1000000)) -gt 1000
'

test_done
