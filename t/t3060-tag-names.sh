#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv tag: name versions, list and delete the names'

. ./test-lib.sh

m=

# later: each version that is recorded is a minute younger than the last
later () {
	GIT_COMMITTER_DATE="$((1200000000 + 60 * $(git for-each-ref refs/dv | wc -l))) +0000"
	export GIT_COMMITTER_DATE
}

version () {
	config=$(echo "{\"seed\":$2}" | dv hash-object -w --stdin) && later &&
	dv write-version --dataset="$1" --manifest=$m --config=$config
}

test_expect_success 'setup' '
	test_commit code && dv init -q && m=$(dv write-manifest </dev/null) &&
	v1=$(version data 1) && v2=$(version data 2) && o1=$(version other 1)
'

test_expect_success 'no tags: exit 1' '
	test_expect_code 1 dv tag >actual && test_must_be_empty actual
'

test_expect_success 'a tag names what is said, and says so to people' '
	dv tag good data@$v1 >actual 2>err && test_must_be_empty actual &&
	test_grep "data@good.*${v1%-*}" err &&
	dv tag -q best data@latest 2>err && test_must_be_empty err &&
	dv tag good other@latest &&
	cat >expect <<-EOF &&
	data@best	$v2
	data@good	$v1
	other@good	$o1
	EOF
	dv tag >actual && test_cmp expect actual &&
	dv tag -l data >actual && head -n 2 expect >want && test_cmp want actual &&
	dv rev-parse --version data@good >actual && echo $v1 >expect && test_cmp expect actual
'

test_expect_success 'a tag that is there moves with -f only' '
	test_expect_code 128 dv tag good data@$v2 2>err &&
	test_grep "has a tag '\''good'\'' already" err && test_grep "^hint: .*-f" err &&
	dv tag -f good data@$v2 && dv rev-parse --version data@good >actual &&
	echo $v2 >expect && test_cmp expect actual
'

test_expect_success 'names with anything in them, and those that cannot be' '
	for tag in "a b" "a/b" "$(printf "\303\244")" ".x" "x.lock" "end." "a..b" "=" "-x"
	do
		dv tag -q -- "$tag" data@latest && dv rev-parse --version "data@$tag" >actual &&
		test_cmp expect actual && dv tag >out &&
		dv tag -q -d -- "data@$tag" || return 1
	done &&
	git fsck --strict 2>err && test_must_be_empty err &&
	for tag in "" latest a:b a@b "$(printf "a\nb")" $v1 ${v1%-*} ${v1%??????}
	do
		test_expect_code 128 dv tag "$tag" data@latest 2>err &&
		test_grep "cannot be the name of a tag" err || return 1
	done
'

test_expect_success 'what is no version cannot be tagged' '
	printf "dv-pointer 1\nmanifest %s\nfiles 0\nsize 0\n" \
		"$(echo x | dv hash-object --stdin)" >data.dv &&
	test_expect_code 128 dv tag x data 2>err && test_grep "^hint: dv commit" err &&
	test_expect_code 128 dv tag x nothing 2>err && rm data.dv
'

test_expect_success '-d deletes, several at once, and says what they were' '
	dv tag -d data@good data@best 2>err && test_grep "$v2" err &&
	test_expect_code 128 dv tag -d data@good 2>err && test_grep "has no tag '\''good'\''" err &&
	test_expect_code 128 dv tag -d good 2>err && test_grep "^hint: write <dataset>@<tag>" err &&
	echo "other@good	$o1" >expect && dv tag >actual && test_cmp expect actual &&
	dv rev-parse --version data@$v2
'

test_expect_success 'a tag that cannot be read can be deleted' '
	git update-ref refs/dv-tags/data/bad HEAD &&
	test_expect_code 128 dv rev-parse data@bad 2>err && test_grep "data@bad" err &&
	dv tag -d data@bad && dv tag >actual && test_cmp expect actual
'

test_expect_success 'one word that is no dataset: how a tag is made' '
	test_expect_code 128 dv tag published >actual 2>err &&
	test_must_be_empty actual &&
	test_grep "^fatal: .published. is no dataset here" err &&
	test_grep "^hint: .*dv tag .published. <dataset>" err
'

test_expect_success 'a tag that is there: the hint moves it, as it is' '
	dv tag -q once data@$v1 &&
	test_expect_code 128 dv tag once data@$v2 2>err &&
	command=$(sed -n "s/^hint: move it: //p" err) &&
	eval "$command" &&
	test "$(dv rev-parse --version data@once)" = $v2 &&
	dv tag -q -d data@once
'

test_expect_success '-z: raw names, NUL behind' '
	dv tag "a \"b" data@$v1 &&
	dv tag -z data >actual && printf "data@a \"b\t%s\0" $v1 >expect &&
	test_cmp_bin expect actual
'

test_expect_success 'git keeps a tagged version whose own ref is gone' '
	dv update-ref -d refs/dv/data/$v1 $(git rev-parse refs/dv/data/$v1) &&
	git gc -q --prune=now && dv tag data >actual && test_grep "$v1" actual
'

test_expect_success 'misuse: exit 129' '
	test_expect_code 129 dv tag a b c && test_expect_code 129 dv tag -d &&
	test_expect_code 129 dv tag -d -f data@x && test_expect_code 129 dv tag -f -l &&
	test_expect_code 129 dv tag -f x
'

test_done
