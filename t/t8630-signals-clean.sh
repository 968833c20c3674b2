#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='Ctrl-C, SIGTERM and SIGHUP leave no temporary files, here nor on a remote'

# shellcheck disable=SC2034 # read by test-lib.sh
TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-transport.sh"
. "$DV_SOURCE/t/lib-push.sh"

SIGNALS="INT TERM HUP"

until_true () {
	for i in $(test_seq 1 6000)
	do
		"$@" && return
		sleep 0.02
	done
	echo >&2 "never true: $*"
	return 1
}

# start <command>...: a group of its own, as a terminal has it; a shell
# without job control would have SIGINT ignored.  Its input is $input.
input=/dev/null

start () {
	{ exec setsid env --default-signal=INT "$@" <"$input" >out 2>err 8>&- & } &&
	pid=$!
}

# status_of <signal>: as a shell tells it
status_of () {
	case $1 in
	HUP) echo 129 ;;
	INT) echo 130 ;;
	TERM) echo 143 ;;
	esac
}

ends_by () {
	wait $pid
	test $? = "$(status_of "$1")"
}

has_files () {
	test -n "$(find "$1" -type f 2>/dev/null | head -n 1)"
}

has_none () {
	! has_files "$1"
}

test_expect_success 'setup' '
	git init -q -b main lab && cd lab && dv init -q &&
	mkdir data && random_file 30000000 data/file && dv add -q data &&
	git add -A && git commit -qm data && dv commit -q data &&
	dv remote add origin "$HOME/share" && dv push -q &&
	M=$(sed -n "s/^manifest //p" data.dv)
'

test_expect_success 'a pack that is being written' '
	cd "$HOME" && git init -q one && cd one && dv init -q &&
	mkfifo pipe && input=pipe &&
	for sig in $SIGNALS
	do
		exec 8<>pipe && start dv hash-object -w --stdin &&
		head -c 9000000 /dev/urandom >&8 &&
		until_true has_files .git/dv/tmp &&
		kill -$sig $pid && ends_by $sig && exec 8>&- &&
		ls -A .git/dv/tmp >left && test_must_be_empty left &&
		ls -A .git/dv/packs >left && test_must_be_empty left ||
			return 1
	done
'

test_expect_success 'what comes from a remote' '
	input=/dev/null && cd "$HOME" && git init -q two && cd two && dv init -q &&
	for sig in $SIGNALS
	do
		start dv fetch-pack --limit-rate=100k "$HOME/share" "$M" &&
		until_true has_files .git/dv/tmp &&
		kill -$sig $pid && ends_by $sig &&
		ls -A .git/dv/tmp >left && test_must_be_empty left || return 1
	done
'

# The helper cleans up behind itself when it sees that nobody is there.
test_expect_success 'what goes to a remote, here and there' '
	cd "$HOME/lab" &&
	for sig in $SIGNALS
	do
		rm -rf "$HOME/empty" &&
		start dv push --limit-rate=100k --remote="$HOME/empty" data &&
		until_true has_files "$HOME/empty/.dv-tmp" &&
		kill -$sig -$pid && ends_by $sig &&
		ls -A .git/dv/tmp >left && test_must_be_empty left &&
		until_true has_none "$HOME/empty/.dv-tmp" || return 1
	done
'

test_done
