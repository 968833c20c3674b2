#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv forget: remove versions that nothing names'

. ./test-lib.sh

manifest () {
	file=$(echo "$1" | dv hash-object -w --stdin) &&
	printf '100644 %s %s\tf\n' "$(echo "$1" | wc -c)" "$file" | dv write-manifest
}

# later: each version that is recorded is a minute younger than the last
later () {
	GIT_COMMITTER_DATE="$((1200000000 + 60 * $(git for-each-ref refs/dv | wc -l))) +0000"
	export GIT_COMMITTER_DATE
}

# version <dataset> <manifest> [<option>...]
version () {
	dataset=$1 manifest=$2 && shift 2 && later &&
	dv write-version --dataset="$dataset" --manifest=$manifest "$@"
}

pointer () {
	printf "dv-pointer 1\nmanifest %s\nfiles 1\nsize 4\n" "$2" >"$1.dv"
}

# left <version>...: those of data, newest first in what is given
left () {
	printf "%s\n" "$@" | sort >expect.left &&
	{ dv show-ref --versions data || test $? = 1; } | sed "s/.*\///" | sort >actual.left &&
	test_cmp expect.left actual.left
}

test_expect_success 'setup' '
	test_commit code && dv init -q &&
	for i in 1 2 3 4 5
	do
		eval "m$i=\$(manifest $i) && v$i=\$(version data \$m$i)" || return 1
	done
'

test_expect_success 'one version, by whatever names it' '
	dv forget data@$v3 >actual 2>err && echo data@$v3 >expect && test_cmp expect actual &&
	test_grep "^hint: .*dv gc" err && left $v1 $v2 $v4 $v5 &&
	test_expect_code 128 dv forget data@$v3 &&
	dv forget -q data@latest 2>err && test_must_be_empty err && left $v1 $v2 $v4
'

test_expect_success '-n lists and keeps' '
	dv forget -n data >actual 2>err && printf "data@%s\n" $v1 $v2 $v4 | sort >expect &&
	test_cmp expect actual && test_must_be_empty err && left $v1 $v2 $v4
'

test_expect_success '--keep-last and --keep-tagged' '
	dv forget --keep-last=3 data >actual && test_must_be_empty actual &&
	dv tag -q old data@$v1 && dv forget -n --keep-last=1 --keep-tagged data >actual &&
	echo data@$v2 >expect && test_cmp expect actual &&
	dv forget --keep-last=2 --keep-tagged data >actual && test_must_be_empty actual &&
	left $v1 $v2 $v4
'

test_expect_success 'what a tag names stays, and nothing else goes then' '
	test_expect_code 128 dv forget data >actual 2>err && test_must_be_empty actual &&
	test_grep "^error: '\''data@$v1'\'' is named by the tag '\''old'\''" err &&
	test_grep "^fatal: nothing is forgotten" err && left $v1 $v2 $v4 && dv tag -q -d data@old
'

test_expect_success 'what a pointer names stays: in the work tree, at HEAD' '
	pointer data $m2 && test_expect_code 128 dv forget data@$v2 2>err &&
	test_grep "^error: '\''data@$v2'\'' is named by the pointer in the work tree" err &&
	dv forget -n data@$v1 &&
	git add data.dv && git commit -q -m p && rm data.dv &&
	test_expect_code 128 dv forget data@$v2 2>err &&
	test_grep "is named by the pointer at HEAD" err && git rm -q --cached data.dv &&
	git commit -q -m gone && dv forget -n data@$v2
'

test_expect_success 'of two versions of one content a pointer names the newest' '
	pointer data $m4 && config=$(echo "[]" | dv hash-object -w --stdin) &&
	newer=$(version data $m4 --config=$config) && test_expect_code 128 dv forget data@$newer &&
	dv forget data@$v4 >/dev/null && left $v1 $v2 $newer && rm data.dv
'

test_expect_success 'what another has as its input stays, unless it goes too' '
	made=$(version made $m1 --input=data@$v1) &&
	test_expect_code 128 dv forget data@$v1 2>err &&
	test_grep "^error: '\''data@$v1'\'' is named by '\''made@$made'\'' as its input" err &&
	dv forget made data@$v1 >actual &&
	printf "%s\n" data@$v1 made@$made >expect && test_cmp expect actual &&
	left $v2 $newer && test_expect_code 1 dv show-ref made
'

test_expect_success 'all faults are listed' '
	dv tag -q a data@$v2 && pointer data $m4 && x=$(version x $m1 --input=data@$v2) &&
	test_expect_code 128 dv forget data 2>err && grep "^error" err >out &&
	test_line_count = 3 out && dv tag -q -d data@a && rm data.dv && dv forget x >/dev/null
'

test_expect_success 'a parent does not keep a version' '
	child=$(version data $m3 --parent=$v2) && dv forget data@$v2 >/dev/null && left $newer $child
'

test_expect_success 'the commit is let go with its version' '
	test_commit lost && lost=$(git rev-parse HEAD) && v=$(version data $m1) && git tag -d lost &&
	git reset -q --hard HEAD~1 && git reflog expire --expire=now --all &&
	git gc -q --prune=now && git cat-file -e $lost && dv forget data@$v >/dev/null &&
	git gc -q --prune=now && test_expect_code 1 git cat-file -e $lost
'

test_expect_success 'what is not there, or is no version: a sentence' '
	test_expect_code 128 dv forget nothing 2>err && test_grep "no version here" err &&
	test_expect_code 128 dv forget nothing@latest && pointer data $m5 &&
	git add data.dv && git commit -q -m p5 &&
	test_expect_code 128 dv forget data@HEAD 2>err && test_grep "is no version" err &&
	test_expect_code 128 dv forget --keep-last=1 data@latest 2>err &&
	test_grep "about all of a dataset" err && test_expect_code 128 dv forget data@latest:f
'

test_expect_success 'misuse: exit 129' '
	test_expect_code 129 dv forget && test_expect_code 129 dv forget --keep-last=x data &&
	test_expect_code 129 dv forget --keep-last=-2 data
'

test_done
