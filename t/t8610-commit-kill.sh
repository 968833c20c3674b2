#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='commit, gc and repack killed at any moment: old state or new'

# shellcheck disable=SC2034 # read by test-lib.sh
TEST_IN_MEMORY=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-kill.sh"

# change <text>: a part of the thousands of files is another.
change () {
	awk "BEGIN { for (i = 0; i < 500; i++) {
		f = \"many/\" i; print i, \"$1\" >f; close(f) } }"
}

sound () {
	dv fsck >.git/faults &&
	test_must_be_empty .git/faults &&
	git_unharmed
}

test_expect_success 'setup: thousands of files, a few versions' '
	lab_init &&
	mkdir many &&
	awk "BEGIN { for (i = 0; i < 4000; i++) {
		f = \"many/\" i; print i, i * i >f; close(f) } }" &&
	for v in 1 2 3
	do
		change "version $v" && dv add -q many && test_tick &&
		dv commit -q --set v=$v many || return 1
	done
'

test_expect_success "commit, killed $KILLS times" '
	i=0 &&
	while test $i -lt $KILLS
	do
		change "commit $i" && dv add -q many && test_tick &&
		kill_after $((i * 37 % 60)) alone dv commit -q --set c=$i many &&
		sound || return 1
		i=$((i + 1))
	done
'

test_expect_success 'the next one completes, and again does nothing' '
	test_tick && dv commit -q --set c=last many &&
	test_tick && dv commit --set c=last many 2>.git/err >.git/out &&
	test_grep "recorded already" .git/err &&
	test "$(dv rev-parse --version many)" = \
		"$(dv rev-parse --version many@latest)" &&
	sound
'

test_expect_success 'a lock file that a killed one left on a ref is broken' '
	change "stale" && dv add -q many && test_tick &&
	id=$(dv commit -n --json --set c=stale many | jq -r ".[0].version") &&
	: >".git/refs/dv/many/$id.lock" &&
	dv commit -q --set c=stale many &&
	test_path_is_missing ".git/refs/dv/many/$id.lock" &&
	test "$(dv rev-parse --version many)" = "$id" &&
	sound
'

test_expect_success 'the lock of a git that is at work is waited for' '
	change "held" && dv add -q many && test_tick &&
	id=$(dv commit -n --json --set c=held many | jq -r ".[0].version") &&
	lock=.git/refs/dv/many/$id.lock &&
	: >"$lock" &&
	{ (
		for i in 1 2 3 4 5 6
		do
			sleep 0.3 && touch "$lock"
		done
		rm "$lock"
	) & } &&
	dv commit -q --set c=held many && wait &&
	test_path_is_missing "$lock" && sound
'

test_expect_success "gc, killed $KILLS times" '
	dv cat-manifest "$(dv rev-parse many)" >.git/before &&
	i=0 &&
	while test $i -lt $KILLS
	do
		change "passing $i" && dv add -q many &&
		change "kept" && dv add -q many &&
		kill_after $((i * 53 % 150)) alone dv gc -q --grace=now &&
		sound || return 1
		i=$((i + 1))
	done &&
	dv gc -q --grace=now && sound &&
	dv fsck --full &&
	id=$(dv log --json many | jq -r ".[0].manifest") &&
	dv cat-manifest "$id" >.git/after &&
	test_cmp .git/before .git/after &&
	test -z "$(find .git/dv/tmp -type f)"
'

test_expect_success "repack, killed $KILLS times" '
	i=0 &&
	while test $i -lt $KILLS
	do
		change "repack $i" && dv add -q many && test_tick &&
		dv commit -q --set r=$i many &&
		kill_after $((i * 71 % 200)) alone dv repack -q -a &&
		sound || return 1
		i=$((i + 1))
	done &&
	dv repack -q -a && dv fsck --full && sound
'

test_expect_success "add, killed $KILLS times" '
	i=0 &&
	while test $i -lt $KILLS
	do
		change "add $i" &&
		kill_after $((i * 31 % 90)) alone dv add -q many &&
		sound && dv status >/dev/null || return 1
		i=$((i + 1))
	done &&
	dv add -q many && dv diff >.git/out &&
	test_must_be_empty .git/out && dv fsck --full && sound
'

test_expect_success "checkout, killed $KILLS times" '
	test_tick && dv commit -q --set co=1 many &&
	new=$(dv rev-parse --version many) &&
	old=$(dv log --json many | jq -r ".[-1].version") &&
	i=0 &&
	while test $i -lt $KILLS
	do
		to=$old && test $((i % 2)) = 0 || to=$new &&
		kill_after $((i * 41 % 120)) alone dv checkout -f -q "many@v:$to" &&
		dv fsck >.git/faults && test_must_be_empty .git/faults || return 1
		i=$((i + 1))
	done &&
	dv checkout -f -q "many@v:$old" &&
	dv diff "many@v:$old" >.git/out &&
	test_must_be_empty .git/out &&
	dv checkout -q "many@v:$new" &&
	dv diff "many@v:$new" >.git/out &&
	test_must_be_empty .git/out && sound
'

test_done
