#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv fetch-pack: damaged remotes, and such as lie'

# shellcheck disable=SC2034 # read by test-lib.sh
TEST_NO_CREATE_REPO=1
. ./test-lib.sh
. "$DV_SOURCE/t/lib-transport.sh"

# remote <lie>: ./<lie> is such a remote, the store ./xdg is empty.
remote () {
	rm -rf "$1" xdg &&
	XDG_DATA_HOME=$PWD/xdg && export XDG_DATA_HOME &&
	test-packs "$PWD/$1" $DV_TEST_FORMAT "$1" >ids &&
	{ read -r M && read -r A && read -r B && read -r L; } <ids &&
	ls -S "$1/dv/packs" | sed -n "s/\.pack$//p" >packs &&
	{ read -r DATA && read -r META; } <packs
}

# fetch <directory>: it is incomplete.
fetch () {
	test_expect_code 1 dv fetch-pack "$PWD/$1" $M >out 2>err &&
	test_must_be_empty out && sound
}

# fetch_nothing <directory>: it fails, and the manifest is not here.
fetch_nothing () {
	test_expect_code 128 dv fetch-pack "$PWD/$1" $M >out 2>err &&
	test_must_be_empty out && sound && absent $M
}

# Whatever came is what it says.
sound () {
	set -- xdg/dv/$DV_TEST_FORMAT/packs/*.pack
	test ! -f "$1" || dv verify-pack "$@"
}

absent () {
	test_expect_code 1 dv cat-object --exists $1
}

test_expect_success 'a remote that tells the truth: all comes' '
	remote none &&
	echo "manifest $M" >expect &&
	dv fetch-pack "$PWD/none" $M >actual 2>err && test_cmp expect actual &&
	test_must_be_empty err && sound &&
	dv cat-object $A >actual && echo alpha >expect &&
	test_cmp expect actual &&
	dv cat-object --exists $L
'

test_expect_success 'a damaged block is told with its pack, the rest comes' '
	remote none && test_flip none/dv/packs/$DATA.pack 9 && fetch none &&
	test_grep "^error: .*pack $DATA" err && absent $A && absent $B &&
	dv cat-object --exists $L
'

test_expect_success 'a damaged chunk: the large file does not come' '
	remote none && test_flip none/dv/packs/$DATA.pack 800000 && fetch none &&
	test_grep "^error: .*pack $DATA" err && test_grep "$L" err &&
	absent $L && dv cat-object --exists $A && dv cat-object --exists $B
'

test_expect_success 'mended, only what is missing travels' '
	test_flip none/dv/packs/$DATA.pack 800000 &&
	dv fetch-pack -v "$PWD/none" $M 2>err && dv cat-object --exists $L &&
	sed -n "s/^.*; \([0-9]*\) bytes of packs$/\1/p" err >wire &&
	test "$(cat wire)" -lt 300000
'

test_expect_success 'a pack that is cut short is told' '
	remote none && chmod u+w none/dv/packs/$DATA.pack &&
	dd if=/dev/null of=none/dv/packs/$DATA.pack bs=1 seek=1000000 2>/dev/null &&
	fetch none && test_grep "^error: .*pack $DATA: it is cut short" err &&
	dv cat-object --exists $A && absent $L
'

test_expect_success 'a pack that is not there is told' '
	remote none && rm -f none/dv/packs/$DATA.pack && fetch none &&
	test_grep "^error: .*pack $DATA: it is not there" err && absent $A
'

test_expect_success 'an index that is damaged is told' '
	remote none && test_flip none/dv/packs/$DATA.idx 1100 && fetch none &&
	test_grep "^error: .*index of pack $DATA" err && absent $A
'

test_expect_success 'an index that is not there, cut, longer, of another pack' '
	remote none && rm -f none/dv/packs/$DATA.idx && fetch none &&
	test_grep "^error: .*index of pack $DATA" err &&
	remote none && chmod u+w none/dv/packs/$DATA.idx &&
	dd if=/dev/null of=none/dv/packs/$DATA.idx bs=1 seek=1200 2>/dev/null &&
	fetch none && test_grep "^error: .*index of pack $DATA" err &&
	remote none && cp -f none/dv/packs/$META.idx none/dv/packs/$DATA.idx &&
	fetch none && test_grep "^error: .*index of pack $DATA" err
'

test_expect_success 'a block of the manifest is damaged: nothing of it is here' '
	remote none && test_flip none/dv/packs/$META.pack 20 &&
	fetch_nothing none && test_grep "^fatal: .*pack $META" err
'

test_expect_success 'wrong bytes under a right index: refused by name' '
	remote bytes && fetch bytes &&
	test_grep "^error: .*pack $DATA: .*$B" err && absent $B &&
	dv cat-object --exists $A && dv cat-object --exists $L &&
	for pack in xdg/dv/*/packs/*.pack
	do
		! grep -q BETA "$pack" || return 1
	done
'

test_expect_success 'a chunk of wrong bytes: refused by name' '
	remote chunk && fetch chunk && test_grep "^error: .*pack $DATA" err &&
	absent $L && dv cat-object --exists $A
'

for lie in order other
do
	test_expect_success "a recipe that lies ($lie): refused, and the true one is taken later" '
		remote $lie && fetch $lie &&
		test_grep "^error: .*$L: its recipe makes up something else" err &&
		absent $L && dv cat-object --exists $A && rm -rf none &&
		test-packs "$PWD/none" $DV_TEST_FORMAT none &&
		dv fetch-pack "$PWD/none" $M && dv cat-object $L >actual &&
		test $(test_file_size actual) = 3145728
	'
done

test_expect_success 'an object of another size is refused before it is asked for' '
	remote longer && fetch longer &&
	test_grep "^error: .*$L has 3407872 bytes there, and 3145728 by its manifest" err &&
	absent $L && dv cat-object --exists $A
'

for lie in sum part
do
	test_expect_success "a recipe that is none ($lie) is refused" '
		remote $lie && fetch $lie && test_grep "^error: .*$L" err &&
		absent $L && dv cat-object --exists $A
	'
done

test_expect_success 'recipes of recipes that make up exabytes are refused' '
	remote exa && fetch exa &&
	test_grep "^error: .*$L: recipe is corrupt: it repeats its chunks" err &&
	absent $L && dv cat-object --exists $A
'

test_expect_success 'an index that points outside is refused' '
	remote reach && fetch reach &&
	test_grep "^error: .*index of pack $DATA: .*reaches out of its block" err
'

test_expect_success 'another block in place of that of the manifest' '
	remote block && fetch_nothing block &&
	test_grep "^fatal: .*pack $META: the bytes of object" err
'

test_done
