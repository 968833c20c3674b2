#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv help: the list of commands, and manual pages'

. ./test-lib.sh

test -r "$DV_BUILD/Documentation/dv-help.1" && command -v man >/dev/null &&
	! man --version 2>&1 | grep -q minimized && test_set_prereq MAN

test_expect_success 'help lists the commands for people' '
	dv help >out 2>err &&
	test_must_be_empty err &&
	awk -F"\t" "\$2 == \"porcelain\" { print \$1 }" \
		"$DV_SOURCE/commands.list" >expect &&
	sed -n "s/^   \([a-z][a-z0-9-]*\) .*/\1/p" out >actual &&
	test_cmp expect actual
'

test_expect_success 'help -a lists all commands' '
	dv help -a >out &&
	cut -f1 "$DV_SOURCE/commands.list" | sort >expect &&
	sed -n "s/^   \([a-z][a-z0-9-]*\) .*/\1/p" out | sort >actual &&
	test_cmp expect actual
'

test_expect_success '--help and -h before a command are help' '
	dv help >expect &&
	dv --help >actual &&
	test_cmp expect actual &&
	dv -h >actual &&
	test_cmp expect actual
'

test_expect_success MAN 'help <command> opens its page, three ways' '
	dv help version >out &&
	test_grep "^NAME" out &&
	test_grep "dv-version - print the version of dv" out &&
	dv help dv-version >actual &&
	test_cmp out actual &&
	dv version --help >actual &&
	test_cmp out actual &&
	dv --help version >actual &&
	test_cmp out actual
'

test_expect_success MAN 'help dv opens the page of the suite' '
	dv help dv >out &&
	test_grep "dv - version data the way git versions code" out
'

test_expect_success 'without a page the usage is shown' '
	mkdir exec &&
	cat >exec/dv-mine <<-\EOF &&
	#!/bin/sh
	echo "usage: mine $*"
	exit 129
	EOF
	chmod +x exec/dv-mine &&
	PATH=$PWD/exec:$PATH dv help mine >actual &&
	echo "usage: mine -h" >expect &&
	test_cmp expect actual
'

test_expect_success 'without man(1) the usage is shown' '
	mkdir empty &&
	PATH=$PWD/empty "$DV_BUILD/bin/dv" help version >out &&
	test_grep "^usage: dv version" out
'

test_expect_success 'help for nothing is misuse and names the nearest' '
	test_expect_code 129 dv help versoin >out 2>err &&
	test_must_be_empty out &&
	test_grep "^fatal: .versoin. is not a dv command" err &&
	test_grep "did you mean .dv version.?" err &&
	test_expect_code 129 dv help ../../bin/dv 2>err &&
	test_expect_code 129 dv help -a version 2>err &&
	test_expect_code 129 dv help version help 2>err
'

test_expect_success 'a full disk is a failure' '
	test_expect_code 128 dv help >/dev/full 2>err &&
	test_grep "^fatal: cannot write to standard output: No space" err
'

test_done
