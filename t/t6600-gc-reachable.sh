#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv gc: what is named stays, what is not goes'

# shellcheck disable=SC2034 # read by test-lib.sh
TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"

held () {
	dv cat-object --exists "$1"
}

gone () {
	test_expect_code 1 dv cat-object --exists "$1"
}

# objects: the ids of all that the store holds.
objects () {
	dv verify-pack -v .git/dv/packs/*.pack | cut -d' ' -f1 | sort -u
}

test_expect_success 'setup: two committed versions, one content only added' '
	lab_new lab &&
	lab_commit 1 one --set seed=1 &&
	lab_pointers one &&
	lab_commit 2 two --set seed=2 &&
	lab_pointers two
'

test_expect_success 'with nothing to remove, nothing is removed' '
	objects >.git/before &&
	dv gc >.git/out 2>.git/err &&
	test_must_be_empty .git/out &&
	echo "nothing to remove" >.git/expect &&
	test_cmp .git/expect .git/err &&
	objects >.git/after &&
	test_cmp .git/before .git/after &&
	git_unharmed
'

test_expect_success 'what is kept is what the pipeline of the page lists' '
	dv show-ref --versions | cut -f2 | while read -r ref
	do
		git cat-file -p "$ref" | sed -n "s/^Dv-Config: //p" &&
		manifest=$(git cat-file -p "$ref" |
			sed -n "s/^Dv-Manifest: //p") &&
		echo "$manifest" &&
		dv cat-manifest --root "$manifest" | sed -n "s/^block //p" |
			cut -d" " -f1 &&
		dv cat-manifest "$manifest" | grep -v "^#" | cut -f1 |
			cut -d" " -f3 || return 1
	done | sort -u >.git/expect &&
	test_cmp .git/expect .git/after
'

test_expect_success 'what was added and replaced before a commit goes' '
	echo passing >data/passing && dv add data &&
	passing=$(test_id data/passing) &&
	rm data/passing && dv add data &&
	held $passing &&
	dv gc -n 2>.git/err &&
	test_grep "^would remove [0-9]* objects, " .git/err &&
	held $passing &&
	dv gc 2>.git/err &&
	test_grep "^removed [0-9]* objects, " .git/err &&
	gone $passing &&
	objects >.git/after &&
	test_cmp .git/before .git/after
'

test_expect_success 'content that is staged stays' '
	echo staged >data/staged && dv add data &&
	dv gc -q &&
	held $(test_id data/staged) &&
	test_tick && dv commit -q --set seed=3 &&
	dv fsck --full
'

test_expect_success 'content of the index of another work tree stays' '
	git worktree add -q ../wt &&
	(cd ../wt && dv checkout data && echo wt >data/wt && dv add data) &&
	dv gc -q &&
	held $(test_id ../wt/data/wt) &&
	(cd ../wt && dv cat data:wt >out && echo wt >expect &&
		test_cmp expect out)
'

test_expect_success 'content of a pointer stays that only git has staged, by any name' '
	nl=$(printf "new\nline") &&
	echo odd >"$nl" && dv add "$nl" && git add "$nl.dv" &&
	id=$(test_id "$nl") &&
	rm -r "$nl.dv" .git/dv/index/new=0Aline &&
	dv gc -q --grace=now &&
	held $id &&
	git rm -q --cached "$nl.dv" &&
	dv gc -q --grace=now &&
	gone $id &&
	rm "$nl"
'

test_expect_success 'content of a pointer that lies in another work tree stays' '
	echo lies >../wt/lies && (cd ../wt && dv add lies) &&
	id=$(test_id ../wt/lies) &&
	rm .git/worktrees/wt/dv/index/lies &&
	dv gc -q --grace=now &&
	held $id &&
	rm ../wt/lies ../wt/lies.dv &&
	dv gc -q --grace=now &&
	gone $id
'

test_expect_success 'content of a pointer in history stays, without a version' '
	echo history >data/history && dv add data &&
	id=$(test_id data/history) &&
	git add data.dv && test_tick && git commit -q -m history &&
	rm data/history && dv add data &&
	dv gc -q &&
	held $id
'

test_expect_success 'content of a pointer that git stashed stays' '
	echo stashed >data/stashed && dv add data &&
	id2=$(test_id data/stashed) &&
	git stash -q && dv checkout --force data &&
	dv gc -q &&
	held $id2 &&
	git stash drop -q &&
	git reflog expire --expire=now --all &&
	dv gc -q &&
	gone $id2 &&
	held $id
'

test_expect_success 'content of a pointer that is only staged in git stays' '
	echo index >data/index && dv add data && git add data.dv &&
	id3=$(test_id data/index) &&
	rm data/index && dv add data &&
	dv gc -q &&
	held $id3 &&
	git reset -q && dv gc -q && gone $id3
'

test_expect_success 'a pointer on another branch, or only in the reflog' '
	git checkout -q -b side && echo side >data/side && dv add data &&
	id4=$(test_id data/side) &&
	git add -A && test_tick && git commit -q -m side &&
	git checkout -q main && dv checkout data &&
	dv gc -q && held $id4 &&
	git branch -q -D side && dv gc -q && held $id4 &&
	git reflog expire --expire=now --all && dv gc -q && gone $id4
'

test_expect_success 'a version that is forgotten lets go of its content' '
	mkdir f && echo forget >f/f && dv add f && test_tick &&
	dv commit -q --set f=1 f && v=$(dv rev-parse --version f) &&
	idf=$(test_id f/f) &&
	echo other >f/f && dv add f && test_tick && dv commit -q --set f=2 f &&
	dv gc -q && held $idf &&
	dv forget f@v:$v && dv gc -q && gone $idf
'

test_expect_success 'large files go with their chunks' '
	mkdir big && head -c 3000000 /dev/urandom >big/a && dv add big &&
	idb=$(test_id big/a) &&
	head -c 3000000 /dev/urandom >big/a && dv add big &&
	dv gc -q && gone $idb && held $(test_id big/a) &&
	dv cat big:a >.git/actual && test_cmp_bin big/a .git/actual &&
	n=$(du -sk .git/dv/packs | cut -f1) &&
	test "$n" -lt 4500
'

test_expect_success 'the trash keeps it for the grace period' '
	test -n "$(find .git/dv/trash -type f)" &&
	dv gc -q --grace=1h &&
	test -n "$(find .git/dv/trash -type f)" &&
	dv gc -q --grace=now &&
	test -z "$(find .git/dv/trash -type f)" &&
	dv fsck --full
'

test_expect_success 'dv.gcGrace is the default' '
	echo t >f/t && dv add f && rm f/t && dv add f &&
	dv -c dv.gcGrace=now gc -q &&
	test -z "$(find .git/dv/trash -type f)" &&
	test_expect_code 128 dv -c dv.gcGrace=soon gc 2>.git/err &&
	test_grep "^fatal: dv.gcGrace: .soon. is no time span\$" .git/err &&
	test_expect_code 128 dv gc --grace=2100-01-01 2>.git/err &&
	test_expect_code 129 dv gc data
'

test_expect_success 'a version that cannot be read stops it' '
	objects >.git/before &&
	ref=$(git for-each-ref --format="%(refname)" refs/dv/data | head -1) &&
	tag=$(git rev-parse "$ref") &&
	git cat-file tag "$tag" | sed "s/^Dv-Manifest:.*/Dv-Manifest: x/" |
		git hash-object -t tag -w --stdin >.git/bad &&
	git update-ref "$ref" "$(cat .git/bad)" &&
	test_expect_code 128 dv gc 2>.git/err &&
	test_grep "^fatal: .*$ref" .git/err &&
	objects >.git/after &&
	test_cmp .git/before .git/after &&
	git update-ref "$ref" "$tag" &&
	dv gc -q
'

test_expect_success 'an index that cannot be read stops it' '
	index=.git/dv/index/data &&
	cp $index .git/saved && printf X >>$index &&
	test_expect_code 128 dv gc 2>.git/err &&
	test_grep "^fatal: .*data" .git/err &&
	objects >.git/after &&
	test_cmp .git/before .git/after &&
	cp .git/saved $index &&
	dv gc -q
'

test_expect_success 'it says where the space is, and when it is free' '
	printf garbage | dv hash-object -w --stdin &&
	dv gc 2>.git/err &&
	test_grep "^removed 1 object, 7 B$" .git/err &&
	test_grep "^hint: .*trash" .git/err &&
	command=$(sed -n "s/^hint: .*at once: //p" .git/err) &&
	$command 2>.git/err &&
	test_grep "^deleted .* from the trash$" .git/err &&
	test_grep ! "nothing" .git/err &&
	dv gc 2>.git/err &&
	echo "nothing to remove" >.git/expect &&
	test_cmp .git/expect .git/err
'

test_expect_success 'all that is named still is here' '
	dv fsck --full >.git/actual &&
	test_must_be_empty .git/actual &&
	git_unharmed
'

test_expect_success 'a pointer in a commit that git replace hides stays' '
	lab_new replaced && lab_add 1 && lab_pointers one &&
	was=$(git rev-parse HEAD) && first=$(dv rev-parse data) &&
	lab_add 2 && lab_pointers two && second=$(dv rev-parse data) &&
	git rm -q data.dv && rm -rf data && git commit -q -m "no data" &&
	rm -rf .git/dv/index && git replace "$was" HEAD &&
	dv gc -q --grace=now && held "$first" && held "$second"
'

test_done
