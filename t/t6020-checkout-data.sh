#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv checkout: bring a version, keep what is only here'

. ./test-lib.sh

# same <directory> <directory>: the same files, links, modes
same () {
	(cd "$1" && find . -printf "%y %m %l %P\n" | LC_ALL=C sort) >.git/a &&
	(cd "$2" && find . -printf "%y %m %l %P\n" | LC_ALL=C sort) >.git/b &&
	test_cmp .git/a .git/b &&
	diff -r "$1" "$2"
}

# clean: nothing differs from the pointers
clean () {
	dv status --porcelain >.git/status && sed -i "/^staged/d" .git/status &&
	test_must_be_empty .git/status
}

# partly: nothing differs, and something of data is not here
partly () {
	dv status --porcelain >.git/status && echo "absent data" >.git/partly &&
	test_cmp .git/partly .git/status
}

# conflict <pattern> <argument>...: refused, and no dataset but plot.png,
# which is on its own, is touched
conflict () {
	find data* sw* -printf "%p %s %T@\n" 2>/dev/null | sort >.git/before &&
	pattern=$1 &&
	shift &&
	test_expect_code 128 dv checkout "$@" 2>.git/err &&
	test_grep "$pattern" .git/err &&
	find data* sw* -printf "%p %s %T@\n" 2>/dev/null | sort >.git/after &&
	test_cmp .git/before .git/after
}

test_expect_success 'setup: three versions, and copies of them' '
	test_commit code && dv init &&
	mkdir -p data/in/deep data/empty data/old/dir &&
	for i in 1 2 3; do echo $i >data/$i && echo $i >data/in/$i && echo $i >data/in/deep/$i &&
		echo $i >data/old/dir/$i || return 1; done &&
	chmod +x data/2 && ln -s ../1 data/in/link && head -c 2000000 /dev/urandom >data/big &&
	echo p >plot.png && dv add data plot.png && cp -Rp data .git/v1 &&
	dv commit -m v1 && dv tag v1 data && git add -A && git commit -qm v1 && git tag v1 &&

	echo 1a >data/1 && rm -r data/old data/2 data/empty && mkdir data/new && echo n >data/new/n &&
	rm data/in/link && ln -s ../3 data/in/link && chmod +x data/3 && rm data/in/1 && mkdir data/in/1 &&
	echo x >data/in/1/x && rm -r data/in/deep && echo file >data/in/deep && mkdir data/hollow &&
	printf x >>data/big && echo p2 >plot.png && dv add data plot.png && cp -Rp data .git/v2 &&
	dv commit -m v2 && dv tag v2 data && git add -A && git commit -qm v2 && git tag v2 &&

	rm -r data/new data/hollow && dv add data && cp -Rp data .git/v3 &&
	dv commit -m v3 && dv tag v3 data && git add -A && git commit -qm v3 && git tag v3
'

test_expect_success 'git moves the pointer, dv checkout brings the data; only that' '
	echo mine >beside && for v in v1 v3 v2 v1 v2
	do
		git checkout -q $v && dv checkout && same .git/$v data && clean || return 1
	done &&
	echo mine >expect && test_cmp expect beside && rm beside expect &&
	git checkout -q main && dv checkout && same .git/v3 data && clean
'

test_expect_success 'unchanged files are left alone' '
	ls -i data/big data/3 >expect && sleep 0.01 && git checkout -q v2 && dv checkout &&
	ls -i data/big data/3 >actual && test_cmp expect actual &&
	git checkout -q main && dv checkout
'

test_expect_success 'a version by name: brought, and the pointer says so' '
	dv checkout data@v1 && same .git/v1 data && clean &&
	git diff --quiet v1 -- data.dv && test_must_fail git diff --quiet -- data.dv &&
	dv checkout data@git:v2 && same .git/v2 data && git diff --quiet v2 -- data.dv &&
	dv checkout data@latest && same .git/v3 data && git diff --quiet -- data.dv && clean
'

test_expect_success 'the pipeline that equals it gives the same pointer' '
	dv checkout data@v1 && cp data.dv .git/expect && dv checkout data@v3 &&
	dv checkout-manifest -f "$(dv rev-parse --manifest data@v1)" .git/piped &&
	rm -r data && mv .git/piped data && dv update-index --add --remove data &&
	test_cmp .git/expect data.dv && same .git/v1 data &&
	dv checkout data@v3
