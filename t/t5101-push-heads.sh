#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv push: where latest and tags end, also of pushes at once'

TEST_NO_CREATE_REPO=1
. ./test-lib.sh
. "$DV_SOURCE/t/lib-transport.sh"
. "$DV_SOURCE/t/lib-push.sh"

REM=$PWD/remote

# version <repository> <text>: record one with that content.
version () {
	(
		cd "$1" && mkdir -p data && echo "$2" >data/file &&
		dv add -q data && test_tick && dv commit -q --set "v=$2" data
	)
}

# id <repository> [<what>]: whole id of the version.
id () {
	(cd "$1" && dv rev-parse --version "data${2:+@$2}")
}

# latest: where it is there.
latest () {
	sed -n 's/^version //p' "$(ls "$REM/dv/heads/lab/data/latest"/* | tail -n 1)"
}

test_expect_success 'setup: two clones of one repository, a version in each' '
	git init -q -b main lab && cd lab && dv init -q && test_commit code &&
	git add -A && git commit -qm init && cd .. &&
	git clone -q lab one && git clone -q lab two &&
	for r in lab one two
	do
		(cd $r && git config dv-remote.origin.url "$REM") || return 1
	done &&
	version lab base && (cd lab && dv push -q 2>../err) && test_must_be_empty err &&
	(cd one && dv init -q) && (cd two && dv init -q) && version one A && version two B
'

test_expect_success 'where latest does not descend: published, and this is said; exit 0' '
	was=$(latest) &&
	(cd one && dv push data >../out 2>../err) &&
	test_must_be_empty out &&
	test_grep "pushed, latest not moved: it is at .*, which this one does not descend from" err &&
	test_grep "^hint: .*dv push --force" err &&
	test "$(latest)" = "$was" &&
	test_path_is_file "$REM/dv/versions/lab/data/$(id one)" && readable "$REM"
'

test_expect_success '--force moves it; what was there stays' '
	(cd one && dv push -f data 2>../err) &&
	test_grep "(was there; latest now)$" err &&
	test "$(latest)" = "$(id one)" &&
	find "$REM/dv/versions" -type f >published && test_line_count = 2 published
'

test_expect_success 'one that descends moves it' '
	version one A2 && (cd one && dv push 2>../err) &&
	test_grep "(latest)$" err && test "$(latest)" = "$(id one)"
'

test_expect_success 'an older version leaves it where it is, and that is no news' '
	(cd one && dv show-ref | sed -n "s,.*refs/dv/data/,,p" >../ids) &&
	grep -v "$(id one)" ids >old && test_line_count = 1 old &&
	: "a head of this second is not remembered" &&
	find "$REM/dv/heads" -type f -exec touch -d 2001-01-01 {} + &&
	(cd one && dv push -q && dv push -v "data@$(cat ../old)" 2>../err) &&
	test_grep "(was there; latest descends from it)$" err &&
	test_grep "^nothing new" err && test "$(requests err)" -le 2 &&
	test "$(latest)" = "$(id one)"
'

test_expect_success '--porcelain: what became of each, for programs' '
	version one A3 && (cd one && dv push --porcelain >../actual 2>../err) &&
	test_must_be_empty err &&
	grep "	new	sent	" actual >line &&
	printf "version\tnew\tsent\t%s\t%s\tlab/data\n" "$(id one)" "$(id one)" >expect &&
	test_cmp expect line &&
	(cd one && dv push --porcelain >../actual) &&
	printf "version\tsame\tthere\t%s\t%s\tlab/data\n" "$(id one)" "$(id one)" >expect &&
	test_cmp expect actual &&
	(cd two && dv push --porcelain data >../actual 2>../err) &&
	printf "version\tbeside\tsent\t%s\t%s\tlab/data\n" "$(id two)" "$(id one)" >expect &&
	test_cmp expect actual
'

