#!/bin/sh
# SPDX-License-Identifier: MIT
# dv-test: once

test_description='lint: every command has a page, a usage and a test'

. ./test-lib.sh

LIST=$DV_SOURCE/commands.list
TAB=$(printf '\t')

lint_command () {
	(
		cd "$DV_SOURCE" &&
		t/lint/command.sh "$name" "$class" "$summary" \
			"$DV_BUILD/core/dv-$name"
	) >complaints 2>&1 || {
		sed "s/^/# /" complaints >&5
		return 1
	}
}

test_expect_success 'a line of commands.list is name, class, summary' '
	! grep -vnE "^[a-z][a-z-]*$TAB(plumbing|porcelain)$TAB[^$TAB]+[^.]\$" \
		"$LIST" &&
	cut -f1 "$LIST" | sort | uniq -d >twice &&
	test_must_be_empty twice
'

test_expect_success 'what is built is in commands.list' '
	for program in "$DV_BUILD"/core/dv-*
	do
		basename "$program" | sed "s/^dv-//" || return 1
	done | sort >built &&
	cut -f1 "$LIST" | sort >listed &&
	comm -23 built listed >unlisted &&
	test_must_be_empty unlisted
'

while IFS=$TAB read -r name class summary
do
	test -x "$DV_BUILD/core/dv-$name" || continue
	export name class summary
	test_expect_success "dv $name has a page that fits it, and a test" '
		lint_command
	'
	test_expect_success "dv $name says -h on stdout, misuse on stderr" '
		test_expect_code 129 dv "$name" -h >out 2>err &&
		test_grep "^usage: dv $name" out &&
		test_must_be_empty err &&
		test_expect_code 129 dv "$name" --no-such-option >out 2>err &&
		test_must_be_empty out &&
		test_grep "^error: .*no-such-option" err &&
		test_grep "^usage: dv $name" err
	'
done <"$LIST"

test_done
