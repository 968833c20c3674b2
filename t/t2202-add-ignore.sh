#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='.dvignore: read as git reads .gitignore'

. ./test-lib.sh

test_expect_success 'setup: a dataset and paths of all kinds' '
	test_commit code &&
	dv init &&
	mkdir -p t/a/b/c t/a/x t/b t/foo/bar/baz t/foo/x "t/sp ace" t/A t/deep/foo/bar &&
	for f in a/1.csv a/1.tmp a/b/2.csv a/b/2.TMP a/b/c/3.csv a/b/c/.hidden \
		a/x/file a/x/file.o b/a b/b b/foo foo/bar/baz/q foo/bar/x foo/x/y \
		foo/z "sp ace/f" "sp ace/trail " A/1.csv deep/foo/bar/z "#hash" "!bang" \
		"st*r" "br[a]ck" "back\\slash" abc abd a-c a0 ab abcd .x.swp "q?" café
	do
		: >"t/$f" || return 1
	done &&
	(cd t && find . -mindepth 1 -printf "t/%P\n") | LC_ALL=C sort >.git/all &&
	tr "\n" "\0" <.git/all >.git/all.z
'

# same_as_git: .dvignore files leave out what .gitignore files would.
same_as_git () {
	test-dvignore <.git/all >.git/ours &&
	find . -path ./.git -prune -o -name .dvignore -print >.git/rules &&
	while read -r f
	do
		cp "$f" "${f%.dvignore}.gitignore" || return 1
	done <.git/rules &&
	{
		git -c core.excludesFile= -c core.quotePath=false check-ignore \
			--no-index --stdin -z <.git/all.z | tr "\0" "\n" || test $? = 1
	} >.git/theirs &&
	find . -path ./.git -prune -o -name .gitignore -exec rm {} + &&
	test_cmp .git/theirs .git/ours
}

# pattern <line>...: the two agree on a .dvignore of these lines.
pattern () {
	printf "%s\n" "$@" >t/.dvignore &&
	same_as_git || {
		printf "where they differ: %s\n" "$*" >&2
		return 1
	}
}

test_expect_success 'names, anchors, directories' '
	pattern a && pattern /a && pattern a/ && pattern /a/ && pattern foo &&
	pattern foo/bar && pattern /foo/bar && pattern bar/ && pattern foo/bar/ &&
	pattern file && pattern a/x/file && pattern x/file && pattern "/b/foo" &&
	pattern b/a/ && pattern . && pattern / && pattern // && pattern "a//b"
'

test_expect_success 'stars, question marks, sets' '
	pattern "*" && pattern "*.csv" && pattern "*.tmp" && pattern "a*" &&
	pattern "a/*" && pattern "/a/*/" && pattern "*/b" && pattern "a?c" &&
	pattern "?" && pattern "[ab]" && pattern "a[b-c]?" && pattern "ab[!c]" &&
	pattern "ab[^c]" && pattern "[]]" && pattern "[a-" && pattern "[[:digit:]].csv" &&
	pattern "[[:alpha:]]*" && pattern "[[:nope:]]" && pattern "a[-]c" && pattern "[!a]*" &&
	pattern "*a*" && pattern "foo*bar" && pattern "a[/]b" && pattern "[A-Z]" &&
	pattern ".*" && pattern "*.[ot]*"
'

test_expect_success 'two stars' '
	pattern "**" && pattern "**/b" && pattern "a/**" && pattern "a/**/c" &&
	pattern "**/foo/bar" && pattern "foo/**/z" && pattern "/**/z" &&
	pattern "**/" && pattern "foo/**/" && pattern "a**" && pattern "**c" &&
	pattern "a/**b" && pattern "***/b" && pattern "**/*.csv" &&
	pattern "deep/**" && pattern "/**/bar/**" && pattern "**/**/b"
'

test_expect_success 'quoting, comments, blanks' '
	pattern "#hash" && pattern "\\#hash" && pattern "!bang" && pattern "\\!bang" &&
	pattern "st\\*r" && pattern "st*r" && pattern "br\\[a\\]ck" &&
	pattern "back\\\\slash" && pattern "back\\slash" && pattern "q\\?" &&
	pattern "abc\\" && pattern "abc   " && pattern "trail\\ " && pattern "trail " &&
	pattern "sp ace/" && pattern "   " && pattern "" && pattern " abc" &&
	pattern "café" && pattern "abc	" && pattern "sp\\ ace"
