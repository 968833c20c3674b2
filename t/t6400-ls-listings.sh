#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv ls: datasets, and what versions hold'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"

TAB=$(printf '\t')

test_expect_success 'without datasets there is nothing' '
	lab_init &&
	dv ls >.git/actual &&
	test_must_be_empty .git/actual
'

test_expect_success 'setup' '
	lab_commit 1 one --set seed=1 &&
	id=$(dv rev-parse --version data) &&
	mkdir data/empty && ln -s README data/link && chmod +x data/test/1.csv &&
	dv add data
'

test_expect_success 'the datasets' '
	printf "%s\n" data plot.png >.git/expect &&
	dv ls >.git/actual &&
	test_cmp .git/expect .git/actual &&
	dv ls -l >.git/actual &&
	test_grep "^-  *6  *[0-9]*${TAB}data\$" .git/actual &&
	test_grep "^$(lab_code10)-$(dv hash-config seed=1)  *1  *13${TAB}plot.png\$" \
		.git/actual &&
	dv ls --json | jq -r ".[] | [.dataset, .version, .files] |
		map(tostring) | join(\" \")" >.git/actual &&
	printf "%s\n" "data null 6" \
		"plot.png $(lab_code10)-$(dv hash-config seed=1) 1" >.git/expect &&
	test_cmp .git/expect .git/actual
'

test_expect_success 'one level, directories with a slash' '
	printf "%s\n" README empty/ link test/ train/ >.git/expect &&
	dv ls data: >.git/actual &&
	test_cmp .git/expect .git/actual &&
	dv ls data >.git/actual &&
	test_cmp .git/expect .git/actual
'

test_expect_success 'a directory in it' '
	printf "%s\n" 1.csv 2.csv 3.csv >.git/expect &&
	dv ls data:train >.git/actual &&
	test_cmp .git/expect .git/actual &&
	dv ls data:train/ >.git/actual &&
	test_cmp .git/expect .git/actual &&
	dv ls "data@$id:train" >.git/actual &&
	test_cmp .git/expect .git/actual
'

test_expect_success 'one file' '
	echo 2.csv >.git/expect &&
	dv ls data:train/2.csv >.git/actual &&
	test_cmp .git/expect .git/actual &&
	echo README >.git/expect &&
	dv ls data:README >.git/actual &&
	test_cmp .git/expect .git/actual &&
	echo plot.png >.git/expect &&
	dv ls plot.png >.git/actual &&
	test_cmp .git/expect .git/actual
'

test_expect_success '-l: mode, id, size' '
	d=$(test_digest data/README | cut -c1-12) &&
	l=$(printf README >.git/target && test_digest .git/target |
		cut -c1-12) &&
	cat >.git/expect <<-EOF &&
	100644 $d 12${TAB}README
	040000 - 0${TAB}empty/
	120000 $l 6${TAB}link
	040000 - $(stat -c %s data/test/1.csv)${TAB}test/
	040000 - 48${TAB}train/
	EOF
	dv ls -l data | tr -s " " >.git/actual &&
	test_cmp .git/expect .git/actual &&
	dv ls -l data:test | cut -d" " -f1 >.git/actual &&
	echo 100755 >.git/expect &&
	test_cmp .git/expect .git/actual
'

test_expect_success '--human-readable' '
	head -c 1536 /dev/zero >big && dv add big &&
	dv ls -l --human-readable big | tr -s " " >.git/actual &&
	echo "100644 $(test_digest big | cut -c1-12) 1.5 KiB${TAB}big" \
		>.git/expect &&
	test_cmp .git/expect .git/actual
'

test_expect_success '-R lists all, as the pipeline of the page does' '
	dv ls -R data >.git/actual &&
	dv cat-manifest "$(dv rev-parse data)" | grep -v "^#" | cut -f2 \
		>.git/paths &&
	sed "s,^empty\$,empty/," .git/paths >.git/expect &&
	test_cmp .git/expect .git/actual &&
	printf "%s\n" 1.csv 2.csv 3.csv >.git/expect &&
	dv ls -R data:train >.git/actual &&
	test_cmp .git/expect .git/actual
'

test_expect_success '-z and odd names' '
	mkdir odd && echo x >"odd/a
b" && echo y >"odd/c\"d" && dv add odd &&
	printf "a\nb\0c\"d\0" >.git/expect &&
	dv ls -z odd >.git/actual &&
	test_cmp_bin .git/expect .git/actual &&
	printf "%s\n" "\"a\\nb\"" "\"c\\\"d\"" >.git/expect &&
	dv ls odd >.git/actual &&
	test_cmp .git/expect .git/actual
'

test_expect_success '--json' '
	dv ls --json data | jq -r ".[] | [.path, .mode, .size] |
		map(tostring) | join(\" \")" >.git/actual &&
	cat >.git/expect <<-EOF &&
	README 100644 12
	empty/ 040000 0
	link 120000 6
	test/ 040000 $(stat -c %s data/test/1.csv)
	train/ 040000 48
	EOF
	test_cmp .git/expect .git/actual
'

test_expect_success 'several specs, one after the other' '
	dv ls data:test plot.png >.git/actual &&
	printf "%s\n" 1.csv plot.png >.git/expect &&
	test_cmp .git/expect .git/actual
'

test_expect_success 'what is not there' '
	test_expect_code 128 dv ls data:nothing 2>.git/err &&
	test_grep "^fatal: .data. has no file .nothing.\$" .git/err &&
	test_expect_code 128 dv ls nothing 2>.git/err &&
	test_expect_code 128 dv ls data@nowhere 2>.git/err &&
	test_expect_code 129 dv ls -z --json data
'

test_done
