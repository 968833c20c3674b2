#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='gc beside a running add or commit loses nothing'

# shellcheck disable=SC2034 # read by test-lib.sh
TEST_IN_MEMORY=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"

ROUNDS=${DV_TEST_LONG:+50}
ROUNDS=${ROUNDS:-10}

# collect: gc again and again until the file stop is there; a failure is
# kept.
collect () {
	while ! test -e .git/stop
	do
		dv gc -q --grace=now || echo "gc failed" >>.git/failed
	done
}

test_expect_success 'setup: a dataset of two thousand files' '
	lab_init &&
	lab_commit 1 one --set seed=1 &&
	mkdir many &&
	awk "BEGIN { for (i = 0; i < 2000; i++) {
		f = \"many/\" i; print i, i * i >f; close(f) } }" &&
	dv add many && test_tick && dv commit -q --set v=0 many
'

test_expect_success "gc beside add, $ROUNDS rounds" '
	rm -f .git/stop .git/failed &&
	{ collect & } &&
	i=0 &&
	while test $i -lt $ROUNDS
	do
		awk "BEGIN { for (i = 0; i < 300; i++) {
			f = \"many/\" i; print i, \"round $i\" >f; close(f) } }" &&
		dv add -q many >/dev/null || { echo "add failed" >>.git/failed; break; }
		i=$((i + 1))
	done &&
	: >.git/stop && wait &&
	test_path_is_missing .git/failed &&
	dv fsck --full >.git/out &&
	test_must_be_empty .git/out &&
	dv diff many >.git/out &&
	test_must_be_empty .git/out &&
	for f in 0 150 299 300 1999
	do
		dv cat "many:$f" >.git/out && test_cmp "many/$f" .git/out ||
			return 1
	done
'

test_expect_success "gc beside add and commit, $ROUNDS rounds" '
	rm -f .git/stop .git/failed &&
	{ collect & } &&
	i=0 &&
	while test $i -lt $ROUNDS
	do
		awk "BEGIN { for (i = 0; i < 300; i++) {
			f = \"many/\" i; print i, \"commit $i\" >f; close(f) } }" &&
		dv add -q many >/dev/null && test_tick &&
		dv commit -q --set v=c$i many ||
			{ echo "commit failed" >>.git/failed; break; }
		i=$((i + 1))
	done &&
	: >.git/stop && wait &&
	test_path_is_missing .git/failed &&
	dv fsck --full >.git/out &&
	test_must_be_empty .git/out &&
	dv log --json many | jq length >.git/actual &&
	echo $((ROUNDS + 1)) >.git/expect &&
	test_cmp .git/expect .git/actual
'

test_expect_success "gc beside a revert: content that comes back is kept" '
	rm -f .git/stop .git/failed &&
	{ collect & } &&
	i=0 &&
	while test $i -lt $ROUNDS
	do
		echo odd >data/README && dv add -q data >/dev/null &&
		echo even >data/README && dv add -q data >/dev/null ||
			{ echo "add failed" >>.git/failed; break; }
		i=$((i + 1))
	done &&
	: >.git/stop && wait &&
	test_path_is_missing .git/failed &&
	dv cat data:README >.git/out &&
	echo even >.git/expect &&
	test_cmp .git/expect .git/out &&
	dv fsck --full && git_unharmed
'

test_expect_success 'two gc at once: one waits for the other, both succeed' '
	echo x >data/x && dv add -q data && rm data/x && dv add -q data &&
	{ dv gc -q --grace=now & } &&
	dv gc -q --grace=now && wait $! &&
	dv fsck --full
'

test_done
