#!/bin/sh
# SPDX-License-Identifier: MIT
# dv-test: once

test_description='dv push to a bucket of Ceph'

TEST_NO_CREATE_REPO=1
. ./test-lib.sh
. "$DV_SOURCE/t/lib-servers.sh"
. "$DV_SOURCE/t/lib-push.sh"
need_ceph

test-s3 PUT /dv-test >/dev/null

REM=s3://dv-test/some/prefix

# version <repository> <text>
version () {
	(
		cd "$1" && mkdir -p data && echo "$2" >data/file &&
		dv add -q data && test_tick && dv commit -q --set "v=$2" data
	)
}

test_expect_success 'setup' '
	git init -q -b main lab && cd lab && dv init -q --namespace lab && git add .dvconfig &&
	test_commit code && mkdir data && random_file 70000000 data/large && printf small >data/small &&
	dv add -q data && dv commit -q data && git add -A && git commit -qm data &&
	dv remote add origin "$REM" && cd ..
'

test_expect_success 'the first push, in parts where packs are large' '
	(cd lab && dv push -v 2>../err) &&
	test_grep "^data  .* -> origin/lab/data (latest)$" err &&
	git clone -q lab clone && (cd clone && dv remote add origin "$REM" && dv pull -q) &&
	diff -r lab/data clone/data
'

test_expect_success 'nothing new: two requests at most' '
	(cd lab && sleep 1.1 && dv push -q && dv push -v 2>../err) &&
	test_grep "^nothing new" err && test "$(requests err)" -le 2
'

test_expect_success 'one byte: little is sent, and arrives' '
	(
		cd lab && printf x | dd of=data/large bs=1 seek=30000000 conv=notrunc 2>/dev/null &&
		dv add -q data && git commit -qam two && dv commit -q data && dv push 2>../err
	) &&
	test_grep "sent, [0-9.]* KiB as [0-9.]* KiB in 2 packs" err &&
	(cd clone && git pull -q && dv pull -q) && diff -r lab/data clone/data
'

test_expect_success 'ten pushes of one dataset at once: all land' '
	for i in 1 2 3 4 5 6 7 8 9 10
	do
		git clone -q lab p$i && (cd p$i && dv remote add origin "$REM" && dv init -q) &&
		rm -rf p$i/data p$i/data.dv && version p$i "content $i" || return 1
	done &&
	for i in 1 2 3 4 5 6 7 8 9 10
	do
		(cd p$i && dv push --force data >../out.$i 2>../err.$i; echo $? >../code.$i) &
	done && wait &&
	(cd lab && dv ls-remote origin) >there &&
	for i in 1 2 3 4 5 6 7 8 9 10
	do
		echo 0 >expect && test_cmp expect code.$i &&
		id=$(cd p$i && dv rev-parse --version data) && test_grep "$id" there ||
			{ cat err.$i; return 1; }
	done
'

test_expect_success 'a bucket that is not there is told; exit 128' '
	(cd lab && test_expect_code 128 dv push --remote=s3://no-such-bucket/x 2>../err) &&
	test_grep "^fatal: .*no bucket" err
'

test_done
