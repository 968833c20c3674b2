#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='push killed at any moment: the remote is whole, the next push completes'

TEST_NO_CREATE_REPO=t
TEST_IN_MEMORY=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-servers.sh"
. "$DV_SOURCE/t/lib-kill.sh"

# kill_pushes <name> <url>
kill_pushes () {
	NAME=$1 URL=$2

	test_expect_success "$NAME: setup" '
		kill_lab "$HOME/$NAME" "$URL"
	'

	test_expect_success "$NAME: $KILLS pushes are killed, each is completed" '
		i=1 &&
		while test $i -le $KILLS
		do
			test $((i % 2)) = 0 && who=all || who=alone
			kill_version $i &&
			kill_after $((i * PUSH_MS / KILLS)) $who dv push -q &&
			dv fsck --remote origin --verify >../fsck 2>&1 &&
			dv push -q &&
			dv fsck --remote origin >../fsck 2>&1 ||
				{ cat ../fsck; return 1; }
			i=$((i + 1))
		done
	'

	test_expect_success "$NAME: every version can be had" '
		dv fsck --remote origin --verify &&
		cd .. && git clone -q "$NAME" "$NAME-clone" &&
		cd "$NAME-clone" && dv remote add origin "$URL" &&
		dv pull -q && diff -r "../$NAME/data" data &&
		dv log --oneline data >../actual &&
		test_line_count = $((KILLS + 1)) ../actual &&
		dv fetch -q --all --data && dv fsck && cd ..
	'
}

kill_everywhere kill_pushes

test_done
