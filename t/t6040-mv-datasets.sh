#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv mv: files, pointer and index get another name'

. ./test-lib.sh

test_expect_success 'setup' '
	test_commit code && dv init && mkdir -p data/in && echo 1 >data/1 && echo 2 >data/in/2 && echo p >plot.png &&
	dv add data plot.png && dv commit -m one && git add -A && git commit -qm one
'

test_expect_success 'a directory gets another name, and nothing is to be added' '
	cp data.dv before && dv mv data measured 2>err && test_grep "^data is measured now" err &&
	test_path_is_missing data && test_path_is_missing data.dv && test_cmp before measured.dv &&
	echo 2 >expect && test_cmp expect measured/in/2 && test_grep "^/measured$" .git/info/exclude &&
	test_grep ! "^/data$" .git/info/exclude && dv status --porcelain >actual &&
	test_grep ! "measured/" actual && dv add -v measured >actual && test_must_be_empty actual
'

test_expect_success 'git can take the move in one commit, and git status is clean' '
	rm -f before expect err actual && git add -A && git commit -qm moved &&
	git status --porcelain -uall >../mv-status.$$ && test_must_be_empty ../mv-status.$$ && rm ../mv-status.$$
'

test_expect_success 'a file; and into directories, that are made or there' '
	dv mv plot.png figures/first.png && test_path_is_file figures/first.png &&
	test_path_is_file figures/first.png.dv && dv mv measured figures && test_path_is_file figures/measured/1 &&
	dv mv figures/measured . && test_path_is_file measured/1 &&
	(cd figures && dv mv first.png ../plot.png) && test_path_is_file plot.png
'

test_expect_success 'one that is not here: only its pointer moves' '
	rm -r measured && dv mv measured m2 && test_path_is_missing m2 && test_path_is_file m2.dv &&
	dv checkout m2 && test_path_is_file m2/1 && dv mv m2 measured
'

test_expect_success 'what is in the way' '
	mkdir there && echo x >tracked && git add tracked && git commit -qm t &&
	test_expect_code 128 dv mv measured plot.png 2>err && test_grep "^fatal: .plot.png. is or is in" err &&
	test_expect_code 128 dv mv plot.png tracked 2>err && test_grep "^fatal: git tracks .tracked." err &&
	echo y >other && test_expect_code 128 dv mv plot.png other 2>err && test_grep "^fatal: .other. is there" err &&
	test_expect_code 128 dv mv plot.png measured/p.png 2>err && test_grep "in the dataset .measured." err &&
	test_expect_code 128 dv mv measured measured/sub 2>err && test_grep "into itself" err &&
	echo z >free.dv && test_expect_code 128 dv mv plot.png free 2>err && test_grep "^fatal: .free.dv. is in the way" err &&
	test_path_is_file plot.png && test_path_is_file plot.png.dv && test_path_is_file measured/1
'

test_expect_success 'what is no dataset' '
	test_expect_code 128 dv mv nosuch x 2>err && test_grep "^fatal: .nosuch. is not a dataset" err &&
	test_expect_code 128 dv mv measured/1 x 2>err && test_grep "^hint: it is a part of .measured." err &&
	test_expect_code 129 dv mv measured
'

# log <dataset>: dataset and subject of each version
log () {
	dv log --oneline "$1" | sed "s/@[^ ]*//; s/ ([^)]*)//"
}

test_expect_success 'the log goes on with the versions of the old name' '
	mkdir one && for i in 1 2 3
	do
		echo $i >one/f && dv add -q one && test_tick && dv commit -q -m "v$i" one || return 1
	done &&
	dv mv -q one two && log two >actual && printf "%s\n" "one v3" "one v2" "one v1" >expect &&
	test_cmp expect actual &&
	echo 4 >two/f && dv add -q two && test_tick && dv commit -q -m v4 two &&
	log two >actual && sed -i "1i two v4" expect && test_cmp expect actual &&
	dv mv -q two three && echo 5 >three/f && dv add -q three && test_tick && dv commit -q -m v5 three &&
	log three >actual && sed -i "1i three v5" expect && test_cmp expect actual &&
	log three@latest >actual && test_cmp expect actual &&
	dv log --json three >json && jq length json >actual && echo 5 >expect && test_cmp expect actual &&
	log one >actual && printf "%s\n" "one v3" "one v2" "one v1" >expect && test_cmp expect actual &&
	dv log -n 2 --oneline three >actual && test_line_count = 2 actual
'

test_expect_success 'recorded under the new name without a change, it descends from what that did' '
	mkdir same && for i in 1 2
	do
		echo $i >same/f && dv add -q same && test_tick && dv commit -q -m "s$i" same || return 1
	done &&
	dv mv -q same other-name && test_tick && dv commit -q -m again other-name &&
	log other-name >actual && printf "%s\n" "other-name again" "same s1" >expect && test_cmp expect actual
'

test_expect_success 'the changes that show tells are against the version before the move' '
	echo 3 >other-name/f && echo 9 >other-name/g && dv add -q other-name && test_tick && dv commit -q -m s3 other-name &&
	dv mv -q other-name last-name && rm last-name/g && dv add -q last-name && test_tick &&
	dv commit -q -m s4 last-name && dv show last-name >actual && test_grep "last-name/g" actual &&
	test_grep "1 file changed, 1 deleted" actual
'

test_done
