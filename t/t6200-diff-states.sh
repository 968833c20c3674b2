#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv diff: work tree, index and versions compared'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"

# lines <field>...: fields of three are a line with TABs.
t () {
	printf '%s' "$1" && shift
	test $# = 0 || printf '\t%s' "$@"
	echo
}

test_expect_success 'setup: three versions' '
	lab_init &&
	lab_commit 1 first --set v=1 &&
	v1=$(dv rev-parse --version data) &&
	mv data/train/1.csv data/first.csv &&
	rm data/train/2.csv &&
	echo new >data/train/4.csv &&
	chmod +x data/README &&
	dv add data && test_tick && dv commit -q --set v=2 &&
	v2=$(dv rev-parse --version data) &&
	rm data/first.csv && ln -s train/4.csv data/first.csv &&
	dv add data && test_tick && dv commit -q --set v=3
'

test_expect_success 'two versions: added, deleted, changed, renamed' '
	{
		t M data/README
		t R100 data/train/1.csv data/first.csv
		t D data/train/2.csv
		t A data/train/4.csv
	} >.git/expect &&
	dv diff "data@$v1" "data@$v2" >.git/actual &&
	test_cmp .git/expect .git/actual
'

test_expect_success 'and the other way round' '
	{
		t M data/README
		t R100 data/first.csv data/train/1.csv
		t A data/train/2.csv
		t D data/train/4.csv
	} >.git/expect &&
	dv diff "data@$v2" "data@$v1" >.git/actual &&
	test_cmp .git/expect .git/actual
'

test_expect_success 'another type of file is T' '
	t T data/first.csv >.git/expect &&
	dv diff "data@$v2" data >.git/actual &&
	test_cmp .git/expect .git/actual
'

test_expect_success 'nothing differs: nothing is printed' '
	dv diff data@latest data >.git/actual &&
	test_must_be_empty .git/actual &&
	dv diff >.git/actual &&
	test_must_be_empty .git/actual
'

test_expect_success 'without arguments: work tree against index, all datasets' '
	echo more >>data/README &&
	echo more >>plot.png &&
	{ t M data/README; t M plot.png; } >.git/expect &&
	dv diff >.git/actual &&
	test_cmp .git/expect .git/actual &&
	git_unharmed
'

test_expect_success 'one version: work tree against it' '
	{
		t M data/README
		t T data/first.csv
	} >.git/expect &&
	dv diff "data@$v2" >.git/actual &&
	test_cmp .git/expect .git/actual &&
	t M data/README >.git/expect &&
	dv diff data >.git/actual &&
	test_cmp .git/expect .git/actual
'

test_expect_success 'a change that was undone on disk is none' '
	dv cat "plot.png@latest" >plot.png &&
	dv diff plot.png@latest >.git/actual &&
	test_must_be_empty .git/actual &&
	rm data/first.csv && dv cat "data@$v2:first.csv" >data/first.csv &&
	t M data/README >.git/expect &&
	dv diff "data@$v2" >.git/actual &&
	test_cmp .git/expect .git/actual
'

test_expect_success 'a file that moved on disk is a rename' '
	dv add data &&
	mv data/train/3.csv data/moved.csv &&
	t R100 data/train/3.csv data/moved.csv >.git/expect &&
	dv diff >.git/actual &&
	test_cmp .git/expect .git/actual &&
	mv data/moved.csv data/train/3.csv
'

test_expect_success 'a path limits it' '
	{
		t D data/train/1.csv
		t D data/train/2.csv
		t A data/train/4.csv
	} >.git/expect &&
	dv diff "data@$v1:train" "data@$v2:train" >.git/actual &&
	test_cmp .git/expect .git/actual &&
	dv diff "data@$v1:train" data >.git/actual &&
	test_cmp .git/expect .git/actual &&
	dv diff "data@$v1:train" >.git/actual &&
	test_cmp .git/expect .git/actual
'

test_expect_success 'two different paths are compared file with file' '
	t M data/train/3.csv >.git/expect &&
	dv diff "data@$v1:train/2.csv" "data@$v1:train/3.csv" >.git/actual &&
	test_cmp .git/expect .git/actual &&
	test_expect_code 128 dv diff "data@$v1:train" "data@$v1:test" \
		2>.git/err &&
	test_grep "^fatal: .*data:train" .git/err
'

test_expect_success '--name-only and --name-status' '
	printf "%s\n" data/README data/first.csv data/train/2.csv \
		data/train/4.csv >.git/expect &&
	dv diff --name-only "data@$v1" "data@$v2" >.git/actual &&
	test_cmp .git/expect .git/actual &&
	dv diff "data@$v1" "data@$v2" >.git/expect &&
	dv diff --name-status "data@$v1" "data@$v2" >.git/actual &&
	test_cmp .git/expect .git/actual
'

test_expect_success '-z: fields end in NUL, as git diff has it' '
	printf "M\0data/README\0R100\0data/train/1.csv\0data/first.csv\0" \
		>.git/expect &&
	printf "D\0data/train/2.csv\0A\0data/train/4.csv\0" >>.git/expect &&
	dv diff -z "data@$v1" "data@$v2" >.git/actual &&
	test_cmp_bin .git/expect .git/actual
