#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv push --repair: what a remote has lost is sent again'

TEST_NO_CREATE_REPO=1
. ./test-lib.sh
. "$DV_SOURCE/t/lib-transport.sh"
. "$DV_SOURCE/t/lib-push.sh"

# largest, smallest: of the packs there.
largest () {
	find "$REM/dv/packs" -name "*.pack" -printf "%s %p\n" | sort -n |
	tail -n 1 | cut -d" " -f2-
}

smallest () {
	find "$REM/dv/packs" -name "*.pack" -printf "%s %p\n" | sort -n |
	head -n 1 | cut -d" " -f2-
}

# spoil <file>: one byte in the middle is another one, the size is the same.
spoil () {
	chmod u+w "$1" && at=$(($(wc -c <"$1") / 2)) &&
	old=$(od -An -tu1 -j "$at" -N 1 "$1" | tr -d " ") &&
	printf "$(printf '\\%03o' $(((old + 1) % 256)))" |
	dd of="$1" bs=1 seek="$at" conv=notrunc 2>/dev/null
}

# begin: an empty remote with two versions of lab's data.
begin () {
	cd "$HOME" && rm -rf remote lab clone && REM=$HOME/remote &&
	git init -q -b main lab && cd lab && dv init -q &&
	mkdir data && random_file 3000000 data/large &&
	for i in 1 2 3 4 5
	do
		random_file 3000 data/$i || return 1
	done &&
	dv add -q data && test_commit code && git add -A &&
	git commit -qm data && dv commit -q --set n=1 data &&
	dv remote add origin "$REM" && dv push -q 2>/dev/null &&
	echo more >data/more && dv add -q data && git commit -qam more &&
	dv commit -q --set n=2 data && dv push -q 2>/dev/null
}

# whole: somebody else gets all of it.
whole () {
	dv fsck --remote --verify >"$HOME/faults" 2>&1 &&
	test_must_be_empty "$HOME/faults" &&
	rm -rf "$HOME/clone" && git clone -q "$HOME/lab" "$HOME/clone" && (
		cd "$HOME/clone" && dv remote add origin "$REM" &&
		dv pull -q && dv fetch -q --all --data &&
		diff -r ../lab/data data && dv fsck --full
	)
}

test_expect_success 'nothing is sent where nothing is lost' '
	begin && find "$REM" -type f | sort >../before &&
	dv push --repair 2>../err && test_grep "^nothing new: all is there$" ../err &&
	dv push --repair --all 2>../err &&
	test_grep "^nothing new: all is there$" ../err &&
	find "$REM" -type f | sort >../after && test_cmp ../before ../after
'

test_expect_success 'a damaged pack: fsck --verify finds it, a push mends it' '
	begin && spoil "$(largest)" &&
	dv push --force 2>../err && test_grep "^nothing new" ../err &&
	test_expect_code 1 dv fsck --remote --verify >../faults 2>../err &&
	test_grep "^hint: .*dv push --repair --all" ../err &&
	dv push --repair --all -n 2>../err &&
	test_grep "^dry run: 0 versions; .* to send" ../err &&
	dv push --repair --all 2>../err &&
	test_grep "^0 versions; .* sent" ../err &&
	whole
'

test_expect_success 'damage that is known is not relied upon by what comes next' '
	begin && spoil "$(largest)" &&
	test_expect_code 1 dv fsck --remote --verify >../faults 2>../err &&
	echo third >data/third && dv add -q data && git commit -qam third &&
	dv commit -q --set n=3 data && dv push -q 2>/dev/null &&
	rm -rf ../clone && git clone -q . ../clone && cd ../clone &&
	dv remote add origin "$REM" && dv pull -q && diff -r ../lab/data data
'

test_expect_success 'a check without --verify forgets nothing, a sound one does' '
	begin && cp -R "$REM" ../kept && spoil "$(largest)" &&
	test_expect_code 1 dv fsck --remote --verify >../faults 2>../err &&
	dv fsck --remote && rm -rf "$REM" && mv ../kept "$REM" &&
	dv push --repair -n 2>../err && test_grep "to send" ../err &&
	dv fsck --remote --verify && dv push --repair -n 2>../err &&
	test_grep "^nothing new" ../err
'

test_expect_success 'a pack that is gone, of data or of lists' '
	begin && rm -f "$(largest)" && dv push --repair --all -q && whole &&
	begin && rm -f "$(smallest)" && dv push --repair --all -q && whole
'

test_expect_success 'an index that is gone, and one that is cut short' '
	begin && rm -f "$(largest | sed s/pack\$/idx/)" &&
	dv push --repair --all -q && whole &&
	begin && idx=$(smallest | sed s/pack\$/idx/) && chmod u+w "$idx" &&
	truncate -s -1 "$idx" && dv push --repair --all -q && whole
'

test_expect_success 'all packs are gone: all is sent' '
	begin && rm -f "$REM"/dv/packs/* && dv push --repair --all -q && whole
'

test_expect_success 'what tells where a manifest lies is gone' '
	begin && chmod -R u+w "$REM/dv/manifests" && rm -rf "$REM"/dv/manifests/* &&
	dv push --repair --all -q && whole
'

test_expect_success 'a clone that lacks the data says what is lacking' '
	begin && git clone -q . ../part && cd ../part &&
	dv remote add origin "$REM" && dv pull -q --only data/1 &&
	find "$REM/dv/packs" -name "*.pack" -size +1000k -exec rm -f {} + &&
	test_expect_code 128 dv push --repair 2>../err &&
	test_grep "^error: .* files are lacking" ../err &&
	test_grep "^fatal: 1 version cannot be mended from here" ../err &&
	cd ../lab && dv push -q --repair --all && whole && rm -rf ../part
'

test_expect_success 'a fetch saves what is sound in a damaged pack, for the repair' '
	begin && rm -rf ../part && cp -R . ../part && cd ../part &&
	random_file 3000 data/1 && random_file 3000 data/2 && dv add -q data &&
	git commit -qam four && dv commit -q --set n=4 data && dv push -q &&
	dv drop -q --old && spoil "$(largest)" &&
	test_expect_code 1 dv fsck --remote --verify >../faults 2>../err &&
	test_expect_code 128 dv push --repair --all 2>../err &&
	test_grep "^hint: dv fetch --all --data" ../err &&
	dv fetch -q --all --data && dv push -q --repair --all &&
	dv fsck --remote --verify && rm -rf ../part
'

test_expect_success 'versions whose lists of files are not here are left alone' '
	begin && rm -rf ../part && git clone -q . ../part && cd ../part &&
	dv remote add origin "$REM" && dv pull -q && rm -f "$(largest)" &&
	dv push --repair 2>../err &&
	test_grep "^1 version there was not looked at" ../err &&
	dv pull -q && diff -r data ../lab/data && rm -rf ../part
'

test_expect_success 'two at once' '
	begin && rm -f "$(largest)" &&
	{ dv push --repair --all -q & } && dv push --repair --all -q &&
	wait && whole
'

test_expect_success 'it goes with no deletion' '
	test_expect_code 129 dv push --repair --delete data@x
'

test_done
