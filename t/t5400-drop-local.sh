#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv drop: local copies go once a remote is known to hold them'

TEST_NO_CREATE_REPO=1
. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"

# status <line>...: exactly these records
status () {
	printf "%s\n" "$@" | sed "/^$/d" >"$HOME/expect" &&
	dv status --porcelain >"$HOME/actual" &&
	test_cmp "$HOME/expect" "$HOME/actual"
}

# ids <path>: of the entries of data at or below it
ids () {
	dv ls-files -s data | sed -n "s,^[0-7]* [0-9]* \([^	]*\)	$1.*,\1,p"
}

# again: a repository of its own, from the one of the setup
again () {
	cd "$HOME" && rm -rf work remote && cp -Rp kept work &&
	cp -Rp kept-remote remote && cd work &&
	test_path_is_file data.dv
}

test_expect_success 'setup: a dataset, small files and large, published' '
	lab_new kept &&
	lab_add 1 &&
	head -c 3000000 /dev/urandom >data/train/big &&
	cp data/train/big data/test/same &&
	ln -s README data/link &&
	mkdir data/hollow &&
	dv add -q data &&
	test_tick && dv commit -q -m one &&
	lab_pointers one &&
	mkdir "$HOME/remote" &&
	dv remote add origin "$HOME/remote" &&
	dv push -q &&
	cd "$HOME" && cp -Rp remote kept-remote
'

