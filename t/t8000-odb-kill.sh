#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='kill -9 at any moment: the old state or the new one'

# shellcheck disable=SC2034 # read by test-lib.sh
TEST_IN_MEMORY=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-kill.sh"

# sound: every pack of the store is, and every index file is of a pack
sound () {
	for p in .git/dv/packs/*.pack
	do
		dv verify-pack "$p" || return 1
	done
}

# sweep: as gc does for what killed processes left
left_overs () {
	find .git/dv/tmp -type f | wc -l
}

test_expect_success 'setup: thousands of files and a large one' '
	dv init &&
	mkdir d &&
	awk "BEGIN { for (i = 0; i < 4000; i++) {
		f = \"d/\" i; print i, i * i >f; close(f) } }" &&
	head -c 30000000 /dev/urandom >large &&
	find d -type f | sort >paths &&
	echo large >>paths &&
	echo before >before &&
	dv hash-object -w before &&
	dv hash-object --stdin-paths <paths >ids
'

test_expect_success "hash-object -w, killed $KILLS times" '
	i=0 &&
	while test $i -lt $KILLS
	do
		kill_after $((i * 97 % 120)) alone \
			sh -c "exec dv hash-object -w --stdin-paths <paths" &&
		sound && dv cat-object --exists $(test_id before) || return 1
		i=$((i + 1))
	done
'

test_expect_success 'the next run completes' '
	dv hash-object -w --stdin-paths <paths >actual &&
	test_cmp ids actual &&
	dv cat-object --batch-check <ids >answers &&
	test_grep ! missing answers &&
	dv cat-object $(test_id large) >actual &&
	test_cmp_bin large actual
'

test_expect_success "repack -a, killed $KILLS times" '
	i=0 &&
	while test $i -lt $KILLS
	do
		echo $i >n && dv hash-object -w n >/dev/null &&
		kill_after $((i * 97 % 150)) alone dv repack -a -f -q --level=1 &&
		sound && dv cat-object --batch-check <ids >answers &&
		test_grep ! missing answers || return 1
		i=$((i + 1))
	done &&
	dv repack -a -q &&
	dv cat-object --batch-check <ids >answers &&
	test_grep ! missing answers
'

test_done
