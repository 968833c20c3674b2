#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv forget -r --force, --all: what latest and tags name goes, too'

TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"
. "$DV_SOURCE/t/lib-maintain.sh"

# left <version>...: those that are published, and no others
left () {
	: >"$HOME/expect.left" &&
	for left_id
	do
		echo "$left_id" >>"$HOME/expect.left"
	done &&
	sort -o "$HOME/expect.left" "$HOME/expect.left" &&
	find "$REMOTE/dv/versions/lab/data" -type f -printf "%f\n" | sort >"$HOME/actual.left" &&
	test_cmp "$HOME/expect.left" "$HOME/actual.left"
}

# names <head> <version>: the head latest, or tags/<tag>, names that
names () {
	names_last=$(find "$REMOTE/dv/heads/lab/data/$1" -type f | sort | tail -n 1) &&
	test "$(sed -n "s/^version //p" "$names_last")" = "$2"
}

test_expect_success 'setup: four versions, a tag at the second' '
	maintain_lab lab 4 && dv tag -q good "data@$v2" && dv push -q --tags &&
	left $v1 $v2 $v3 $v4 && names tags/good $v2
'

test_expect_success '--force: latest moves to what it descends from, and its version goes' '
	dv forget -r -n --force "data@$v4" >../actual 2>../err &&
	echo "lab/data@$v4" >../expect && test_cmp ../expect ../actual &&
	test_grep "^would move latest of .lab/data. to .$v3." ../err && names latest $v4 &&
	dv forget -r --force "data@$v4" >../actual 2>../err && test_cmp ../expect ../actual &&
	test_grep "^moved latest of .lab/data. to .$v3." ../err &&
	left $v1 $v2 $v3 && names latest $v3 && sound && can_get 3 &&
	(cd / && dv ls -r --remote="$REMOTE" lab/data) >../actual && test_grep "$v3 (latest)" ../actual
'

test_expect_success 'latest moves past all that goes, and a tag of it is removed' '
	dv forget -q -r --force "data@$v3" "data@$v2" >../actual 2>../err &&
	printf "lab/data@%s\n" $v2 $v3 | sort >../expect && test_cmp ../expect ../actual &&
	test_must_be_empty ../err && left $v1 && names latest $v1 && names tags/good - && sound &&
	test_expect_code 128 dv install "lab/data@good" "$REMOTE" --dest ../good 2>../err &&
	test_grep "no tag or version .good." ../err && dv ls-remote --heads >../actual &&
	! grep @good ../actual
'

test_expect_success 'a push goes on from there' '
	dv push -q --all && left $v1 $v2 $v3 $v4 && names latest $v4 && sound &&
	names tags/good - && dv push -q --tags && names tags/good $v2
'

test_expect_success '--keep-last with --force removes tags of what goes' '
	dv forget -q -r --force --keep-last=2 data >/dev/null && left $v3 $v4 &&
	names latest $v4 && names tags/good - && dv push -q --all --tags && left $v1 $v2 $v3 $v4
'

test_expect_success 'that nothing is left is to be said with --all, and with --force' '
	test_expect_code 128 dv forget -r --force data 2>../err &&
	test_grep "no version of .lab/data. would be left" ../err && test_grep "^hint: .*--all --force" ../err &&
	test_expect_code 128 dv forget -r --force --keep-last=0 data &&
	test_expect_code 128 dv forget -r --all data >../actual 2>../err &&
	test_must_be_empty ../actual && test_grep "$v4. is .latest. there" ../err &&
	test_grep "tag .good. there" ../err && test_grep "^fatal: nothing is forgotten" ../err &&
	test_grep "^hint: --force" ../err && left $v1 $v2 $v3 $v4
'

test_expect_success '-n --all shows what would go' '
	dv forget -r -n --all data >../actual 2>../err &&
	printf "lab/data@%s\n" $v1 $v2 $v3 $v4 | sort >../expect && test_cmp ../expect ../actual &&
	test_grep "^would move latest of .lab/data. to nothing" ../err &&
	test_grep "^would remove the tag .lab/data@good." ../err && test_grep "^hint: .*--force" ../err &&
	left $v1 $v2 $v3 $v4 && names latest $v4 && names tags/good $v2