'

test_expect_success 'into an empty place; single files too' '
	rm -r data plot.png && dv checkout && same .git/v3 data && test_path_is_file plot.png && clean &&
	rm -r data && dv checkout data && same .git/v3 data && clean
'

test_expect_success 'a clone with the same store gets it all' '
	git clone -q . .git/clone && cp -R .git/dv .git/clone/.git/ && rm -r .git/clone/.git/dv/index &&
	(cd .git/clone && dv checkout) && same .git/v3 .git/clone/data && (cd .git/clone && clean) &&
	(cd .git/clone && git status --porcelain >../actual) && test_must_be_empty .git/actual
'

test_expect_success '-n tells and touches nothing' '
	git checkout -q v1 && find data -printf "%p %s %T@\n" >.git/before && dv checkout -n 2>.git/err &&
	test_grep "^data: would be" .git/err && find data -printf "%p %s %T@\n" >.git/after &&
	test_cmp .git/before .git/after && dv status --porcelain >actual && test_grep "^behind data$" actual &&
	git checkout -q main && clean
'

test_expect_success 'a change that is only here stops it, all of them listed' '
	echo only here >data/1 && echo and here >data/in/3 && git checkout -q v1 &&
	conflict "^error: .data.: what is only in the work tree would be lost: .data/1.$" &&
	test_grep "dv add .data. keeps it" .git/err && git checkout -q main &&
	conflict "would be lost: .data/1., .data/in/3.$" data@v1 &&
	conflict "would be lost: .data/1., .data/in/3.$" data &&
	dv checkout -f && same .git/v3 data && clean
'

test_expect_success 'a change that the pointers do not touch stays when git switches' '
	echo mine >data/in/3 && git checkout -q v2 && dv checkout && dv status --porcelain >actual &&
	echo "modified data/in/3" >expect && test_cmp expect actual &&
	echo mine >expect && test_cmp expect data/in/3 && git checkout -q main && dv checkout &&
	test_cmp expect data/in/3 && dv checkout -f && clean
'

test_expect_success 'a change that the store holds is no hindrance' '
	echo held | dv hash-object -w --stdin && echo held >data/1 && git checkout -q v1 && dv checkout &&
	same .git/v1 data && echo 1a >data/1 && git checkout -q main && dv checkout && same .git/v3 data && clean
'

test_expect_success 'untracked files stay, unless something has to go where they are' '
	git checkout -q v1 && dv checkout && echo mine >data/old/dir/mine && echo mine >data/mine &&
	mkdir data/hollow && echo mine >data/hollow/mine && git checkout -q v2 && dv checkout &&
	for f in old/dir/mine mine hollow/mine; do test_path_is_file data/$f || return 1; done &&
	rm -r data/old data/mine data/hollow/mine && clean &&
	git checkout -q v1 && echo mine >data/2 && conflict "would be lost: .data/2." &&
	rm data/2 && mkdir data/2 && echo mine >data/2/mine && conflict "would be lost: .data/2/mine." &&
	rm -r data/2 && mkdir -p data/2/a/b && echo mine >data/old && conflict "would be lost: .data/old." &&
	ln -sf nowhere data/old && conflict "would be lost: .data/old." && dv checkout -f &&
	same .git/v1 data && clean
'

test_expect_success 'a removed file with changes is a conflict' '
	echo changed >data/old/dir/1 && git checkout -q v2 && conflict "would be lost: .data/old/dir/1." &&
	dv checkout -f && same .git/v2 data && clean
'

test_expect_success 'a dataset whose pointer is gone is removed if unmodified' '
	git rm -q --cached data.dv && git mv -f plot.png.dv other.dv 2>/dev/null && git reset -q --hard &&
	git rm -q data.dv && git commit -qm "no data" && echo changed >data/1 &&
	conflict "would be lost: .data/1." && dv checkout -f 2>err && test_path_is_missing data &&
	test_grep "^data: no pointer here; dv checkout-manifest .* would bring it back" err &&
	test_path_is_missing .git/dv/index/data && ! grep "^/data$" .git/info/exclude &&
	git reset -q --hard HEAD~1 && dv checkout && same .git/v2 data && clean
'

