#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv push that is cut off or finds damage: nothing unreadable is published'

# A name space of our own: what is mounted in it goes when we do.
if test -z "$DV_TEST_UNSHARED" && unshare -m true 2>/dev/null
then
	DV_TEST_UNSHARED=1 exec unshare -m sh "$0" "$@"
fi

TEST_NO_CREATE_REPO=1
. ./test-lib.sh
. "$DV_SOURCE/t/lib-transport.sh"
. "$DV_SOURCE/t/lib-push.sh"

KILLS=${DV_TEST_LONG:+50}
KILLS=${KILLS:-8}
REM=$PWD/remote

if test -n "$DV_TEST_UNSHARED" && mkdir small &&
	mount -t tmpfs -o size=24m dv-test small 2>/dev/null
then
	test_set_prereq SMALLFS
fi

# packs: inode and name of each pack that is there whole.
packs () {
	find "$REM/dv/packs" -name "*.idx" | sort | while read -r idx
	do
		stat -c "%i %n" "${idx%.idx}.pack" || exit 1
	done
}

# kill_push <remote> <thousandths of a second>: killed then, or done before;
# what is there can be read, then the next one does the rest.  The helper of
# one that was killed may live a little longer.
kill_push () {
	(
		cd lab && { dv push -q --remote="$1" >/dev/null 2>&1 & } && pid=$! &&
		sleep "0.$(printf %03d "$2")" &&
		{ kill -9 $pid; wait $pid; :; } 2>/dev/null
	) &&
	{ ! test -d "$1/dv/versions" || readable "$1"; } &&
	(cd lab && dv push -q --remote="$1") &&
	find "$1/dv/versions" -type f >published && test_line_count '=' 1 published &&
	readable "$1" && rm -rf "$1"
}

test_expect_success 'setup: content for four packs' '
	git init -q -b main lab && cd lab && dv init -q && test_commit code && mkdir data &&
	for i in $(test_seq 1 100)
	do
		random_file 2000000 data/$i || return 1
	done &&
	dv add -q data && dv commit -q data && git add -A && git commit -qm data &&
	git config dv-remote.origin.url "$REM" && cd ..
'

# cut_off <bytes a second>: kill a push when packs of it are in the journal.
cut_off () (
	cd lab && rm -rf "$REM" .git/dv/cache &&
	{ dv push -q -j1 --limit-rate="$1" >/dev/null 2>&1 & } && pid=$! &&
	for i in $(test_seq 1 3000)
	do
		! cat .git/dv/cache/remote/*/journal >../journal 2>/dev/null ||
			test ! -s ../journal || break
		kill -0 $pid 2>/dev/null || return 1
		sleep 0.02
	done &&
	kill -9 $pid && { wait $pid; :; }
)

# On a busy machine a push may be done before it is caught: then slower.
test_expect_success 'cut off when the first packs are there: they are not sent again' '
	{ cut_off 60m || cut_off 15m; } &&
	test -s journal && sleep 0.5 && packs >before && test -s before &&
	test_path_is_missing "$REM/dv/versions" &&
	(cd lab && dv push 2>../err) &&
	test_grep "; [1-9][0-9]* reused$" err &&
	packs >after && grep -F -f before after >kept && test_cmp before kept &&
	test $(remote_size "$REM") -lt 269000000 && readable "$REM"
'

test_expect_success "killed at any of $KILLS moments: what is published can be read, and the next one completes" '
	i=0 && while test $i -lt $KILLS
	do
		kill_push "$PWD/rem.$i" $((i * 97 % 800)) && i=$((i + 1)) || return 1
	done
'

test_expect_success 'nothing of it is left in tmp' '
	ls lab/.git/dv/tmp >left && test_must_be_empty left
'

test_expect_success 'a journal that lies, as where the remote was emptied: all is sent' '
	rm -rf "$REM" && git init -q liar && (
		cd liar && dv init -q --namespace lab && git config dv-remote.origin.url "$REM" &&
		random_file 100000 f && id=$(dv hash-object -w f | sed "s/[ 	].*//") &&
		dv upload-pack origin $id && rm -rf "$REM" && test_commit code && dv add -q f &&
		dv commit -q f && dv push -q --force
	) &&
	readable "$REM"
'

