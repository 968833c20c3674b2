#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='add and checkout where there is no room, or no right to write'

# A name space of our own: what is mounted in it goes when we do.
if test -z "$DV_TEST_UNSHARED" && unshare -m true 2>/dev/null
then
	DV_TEST_UNSHARED=1 exec unshare -m sh "$0" "$@"
fi

. ./test-lib.sh

if test -n "$DV_TEST_UNSHARED" && mkdir small &&
	mount -t tmpfs -o size=8m dv-test small 2>/dev/null
then
	test_set_prereq SMALLFS
fi

state () {
	find . \( -path ./.git/dv/tmp -o -path ./.git/dv/cache -o -name "*lock" \) -prune -o \
		-type f -exec sha256sum {} + | sort
}

test_expect_success SMALLFS 'setup: a repository with room for little' '
	git init -q -b main small/r && cd small/r && echo code >code && git add code && git commit -qm code && dv init &&
	mkdir data && for i in 1 2 3; do head -c 500000 /dev/urandom >data/$i || return 1; done &&
	dv add -q data && dv commit -q data && cp data.dv "$HOME/first"
'

test_expect_success SMALLFS 'add: no space is said, and nothing changed' '
	cd "$HOME/small/r" && mkdir full && for i in 1 2 3 4; do head -c 900000 /dev/urandom >full/$i || return 1; done &&
	state >"$HOME/before" && test_expect_code 128 dv add full 2>"$HOME/err" &&
	test_grep "^fatal: .*No space left on device" "$HOME/err" && test_path_is_missing full.dv &&
	state >"$HOME/after" && test_cmp "$HOME/before" "$HOME/after" &&
	rm full/4 full/3 full/2 && dv add full && dv rm -q full && rm -r full
'

test_expect_success SMALLFS 'checkout: asked before the first byte' '
	cd "$HOME/small/r" && rm -r data && head -c 2500000 /dev/urandom >filler &&
	rest=$(df --output=avail -k . | tail -n 1) && head -c $(((rest - 600) * 1024)) /dev/urandom >>filler &&
	state >"$HOME/before" && test_expect_code 128 dv checkout data 2>"$HOME/err" &&
	test_grep "^fatal: .data. needs 1 MiB more, and 0 MiB are free" "$HOME/err" && test_path_is_missing data &&
	state >"$HOME/after" && test_cmp "$HOME/before" "$HOME/after" && rm filler && dv checkout data &&
	dv status --porcelain >actual && test_must_be_empty actual
'

test_expect_success SMALLFS 'what is replaced makes room for what replaces it' '
	cd "$HOME/small/r" && for i in 1 2 3; do head -c 500000 /dev/urandom >data/$i || return 1; done && dv add -q data &&
	dv commit -q data && rest=$(df --output=avail -k . | tail -n 1) && head -c $(((rest - 700) * 1024)) /dev/zero >filler &&
	cp "$HOME/first" data.dv && dv checkout && dv status --porcelain data >actual && test_must_be_empty actual && rm filler
'

test_expect_success SMALLFS 'a file system that is read-only' '
	cd "$HOME/small/r" && echo more >data/more && mount -o remount,ro "$HOME/small" &&
	{ test_expect_code 128 dv add data 2>"$HOME/err"; rc=$?; dv status --porcelain >"$HOME/actual"; rc2=$?;
	  mount -o remount,rw "$HOME/small" && test $rc = 0 && test $rc2 = 0; } &&
	test_grep "^fatal: .*[Rr]ead-only" "$HOME/err" && echo "new data/more" >"$HOME/expect" &&
	test_cmp "$HOME/expect" "$HOME/actual" && dv add -q data && cd "$HOME"
'

test_expect_success NOBODY 'no right to write into the dataset, or the work tree' '
	cd "$HOME" && git config --global --add safe.directory "*" &&
	test_commit code && dv init && mkdir -p data/in && echo 1 >data/1 && echo 2 >data/in/2 && dv add data && cp data.dv .git/v1 &&
	dv commit -q data && echo 3 >data/in/3 && echo 2a >data/in/2 && dv add data && dv commit -q data &&
	test_when_finished "chmod u+w . data/in; test $(id -u) != 0 || chown -R 0:0 ." &&
	test_give_nobody . && chmod a-w data/in && cp .git/v1 data.dv && test_give_nobody data.dv &&
	test_expect_code 128 test_as_nobody dv checkout 2>err && test_grep "^error: .*ermission denied" err && chmod u+w data/in &&
	test_as_nobody dv checkout && test_as_nobody dv status --porcelain >actual && test_must_be_empty actual &&
	mkdir new && echo 1 >new/1 && test_give_nobody new && chmod a-w . &&
	test_expect_code 128 test_as_nobody dv add new 2>.git/err && test_grep "^fatal: .*new.dv.*ermission denied" .git/err &&
	test_path_is_missing .git/dv/index/new && chmod u+w . && test_as_nobody dv add new
'

test_expect_success NOBODY 'a pointer that cannot be written: the index is as it was, and nothing is behind' '
	cd "$HOME" && mkdir -p sub/set && echo 1 >sub/set/1 && dv add sub/set && dv commit -q sub/set &&
	cp .git/dv/index/sub=2Fset .git/index-before && cp sub/set.dv .git/pointer-before && echo 2 >sub/set/2 &&
	test_when_finished "chmod u+w sub; test $(id -u) != 0 || chown -R 0:0 ." &&
	test_give_nobody . && chmod a-w sub &&
	test_expect_code 128 test_as_nobody dv add sub/set 2>.git/err && test_grep "^fatal: .*sub/set.dv.*ermission denied" .git/err &&
	test_cmp_bin .git/index-before .git/dv/index/sub=2Fset && test_cmp .git/pointer-before sub/set.dv &&
	test_as_nobody dv status --porcelain sub/set >.git/actual && echo "new sub/set/2" >.git/expect &&
	test_cmp .git/expect .git/actual && chmod u+w sub && test_as_nobody dv add sub/set
'

cd "$HOME" || exit
! test_have_prereq SMALLFS || umount "$HOME/small"
test_done
