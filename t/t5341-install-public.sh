#!/bin/sh
# SPDX-License-Identifier: MIT
# dv-test: once

test_description='dv pull, install, ls -r from a public bucket that lets nobody list it'

# shellcheck disable=SC2034 # read by test-lib.sh
TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-servers.sh"
. "$DV_SOURCE/t/lib-lab.sh"
. "$DV_SOURCE/t/lib-pull.sh"

need_ceph

PUBLIC="s3://dv-test/share?anonymous=yes&endpoint=$AWS_ENDPOINT_URL"
KEYS="AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY"

test_expect_success 'setup: everybody may read, and only that' '
	test-s3 PUT /dv-test >/dev/null &&
	printf "%s" "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::dv-test/*\"}]}" |
		test-s3 -b PUT /dv-test policy= >status &&
	test_grep "^20[04]" status &&
	pull_setup s3://dv-test/share && mkdir nowhere &&
	unset $KEYS
'

test_expect_success 'install, ls -r and cat -r' '
	cd "$HOME/nowhere" &&
	dv install lab/data "$PUBLIC" --dest data &&
	diff -r ../lab/data data &&
	dv ls --remote "$PUBLIC" lab/data@latest:train >../actual &&
	printf "%d.csv\n" 1 2 3 >../expect &&
	test_cmp ../expect ../actual &&
	dv cat --remote "$PUBLIC" lab/data:train/3.csv >../actual &&
	test_cmp ../lab/data/train/3.csv ../actual
'

test_expect_success 'what is to be listed is refused, and what is not there' '
	cd "$HOME/nowhere" &&
	test_expect_code 128 dv ls --remote "$PUBLIC" 2>../err &&
	test_grep "not allowed to list" ../err &&
	test_expect_code 128 dv install lab/nope "$PUBLIC" 2>../err &&
	test_grep "not allowed to look at .dv/heads/lab/nope/latest/00" \
		../err
'

test_expect_success 'a clone pulls, with the history behind the newest' '
	git clone -q "$HOME/lab" "$HOME/other" && cd "$HOME/other" &&
	git config --file .dvconfig remote.origin.url "$PUBLIC" &&
	dv remote trust origin &&
	dv pull &&
	diff -r ../lab/data data &&
	dv log --oneline data >../actual &&
	test_line_count = 2 ../actual &&
	dv fetch && dv fsck
'

test_expect_success 'remote test says what it cannot do' '
	cd "$HOME/other" &&
	test_might_fail dv remote test >../actual 2>../err &&
	test_grep -E "^read +yes" ../actual &&
	test_grep -E "^list +no" ../actual
'

test_done
