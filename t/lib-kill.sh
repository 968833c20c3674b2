# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# Sourced by t/t8*.sh: lib-lab.sh, and commands that die.  KILLS is how often:
# 10 times, or 50 with --long.

. "$DV_SOURCE/t/lib-lab.sh"

KILLS=${DV_TEST_LONG:+50}
KILLS=${KILLS:-10}

now_ms () {
	echo $(($(date +%s%N) / 1000000))
}

# kill_after <ms> <alone|all> <command>...: killed, or done before; alone or
# with all that it has started.
kill_after () {
	kill_ms=$1 kill_who=$2 &&
	case $kill_who in
	alone|all) ;;
	*) echo "kill_after: alone or all?" >&2; return 1 ;;
	esac &&
	shift 2 &&
	{ setsid "$@" >/dev/null 2>&1 9>&- & } &&
	kill_pid=$! &&
	sleep "$(printf "%d.%03d" $((kill_ms / 1000)) $((kill_ms % 1000)))" &&
	case $kill_who in
	alone) kill -9 $kill_pid 2>/dev/null ;;
	all) kill -9 -$kill_pid 2>/dev/null ;;
	esac
	wait $kill_pid 2>/dev/null
	:
}

# many_files <seed>: $FILES files below data/, a tenth of them other ones for
# each seed, and a large one, half of which is.
FILES=1000

many_files () {
	mkdir -p data &&
	awk -v seed="$1" -v n="$FILES" 'BEGIN {
		for (d = 0; d < 10; d++) {
			system("mkdir -p data/" d)
			for (i = 0; i < n / 10; i++) {
				f = "data/" d "/" i
				print (i % 10 ? "same" : seed), d, i >f
				close(f)
			}
		}
	}' &&
	head -c 3000000 /dev/urandom >large.part &&
	{ test -f large.kept || cp large.part large.kept; } &&
	cat large.kept large.part >data/large &&
	rm large.part
}

# kill_lab <directory> <url>: a repository there with many files, and one
# version of them at the remote, whose push took $PUSH_MS.
kill_lab () {
	git init -q -b main "$1" && cd "$1" &&
	echo code >code && echo large.kept >.gitignore &&
	git add code .gitignore && test_tick && git commit -q -m code &&
	dv init >/dev/null 2>&1 &&
	many_files 0 && kill_version 0 &&
	dv remote add origin "$2" &&
	kill_from=$(now_ms) &&
	dv push -q &&
	PUSH_MS=$(($(now_ms) - kill_from))
}

# kill_version <n>
kill_version () {
	many_files "$1" && dv add -q data && test_tick &&
	dv commit -q -m "version $1" data && git add -A &&
	git commit -q -m "version $1"
}

# kill_everywhere <function>: call it with a name and a URL, for a directory
# and, where there is one, for a bucket of Ceph; once, for what takes so long.
kill_everywhere () {
	"$1" directory "$HOME/remote"
	if test_have_prereq XXH128,!SANITIZE && has_ceph
	then
		need_ceph
		test-s3 PUT /dv-test >/dev/null
		"$1" ceph "s3://dv-test/dv"
	fi
}
