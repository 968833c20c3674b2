#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='work tree and store that mean harm: nothing leaves the dataset'

. ./test-lib.sh

id_of () {
	sed -n "s/^manifest //p" "$1.dv"
}

# pointer_to <manifest>: the text of a pointer to it
pointer_to () {
	printf "dv-pointer 1\nmanifest %s\nfiles 1\nsize 2\n" "$1"
}

test_expect_success 'setup: two versions, and a place that must stay as it is' '
	test_commit code && dv init && mkdir -p data/in/deep .git/safe && echo 1 >data/in/deep/1 && echo 1 >data/in/2 && echo 1 >data/3 &&
	dv add data && dv commit -q data && dv tag v1 data &&
	echo 2 >data/in/deep/1 && echo 2 >data/in/2 && echo 2 >data/3 && echo 2 >data/in/new && dv add data && dv commit -q data && dv tag v2 data &&
	mkdir -p .git/safe/deep && echo safe >.git/safe/deep/1 && echo safe >.git/safe/2 && echo safe >.git/safe/3 && cp -R .git/safe .git/safe.orig
'

safe () {
	diff -r .git/safe .git/safe.orig
}

test_expect_success 'a link in place of a directory: refused, and with -f replaced' '
	rm -r data/in && ln -s "$PWD/.git/safe" data/in && test_expect_code 128 dv checkout data@v1 2>err &&
	test_grep "would be lost: .data/in." err && safe && dv add -v data >actual && test_grep "^A data/in$" actual && safe &&
	dv checkout -f data@v1 && safe && test -d data/in && ! test -h data/in && echo 1 >expect && test_cmp expect data/in/2
'

test_expect_success 'a link in place of a file is replaced, not written through' '
	rm data/3 && ln -s "$PWD/.git/safe/3" data/3 && test_expect_code 128 dv checkout data@v2 2>err && safe &&
	dv checkout -f data@v2 && safe && ! test -h data/3 && echo 2 >expect && test_cmp expect data/3
'

test_expect_success 'a link in place of the dataset, or above it' '
	mv data .git/data && ln -s "$PWD/.git/safe/." data && test_expect_code 128 dv checkout data@v1 2>err && safe &&
	test_expect_code 128 dv add data 2>err && test_grep "symbolic link" err && safe &&
	rm data && mv .git/data data && mkdir sub && cp -R data sub/data && dv add sub/data && dv commit -q sub/data &&
	mv sub .git/sub && ln -s "$PWD/.git/safe" sub && test_expect_code 128 dv checkout sub/data@latest 2>err && safe &&
	test_expect_code 128 dv add sub/data 2>err && safe && rm sub && mv .git/sub sub
'

test_expect_success 'links that are swapped in while checkout runs' '
	mkdir race && for d in 1 2 3 4 5 6 7 8; do mkdir race/$d && for i in 1 2 3 4 5 6 7 8 9 10; do echo $d $i >race/$d/$i || return 1; done; done &&
	dv add -q race && dv commit -q race && dv tag a race && for d in 1 2 3 4 5 6 7 8; do for i in 1 2 3 4 5 6 7 8 9 10; do echo other $i >race/$d/$i || return 1; done; done &&
	dv add -q race && dv commit -q race && dv tag b race && mkdir .git/outside &&
	{ (
		while ! test -e .git/stop
		do
			for d in 1 2 3 4 5 6 7 8
			do
				mv race/$d .git/aside 2>/dev/null && ln -s "$PWD/.git/outside" race/$d 2>/dev/null
				rm -f race/$d 2>/dev/null
				mv .git/aside race/$d 2>/dev/null || rm -rf .git/aside
			done
		done
	) & } && swapper=$! &&
	for k in 1 2 3 4 5 6 7 8 9 10
	do
		dv checkout -q -f race@a 2>/dev/null || :
		dv checkout -q -f race@b 2>/dev/null || :
	done &&
	: >.git/stop && wait $swapper && ls -A .git/outside >actual && test_must_be_empty actual &&
	rm -rf race .git/aside && dv checkout -q race@a
'

test_expect_success 'temporary files that are links are not written through' '
	for n in 0 1 2 3 4 5; do ln -s "$PWD/.git/safe/2" data/.dv-tmp-$$-$n && ln -s "$PWD/.git/safe/2" .dv-tmp-$$-$n || return 1; done &&
	dv checkout data@v1 && dv checkout data@v2 && safe && rm -f .dv-tmp-* data/.dv-tmp-*
