#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='lists of a remote that do not end cost neither memory nor time without end'

# shellcheck disable=SC2034 # read by test-lib.sh
TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"

# A helper whose lists below $PREFIX go on for ever, with keys of $FORM, and
# which has nothing else but the format.
mkdir "$HOME/bin" && PATH=$HOME/bin:$PATH
cat >"$HOME/bin/dv-remote-endless" <<'EOT'
#!/bin/sh
n=0
while read -r id verb key off count file rest
do
	case $id,$verb in
	dv-transport,*) echo "$id $verb" ;;
	start,*) printf 'can %s\n' 'write no' 'create no' 'list yes'; echo ready ;;
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
	esac
done
EOT
chmod +x "$HOME/bin/dv-remote-endless"

# within <command>...: in as much memory as is promised, and some time
within () {
	if test_have_prereq SANITIZE
	then
		timeout 200 "$@"
	else
		# shellcheck disable=SC3045 # dash, bash and ksh have it
		(ulimit -v 400000 && timeout 60 "$@")
	fi
}

test_expect_success 'setup' '
	lab_new lab && lab_commit 1 "first run" &&
	dv remote add endless endless::x
'

test_expect_success 'versions without an end' '
	PREFIX=dv/versions/lab/data/ FORM=%010.0f-dc7048f8-3b05357d &&
	export PREFIX FORM &&
	test_expect_code 128 within dv fetch --remote=endless data 2>err &&
	test_grep "^fatal: remote .endless.: there are more than 1000000 new versions" err &&
	git for-each-ref refs/dv/data >refs && test_line_count = 1 refs
'

test_expect_success 'versions of datasets without an end' '
	PREFIX=dv/versions/ FORM=lab/d%08.0f/0123456789-dc7048f8-3b05357d &&
	test_expect_code 128 within dv ls-remote endless 2>err >out &&
	test_grep "^fatal: remote .endless. has more than 1000000 heads and versions" err &&
	test_must_be_empty out
'

test_expect_success 'datasets without an end' '
	PREFIX=dv/heads/ FORM=d%08.0f/latest/0000000001 &&
	test_expect_code 128 within dv fetch --remote=endless 2>err &&
	test_grep "^fatal: remote .endless.: there are more than 1000000 datasets" err
'

test_done