'

test_expect_success 'misuse is told' '
	test_expect_code 129 dv forget --all data && test_expect_code 129 dv forget --force data &&
	test_expect_code 129 dv forget -r --all --keep-last=1 data &&
	test_expect_code 129 dv forget -r --all &&
	test_expect_code 128 dv forget -r --all "data@$v1" 2>../err && test_grep "one version" ../err &&
	test_expect_code 128 dv forget -r --all nothing
'

test_expect_success 'what is the input of another goes with --force, which is told' '
	mkdir -p plot && echo p >plot/p && dv add -q plot &&
	dv commit -q -m plot --input "data@$v1" plot && dv push -q plot &&
	test_expect_code 128 dv forget -r --all data 2>../err && test_grep "as its input" ../err &&
	dv forget -r --all --force data >../actual 2>../err && test_cmp ../expect ../actual &&
	test_grep "^warning: .lab/data@$v1. is named by .lab/plot@.* as its input" ../err &&
	test_grep "^moved latest of .lab/data. to nothing" ../err &&
	test_grep "^removed the tag .lab/data@good." ../err && test_grep "^hint: .*gc --remote" ../err
'

test_expect_success 'the dataset is not there any more, for anybody' '
	left && names latest - && names tags/good - && sound &&
	dv ls -r >../actual && test_grep lab/plot ../actual && ! grep lab/data ../actual &&
	test_expect_code 128 dv ls -r lab/data 2>../err && test_grep "no dataset .lab/data." ../err &&
	test_grep "^hint: it has .lab/plot.$" ../err &&
	dv ls-remote origin >../actual && ! grep lab/data ../actual &&
	test_expect_code 128 dv install lab/data "$REMOTE" --dest ../none 2>../err &&
	test_path_is_missing ../none && dv fetch && dv fsck
'

test_expect_success 'another --all finds nothing, and its data goes with the second gc' '
	test_expect_code 128 dv forget -r --all --force data &&
	dv forget -q -r --all --force plot >/dev/null && pass_days 1 &&
	dv gc -q --remote && pass_days 15 && dv gc -q --remote &&
	keys dv/heads dv/gc >../actual && echo dv/format >../expect && test_cmp ../expect ../actual
'

test_expect_success 'a push begins it anew, with its history' '
	dv push -q --all --tags && left $v1 $v2 $v3 $v4 && names latest $v4 && names tags/good $v2 &&
	find "$REMOTE/dv/heads/lab/data/latest" -type f >../actual && test_line_count -gt 2 ../actual &&
	sound && can_get 4 && can_get 1
'

# --- beside others ---

test_expect_success 'a push whose head comes after it lands whole, and says so' '
	maintain_version 5 && dv push -q && maintain_version 6 &&
	held "put .*heads/lab/data/latest" dv push --remote=hold://x/ &&
	dv forget -q --remote="$REMOTE" --all --force data >/dev/null && left && names latest - &&
	released && test_grep "^warning: somebody removed .data." ../held.out &&
	test_grep "^hint: .*dv push --all" ../held.out && names latest $v6 && sound && can_get 6
'

test_expect_success 'a push whose record comes after it lands, and the dataset has versions again' '
	dv push -q --all && maintain_version 7 &&
	held "delete dv/versions" dv forget --remote=hold://x/ --all --force data &&
	names latest - && dv push -q --remote="$REMOTE" && names latest $v7 && released &&
	test_grep "^warning: .lab/data. has been pushed to meanwhile" ../held.out &&
	names latest $v7 && sound && can_get 7 && dv push -q --all && left $v1 $v2 $v3 $v4 $v5 $v6 $v7
'

