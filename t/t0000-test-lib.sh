#!/bin/sh
# SPDX-License-Identifier: MIT
# dv-test: once

test_description='the test library: what every other test leans on'

. ./test-lib.sh

test_expect_success 'the test runs in a git repository of its own' '
	echo "$HOME" >expect &&
	git rev-parse --show-toplevel >actual &&
	test_cmp expect actual
'

test_expect_success 'the dv of the build tree comes first in PATH' '
	echo "$DV_BUILD/bin/dv" >expect &&
	command -v dv >actual &&
	test_cmp expect actual
'

test_expect_success 'a caller has no credentials here, and no way out' '
	env | sed -n "s/^\(AWS_[A-Z0-9_]*\)=.*/\1/p" | sort >actual &&
	printf "%s\n" AWS_CONFIG_FILE AWS_EC2_METADATA_SERVICE_ENDPOINT \
		AWS_ENDPOINT_URL AWS_SHARED_CREDENTIALS_FILE >expect &&
	test_cmp expect actual &&
	test_must_be_empty "$AWS_CONFIG_FILE" &&
	test_must_be_empty "$AWS_SHARED_CREDENTIALS_FILE" &&
	echo "$AWS_ENDPOINT_URL $AWS_EC2_METADATA_SERVICE_ENDPOINT" >urls &&
	test_grep "^http://127.0.0.1:9/ http://127.0.0.1:9/\$" urls
'

test_expect_success 'known answers agree with independent programs' '
	printf "" >empty &&
	printf "hello\n" >hello &&
	printf a >a &&
	printf "1,2\n" >csv &&
	for format in xxh128 sha256
	do
		for name in empty hello a csv
		do
			DV_TEST_FORMAT=$format test_vector digest $name >expect &&
			DV_TEST_FORMAT=$format test_digest $name >actual &&
			test_cmp expect actual || return 1
		done
	done
'

test_expect_success 'test_grep tells a match from none, and from no file' '
	echo word >file &&
	test_grep word file &&
	test_grep ! other file &&
	test_must_fail test_grep other file 2>/dev/null &&
	test_must_fail test_grep ! word file 2>/dev/null &&
	test_must_fail test_grep ! word gone 2>/dev/null
'

test_expect_success 'test_line_count compares' '
	printf "1\n2\n" >file &&
	test_line_count = 2 file &&
	test_line_count -gt 1 file &&
	test_must_fail test_line_count = 3 file 2>/dev/null
'

test_expect_success 'test_commit makes a tagged commit a minute later' '
	test_commit one &&
	test_commit two file "some content" &&
	git log --format=%s,%ct >actual &&
	printf "%s\n" two,1112912113 one,1112912053 >expect &&
	test_cmp expect actual &&
	test "$(git rev-parse two)" = "$(git rev-parse HEAD)" &&
	test "$(cat file)" = "some content"
'

test_expect_success NOBODY 'test_as_nobody has no rights beyond its own' '
	mkdir secret &&
	echo word >secret/file &&
	chmod 700 secret &&
	test_must_fail test_as_nobody cat secret/file 2>/dev/null &&
	test_give_nobody secret &&
	test_as_nobody cat secret/file
'

test_expect_success 'a setting of the caller does not reach the tests' '
	cat >inner.sh <<-\EOF &&
	test_description=inner
	. ./test-lib.sh
	test_expect_success "no GIT_DIR, no DV_EXEC_PATH" "
		test -z \"\$GIT_DIR\$DV_EXEC_PATH\"
	"
	test_done
	EOF
	inner=$PWD/inner.sh &&
	(
		cd "$DV_SOURCE/t" &&
		GIT_DIR=/nowhere DV_EXEC_PATH=/nowhere TMPDIR=$HOME \
			sh "$inner" >"$HOME/out"
	) &&
	test_grep "^ok 1" out
'

test_expect_success 'a broken chain of commands is found' '
	cat >inner.sh <<-\EOF &&
	test_description=inner
	. ./test-lib.sh
	test_expect_success "a failure that is not seen" "
		false
		true
	"
	test_done
	EOF
	inner=$PWD/inner.sh &&
	(
		cd "$DV_SOURCE/t" &&
		TMPDIR=$HOME test_must_fail sh "$inner" >"$HOME/out" 2>&1
	) &&
	test_grep "broken &&-chain" out
'

test_done
