#!/bin/sh
# SPDX-License-Identifier: MIT
# dv-test: once

test_description='dv push of many versions to a bucket: answers that are lost, or late'

TEST_NO_CREATE_REPO=1
. ./test-lib.sh
. "$DV_SOURCE/t/lib-servers.sh"
need_ceph
proxy_up "${S3_ENDPOINT##*:}"

test-s3 PUT /dv-test >/dev/null
unset AWS_ENDPOINT_URL
URL="s3://dv-test/u?endpoint=$PROXY&region=default"

# all_are_there: each version of here, whole, and latest.
all_are_there () {
	rules &&
	(
		cd lab && dv show-ref | sed -n "s,.*refs/dv/\([abc]\)/,\1@,p" | sort >../expect &&
		dv ls-remote origin | sed -n "s,^\([^	]*\)	.*lab/\([abc]\)$,\2@\1,p" | sort >../actual &&
		dv fsck --remote origin --verify
	) &&
	test_cmp expect actual
}

test_expect_success 'setup: ten versions each of three datasets' '
	s3_error e500 "500 Internal Server Error" InternalError &&
	git init -q -b main lab && cd lab && dv init -q --namespace lab && test_commit code &&
	for i in 1 2 3 4 5 6 7 8 9 10
	do
		for d in a b c
		do
			mkdir -p $d && echo $((i / 2)) >$d/file && dv add -q $d && test_tick &&
			dv commit -q --set "n=$i" $d || return 1
		done || return 1
	done &&
	git add -A && git commit -qm data && dv remote add origin "$URL" && cd ..
'

test_expect_success 'made, and the answer lost or a lie: read back, each is there once' '
	rules "4 PUT */manifests/* lose" "3 PUT */manifests/* later e500" \
		"4 PUT */versions/* lose" "3 PUT */versions/* later e500" "2 PUT */heads/* lose" &&
	(cd lab && dv push -q --all) && proxy_log >log &&
	test 4 = $(grep -c "^PUT .*/versions/.* lose" log) && all_are_there
'

test_expect_success 'started over: locations are there, records are not' '
	for key in $(cd lab && dv show-ref | sed -n "s,.*refs/dv/\([abc]\)/,lab/\1/,p")
	do
		test-s3 DELETE "/dv-test/u/dv/versions/$key" >/dev/null || return 1
	done &&
	for d in a b c
	do
		for n in 0000000001 0000000002
		do
			test-s3 DELETE "/dv-test/u/dv/heads/lab/$d/latest/$n" >/dev/null
		done
	done &&
	rm -rf lab/.git/dv/cache/remote && (cd lab && dv push -q --all) && all_are_there
'

test_expect_success 'answers that come late are waited for' '
	sed "s,/u?,/late?," lab/.git/config >config.new && mv config.new lab/.git/config &&
	rules "* * * delay 50" && (cd lab && dv push -q --all) && all_are_there
'

test_done
