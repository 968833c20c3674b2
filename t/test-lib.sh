# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# Sourced by every t/tNNNN-*.sh, after test_description is set.  Each test
# file runs alone, in any order and beside others, in a directory of its
# own, $HOME, which is a new git repository (branch main, no commit) unless
# TEST_NO_CREATE_REPO was set first.  The directory is outside the tree and
# removed when all tests passed; otherwise it stays to be looked at.  It is
# in memory, where there is enough of it, for those that set TEST_IN_MEMORY.
#
# By hand: cd t && DV_BUILD=<build tree> ./t1200-foo.sh -v -i
# From the environment: DV_BUILD (default ../build), DV_TEST_FORMAT (xxh128
# or sha256), DV_TEST_LONG=1, TMPDIR.
#
# Prerequisites: NONROOT; NOBODY (test_as_nobody works); LONG; SANITIZE (the
# programs are built with sanitizers: no limits on memory); XXH128, SHA256.

: "${DV_BUILD:=$PWD/../build}"
DV_BUILD=$(cd "$DV_BUILD" && pwd -P) || exit 1
if ! test -x "$DV_BUILD/bin/dv"
then
	echo "error: no dv in '$DV_BUILD/bin'; set DV_BUILD to a build tree" >&2
	exit 1
fi
export DV_BUILD
DV_SOURCE=$(cd .. && pwd -P)
export DV_SOURCE

# A caller's settings must not reach the tests; git's and ours least.
for var in $(env | sed -n 's/^\(GIT_[A-Za-z_0-9]*\)=.*/\1/p')
do
	unset "$var"
done
for var in $(env | sed -n 's/^\(DV_[A-Z_0-9]*\)=.*/\1/p')
do
	case $var in
	DV_BUILD|DV_SOURCE|DV_TEST_*) ;;
	*) unset "$var" ;;
	esac
done
for var in $(env | sed -n 's/^\(AWS_[A-Za-z_0-9]*\)=.*/\1/p')
do
	unset "$var"
done
unset XDG_CONFIG_HOME XDG_DATA_HOME XDG_CACHE_HOME EMAIL
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY
unset SSH_AUTH_SOCK

# Nor may a test reach a service of the machine or of the world, or find
# the credentials of whoever runs it.
AWS_EC2_METADATA_SERVICE_ENDPOINT=http://127.0.0.1:9/
AWS_ENDPOINT_URL=http://127.0.0.1:9/
AWS_CONFIG_FILE=/dev/null
AWS_SHARED_CREDENTIALS_FILE=/dev/null
NO_PROXY='*'
no_proxy='*'
export AWS_EC2_METADATA_SERVICE_ENDPOINT AWS_ENDPOINT_URL AWS_CONFIG_FILE
export AWS_SHARED_CREDENTIALS_FILE NO_PROXY no_proxy

: "${DV_TEST_FORMAT:=xxh128}"
DV_DEFAULT_FORMAT=$DV_TEST_FORMAT
export DV_TEST_FORMAT DV_DEFAULT_FORMAT

# Processes that are killed thousands of files at a time wait for the disk
# most of the time, and die there; what they leave in memory is the same.
# /dev/shm may be small, and not for programs.
test_memory () {
	test -z "$TMPDIR" && test -n "$TEST_IN_MEMORY" &&
	awk '$2 == "/dev/shm" && $4 !~ /noexec/ { n = 1 } END { exit !n }' \
		/proc/mounts 2>/dev/null &&
	test "$(df -Pk /dev/shm | awk 'END { print $4 }')" -ge 1000000 &&
	test -w /dev/shm
}

root=${TMPDIR:-/tmp}
if test_memory
then
	root=/dev/shm
fi
# The name of the build tree in 32 bits keeps two of them apart.
root=$root/dv-test-$(id -u)-$(printf %s "$DV_BUILD" | cksum |
	cut -d' ' -f1)/$DV_TEST_FORMAT
