#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv show-ref, and the cache that answers it'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-many.sh"

m=

# later: each version that is recorded is a minute younger than the last
later () {
	GIT_COMMITTER_DATE="$((1200000000 + 60 * $(git for-each-ref refs/dv | wc -l))) +0000"
	export GIT_COMMITTER_DATE
}

# version <dataset> <seed>: record one
version () {
	config=$(echo "{\"seed\":$2}" | dv hash-object -w --stdin) &&
	later &&
	dv write-version --dataset="$1" --manifest=$m --config=$config
}

# refs: what git says there is, in the form of show-ref
refs () {
	git for-each-ref --format="%(objectname) %(refname)" "$@" |
		while read -r oid ref
		do
			printf "%s %s\t%s\n" $oid \
				"$(git cat-file tag $oid | sed -n "s/^tag //p")" $ref
		done
}

cache=.git/dv/cache/versions

test_expect_success 'setup' '
	test_commit code && dv init -q && m=$(dv write-manifest </dev/null)
'

test_expect_success 'nothing is an answer, exit 1' '
	test_expect_code 1 dv show-ref >actual &&
	test_must_be_empty actual &&
	test_expect_code 1 dv show-ref data >actual &&
	test_must_be_empty actual
'

test_expect_success 'versions and tags are listed as git has them' '
	v1=$(version data 1) && v2=$(version data 2) && v3=$(version "a b/c" 1) &&
	dv tag good data@$v1 && dv tag "my tag" "a b/c@latest" &&
	refs refs/dv/ refs/dv-tags/ | sort -k 3 >expect &&
	test_line_count = 5 expect &&
	dv show-ref | sort -k 3 >actual && test_cmp expect actual &&
	refs refs/dv/ >expect && dv show-ref --versions >actual && test_cmp expect actual &&
	refs refs/dv-tags/ >expect && dv show-ref --tags >actual && test_cmp expect actual &&
	refs refs/dv/data refs/dv-tags/data | sort -k 3 >expect &&
	dv show-ref data | sort -k 3 >actual && test_cmp expect actual &&
	mkdir -p "a b" && (cd "a b" && dv show-ref c) >actual &&
	refs "refs/dv/a=20b=2Fc" "refs/dv-tags/a=20b=2Fc" | sort -k 3 >expect &&
	sort -k 3 actual >sorted && test_cmp expect sorted
'

test_expect_success 'whatever changes refs, the next look sees it' '
	check () {
		refs refs/dv/ >expect && dv show-ref --versions >actual &&
		test_cmp expect actual
	} &&
	for i in 1 2 3 4 5 6 7 8 9
	do
		version race $i >id && check && dv rev-parse --version race@latest >actual &&
		test_cmp id actual || return 1
	done &&
	git pack-refs --all && check &&
	git update-ref -d refs/dv/race/$(cat id) && check &&
	oid=$(git rev-parse refs/dv/data/$v1) &&
	git update-ref -d refs/dv/data/$v1 && check &&
	git update-ref refs/dv/data/$v1 $oid && check &&
	git update-ref -d refs/dv/data/$v1 && git gc -q && check &&
	git update-ref refs/dv/data/$v1 $oid && check
'

test_expect_success 'a damaged, cut, empty or strange cache is made again, silently' '
	dv show-ref >expect && sleep 0.1 && dv show-ref >actual && cp $cache good &&
	size=$(test_file_size good) &&
	for n in 0 1 63 64 100 $((size / 2)) $((size - 1))
	do
		head -c $n good >$cache.new && mv $cache.new $cache &&
		dv show-ref >actual 2>err && test_cmp expect actual &&
		test_must_be_empty err || return 1
	done &&
	for at in 0 4 5 8 20 33 43 47 50 60 64 70 90 150 400 $((size - 10))
	do
		cp good $cache.new && printf "\377" |
			dd of=$cache.new bs=1 seek=$at conv=notrunc 2>/dev/null &&
		mv $cache.new $cache &&
		dv show-ref >actual 2>err && test_cmp expect actual &&
		test_must_be_empty err && dv log data >/dev/null 2>err &&
		test_must_be_empty err || return 1
	done &&
	rm $cache && mkdir $cache && dv show-ref >actual 2>err &&
	rmdir $cache && test_cmp expect actual && test_must_be_empty err
'

test_expect_success 'a record that is damaged in the cache alone is read from its place' '
	dv show-ref >/dev/null && sleep 0.1 && dv show-ref >/dev/null &&
	dv rev-parse --version data@latest >expect &&
	sed "s/Dv-Made-By: commit/Dv-Made-By: sommit/" <$cache >bad &&
	test_expect_code 1 cmp -s bad $cache && mv bad $cache &&
	dv rev-parse --version data@latest >actual && test_cmp expect actual &&
	test_path_is_missing $cache
'

test_expect_success 'where the cache cannot be written, it is done without' '
	dv show-ref >expect && rm -f $cache && mv .git/dv/cache .git/dv/aside &&
	>.git/dv/cache && test_when_finished "rm .git/dv/cache" &&
	dv show-ref >actual 2>err && test_cmp expect actual && test_must_be_empty err
'

test_expect_success 'the cache of a repository of the other object format is not used' '
	dv show-ref >/dev/null && sleep 0.1 && dv show-ref >/dev/null &&
	git init -q other && case $DV_TEST_FORMAT in
	xxh128) f=sha256 ;;
	*) f=xxh128 ;;
	esac &&
	(cd other && dv init -q --object-format=$f && mkdir .git/dv/cache &&
		cp ../$cache $cache && test_expect_code 1 dv show-ref)
'

test_expect_success 'ten thousand versions: found, listed, counted; newest first' '
	git cat-file tag refs/dv/data/$v1 >record &&
	test_many 10000 many record &&
	dv show-ref many >out && test_line_count = 10000 out &&
	sed "s/.*\///" out | sort >ids && sort -u ids >actual && test_cmp ids actual &&
	sleep 0.1 && dv show-ref many >actual && test_cmp out actual &&
	id=$(sed -n 5000p ids) &&
	dv rev-parse --version many@$id >actual && echo $id >expect && test_cmp expect actual &&
	short=${id%-*} && dv rev-parse --version many@$short >actual && test_cmp expect actual &&
	dv rev-parse --version many@latest >actual &&
	tail -n 1 ids >expect && test_cmp expect actual &&
	dv rev-parse --version data@$v2
'

# the leak check does not work under strace
test_have_prereq SANITIZE || ! strace -V >/dev/null 2>&1 ||
	test_set_prereq STRACE

# A look-up among ten thousand reads the cache and no record.
test_expect_success STRACE 'a look-up opens no ref' '
	strace -f -e trace=openat -o trace dv rev-parse --version many@latest &&
	test_grep ! refs/dv/many/ trace &&
	test_grep cache/versions trace
'

test_expect_success 'ten thousand are forgotten at once, packed or not' '
	git pack-refs --all &&
	dv forget --keep-last=3 many >out 2>err && test_line_count = 9997 out &&
	dv show-ref many >actual && test_line_count = 3 actual &&
	sed "s/.*\///" actual | sort >left && tail -n 3 ids >expect &&
	test_cmp expect left
'

test_done
