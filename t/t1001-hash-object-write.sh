#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv hash-object -w: content goes into the store'

. ./test-lib.sh

packs () {
	find .git/dv/packs -name "*.pack" | wc -l
}

store_bytes () {
	cat .git/dv/packs/* | wc -c
}

test_expect_success 'without a store it says what to do' '
	echo hello >hello &&
	test_expect_code 128 dv hash-object -w hello 2>err &&
	test_grep "^fatal: .*no dv store" err &&
	test_grep "^hint: .*dv init" err
'

test_expect_success 'what is written can be read, each size class' '
	dv init &&
	for n in 0 1 4096 65536 300000 1048576 9000001
	do
		head -c $n /dev/urandom >f$n || return 1
	done &&
	dv hash-object -w f* >ids &&
	set -- $(cat ids) &&
	for f in f*
	do
		test_id $f >expect &&
		echo $1 >actual &&
		test_cmp expect actual &&
		dv cat-object $1 >actual &&
		test_cmp_bin $f actual || return 1
		shift
	done
'

test_expect_success 'all files of one run are in one pack' '
	test "$(packs)" = 1
'

test_expect_success 'what is held already is not written again' '
	store_bytes >expect &&
	dv hash-object -w f* >again &&
	test_cmp ids again &&
	store_bytes >actual &&
	test_cmp expect actual
'

test_expect_success 'a changed byte of a large file costs less than 1 MiB' '
	before=$(store_bytes) &&
	cp f9000001 g &&
	printf X | dd of=g bs=1 seek=5000000 conv=notrunc 2>/dev/null &&
	dv hash-object -w g >id &&
	after=$(store_bytes) &&
	test $((after - before)) -gt 100000 &&
	test $((after - before)) -lt 1048576 &&
	dv cat-object $(cat id) >actual &&
	test_cmp_bin g actual
'

test_expect_success '100 bytes at the start cost less than 1 MiB' '
	before=$(store_bytes) &&
	{ printf "%100s" "" && cat f9000001; } >g &&
	dv hash-object -w --stdin <g >id &&
	after=$(store_bytes) &&
	test $((after - before)) -lt 1048576 &&
	dv cat-object $(cat id) >actual &&
	test_cmp_bin g actual
'

test_expect_success 'from a pipe, of unknown length' '
	cat f9000001 f300000 | dv hash-object -w --stdin >id &&
	cat f9000001 f300000 >expect &&
	dv cat-object $(cat id) >actual &&
	test_cmp_bin expect actual
'

test_expect_success 'a missing file: nothing of the run is stored' '
	echo new >new &&
	test_expect_code 128 dv hash-object -w new gone &&
	test_expect_code 1 dv cat-object --exists $(test_id new) &&
	ls .git/dv/tmp >left &&
	test_must_be_empty left
'

test_expect_success 'another format than that of the store is refused' '
	case $DV_TEST_FORMAT in
	xxh128) other=sha256 ;;
	*) other=xxh128 ;;
	esac &&
	test_expect_code 128 dv hash-object -w --object-format=$other new 2>err &&
	test_grep "the store is of object format $DV_TEST_FORMAT" err
'

test_expect_success 'packs are few after many runs' '
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24
	do
		echo $i >n &&
		dv hash-object -w n >/dev/null || return 1
	done &&
	test "$(packs)" -le 20 &&
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24
	do
		echo $i >n &&
		dv cat-object $(test_id n) >actual &&
		test_cmp n actual || return 1
	done
'

test_expect_success 'in a linked worktree it is the same store' '
	git commit -q --allow-empty -m root &&
	git worktree add -q ../wt.$$ &&
	test_when_finished "git worktree remove -f ../wt.$$" &&
	(
		cd ../wt.$$ &&
		dv cat-object $(test_id "$HOME/new") >/dev/null 2>&1 ||
		dv hash-object -w "$HOME/new" >/dev/null
	) &&
	dv cat-object $(test_id new) >actual &&
	test_cmp new actual
'

test_expect_success 'GIT_DIR says which repository' '
	git init -q other &&
	(cd other && dv init) &&
	echo there >there &&
	GIT_DIR=other/.git dv hash-object -w there >id &&
	test_expect_code 1 dv cat-object --exists $(cat id) &&
	(cd other && dv cat-object $(cat ../id)) >actual &&
	test_cmp there actual
'

test_expect_success NOBODY 'two users write into a store that is shared' '
	group=$(test_as_nobody id -g) &&
	mkdir shared &&
	chgrp $group shared &&
	chmod 2775 shared &&
	(
		umask 077 &&
		git init -q --shared=group shared/r &&
		chgrp -R $group shared/r &&
		chmod g+rx shared/r &&
		cd shared/r &&
		dv init &&
		echo ours | dv hash-object -w --stdin &&
		dv repack -a -q
	) &&
	echo theirs >theirs &&
	chmod a+r theirs &&
	test_as_nobody sh -c "umask 077 && cd shared/r &&
		dv hash-object -w --stdin && dv repack -a -q" <theirs &&
	id=$(test_id theirs) &&
	(cd shared/r && dv cat-object $id) >actual &&
	test_cmp theirs actual
'

test_expect_success NOBODY 'a store that may not be written says so' '
	git init -q ro &&
	(cd ro && dv init) &&
	test_give_nobody ro &&
	chmod a-w ro/.git/dv &&
	test_when_finished "chmod -R u+w ro" &&
	test_expect_code 128 test_as_nobody sh -c \
		"cd ro && dv hash-object -w --stdin" <there 2>err &&
	test_grep "^fatal: cannot" err
'

test_done
