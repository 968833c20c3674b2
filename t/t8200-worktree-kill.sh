#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='add and checkout killed at any moment: the next run completes'

# shellcheck disable=SC2034 # read by test-lib.sh
TEST_IN_MEMORY=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-kill.sh"

# make <version>: thousands of files; a third of them, and what kind some
# are, depends on the version.
make () {
	rm -rf data && mkdir data data/link data/only-$1 &&
	awk "BEGIN { for (d = 0; d < 20; d++) { system(\"mkdir data/\" d); for (i = 0; i < 150; i++) {
		f = \"data/\" d \"/\" i; print (i % 3 ? \"same\" : \"version $1\"), d, i >f; close(f) } } }" &&
	for i in 1 2 3 4 5 6 7 8
	do
		echo "only in $1" >data/only-$1/$i && ln -s ../$i-$1 data/link/$i || return 1
	done &&
	head -c 1500000 /dev/urandom >data/large && head -c 3000000 /dev/urandom >data/larger &&
	if test $1 = 1
	then
		mkdir data/kind && echo f >data/kind/f
	else
		echo file >data/kind
	fi
}

sound () {
	dv fsck >.git/faults && test_must_be_empty .git/faults &&
	git status --porcelain -uall >.git/status && test_grep ! "data/" .git/status
}

test_expect_success 'setup: two versions of thousands of files' '
	test_commit code && dv init && git add .dvconfig && git commit -qm init &&
	for v in 1 2
	do
		make $v && dv add -q data && cp -Rp data .git/v$v && test_tick && dv commit -q --set v=$v data &&
		dv tag v$v data || return 1
	done
'

test_expect_success "checkout between the two, killed $KILLS times" '
	i=0 &&
	while test $i -lt $KILLS
	do
		v=$((i % 2 + 1)) && kill_after $((i * 29 % 90)) alone dv checkout -q data@v$v && sound &&
		dv checkout -q data@v$v 2>.git/err && diff -r --no-dereference .git/v$v data &&
		dv status --porcelain >.git/actual && test_must_be_empty .git/actual || { cat .git/err; return 1; }
		i=$((i + 1))
	done
'

test_expect_success "checkout into an empty place, killed $KILLS times" '
	i=0 &&
	while test $i -lt $KILLS
	do
		rm -rf data .git/dv/index/data && kill_after $((i * 23 % 80)) alone dv checkout -q data && sound &&
		kill_after $((i * 11 % 60)) alone dv checkout -q data && dv checkout -q data &&
		find data -name ".dv-tmp-*" >.git/left && dv add -q data && dv status --porcelain >.git/actual &&
		test_must_be_empty .git/actual && dv checkout -q data || return 1
		i=$((i + 1))
	done &&
	v=$(((KILLS + 1) % 2 + 1)) && diff -r --no-dereference .git/v$v data
'

test_expect_success "add of a new dataset, killed $KILLS times" '
	i=0 &&
	while test $i -lt $KILLS
	do
		rm -rf fresh fresh.dv && cp -Rp .git/v1 fresh && echo $i >fresh/seed &&
		kill_after $((i * 31 % 90)) alone dv add -q fresh && sound && dv add -q fresh && sound &&
		dv ls-files -s fresh | dv write-manifest >.git/actual && sed -n "s/^manifest //p" fresh.dv >.git/expect &&
		test_cmp .git/expect .git/actual && dv rm -q fresh || return 1
		i=$((i + 1))
	done
'

test_expect_success "add of changes, killed $KILLS times: index and pointer agree again" '
	i=0 &&
	while test $i -lt $KILLS
	do
		for k in 1 2 3 4 5 6 7; do echo $i $k >data/$k/$k || return 1; done &&
		kill_after $((i * 19 % 50)) alone dv add -q data && sound &&
		dv status --porcelain >.git/actual && test_grep ! "^behind" .git/actual && dv add -q data &&
		dv ls-files -s data | dv write-manifest >.git/actual && sed -n "s/^manifest //p" data.dv >.git/expect &&
		test_cmp .git/expect .git/actual || return 1
		i=$((i + 1))
	done
'

test_expect_success 'mv killed: the dataset is under one of its names' '
	i=0 &&
	while test $i -lt 5
	do
		kill_after $((i * 3)) alone dv mv -q data moved &&
		{ test -d data && { test ! -e moved || return 1; } || test -d moved; } && test -e data.dv -o -e moved.dv &&
		if test -d moved
		then
			dv add -q moved && rm -f data.dv && dv status --porcelain >.git/actual &&
			test_grep ! "modified\|missing\|new" .git/actual && dv mv -q moved data
		fi || return 1
		i=$((i + 1))
	done
'

test_expect_success 'what a killed writer left under temporary names goes with the next status or add' '
	mkdir -p in && echo 1 >in/set && dv add -q in/set && dv commit -q -m set in/set &&
	for command in "status" "add -q in/set" "checkout -q in/set"
	do
		: >.git/dv/journal/in=2Fset && echo half >in/.dv-tmp-99999-0 &&
		dv $command >.git/actual && test_path_is_missing in/.dv-tmp-99999-0 &&
		test_path_is_missing .git/dv/journal/in=2Fset || return 1
	done &&
	: >.git/dv/index/tmp_99999_0123456789abcdef && echo 2 >in/set && dv add -q in/set &&
	test_path_is_missing .git/dv/index/tmp_99999_0123456789abcdef
'

test_done
