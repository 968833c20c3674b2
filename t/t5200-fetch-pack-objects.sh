#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv fetch-pack: manifests and objects, here and outside'

# shellcheck disable=SC2034 # read by test-lib.sh
TEST_NO_CREATE_REPO=1
. ./test-lib.sh
. "$DV_SOURCE/t/lib-transport.sh"
. "$DV_SOURCE/t/lib-push.sh"

REM=$PWD/remote

# wire <file>: bytes of packs that dv -v has told of.
wire () {
	sed -n 's/^.*; \([0-9]*\) bytes of packs$/\1/p' "$1"
}

# manifest <pointer>
manifest () {
	sed -n 's/^manifest //p' "$1"
}

# id_of <file>: by the format of the repository.
id_of () {
	dv -C lab hash-object "$PWD/$1"
}

test_expect_success 'setup: two versions of a dataset are published' '
	git init -q -b main lab && cd lab && dv init -q &&
	mkdir -p data/sub && random_file 3000000 data/large &&
	for i in $(test_seq 1 300)
	do
		echo "this is file $i" >data/sub/$i || return 1
	done &&
	: >data/empty &&
	dv add -q data && test_commit code && git add -A &&
	git commit -qm data && dv commit -q --set n=1 data &&
	M1=$(manifest data.dv) && cp -R data ../data1 &&
	dv remote add origin "$REM" && dv push -q &&
	printf X | dd of=data/large bs=1 seek=1500000 conv=notrunc 2>/dev/null &&
	echo "a new file" >data/sub/new &&
	dv add -q data && dv commit -q --set n=2 data &&
	M2=$(manifest data.dv) && cp -R data ../data2 && dv push -q && cd ..
'

test_expect_success 'a manifest brings all it names into the store of here' '
	git init -q here && cd here && dv init -q &&
	dv remote add origin "$REM" &&
	echo "manifest $M1" >../expect &&
	dv fetch-pack -v origin $M1 >../actual 2>../err && cd .. &&
	test_cmp expect actual &&
	(cd here && dv checkout-manifest $M1 out >/dev/null) &&
	diff -r data1 here/out && rm -rf here/out
'

test_expect_success 'the bytes that travel are those of the packs, once' '
	test "$(wire err)" -ge 3000000 && test "$(wire err)" -lt 3200000
'

test_expect_success 'a second time nothing travels' '
	(cd here && dv fetch-pack -v origin $M1 2>../err) &&
	test "$(wire err)" = 0
'

test_expect_success 'of the next version only what is new travels' '
	(cd here && dv fetch-pack -v origin $M2 2>../err) &&
	test "$(wire err)" -gt 0 && test "$(wire err)" -lt 1100000 &&
	(cd here && dv checkout-manifest $M2 out >/dev/null) &&
	diff -r data2 here/out
'

test_expect_success 'outside of a repository: --store' '
	test_when_finished "rm -rf st" &&
	dv fetch-pack --store=st "$REM" $M2 >actual &&
	echo "manifest $M2" >expect && test_cmp expect actual &&
	test_path_is_file st/format && ls st/packs/*.pack >packs &&
	dv verify-pack $(cat packs)
'

test_expect_success 'outside of a repository: the store of the user' '
	XDG_DATA_HOME=$PWD/xdg && export XDG_DATA_HOME &&
	dv fetch-pack "$REM" $M2 >actual &&
	echo "manifest $M2" >expect && test_cmp expect actual &&
	ls xdg/dv/$DV_TEST_FORMAT/packs/*.pack &&
	dv cat-object $(id_of data2/sub/new) >actual &&
	test_cmp data2/sub/new actual
'

test_expect_success 'a single object out of the packs of the heads' '
	id=$(id_of data2/sub/17) &&
	large=$(id_of data2/large) &&
	printf "%s\n" $id $large >ids &&
	sed "s/^/object /" ids >expect &&
	dv fetch-pack -v --store=st "$REM" <ids >actual 2>err &&
	test_cmp expect actual &&
	XDG_DATA_HOME=$PWD/xdg2 dv fetch-pack "$REM" $large >/dev/null &&
	XDG_DATA_HOME=$PWD/xdg2 dv cat-object $large >actual &&
	test_cmp data2/large actual
'

test_expect_success 'an id that is nowhere: exit 1, the others come' '
	id=$(id_of data2/sub/18) &&
	none=$(printf nothing | dv -C lab hash-object --stdin) &&
	echo "object $id" >expect &&
	test_expect_code 1 dv fetch-pack --store=st "$REM" $none $id \
		>actual 2>err &&
	test_cmp expect actual &&
	test_grep "^error: .*$none" err
'

test_expect_success '-z: records end in NUL, both ways' '
	id=$(id_of data2/sub/19) &&
	printf "object %s\0" $id >expect &&
	printf "%s\0" $id | dv fetch-pack -z --store=st "$REM" >actual &&
	test_cmp_bin expect actual
'

test_expect_success 'what is no id, an empty remote, no remote: 128' '
	test_expect_code 128 dv fetch-pack --store=st "$REM" hello 2>err &&
	test_grep "^fatal: .*hello" err && mkdir none &&
	test_expect_code 128 dv fetch-pack --store=st "$PWD/none" $M1 2>err &&
	test_grep "^fatal: .*$PWD/none" err &&
	test_expect_code 128 dv fetch-pack --store=st none $M1 2>err &&
	test_expect_code 129 dv fetch-pack 2>err
'

test_expect_success 'a store of the other format is refused' '
	case $DV_TEST_FORMAT in xxh128) o=sha256 ;; *) o=xxh128 ;; esac &&
	git init -q other && (cd other && dv init -q --object-format=$o &&
	test_expect_code 128 dv fetch-pack "$REM" $M1 2>../err) &&
	test_grep $DV_TEST_FORMAT err
'

test_done