test_expect_success 'a directory goes: from the work tree, and from the store' '
	again &&
	ids train/ >"$HOME/train" && test_line_count = 4 "$HOME/train" &&
	du -sk .git/dv/packs >"$HOME/before" &&
	dv drop data/train 2>"$HOME/err" &&
	test_grep "^freed [0-9.]* MiB" "$HOME/err" &&
	test_grep "in the work tree: 4 files" "$HOME/err" &&
	test_path_is_missing data/train &&
	status "absent data" &&
	{ dv cat-object --batch-check <"$HOME/train" >"$HOME/actual" || :; } &&
	test "$(grep -c missing "$HOME/actual")" = 3 &&
	test_path_is_missing .git/dv/trash/*.pack
'

test_expect_success 'what another file here needs stays in the store, and is told' '
	cmp data/test/same "$HOME/kept/data/train/big" &&
	test_grep "[0-9] objects stay there" "$HOME/err" &&
	dv cat-object "$(ids test/same)" >"$HOME/actual" &&
	cmp data/test/same "$HOME/actual"
'

test_expect_success 'with that gone too, so does the room' '
	dv drop data/test 2>"$HOME/err" &&
	test_grep "in the store: .* 2.9 MiB" "$HOME/err" &&
	test "$(du -sk .git/dv/packs | cut -f1)" -lt 100 &&
	test_path_is_file data/README && test_path_is_file plot.png
'

test_expect_success 'the dataset is what it was: add, commit, diff, ls see no change' '
	cp data.dv "$HOME/pointer" &&
	dv add -v data >"$HOME/actual" && test_must_be_empty "$HOME/actual" &&
	test_cmp "$HOME/pointer" data.dv &&
	dv diff >"$HOME/actual" && test_must_be_empty "$HOME/actual" &&
	dv ls data/train >"$HOME/actual" && test_grep big "$HOME/actual" &&
	dv ls-files data >"$HOME/actual" && test_line_count = 9 "$HOME/actual" &&
	git status --porcelain >"$HOME/actual" && test_must_be_empty "$HOME/actual"
'

test_expect_success 'a change beside it makes the manifest that all files would make' '
	echo more >>data/README && dv add -q data &&
	cp data.dv "$HOME/pointer" &&
	cd "$HOME/kept" && echo more >>data/README && dv add -q data &&
	test_cmp "$HOME/pointer" data.dv &&
	git checkout -q data.dv && dv checkout -q -f data
'

test_expect_success 'pull brings it back' '
	again && dv drop -q data && test_path_is_missing data && status "absent data" &&
	dv pull -q && diff -r --no-dereference "$HOME/kept/data" data && status ""
'

test_expect_success 'a file, a link; what is not in the dataset stays' '
	again && echo mine >data/test/mine &&
	dv drop -q data/link data/test data/README &&
	test_path_is_missing data/link && test_path_is_missing data/README &&
	echo test/mine >"$HOME/expect" &&
	(cd data && find test -type f) >"$HOME/actual" &&
	test_cmp "$HOME/expect" "$HOME/actual" &&
	status "absent data" "new data/test/mine"
'

test_expect_success 'a dataset that is one file' '
	again && dv drop -q plot.png && test_path_is_missing plot.png &&
	status "absent plot.png" && dv pull -q plot.png &&
	test_cmp "$HOME/kept/plot.png" plot.png && status ""
'

test_expect_success '-n asks, tells, and touches nothing' '
	again && dv status && find data .git/dv/packs -printf "%p %s %T@\n" | sort >"$HOME/before" &&
	dv drop -n data/train 2>"$HOME/err" &&
	test_grep "^would free" "$HOME/err" && test_grep "4 files" "$HOME/err" &&
	find data .git/dv/packs -printf "%p %s %T@\n" | sort >"$HOME/after" &&
	test_cmp "$HOME/before" "$HOME/after"
'

test_expect_success '--cached: the files stay, the store is freed' '
	again && dv drop --cached data 2>"$HOME/err" &&
	test_grep ! "work tree" "$HOME/err" && status "" &&
	diff -r --no-dereference "$HOME/kept/data" data &&
	test "$(du -sk .git/dv/packs | cut -f1)" -lt 100 &&
	dv add -v data >"$HOME/actual" && test_must_be_empty "$HOME/actual" &&
	echo new >data/README && dv add -q data && test_tick && dv commit -q -m two && dv push -q &&
	rm -r data && dv pull -q data && echo new >"$HOME/expect" &&
	test_cmp "$HOME/expect" data/README &&
	cmp "$HOME/kept/data/train/big" data/train/big
'

test_expect_success 'what was changed is named, and nothing goes' '
	again && echo changed >data/train/1.csv && rm data/train/2.csv &&
	find data | sort >"$HOME/before" &&
	test_expect_code 128 dv drop data 2>"$HOME/err" &&
	test_grep "^error: .data.: changed since it was added: .data/train/1.csv., .data/train/2.csv.$" "$HOME/err" &&
	test_grep "^hint: dv add .data." "$HOME/err" &&
	find data | sort >"$HOME/after" && test_cmp "$HOME/before" "$HOME/after" &&
	dv drop -q data/test && test_path_is_missing data/test &&
	chmod +x data/README && test_expect_code 128 dv drop data/README 2>"$HOME/err" &&
	test_grep "changed since it was added: .data/README.$" "$HOME/err" &&
	test_expect_code 128 dv drop data plot.png 2>"$HOME/err" &&
	test_path_is_missing plot.png && test_path_is_file data/train/1.csv
'

test_expect_success 'what is added and not published is refused; pushed, it goes' '
	again && echo more >>data/README && dv add -q data &&
	test_expect_code 128 dv drop data/train 2>"$HOME/err" &&
	test_grep "^error: .data.: no version on remote .origin. has what lies here" "$HOME/err" &&
	test_grep "^hint: dv push .data." "$HOME/err" &&
	test_tick && dv commit -q -m two &&
	test_expect_code 128 dv drop data/train 2>"$HOME/err" &&
	test_path_is_file data/train/big &&
	dv push -q && dv drop -q data/train && test_path_is_missing data/train
'

test_expect_success 'what a version that is not published needs stays in the store' '
	again && cp data/train/big other && dv add -q other && test_tick && dv commit -q -m other other &&
	rm other && dv drop -q data && dv checkout -q other &&
	cmp other "$HOME/kept/data/train/big"
'

test_expect_success 'nor what only a pointer in a commit names' '
	again && cp data/train/big other && dv add -q other && git add other.dv && git commit -q -m other &&
	git rm -q --cached other.dv && dv rm other 2>/dev/null && rm -f other &&
	dv drop -q data && git checkout -q HEAD other.dv 2>/dev/null && dv checkout -q other &&
	cmp other "$HOME/kept/data/train/big"
'

test_expect_success 'a remote that lost a pack holds nothing' '
	again && find "$HOME/remote/dv/packs" -name "*.pack" -size +100k -exec rm {} + &&
	test_expect_code 128 dv drop data/train 2>"$HOME/err" &&
	test_grep "^error: .data.: remote .origin.: .*pack. is not there" "$HOME/err" &&
	test_path_is_file data/train/big
'

test_expect_success 'nor one where the version, or what leads to it, is not' '
	again && rm "$HOME"/remote/dv/versions/*/data/* &&
	test_expect_code 128 dv drop data 2>"$HOME/err" &&
	test_grep "no version on remote" "$HOME/err" &&
	again && rm -r "$HOME"/remote/dv/manifests &&
	test_expect_code 128 dv drop data 2>"$HOME/err" &&
	test_grep "no record tells where its manifest" "$HOME/err" &&
	test_path_is_file data/train/big
'

test_expect_success 'the directory one is in stays, and the next command runs there' '
	again && cd data/train && dv drop . 2>"$HOME/err" &&
	test_grep "^.data.: the directory you are in stays" "$HOME/err" &&
	ls -A >"$HOME/out" && test_must_be_empty "$HOME/out" && dv drop .. 2>"$HOME/err" && dv status >"$HOME/out" &&
	test_path_is_missing ../test && dv pull data && test_path_is_file 1.csv &&
	cd "$HOME/work" && dv drop data 2>"$HOME/err" && test_grep ! stays "$HOME/err" &&
	test_path_is_missing data
'

test_expect_success 'the work tree itself is no dataset' '
	again && test_expect_code 128 dv drop . 2>"$HOME/err" &&
	test_grep "^fatal: the work tree itself is no dataset" "$HOME/err" &&
	test_grep "^hint: .*dv drop data" "$HOME/err"
'

test_expect_success 'a remote that is gone whole' '
	again && rm -r "$HOME/remote/dv" && test_expect_code 128 dv drop data 2>"$HOME/err" &&
	test_grep "what was published there is gone" "$HOME/err" &&
	test_grep ! "has what lies here" "$HOME/err" && test_path_is_file data/README
'

test_expect_success 'no remote, no dataset, no such path, nothing named' '
	again && test_expect_code 128 dv drop simulate 2>"$HOME/err" &&
	test_grep "^fatal: .simulate. is not in a dataset" "$HOME/err" &&
	test_expect_code 128 dv drop data/nosuch 2>"$HOME/err" &&
	test_grep "^error: .data/nosuch. is not in the dataset" "$HOME/err" &&
	test_expect_code 129 dv drop &&
	dv remote remove origin && test_expect_code 128 dv drop data 2>"$HOME/err" &&
	test_grep "^hint: .*dv remote add" "$HOME/err" && test_path_is_file data/README
'

test_done