mkdir -p "$root" || exit 1
root=$(cd "$root" && pwd -P)

# shellcheck disable=SC2034 # read by sharness.sh
{
	SHARNESS_TEST_EXTENSION=sh
	SHARNESS_TEST_DIRECTORY=$PWD
	SHARNESS_BUILD_DIRECTORY=$DV_BUILD/bin
	SHELL_PATH=/bin/sh
	# A test whose commands are not joined by && cannot fail.
	chain_lint=t
}

SHARNESS=${SHARNESS:-/usr/share/sharness/sharness.sh}
if ! test -r "$SHARNESS"
then
	echo "error: sharness is missing: apt-get install sharness" >&2
	exit 1
fi

# What an earlier run was killed over, with the rights taken from it.
leftover="$root/trash directory.$(basename "$0" .sh)"
if test -e "$leftover"
then
	chmod -R u+rwX "$leftover"
fi

. "$SHARNESS"

# Sharness counts by a process for each number.
test_seq () {
	seq "$1" "$2"
}

PATH=$DV_BUILD/t/helper:$PATH
GIT_CEILING_DIRECTORIES=$root
GIT_CONFIG_NOSYSTEM=1
GIT_AUTHOR_NAME='A U Thor'
GIT_AUTHOR_EMAIL=author@example.com
GIT_COMMITTER_NAME='C O Mitter'
GIT_COMMITTER_EMAIL=committer@example.com
GIT_EDITOR=:
GIT_MERGE_AUTOEDIT=no
GIT_ADVICE=0
export PATH GIT_CEILING_DIRECTORIES GIT_CONFIG_NOSYSTEM GIT_AUTHOR_NAME
export GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL GIT_EDITOR
export GIT_MERGE_AUTOEDIT GIT_ADVICE

# Memory that was never written is not zero here by luck.
MALLOC_PERTURB_=165
ASAN_OPTIONS=${ASAN_OPTIONS:-exitcode=99:abort_on_error=0}
UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1:halt_on_error=1}
# libgit2 1.5 loses what libpcre2 gives it for each pattern it matches.
LSAN_OPTIONS=${LSAN_OPTIONS:-suppressions=$DV_SOURCE/t/lsan.supp:print_suppressions=0}
export MALLOC_PERTURB_ ASAN_OPTIONS UBSAN_OPTIONS LSAN_OPTIONS

# The clock of git and of dv moves on by a minute.
test_tick () {
	test_now=$((${test_now:-1112911933} + 60))
	GIT_COMMITTER_DATE="$test_now -0700"
	GIT_AUTHOR_DATE="$test_now -0700"
	export GIT_COMMITTER_DATE GIT_AUTHOR_DATE
}
test_tick

# test_vector (digest|id) <name>: known answers in the format under test.
# empty is no bytes, hello "hello\n", a "a", csv "1,2\n".
test_vector () {
	case $DV_TEST_FORMAT,$2 in
	xxh128,empty) hex=99aa06d3014798d86001c324468d497f ;;
	xxh128,hello) hex=6bba86c7e069f56d5a10b435f1c8e49c ;;
	xxh128,a) hex=a96faf705af16834e6c632b61e964e1f ;;
	xxh128,csv) hex=d6551079e640a3989351d9835e2f941c ;;
	sha256,empty) hex=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 ;;
	sha256,hello) hex=5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03 ;;
	sha256,a) hex=ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb ;;
	sha256,csv) hex=52186c933993da4082b3cdc7c40bb4bf735b391ff54a2ef78c037dda6c38a680 ;;
	*) echo "bug in the test: no vector '$2'" >&2; return 1 ;;
	esac
	case $1 in
	digest) echo "$hex" ;;
	id) echo "$DV_TEST_FORMAT:$hex" ;;
	*) echo "bug in the test: test_vector $1" >&2; return 1 ;;
	esac
}

