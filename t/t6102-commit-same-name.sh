#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv commit: equal names, what is said of them, and warnings'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"

# another <text>: other content for data, added.
another () {
	echo "$1" >data/README && dv add data >/dev/null && test_tick
}

test_expect_success 'setup' '
	lab_init &&
	c=$(git rev-parse HEAD | cut -c1-10) &&
	h=$(dv hash-config) &&
	lab_add 1 &&
	dv commit -q --command=./simulate data
'

test_expect_success 'other content of the same code: both names get longer' '
	another two &&
	dv commit data >.git/actual 2>.git/err &&
	m=$(dv rev-parse data | sed "s/.*://" | cut -c1-8) &&
	echo "data-$c-$h-$m" >.git/expect &&
	test_cmp .git/expect .git/actual &&
	test_grep "code and configuration are those of $c-$h-" .git/err &&
	test_grep "the content differs" .git/err &&
	dv log --json data | jq -r ".[].artifact" >.git/actual &&
	test_grep "^data-$c-$h-$m\$" .git/actual &&
	test_line_count = 2 .git/actual &&
	test_grep ! "^data-$c-$h\$" .git/actual
'

test_expect_success 'the short form then names both' '
	test_expect_code 128 dv show "data@$c-$h" 2>.git/err &&
	for id in $(dv log --json data | jq -r ".[].version")
	do
		test_grep "$id" .git/err || return 1
	done
'

test_expect_success 'same command, same inputs, other content: not reproducible' '
	another three &&
	echo new >data/train/9.csv && dv add data &&
	dv commit --command=./simulate data >.git/out 2>.git/err &&
	test_grep ! "not reproducible" .git/err &&
	another four &&
	dv commit --command=./simulate data >.git/out 2>.git/err &&
	test_grep "^warning: .data. is not reproducible: .* content differs: data/README\$" \
		.git/err
'

test_expect_success 'other inputs are said instead' '
	dv commit -q plot.png &&
	another five &&
	dv commit --command=./simulate --input=plot.png data \
		>.git/out 2>.git/err &&
	test_grep ! "not reproducible" .git/err &&
	test_grep "the inputs differ" .git/err
'

test_expect_success '-q keeps warnings and nothing else' '
	another six &&
	dv commit -q --command=./simulate --input=plot.png data \
		>.git/out 2>.git/err &&
	test_must_be_empty .git/out &&
	test_grep "^warning: .*not reproducible" .git/err &&
	another seven &&
	dv commit -q data >.git/out 2>.git/err &&
	test_must_be_empty .git/out &&
	test_must_be_empty .git/err
'

test_expect_success 'two configurations that share 8 digits are told apart' '
	test "$(dv hash-config seed=229380)" = 0a25a249 &&
	test "$(dv hash-config seed=397363)" = 0a25a249 &&
	another eight &&
	dv commit --set seed=229380 data >.git/actual &&
	echo "data-$c-0a25a249" >.git/expect &&
	test_cmp .git/expect .git/actual &&
	dv commit --set seed=397363 plot.png >.git/actual &&
	echo "plot-$c-0a25a2491.png" >.git/expect &&
	test_cmp .git/expect .git/actual &&
	dv show --json data | jq -r ".[0].artifact" >.git/actual &&
	echo "data-$c-0a25a2490" >.git/expect &&
	test_cmp .git/expect .git/actual
'

test_expect_success 'code newer than the data is doubted' '
	another nine &&
	find data -type f -exec touch -d @1100000000 {} + &&
	dv add data && dv commit -q --set w=1 data 2>.git/err &&
	test_grep "^warning: commit $c is newer than the newest file" .git/err &&
	test_grep "^hint: dv commit --code" .git/err &&
	touch -d @1300000000 data/README && dv add data &&
	dv commit -q --set w=2 data 2>.git/err &&
	test_must_be_empty .git/err
'

test_expect_success 'a configuration newer than the data is doubted' '
	echo "w: 3" >.git/w.yaml &&
	dv commit -q --config .git/w.yaml data 2>.git/err &&
	test_grep "^warning: .\.git/w.yaml. is newer than the newest" .git/err &&
	touch -d @1200000000 .git/w.yaml &&
	echo "w: 4" >>.git/x.yaml && touch -d @1200000000 .git/x.yaml &&
	dv commit -q --config .git/x.yaml data 2>.git/err &&
	test_must_be_empty .git/err
'

test_expect_success 'changes that were not added are warned of' '
	echo more >>data/README && echo new >data/new.csv &&
	dv commit -q --set w=5 data 2>.git/err &&
	test_grep "^warning: 2 changes of .data. not added" .git/err &&
	test_grep "data/README" .git/err &&
	test_grep "^hint: dv add data" .git/err
'

test_expect_success 'all of this left git and the store whole' '
	git_unharmed &&
	dv fsck >.git/actual &&
	test_must_be_empty .git/actual
'

test_done
