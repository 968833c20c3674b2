#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='gc, repack and merges beside a transfer that hangs: nothing waits, nothing is lost'

# shellcheck disable=SC2034 # read by test-lib.sh
TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-transport.sh"
. "$DV_SOURCE/t/lib-servers.sh"
. "$DV_SOURCE/t/lib-push.sh"

need_nginx
proxy_up "$(cat "$NGINX_DIR/../port")"

# until_true <command>...: the machine may be ten times slower than another.
until_true () {
	for i in $(test_seq 1 3000)
	do
		"$@" && return
		sleep 0.1
	done
	echo >&2 "never true: $*"
	return 1
}

is_held () {
	grep -q " wait\$" "$SERVERS/proxy/log"
}

# hold <n> <command>...: begin the command; the n-th request for bytes of a
# pack is held.  Fails where there are less.  Rules that are the same as the
# last ones would not count anew.
serial=0

hold () {
	serial=$((serial + 1)) &&
	rm -f "$SERVERS/proxy/go" &&
	rules "$(($1 - 1)) GET *.pack pass" "1 GET *.pack wait go" \
		"0 NONE $serial pass" &&
	shift &&
	{ exec "$@" >"$HOME/held.out" 2>"$HOME/held.err" 9>&- & } &&
	held=$! &&
	until_true held_or_ended && is_held
}

held_or_ended () {
	is_held || ! kill -0 $held 2>/dev/null
}

# go_on: let it end, which must be well.
go_on () {
	: >"$SERVERS/proxy/go" &&
	wait $held || {
		cat "$HOME/held.err" >&2
		return 1
	}
}

# gc without any patience: nobody holds the lock.
gc_now () {
	dv -c dv.lockTimeout=0 gc -q --grace=now
}

# some_garbage: what a pull will find here although nothing names it: small
# files, a large file whole, and another that begins like one.
some_garbage () {
	(cd "$HOME/lab" && find data -name "*[02468]" | LC_ALL=C sort) |
		sed "s|^|$HOME/lab/|" >"$HOME/paths" &&
	dv hash-object -w --stdin-paths <"$HOME/paths" >/dev/null &&
	dv hash-object -w "$HOME/lab/data/large" "$HOME/near" >/dev/null
}

# sound: nothing is missing, broken or left behind here.
sound () {
	dv fsck --full >"$HOME/fsck.out" 2>&1 || {
		cat "$HOME/fsck.out" >&2
		return 1
	}
	left_nothing
}

left_nothing () {
	ls .git/dv/tmp >"$HOME/left" &&
	ls .git/dv/packs >"$HOME/names" &&
	sed -n "/keep\$/p" "$HOME/names" >>"$HOME/left" &&
	test_must_be_empty "$HOME/left"
}

# new_clone: a clone whose pointer names what is not here.
new_clone () {
	cd "$HOME" && rm -rf clone && git clone -q lab clone && cd clone &&
	git config dv-remote.origin.url "$PROXY/share" && some_garbage
}

# new_store: a repository in which nothing names anything.
new_store () {
	cd "$HOME" && rm -rf store && git init -q store && cd store &&
	dv init -q && some_garbage &&
	dv write-manifest "$HOME/lab/data" >/dev/null 2>&1 || :
}

test_expect_success 'setup: many files and two large ones are published' '
	git init -q -b main lab && cd lab && dv init -q &&
	mkdir data && awk "BEGIN { for (i = 0; i < 200; i++) {
		f = \"data/\" i; print i, i * i >f; close(f) } }" &&
	random_file 3000000 data/large && random_file 4000000 data/other &&
	{ head -c 2500000 data/other && echo changed; } >../near &&
	dv add -q data && test_tick && git add -A && git commit -qm data &&
	dv commit -q data && dv remote add origin "$NGINX_DIR/share" &&
	dv push -q && M=$(sed -n "s/^manifest //p" data.dv)
'

test_expect_success 'gc runs through beside a pull that hangs, at each request' '
	k=1 &&
	while new_clone && hold $k dv pull
	do
		gc_now && go_on && diff -r ../lab/data data && sound &&
		k=$((k + 1)) || return 1
	done &&
	go_on && echo "$k" >../requests && test "$k" -gt 3
'

