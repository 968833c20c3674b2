#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='gc, repack, fsck, forget of a remote whose lists do not end, or whose records do not'

# shellcheck disable=SC2034 # read by test-lib.sh
TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"

# A helper whose lists below $PREFIX go on for ever, with keys of $FORM, and
# which has nothing else but the format; what it is asked to read is missing.
mkdir "$HOME/bin" && PATH=$HOME/bin:$PATH
cat >"$HOME/bin/dv-remote-endless" <<'EOT'
#!/bin/sh
n=0
while read -r id verb key off count file rest
do
	case $id,$verb in
	dv-transport,*) echo "$id $verb" ;;
	start,*) printf 'can %s\n' 'write yes' 'create yes' 'list yes'; echo ready ;;
	quit,*) exit ;;
	*,list)
		case $key in
		"$PREFIX"*)
			seq -f "$id item $key$FORM 90 1600000000" $((n + 1)) $((n + count))
			n=$((n + count))
			echo "$id end more" ;;
		*) echo "$id end last" ;;
		esac ;;
	*,get)
		case $key in
		dv/format)
			file=$(echo "$file" | sed "s/%20/ /g")
			printf 'dv-remote 1\nobject-format %s\n' $DV_TEST_FORMAT >"$file"
			echo "$id got $(wc -c <"$file") 33" ;;
		*) echo "$id error missing it is not there" ;;
		esac ;;
	*,head) echo "$id is 33 1600000000 1700000000" ;;
	*,put) echo "$id error exists" ;;
	esac
done
EOT
chmod +x "$HOME/bin/dv-remote-endless"

# within <command>...: in as much memory as is promised
within () {
	if test_have_prereq SANITIZE
	then
		"$@"
	else
		# shellcheck disable=SC3045 # dash, bash and ksh have it
		(ulimit -v 400000 && "$@")
	fi
}

# lists <prefix> <form>: what there is without an end
lists () {
	PREFIX=$1 FORM=$2
	export PREFIX FORM
}

# An id, but for its first ten digits.
REST=$(test "$DV_TEST_FORMAT" = xxh128 && printf %022d 0 || printf %054d 0)

test_expect_success 'setup' '
	lab_new lab && dv remote add endless endless::x
'

for command in "gc --remote=endless" "gc --remote=endless -n" "repack --remote=endless" \
	"forget --remote=endless --all lab/data"
do
	test_expect_success "versions without an end that are not there: $command" '
		lists dv/versions/ lab/data/%010.0f-dc7048f8-3b05357d &&
		test_expect_code 128 within dv $command 2>err &&
		test_grep "^fatal: remote .endless. lists 10000 versions that are not there" err
	'
done

test_expect_success 'versions without an end: fsck' '
	test_expect_code 128 within dv fsck --remote=endless 2>err &&
	test_grep "^fatal: remote .endless. has more than 1000000 versions" err
'

test_expect_success 'long names of versions: fsck' '
	long=$(printf %0200d 1) && lists dv/versions/ $long/$long/%010.0f-dc7048f8-3b05357d &&
	test_expect_code 128 within dv fsck --remote=endless 2>err &&
	test_grep "^fatal: remote .endless.: the names of its versions are longer than 100 MiB" err
'

test_expect_success 'keys of no version: fsck' '
	lists dv/versions/ lab/data/no%010.0f &&
	test_expect_code 128 within dv fsck --remote=endless 2>err >out &&
	test_grep "^fatal: remote .endless. has more than 100000 faults" err &&
	test_line_count = 100000 out
'

test_expect_success 'heads without an end: fsck, forget' '
	lists dv/heads/ lab/data/tags/t%010.0f/0000000001 &&
	test_expect_code 128 within dv fsck --remote=endless 2>err &&
	test_grep "^fatal: remote .endless. has more than 1000000 heads" err &&
	test_expect_code 128 within dv forget --remote=endless --all lab/data 2>err &&
	test_grep "^fatal: remote .endless. has more than 1000000 heads" err
'

test_expect_success 'records of gcs without an end: gc, fsck' '
	lists dv/gc/ %010.0f && test_expect_code 128 within dv gc --remote=endless 2>err &&
	test_grep "^fatal: .*more than 100000 objects below .dv/gc/" err &&
	test_expect_code 1 within dv fsck --remote=endless >out &&
	test_grep "more than 100000 objects below .dv/gc/" out
'

test_done
