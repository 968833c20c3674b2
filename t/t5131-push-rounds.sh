#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='how many round trips a push, and a look, make one after the other'

TEST_NO_CREATE_REPO=1
TEST_IN_MEMORY=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-transport.sh"
. "$DV_SOURCE/t/lib-push.sh"

ROUNDS=$PWD/rounds
export ROUNDS ROUNDS_MODE
mkdir bin &&
printf '#!/bin/sh\nexec test-rounds "$ROUNDS" $ROUNDS_MODE\n' >bin/dv-remote-rounds &&
chmod +x bin/dv-remote-rounds
PATH=$PWD/bin:$PATH
REM=$PWD/remote

# at_most <rounds> <command>...: made one behind the other by the command.
at_most () {
	limit=$1
	shift
	rm -f "$ROUNDS"
	"$@" || return 1
	read -r rounds requests most <"$ROUNDS" &&
	test "$rounds" -le "$limit" ||
		{ echo "$rounds rounds, $requests requests" >&2; return 1; }
}

# version <dataset> <text>
version () {
	mkdir -p "$1" && echo "$2" >"$1/file" && dv add -q "$1" &&
	test_tick && dv commit -q --set "v=$2" "$1"
}

test_expect_success 'setup: 30 versions of 3 datasets, of which some share their content' '
	git init -q -b main lab && cd lab && dv init -q --namespace lab && test_commit code &&
	for i in 1 2 3 4 5 6 7 8 9 10
	do
		for d in a b c
		do
			version $d $((i / 2 * 2)) && test_tick && dv commit -q --set "n=$i" $d || return 1
		done || return 1
	done &&
	git add -A && git commit -qm data && git config dv-remote.origin.url "rounds::$REM" && cd ..
'

test_expect_success 'all versions: little more than the longest line of ancestors' '
	longest=$(cd lab && for d in a b c; do dv log --oneline $d | wc -l; done | sort -n | tail -n 1) &&
	all=$(cd lab && dv show-ref | wc -l) && test "$all" -gt $((longest * 2)) &&
	(cd lab && at_most $((longest + 14)) dv push -q --all) &&
	find "$REM/dv/versions" -type f >there && test_line_count = "$all" there &&
	readable "$REM" && (cd lab && dv fsck --remote origin --verify)
'

test_expect_success 'nothing new: a request for each dataset, all at once' '
	find "$REM/dv/heads" -type f -exec touch -d 2001-01-01 {} + &&
	(cd lab && dv push -q && at_most 1 dv push -q) &&
	echo "1 3 3" >expect && test_cmp expect rounds
'

test_expect_success 'all versions, with nothing new: no more than two' '
	(cd lab && at_most 2 dv push -q --all)
'

test_expect_success 'a version more of each dataset: hardly more than of one' '
	(cd lab && version a x && at_most 40 dv push -q a) && read -r one rest <rounds &&
	(cd lab && for d in a b c; do version $d y || return 1; done && at_most $((one + 3)) dv push -q a b c) &&
	readable "$REM"
'

test_expect_success 'where another one wrote the locations: all are read at once' '
	rm -rf "$REM/dv/versions" "$REM/dv/heads" &&
	longest=$(cd lab && for d in a b c; do dv log --oneline $d | wc -l; done | sort -n | tail -n 1) &&
	(cd lab && at_most $((longest + 14)) dv push -q --all) && readable "$REM"
'

test_expect_success 'ls -r: as many for three datasets as for thirty' '
	(cd lab && at_most 4 dv ls -r >../actual) && test_line_count = 3 actual &&
	grep "lab/[abc]$" actual
'

test_expect_success 'fetch: three datasets are no more round trips than one' '
	(cd lab && version a only && dv push -q a && git add -A && git commit -qm y) && git clone -q lab clone && (
		cd clone && git config dv-remote.origin.url "rounds::$REM" &&
		at_most 10 dv fetch -q && git for-each-ref refs/dv >../refs &&
		(cd ../lab && git for-each-ref refs/dv) >../expect && test_cmp ../expect ../refs &&
		at_most 2 dv fetch -q && at_most 9 dv pull -q && diff -r a ../lab/a && diff -r b ../lab/b && diff -r c ../lab/c &&
		at_most 2 dv pull -q
	) && rm -rf clone && git clone -q lab clone && (
		cd clone && git config dv-remote.origin.url "rounds::$REM" && at_most 13 dv pull -q &&
		diff -r a ../lab/a && diff -r b ../lab/b && diff -r c ../lab/c
	) && rm -rf clone
'

test_expect_success 'fetch: lists of files of all versions together' '
	git clone -q lab clone && (
		cd clone && git config dv-remote.origin.url "rounds::$REM" &&
		dv fetch -q && at_most 10 dv fetch -q --all &&
		for v in $(dv show-ref | sed -n "s,.*refs/dv/\\([abc]\\)/,\\1@,p")
		do
			echo "$v" && dv ls "$v" >../actual && echo file >../expect &&
			test_cmp ../expect ../actual || return 1
		done >../versions
	) && test_line_count -gt 45 versions
'

test_expect_success 'fetch: a location that is no record is left out, by name' '
	cp -R "$REM" sound && m=$(cd lab && dv rev-parse --manifest a) &&
	for f in "$REM/dv/manifests/${m#*:}"/*; do echo damaged >"$f" || return 1; done &&
	rm -rf clone && git clone -q lab clone && (
		cd clone && git config dv-remote.origin.url "rounds::$REM" &&
		test_expect_code 128 dv fetch -q --all 2>../err; dv ls b >../actual
	) &&
	test_grep "manifests/${m#*:}/.*" err && rm -rf "$REM" && mv sound "$REM"
'

test_expect_success 'without create-if-absent three times as many, at most' '
	ROUNDS_MODE=no-create && rm -rf "$REM" lab/.git/dv/cache/remote &&
	longest=$(cd lab && for d in a b c; do dv log --oneline $d | wc -l; done | sort -n | tail -n 1) &&
	(cd lab && at_most $((3 * longest + 26)) dv push -q --all 2>../err) && test_grep "create-if-absent" err &&
	find "$REM/dv/versions" -type f >there && test_line_count = "$(cd lab && dv show-ref | wc -l)" there &&
	readable "$REM" && ROUNDS_MODE=
'

test_expect_success 'tags: all at once' '
	(
		cd lab && for d in a b c
		do
			for t in 1 2 3 4 5
			do
				dv tag t$t $d || return 1
			done || return 1
		done &&
		at_most 14 dv push -q --tags && at_most 8 dv push -q --tags && dv ls-remote --heads origin >../heads
	) &&
	grep "t[1-5]" heads >tags && test_line_count = 15 tags
'

test_done
