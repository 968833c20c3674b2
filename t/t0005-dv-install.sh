#!/bin/sh
# SPDX-License-Identifier: MIT
# dv-test: once

test_description='make install, and what installed programs load'

. ./test-lib.sh

unset MAKEFLAGS MFLAGS MAKELEVEL

test_expect_success 'make install puts everything below DESTDIR' '
	make -C "$DV_BUILD" install DESTDIR="$PWD/root" prefix=/usr \
		>log 2>&1 &&
	find root -type f >files &&
	test_grep "^root/usr/bin/dv\$" files &&
	test_grep "^root/usr/libexec/dv-core/dv-help\$" files &&
	test_grep "/bash-completion/completions/dv\$" files &&
	test_grep "/zsh/site-functions/_dv\$" files &&
	sed "/^root\/usr\/\(bin\|libexec\/dv-core\|share\)\//d" files >stray &&
	test_must_be_empty stray
'

test_expect_success 'every command of the build tree is installed' '
	(cd "$DV_BUILD/core" && ls) >expect &&
	(cd root/usr/libexec/dv-core && ls) >actual &&
	test_cmp expect actual
'

test_expect_success 'it runs from there, and knows its own place' '
	root/usr/bin/dv version &&
	echo "$PWD/root/usr/libexec/dv-core" >expect &&
	root/usr/bin/dv --exec-path >actual &&
	test_cmp expect actual
'

test_expect_success 'make uninstall leaves nothing' '
	make -C "$DV_BUILD" uninstall DESTDIR="$PWD/root" prefix=/usr \
		>log 2>&1 &&
	find root -type f >files &&
	test_must_be_empty files
'

# needed <command>: the libraries it loads, one a line
needed () {
	readelf -d "$DV_BUILD/core/dv-$1" |
		sed -n "s/.*NEEDED.*\[\(.*\)\]/\1/p"
}

test -x "$DV_BUILD/core/dv-hash-object" && test_set_prereq HASH_OBJECT

test_expect_success HASH_OBJECT,!SANITIZE 'hash-object loads no libgit2' '
	needed hash-object >libraries &&
	test_grep ! git2 libraries
'

test_expect_success 'no command but a transport loads libcurl' '
	for program in "$DV_BUILD"/core/dv-*
	do
		case $program in
		*/dv-remote-*) continue ;;
		esac
		needed "${program##*/dv-}" >libraries &&
		test_grep ! curl libraries || return 1
	done
'

test_done
