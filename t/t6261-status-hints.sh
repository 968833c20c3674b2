#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='hints below the top of the work tree can be typed there'

. ./test-lib.sh

git_dir=$PWD/.git

# hinted <sed expression>: what of the hints it leaves, to be evaluated
hinted () {
	sed -n "s/^hint: //; $1" "$git_dir/err"
}

test_expect_success 'setup: two versions of a dataset, and a place to stand' '
	dv init -q &&
	git add .dvconfig &&
	git commit -q -m config &&
	mkdir src data &&
	echo 1 >data/a &&
	dv add -q data &&
	dv commit -q -m one &&
	git add data.dv &&
	git commit -q -m one &&
	cd src
'

test_expect_success 'a damaged pointer: git has it' '
	echo "dv-pointer 1" >../data.dv &&
	test_expect_code 128 dv status 2>"$git_dir/err" &&
	eval "$(hinted "s/.*again: //p")" &&
	dv status --porcelain >"$git_dir/actual" &&
	test_must_be_empty "$git_dir/actual"
'

test_expect_success 'a pointer in conflict: one side of it' '
	echo 2 >../data/a && dv add -q ../data && dv commit -q -m two &&
	git commit -q -a -m two &&
	git checkout -q -b side HEAD~1 && dv checkout -q &&
	echo 3 >../data/a && dv add -q ../data && dv commit -q -m three &&
	git commit -q -a -m three &&
	test_must_fail git merge main &&
	test_expect_code 128 dv checkout 2>"$git_dir/err" &&
	eval "$(hinted "s/.*take one side, \(.*\) (or.*/\1/p")" &&
	dv status --porcelain >"$git_dir/actual" &&
	test_must_be_empty "$git_dir/actual" &&
	git add ../data.dv && git commit -q -m merged
'

test_expect_success 'a pointer that is deleted: git has it' '
	rm ../data.dv &&
	test_expect_code 128 dv checkout 2>"$git_dir/err" &&
	eval "$(hinted "s/ brings it back.*//p")" &&
	test_path_is_file ../data.dv
'

test_expect_success 'changes that checkout would lose: add keeps them' '
	echo mine >../data/a &&
	test_expect_code 128 dv checkout data 2>"$git_dir/err" &&
	test_grep "lost: .\.\./data/a." "$git_dir/err" &&
	eval "$(hinted "s/ keeps it.*//p")" 2>/dev/null &&
	dv checkout data
'

test_expect_success 'changes that commit would leave out: add takes them in' '
	echo more >../data/b && dv add -q ../data/b &&
	echo again >../data/a &&
	dv commit -n 2>"$git_dir/err" &&
	eval "$(hinted "s/, then dv commit again//p")" 2>/dev/null &&
	dv commit 2>"$git_dir/err" &&
	test_grep ! "not added" "$git_dir/err"
'

test_expect_success 'a file that git tracks: git lets go of it' '
	echo tracked >file && git add file && git commit -q -m file &&
	test_expect_code 128 dv add file 2>"$git_dir/err" &&
	eval "$(hinted "/git rm/p")" &&
	dv add -q file
'

test_expect_success 'a dataset that moved: git gets both pointers' '
	dv mv ../data results 2>"$git_dir/err" &&
	eval "$(hinted "s/; its versions.*//p")" &&
	git diff --cached --name-only >"$git_dir/actual" &&
	printf "%s\n" data.dv src/file src/results.dv >"$git_dir/expect" &&
	test_cmp "$git_dir/expect" "$git_dir/actual"
'

test_expect_success '.dvconfig is at the top' '
	git commit -q -m moved && dv commit -q --set a=1 results 2>/dev/null &&
	echo last >results/a && dv add -q results &&
	dv commit 2>"$git_dir/err" &&
	echo "{\"a\":1}" >../a.json &&
	eval "$(hinted "s/.*for all times: \(.*\)<file>/\1a.json/p")" &&
	test_path_is_missing .dvconfig &&
	dv commit -q results 2>"$git_dir/err" &&
	dv show --config results >"$git_dir/actual" &&
	test_cmp ../a.json "$git_dir/actual" &&
	mkdir -p ../other/deep && git init -q ../other && cd ../other/deep &&
	dv init 2>"$git_dir/err" >"$git_dir/out" &&
	eval "$(hinted "s/, so that.*//p")" &&
	git ls-files --full-name .. >"$git_dir/actual" &&
	echo .dvconfig >"$git_dir/expect" &&
	test_cmp "$git_dir/expect" "$git_dir/actual"
'

test_done
