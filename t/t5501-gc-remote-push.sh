#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv gc --remote beside a push, in every order: nothing that is pushed is lost'

TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"
. "$DV_SOURCE/t/lib-maintain.sh"

# doomed: what the records there name
doomed () {
	cat "$REMOTE"/dv/gc/* 2>/dev/null | sed -n "s/^pack //p" | sort
}

# One remote for each order of things, from three published versions.
begin () {
	cd "$HOME" && : >hold/go && sleep 0.1 && chmod -R u+w lab remote 2>/dev/null
	rm -rf lab remote hold/go hold/held && maintain_lab lab 3
}

test_expect_success 'a push begins, a gc names its packs, the push ends, two weeks pass' '
	begin && maintain_version 4 && held "put dv/versions" dv push --remote=hold://x/ &&
	dv gc --remote="$REMOTE" 2>../err && test_grep "packs, .*noted" ../err &&
	released && pass_days 15 && sound && can_get 4 &&
	dv gc --remote 2>../err && ! grep deleted ../err &&
	sound && can_get 4 && can_get 1
'

test_expect_success '… and from then on they are relied upon again' '
	last=$(ls "$REMOTE/dv/gc" | tail -n 1) &&
	test_grep "^packs 0$" "$REMOTE/dv/gc/$last" &&
	maintain_version 5 && dv push -v >../out 2>&1 && sound && can_get 5
'

test_expect_success 'a push uploads, a gc names that, it is killed, and goes on later' '
	begin && maintain_version 4 && held "put dv/manifests" dv push --remote=hold://x/ &&
	sleep 1.1 && dv gc -q --remote="$REMOTE" && kill -9 $held_pid &&
	{ wait $held_pid || :; } && : >"$HOLD/go" && : >"$HOLD/at" && sleep 0.1 &&
	doomed >../doomed && test -s ../doomed && pass_days 6 &&
	dv push -q --remote=hold://x/ && sound && can_get 4 &&
	pass_days 9 && dv gc --remote 2>../err && test_grep "^deleted" ../err &&
	sound && can_get 4 && can_get 3
'

test_expect_success 'a gc deletes what it named while a push makes the same again' '
	begin && dv forget -q -r "data@$v2" >/dev/null && dv gc -q --remote &&
	doomed >../doomed && test -s ../doomed && pass_days 15 &&
	rm -rf .git/dv/cache && held "put dv/versions" dv push --all --remote=hold://x/ &&
	dv gc --remote="$REMOTE" 2>../err && test_grep "^deleted" ../err &&
	released && sound && can_get 2 && can_get 3
'

test_expect_success 'the same, the gc held before it deletes, the push before it begins to write' '
	begin && dv forget -q -r "data@$v2" >/dev/null && dv gc -q --remote &&
	pass_days 15 && held "delete dv/" dv gc --remote=hold://x/ &&
	dv push -q --all && released && sound && can_get 2 && can_get 3
'

test_expect_success 'a manifest that is named, and whose packs others need' '
	begin && seq 2 502 >data/own && echo "only in 2" >data/file.2 &&
	rm -f data/file.3 && dv add -q data && test_tick && echo x >code2 &&
	git add code2 && git commit -q -m code &&
	dv commit -q -m "what 2 was" data && dv push -q &&
	again=$(dv rev-parse --version data@latest) &&
	rm data/file.2 && dv add -q data && test_tick &&
	dv commit -q -m "less" data && dv push -q && pass_days 1 &&
	dv forget -q -r "data@$again" "data@$v2" >/dev/null &&
	dv gc -q --remote && test_grep "^manifests 1$" "$REMOTE/dv/gc/0000000001" &&
	pass_days 15 && held "delete dv/" dv gc --remote=hold://x/ &&
	dv push -q --all && released && sound && can_get 2
'

test_expect_success 'a configuration in a pack that is named is sent again, and placed there' '
	begin && dv commit -q --set k=1 data && dv push -q && pass_days 1 &&
	m=$(dv rev-parse --manifest data) && v=$(dv rev-parse --version data@latest) &&
	config=$(git cat-file tag "refs/dv/data/$v" | sed -n "s/^Dv-Config: .*://p") && test -n "$config" &&
	dv forget -q -r --all --force data >/dev/null && dv gc -q --remote && doomed >../doomed && test -s ../doomed &&
	dv write-version --dataset=other --manifest="$m" >/dev/null && dv push -q other@latest &&
	last=$(ls "$REMOTE/dv/manifests/${m#*:}"/* | tail -n 1) && od -An -v -tx1 "$last" | tr -d " \n" >../location &&
	test_grep "$config" ../location && ! grep -f ../doomed ../location &&
	pass_days 15 && dv gc -q --remote && sound && dv push -q --all && sound && can_get 3
'

test_expect_success 'a push reuses an old pack, which a gc names meanwhile' '
	begin && echo more >data/more && dv add -q data && test_tick &&
	dv commit -q -m "on top of 3" data &&
	v4=$(dv rev-parse --version data@latest) &&
	held "put dv/packs/.*\.pack" dv push --remote=hold://x/ &&
	rm -f "$REMOTE"/dv/versions/lab/data/* &&
	dv gc --remote="$REMOTE" 2>../err && test_grep "packs, .*noted" ../err &&
	doomed >../doomed && test -s ../doomed && released &&
	pass_days 15 && dv gc --remote 2>../err && test_grep "^deleted" ../err &&
	sound && rm -rf ../got &&
	(cd / && dv install -q "lab/data@$v4" "$REMOTE" --dest "$HOME/got") &&
	test "$(cat ../got/more)" = more &&
	test "$(cat ../got/file.3)" = "only in 3"
'

test_expect_success 'two gcs at once, both name: each finds its number' '
	begin && dv forget -q -r "data@$v2" >/dev/null &&
	held "put dv/gc/" dv gc --remote=hold://x/ &&
	dv gc --remote="$REMOTE" 2>../err && released &&
	ls "$REMOTE/dv/gc" >../actual && test_line_count = 2 ../actual &&
	pass_days 15 && dv gc -q --remote && sound && can_get 3 &&
	ls "$REMOTE/dv/gc" >../actual && test_line_count = 3 ../actual &&
	pass_days 15 && dv gc -q --remote && sound && can_get 3 &&
	ls "$REMOTE/dv/gc" >../actual && test_line_count = 1 ../actual
'

test_expect_success 'two gcs at once, both delete: what is gone is no failure' '
	begin && dv forget -q -r "data@$v2" >/dev/null && dv gc -q --remote &&
	pass_days 15 && held "delete dv/packs" dv gc --remote=hold://x/ &&
	dv gc --remote="$REMOTE" 2>../err && released &&
	sound && can_get 3 && keys >../before && dv gc -q --remote &&
	keys >../after && test_cmp ../before ../after
'

test_expect_success 'a version is forgotten while a gc reads: it may go later' '
	begin && held "list dv/manifests" dv gc --remote=hold://x/ &&
	dv forget -q --remote="$REMOTE" "data@$v1" >/dev/null && released &&
	sound && can_get 3
'

test_expect_success 'two gcs, and a push between them: the slower one deletes nothing that was made anew' '
	begin && dv forget -q -r "data@$v2" >/dev/null && dv gc -q --remote && pass_days 15 &&
	held "list dv/packs" dv gc --remote=hold://x/ &&
	dv gc -q --remote && dv push -q "data@$v2" && released && test_grep "another gc" ../held.out &&
	sound && can_get 2
'

# The server says that it is 2100 now, but the first time that it is asked.
later () {
	cat >"$HOLD/answers" <<-\EOF
	/^[0-9]* is /{
	x
	s/$/./
	/../{
	x
	s/ [0-9]*$/ 4102444800/
	x
	}
	x
	}
	EOF
}

test_expect_success 'the same, the slower one held where it has looked and deletes' '
	for at in "delete dv/manifests" "delete dv/packs/.*idx" "delete dv/packs/.*pack"
	do
		begin && dv forget -q -r "data@$v2" >/dev/null && dv gc -q --remote && pass_days 15 &&
		held "$at" dv gc --remote=hold://x/ && dv gc -q --remote="$REMOTE" &&
		rm -rf .git/dv/cache && dv push -q --all && released && sound && can_get 2 ||
		return 1
	done
'

test_expect_success 'a gc that takes too long deletes nothing more' '
	begin && dv forget -q -r "data@$v2" >/dev/null && dv gc -q --remote && pass_days 15 &&
	later && keys dv/gc >../before && dv gc --remote=hold://x/ 2>../err &&
	test_grep "took longer than 7 days" ../err && : >"$HOLD/answers" &&
	keys dv/gc >../after && test_cmp ../before ../after &&
	dv gc --remote 2>../err && test_grep "^deleted" ../err && sound && can_get 3
'

test_expect_success 'a push that takes too long, by the clock of the server, begins anew' '
	begin && maintain_version 4 && later &&
	held "put dv/packs/.*pack" dv push --remote=hold://x/ &&
	dv forget -q --remote="$REMOTE" --all --force data >/dev/null &&
	dv gc -q --remote="$REMOTE" && doomed >../doomed && test -s ../doomed &&
	released && : >"$HOLD/answers" && sound && can_get 4 &&
	dv gc --remote 2>../err &&
	test_grep "^$(wc -l <../doomed) packs, .*not needed, and not deleted" ../err
'

test_expect_success 'a repack that does publishes nothing' '
	begin && later && test_expect_code 128 dv repack --remote=hold://x/ --all 2>../err &&
	: >"$HOLD/answers" && test_grep "fatal: .*took" ../err && sound && can_get 3
'

test_done
