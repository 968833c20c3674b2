#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='a remote that lies: refused by name, and nothing of it is visible'

TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"

EVIL=$HOME/evil

# evil [<lie>...] <<entries: the remote, which tells these lies, and which
# nobody here has seen before.  version: the one that it shows.
evil () {
	rm -rf "$EVIL" "$HOME/got" "$HOME/lab/.git/dv/cache" \
		"$HOME/lab/.git/dv/versions" &&
	test-hostile "$EVIL" "$DV_TEST_FORMAT" "$@" >"$HOME/said.version"
}

version () {
	cat "$HOME/said.version"
}

# state: all that a fetch could change here, but what is remembered of remotes;
# objects that hash to their names and that nothing names are for gc to remove,
# and a version's record is good whatever its manifest is
state () {
	(cd "$HOME" && find . -path ./evil -prune -o -path ./.local -prune \
		-o -path "*/dv/cache" -prune -o -path "*/dv/tmp/*" -prune \
		-o -path "*/dv/packs/*" -prune -o -path ./got/b -prune \
		-o -path "*/dv/versions/*" -prune -o -name "*.lock" -prune \
		-o -type f ! -name "state.*" ! -name "said.*" -print | LC_ALL=C sort |
		xargs -d "\n" cksum) &&
	git -C "$HOME/lab" for-each-ref
}

# within <command>...: with limits on memory and on the size of any file
within () {
	if test_have_prereq SANITIZE
	then
		"$@"
	else
		# shellcheck disable=SC3045 # dash, bash and ksh have it
		(ulimit -v 600000 && ulimit -f 400000 && exec timeout 20 "$@")
	fi
}

# refused <name> <what it must say> <command>...: it fails with a sentence,
# and everything here is as before.
refused () {
	refused_says=$2 refused_as=$1 &&
	shift 2 && state >"$HOME/state.before" &&
	{ within "$@" >"$HOME/said.out" 2>"$HOME/said.err"; refused_code=$?; } &&
	state >"$HOME/state.after" &&
	case $refused_code in
	1|128) ;;
	*) echo "$refused_as: exit $refused_code"; cat "$HOME/said.err"; return 1 ;;
	esac >&2 &&
	cat "$HOME/said.out" "$HOME/said.err" >"$HOME/said.all" &&
	! LC_ALL=C grep "$(printf "[\001-\010\016-\037]")" "$HOME/said.all" &&
	test_grep -E "$refused_says" "$HOME/said.all" &&
	test_cmp "$HOME/state.before" "$HOME/state.after" &&
	test_path_is_missing "$HOME/escaped" && test_path_is_missing "$HOME/got/a"
}

# all_refuse <what they must say>: whatever reads what is published
all_refuse () {
	cd "$HOME/lab" &&
	refused install "$1" dv install lab/data "$EVIL" --dest "$HOME/got" &&
	refused pull "$1" dv pull --remote="$EVIL" data@latest &&
	refused fetch "$1" dv fetch --remote="$EVIL" &&
	refused fsck "$1" dv fsck --remote="$EVIL"
}

# data_refused <what>: what reads the content refuses; lists may be shown
data_refused () {
	cd "$HOME/lab" &&
	refused install "$1" dv install lab/data "$EVIL" --dest "$HOME/got" &&
	refused cat "$1" dv cat --remote="$EVIL" lab/data@latest:a &&
	refused fsck "$1" dv fsck --remote="$EVIL" --verify
}

# Contents that nobody here has yet.
good () {
	printf "100644 a\talpha %s\n100644 b\tbeta\n" "$(date +%s%N)"
}

test_expect_success 'setup: a repository that is used, and a remote that is honest' '
	lab_new lab && cd .. && good | evil && cd lab &&
	dv fsck --remote="$EVIL" --verify && dv ls --remote="$EVIL" >../actual &&
	test_grep data ../actual &&
	dv install -q lab/data "$EVIL" --dest "$HOME/honest" &&
	test_grep alpha ../honest/a &&
	rm -rf ../honest "$HOME/.local"
'

