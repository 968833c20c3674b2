#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='gc, repack, fsck and forget of a remote in a bucket of Ceph'

TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-servers.sh"
. "$DV_SOURCE/t/lib-lab.sh"
. "$DV_SOURCE/t/lib-maintain.sh"

need_ceph

test-s3 PUT /dv-test >/dev/null
REMOTE=s3://dv-test/some%20prefix

# Nobody can make a server's clock go on: what is old is so by a second.
old () {
	sleep 1.2
}

gc_now () {
	dv gc --remote --grace=now --force 2>&1
}

test_expect_success 'setup: four versions, pushed one by one' '
	lab_new lab && dv remote add origin "$REMOTE" &&
	for n in 1 2 3 4
	do
		maintain_version $n && dv push -q || return 1
	done && sound
'

test_expect_success 'versions are forgotten, their data is named, then deleted' '
	dv forget -q -r --keep-last=2 data >../actual &&
	printf "lab/data@%s\n" $v1 $v2 | sort >../expect && test_cmp ../expect ../actual &&
	old && dv gc --remote 2>../err && test_grep "2 records of manifests not needed, noted" ../err &&
	dv gc --remote 2>../err && test_grep "not deleted for" ../err &&
	old && gc_now >../err && test_grep "^deleted .*2 records" ../err &&
	sound && can_get 3 && can_get 4
'

test_expect_success 'what a gc deleted can be pushed again' '
	dv push -q --all && sound && can_get 1 && can_get 2
'

test_expect_success 'small packs become two, and the old ones go' '
	dv repack --remote 2>../err && test_grep "into 2 packs" ../err && sound && can_get 1 &&
	old && gc_now >../err && test_grep "packs, .*noted" ../err &&
	old && gc_now >../err && test_grep "^deleted .* packs" ../err &&
	dv fsck --remote -v 2>../err && test_grep "^checked 4 versions, 2 packs" ../err &&
	sound && can_get 1 && can_get 4
'

test_expect_success 'ten pushes, two gcs and a repack at once: all is sound' '
	for n in 5 6 7 8 9 10 11 12 13 14
	do
		git clone -q . ../clone.$n 2>/dev/null && cp .dvconfig ../clone.$n/ &&
		(
			cd ../clone.$n && dv remote add origin "$REMOTE" && dv pull -q &&
			echo "only in $n" >data/file.$n && dv add -q data &&
			test_now=$((1200000000 + n)) && test_tick &&
			dv commit -q -m "version $n" data 2>/dev/null
		) || return 1
	done &&
	pids= && for n in 5 6 7 8 9 10 11 12 13 14
	do
		{ (cd ../clone.$n && exec dv push --all) >../push.$n 2>&1 9>&- & }
		pids="$pids $!"
	done &&
	{ dv gc --remote >../gc.1 2>&1 9>&- & } && pids="$pids $!" &&
	{ dv gc --remote >../gc.2 2>&1 9>&- & } && pids="$pids $!" &&
	{ dv repack --remote --all >../repack.1 2>&1 9>&- & } && pids="$pids $!" &&
	for pid in $pids
	do
		wait $pid || { cat ../push.* ../gc.* ../repack.*; return 1; }
	done &&
	sound && can_get 1 && can_get 4 && dv ls --remote=origin data >../actual &&
	test_line_count = 14 ../actual
'

test_done
