#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv forget -r: remove versions from a remote'

TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"
. "$DV_SOURCE/t/lib-maintain.sh"

# left <version>...: those that are published, and no others
left () {
	printf "%s\n" "$@" | sort >"$HOME/expect.left" &&
	ls "$REMOTE/dv/versions/lab/data" >"$HOME/actual.left" &&
	test_cmp "$HOME/expect.left" "$HOME/actual.left"
}

test_expect_success 'setup: six versions, two of the same second' '
	maintain_lab lab 4 && test_tick () { :; } &&
	maintain_version 5 && maintain_version 6 && dv push -q --all &&
	left $v1 $v2 $v3 $v4 $v5 $v6
'

test_expect_success '-n lists, and removes nothing' '
	cd "$HOME/lab" && dv forget -r -n --keep-last=2 lab/data >../actual 2>../err &&
	printf "lab/data@%s\n" $v1 $v2 $v3 $v4 | sort >../expect &&
	test_cmp ../expect ../actual && test_must_be_empty ../err &&
	left $v1 $v2 $v3 $v4 $v5 $v6
'

test_expect_success 'of the same second a child is newer than its parent' '
	dv forget -r -n --keep-last=1 data >../actual && test_grep $v5 ../actual &&
	! grep $v6 ../actual
'

test_expect_success 'one version, by its id or the beginning of it' '
	dv forget -r "data@$v1" >../actual 2>../err && echo "lab/data@$v1" >../expect &&
	test_cmp ../expect ../actual && test_grep "^hint: .*gc --remote" ../err &&
	left $v2 $v3 $v4 $v5 $v6 && test_expect_code 128 dv forget -r "data@$v1" &&
	dv rev-parse --version "data@$v1" >/dev/null
'

test_expect_success 'latest must stay' '
	test_expect_code 128 dv forget -r data >../actual 2>../err &&
	test_must_be_empty ../actual && test_grep "$v6. is .latest. there" ../err &&
	test_grep "^fatal: nothing is forgotten" ../err &&
	test_grep "^hint: .*--force.*--all" ../err &&
	test_expect_code 128 dv forget -r data@latest 2>../err && left $v2 $v3 $v4 $v5 $v6
'

test_expect_success 'what a tag there names must stay, or is kept' '
	dv tag -q good "data@$v2" && dv push -q --tags &&
	test_expect_code 128 dv forget -r --keep-last=2 data 2>../err &&
	test_grep "$v2. is named by the tag .good. there" ../err && left $v2 $v3 $v4 $v5 $v6 &&
	test_expect_code 128 dv forget -r data@good &&
	dv forget -q -r --keep-last=2 --keep-tagged data >../actual 2>../err &&
	test_must_be_empty ../err &&
	printf "lab/data@%s\n" $v3 $v4 | sort >../expect && test_cmp ../expect ../actual &&
	left $v2 $v5 $v6 && sound
'

test_expect_success 'a tag of here says nothing about there' '
	dv push -q --all && dv tag -q here "data@$v3" &&
	dv forget -q -r "data@$v3" >/dev/null && dv tag -q -d data@here
'

test_expect_success 'what another version there has as its input must stay' '
	mkdir -p plot && echo p >plot/p && dv add -q plot &&
	dv commit -q -m plot --input "data@$v4" plot && dv push -q plot --all &&
	test_expect_code 128 dv forget -r "data@$v4" 2>../err &&
	test_grep "$v4. is named by .lab/plot@.* as its input" ../err
'

test_expect_success 'one version goes without --keep' '
	test_expect_code 128 dv forget -r --keep-last=1 "data@$v5" 2>../err &&
	test_grep "all of a dataset" ../err &&
	test_expect_code 128 dv forget -r "data@$v5:own" 2>../err && test_grep "part" ../err
'

test_expect_success 'nothing is removed where one of several must stay' '
	ls "$REMOTE/dv/versions/lab/data" >../before &&
	test_expect_code 128 dv forget -r "data@$v5" data@latest 2>../err &&
	ls "$REMOTE/dv/versions/lab/data" >../after && test_cmp ../before ../after
'

test_expect_success 'no such dataset, no such version, no such remote' '
	test_expect_code 128 dv forget -r nothing 2>../err && test_grep nothing ../err &&
	test_expect_code 128 dv forget -r data@0123456789 2>../err &&
	test_expect_code 128 dv forget --remote=other data 2>../err && test_grep other ../err &&
	test_expect_code 129 dv forget -r
'

test_expect_success 'outside of a repository, with a URL' '
	(cd / && dv forget -q --remote="$REMOTE" "lab/data@$v5") >../actual &&
	echo "lab/data@$v5" >../expect && test_cmp ../expect ../actual
'

test_expect_success 'a push publishes again what is still recorded' '
	dv push -q --all && test_path_is_file "$REMOTE/dv/versions/lab/data/$v5" && sound
'

test_expect_success 'a remote that does not let us delete' '
	cat >"$HOLD/answers" <<-\EOF &&
	s/^\([0-9]*\) done$/\1 error denied you may not delete here/
	EOF
	test_expect_code 128 dv forget --remote=hold://x/ "data@$v5" 2>../err &&
	test_grep "you may not delete here" ../err && : >"$HOLD/answers"
'

test_expect_success 'one that is given a tag while it is forgotten stays, which is told' '
	dv push -q --all && held "delete dv/versions" dv forget --remote=hold://x/ "data@$v5" &&
	dv tag -q late "data@$v5" && dv push -q --tags --remote="$REMOTE" &&
	test_expect_code 128 released 2>../err && test_grep "$v5. was given the tag .late." ../held.out &&
	test_path_is_file "$REMOTE/dv/versions/lab/data/$v5" && sound && can_get 5
'

test_expect_success 'a version that is forgotten before latest is there is published again' '
	maintain_version 7 && dv push -q && maintain_version 8 &&
	held "put .*heads/lab/data/latest" dv push --remote=hold://x/ &&
	dv forget -q --remote="$REMOTE" "data@$v8" >/dev/null &&
	test_path_is_missing "$REMOTE/dv/versions/lab/data/$v8" && released &&
	test_path_is_file "$REMOTE/dv/versions/lab/data/$v8" && sound && can_get 8
'

test_expect_success 'one that is forgotten before a tag names it is told, and the next push sees to it' '
	dv tag -q soon "data@$v7" && dv push -q --all &&
	held "put .*tags/soon" dv push --tags --remote=hold://x/ &&
	dv forget -q --remote="$REMOTE" "data@$v7" >/dev/null &&
	test_expect_code 128 released 2>../err && test_grep "data@soon.*forgotten" ../held.out &&
	dv push -q --all --tags && sound && can_get 7
'

test_done
