#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv fetch-pack: killed in the middle, it goes on'

# shellcheck disable=SC2034 # read by test-lib.sh
TEST_NO_CREATE_REPO=1
. ./test-lib.sh
. "$DV_SOURCE/t/lib-transport.sh"
. "$DV_SOURCE/t/lib-push.sh"

REM=$PWD/remote

wire () {
	sed -n 's/^.*; \([0-9]*\) bytes of packs$/\1/p' "$1"
}

# published: how many kilobytes of packs are in the store.
published () {
	du -sk st/packs 2>/dev/null | awk "{ n = \$1 } END { print n + 0 }"
}

# begin <bytes a second>: a fetch in the background, until data of it is
# published; then kill -9.  Its helper ends with it.  Where the machine is so
# busy that it was done before, a slower one.
begin () {
	begin_at "$1" || { rm -rf st && begin_at $(($1 / 4)); }
}

begin_at () {
	dv fetch-pack --store=st --limit-rate="$1" "$REM" "$M" >/dev/null 2>&1 &
	pid=$!
	for i in $(test_seq 1 1000)
	do
		test "$(published)" -lt 1000 || break
		sleep 0.02
	done
	kill -9 $pid && { wait $pid; test $? = 137; } &&
	test "$(published)" -ge 1000
}

test_expect_success 'setup: 72 MB are published, a large file and small ones' '
	git init -q -b main lab && cd lab && dv init -q && mkdir data &&
	random_file 40000000 data/large && random_file 32000000 ../small &&
	split -a 4 -b 50000 ../small data/s && dv add -q data &&
	test_commit code && git add -A && git commit -qm data &&
	dv commit -q data && dv remote add origin "$REM" && dv push -q &&
	M=$(sed -n "s/^manifest //p" data.dv) && cd ..
'

# The first 64 MiB are published at once.
test_expect_success 'killed: what was published is not fetched again' '
	test_when_finished "rm -rf st" && begin 20000000 &&
	ls st/tmp >before && dv verify-pack st/packs/*.pack &&
	dv fetch-pack -v --store=st "$REM" "$M" >out 2>err &&
	echo "manifest $M" >expect && test_cmp expect out &&
	test "$(wire err)" -lt 15000000 &&
	dv verify-pack st/packs/*.pack &&
	dv fetch-pack -v --store=st "$REM" "$M" 2>err &&
	test "$(wire err)" = 0 &&
	ls st/tmp >after && comm -13 before after >left &&
	test_must_be_empty left
'

test_expect_success 'killed at any moment: the store stays sound' '
	test_when_finished "rm -rf st" &&
	for wait in 0.03 0.1 0.2 0.4 0.7
	do
		timeout -s KILL $wait dv fetch-pack --store=st \
			--limit-rate=80m "$REM" "$M" >/dev/null 2>&1
		set -- st/packs/*.pack
		test ! -f "$1" || dv verify-pack "$@" || return 1
	done &&
	dv fetch-pack --store=st "$REM" "$M" >out && test_cmp expect out &&
	git init -q other && (cd other && dv init -q &&
	for p in ../st/packs/*.pack ../st/packs/*.pack
	do
		dv unpack-objects -q "$p" || : later, with its chunks
	done 2>/dev/null && dv checkout-manifest "$M" out >/dev/null &&
	diff -r ../lab/data out)
'

test_expect_success !SANITIZE 'memory stays within bounds, whatever the size' '
	test_when_finished "rm -rf st" &&
	(ulimit -v 700000 && dv fetch-pack --store=st "$REM" "$M" >out) &&
	test_cmp expect out
'

test_done