test_expect_success 'an object that is damaged here is named, and its version not published' '
	rm -rf "$REM" && git init -q hurt && (
		cd hurt && dv init -q --namespace lab && git config dv-remote.origin.url "$REM" &&
		test_commit code && mkdir data && random_file 5000 data/small && random_file 3000000 data/large &&
		dv add -q data && dv commit -q data &&
		find .git/dv/packs -name "*.pack" -size +9 >../large && test_line_count = 1 ../large &&
		chmod u+w "$(cat ../large)" &&
		printf XXXX | dd of="$(cat ../large)" bs=1 seek=100 conv=notrunc 2>/dev/null &&
		test_expect_code 128 dv push 2>../err
	) &&
	test_grep "^fatal: " err && test_grep "does not fit\|damaged\|corrupt" err &&
	test_path_is_missing "$REM/dv/versions"
'

# chain <remote>: every version there has its parent there, down to the first.
chain () {
	for record in "$1"/dv/versions/lab/h/*
	do
		parent=$(sed -n "s/^Dv-Parent: //p" "$record") &&
		test -z "$parent" || test_path_is_file "$1/dv/versions/lab/h/$parent" || return 1
	done
}

test_expect_success "a history of thirty versions, killed at $KILLS moments: no gap in what is there" '
	git init -q history && (
		cd history && dv init -q --namespace lab && test_commit code &&
		for i in $(test_seq 1 30)
		do
			echo $i >h && dv add -q h && test_tick && dv commit -q --set i=$i h || return 1
		done
	) &&
	for i in $(test_seq 1 $KILLS)
	do
		(
			cd history && { dv push -q --remote="$HOME/chain" >/dev/null 2>&1 & } && pid=$! &&
			sleep "0.$(printf %03d $((i * 7 % 60)))" &&
			{ kill -9 $pid; wait $pid; :; } 2>/dev/null
		) &&
		{ test ! -d chain/dv/versions || chain "$PWD/chain"; } || return 1
	done &&
	(cd history && dv push -q --remote="$HOME/chain") && chain "$PWD/chain" &&
	ls chain/dv/versions/lab/h >versions && test_line_count = 30 versions &&
	ls chain/dv/heads/lab/h/latest >heads && test_line_count = 1 heads && readable "$PWD/chain"
'

# doom <directory> <pack>...: as a gc writes it down.
doom () {
	mkdir -p "$1/dv/gc" && {
		printf "dv-gc 1\nnonce 0123456789abcdef0123456789abcdef\nmanifests 0\npacks %d\n" $(($# - 1)) &&
		shift && printf "pack %s\n" "$@"
	} >"$REM/dv/gc/0000000001"
}

test_expect_success 'packs that a gc has named are taken for absent, and their names not used again' '
	rm -rf "$REM" && git init -q doomed && (
		cd doomed && dv init -q --namespace lab && git config dv-remote.origin.url "$REM" &&
		test_commit code && mkdir data && random_file 5000 data/small && random_file 3000000 data/large &&
		dv add -q data && dv commit -q data && DV_THREADS=1 dv push -q
	) &&
	names=$(cd "$REM/dv/packs" && ls *.pack | sort | sed "s/\.pack$//") &&
	doom "$REM" $names && rm -rf "$REM/dv/versions" "$REM/dv/heads" &&
	(cd doomed && DV_THREADS=1 dv push 2>../err) && test_grep "; 0 reused$" err &&
	for name in $names
	do
		rm "$REM/dv/packs/$name.pack" "$REM/dv/packs/$name.idx" || return 1
	done &&
	readable "$REM"
'

test_expect_success SMALLFS 'no room for packs: this is said, nothing is left or published; exit 128' '
	rm -rf "$REM" && git init -q small/r && (
		cd small/r && dv init -q && git config dv-remote.origin.url "$REM" && test_commit code &&
		random_file 8000000 f && dv add -q f && dv commit -q f && head -c 5000000 f >rest &&
		test_expect_code 128 dv push f 2>"$HOME/err" && ls .git/dv/tmp >"$HOME/left"
	) &&
	test_grep "^fatal: .*No space left on device" err && test_grep "^hint: free some space" err &&
	test_must_be_empty left && test_path_is_missing "$REM/dv/versions"
'

test_expect_success SMALLFS 'no room on the remote: this is said; with room the next one goes on' '
	rm -rf small/* && (
		cd doomed && random_file 30000000 data/more && dv add -q data && dv commit -q data &&
		test_expect_code 128 dv push --remote="$HOME/small/rem" 2>../err
	) &&
	test_grep "^fatal: .*No space left on device" err && test_path_is_missing small/rem/dv/versions &&
	mount -o remount,size=80m "$HOME/small" &&
	(cd doomed && dv push --remote="$HOME/small/rem" 2>../err) && readable "$HOME/small/rem"
'

! test_have_prereq SMALLFS || umount "$HOME/small"
test_done
