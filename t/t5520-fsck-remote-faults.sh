#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv fsck --remote: each fault is told, by its key'

TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"
. "$DV_SOURCE/t/lib-maintain.sh"

# spoil <key>: it may be written now, and mend puts it back.
spoil () {
	spoilt=$REMOTE/$1 &&
	rm -rf "$HOME/kept" && cp -R "$spoilt" "$HOME/kept" &&
	chmod -R u+w "$spoilt"
}

mend () {
	rm -rf "$spoilt" && mv "$HOME/kept" "$spoilt" && sound
}

# faults [<option>...]: they are there, and in ../actual.
faults () {
	test_expect_code 1 dv fsck --remote "$@" >"$HOME/actual" 2>"$HOME/err" ||
	{ cat "$HOME/actual" "$HOME/err" >&2; return 1; }
	! grep -v "^'dv/" "$HOME/actual"
}

test_expect_success 'setup: versions, a large file, a tag' '
	maintain_lab lab 2 && head -c 3000000 /dev/urandom >data/large &&
	dv add -q data && test_tick && dv commit -q -m large data &&
	v3=$(dv rev-parse --version data@latest) &&
	dv tag -q good "data@$v1" && dv push -q --tags &&
	echo "'\''dv/" >/dev/null &&
	manifest_of () {
		sed -n "s/^Dv-Manifest: .*://p" "$REMOTE/dv/versions/lab/data/$1"
	}
'

test_expect_success 'a sound remote: nothing is told, exit 0; -v says how much' '
	cd "$HOME/lab" && dv fsck --remote >../actual 2>../err &&
	test_must_be_empty ../actual && test_must_be_empty ../err &&
	dv fsck --remote origin --verify -v >../actual 2>../err &&
	test_must_be_empty ../actual &&
	test_grep "^checked 3 versions, [0-9]* packs, [0-9]* objects" ../err
'

test_expect_success 'it needs no repository where it is given a URL' '
	(cd / && dv fsck --remote="$REMOTE")
'

test_expect_success 'names and options that do not go together are misuse' '
	cd "$HOME/lab" && test_expect_code 129 dv fsck --verify &&
	test_expect_code 129 dv fsck --remote=origin data &&
	test_expect_code 129 dv fsck --remote --full &&
	test_expect_code 128 dv fsck --remote=other
'

test_expect_success 'a version record that is none' '
	key=dv/versions/lab/data/$v1 && spoil $key && echo x >"$spoilt" &&
	faults && test_grep "^.$key.: .*damaged" ../actual && mend
'

test_expect_success 'a version record under another name' '
	key=dv/versions/lab/other/$v1 && mkdir "$REMOTE/dv/versions/lab/other" &&
	cp "$REMOTE/dv/versions/lab/data/$v1" "$REMOTE/$key" && faults &&
	test_grep "^.$key.: its record is of another dataset" ../actual &&
	rm -r "$REMOTE/dv/versions/lab/other" && sound
'

test_expect_success 'a version record that is too large is not read' '
	key=dv/versions/lab/data/$v1 && spoil $key && head -c 2000000 /dev/zero >"$spoilt" &&
	faults && test_grep "^.$key.: .*larger" ../actual && mend
'

test_expect_success 'keys that dv does not make' '
	mkdir -p "$REMOTE/dv/versions/lab/data" && echo >"$REMOTE/dv/versions/lab/data/nonsense" &&
	echo >"$REMOTE/dv/packs/abc.pack" && faults &&
	test_grep "^.dv/versions/lab/data/nonsense.: " ../actual &&
	test_grep "^.dv/packs/abc.pack.: " ../actual &&
	rm "$REMOTE/dv/versions/lab/data/nonsense" "$REMOTE/dv/packs/abc.pack" && sound
'

test_expect_success 'a manifest of which nobody knows where it lies: the version is named' '
	key=dv/manifests/$(manifest_of $v2) && spoil $key && rm -r "$spoilt" &&
	faults && test_grep "^.dv/versions/lab/data/$v2.: .*where its manifest" ../actual && mend
'

test_expect_success 'location records whose numbers are not dense' '
	key=dv/manifests/$(manifest_of $v2) && spoil $key &&
	cp "$spoilt/0000000001" "$spoilt/0000000003" && faults &&
	test_grep "^.$key/0000000003.: there are 2 numbers and not 3" ../actual && mend
'

test_expect_success 'a location record that is damaged, or of another manifest' '
	key=dv/manifests/$(manifest_of $v2) && spoil $key &&
	test_flip "$spoilt/0000000001" 60 && faults && test_grep "^.$key/0000000001.: " ../actual && mend &&
	spoil $key && cp "$REMOTE/dv/manifests/$(manifest_of $v1)/0000000001" "$spoilt/0000000001" &&
	faults && test_grep "^.$key/0000000001.: it is of another manifest" ../actual && mend
