#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv: the driver finds and becomes the program of a command'

. ./test-lib.sh

# script <path>: an executable that runs stdin with sh
script () {
	{ echo "#!/bin/sh" && cat; } >"$1" && chmod +x "$1"
}

test_expect_success 'setup: a command of our own' '
	mkdir exec path &&
	script exec/dv-inner <<-\EOF &&
	printf "arg <%s>\n" "$@"
	echo "path $PATH"
	echo "config $DV_CONFIG_PARAMETERS"
	echo "dir $(pwd)"
	exit 7
	EOF
	script path/dv-outer <<-\EOF
	echo outer "$@"
	EOF
'

test_expect_success 'a command gets its arguments and gives its status' '
	test_expect_code 7 dv --exec-path="$PWD/exec" inner "a b" -x -- "" >out &&
	printf "arg <%s>\n" "a b" -x -- "" >expect &&
	grep "^arg" out >actual &&
	test_cmp expect actual
'

test_expect_success 'a command finds the others in its PATH' '
	test_expect_code 7 dv --exec-path="$PWD/exec" inner >out &&
	test_grep "^path $PWD/exec:" out
'

test_expect_success 'DV_EXEC_PATH is used, and --exec-path before it' '
	test_expect_code 7 env DV_EXEC_PATH="$PWD/exec" dv inner >out &&
	test_expect_code 7 env DV_EXEC_PATH=/nowhere \
		dv --exec-path=exec inner >out &&
	DV_EXEC_PATH="$PWD/exec" dv --exec-path >actual &&
	echo "$PWD/exec" >expect &&
	test_cmp expect actual
'

test_expect_success 'a build tree is found from the driver, moved or linked' '
	echo "$DV_BUILD/core" >expect &&
	dv --exec-path >actual &&
	test_cmp expect actual &&
	ln -s "$DV_BUILD/bin/dv" link &&
	./link --exec-path >actual &&
	test_cmp expect actual
'

test_expect_success 'so is an installation that was moved' '
	mkdir -p moved/bin moved/libexec/dv-core &&
	cp "$DV_BUILD/bin/dv" moved/bin/ &&
	cp exec/dv-inner moved/libexec/dv-core/ &&
	test_expect_code 7 moved/bin/dv inner
'

test_expect_success 'a command that dv has not is looked for in PATH' '
	PATH=$PWD/path:$PATH dv outer x y >actual &&
	echo "outer x y" >expect &&
	test_cmp expect actual
'

test_expect_success '-C enters a directory, one after the other' '
	mkdir -p one/two &&
	test_expect_code 7 dv --exec-path="$PWD/exec" -C one -C two inner >out &&
	test_grep "^dir $PWD/one/two\$" out
'

test_expect_success '-C into nothing is fatal and names it' '
	test_expect_code 128 dv -C no-such-dir version >out 2>err &&
	test_must_be_empty out &&
	test_grep "^fatal: cannot change to .no-such-dir.: No such file" err
'

test_expect_success '-c settings are handed on, the outer ones first' '
	test_expect_code 7 dv --exec-path="$PWD/exec" \
		-c dv.one=1 -c "dv.two=a b" -c dv.three inner >out &&
	sed -n "/^config/,/^dir/p" out >actual &&
	printf "%s\n" "config dv.one=1" "dv.two=a b" "dv.three=true" "" \
		"dir $PWD" >expect &&
	test_cmp expect actual &&
	test_expect_code 7 env DV_CONFIG_PARAMETERS="dv.zero=0
" dv --exec-path="$PWD/exec" -c dv.one=1 inner >out &&
	test_grep "^config dv.zero=0" out &&
	test_grep "^dv.one=1" out
'

test_expect_success 'a setting without a section is misuse' '
	test_expect_code 129 dv -c one=1 version >out 2>err &&
	test_must_be_empty out &&
	test_grep "section" err &&
	test_expect_code 129 dv -c "dv.x=a
b" version 2>err &&
	test_grep "one line" err
'

test_expect_success 'an unknown command is misuse and the nearest is named' '
	test_expect_code 129 dv versoin >out 2>err &&
	test_must_be_empty out &&
	cat >expect <<-\EOF &&
	fatal: '\''versoin'\'' is not a dv command
	hint: did you mean '\''dv version'\''?
	EOF
	test_cmp expect err &&
	mkdir two &&
	: >two/dv-verify-pack &&
	: >two/dv-version &&
	test_expect_code 129 dv --exec-path="$PWD/two" ver 2>err &&
	test_grep "did you mean .dv verify-pack. or .dv version.?" err &&
	for word in xxxxxxxxxxxx foo quux
	do
		test_expect_code 129 dv $word 2>err &&
		test_grep "hint: .dv help. lists the commands" err || return 1
	done
'

test_expect_success 'a command is a name, not a path' '
	mkdir dv-x &&
	script dv-x/y <<-\EOF &&
	echo reached
	EOF
	test_expect_code 129 dv --exec-path="$PWD" x/y >out 2>err &&
	test_must_be_empty out &&
	test_expect_code 129 dv ../core/version 2>err
'

test_expect_success 'a program that may not be run is fatal and is named' '
	: >exec/dv-locked &&
	test_expect_code 128 dv --exec-path="$PWD/exec" locked 2>err &&
	test_grep "^fatal: cannot run .*/exec/dv-locked.: Permission denied" err
'

test_expect_success 'no command, or an unknown option, is misuse' '
	test_expect_code 129 dv >out 2>err &&
	test_must_be_empty out &&
	test_grep "^error: no command given" err &&
	test_grep "^usage: dv" err &&
	test_expect_code 129 dv --frob version 2>err &&
	test_grep "^error: unknown option .--frob. before" err &&
	test_expect_code 129 dv -C 2>err &&
	test_expect_code 129 dv -c 2>err
'

test_expect_success !SANITIZE 'the driver links libc alone' '
	readelf -d "$DV_BUILD/bin/dv" >dynamic &&
	sed -n "/libc\.so/d; /NEEDED/p" dynamic >more &&
	test_must_be_empty more
'

test_done