test_expect_success 'a push that moves latest before it does: nothing is forgotten' '
	maintain_version 8 && dv tag -q good -f "data@$v1" && dv push -q --tags -f &&
	left $v1 $v2 $v3 $v4 $v5 $v6 $v7 $v8 && maintain_version 9 &&
	held "put .*heads/lab/data/latest" dv forget --remote=hold://x/ --all --force data &&
	dv push -q --remote="$REMOTE" && test_expect_code 128 released 2>../err &&
	test_grep "^fatal: .lab/data. was pushed to meanwhile" ../held.out &&
	left $v1 $v2 $v3 $v4 $v5 $v6 $v7 $v8 $v9 && names latest $v9 && names tags/good $v1 && sound
'

test_expect_success 'latest that is moved on before it does is left there' '
	held "put .*heads/lab/data/latest" dv forget --remote=hold://x/ --force "data@$v9" &&
	maintain_version 10 && dv push -q --remote="$REMOTE" && released &&
	names latest $v10 && test_path_is_missing "$REMOTE/dv/versions/lab/data/$v9" && sound && can_get 10
'

test_expect_success 'one that becomes latest while it is forgotten stays, which is told' '
	dv push -q --all && held "delete dv/versions" dv forget --remote=hold://x/ "data@$v4" &&
	dv push -q --force --remote="$REMOTE" "data@$v4" && names latest $v4 &&
	test_expect_code 128 released 2>../err &&
	test_grep "$v4. has become .latest. meanwhile" ../held.out && names latest $v4 && sound &&
	can_get 4 && dv push -q --all && names latest $v10
'

test_expect_success 'what latest moves back to is there, also where another one forgets it' '
	held "put .*heads/lab/data/latest" dv forget --remote=hold://x/ --force "data@$v10" &&
	dv forget -q --remote="$REMOTE" "data@$v9" >/dev/null &&
	test_path_is_missing "$REMOTE/dv/versions/lab/data/$v9" && released &&
	names latest $v9 && sound && can_get 9
'

test_expect_success 'two who remove it at once' '
	held "put .*heads/lab/data/latest" dv forget --remote=hold://x/ --all --force data &&
	dv forget -q --remote="$REMOTE" --all --force data >/dev/null && left && released &&
	left && names latest - && sound && dv push -q --all && names latest $v10
'

test_expect_success 'killed after the heads are moved: the next one goes on' '
	held "delete dv/versions" dv forget --remote=hold://x/ --all --force data &&
	kill -9 $held_pid && test_expect_code 137 released &&
	names latest - && dv install -q lab/data "$REMOTE" --dest ../some && rm -rf ../some &&
	dv forget -q -r --all --force data >/dev/null && left && sound && dv push -q --all --tags
'

test_expect_success 'who reads latest while it is moved reads it again' '
	held "get dv/versions" dv install lab/data hold://x/ --dest "$HOME/read" &&
	dv forget -q --remote="$REMOTE" --force "data@$v10" >/dev/null && released &&
	test "$(cat ../read/file.9)" = "only in 9" && dv push -q --all &&
	held "get dv/versions" dv ls -r --remote=hold://x/ &&
	dv forget -q --remote="$REMOTE" --all --force data >/dev/null && released &&
	! grep lab/data ../held.out && dv push -q --all --tags && names latest $v10
'

test_expect_success 'without create-if-absent: the same, but for one moment' '
	echo "s/^can create yes/can create no/" >"$HOLD/answers" &&
	maintain_version 11 && dv push -q --remote=hold://plain/ 2>../err &&
	test_grep "create-if-absent" ../err && names latest $v11 &&
	dv forget -q --remote=hold://plain/ --force "data@$v11" >/dev/null && names latest $v10 &&
	held "delete dv/versions" dv forget --remote=hold://plain/ --all --force data &&
	maintain_version 12 && dv push -q --remote="$REMOTE" && released && names latest $v12 && sound &&
	can_get 12 && dv forget -q --remote=hold://plain/ --all --force data >/dev/null && left && sound
'

test_done
