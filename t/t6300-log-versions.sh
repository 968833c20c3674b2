#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv log: versions, newest first, with what they are called'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"

subjects () {
	dv log --json "$@" | jq -r '.[].message'
}

test_expect_success 'without versions there is nothing, and a word on it' '
	lab_init &&
	dv log >.git/out 2>.git/err &&
	test_must_be_empty .git/out &&
	test_grep "^no versions yet" .git/err &&
	dv log --json >.git/actual 2>.git/err &&
	echo "[]" >.git/expect &&
	test_cmp .git/expect .git/actual
'

test_expect_success 'setup: three versions of two datasets' '
	lab_commit 1 one --set v=1 &&
	lab_commit 2 two --set v=2 &&
	lab_commit 3 three --set v=3 &&
	v1=$(dv log --json data | jq -r ".[2].version") &&
	v2=$(dv log --json data | jq -r ".[1].version") &&
	v3=$(dv log --json data | jq -r ".[0].version")
'

test_expect_success 'an entry reads as one of git log' '
	cat >.git/expect <<-EOF &&
	version data@${v3%-*} (here, latest)
	Code:     $(git rev-parse HEAD)
	          analysis
	Config:   {"v":3}
	Author:   C O Mitter <committer@example.com>
	Date:     $(TZ=UTC+7 date -d "@$test_now" "+%a %b %-d %H:%M:%S %Y -0700")
	Data:     5 files, 73 B

	    three
	EOF
	dv log -n 1 data >.git/actual &&
	test_cmp .git/expect .git/actual
'

test_expect_success 'a configuration too long for a line is named' '
	lab_commit 4 four --set long=$(printf "%0200d" 1) &&
	dv log -n 1 data >.git/out &&
	hash=$(dv log --json -n 1 data | jq -r ".[0].config_hash") &&
	sed -n "/^Config/p" .git/out >.git/actual &&
	echo "Config:   $(echo $hash | cut -c1-8), 211 bytes" >.git/expect &&
	test_cmp .git/expect .git/actual &&
	dv checkout -q data@v:$v3 &&
	dv checkout -q plot.png@v:$(dv log --json plot.png |
		jq -r ".[1].version") &&
	dv forget -q data@latest plot.png@latest
'

test_expect_success '--oneline' '
	cat >.git/expect <<-EOF &&
	data@${v3%-*} (here, latest) three
	data@${v2%-*} two
	data@${v1%-*} one
	EOF
	dv log --oneline data >.git/actual &&
	test_cmp .git/expect .git/actual
'

test_expect_success 'tags are shown, and here follows the work tree' '
	dv tag first data@v:$v1 &&
	dv tag oldest data@v:$v1 &&
	dv checkout data@first &&
	dv log --oneline data >.git/actual &&
	cat >.git/expect <<-EOF &&
	data@${v3%-*} (latest) three
	data@${v2%-*} two
	data@${v1%-*} (here, tag: first, tag: oldest) one
	EOF
	test_cmp .git/expect .git/actual &&
	dv checkout data@latest
'

test_expect_success 'all datasets of the work tree, in one order' '
	dv log --oneline | sed "s/@.* / /" >.git/actual &&
	printf "%s\n" "data three" "plot.png three" "data two" "plot.png two" \
		"data one" "plot.png one" | sort >.git/expect &&
	sort .git/actual >.git/sorted &&
	test_cmp .git/expect .git/sorted &&
	sed "s/.* //" .git/actual | uniq >.git/subjects &&
	printf "%s\n" three two one >.git/expect &&
	test_cmp .git/expect .git/subjects
'

test_expect_success '-n limits' '
	printf "%s\n" three two >.git/expect &&
	subjects -n 2 data >.git/actual &&
	test_cmp .git/expect .git/actual &&
	subjects -n 0 data >.git/actual &&
	test_must_be_empty .git/actual
'

test_expect_success 'from a version on: it and what it descends from' '
	printf "%s\n" two one >.git/expect &&
	subjects data@$v2 >.git/actual &&
	test_cmp .git/expect .git/actual &&
	printf "%s\n" one >.git/expect &&
	subjects data@first >.git/actual &&
	test_cmp .git/expect .git/actual
'

test_expect_success 'a version of another line is not an ancestor' '
	dv checkout data@first &&
	echo side >data/side && dv add data && test_tick &&
	dv commit -q -m side --set v=4 data &&
	printf "%s\n" side one >.git/expect &&
	subjects data@latest >.git/actual &&
	test_cmp .git/expect .git/actual
'

test_expect_success '-z: NUL between entries, behind each with --oneline' '
	dv log -z data | tr "\0\n" "\n " >.git/actual &&
	test_line_count = 3 .git/actual &&
	dv log -z --oneline data | tr "\0\n" "\n " >.git/actual &&
	test_line_count = 4 .git/actual
'

test_expect_success 'two versions that share the short form are long' '
	echo other >data/other && dv add data && test_tick &&
	dv commit -q -m other --set v=4 data 2>/dev/null &&
	dv log --oneline data >.git/actual &&
	id=$(dv rev-parse --version data) &&
	test_grep "^data@$id (here, latest) other\$" .git/actual &&
	grep -c "^data@${id%-*}-" .git/actual >.git/count &&
	echo 2 >.git/expect &&
	test_cmp .git/expect .git/count &&
	test_grep "^data@${v1%-*} " .git/actual
'

test_expect_success 'control characters of a message do not reach a terminal' '
	echo m >data/m && dv add data && test_tick &&
	dv commit -q -m "$(printf "red \033[31m\n\nline\ttwo \177")" \
		--set v=5 data &&
	dv log -n 1 data >.git/actual &&
	test_grep "^    red ?.31m\$" .git/actual &&
	test_grep "^    line	two ?\$" .git/actual
'

test_expect_success '--all has datasets that are gone, and asks for no others' '
	dv rm plot.png &&
	dv log --oneline >.git/actual &&
	test_grep ! "^plot.png" .git/actual &&
	dv log --all --oneline >.git/actual &&
	test_grep "^plot.png" .git/actual &&
	subjects plot.png >.git/actual &&
	printf "%s\n" three two one >.git/expect &&
	test_cmp .git/expect .git/actual &&
	test_expect_code 129 dv log --all data
'

test_expect_success 'unknown things are said' '
	test_expect_code 128 dv log nothing 2>.git/err &&
	test_grep "^fatal: .nothing. is no dataset here\$" .git/err &&
	test_expect_code 128 dv log data@nowhere 2>.git/err &&
	test_grep "nowhere" .git/err &&
	test_expect_code 128 dv log data@first:train 2>.git/err &&
	test_grep "^hint: dv log data\$" .git/err &&
	echo new >data/new && dv add data &&
	test_expect_code 128 dv log data@git:HEAD 2>.git/err &&
	test_grep "^fatal: " .git/err
'

test_expect_success 'the pipeline of the page lists the same versions' '
	dv log --all --json | jq -r ".[].version" | sort >.git/expect &&
	dv show-ref --versions | cut -f1 | cut -d" " -f2 | sort >.git/actual &&
	test_cmp .git/expect .git/actual
'

test_done
