#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='drop killed at any moment, two at once, and beside gc and add: nothing is lost'

TEST_NO_CREATE_REPO=1
TEST_IN_MEMORY=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-kill.sh"

# again: the repository with all of its files, one dropped from at will
again () {
	cd "$HOME" && rm -rf work && cp -Rp kept work && cd work &&
	dv status >/dev/null
}

# nothing_missing: whatever is not here is absent on purpose, and the index
# and the store are sound
nothing_missing () {
	dv status --porcelain >"$HOME/status" && sed "/^absent data$/d" "$HOME/status" >"$HOME/actual" &&
	test_must_be_empty "$HOME/actual" &&
	dv fsck >"$HOME/faults" 2>"$HOME/err" && test_must_be_empty "$HOME/faults"
}

# whole: all of it can be had again
whole () {
	dv pull -q 2>"$HOME/err" && diff -r "$HOME/kept/data" data &&
	dv status --porcelain >"$HOME/actual" && test_must_be_empty "$HOME/actual"
}

# collect: gc again and again, until there is a file stop
collect () {
	while ! test -e "$HOME/stop"
	do
		dv gc -q --grace=now || echo failed >"$HOME/gc-failed"
	done
}

test_expect_success 'setup: two thousand files, published' '
	kill_lab "$HOME/kept" "$HOME/remote" && cd "$HOME/kept" && dv status >/dev/null
'

test_expect_success "drop, killed $KILLS times" '
	again && start=$(now_ms) && dv drop -q data/1 data/2 && ms=$(($(now_ms) - start)) &&
	i=0 &&
	while test $i -lt $KILLS
	do
		again && kill_after $((ms * 2 * i / KILLS)) all dv drop -q data &&
		nothing_missing && dv drop -q data && nothing_missing &&
		test_path_is_missing data && whole || return 1
		i=$((i + 1))
	done
'

test_expect_success "of the store alone, killed $KILLS times" '
	i=0 &&
	while test $i -lt $KILLS
	do
		again && kill_after $((ms * 2 * i / KILLS)) all dv drop -q --cached data &&
		nothing_missing && dv drop -q --cached data && diff -r "$HOME/kept/data" data &&
		rm -rf data && whole || return 1
		i=$((i + 1))
	done
'

test_expect_success 'two at once' '
	again && { dv drop -q data/1 data/2 data/3 2>"$HOME/err1" & } && dv drop -q data/3 data/4 data/large &&
	wait $! && nothing_missing && test_path_is_missing data/1 && test_path_is_missing data/4 &&
	test_path_is_missing data/3 && test_path_is_file data/5/1 && whole
'

test_expect_success 'beside a gc that takes what it may' '
	again && rm -f "$HOME/stop" && { collect & } && gc=$! && i=0 &&
	while test $i -lt 3
	do
		dv drop -q data/$i data/large && nothing_missing && whole || break
		i=$((i + 1))
	done &&
	: >"$HOME/stop" && wait $gc && test $i = 3 && test_path_is_missing "$HOME/gc-failed"
'

test_expect_success 'beside an add of the same content under another name' '
	i=0 &&
	while test $i -lt $KILLS
	do
		again && cp -R data other && { dv add -q other & } && dv drop -q data && wait $! &&
		dv status --porcelain >"$HOME/actual" && test_grep ! missing "$HOME/actual" &&
		rm -r other && dv checkout -q other && diff -r "$HOME/kept/data" other || return 1
		i=$((i + 1))
	done
'

test_done
