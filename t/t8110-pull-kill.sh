#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='pull killed at any moment: nothing is broken, the next pull completes'

TEST_NO_CREATE_REPO=t
TEST_IN_MEMORY=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-servers.sh"
. "$DV_SOURCE/t/lib-kill.sh"

# kill_pulls <name> <url>
kill_pulls () {
	NAME=$1 URL=$2

	test_expect_success "$NAME: setup" '
		kill_lab "$HOME/$NAME" "$URL" && kill_version 1 && dv push -q &&
		cd .. && git clone -q "$NAME" clone && cd clone &&
		dv remote add origin "$URL" && from=$(now_ms) &&
		dv pull -q && PULL_MS=$(($(now_ms) - from)) &&
		diff -r "../$NAME/data" data && cd .. && rm -rf clone
	'

	test_expect_success "$NAME: $KILLS pulls into nothing are killed, each is completed" '
		i=1 &&
		while test $i -le $KILLS
		do
			test $((i % 2)) = 0 && who=all || who=alone
			git clone -q "$NAME" clone && cd clone &&
			dv remote add origin "$URL" &&
			kill_after $((i * PULL_MS / KILLS)) $who dv pull -q &&
			git status --porcelain >../actual &&
			test_must_be_empty ../actual &&
			dv pull -q && diff -r "../$NAME/data" data &&
			dv status --porcelain >../actual &&
			test_must_be_empty ../actual && dv fsck &&
			cd .. && rm -rf clone || return 1
			i=$((i + 1))
		done
	'

	test_expect_success "$NAME: $KILLS pulls of another version are killed, each is completed" '
		git clone -q "$NAME" clone && cd clone &&
		dv remote add origin "$URL" && dv pull -q &&
		i=1 &&
		while test $i -le $KILLS
		do
			git checkout -q main~$((i % 2)) &&
			kill_after $((i * PULL_MS / KILLS)) all dv pull -q &&
			dv pull -q && dv status --porcelain >../actual &&
			test_must_be_empty ../actual && dv fsck || return 1
			i=$((i + 1))
		done &&
		git checkout -q main && dv pull -q &&
		diff -r "../$NAME/data" data && cd .. && rm -rf clone
	'
}

kill_everywhere kill_pulls

test_done
