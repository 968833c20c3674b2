#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv fsck with a remote: not here is one thing, lost another'

TEST_NO_CREATE_REPO=1
. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"

# again: the repository that published all, and one that pulled the newest
again () {
	cd "$HOME" && rm -rf work clone remote && cp -Rp kept work &&
	cp -Rp kept-clone clone && cp -Rp kept-remote remote && cd clone || return 1
}

# list: what the repository remembers of its remote
list () {
	echo .git/dv/cache/remote/*/published
}

# kept_packs, lose_packs: what was added between them is lost
kept_packs () {
	rm -rf "$HOME/packs" && cp -Rp .git/dv/packs "$HOME/packs"
}
lose_packs () {
	for pack in .git/dv/packs/*
	do
		test -e "$HOME/packs/${pack##*/}" || rm -f "$pack" || return 1
	done
}

# sound [<pattern>...]: no fault; this alone is said, a line each
sound () {
	dv fsck >"$HOME/actual" 2>"$HOME/err" &&
	test_must_be_empty "$HOME/actual" &&
	{ grep -v "^hint:" "$HOME/err" >"$HOME/said" || :; } &&
	test "$(wc -l <"$HOME/said")" -eq $# || { cat "$HOME/said"; return 1; }
	for pattern in "$@"
	do
		test_grep "$pattern" "$HOME/said" || return 1
	done
}

test_expect_success 'setup: three versions published; a clone that pulled' '
	lab_new kept && lab_commit 1 one && lab_commit 2 two &&
	head -c 2000000 /dev/urandom >data/big && lab_commit 3 three &&
	lab_pointers all && mkdir "$HOME/remote" &&
	dv remote add origin "$HOME/remote" && dv push -q --all &&
	git clone -q "$HOME/kept" "$HOME/kept-clone" && cd "$HOME/kept-clone" &&
	git config user.name A && git config user.email a@b &&
	dv remote add origin "$HOME/remote" && dv pull -q &&
	cd "$HOME" && cp -Rp remote kept-remote
'

test_expect_success 'a complete pull of one version: nothing to worry about' '
	again && sound "^lists of files of 4 versions: published, and brought by dv fetch --all$" &&
	test_grep ! "^hint" "$HOME/err" &&
	dv fetch -q --all && sound "^[0-9]* files, [0-9]* B: published, and not here$" &&
	test_grep "^hint: dv pull brings .* dv fetch --all --data" "$HOME/err" &&
	dv fetch -q --all --data && sound
'

test_expect_success 'dropped by who published it: not here, and no fault' '
	again && cd ../work && sound && dv drop -q data &&
	sound "^6 files, 1.9 MiB: published, and not here$"
'

test_expect_success 'what is lost and was never published is missing, by name' '
	again && dv drop -q data && kept_packs &&
	echo mine >mine && dv add -q mine && test_tick && dv commit -q -m mine mine &&
	lose_packs && test_expect_code 1 dv fsck >"$HOME/actual" 2>"$HOME/err" &&
	test_grep "^version .mine@.*is missing" "$HOME/actual" &&
	test_grep ! "data\|plot" "$HOME/actual" &&
	test_grep "^6 files, 1.9 MiB: published, and not here$" "$HOME/err" &&
	test_grep "^hint: .* known here after dv fetch" "$HOME/err" &&
	dv fetch -q 2>/dev/null && test_expect_code 1 dv fsck >"$HOME/again" 2>/dev/null &&
	test_cmp "$HOME/actual" "$HOME/again"
'

test_expect_success 'what a published version has is not missing where one that is not has it, too' '
	again && dv drop -q data/train data/big && echo more >>data/README && kept_packs &&
	dv add -q data && test_tick && dv commit -q -m more && sound "^lists" "^4 files, 1.9 MiB:" &&
	rm data/README && dv add -q data && echo new >data/new && dv add -q data &&
	sound "^lists" "^4 files, 1.9 MiB:" &&
	lose_packs && test_expect_code 1 dv fsck >"$HOME/actual" 2>"$HOME/err" &&
	test_grep "^version .data@.*a part of its manifest is missing" "$HOME/actual"
'

test_expect_success 'of a dataset alone' '
	dv fsck plot.png >"$HOME/actual" 2>"$HOME/err" && test_must_be_empty "$HOME/actual" &&
	test_expect_code 1 dv fsck data >"$HOME/actual" 2>"$HOME/err"
'

test_expect_success 'without the list all of it is missing; a fetch learns it again' '
	again && dv drop -q data && dv fetch -q --all && sound "published, and not here$" &&
	for damage in "rm" "truncate -s 60" "sed -i s/1/2/g"
	do
		$damage $(list) &&
		test_expect_code 1 dv fsck >"$HOME/actual" 2>"$HOME/err" &&
		test_grep "is missing" "$HOME/actual" && test_grep "^hint: .*dv fetch" "$HOME/err" &&
		dv fetch 2>"$HOME/err" && echo "nothing new" >"$HOME/expect" && test_cmp "$HOME/expect" "$HOME/err" &&
		sound "published, and not here$" || return 1
	done
'

test_expect_success 'records and lists that came through git: a fetch says what is there' '
	again && cd .. && rm -rf other && git clone -q work other && cd other &&
	git config user.name A && git config user.email a@b && dv remote add origin "$HOME/remote" &&
	git fetch -q origin "refs/dv/*:refs/dv/*" &&
	test_expect_code 1 dv fsck >"$HOME/actual" 2>"$HOME/err" && test_grep "is missing" "$HOME/actual" &&
	dv fetch -q && sound "published, and not here$" "^lists of files of 4 versions"
'

test_expect_success 'nothing is known of a remote of another place' '
	again && dv drop -q data && mv "$HOME/remote" "$HOME/moved" &&
	git config dv-remote.origin.url "$HOME/moved" &&
	test_expect_code 1 dv fsck >"$HOME/actual" 2>"$HOME/err" && test_grep "is missing" "$HOME/actual" &&
	dv fetch -q && sound "published, and not here$" "^lists"
'

test_expect_success 'what a pull did not find there is missing from then on' '
	again && dv drop -q data && sound "published, and not here$" "^lists" &&
	m=$(sed -n "s/^manifest [^:]*://p" data.dv) && rm -r "$HOME/remote/dv/manifests/$m" &&
	test_expect_code 128 dv pull -q data 2>"$HOME/err" &&
	test_expect_code 1 dv fsck >"$HOME/actual" 2>"$HOME/err" &&
	test_grep "^version .data@.*the content of .* is missing" "$HOME/actual"
'

test_done
