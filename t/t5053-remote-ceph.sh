#!/bin/sh
# SPDX-License-Identifier: MIT
# dv-test: once

test_description='dv remote test, ls-remote: a bucket of Ceph, and what is said where it goes wrong'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-servers.sh"
need_ceph
proxy_up "${S3_ENDPOINT##*:}"

test-s3 PUT /dv-test >/dev/null

works () {
	test_grep -E "^$1 +$2${3:+: .*$3}" actual
}

test_expect_success 'setup' '
	test_commit code && dv init -q &&
	dv remote add origin s3://dv-test/here &&
	dv remote add far "s3://dv-test/far?endpoint=$PROXY&region=default" &&
	git config dv-remote.far.retries 2
'

test_expect_success 'all of it works, as whom, from where' '
	dv remote test >actual 2>err && test_must_be_empty err &&
	works endpoint "$AWS_ENDPOINT_URL" && works bucket dv-test &&
	works region default && works credentials environment &&
	works access-key "…" && test_grep ! "$AWS_ACCESS_KEY_ID" actual &&
	works "object format" "none yet" &&
	works read yes && works list yes && works write yes &&
	works create-if-absent yes && works delete yes &&
	test_grep -E "^upload +[0-9.]+ [KMG]iB/s$" actual &&
	test_grep -E "^download +[0-9.]+ [KMG]iB/s$" actual
'

test_expect_success 'a bucket that keeps versions is named, and what that means' '
	works versioning off && ! grep "^versioned" actual && test-s3 PUT /dv-kept >/dev/null &&
	printf "%s<Status>Enabled</Status></VersioningConfiguration>" \
		"<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" |
	test-s3 -b PUT /dv-kept versioning= >out &&
	{ dv remote test s3://dv-kept/here >actual || :; } && works versioning on &&
	works versioned yes "paid for" &&
	{ dv remote test --json s3://dv-kept/here >actual || :; } && test_grep "\"versioning\": *\"on\"" actual
'

test_expect_success 'nothing stays there' '
	printf "list\t\t\t10\n" | test-transport -s s3://dv-test/here >actual &&
	echo "end last" >expect && test_cmp expect actual
'

test_expect_success 'nothing is published: ls-remote lists nothing, exit 1' '
	test_expect_code 1 dv ls-remote >actual && test_must_be_empty actual
'

test_expect_success 'the secret appears nowhere' '
	dv remote test --json >actual 2>err &&
	dv remote show >>actual && dv remote -v >>actual &&
	cat .git/config >>actual && cat .git/dv/cache/remote/*/* >>actual &&
	test_grep ! "$AWS_SECRET_ACCESS_KEY" actual &&
	test_grep ! "$AWS_SECRET_ACCESS_KEY" err
'

# refused <pattern>: by both commands, with exit 128
refused () {
	for command in "remote test" ls-remote
	do
		rm -rf .git/dv/cache/remote &&
		test_expect_code 128 dv $command far >actual 2>err &&
		test_must_be_empty actual &&
		test_grep "^fatal: remote .far.: .*$1" err || return 1
	done
}

test_expect_success 'each refusal has its sentence, remote and request id; no storm' '
	while read -r status code sentence
	do
		s3_error refused "$status X" "$code" \
			"Date: Thu, 01 Jan 2015 00:00:00 GMT" &&
		rules "* * * answer refused" &&
		refused "$sentence.*HTTP $status $code: told to (request id req-1)" &&
		proxy_log >log && test_line_count = 2 log || return 1
	done <<-\EOF
	403 AccessDenied not allowed to read
	403 InvalidAccessKeyId does not know the access key (from: environment)
	403 SignatureDoesNotMatch the secret key does not belong to the access key
	403 RequestTimeTooSkewed the clock of this machine is [0-9]* seconds before the server
	403 InvalidToken does not take the session token
	404 NoSuchBucket there is no bucket .dv-test.
	EOF
'

test_expect_success 'an expired token is renewed once, then said' '
	s3_error expired "400 Bad Request" ExpiredToken &&
	rules "* * * answer expired" &&
	refused "session token has expired (from: environment)" &&
	proxy_log >log && test_line_count = 4 log
'

test_expect_success 'a server that is busy for good: as many tries as retries say' '
	s3_error e503 "503 Slow Down" SlowDown &&
	rules "* * * answer e503" &&
	refused "HTTP 503 SlowDown: told to (request id req-1)" &&
	proxy_log >log && test_line_count = 6 log
'

# Where it takes session tokens, Ceph answers AccessDenied to whoever it
# does not know.
test_expect_success 'the true answers of Ceph' '
	rules &&
	git config dv-remote.none.url s3://no-such-bucket/x &&
	test_expect_code 128 dv remote test none 2>err &&
	test_grep "^fatal: remote .none.: there is no bucket .no-such-bucket. at .*request id" err &&
	(
		AWS_SECRET_ACCESS_KEY=wrong &&
		rm -rf .git/dv/cache/remote &&
		test_expect_code 128 dv remote test 2>err
	) &&
	test_grep "^fatal: remote .origin.: .*not allowed to read.*(credentials from: environment; .* wrong key).*HTTP 403.*request id" err &&
	(
		AWS_ACCESS_KEY_ID=nobody &&
		test_expect_code 128 dv remote test 2>err
	) &&
	test_grep "^fatal: remote .origin.: .*not allowed to read.*HTTP 403.*request id" err &&
	test_expect_code 128 dv remote test \
		"s3://dv-test/x?anonymous=yes" 2>err &&
	test_grep "^fatal: remote .*not allowed to read" err
'

test_expect_success 'no TLS where it was asked for' '
	test_expect_code 128 dv remote test \
		"s3://dv-test/x?endpoint=https://127.0.0.1:${S3_ENDPOINT##*:}" 2>err &&
	test_grep "^fatal: remote .*no trustworthy connection" err
'

test_expect_success 'a proxy that is not there is named' '
	(
		unset no_proxy NO_PROXY &&
		http_proxy=http://127.0.0.1:9 && export http_proxy &&
		test_expect_code 128 dv -c dv-remote.origin.retries=0 \
			remote test 2>err
	) &&
	test_grep "^fatal: remote .origin.: cannot reach .127.0.0.1:${S3_ENDPOINT##*:}. through the proxy that the environment names: .*127.0.0.1 port 9" err
'

test_expect_success 'who may read and not write is told so: exit 1' '
	rules "* PUT * answer denied" "* DELETE * answer denied" &&
	s3_error denied "403 Forbidden" AccessDenied &&
	test_expect_code 1 dv remote test far >actual &&
	works read yes && works list yes &&
	works write no "not allowed to .*req-1" &&
	works create-if-absent "not tried"
'

test_expect_success 'who may not delete: exit 1' '
	rules "* DELETE * answer denied" &&
	test_expect_code 1 dv remote test far >actual &&
	works write yes && works delete no "not allowed"
'

test_expect_success 'a bucket that keeps versions: what its server does is said' '
	test-s3 PUT /dv-versions >/dev/null &&
	printf "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>" >on &&
	test-s3 -b PUT /dv-versions versioning <on >/dev/null &&
	dv remote test s3://dv-versions/p >actual &&
	works create-if-absent no "no version is lost"
'

test_done
