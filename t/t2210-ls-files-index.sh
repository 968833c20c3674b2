#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv ls-files: what the index holds'

. ./test-lib.sh

test_expect_success 'setup' '
	test_commit code && dv init && mkdir -p data/in data/empty && echo 1 >data/1 && echo 2 >data/in/2 &&
	chmod +x data/in/2 && ln -s 1 data/l && echo p >plot.png && dv add data plot.png
'

test_expect_success 'paths of one dataset, from it; of all, from the top' '
	printf "1\nempty\nin/2\nl\n" >expect && dv ls-files data >actual && test_cmp expect actual &&
	(cd data/in && dv ls-files .. >../../.git/actual) && test_cmp expect .git/actual &&
	printf "data/1\ndata/empty\ndata/in/2\ndata/l\nplot.png\n" >expect && dv ls-files >actual && test_cmp expect actual &&
	echo . >expect && dv ls-files plot.png >actual && test_cmp expect actual
'

test_expect_success '-s prints a manifest'"'"'s text: its id is that of the pointer' '
	printf "1" >one && dv ls-files -s data >actual &&
	cat >expect <<-EOT &&
	100644 2 $(test_id data/1)	1
	040000 0 -	empty
	100755 2 $(test_id data/in/2)	in/2
	120000 1 $(test_id one)	l
	EOT
	test_cmp expect actual &&
	for d in data plot.png
	do
		dv ls-files -s $d | dv write-manifest >actual && sed -n "s/^manifest //p" $d.dv >expect &&
		test_cmp expect actual && dv ls-files -sz $d | dv write-manifest -z >actual &&
		test_cmp expect actual || return 1
	done
'

test_expect_success 'it is the index that is listed, not the disk' '
	rm data/1 && echo 3 >data/3 && echo 22 >data/in/2 && dv ls-files data >actual &&
	printf "1\nempty\nin/2\nl\n" >expect && test_cmp expect actual
'

test_expect_success '-d, -m and -o, and more than one of them' '
	echo 1 >expect && dv ls-files -d data >actual && test_cmp expect actual &&
	echo in/2 >expect && dv ls-files -m data >actual && test_cmp expect actual &&
	echo 3 >expect && dv ls-files -o data >actual && test_cmp expect actual &&
	printf "data/1\ndata/3\ndata/in/2\n" >expect && dv ls-files -dmo >actual && test_cmp expect actual
'

test_expect_success 'odd names' '
	printf x >"$(printf "data/a\nb")" && dv add -q data && printf "%s\n" "\"a\\nb\"" >expect &&
	dv ls-files data | grep a >actual && test_cmp expect actual &&
	dv ls-files -z data | tr "\0" "\1" >actual && printf "3\1a\nb\1empty\1in/2\1l\1" >expect && test_cmp expect actual
'

test_expect_success 'what is no dataset' '
	test_expect_code 128 dv ls-files nosuch 2>err && test_grep "^fatal: .nosuch. is not a dataset" err &&
	test_expect_code 128 dv ls-files data/in 2>err && test_grep "^hint: it is a part of .data." err
'

test_expect_success 'misuse' '
	test_expect_code 129 dv ls-files -s && test_expect_code 129 dv ls-files -s -m data &&
	test_expect_code 129 dv ls-files data plot.png
'

test_expect_success 'a full disk behind stdout is told' '
	test_expect_code 128 dv ls-files data >/dev/full 2>err && test_grep "^fatal: " err
'

test_done