test_expect_success 'what nothing names is brought all the same, whatever gc removes' '
	k=1 &&
	while new_store && hold $k dv fetch-pack "$PROXY/share" "$M"
	do
		gc_now && go_on && echo "manifest $M" >../expect &&
		test_cmp ../expect ../held.out &&
		dv checkout-manifest "$M" out >/dev/null &&
		diff -r ../lab/data out && sound &&
		k=$((k + 1)) || return 1
	done &&
	go_on && test "$k" -gt 3
'

# hold_lock: somebody adds an object, slowly, and so keeps the gc from its
# last step; let_gc ends that.
hold_lock () {
	rm -f "$HOME/slow" && mkfifo "$HOME/slow" &&
	{ exec dv hash-object -w --stdin <"$HOME/slow" >/dev/null 9>&- & } &&
	adder=$! &&
	exec 8>"$HOME/slow" &&
	until_true has_open $adder gc.lock
}

has_open () {
	test -n "$(find "/proc/$1/fd" -lname "*/$2" 2>/dev/null)"
}

# begin_gc: until it waits for the lock, with all marked.
begin_gc () {
	{ exec dv -c dv.lockTimeout=3600 gc -q --grace=now 8>&- 9>&- & } &&
	collector=$! &&
	until_true has_open $collector gc.lock
}

let_gc () {
	echo something >&8 && exec 8>&- && wait $adder && wait $collector
}

test_expect_success 'gc has marked, a whole pull comes between, and gc removes nothing of it' '
	new_clone && hold_lock && begin_gc && rules "* * * pass" &&
	dv pull -q 8>&- && let_gc &&
	diff -r ../lab/data data && rm -r data && dv checkout -q data &&
	diff -r ../lab/data data && sound
'

test_expect_success 'gc has marked before a pull begins, and removes in the middle of it' '
	k=1 &&
	while new_clone && hold_lock && begin_gc && hold $k dv pull 8>&-
	do
		let_gc && go_on && diff -r ../lab/data data && sound &&
		k=$((k + 1)) || return 1
	done &&
	let_gc && go_on && test "$k" -gt 3
'

# The first 64 MiB are published before all has come.
test_expect_success 'setup: a file that is published in two parts' '
	cd "$HOME/lab" && mkdir big && random_file 90000000 big/file &&
	dv add -q big && test_tick && git add -A && git commit -qm big &&
	dv commit -q big && dv push -q big &&
	B=$(sed -n "s/^manifest //p" big.dv)
'

# hold_published: all but the last requests are answered, and what has come
# is published.
hold_published () {
	new_store && hold 30 dv fetch-pack "$PROXY/share" "$B" &&
	until_true has_keep
}

has_keep () {
	ls .git/dv/packs/*.keep >"$HOME/keeps" 2>/dev/null
}

test_expect_success 'its packs are kept while it runs; repack and merges leave them alone' '
	hold_published && sed "s/keep\$/pack/" ../keeps >../kept &&
	xargs ls -i <../kept >../before &&
	for i in $(test_seq 1 15)
	do
		echo "object $i" | dv hash-object -w --stdin >/dev/null || return 1
	done &&
	dv repack -a -q && gc_now && dv repack -a -q --level=3 &&
	xargs ls -i <../kept >../after &&
	test_cmp ../before ../after &&
	go_on && dv checkout-manifest "$B" out >/dev/null &&
	diff -r ../lab/big out && sound
'

test_expect_success 'killed: gc removes what it kept, and the next one completes' '
	hold_published &&
	kill -9 $held && { wait $held; test $? = 137; } &&
	: >"$SERVERS/proxy/go" &&
	rules "* * * pass" &&
	gc_now && ls .git/dv/packs >../names && test_must_be_empty ../names &&
	dv fetch-pack "$PROXY/share" "$B" >../out &&
	dv checkout-manifest "$B" out >/dev/null &&
	diff -r ../lab/big out && sound
'

test_expect_success 'a drop beside a pull: what the pull needs comes again' '
	cd "$HOME/lab" && echo more >data/more && dv add -q data &&
	test_tick && git add -A && git commit -qm more && dv commit -q data &&
	dv push -q && cd .. &&
	rm -rf clone && git clone -q lab clone && cd clone &&
	git config dv-remote.origin.url "$PROXY/share" &&
	git checkout -q HEAD~1 && rules "* * * pass" && dv pull -q data &&
	git checkout -q main && hold 1 dv pull data &&
	dv drop -q --remote="$NGINX_DIR/share" data && go_on &&
	diff -r ../lab/data data && rm -r data && dv checkout -q data &&
	diff -r ../lab/data data && left_nothing
'

test_done
