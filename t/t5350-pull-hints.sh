#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='what commands of a clone say before its data was pulled'

# shellcheck disable=SC2034 # read by test-lib.sh
TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"
. "$DV_SOURCE/t/lib-pull.sh"

test_expect_success 'setup: versions are published, and a clone has pointers' '
	pull_setup &&
	pull_clone clone
'

test_expect_success 'log: the versions come with dv fetch' '
	cd "$HOME/clone" &&
	dv log >../out 2>../err &&
	test_must_be_empty ../out &&
	test_grep "^hint: dv fetch brings" ../err
'

test_expect_success 'log: without a remote of dv, git may have them' '
	git clone -q "$HOME/lab" "$HOME/bare" && cd "$HOME/bare" &&
	git rm -q .dvconfig && dv init -q &&
	dv log >../out 2>../err &&
	test_must_be_empty ../out &&
	test_grep "^hint: git fetch origin" ../err
'

test_expect_success 'add of what was never here: dv pull brings it' '
	cd "$HOME/clone" &&
	test_expect_code 128 dv add data 2>../err &&
	test_grep "^fatal: .data. is not in the work tree" ../err &&
	test_grep "^hint: .*dv pull data" ../err
'

test_expect_success 'add of what is nowhere, where there is a remote' '
	cd "$HOME/clone" &&
	test_expect_code 128 dv add nothing 2>../err &&
	test_grep "^fatal: .nothing. is not in the work tree" ../err
'

test_expect_success 'commit of what was never here: dv pull brings it' '
	cd "$HOME/clone" &&
	test_expect_code 128 dv commit -m none data 2>../err &&
	test_grep "^hint: .*dv pull brings what was published" ../err
'

test_expect_success 'a pointer in conflict: their side may have to be pulled' '
	cd "$HOME/clone" &&
	git checkout -q -b side && sed -i "s/^files .*/files 7/" data.dv &&
	git commit -q -a -m side && git checkout -q main &&
	sed -i "s/^files .*/files 8/" data.dv && git commit -q -a -m main &&
	test_must_fail git merge side &&
	test_expect_code 128 dv status 2>../err &&
	test_grep "^hint: then: .*dv pull" ../err
'

test_done
