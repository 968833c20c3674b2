#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv show: everything that is known of a version'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"

test_expect_success 'setup' '
	lab_init &&
	lab_commit 1 one --set seed=1 &&
	lab_add 2 && test_tick &&
	dv commit -q -m "October run" -m "with more" --config params.yaml \
		--command "./simulate 2" --input plot.png@latest data &&
	c=$(git rev-parse HEAD) &&
	id=$(dv rev-parse --version data) &&
	v1=$(dv log --json data | jq -r ".[1].version") &&
	plot=$(dv log --json plot.png | jq -r ".[0].version")
'

test_expect_success 'a version has all of it' '
	m=$(dv rev-parse data) &&
	canon=$(dv hash-config --canonical params.yaml | dv hash-object --stdin) &&
	cat >.git/expect <<-EOF &&
	version data@$id (here, latest)
	Version:  $id
	Artifact: data-$id
	From:     $(dv rev-parse --namespace)
	Code:     $c
	          analysis
	Config:   $(dv hash-config --abbrev=32 params.yaml) $canon
	          {"seed":1}
	Author:   C O Mitter <committer@example.com>
	Date:     $(TZ=UTC+7 date -d "@$test_now" "+%a %b %-d %H:%M:%S %Y -0700")
	Made by:  commit (claimed)
	Command:  ./simulate 2
	Input:    plot.png@$plot
	Parent:   $v1
	Manifest: $m
	Data:     5 files, 73 B

	    October run

	    with more

	 data/README      | 12 B, same size
	 data/test/1.csv  | 13 B, same size
	 data/train/1.csv | 16 B, same size
	 data/train/2.csv | 16 B, same size
	 data/train/3.csv | 16 B, same size
	 5 files changed; +73 B, -73 B
	EOF
	dv show data >.git/actual &&
	test_cmp .git/expect .git/actual
'

test_expect_success '--config prints the canonical form, whose hash it is' '
	dv show --config data >.git/actual &&
	echo "{\"seed\":1}" >.git/expect &&
	test_cmp .git/expect .git/actual &&
	head -c -1 .git/actual | xxhsum -H2 | cut -d" " -f1 >.git/hash &&
	dv hash-config --abbrev=32 params.yaml >.git/expect &&
	test_cmp .git/expect .git/hash
'

test_expect_success '--json has it for programs' '
	dv show --json data >.git/json &&
	jq -r ".[0] | .version, .code_subject, .configuration.seed, .observed,
		.inputs[0], .parents[0], .date, (.changes | length),
		.changes[0].path" .git/json >.git/actual &&
	cat >.git/expect <<-EOF &&
	$id
	analysis
	1
	false
	plot.png@$plot
	$v1
	$(TZ=UTC+7 date -d "@$test_now" +%Y-%m-%dT%H:%M:%S-07:00)
	5
	data/README
	EOF
	test_cmp .git/expect .git/actual
'

test_expect_success 'without arguments all that lies in the work tree' '
	dv add plot.png && test_tick && dv commit -q -m plot plot.png &&
	dv show >.git/all &&
	dv show data >.git/expect && echo >>.git/expect &&
	dv show plot.png >>.git/expect &&
	test_cmp .git/expect .git/all
'

test_expect_success 'content that no version has is said to be that' '
	echo new >data/new && dv add data &&
	dv show data >.git/actual &&
	test_grep "^data: content that no version has" .git/actual &&
	test_grep "^Data: *6 files" .git/actual &&
	test_expect_code 128 dv show --config data 2>.git/err &&
	test_grep "^hint: dv commit data" .git/err
'

test_expect_success 'the same content again is said to be that' '
	test_tick && dv commit -q --set again=1 data &&
	test_tick && dv commit -q --set again=2 data &&
	dv show data@latest >.git/actual &&
	test_grep "the same content as its parent" .git/actual
'

test_expect_success 'one entry' '
	cat >.git/expect <<-EOF &&
	data:train/1.csv
	    "mode": "100644"
	    "size": 16
	    "id": "$(test_id data/train/1.csv)"
	EOF
	dv show data:train/1.csv >.git/actual &&
	test_cmp .git/expect .git/actual &&
	test_expect_code 128 dv show data:train/9.csv 2>.git/err &&
	test_grep "^fatal: .data. has no file .train/9.csv.\$" .git/err
'

test_expect_success 'only the first changes are listed' '
	mkdir many && for i in $(seq 100); do echo $i >many/$i || return 1; done &&
	dv add many && test_tick && dv commit -q --set m=1 many &&
	for i in $(seq 100); do echo new $i >many/$i || return 1; done &&
	dv add many && test_tick && dv commit -q --set m=2 many &&
	dv show many >.git/actual &&
	test_grep "^ and 60 more\$" .git/actual &&
	test_grep "^ 100 files changed; " .git/actual &&
	grep -c "^ many/" .git/actual >.git/count &&
	echo 40 >.git/expect && test_cmp .git/expect .git/count
'

test_expect_success 'the pipelines of the page' '
	git cat-file -p "refs/dv/many/$(dv rev-parse --version many)" \
		>.git/record &&
	test_grep "^Dv-Manifest: $(dv rev-parse many)\$" .git/record &&
	dv cat-object "$(sed -n "s/^Dv-Config: //p" .git/record)" >.git/expect &&
	echo >>.git/expect &&
	dv show --config many >.git/actual &&
	test_cmp .git/expect .git/actual
'

test_expect_success 'unknown versions and misuse' '
	test_expect_code 128 dv show data@nowhere 2>.git/err &&
	test_grep nowhere .git/err &&
	test_expect_code 129 dv show --json --config data
'

test_done
