#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='gc, repack and forget of a remote, killed at any moment: the next one goes on'

TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"
. "$DV_SOURCE/t/lib-maintain.sh"

KILLS=${DV_TEST_LONG:+50}
KILLS=${KILLS:-8}

# killed <k> <request pattern> <command>...: kill it when its k-th request
# that matches is to be made, and what it started.
killed () {
	killed_k=$1 killed_at=$2 && shift 2 &&
	rm -f "$HOLD/go" "$HOLD/held" && : >"$HOLD/count" &&
	echo "$killed_at" >"$HOLD/die-at" && echo "$killed_k" >"$HOLD/die" &&
	{ setsid "$@" >/dev/null 2>&1 3>&- 4>&- 5>&- 6>&- & } && killed_pid=$! &&
	for i in $(seq 200)
	do
		test ! -e "$HOLD/held" || break
		kill -0 $killed_pid 2>/dev/null || break
		sleep 0.05
	done
	kill -9 -$killed_pid 2>/dev/null
	wait $killed_pid 2>/dev/null
	rm -f "$HOLD/die" "$HOLD/die-at"
	:
}

cat >"$HOME/helpers/dv-remote-die" <<'EOT'
#!/bin/sh
while IFS= read -r line
do
	case $line in
	'set url '*) line="set url $REMOTE" ;;
	esac
	if test -s "$HOLD/die" && printf '%s\n' "$line" | grep -q -f "$HOLD/die-at"
	then
		echo >>"$HOLD/count"
		if test "$(wc -l <"$HOLD/count")" -ge "$(cat "$HOLD/die")"
		then
			: >"$HOLD/held"
			sleep 60
		fi
	fi
	printf '%s\n' "$line"
done | "$DV_BUILD/core/dv-remote-file"
EOT
chmod +x "$HOME/helpers/dv-remote-die"

test_expect_success 'setup' '
	maintain_lab lab 4
'

test_expect_success 'a gc that is killed while it names' '
	dv forget -q -r "data@$v1" "data@$v2" >/dev/null &&
	for k in 1 2
	do
		killed $k "put dv/" dv gc --remote=die://x/ && sound || return 1
	done &&
	dv gc -q --remote && sound
'

test_expect_success 'a gc that is killed while it deletes: nothing leads to what is gone' '
	pass_days 15 &&
	for k in $(seq "$KILLS")
	do
		killed $k "delete dv/" dv gc --remote=die://x/ && sound &&
		can_get 3 && can_get 4 || return 1
	done &&
	dv gc -q --remote && sound && ls "$REMOTE/dv/manifests" >../actual &&
	test_line_count = 2 ../actual && can_get 4
'

test_expect_success 'a push after a gc that was cut off' '
	dv push -q --all && sound && pass_days 1 &&
	dv forget -q -r "data@$v1" "data@$v2" >/dev/null && dv gc -q --remote && pass_days 15 &&
	killed 3 "delete dv/" dv gc --remote=die://x/ && dv push -q --all && sound &&
	can_get 1 && can_get 2 && dv gc -q --remote && sound && can_get 1 && can_get 2
'

test_expect_success 'a repack that is killed at any request has changed nothing, or all is sound' '
	for k in $(seq "$KILLS")
	do
		killed $k "put dv/" dv repack --all --remote=die://x/ && sound &&
		can_get 1 && can_get 4 || return 1
	done &&
	dv repack -q --remote && sound && can_get 2
'

test_expect_success '… and what it left goes with the next gc' '
	pass_days 1 && dv gc -q --remote && pass_days 15 && dv gc -q --remote && sound &&
	ls "$REMOTE/dv/packs" | grep -c pack$ >../actual && test $(cat ../actual) -le 4 &&
	can_get 1 && can_get 4
'

test_expect_success 'a forget that is killed: what is left is sound' '
	for k in 1 2 3
	do
		dv push -q --all &&
		killed $k "delete dv/" dv forget --remote=die://x/ --keep-last=1 data && sound &&
		can_get 4 || return 1
	done
'

test_expect_success 'nothing is left in tmp of the store' '
	dv push -q --all && dv fsck --remote && ls .git/dv/tmp >../actual &&
	test_must_be_empty ../actual
'

test_done
