#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv fsck: every fault is told, one sentence each'

# shellcheck disable=SC2034 # read by test-lib.sh
TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"

# faulty <pattern>: fsck answers "no", with a sentence like this.
faulty () {
	test_expect_code 1 dv fsck >.git/faults 2>.git/err &&
	test_grep -e "$1" .git/faults
}

clean () {
	dv fsck --full >.git/faults 2>.git/err &&
	test_must_be_empty .git/faults &&
	test_must_be_empty .git/err
}

# pack_of <id>
pack_of () {
	for p in .git/dv/packs/*.pack
	do
		! dv verify-pack -v "$p" | grep "^$1 " >/dev/null || echo "$p"
	done
}

test_expect_success 'an empty repository is whole' '
	lab_new lab &&
	clean
'

test_expect_success 'so is one with versions, tags and staged content' '
	lab_commit 1 one --set seed=1 &&
	lab_commit 2 two --set seed=2 &&
	dv tag best data@latest &&
	lab_add 3 &&
	head -c 3000000 /dev/urandom >big && dv add big &&
	clean &&
	git_unharmed
'

test_expect_success 'a missing pack: what it held is told' '
	for pack in .git/dv/packs/*.pack
	do
		mkdir -p .git/aside &&
		mv "${pack%.pack}".* .git/aside &&
		faulty " is missing\|not here\|missing" &&
		mv .git/aside/* .git/dv/packs || return 1
	done &&
	clean
'

test_expect_success 'what many versions lack is told once' '
	mkdir same && for i in $(seq 5); do echo $i >same/$i || return 1; done &&
	dv add same && test_tick && dv commit -q --set v=1 same &&
	test_tick && dv commit -q --set v=2 same &&
	id=$(test_id same/3) &&
	cp -R .git/dv .git/dv.saved &&
	pack=$(pack_of $id) &&
	rm "$pack" "${pack%.pack}.idx" &&
	test_expect_code 1 dv fsck same >.git/faults &&
	grep -c "$id" .git/faults >.git/actual &&
	echo 1 >.git/expect &&
	test_cmp .git/expect .git/actual &&
	test_grep "^version .same@.*the content of .3. is missing, $id\$" \
		.git/faults &&
	cp .git/dv.saved/packs/* .git/dv/packs/ && rm -rf .git/dv.saved &&
	clean
'

test_expect_success 'a flipped bit in a pack' '
	pack=$(ls .git/dv/packs/*.pack | head -1) &&
	cp "$pack" .git/saved && chmod u+w "$pack" &&
	printf "\\377" | dd of="$pack" bs=1 seek=40 conv=notrunc 2>/dev/null &&
	! cmp -s "$pack" .git/saved &&
	faulty . &&
	cat .git/saved >"$pack" &&
	clean
'

test_expect_success 'a truncated pack; one without its index holds a copy' '
	pack=$(pack_of $(dv rev-parse data:README)) &&
	cp "$pack" .git/saved && chmod u+w "$pack" &&
	head -c 100 .git/saved >"$pack" &&
	faulty . &&
	cat .git/saved >"$pack" &&
	mv "${pack%.pack}.idx" .git/saved.idx &&
	clean &&
	mv .git/saved.idx "${pack%.pack}.idx" &&
	clean
'

test_expect_success 'a record that is not what its ref says' '
	ref=refs/dv/data/$(dv rev-parse --version data@best) &&
	tag=$(git rev-parse "$ref") &&
	other=$(git rev-parse "$(git for-each-ref --format="%(refname)" \
		refs/dv/data | grep -v "$ref")") &&
	git update-ref "$ref" "$other" &&
	faulty "^$ref: the record is of " &&
	git update-ref "$ref" "$tag" &&
	git cat-file tag "$tag" | sed "s/^Dv-Size:.*/Dv-Size: -1/" |
		git hash-object -t tag -w --stdin >.git/bad &&
	git update-ref "$ref" "$(cat .git/bad)" &&
	faulty "^$ref: " &&
	git update-ref "$ref" HEAD &&
	faulty "^$ref: " &&
	git update-ref "$ref" "$tag" &&
	git update-ref refs/dv/data/nonsense "$tag" &&
	faulty "^refs/dv/data/nonsense: " &&
	git update-ref -d refs/dv/data/nonsense &&
	clean
'

test_expect_success 'a tag without its version' '
	ref=refs/dv/data/$(dv rev-parse --version data@best) &&
	tag=$(git rev-parse "$ref") &&
	git update-ref -d "$ref" &&
	faulty "best" &&
	git update-ref "$ref" "$tag" &&
	clean
'

test_expect_success 'a pointer that is damaged, or whose content is not here' '
	cp data.dv .git/data.dv &&
	sed "s/^files .*/files many/" .git/data.dv >data.dv &&
	faulty "data.dv" &&
	sed "s/^\(manifest .*:\)......../\100000000/" .git/data.dv >data.dv &&
	faulty "^pointer .data.dv.: .* is missing, " &&
	{
		echo "dv-pointer 1" && echo "<<<<<<< HEAD" &&
		sed -n 2p .git/data.dv && echo ======= &&
		sed -n 2p .git/data.dv && echo ">>>>>>> side" &&
		sed 1,2d .git/data.dv
	} >data.dv &&
	faulty "data.dv.*merge\|conflict" &&
	cp .git/data.dv data.dv &&
	clean
'

test_expect_success 'an index that is damaged, here or in another work tree' '
	index=.git/dv/index/data &&
	cp $index .git/index.saved &&
	printf "\\377" | dd of=$index bs=1 seek=300 conv=notrunc 2>/dev/null &&
	faulty "/index/data.: " &&
	head -c 100 .git/index.saved >$index &&
	faulty "/index/data.: " &&
	cp .git/index.saved $index &&
	git add -A && test_tick && git commit -q -m pointers &&
	git worktree add -q ../wt && (cd ../wt && dv checkout plot.png) &&
	clean &&
	printf X >>.git/worktrees/wt/dv/index/plot.png &&
	faulty "/wt/dv/index/plot.png.: " &&
	git worktree remove -f ../wt &&
	clean
'

test_expect_success 'datasets that are named limit it' '
	cp data.dv .git/data.dv && echo junk >>data.dv &&
	test_expect_code 1 dv fsck data >.git/faults &&
	dv fsck plot.png >.git/faults &&
	test_must_be_empty .git/faults &&
	cp .git/data.dv data.dv &&
	test_expect_code 128 dv fsck nothing
'

test_expect_success 'what nothing names is no fault; --verbose tells of it' '
	echo passing >data/passing && dv add data && rm data/passing &&
	dv add data &&
	clean &&
	dv fsck --verbose >.git/faults 2>.git/err &&
	test_must_be_empty .git/faults &&
	test_grep "named by nothing here; dv gc removes them" .git/err &&
	dv gc -q &&
	dv fsck --verbose 2>.git/err &&
	test_must_be_empty .git/err
'

test_expect_success 'the pipelines of the page' '
	dv verify-pack .git/dv/packs/*.pack &&
	dv cat-manifest "$(dv rev-parse data)" | grep -v "^#" | cut -f1 |
		cut -d" " -f3 | dv cat-object --batch-check >.git/actual &&
	test_line_count = 5 .git/actual &&
	test_grep ! missing .git/actual
'

test_done
