#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv push where content is absent: what the remote has is relied on'

TEST_NO_CREATE_REPO=1
. ./test-lib.sh
. "$DV_SOURCE/t/lib-transport.sh"
. "$DV_SOURCE/t/lib-push.sh"

REM=$PWD/remote

test_expect_success 'setup: a dataset on a remote, a clone with a part of it' '
	git init -q -b main lab && cd lab && dv init -q --namespace lab && git add .dvconfig && test_commit code &&
	mkdir -p data/a data/b && for i in 1 2 3 4 5
	do
		random_file 3000 data/a/$i && random_file 4000 data/b/$i || return 1
	done &&
	random_file 5000000 data/b/large && dv add -q data && dv commit -q data &&
	git add -A && git commit -qm data && git config dv-remote.origin.url "$REM" && dv push -q && cd .. &&
	git clone -q lab part && git -C part config dv-remote.origin.url "$REM" &&
	(cd part && dv pull -q --only "data/a/**") && test_path_is_missing part/data/b/1
'

test_expect_success 'a change of what is here, with the rest absent: published, and readable whole' '
	size=$(remote_size "$REM") &&
	(
		cd part && echo changed >data/a/1 && dv add -q data && dv commit -q --set n=2 data &&
		dv push 2>../err
	) &&
	test_grep "^data  .* (latest)$" err &&
	test $(($(remote_size "$REM") - size)) -lt 65536 && readable "$REM"
'

test_expect_success 'another dataset of the same files, all but one absent: nothing is sent' '
	(
		cd part && m=$(dv rev-parse --manifest data) &&
		dv write-version --dataset=copy --manifest="$m" >/dev/null && dv push --all 2>../err
	) &&
	test_grep "^copy  .* (latest)$" err && readable "$REM"
'

test_expect_success 'what is neither here nor there stops it, by name; exit 128' '
	cp -R part part2 && rm -rf "$REM/dv/manifests" "$REM/dv/versions" "$REM/dv/heads" &&
	(cd part2 && rm -rf .git/dv/cache/remote && test_expect_code 128 dv push 2>../err) &&
	test_grep "^error: version .data@.*: 6 files are lacking, the first is .b/1.: object .* is not in the store" err &&
	test_grep "^fatal: .data. was not pushed" err &&
	test_grep "^hint: .*dv pull" err &&
	test_path_is_missing "$REM/dv/versions"
'

test_expect_success 'a dataset that lacks something leaves the others alone; exit 128' '
	(
		cd part2 && mkdir -p also zz && cp data/a/2 also/f && echo z >zz/f && dv add -q also zz &&
		dv commit -q also zz && test_expect_code 128 dv push 2>../err
	) &&
	test_grep "^also  .* (latest)$" err && test_grep "^zz  .* (latest)$" err &&
	sed -n 1p err >first && test_grep "^error: version .data@" first &&
	test_grep "^fatal: .data. was not pushed" err && test_path_is_missing "$REM/dv/versions/lab/data" &&
	readable "$REM"
'

test_expect_success 'setup: a large file that changed, and was removed from the newest version' '
	git init -q -b main back && cd back && dv init -q --namespace back && git add .dvconfig && test_commit code &&
	mkdir data && random_file 3000000 data/large && echo 1 >data/small && dv add -q data && dv commit -q data &&
	git config dv-remote.origin.url "$REM.back" && dv push -q &&
	echo changed | dd of=data/large conv=notrunc bs=1 seek=1500000 2>/dev/null && echo 2 >data/small &&
	dv add -q data && dv commit -q data && dv push -q && git add -A && git commit -qm with &&
	rm data/large && dv add -q data && dv commit -q data && dv push -q && git add -A && git commit -qm without &&
	cd .. && git clone -q back half &&
	(cd half && git config dv-remote.origin.url "$REM.back" && dv pull -q)
'

# The pack with its recipe is named by the parent, for another file; the
# packs with its chunks are not.
test_expect_success 'absent, on top of a version without it: never published without its chunks' '
	(
		cd half && last=$(dv rev-parse --version data@latest) && git checkout -q HEAD^ &&
		dv pull -q --only data/small && test_path_is_missing data/large &&
		echo new >data/new && dv add -q data && m=$(sed -n "s/^manifest //p" data.dv) &&
		dv write-version --dataset=data --manifest="$m" --parent="$last" >../id &&
		size=$(remote_size "$REM.back") &&
		test_expect_code 128 dv push "data@$(sed "s/^data-//" ../id)" 2>../err &&
		test_grep "^error: .*: .large.: the large object" ../err &&
		test $size = "$(remote_size "$REM.back")" &&
		test_grep "^hint: .*dv pull" ../err && dv fsck --remote &&
		git checkout -q data.dv && rm data/new && dv pull -q && dv push -q "data@$(sed "s/^data-//" ../id)" && dv fsck --remote
	)
'

test_expect_success 'what was lost before it was pushed: fsck names it, and so does push' '
	(
		cd half && dv push -q --all && mkdir ../packs && cp .git/dv/packs/* ../packs &&
		mkdir fresh && random_file 5000 fresh/only-here && dv add -q fresh && dv commit -q fresh &&
		for pack in .git/dv/packs/*.pack
		do
			name=${pack##*/} && test -e "../packs/$name" ||
				rm -f "$pack" "${pack%.pack}.idx" || return 1
		done &&
		test_expect_code 1 dv fsck >../actual 2>../err && test_grep "^version .fresh@.*missing" ../actual &&
		test_grep ! "data" ../actual && test_grep "published" ../err &&
		test_expect_code 128 dv push --all -n 2>../err && test_grep "^error: version .fresh@" ../err
	)
'

test_done
