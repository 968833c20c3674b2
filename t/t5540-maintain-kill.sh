#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='gc, repack and forget of a remote, killed at any moment: the next one goes on'

TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"
. "$DV_SOURCE/t/lib-maintain.sh"

KILLS=${DV_TEST_LONG:+50}
KILLS=${KILLS:-8}

test_expect_success 'setup' '
	maintain_lab lab 4
'

test_expect_success 'a gc that is killed while it names' '
	dv forget -q -r "data@$v1" "data@$v2" >/dev/null &&
	for k in 1 2
	do
		killed $k "put dv/" dv gc --remote=hold://x/ && sound || return 1
	done &&
	dv gc -q --remote && sound
'

test_expect_success 'a gc that is killed while it deletes: nothing leads to what is gone' '
	pass_days 15 &&
	for k in $(seq "$KILLS")
	do
		killed $k "delete dv/" dv gc --remote=hold://x/ && sound &&
		can_get 3 && can_get 4 || return 1
	done &&
	dv gc -q --remote && sound && ls "$REMOTE/dv/manifests" >../actual &&
	test_line_count = 2 ../actual && can_get 4
'

test_expect_success 'a push after a gc that was cut off' '
	dv push -q --all && sound && pass_days 1 &&
	dv forget -q -r "data@$v1" "data@$v2" >/dev/null && dv gc -q --remote && pass_days 15 &&
	killed 3 "delete dv/" dv gc --remote=hold://x/ && dv push -q --all && sound &&
	can_get 1 && can_get 2 && dv gc -q --remote && sound && can_get 1 && can_get 2
'

test_expect_success 'a repack that is killed at any request has changed nothing, or all is sound' '
	for k in $(seq "$KILLS")
	do
		killed $k "put dv/" dv repack --all --remote=hold://x/ && sound &&
		can_get 1 && can_get 4 || return 1
	done &&
	dv repack -q --remote && sound && can_get 2
'

test_expect_success '… and what it left goes with the next gc' '
	pass_days 1 && dv gc -q --remote && pass_days 15 && dv gc -q --remote && sound &&
	ls "$REMOTE/dv/packs" | grep -c pack$ >../actual && test $(cat ../actual) -le 4 &&
	can_get 1 && can_get 4
'

test_expect_success 'a forget that is killed: what is left is sound' '
	for k in 1 2 3
	do
		dv push -q --all &&
		killed $k "delete dv/" dv forget --remote=hold://x/ --keep-last=1 data && sound &&
		can_get 4 || return 1
	done
'

test_expect_success 'nothing is left in tmp of the store' '
	dv push -q --all && dv fsck --remote && ls .git/dv/tmp >../actual &&
	test_must_be_empty ../actual
'

test_done
