#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv push --delete: remove tags from a remote'

TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"
. "$DV_SOURCE/t/lib-maintain.sh"

# tag_is <tag> <version>: that is where the tag is there
tag_is () {
	tag_last=$(find "$REMOTE/dv/heads/lab/data/tags/$1" -type f | sort | tail -n 1) &&
	test "$(sed -n "s/^version //p" "$tag_last")" = "$2"
}

test_expect_success 'setup: two versions, three tags' '
	maintain_lab lab 2 && for tag in a b c
	do
		dv tag -q $tag "data@$v1" || return 1
	done && dv push -q --tags && tag_is a $v1 && tag_is c $v1
'

test_expect_success 'a tag goes there; what it named and the tag here stay' '
	dv push --delete data@a >../actual 2>../err && test_must_be_empty ../actual &&
	echo "data@a -> origin/lab/data (deleted, was $v1)" >../expect && test_cmp ../expect ../err &&
	tag_is a - && dv rev-parse --version data@a >/dev/null &&
	dv ls-remote --heads >../actual && ! grep @a ../actual && test_grep @b ../actual &&
	test_path_is_file "$REMOTE/dv/versions/lab/data/$v1" && sound
'

test_expect_success 'several, by name space, each once; lines for programs' '
	dv push --delete --porcelain -n lab/data@b data@c data@b >../actual 2>../err &&
	test_must_be_empty ../err &&
	printf "tag\tdeleted\tthere\t$v1\t-\tlab/data@%s\n" b c >../expect && test_cmp ../expect ../actual &&
	tag_is b $v1 && dv push -d --porcelain lab/data@b data@c data@b >../actual &&
	test_cmp ../expect ../actual && tag_is b - && tag_is c -
'

test_expect_success 'what is no tag there is told, and nothing goes' '
	dv push -q --tags && tag_is a $v1 &&
	test_expect_code 128 dv push -d data@a data@none 2>../err && test_grep "no tag .none. of .lab/data." ../err &&
	for bad in data data@latest "data@a:own"
	do
		test_expect_code 128 dv push -d data@a "$bad" 2>../err && test_grep "names no tag" ../err &&
		test_grep "^hint: .*dv forget -r" ../err || return 1
	done &&
	test_expect_code 128 dv push -d data@a "data@$v1" && test_expect_code 128 dv push -d none@a &&
	tag_is a $v1
'

test_expect_success 'misuse is told' '
	test_expect_code 129 dv push --delete && test_expect_code 129 dv push --delete --all data@a &&
	test_expect_code 129 dv push --delete --force data@a && test_expect_code 129 dv push -d --tags data@a
'

test_expect_success 'one that is deleted, and one that is moved, meanwhile' '
	held "put .*tags/a" dv push --delete --remote=hold://x/ data@a &&
	dv push -q --delete --remote="$REMOTE" data@a && released && tag_is a - &&
	held "put .*tags/b" dv push --delete --remote=hold://x/ data@b &&
	dv tag -f -q b "data@$v2" && dv push -q -f --tags --remote="$REMOTE" && tag_is b $v2 &&
	test_expect_code 128 released 2>../err && test_grep ".data@b. was moved to .$v2. meanwhile" ../held.out &&
	tag_is b $v2 && sound
'

test_done
