#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv update-index: files into the index, one by one'

. ./test-lib.sh

test_expect_success 'setup' '
	test_commit code && dv init && mkdir -p data/in && for i in 1 2 3; do echo $i >data/$i || return 1; done &&
	dv add data
'

test_expect_success 'what the index has is updated' '
	echo 1a >data/1 && echo 2a >data/2 && dv update-index data/1 && dv status --porcelain >actual &&
	printf "staged data\nmodified data/2\n" >expect && test_cmp expect actual
'

test_expect_success 'a new file needs --add, a gone one --remove' '
	echo 4 >data/4 && test_expect_code 128 dv update-index data/4 2>err && test_grep "^fatal: .data/4. is not a file of the index" err &&
	mkdir data/d && echo d >data/d/x && test_expect_code 128 dv update-index data/d 2>err && test_grep "^hint: --add" err &&
	dv update-index --add data/4 && rm data/3 && test_expect_code 128 dv update-index data/3 2>err &&
	test_grep "^fatal: .data/3. is not in the work tree" err && dv update-index --remove data/3 &&
	dv ls-files data >actual && printf "1\n2\n4\nin\n" >expect && test_cmp expect actual
'

test_expect_success 'paths from stdin, several datasets, NUL' '
	mkdir more && echo 1 >more/1 && echo 5 >"$(printf "data/a\nb")" &&
	printf "%s\0" more data/2 "$(printf "data/a\nb")" | dv update-index --add -z --stdin &&
	dv ls-files more >actual && echo 1 >expect && test_cmp expect actual &&
	dv ls-files data >actual && printf "1\n2\n4\n\"a%snb\"\nin\n" "\\" >expect && test_cmp expect actual
'

test_expect_success 'a new dataset: objects, index, pointer and exclude, as dv add' '
	mkdir one two && echo x >one/x && echo x >two/x && dv add one && dv update-index --add two &&
	test_cmp one.dv two.dv && git status --porcelain -uall >actual && test_grep ! "two/x" actual
'

test_expect_success '--refresh learns stat data, and says what differs' '
	dv add data && sleep 0.02 && touch data/1 && dv update-index --refresh data >actual && test_must_be_empty actual &&
	echo changed >data/1 && echo new >data/new && printf "data/1: needs update\n" >expect &&
	test_expect_code 1 dv update-index --refresh >actual && test_cmp expect actual &&
	test_expect_code 1 dv update-index --refresh -q data >actual && test_must_be_empty actual
'

test_expect_success 'misuse' '
	test_expect_code 129 dv update-index && test_expect_code 129 dv update-index --refresh --add &&
	test_expect_code 129 dv update-index --stdin data </dev/null
'

test_done