# --- manifests ----------------------------------------------------------------

for path in ../escaped ../../escaped /tmp/escaped .git/hooks/post-checkout \
	.GIT/config sub/.git/config a/../../escaped ./a a/./b a//b a/ .
do
	test_expect_success "a manifest with the path '$path'" '
		{ printf "100755 %s\tescaped\n" "$path" && echo "100644 zz	z"; } | evil &&
		all_refuse "manifest|path" &&
		refused ls "manifest|path" dv ls --remote="$EVIL" lab/data@latest:
	'
done

test_expect_success 'a path with control characters is quoted, not obeyed' '
	printf "100644 a\\\\x1b[2J\talpha\n" | evil && cd "$HOME/lab" &&
	{ dv ls --remote="$EVIL" lab/data@latest: >../actual 2>&1 || :; } &&
	! LC_ALL=C grep "$(printf "\033")" ../actual
'

test_expect_success 'paths out of order, twice, a file as a directory' '
	printf "100644 b\tbeta\n100644 a\talpha\n" | evil && all_refuse "manifest|order" &&
	printf "100644 a\talpha\n100644 a\tbeta\n" | evil && all_refuse "manifest" &&
	printf "100644 a\talpha\n100644 a/b\tbeta\n" | evil && all_refuse "manifest"
'

test_expect_success 'a mode that there is not' '
	printf "160000 a\talpha\n" | evil && all_refuse "manifest|mode" &&
	printf "104755 a\talpha\n" | evil && all_refuse "manifest|mode"
'

test_expect_success 'a link that leads out, and a file behind it' '
	printf "120000 a\t/tmp\n100644 a/escaped\tx\n" | evil && all_refuse "manifest"
'

test_expect_success 'a root that says that there are 2^60 entries' '
	good | evil many && all_refuse "manifest"
'

# --- packs --------------------------------------------------------------------

test_expect_success 'contents that are others than their ids say' '
	good | evil bytes && data_refused "digest|damaged|fit|its own|its bytes"
'

test_expect_success 'blocks whose checksums are others' '
	good | evil checksum && cd "$HOME/lab" &&
	refused install "checksum|damaged" dv install lab/data "$EVIL" --dest "$HOME/got" &&
	refused fsck "checksum" dv fsck --remote="$EVIL" --verify
'

test_expect_success 'an index that points outside of a block' '
	good | evil outside && data_refused "idx|index|none of its packs"
'

test_expect_success 'recipes of exabytes, and one that lists itself' '
	good | evil recipe && data_refused "recipe|object|a" &&
	good | evil loop && data_refused "recipe|object|a"
'

test_expect_success 'packs of a terabyte, indexes of 128 MiB' '
	good | evil tera && data_refused "size|bytes|none of its packs" &&
	good | evil idx && data_refused "size|bytes|index|none of its packs"
'

