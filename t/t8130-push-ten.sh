#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='ten processes push versions of one dataset at once: all land'

TEST_NO_CREATE_REPO=t
TEST_IN_MEMORY=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-servers.sh"
. "$DV_SOURCE/t/lib-kill.sh"

FILES=100

# push_ten <name> <url>
push_ten () {
	NAME=$1 URL=$2

	test_expect_success "$NAME: ten clones with a version of their own" '
		kill_lab "$HOME/$NAME/lab" "$URL" && cd .. &&
		for i in 0 1 2 3 4 5 6 7 8 9
		do
			git clone -q lab $i && cd $i &&
			dv remote add origin "$URL" && dv pull -q &&
			echo "of $i" >data/own && dv add -q data && test_tick &&
			dv commit -q -m "number $i" data &&
			git commit -q -a -m "number $i" && cd .. || return 1
		done && cd ..
	'

	test_expect_success "$NAME: they push at once, and none fails" '
		cd "$NAME" && pids= &&
		for i in 0 1 2 3 4 5 6 7 8 9
		do
			{
				(cd $i && exec dv push) >push.$i 2>&1 9>&- &
				pids="$pids $!"
			} || return 1
		done &&
		for pid in $pids
		do
			wait $pid || { cat push.*; return 1; }
		done && cd ..
	'

	test_expect_success "$NAME: all versions are there, and latest is one" '
		cd "$NAME/lab" && dv fsck --remote origin --verify &&
		dv fetch -q --all --data && dv fsck &&
		dv log --oneline data >../log &&
		for i in 0 1 2 3 4 5 6 7 8 9
		do
			test_grep "number $i" ../log || return 1
		done &&
		test_line_count = 11 ../log &&
		dv ls-remote origin >../actual &&
		grep "lab/data@latest\$" ../actual | cut -f1 >../latest &&
		test_line_count = 1 ../latest &&
		grep "lab/data\$" ../actual | cut -f1 | sort >../ids &&
		test_line_count = 11 ../ids &&
		grep -qxF "$(cat ../latest)" ../ids && cd ../..
	'

	test_expect_success "$NAME: nine say that latest was not moved" '
		cd "$NAME" && grep -l "latest not moved" push.* >actual &&
		test_line_count = 9 actual && cd ..
	'
}

kill_everywhere push_ten

test_done
