#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv pull and install: large files are put together while they arrive'

# A name space of our own: what is mounted in it goes when we do.
if test -z "$DV_TEST_UNSHARED" && unshare -m true 2>/dev/null
then
	DV_TEST_UNSHARED=1 exec unshare -m sh "$0" "$@"
fi

# shellcheck disable=SC2034 # read by test-lib.sh
TEST_NO_CREATE_REPO=1
. ./test-lib.sh
. "$DV_SOURCE/t/lib-push.sh"

REM=$PWD/remote

# Room for two versions in the store, one in the work tree, and 54 MB more: a
# file may lie ready then, and another one cannot be replaced while it does.
if test -n "$DV_TEST_UNSHARED" && mkdir small &&
	mount -t tmpfs -o size=311m dv-test small 2>/dev/null
then
	test_set_prereq SMALLFS
fi

# born <file>...: when they were made, of the newest, in nanoseconds; 0 where
# the file system does not know.
born () {
	stat -c %.9W "$@" | tr -d .- | sort -n | tail -n 1
}

# Only a file that was there before all of its content had come is older
# than the pack with its recipe, which is the last one.
grown_early () {
	test "$(born "$1")" -lt "$(born "$2"/packs/*.pack)"
}

: >plain
case $(born plain) in
0* | "") ;;
*)	test_set_prereq BIRTH ;;
esac
if python3 -c 'import os; os.open(".", os.O_TMPFILE | os.O_RDWR)' 2>/dev/null
then
	test_set_prereq TMPFILE
fi

# two_of <file>: the first half of b, all of a, the second half of b, and
# zeros between: chunks that were here before, and one that comes again
# and again.
two_of () {
	head -c 3000000 b && cat a && head -c 5000000 /dev/zero &&
	tail -c 3000000 b && head -c 5000000 /dev/zero
}

test_expect_success 'setup: files of many sizes, published' '
	git init -q -b main lab && cd lab && dv init -q && mkdir data &&
	test_commit code && random_file 9000000 data/first &&
	random_file 70000000 data/huge && random_file 1048576 data/edge &&
	random_file 1048575 data/below && cp data/first data/copy &&
	random_file 2000000 data/program && chmod +x data/program &&
	random_file 6000000 b && random_file 4000000 a && two_of >data/mixed &&
	seq 400000 >data/text && : >data/empty &&
	for i in $(test_seq 1 40)
	do
		random_file 1300000 data/of-many-$i || return 1
	done &&
	dv add -q data && git add data.dv && git commit -qm data &&
	dv commit -q data && dv remote add --shared origin "$REM" &&
	git add .dvconfig && git commit -qm remote && dv push -q
'

# fresh: a clone without data, where the test goes on.
fresh () {
	cd "$HOME" && rm -rf clone && git clone -q lab clone && cd clone &&
	dv remote trust origin
}

assert_pulled () {
	diff -r "$HOME/lab/data" data && dv status --porcelain >"$HOME/out" &&
	test_must_be_empty "$HOME/out"
}

test_expect_success 'every file is the one that was published, with its mode' '
	fresh && (umask 027 && dv pull -q) && assert_pulled &&
	test "$(stat -c %a data/huge)" = 640 &&
	test "$(stat -c %a data/program)" = 750 &&
	test "$(stat -c %h data/huge)" = 1 &&
	dv fsck && ls .git/dv/tmp >left && test_must_be_empty left
'

test_expect_success BIRTH,TMPFILE 'they grow while they arrive: no second reading' '
	for f in huge mixed edge text of-many-1 of-many-40
	do
		grown_early data/$f .git/dv || return 1
	done &&
	! grown_early data/below .git/dv
'

test_expect_success 'through the page cache it is the same' '
	fresh && DV_TEST_BULK=cache dv pull -q && assert_pulled && dv fsck
'

test_expect_success 'with few descriptors there are fewer of them' '
	for n in 48 80 128
	do
		fresh && (ulimit -n $n && dv pull -q) && assert_pulled ||
		return 1
	done
'

test_expect_success 'what is changed here stays, and goes with --force' '
	fresh && mkdir data && echo mine >data/huge && echo mine >expect &&
	test_expect_code 128 dv pull -q 2>err &&
	test_grep "would be lost" err && test_cmp expect data/huge &&
	test_path_is_missing data/first &&
	dv pull -q --force && assert_pulled
'

test_expect_success 'where a few chunks are new the others come from the store' '
	cd "$HOME/lab" && printf changed |
	dd of=data/huge bs=1 seek=30000000 conv=notrunc 2>/dev/null &&
	dv add -q data && git commit -qam second && dv commit -q data &&
	dv push -q && cd "$HOME/clone" && git pull -q && dv pull -q &&
	assert_pulled && dv fsck
'

test_expect_success BIRTH,TMPFILE 'install does the same, at another place' '
	fresh && dv install -q --dest="$HOME/there" lab/data "$REM" &&
	diff -r "$HOME/lab/data" "$HOME/there" &&
	grown_early "$HOME/there/huge" .git/dv
'

test_expect_success 'a chunk is damaged there: its file does not appear' '
	fresh && cp -R "$REM" "$REM.bad" &&
	bad=$(ls -S "$REM.bad"/dv/packs/*.pack | head -n 1) &&
	chmod u+w "$bad" && printf XXXX |
	dd of="$bad" bs=1 seek=20000000 conv=notrunc 2>/dev/null &&
	test_expect_code 1 dv pull -q --remote="$REM.bad" 2>err &&
	test_grep "$(basename "$bad" .pack)" err &&
	test_expect_code 1 diff -r "$HOME/lab/data" data >differ &&
	sed "/^Only in .*lab.data: /d" differ >left && test_must_be_empty left
'

# version <name>: three files that nothing can be saved of.
version () {
	for i in 1 2 3
	do
		random_file 30000000 data/f$i || return 1
	done &&
	dv add -q data && git add data.dv && git commit -qm "$1" &&
	dv commit -q data && git tag "$1"
}

test_expect_success SMALLFS 'setup: two versions, and room for little more' '
	cd "$HOME" && git init -q -b main two && cd two && dv init -q &&
	mkdir data && version v1 && version v2 &&
	dv remote add --shared origin "$HOME/remote.two" &&
	git add .dvconfig && git commit -qm remote && dv push -q &&
	git clone -q . "$HOME/small/clone" && cd "$HOME/small/clone" &&
	dv remote trust origin
'

test_expect_success SMALLFS 'the store has what is free before files that lie ready' '
	cd "$HOME/small/clone" && git checkout -q v1 -- data.dv &&
	dv pull -q && git checkout -q v2 -- data.dv && dv pull -q &&
	diff -r "$HOME/two/data" data && dv fsck
'

cd "$HOME" || exit
! test_have_prereq SMALLFS || umount "$HOME/small"

test_done
