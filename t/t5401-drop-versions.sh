#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv drop, dv pull: versions of a large file that share pieces'

# shellcheck disable=SC2034 # read by test-lib.sh
TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"

# change <n>: a few bytes of the large file, and a version of that
change () {
	printf "version %s" "$1" |
	dd of=data/large bs=1 seek=2000000 conv=notrunc 2>/dev/null &&
	dv add -q data && test_tick && dv commit -q -m "version $1" &&
	lab_pointers "version $1" && dv push -q
}

# store_kib: what the store's packs take
store_kib () {
	du -sk .git/dv/packs | cut -f1
}

test_expect_success 'setup: a large file of 8 MB, published' '
	lab_new lab && dv remote add origin "$HOME/remote" &&
	mkdir data && head -c 8000000 /dev/urandom >data/large &&
	change 1 &&
	git clone -q . ../clone
'

test_expect_success 'pull tells that most of a changed file was here already' '
	cd "$HOME/clone" && dv remote add origin ../remote && dv pull -q &&
	cd ../lab && change 2 && cd ../clone && git pull -q &&
	dv pull 2>../err &&
	cmp data/large ../lab/data/large &&
	test_grep "^data: 1 file, 7.6 MiB ([67]\.[0-9] MiB were here already)$" ../err
'

test_expect_success 'drop tells how much stays for the sake of another version' '
	cd "$HOME/lab" &&
	dv drop -n data 2>../err &&
	test_grep "objects stay there: other files and versions here need them" ../err &&
	dv drop data 2>../err &&
	test_grep "objects stay there: other files and versions here need them" ../err &&
	test "$(store_kib)" -gt 7000
'

test_expect_success 'where nothing stays nothing is said' '
	cd "$HOME/clone" && git rm -q data.dv && git commit -q -m none && dv pull -q &&
	git clone -q ../lab ../third && cd ../third && dv remote add origin ../remote && dv pull -q &&
	dv drop data 2>../err &&
	test_grep ! "stay there" ../err &&
	test "$(store_kib)" -lt 1000
'

test_done