'

test_expect_success '--stat: sizes and their sums' '
	dv diff --stat "data@$v1" "data@$v2" >.git/actual &&
	test_grep "^ data/README  *| 12 B, now executable\$" .git/actual &&
	test_grep "^ data/train/1.csv => data/first.csv *| 16 B\$" .git/actual &&
	test_grep "^ data/train/2.csv  *| gone, was 16 B\$" .git/actual &&
	test_grep "^ data/train/4.csv  *| new, 4 B\$" .git/actual &&
	test_grep "^ 4 files changed, 1 added, 1 deleted, 1 renamed; +4 B, -16 B\$" \
		.git/actual &&
	test_line_count = 5 .git/actual
'

test_expect_success '--exit-code' '
	test_expect_code 1 dv diff --exit-code "data@$v1" "data@$v2" &&
	dv diff --exit-code "data@$v1" "data@$v1" &&
	dv diff "data@$v1" "data@$v2"
'

test_expect_success '--json has both sides' '
	dv diff --json "data@$v1" "data@$v2" >.git/actual &&
	jq -r ".[] | [.status, .from, .path, .before.mode, .after.size] |
		map(tostring) | join(\" \")" .git/actual >.git/fields &&
	cat >.git/expect <<-\EOF &&
	M null data/README 100644 12
	R data/train/1.csv data/first.csv 100644 16
	D null data/train/2.csv 100644 null
	A null data/train/4.csv null 4
	EOF
	test_cmp .git/expect .git/fields &&
	test "$(jq -r ".[1].after.id" .git/actual)" = \
		"$(dv rev-parse "data@$v2:first.csv")"
'

test_expect_success 'values and metadata are shown with their old and new' '
	id=$(dv rev-parse data:README) && n=$(stat -c %s data/README) &&
	one=$(printf "%s\n" "#root {\"source\":\"a\",\"year\":1}" \
		"010000 9 0.5	alpha" \
		"100644 $n $id {\"unit\":\"kg\"}	x" | dv write-manifest) &&
	two=$(printf "%s\n" "#root {\"source\":\"b\",\"year\":1}" \
		"010000 9 0.75	alpha" \
		"100644 $n $id {\"unit\":\"g\"}	x" | dv write-manifest) &&
	one=$(dv write-version --dataset=lit --manifest=$one -m one) &&
	two=$(dv write-version --dataset=lit --manifest=$two -m two) &&
	cat >.git/expect <<-\EOF &&
	M	lit/
	-meta "source": "a"
	+meta "source": "b"
	M	lit/alpha
	-0.5
	+0.75
	M	lit/x
	-meta "unit": "kg"
	+meta "unit": "g"
	EOF
	dv diff "lit@$one" "lit@$two" >.git/actual &&
	test_cmp .git/expect .git/actual &&
	printf "M\t%s\n" lit/ lit/alpha lit/x >.git/expect &&
	dv diff --name-status "lit@$one" "lit@$two" >.git/actual &&
	test_cmp .git/expect .git/actual
'

test_expect_success 'paths with odd bytes are quoted, with -z they are not' '
	mkdir odd && echo x >"odd/a
b" && echo y >"odd/$(printf "\\303\\050")" && dv add odd &&
	echo z >"odd/a
b" && echo z >"odd/$(printf "\\303\\050")" &&
	printf "M\t%s\n" "\"odd/a\\nb\"" "\"odd/\\303(\"" >.git/expect &&
	dv diff odd >.git/actual &&
	test_cmp .git/expect .git/actual &&
	printf "odd/a\nb\0odd/\303\050\0" >.git/expect &&
	dv diff -z --name-only odd >.git/actual &&
	test_cmp_bin .git/expect .git/actual &&
	dv diff --json odd | jq -r ".[1].path_hex" >.git/actual &&
	echo 6f64642fc328 >.git/expect &&
	test_cmp .git/expect .git/actual
'

test_expect_success 'unknown versions and misuse' '
	test_expect_code 128 dv diff data@nowhere 2>.git/err &&
	test_grep "nowhere" .git/err &&
	test_expect_code 128 dv diff nothing 2>.git/err &&
	test_expect_code 129 dv diff a b c 2>.git/err &&
	test_expect_code 129 dv diff --stat --json 2>.git/err &&
	test_expect_code 129 dv diff -z --stat 2>.git/err
'

test_expect_success 'the pipeline of the page lists the same paths' '
	dv diff --name-only "data@$v2" data | sort >.git/actual &&
	dv diff-manifest --name-only "$(dv rev-parse "data@$v2")" \
		"$(dv rev-parse data)" | sed "s,^,data/," >.git/expect &&
	test -s .git/expect &&
	test_cmp .git/expect .git/actual
'

test_expect_success 'a conflict in a pointer is said in its own words' '
	cp data.dv .git/data.dv &&
	{
		echo "<<<<<<< HEAD" && cat data.dv && echo ======= &&
		cat data.dv && echo ">>>>>>> side"
	} >.git/conflict &&
	cp .git/conflict data.dv &&
	test_expect_code 128 dv diff data 2>.git/err &&
	test_grep "conflict" .git/err &&
	cp .git/data.dv data.dv
'

test_done
