# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# Sourced by t/t55xx-*.sh after lib-lab.sh: a remote that is a directory, on
# which time passes, and a transport that can be held.  TEST_NO_CREATE_REPO
# is set.

REMOTE=$HOME/remote

# Age is what the server says it is: everything there gets older by days.
pass_days () {
	find "${2:-$REMOTE}" -exec stat -c '%Y %n' {} + >"$HOME/ages" &&
	while read -r pass_time pass_name
	do
		touch -d "@$((pass_time - $1 * 86400))" "$pass_name" || return 1
	done <"$HOME/ages"
}

# The keys there are, but for what begins with one of the prefixes given.
keys () {
	(cd "$REMOTE" && find dv -type f) | LC_ALL=C sort >"$HOME/keys.all" &&
	for keys_not
	do
		grep -v "^$keys_not" "$HOME/keys.all" >"$HOME/keys.left"
		mv "$HOME/keys.left" "$HOME/keys.all" || return 1
	done
	cat "$HOME/keys.all"
}

# maintain_lab <name> <versions>: the lab, here, with so many versions of
# data, each with files of its own, pushed one by one, a day ago: what is of
# the same second as the record of a gc is not told from what came later.
maintain_lab () {
	lab_new "$1" &&
	dv remote add origin "$REMOTE" &&
	for maintain_n in $(seq "$2")
	do
		maintain_version "$maintain_n" && dv push -q || return 1
	done &&
	pass_days 1
}

# maintain_version <n>: one version more; v<n> is its id.
maintain_version () {
	mkdir -p data && rm -f data/file.* && echo "always" >data/always &&
	seq "$1" "$(($1 + 500))" >data/own &&
	echo "only in $1" >"data/file.$1" &&
	dv add -q data && test_tick &&
	dv commit -q -m "version $1" data && git add data.dv &&
	git commit -q -m "data $1" &&
	eval "v$1=\$(dv rev-parse --version data@latest)"
}

# sound: the remote has no fault that anything finds.
sound () {
	dv fsck --remote="$REMOTE" --verify >"$HOME/sound" 2>&1 ||
	{ cat "$HOME/sound" >&2; return 1; }
}

# can_get <n>: somebody without anything gets version n whole.
can_get () {
	rm -rf "$HOME/got" "$HOME/.local" &&
	eval "(cd / && dv install -q \"lab/data@\$v$1\" '$REMOTE' --dest '$HOME/got')" &&
	test "$(cat "$HOME/got/file.$1")" = "only in $1"
}

# The transport "hold": dv-remote-file, but from the request on that is the
# $HOLD/nth to match the pattern in $HOLD/at it waits until there is $HOLD/go;
# $HOLD/held tells that one does.  Answers pass through the sed script
# $HOLD/answers.
HOLD=$HOME/hold
export HOLD REMOTE
mkdir -p "$HOLD" "$HOME/helpers"
cat >"$HOME/helpers/dv-remote-hold" <<'EOT'
#!/bin/sh
while IFS= read -r line
do
	case $line in
	'set url '*) line="set url $REMOTE" ;;
	esac
	if test -s "$HOLD/at" && ! test -e "$HOLD/go" &&
	   printf '%s\n' "$line" | grep -q -f "$HOLD/at"
	then
		echo >>"$HOLD/matches"
		test "$(wc -l <"$HOLD/matches")" -lt "$(cat "$HOLD/nth")" ||
			: >"$HOLD/held"
		for i in $(seq 1200)
		do
			test -e "$HOLD/held" && ! test -e "$HOLD/go" || break
			sleep 0.05
		done
	fi
	printf '%s\n' "$line"
done | "$DV_BUILD/core/dv-remote-file" | sed -u -f "$HOLD/answers"
EOT
chmod +x "$HOME/helpers/dv-remote-hold"
PATH=$PATH:$HOME/helpers
: >"$HOLD/answers"

# hold_at <k> <pattern> <command>...: run it with the remote at hold://x/
# until its k-th request that matches; 1 where it ends before.
hold_at () {
	rm -f "$HOLD/held" "$HOLD/go" "$HOLD/matches" && echo "$1" >"$HOLD/nth" &&
	printf '%s\n' "$2" >"$HOLD/at" &&
	shift 2 &&
	{ setsid "$@" >"$HOME/held.out" 2>&1 3>&- 4>&- 5>&- 6>&- & } &&
	held_pid=$! &&
	for i in $(seq 1200)
	do
		test ! -e "$HOLD/held" || return 0
		kill -0 $held_pid 2>/dev/null || break
		sleep 0.05
	done
	return 1
}

# held <pattern> <command>...: until a request matches.  released: let it go
# on, and its exit status.
held () {
	held_pattern=$1 &&
	shift &&
	{ hold_at 1 "$held_pattern" "$@" || { cat "$HOME/held.out" >&2; return 1; }; }
}

released () {
	: >"$HOLD/go" && wait $held_pid
	held_code=$?
	: >"$HOLD/at"
	test $held_code = 0 || cat "$HOME/held.out" >&2
	return $held_code
}

# killed <k> <pattern> <command>...: kill it, and what it started, when its
# k-th request that matches is to be made.
killed () {
	hold_at "$@"
	kill -9 -$held_pid 2>/dev/null
	wait $held_pid 2>/dev/null
	: >"$HOLD/at"
}
