#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv pull: damaged packs, remotes that lie, work cut off'

# shellcheck disable=SC2034 # read by test-lib.sh
TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"
. "$DV_SOURCE/t/lib-pull.sh"

# packs: of data on the remote, one a line
packs () {
	dv verify-pack -s "$HOME"/share/dv/packs/*.pack |
		sed -n "s/^\([0-9a-f]*\) data .*/\1/p" | sort
}

test_expect_success 'setup: a file comes with another push, so in another pack' '
	pull_setup &&
	cd lab &&
	packs >../before &&
	echo "another file" >data/extra && dv add -q data &&
	dv commit -q -m "with an extra" data &&
	lab_pointers "extra data" && dv push -q &&
	packs >../after &&
	EXTRA=$(comm -13 ../before ../after) &&
	test -n "$EXTRA"
'

# copy_share <name>: the remote again, with a clone beside it that uses it.
copy_share () {
	cp -R "$HOME/share" "$HOME/$1.share" &&
	git clone -q "$HOME/lab" "$HOME/$1" && cd "$HOME/$1" &&
	git config dv-remote.origin.url "$HOME/$1.share"
}

# spoil <name>: in its copy, the bytes of the extra file in their pack
spoil () {
	spoil_pack=$HOME/$1.share/dv/packs/$EXTRA.pack &&
	LC_ALL=C sed "s/another file/another tile/" "$spoil_pack" \
		>"$HOME/spoilt" &&
	test_must_fail cmp -s "$HOME/spoilt" "$spoil_pack" &&
	mv -f "$HOME/spoilt" "$spoil_pack"
}

test_expect_success 'a damaged pack is named, the rest is brought, exit 1' '
	copy_share damaged &&
	spoil damaged &&
	test_expect_code 1 dv pull 2>../err &&
	test_grep "^error: .*$EXTRA" ../err &&
	test_grep "^data: .*, 1 file could not be had\$" ../err &&
	test_path_is_missing data/extra &&
	cp -R ../lab/data ../rest && rm ../rest/extra &&
	diff -r ../rest data &&
	cmp ../lab/plot.png plot.png &&
	echo "absent data" >../expect &&
	dv status --porcelain >../actual &&
	test_cmp ../expect ../actual
'

test_expect_success 'only what was had is counted as brought' '
	copy_share counted && spoil counted &&
	test_expect_code 1 dv pull --only extra data 2>../err &&
	test_grep "^data: 1 file could not be had\$" ../err &&
	test_expect_code 1 dv pull --only extra --only README data 2>../err &&
	test_grep "^data: 1 file, [0-9]* B, 1 file could not be had\$" ../err
'

test_expect_success 'so it is for who installs, and lists or reads' '
	mkdir "$HOME/nowhere" && cd "$HOME/nowhere" &&
	test_expect_code 1 dv install lab/data ../damaged.share 2>../err &&
	test_grep "^error: .*$EXTRA" ../err &&
	test_grep "^data: .*, 1 file could not be had\$" ../err &&
	diff -r ../rest data &&
	test_expect_code 128 dv install lab/data:extra ../damaged.share \
		--dest file 2>../err &&
	test_path_is_missing file &&
	dv ls --remote ../damaged.share lab/data@latest: >../actual &&
	test_grep extra ../actual &&
	test_expect_code 128 dv cat --remote ../damaged.share lab/data:extra \
		>../actual 2>../err &&
	test_must_be_empty ../actual &&
	test_grep "$EXTRA" ../err
'

test_expect_success 'mended, the next pull brings what is missing' '
	cd "$HOME/damaged" &&
	cp -f ../share/dv/packs/*.pack ../damaged.share/dv/packs &&
	dv pull &&
	diff -r ../lab/data data
'

test_expect_success 'a pack that is gone is named, exit 1' '
	copy_share gone &&
	rm ../gone.share/dv/packs/$EXTRA.* &&
	test_expect_code 1 dv pull 2>../err &&
	test_grep "$EXTRA" ../err &&
	diff -r ../rest data
'

test_expect_success 'a record under the id of another is refused by its key' '
	copy_share liar &&
	set -- ../liar.share/dv/versions/lab/data/* &&
	cp "$1" ../record && chmod u+w "$2" && cp ../record "$2" &&
	test_expect_code 128 dv pull 2>../err &&
	test_grep "dv/versions/lab/data/$(basename "$2")" ../err &&
	git for-each-ref refs/dv/data >../actual &&
	test_must_be_empty ../actual
'

test_expect_success 'a record with control characters is refused, and they are not printed' '
	copy_share control &&
	set -- ../control.share/dv/versions/lab/data/* &&
	chmod u+w "$1" && printf "\033[31mred\n" >>"$1" &&
	test_expect_code 128 dv pull 2>../err &&
	test_grep "$(basename "$1")" ../err &&
	test_grep ! "$(printf "\033")" ../err
'

test_expect_success 'a head that is no head, and one that names nothing' '
	copy_share heads &&
	head=../heads.share/dv/heads/lab/data/tags/first/0000000001 &&
	chmod u+w $head &&
	sed "s/-[0-9a-f]*\$/-00000000/" $head >../head && cp ../head $head &&
	test_expect_code 1 dv pull 2>../err &&
	test_grep "first" ../err &&
	diff -r ../lab/data data &&
	test_must_fail git rev-parse refs/dv-tags/data/first &&
	echo nonsense >$head &&
	test_expect_code 128 dv fetch 2>../err &&
	test_grep "tags/first/0000000001" ../err
'

test_expect_success 'a location record of another manifest is refused' '
	copy_share places &&
	set -- ../places.share/dv/manifests/*/0000000001 &&
	cp "$1" ../place &&
	for file
	do
		chmod u+w "$file" && cp ../place "$file" || return 1
	done &&
	test_must_fail dv pull 2>../err &&
	test_grep "dv/manifests/" ../err
'

test_expect_success 'a remote of another object format is refused' '
	copy_share format &&
	case $DV_TEST_FORMAT in
	sha256) other=xxh128 ;;
	*) other=sha256 ;;
	esac &&
	git init -q "$HOME/foreign" && cd "$HOME/foreign" &&
	dv init --object-format=$other 2>/dev/null &&
	dv remote add origin "$HOME/share" &&
	test_expect_code 128 dv fetch 2>../err &&
	test_grep "$other" ../err && test_grep "$DV_TEST_FORMAT" ../err
'

test_expect_success 'a newer remote says which is needed' '
	copy_share newer &&
	chmod u+w ../newer.share/dv/format &&
	sed "s/dv-remote 1/dv-remote 2/" ../share/dv/format \
		>../newer.share/dv/format &&
	test_expect_code 128 dv pull 2>../err &&
	test_grep "newer\|version 2\|2" ../err
'

test_expect_success 'what had come before it was cut off is not fetched again' '
	copy_share cut &&
	dv pull data &&
	mv ../cut.share/dv/packs ../cut.share/dv/away &&
	dv checkout data &&
	test_must_fail dv pull 2>../err &&
	mv ../cut.share/dv/away ../cut.share/dv/packs &&
	rm -r data && dv pull 2>../err &&
	diff -r ../lab/data data &&
	test_grep ! "^data: 5 files, " ../err
'

test_done
