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
	! grep -vnE "^[a-z][a-z0-9-]*$TAB(plumbing|porcelain)$TAB[^$TAB]+[^.]\$" \
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

test_expect_success 'a page that another one names is there' '
	grep -ohE "\\*dv-[a-z0-9-]+\\*\([157]\)" \
		"$DV_SOURCE"/Documentation/dv*.adoc | tr -d "*" |
		sort -u >named &&
	for page in "$DV_SOURCE"/Documentation/dv*.adoc
	do
		sed -n "1p" "$page" | tr A-Z a-z || return 1
	done | sed "s/^= //" | sort -u >there &&
	comm -23 named there >gone &&
	test_must_be_empty gone
'

test_expect_success 'setup: a command whose page is wrong in every way' '
	mkdir -p try/Documentation try/t &&
	cat >try/Documentation/dv-odd.adoc <<-\EOF &&
	dv-odd(1)
	=========

	NAME
	----
	dv-odd - do something

	== EXAMPLES
	== DESCRIPTION
	== SYNOPSIS

	 dv odd [-q]

	== SEE ALSO
	EOF
	cat >try/dv-odd <<-\EOF &&
	#!/bin/sh
	echo "usage: dv odd [-q | --loud]"
	echo "   or: dv odd <file>..."
	echo
	echo "    -q                    quiet"
	echo "    --loud[=<n>]          not"
	EOF
	chmod +x try/dv-odd
'

test_expect_success 'lint finds all of it' '
	(
		cd try &&
		test_must_fail "$DV_SOURCE/t/lint/command.sh" odd porcelain \
			"do something odd" ./dv-odd
	) >out &&
	test_grep "NAME is not .dv-odd - do something odd" out &&
	test_grep "no section .PIPELINE." out &&
	test_grep "no section .EXIT_STATUS." out &&
	test_grep "sections are not in the order" out &&
	test_grep "SYNOPSIS and .-h. differ" out &&
	test_grep "^-h:   dv odd <file>" out &&
	test_grep "no word on --loud\$" out &&
	test_grep ! "no word on -q" out &&
	test_grep "no t/tNNNN-odd-" out
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
