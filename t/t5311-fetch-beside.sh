#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='two at once bring versions and tags into one clone'

# shellcheck disable=SC2034 # read by test-lib.sh
TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"
. "$DV_SOURCE/t/lib-pull.sh"

# A directory; before the first tag is read the script $HOME/beside is run,
# once, and all that was asked for until then is answered behind it.
mkdir "$HOME/helpers" &&
cat >"$HOME/helpers/dv-remote-beside" <<'EOT'
#!/bin/sh
test "$1" != -h || exec dv remote-file -h
while IFS= read -r line
do
	case $line in
	"set url "*)
		line="set url $HOME/share" ;;
	*" get "*/tags/*)
		if test -e "$HOME/beside"
		then
			mv "$HOME/beside" "$HOME/beside.ran" &&
			sh "$HOME/beside.ran" >"$HOME/beside.out" 2>&1
		fi ;;
	esac
	printf "%s\n" "$line"
done | dv remote-file
EOT
chmod +x "$HOME/helpers/dv-remote-beside" &&
PATH=$HOME/helpers:$PATH

test_expect_success 'setup' '
	pull_setup
'

# clone_beside <name> <command>: a clone in which the command runs while what
# the test runs next is about to read the first tag.
clone_beside () {
	pull_clone "$1" &&
	git config dv.remote beside &&
	git config dv-remote.beside.url beside://x &&
	echo "cd \"$HOME/$1\" && $2" >../beside
}

test_expect_success 'a fetch that finds the versions written by another one' '
	clone_beside fetch "dv fetch --remote=origin data" &&
	dv fetch data 2>../err && test_path_is_missing ../beside &&
	test_grep "data: 2 new versions, 1 tag" ../beside.out &&
	test_grep ! "error" ../err && dv tag >../actual &&
	test_grep "first" ../actual
'

test_expect_success 'a pull beside a pull: both bring all' '
	clone_beside pull "dv pull --remote=origin" &&
	dv pull 2>../err && test_path_is_missing ../beside &&
	test_grep ! "error\|fatal" ../err ../beside.out &&
	diff -r ../lab/data data && cmp ../lab/plot.png plot.png &&
	dv status --porcelain >../actual && test_must_be_empty ../actual
'

test_expect_success 'a tag that another one took first, elsewhere: told, and it stays' '
	clone_beside other "dv fetch --remote=origin && dv tag -f first data@latest" &&
	dv fetch 2>../err && test_path_is_missing ../beside &&
	test_grep "^warning: tag .data@first. is at another version" ../err &&
	test "$(dv rev-parse --version data@first)" = \
		"$(dv rev-parse --version data@latest)"
'

# They meet at other places in each run; whatever these are, all end well.
test_expect_success 'several pulls at once' '
	for i in 1 2 3
	do
		pull_clone many$i && pids= &&
		for k in 1 2 3
		do
			dv pull >../many.$k 2>&1 & pids="$pids $!"
		done &&
		for p in $pids
		do
			wait $p || { cat ../many.?; return 1; }
		done &&
		diff -r ../lab/data data && test_grep ! "error\|fatal" ../many.? ||
			return 1
	done
'

test_expect_success 'a name of a tag that holds a line feed stays in its line' '
	dir=$(echo "$HOME"/share/dv/heads/*/data/tags) &&
	cp -R "$dir/first" "$dir/x=0Afatal=3A=20something" &&
	pull_clone line && test_expect_code 1 dv fetch 2>../err &&
	test_grep "^error: tag .data@x?fatal: something. of remote" ../err &&
	test_grep ! "^ *fatal" ../err
'

test_done