# test_digest <file>: its digest in hex, asked of xxhsum or sha256sum.
test_digest () {
	case $DV_TEST_FORMAT in
	xxh128) xxhsum -H2 <"$1" ;;
	sha256) sha256sum <"$1" ;;
	esac | cut -d' ' -f1
}

# test_id <file>: the same as a whole id, "<format>:<hex>".
test_id () {
	echo "$DV_TEST_FORMAT:$(test_digest "$1")"
}

# test_grep [!] [<grep option>...] <pattern> <file>: shows the file where
# the answer is not the one expected.
test_grep () {
	test_grep_want=0
	if test "$1" = '!'
	then
		test_grep_want=1
		shift
	fi
	eval "test_grep_file=\${$#}"
	# shellcheck disable=SC2154 # set by eval
	if ! test -f "$test_grep_file"
	then
		echo "test_grep: no file '$test_grep_file'" >&2
		return 1
	fi
	grep "$@" >&2
	if test $? != $test_grep_want
	then
		echo "test_grep: $*: '$test_grep_file' has:" >&2
		cat "$test_grep_file" >&2
		return 1
	fi
}

test_cmp_bin () {
	cmp "$@"
}

# test_line_count <operator> <number> <file>, as: test_line_count = 3 out
test_line_count () {
	test_lines=$(wc -l <"$3") || return 1
	if ! test "$test_lines" "$1" "$2"
	then
		echo "test_line_count: not $1 $2 but $test_lines lines:" >&2
		cat "$3" >&2
		return 1
	fi
}

test_file_size () {
	stat -c %s "$1"
}

test_path_is_file () {
	test -f "$1" || { echo "no file '$1'" >&2; return 1; }
}

test_path_is_dir () {
	test -d "$1" || { echo "no directory '$1'" >&2; return 1; }
}

test_path_is_missing () {
	if test -e "$1" || test -h "$1"
	then
		echo "'$1' is there" >&2
		return 1
	fi
}

# test_commit <name> [<file> [<content>]]: a git commit of one file, tagged
# with its name; the content is the name unless given.
test_commit () {
	printf '%s\n' "${3-$1}" >"${2-$1.t}" &&
	git add -- "${2-$1.t}" &&
	test_tick &&
	git commit -q -m "$1" &&
	git tag "$1"
}

# test_flip <file> <n>: one bit of the byte there is another.
test_flip () {
	chmod u+w "$1" &&
	flip_byte=$(od -An -tu1 -j "$2" -N 1 "$1") &&
	printf "\\$(printf %o $((flip_byte ^ 1)))" |
		dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}

# test_as_nobody <command>...: run without root's rights; root gives its
# place up for nobody, who owns nothing here before test_give_nobody.
test_as_nobody () {
	if test "$(id -u)" = 0
	then
		setpriv --reuid=65534 --regid=65534 --clear-groups \
			--inh-caps=-all -- "$@"
	else
		"$@"
	fi
}

test_give_nobody () {
	test "$(id -u)" != 0 || chown -R 65534:65534 -- "$@"
}

test "$(id -u)" = 0 || test_set_prereq NONROOT
! test_as_nobody "$DV_BUILD/bin/dv" version >/dev/null 2>&1 ||
	test_set_prereq NOBODY
test -z "$DV_TEST_LONG" || test_set_prereq LONG
! grep -q '^S\["DV_SANITIZE"\]=".*address' "$DV_BUILD/config.status" ||
	test_set_prereq SANITIZE
case $DV_TEST_FORMAT in
xxh128) test_set_prereq XXH128 ;;
sha256) test_set_prereq SHA256 ;;
*) error "DV_TEST_FORMAT is xxh128 or sha256, not '$DV_TEST_FORMAT'" ;;
esac

if test -z "$TEST_NO_CREATE_REPO"
then
	git init -q -b main . || error 'cannot run git init'
fi