test_expect_success 'a pack that is another one' '
	good | evil && for p in "$EVIL"/dv/packs/*.pack
	do
		head -c $(test_file_size "$p") /dev/zero >zeros && mv zeros "$p" || return 1
	done &&
	data_refused "checksum|damaged|not its bytes"
'

test_expect_success 'a pack that is shorter than it says' '
	good | evil && for p in "$EVIL"/dv/packs/*.pack
	do
		head -c 10 "$p" >short && mv short "$p" || return 1
	done &&
	data_refused "end|short|damaged|bytes"
'

test_expect_success 'packs and indexes that are not there' '
	good | evil && rm "$EVIL"/dv/packs/*.pack && data_refused "not there|no such|missing|pack" &&
	good | evil && rm "$EVIL"/dv/packs/*.idx && cd "$HOME/lab" &&
	refused install "index" dv install lab/data "$EVIL" --dest "$HOME/got" &&
	refused fsck "it is not there" dv fsck --remote="$EVIL"
'

# --- records ------------------------------------------------------------------

test_expect_success 'a record with control characters' '
	good | evil control && all_refuse "dv/versions/lab/data/$(version)"
'

test_expect_success 'a head that names nothing' '
	good | evil && rm "$EVIL/dv/versions/lab/data/$(version)" && cd "$HOME/lab" &&
	refused install "dv/heads/lab/data/latest" dv install lab/data "$EVIL" --dest "$HOME/got" &&
	refused fsck "dv/heads/lab/data/latest" dv fsck --remote="$EVIL"
'

test_expect_success 'a manifest of which nobody knows where it lies' '
	good | evil && rm -r "$EVIL"/dv/manifests/* && cd "$HOME/lab" &&
	refused install "manifest" dv install lab/data "$EVIL" --dest "$HOME/got" &&
	refused pull "manifest" dv pull --remote="$EVIL" data@latest &&
	refused fsck "manifest" dv fsck --remote="$EVIL"
'

for what in root pack location record head format
do
	test_expect_success "a $what of a newer version says which is needed" '
		good | evil newer-$what && cd "$HOME/lab" &&
		refused install "version" dv install lab/data "$EVIL" --dest "$HOME/got" &&
		test_grep -E "newer dv|of version 9" ../said.all
	'
done

test_expect_success 'a remote of another object format is refused at once' '
	good | evil other-format && cd "$HOME/lab" &&
	refused pull "object format" dv pull --remote="$EVIL" data@latest &&
	refused gc "object format" dv gc --remote="$EVIL"
'

# --- transports ---------------------------------------------------------------

# lying <sed script>: the transport "evil" is dv-remote-file, whose answers go
# through it.
mkdir -p "$HOME/helpers"
cat >"$HOME/helpers/dv-remote-evil" <<'EOT'
#!/bin/sh
sed -u "s|^set url .*|set url $HOME/evil|" | "$DV_BUILD/core/dv-remote-file" |
sed -u -f "$HOME/said.lies"
EOT
chmod +x "$HOME/helpers/dv-remote-evil"
PATH=$PATH:$HOME/helpers

lying () {
	printf "%s\n" "$1" >"$HOME/said.lies"
}

evil_refused () {
	cd "$HOME/lab" && rm -rf "$HOME/lab/.git/dv/cache" &&
	refused install "$1" dv install lab/data evil://x/ --dest "$HOME/got" &&
	refused fsck "$1" dv fsck --remote=evil://x/
}

test_expect_success 'answers larger than what was asked for' '
	good | evil && lying "s/ got [0-9]*/ got 99999999999/" &&
	evil_refused "broke the transport protocol"
'

test_expect_success 'answers to what nobody asked, and nonsense' '
	for line in "777 done" nonsense "1 got 3"
	do
		lying "/ got /a\\
$line" && evil_refused "broke the transport protocol" || return 1
	done
'

test_expect_success 'lists with keys from elsewhere, twice, and out of order' '
	lying "s| item [^ ]*| item ../../etc/passwd|" && evil_refused "protocol" &&
	lying "s| item [^ ]*| item elsewhere/x|" && evil_refused "protocol" &&
	lying "/ item /p" && evil_refused "protocol"
'

test_expect_success 'lists that do not end' '
	lying "s/ end last/ end more/" && evil_refused "protocol|list|more"
'

test_expect_success 'maintenance of a remote that lies deletes nothing there' '
	for lie in control newer-record newer-location
	do
		good | evil $lie && mkdir "$EVIL/dv/gc" &&
		(cd "$EVIL" && find dv | sort) >"$HOME/keys.before" &&
		refused "gc $lie" "dv/" dv gc --remote="$EVIL" --grace=now --force &&
		refused "repack $lie" "dv/" dv repack --remote="$EVIL" --all &&
		(cd "$EVIL" && find dv | sort) >"$HOME/keys.after" &&
		test_cmp "$HOME/keys.before" "$HOME/keys.after" || return 1
	done &&
	for lie in bytes checksum recipe many
	do
		good | evil $lie && refused "repack $lie" "fatal" dv repack --remote="$EVIL" --all &&
		ls "$EVIL/dv/manifests"/* >"$HOME/actual" && ! grep 0000000002 "$HOME/actual" || return 1
	done
'

test_done
