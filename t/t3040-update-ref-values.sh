#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv update-ref: tags and refs of versions, with their old values'

. ./test-lib.sh

m=

version () {
	config=$(echo "{\"seed\":$2}" | dv hash-object -w --stdin) &&
	dv write-version --dataset="$1" --manifest=$m --config=$config
}

# tag_is <dataset>@<tag> <version>
tag_is () {
	echo "$2" >expect && dv rev-parse --version "$1" >actual &&
	test_cmp expect actual
}

test_expect_success 'setup' '
	test_commit code && dv init -q && m=$(dv write-manifest </dev/null) &&
	v1=$(version data 1) && v2=$(version data 2) && o1=$(version other 1)
'

test_expect_success 'a tag is made and moved, by either name' '
	dv update-ref data@good $v1 >out && test_must_be_empty out &&
	tag_is data@good $v1 &&
	dv update-ref refs/dv-tags/data/good $v2 && tag_is data@good $v2 &&
	git rev-parse refs/dv/data/$v2 >expect &&
	git rev-parse refs/dv-tags/data/good >actual && test_cmp expect actual
'

test_expect_success 'the old value must be what is said' '
	test_expect_code 128 dv update-ref data@good $v1 $v1 2>err &&
	test_grep "names '\''$v2'\'', not '\''$v1'\''" err && tag_is data@good $v2 &&
	dv update-ref data@good $v1 $v2 && tag_is data@good $v1 &&
	test_expect_code 128 dv update-ref data@good $v2 "" 2>err &&
	test_grep "there already" err && tag_is data@good $v1 &&
	dv update-ref data@new $v2 "" && tag_is data@new $v2 &&
	test_expect_code 128 dv update-ref data@none $v2 $v1 &&
	test_expect_code 128 dv rev-parse --version data@none
'

test_expect_success 'a tag is deleted, its old value too' '
	test_expect_code 128 dv update-ref -d data@new $v1 && tag_is data@new $v2 &&
	dv update-ref -d data@new $v2 &&
	test_expect_code 128 dv rev-parse --version data@new &&
	test_expect_code 128 dv update-ref -d data@new 2>err &&
	test_grep "no ref" err
'

test_expect_success 'a version must be of the dataset, and be here' '
	test_expect_code 128 dv update-ref data@x 0123456789-01234567-89abcdef &&
	test_expect_code 128 dv update-ref data@x "" &&
	test_expect_code 128 dv update-ref none@x $v1 &&
	dv show-ref --tags >out && test_line_count = 1 out
'

test_expect_success 'names that a tag cannot have' '
	for tag in latest $v1 a:b v:x git:x
	do
		test_expect_code 128 dv update-ref data@$tag $v1 2>err &&
		test_grep "^hint: a tag is" err || return 1
	done &&
	for name in data data@ @x refs/heads/main HEAD refs/dv/data refs/dv/data/x
	do
		test_expect_code 128 dv update-ref "$name" $v1 2>err &&
		test_grep "names neither" err || return 1
	done
'

test_expect_success 'the ref of a version goes and comes back' '
	oid=$(git rev-parse refs/dv/other/$o1) && ref=refs/dv/other/$o1 &&
	test_expect_code 128 dv update-ref -d $ref $(git rev-parse HEAD) &&
	dv update-ref -d $ref $oid && test_expect_code 1 dv show-ref other &&
	dv update-ref $ref $oid "" && dv rev-parse --version other@$o1 &&
	test_expect_code 128 dv update-ref $ref $oid "" &&
	dv update-ref $ref $oid $oid
'

test_expect_success 'it takes the record of just that version' '
	test_expect_code 128 dv update-ref refs/dv/data/$o1 $oid 2>err &&
	test_grep "is the record of '\''other@$o1'\''" err &&
	test_expect_code 128 dv update-ref $ref $(git rev-parse refs/dv/data/$v1) &&
	test_expect_code 128 dv update-ref $ref $(git rev-parse HEAD) &&
	test_expect_code 128 dv update-ref $ref $o1 &&
	git tag -a -m "no record" $o1 && test_expect_code 128 dv update-ref $ref \
		$(git rev-parse refs/tags/$o1) 2>err && test_grep "damaged" err
'

test_expect_success 'of many who make one tag, one wins' '
	rm -f ok.* && for i in 1 2 3 4 5 6 7 8
	do
		{ dv update-ref data@once $v1 "" 2>/dev/null && >ok.$i || :; } &
	done && wait && ls ok.* >out && test_line_count = 1 out
'

test_expect_success 'misuse: exit 129' '
	test_expect_code 129 dv update-ref && test_expect_code 129 dv update-ref x &&
	test_expect_code 129 dv update-ref -d && test_expect_code 129 dv update-ref -d a b c &&
	test_expect_code 129 dv update-ref a b c d
'

test_done