'

test_expect_success 'a pack that is gone, and its index' '
	cd "$HOME/lab" && for pack in $(cd "$REMOTE/dv/packs" && ls | sed -n "s/\.pack$//p")
	do
		spoil dv/packs/$pack.pack && rm -f "$spoilt" && faults &&
		test_grep "^.dv/packs/$pack.pack.: it is not there, and .dv/versions/" ../actual &&
		mend && spoil dv/packs/$pack.idx && rm -f "$spoilt" && faults &&
		test_grep "^.dv/packs/$pack.idx.: it is not there" ../actual && mend || return 1
	done
'

test_expect_success 'a pack that is cut short, by the list alone' '
	pack=$(cd "$REMOTE/dv/packs" && ls -S | head -n 1) && spoil dv/packs/$pack &&
	head -c 1000 ../kept >"$spoilt" && faults &&
	test_grep "^.dv/packs/$pack.: it has 1000 bytes and should" ../actual && mend
'

test_expect_success 'an index that does not hash to its name, whatever the cache has' '
	idx=$(cd "$REMOTE/dv/packs" && ls | grep "idx$" | head -n 1) && spoil dv/packs/$idx &&
	test_flip "$spoilt" 100 && faults && test_grep "^.dv/packs/$idx.: " ../actual &&
	test_line_count = 1 ../actual && mend
'

test_expect_success 'one byte of a pack: --verify tells, and the objects that are lost' '
	cd "$HOME/lab" && for pack in $(cd "$REMOTE/dv/packs" && ls | grep "pack$")
	do
		spoil dv/packs/$pack && test_flip "$spoilt" 20 && faults --verify &&
		test_grep "^.dv/packs/$pack.: block 0, which has .* checksum" ../actual &&
		mend || return 1
	done
'

test_expect_success 'what is around the blocks of a pack' '
	pack=$(cd "$REMOTE/dv/packs" && ls | grep "pack$" | head -n 1) &&
	size=$(test_file_size "$REMOTE/dv/packs/$pack") &&
	for at in 4 $((size - 3)) $((size - 100))
	do
		spoil dv/packs/$pack && test_flip "$spoilt" $at && dv fsck --remote &&
		faults --verify && test_grep "^.dv/packs/$pack.: its header" ../actual &&
		mend || return 1
	done
'

test_expect_success 'heads: damaged, not dense, naming nothing' '
	key=dv/heads/lab/data/tags/good && spoil $key && echo x >"$spoilt/0000000001" &&
	faults && test_grep "^.$key/0000000001.: " ../actual && mend &&
	spoil $key && cp "$spoilt/0000000001" "$spoilt/0000000003" && faults &&
	test_grep "^.$key/0000000003.: the number before" ../actual && mend &&
	spoil $key && sed "s/^version .*/version 0123456789-01234567-01234567/" ../kept/0000000001 >"$spoilt/0000000001" &&
	faults && test_grep "^.$key/0000000001.: it names the version .0123456789-01234567-01234567., which is not there" ../actual && mend
'

test_expect_success 'a record of a gc that nobody can read' '
	mkdir -p "$REMOTE/dv/gc" && echo x >"$REMOTE/dv/gc/0000000001" && faults &&
	test_grep "dv/gc/0000000001" ../actual && rm "$REMOTE/dv/gc/0000000001" && sound
'

test_expect_success 'several faults: each has its line' '
	spoil dv/versions/lab/data && echo x >"$spoilt/$v1" && echo x >"$spoilt/$v2" &&
	faults && grep -c "damaged" ../actual >../count && echo 2 >../expect &&
	test_cmp ../expect ../count && mend
'

test_expect_success 'control characters of a remote do not reach the terminal' '
	key="dv/versions/lab/data/$(printf "a\033b")" && echo >"$REMOTE/$key" &&
	{ dv fsck --remote >../actual 2>&1 || :; } &&
	! grep "$(printf "\033")" ../actual && rm "$REMOTE/$key" && sound
'

test_expect_success 'a remote that cannot list is refused' '
	echo "s/^can list yes/can list no/" >"$HOLD/answers" &&
	test_expect_code 128 dv fsck --remote=hold://x/ 2>../err &&
	test_grep "cannot list" ../err && : >"$HOLD/answers"
'

test_expect_success 'an empty remote has no fault' '
	dv fsck --remote="$HOME/nothing"
'

test_done