test_expect_success 'but the directory one is in stays' '
	top=$(pwd) && git rm -q data.dv && git commit -qm gone && cd data/in &&
	dv checkout && dv status >"$top/.git/out" && cd "$top" &&
	find data >actual && printf "%s\n" data data/in >expect && test_cmp expect actual &&
	git reset -q --hard HEAD~1 && dv checkout && same .git/v2 data && clean
'

test_expect_success 'nor is one removed that only the index names' '
	mkdir only && echo only >only/here && dv add only && git clean -fq only.dv &&
	test_path_is_missing only.dv && test_expect_code 128 dv checkout 2>err &&
	test_grep "^error: .only. has no pointer, and no version or commit" err &&
	test_grep "^hint: dv add .only." err && echo only >expect && test_cmp expect only/here &&
	dv add only && git add only.dv && git commit -qm only && git rm -q only.dv &&
	git commit -qm "not only" && dv checkout && test_path_is_missing only &&
	git checkout -q HEAD~1 only.dv && dv checkout && test_cmp expect only/here &&
	git reset -q --hard HEAD~2 && dv checkout && test_path_is_missing only &&
	mkdir only && echo never >only/here && dv add only && rm only.dv &&
	dv checkout -f && test_path_is_missing only && clean
'

test_expect_success 'a pointer deleted by hand removes nothing' '
	rm data.dv && test_expect_code 128 dv checkout 2>err && test_grep "is deleted, but git still has it" err &&
	same .git/v2 data && git checkout -q -- data.dv && clean
'

test_expect_success 'a part: only that is brought' '
	git checkout -q main && dv checkout && rm -r data && rm .git/dv/index/data &&
	dv checkout data:in && (cd data && find . -type f | sort) >actual &&
	(cd .git/v3 && find ./in -type f | sort) >expect && test_cmp expect actual && partly &&
	dv checkout data:1 && (cd data && find . -type f | sort) >actual &&
	(cd .git/v3 && find ./1 ./in -type f | sort) >expect && test_cmp expect actual && partly &&
	git checkout -q v1 && dv checkout && (cd data && find . -type f | sort) >actual &&
	(cd .git/v1 && find ./1 ./in -type f | sort) >expect && test_cmp expect actual && partly &&
	echo changed >data/1 && dv add -v data >actual && echo "M data/1" >expect && test_cmp expect actual &&
	dv ls-files data >actual && test_grep "^old/dir/2$" actual &&
	git checkout -q -- data.dv && dv checkout -f data && same .git/v1 data && clean
'

test_expect_success 'a part of another version mixes, and the pointer says what' '
	dv checkout data@v2:in && same .git/v2/in data/in && same .git/v1/old data/old &&
	dv status --porcelain >actual && echo "staged data" >expect && test_cmp expect actual &&
	dv ls-files -s data | dv write-manifest >actual && sed -n "s/^manifest //p" data.dv >expect &&
	test_cmp expect actual && dv checkout data@v1 && same .git/v1 data && clean &&
	test_expect_code 128 dv checkout data@v1:nothing 2>err && test_grep "no .nothing." err
'

test_expect_success 'a dataset that changes between a file and a directory' '
	mkdir sw && echo 1 >sw/1 && dv add sw && dv commit -m dir sw && dv tag dir sw &&
	rm -r sw && echo file >sw && dv add sw && dv commit -m file sw && dv tag file sw &&
	dv checkout sw@dir && echo 1 >expect && test_cmp expect sw/1 &&
	dv checkout sw@file && echo file >expect && test_cmp expect sw && clean &&
	dv checkout sw@dir && echo mine >sw/mine && conflict "would be lost: .sw/mine." sw@file &&
	rm sw/mine && dv checkout sw@file && echo mine >sw && conflict "would be lost: .sw.$" sw@dir &&
	dv checkout -f sw@dir && clean
'

test_expect_success 'what is not there' '
	test_expect_code 128 dv checkout nosuch 2>err && test_grep "^fatal: " err &&
	test_expect_code 128 dv checkout data@nosuch 2>err && test_grep "^fatal: .*nosuch" err
'

test_expect_success 'one that fails does not keep the others back' '
	git checkout -q v2 && dv checkout && echo mine >data/1 && git checkout -q v1 &&
	test_expect_code 128 dv checkout 2>err && test_grep "^error: .data" err &&
	echo p >expect && test_cmp expect plot.png && dv checkout -f && same .git/v1 data && clean
'

test_done