'

test_expect_success 'what is taken back' '
	pattern "*" "!a" && pattern "*.csv" "!1.csv" && pattern "!1.csv" "*.csv" &&
	pattern "/*" "!/a" "/a/*" "!/a/b" && pattern "a/" "!a/1.csv" &&
	pattern "*" "!*/" "!*.csv" && pattern "foo/*" "!foo/z" &&
	pattern "**" "!**/" "!foo/z" && pattern "!" && pattern "*" "!" && pattern "a" "!a/"
'

test_expect_success 'files in several directories, deeper ones count more' '
	pattern "*.csv" && echo "!2.csv" >t/a/b/.dvignore && same_as_git &&
	echo "/3.csv" >t/a/b/c/.dvignore && same_as_git &&
	echo "t/foo" >.dvignore && same_as_git &&
	printf "/t/b/*\n!/t/b/b\n" >.dvignore && same_as_git &&
	printf "/c\n" >t/a/b/.dvignore && same_as_git &&
	find . -name .dvignore -exec rm {} +
'

test_expect_success 'CRLF and a byte order mark' '
	printf "\357\273\277*.csv\r\n/b\r\n" >t/.dvignore && same_as_git &&
	rm t/.dvignore
'

test_expect_success 'dv add leaves them out, and takes the rules along' '
	printf "*.tmp\nx/\n" >t/.dvignore && dv add t && dv ls-files t >list &&
	test_grep ! "\.tmp$" list && test_grep ! "a/x/" list && test_grep ! "foo/x" list &&
	test_grep "^\.dvignore$" list && test_grep "^a/b/2.TMP$" list
'

test_expect_success 'status does not count them as new' '
	: >t/foo/more.tmp && mkdir -p t/b/x && : >t/b/x/y && : >t/b/more &&
	dv status --porcelain t >actual &&
	printf "staged t\nnew t/b/more\n" >expect && test_cmp expect actual
'

test_expect_success 'a rule does not drop what is in the dataset already' '
	echo "*.csv" >>t/.dvignore && echo changed >t/a/1.csv && : >t/a/9.csv &&
	printf "M t/.dvignore\nM t/a/1.csv\nA t/b/more\n" >expect &&
	dv add -v t >actual && test_cmp expect actual &&
	echo "/a/" >>t/.dvignore && rm t/a/b/2.csv && : >t/a/new &&
	printf "M t/.dvignore\nD t/a/b/2.csv\n" >expect &&
	dv status --porcelain t >actual &&
	printf "staged t\nmodified t/.dvignore\nmissing t/a/b/2.csv\n" >expect.status &&
	test_cmp expect.status actual &&
	dv add -v t >actual && test_cmp expect actual
'

test_expect_success 'what is named is added, whatever the rules say' '
	echo "A t/a/9.csv" >expect && dv add -v t/a/9.csv >actual && test_cmp expect actual &&
	mkdir out && echo 1 >out/f && echo "/out" >.dvignore && dv add out && dv ls-files out >actual &&
	echo f >expect && test_cmp expect actual
'

test_expect_success 'an ignored directory alone leaves no empty one behind' '
	mkdir -p cache/__pycache__ && : >cache/__pycache__/a.pyc && echo "*.pyc" >cache/.dvignore &&
	dv add cache && dv ls-files cache >actual && echo .dvignore >expect && test_cmp expect actual
'

test_expect_success 'a .dvignore that is a link, or has an endless line, is refused' '
	rm .dvignore && ln -s /etc/passwd .dvignore &&
	test_expect_code 128 dv add t 2>err && test_grep "^fatal: .\.dvignore" err &&
	rm .dvignore && head -c 5000 /dev/zero | tr "\0" a >.dvignore &&
	test_expect_code 128 dv add t 2>err && test_grep "^fatal: .\.dvignore.: line 1 is longer" err &&
	rm .dvignore
'

test_done
