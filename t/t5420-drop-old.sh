#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv drop --old, --verify: versions that lie nowhere go, once they are known to be there'

TEST_NO_CREATE_REPO=1
. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"

# again: a repository of its own, from the one of the setup
again () {
	cd "$HOME" && rm -rf work remote && cp -Rp kept work &&
	cp -Rp kept-remote remote && cd work || return 1
}

# held <seed>: is the content of run <seed> in the store?
held () {
	for text in "run $1, sample 1" "run $1, check" "about run $1"
	do
		id=$(echo "$text" | dv hash-object --stdin) &&
		dv cat-object "$id" >/dev/null 2>&1 || return 1
	done
}

# whole: the work tree is as it was, and fsck finds no fault
whole () {
	dv status --porcelain >"$HOME/actual" && test_must_be_empty "$HOME/actual" &&
	dv fsck --full >"$HOME/actual" 2>"$HOME/said" && test_must_be_empty "$HOME/actual"
}

test_expect_success 'setup: three versions, one large file in all, another in the old ones' '
	lab_new kept && mkdir data && head -c 3000000 /dev/urandom >data/same &&
	head -c 3000000 /dev/urandom >data/past && lab_commit 1 one && lab_pointers one &&
	head -c 2900000 data/past >data/part && lab_commit 2 two && lab_pointers two &&
	rm data/past data/part && lab_commit 3 three && lab_pointers three &&
	mkdir "$HOME/remote" && dv remote add origin "$HOME/remote" && dv push -q --all &&
	cd "$HOME" && cp -Rp remote kept-remote
'

test_expect_success 'what old versions have goes, what lies here stays' '
	again && du -sk .git/dv/packs >"$HOME/before" &&
	dv drop --old data 2>"$HOME/err" && test_grep "^freed [23][.][0-9]* MiB" "$HOME/err" &&
	test_grep ! "work tree" "$HOME/err" && held 3 && ! held 1 && ! held 2 && whole &&
	test_grep "published, and not here" "$HOME/said" &&
	dv cat-object "$(dv hash-object data/same)" | cmp - data/same
'

test_expect_success 'nothing is left to free then; what went comes back' '
	dv drop --old data 2>"$HOME/err" && echo "nothing to free" >"$HOME/expect" &&
	test_cmp "$HOME/expect" "$HOME/err" &&
	git checkout -q main~1 && dv pull -q && held 2 && test_path_is_file data/past && whole &&
	dv drop -q --old && ! held 3 && held 2 && whole && git checkout -q main && dv pull -q && whole
'

test_expect_success '-n tells and touches nothing; without a name all datasets' '
	again && ls -l .git/dv/packs >"$HOME/before" && dv drop -n --old 2>"$HOME/err" &&
	test_grep "^would free" "$HOME/err" && ls -l .git/dv/packs >"$HOME/after" &&
	test_cmp "$HOME/before" "$HOME/after" &&
	dv drop -q --old && ! held 1 && whole &&
	test_must_fail dv cat-object "$(echo "PNG of run 1" | dv hash-object --stdin)"
'

test_expect_success 'another dataset, another work tree keep what they have' '
	again && dv drop -q --old plot.png && held 1 && held 2 && whole &&
	git worktree add -q ../tree main~2 && (cd ../tree && dv checkout -q) &&
	dv drop -q --old && held 1 && ! held 2 && whole &&
	(cd ../tree && dv status --porcelain >"$HOME/actual" && echo "absent plot.png" >"$HOME/expect" &&
		test_cmp "$HOME/expect" "$HOME/actual" && dv ls-files -d data >"$HOME/actual" &&
		test_must_be_empty "$HOME/actual" && grep -q "run 1" data/README && test_path_is_file data/past) &&
	git worktree remove -f ../tree
'

test_expect_success 'what is not published stays, and is told' '
	again && lab_commit 4 four && lab_commit 5 five &&
	dv drop --old data 2>"$HOME/err" && held 4 && held 5 && ! held 3 && ! held 1 &&
	test_grep "^hint: 1 version is not on remote .origin." "$HOME/err" && whole
'

test_expect_success 'what is added and not recorded stays' '
	again && lab_add 6 && dv drop -q --old && held 6 && ! held 3 && ! held 2 &&
	dv status --porcelain >"$HOME/status" && dv fsck >"$HOME/actual" && test_must_be_empty "$HOME/actual"
'

test_expect_success 'what is staged or committed as a pointer alone stays' '
	again && echo pointer >data/alone && dv add -q data && git commit -qam pointer &&
	rm data/alone && dv add -q data && dv drop -q --old &&
	dv cat-object "$(echo pointer | dv hash-object --stdin)" >/dev/null &&
	git checkout -q -- data.dv && dv checkout -q -f data && test_path_is_file data/alone
'

test_expect_success 'no pointer was checked out: what it names stays' '
	again && git clone -q . ../fresh && cd ../fresh && git config user.name A && git config user.email a@b &&
	dv remote add origin "$HOME/remote" && dv fetch -q --all --data && held 1 && held 3 &&
	dv drop -q --old && held 3 && ! held 1 && dv checkout -q && whole && rm -rf "$HOME/fresh"
'

test_expect_success 'a version whose place the remote does not know any more stays' '
	again && m=$(dv rev-parse --manifest data@git:main~1 | sed "s/.*://") &&
	rm -r "$HOME/remote/dv/manifests/$m" &&
	test_expect_code 128 dv drop --old data 2>"$HOME/err" &&
	test_grep "^error: version .data@.*no record tells where its manifest" "$HOME/err" &&
	test_grep "^hint: dv fsck --remote=" "$HOME/err" && held 2 && ! held 1 && held 3
'

test_expect_success 'a pack that is gone there: nothing goes that it had' '
	again && for pack in "$HOME"/remote/dv/packs/*.pack
	do
		test "$(od -An -tu1 -j5 -N1 "$pack" | tr -d " ")" = 2 || rm "$pack" || return 1
	done &&
	test_expect_code 128 dv drop --old 2>"$HOME/err" && test_grep "is not there" "$HOME/err" &&
	held 1 && held 2 && whole
'

test_expect_success '--verify: sound it goes; damaged there nothing does' '
	again && dv drop -q --verify --old && ! held 1 && whole &&
	again && dv drop -q --verify data && test_path_is_missing data && dv pull -q && whole &&
	again && for pack in $(find "$HOME/remote/dv/packs" -name "*.pack" -size +1M -printf "%f\n")
	do
		pack=$HOME/remote/dv/packs/$pack && chmod +w "$pack" &&
		dd if=/dev/zero of="$pack" bs=1024 seek=1 count=$(($(wc -c <"$pack") / 1024 - 16)) \
			conv=notrunc 2>/dev/null || return 1
	done &&
	test_expect_code 128 dv drop --verify --old data 2>"$HOME/err" &&
	test_grep "^error: .data.: remote .origin.: " "$HOME/err" && held 1 && held 2 &&
	test_expect_code 128 dv drop --verify data 2>"$HOME/err" &&
	test_grep "^error: .data.: remote .origin.: " "$HOME/err" &&
	test_grep "^hint: nothing of it was removed; dv fsck --remote=.origin. --verify tells more" "$HOME/err" && whole &&
	dv drop -q data && test_path_is_missing data
'

test_expect_success 'misuse' '
	again && test_expect_code 129 dv drop --old --cached data && test_expect_code 129 dv drop &&
	test_expect_code 128 dv drop --old nothing
'

test_done