test_expect_success 'a push that was cut off before the head: the next one moves it' '
	was=$(ls "$REM/dv/heads/lab/data/latest" | tail -n 1) &&
	rm -f "$REM/dv/heads/lab/data/latest/$was" &&
	(cd one && dv push 2>../err) &&
	test_grep "(was there; latest now)$" err && test "$(latest)" = "$(id one)"
'

test_expect_success 'tags: named ones go alone, --tags brings all' '
	(
		cd one && dv tag v1 data && dv tag v2 data &&
		dv push data@v1 2>../err && test_path_is_dir "$REM/dv/heads/lab/data/tags/v1" &&
		test_path_is_missing "$REM/dv/heads/lab/data/tags/v2" &&
		dv push --tags 2>../err2
	) &&
	test_grep "^data@v1  .* -> origin/lab/data@v1 (new tag)$" err &&
	test_grep "^data@v2  .* -> origin/lab/data@v2 (new tag)$" err2 &&
	test_grep ! "data@v1" err2 &&
	test_path_is_dir "$REM/dv/heads/lab/data/tags/v2"
'

test_expect_success 'a tag that is elsewhere there stays; exit 1; --force moves it' '
	version one A4 &&
	(
		cd one && dv tag -f v1 data &&
		test_expect_code 1 dv push --tags 2>../err &&
		ls "$REM/dv/heads/lab/data/tags/v1" >../tags && test_line_count = 1 ../tags &&
		dv push --tags --force 2>../err2
	) &&
	test_grep "^error: tag .data@v1. is at .* there" err &&
	test_grep "^hint: dv push --force" err &&
	test_grep "^data@v1  .* (moved)$" err2 &&
	ls "$REM/dv/heads/lab/data/tags/v1" >tags && test_line_count = 2 tags
'

test_expect_success '--all: every version recorded here, latest at the newest' '
	rm -rf "$REM" && (cd one && dv push --force --all --tags 2>../err) &&
	test "$(latest)" = "$(id one)" &&
	(cd one && dv show-ref | grep -c "refs/dv/") >expect &&
	find "$REM/dv/versions" -type f | grep -c . >actual && test_cmp expect actual &&
	readable "$REM"
'

test_expect_success 'ten pushes of one dataset at once: all land, latest is one of them' '
	rm -rf "$REM" && (cd lab && dv push -q --force) &&
	for i in 1 2 3 4 5 6 7 8 9 10
	do
		git clone -q lab p$i &&
		(cd p$i && git config dv-remote.origin.url "$REM" && dv init -q) &&
		version p$i "content $i" || return 1
	done &&
	for i in 1 2 3 4 5 6 7 8 9 10
	do
		(cd p$i && dv push --force data >../out.$i 2>../err.$i; echo $? >../code.$i) &
	done && wait &&
	for i in 1 2 3 4 5 6 7 8 9 10
	do
		echo 0 >expect && test_cmp expect code.$i &&
		test_path_is_file "$REM/dv/versions/lab/data/$(id p$i)" ||
			{ cat err.$i; return 1; }
	done &&
	latest >actual && for i in 1 2 3 4 5 6 7 8 9 10; do id p$i; done >ids &&
	grep -q -F -f actual ids &&
	ls "$REM/dv/heads/lab/data/latest" >heads && test_line_count = 11 heads &&
	readable "$REM"
'

test_expect_success 'ten first pushes to an empty remote at once' '
	rm -rf "$REM" p*/.git/dv/cache/remote &&
	for i in 1 2 3 4 5 6 7 8 9 10
	do
		(cd p$i && dv push data >../out.$i 2>../err.$i; echo $? >../code.$i) &
	done && wait &&
	for i in 1 2 3 4 5 6 7 8 9 10
	do
		echo 0 >expect && test_cmp expect code.$i &&
		test_path_is_file "$REM/dv/versions/lab/data/$(id p$i)" ||
			{ cat err.$i; return 1; }
	done &&
	ls "$REM/dv/heads/lab/data/latest" >heads && test_line_count = 1 heads &&
	cat err.* | grep -c "latest not moved" >actual && echo 9 >expect && test_cmp expect actual &&
	readable "$REM"
'

test_done
