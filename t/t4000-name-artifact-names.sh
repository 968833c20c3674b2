#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv name-artifact: names from paths and back'

. ./test-lib.sh

C=3f2a1bc90d
H=9d8e7f6a

# named <expected name> <path> [<option>...]
named () {
	printf "%s\n" "$1" >expect &&
	path=$2 &&
	shift 2 &&
	dv name-artifact --code=$C --config=$H "$@" -- "$path" >actual &&
	test_cmp expect actual
}

# back <code> <config> <state> <path> <artifact name> [<option>...]
back () {
	printf "%s %s %s\t%s\n" "$1" "$2" "$3" "$4" >expect &&
	name=$5 &&
	shift 5 &&
	dv name-artifact --parse "$@" -- "$name" >actual &&
	test_cmp expect actual
}

test_expect_success 'code and configuration go before the extension' '
	named plot-$C-$H.png plot.png &&
	named out/sub/plot-$C-$H.png out/sub/plot.png &&
	named v1.2-plot-$C-$H.png v1.2-plot.png
'

test_expect_success 'an extension of compression takes the one before' '
	named foo-$C-$H.tar.gz foo.tar.gz &&
	named foo.bar-$C-$H.csv.zst foo.bar.csv.zst &&
	named foo-$C-$H.xz foo.xz &&
	named v1.2-plot-$C-$H.gz v1.2-plot.gz
'

test_expect_success 'no extension: none, dotfile, number, directory' '
	named Makefile-$C-$H Makefile &&
	named .foo-$C-$H .foo &&
	named .foo-$C-$H.txt .foo.txt &&
	named model-v1.2-$C-$H model-v1.2 &&
	named data-$C-$H/ data/ &&
	named out/data.d-$C-$H/ out/data.d/
'

test_expect_success 'odd bytes: blanks, newlines, no UTF-8, dashes' '
	named "a b-$C-$H.csv" "a b.csv" &&
	named "\"a\\nb-$C-$H.csv\"" "a
b.csv" &&
	named "\"a\\377-$C-$H.csv\"" "$(printf "a\377.csv")" &&
	named "--x-$C-$H" --x
'

test_expect_success 'dirty is said' '
	named plot-$C-dirty-$H.png plot.png --dirty
'

test_expect_success 'the commit is cut to 10 digits, the hash is not cut' '
	printf "%s\n" plot-$C-$H$H.png >expect &&
	dv name-artifact --code=${C}abcdef --config=$H$H plot.png >actual &&
	test_cmp expect actual
'

test_expect_success '--parse takes names apart' '
	back $C $H clean plot.png plot-$C-$H.png &&
	back $C $H dirty out/foo.tar.gz out/foo-$C-dirty-$H.tar.gz &&
	back $C $H$H clean data/ data-$C-$H$H/ &&
	back $C $H clean plot-$C-$H.png plot-$C-$H-$C-$H.png
'

test_expect_success '--parse of other names: dashes and exit 1' '
	printf "%s\t%s\n" "- - -" plot.png "$C $H clean" a "- - -" x-$C-$H/y \
		>expect &&
	test_expect_code 1 dv name-artifact --parse plot.png a-$C-$H \
		x-$C-$H/y >actual &&
	test_cmp expect actual
'

test_expect_success 'all names go there and back, by stdin, by any template' '
	printf "%s\0" plot.png foo.tar.gz .foo data/ "a b" "n
l.csv" "$(printf "\377\376.bin")" a.tar.. x-$C-$H.gz v1.2 x >paths &&
	for t in "" "%(stem)-%(code)%(dirty)-%(config)%(ext)" \
		"%(code)%(dirty)_%(config)_%(stem)%(ext)" \
		"%(config)=%(stem)=%(code)%(dirty)%%%(ext)"
	do
		for dirty in --dirty --no-dirty
		do
			dv name-artifact --code=$C --config=$H $dirty \
				--format="$t" -z --stdin <paths >names &&
			dv name-artifact --parse --format="$t" -z --stdin \
				<names >parsed &&
			tr "\n\0" "\1\n" <parsed | cut -f2 |
				tr "\n\1" "\0\n" >again &&
			test_cmp_bin paths again || return 1
		done
	done
'

test_expect_success '--stdin answers in order, quoted' '
	printf "%s\n" plot.png "\"a\\nb.csv\"" >in &&
	printf "%s\n" plot-$C-$H.png "\"a\\nb-$C-$H.csv\"" >expect &&
	dv name-artifact --code=$C --config=$H --stdin <in >actual &&
	test_cmp expect actual
'

test_expect_success 'what is behind a quoted path is not passed over' '
	for path in "\"a.csv\"b" "\"a\\000b\""
	do
		printf "%s\n" "$path" >in &&
		test_expect_code 128 dv name-artifact --code=$C --config=$H \
			--stdin <in >actual 2>err &&
		test_must_be_empty actual &&
		test_grep "is not the name of a file" err || return 1
	done
'

test_expect_success 'a template puts the parts elsewhere' '
	named d/${C}_${H}_plot.png d/plot.png \
		--format="%(code)%(dirty)_%(config)_%(stem)%(ext)" &&
	named 100%-plot=$H=$C-dirty.png plot.png --dirty \
		--format="100%%-%(stem)=%(config)=%(code)%(dirty)%(ext)"
'

test_expect_success 'a template that could not be read back is refused' '
	for t in x "%(stem)-%(code)%(dirty)%(ext)" \
		"%(stem)-%(config)%(ext)" \
		"%(stem)%(code)%(dirty)%(config)%(ext)" \
		"%(stem)/%(code)%(dirty)-%(config)%(ext)" \
		"%(stem)-%(code)%(dirty)-%(config).%(ext)" \
		"%(code)%(dirty)-%(stem)-%(config)%(ext)" \
		"%(stem)-%(code)%(dirty)-%(config)%(nothing)"
	do
		test_expect_code 128 dv name-artifact --code=$C --config=$H \
			--format="$t" x >actual 2>err &&
		test_must_be_empty actual &&
		test_grep "^fatal: name format " err &&
		test_grep "^hint: the usual one is " err || return 1
	done
'

test_expect_success 'what has no name, or no hash, is fatal' '
	for path in . .. / "" a/..
	do
		test_expect_code 128 dv name-artifact --code=$C --config=$H \
			"$path" 2>err &&
		test_grep "^fatal: .*has no name" err || return 1
	done &&
	test_expect_code 128 dv name-artifact --code=xyz --config=$H a 2>err &&
	test_grep "^fatal: code commit .xyz. is not" err &&
	test_expect_code 128 dv name-artifact --code=$C --config=1234567 a \
		2>err &&
	test_grep "^fatal: config hash .1234567. is not" err
'

test_expect_success 'misuse: exit 129' '
	test_expect_code 129 dv name-artifact --code=$C --config=$H &&
	test_expect_code 129 dv name-artifact --code=$C a &&
	test_expect_code 129 dv name-artifact --config=$H a &&
	test_expect_code 129 dv name-artifact --parse --code=$C a &&
	test_expect_code 129 dv name-artifact --parse --stdin a </dev/null
'

test_expect_success 'neither git nor a repository is needed' '
	program=$(dv --exec-path)/dv-name-artifact &&
	(cd / && "$program" --code=$C --config=$H plot.png) >actual &&
	echo plot-$C-$H.png >expect &&
	test_cmp expect actual &&
	ldd "$program" >libs &&
	test_grep ! git2 libs
'

test_done