'

test_expect_success 'a manifest that is not valid is refused before anything is made' '
	cp data.dv .git/keep.dv && block=$(printf "\221\225\304\005../xx\315\201\244\002\304\020%016d\300" 0 | dv hash-object -w --stdin) &&
	pointer_to $block >data.dv && test_expect_code 128 dv checkout 2>err && test_path_is_missing xx && test_path_is_missing ../xx &&
	pointer_to $(test_vector id a) >data.dv && test_expect_code 128 dv checkout 2>err && test_grep "not in\|not here\|missing" err &&
	cp .git/keep.dv data.dv && dv status --porcelain >actual && test_must_be_empty actual
'

test_expect_success 'write-manifest takes no path that leads out, so add and checkout get none' '
	id=$(dv hash-object -w data/3) && for p in ../x /x a/../x .git/x a/.GIT/x "git~1/x" ./x a//x a/ . ..
	do
		printf "100644 2 %s\t%s\n100644 2 %s\tzzz\n" $id "$p" $id >.git/in && test_expect_code 128 dv write-manifest <.git/in 2>err || return 1
	done
'

# DV_TEST_FOLDS_CASE=1: as if the file system took "A" and "a" for the same.
test_expect_success 'names that differ in case alone, where the file system folds it' '
	mkdir case && echo 1 >case/Read && echo 2 >case/read && mkdir case/In case/in && echo 3 >case/In/x && echo 4 >case/in/y &&
	dv add -q case && m=$(id_of case) && mv case .git/case && mv .git/dv/index/case .git/index-of-case &&
	test_expect_code 128 env DV_TEST_FOLDS_CASE=1 dv checkout case 2>err && test_grep "^fatal: .case. has .In. and .in. in one directory" err &&
	test_path_is_missing case && test_expect_code 128 env DV_TEST_FOLDS_CASE=1 dv checkout-manifest $m .git/out 2>err && test_path_is_missing .git/out &&
	DV_TEST_FOLDS_CASE=0 dv checkout case && diff -r case .git/case && rm -r case/in case/read && dv add -q case && rm -r case &&
	DV_TEST_FOLDS_CASE=1 dv checkout case && test_path_is_file case/Read && dv rm -q case && rm -r case
'

test_expect_success 'a damaged index: told, whatever byte it is, and never believed' '
	size=$(stat -c %s .git/dv/index/data) && cp .git/dv/index/data .git/good && at=0 &&
	while test $at -lt $size
	do
		cp .git/good .git/dv/index/data && printf "\377" | dd of=.git/dv/index/data bs=1 seek=$at conv=notrunc 2>/dev/null &&
		{ cmp -s .git/good .git/dv/index/data || test_expect_code 128 dv status 2>err; } || return 1
		at=$((at + 37))
	done &&
	for n in 0 1 100 255 256 300
	do
		head -c $n .git/good >.git/dv/index/data && test_expect_code 128 dv add data 2>err && test_grep "^hint: remove the file" err || return 1
	done &&
	rm .git/dv/index/data && dv status --porcelain >actual && test_must_be_empty actual && dv add -q data && test_path_is_file .git/dv/index/data
'

test_expect_success 'a file that changes while it is read is refused, after a second try' '
	mkdir grows && head -c 40000000 /dev/zero >grows/f && echo other >grows/g &&
	{ (while :; do printf x >>grows/f; done) & } && writer=$! &&
	{ test_expect_code 128 dv add grows 2>err; rc=$?; kill $writer; wait $writer 2>/dev/null; test $rc = 0; } &&
	test_grep "^error: .grows/f. changed while it was read" err && test_path_is_missing grows.dv && dv add -q grows
'

test_expect_success 'control characters of a name or message reach no terminal' '
	c1=$(printf "c\\302\\233") && mkdir "$c1" && echo x >"$c1/$c1" &&
	{ dv add "$c1" && dv commit -m "$c1" "$c1" && dv log "$c1" &&
	  dv show "$c1" && dv whence "$c1/$c1" && dv ls &&
	  dv rm "$c1"; } >.git/said 2>&1 &&
	test_grep "Message: c?" .git/said &&
	LC_ALL=C tr -d "\\000-\\177" <.git/said >.git/actual &&
	test_must_be_empty .git/actual
'

test_done
