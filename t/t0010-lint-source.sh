#!/bin/sh
# SPDX-License-Identifier: MIT
# dv-test: once

test_description='lint: the rules of the house that a machine can check'

. ./test-lib.sh

# lint <script> [<argument>...]: run in the root of the tree; what it
# complains of is shown.
lint () {
	script=$1
	shift
	(cd "$DV_SOURCE" && "t/lint/$script" "$@") >complaints 2>&1 || {
		sed "s/^/# /" complaints >&5
		return 1
	}
}

# try <file> <line>...: a tree in which lint has something to find.
try () {
	rm -rf try &&
	mkdir -p "$(dirname "try/$1")" &&
	file=try/$1 &&
	shift &&
	printf "%s\n" "$@" >"$file"
}

# refused <script> <complaint>: lint finds it in that tree.
refused () {
	(cd try && test_must_fail "$DV_SOURCE/t/lint/$1") >out 2>&1 &&
	test_grep "$2" out
}

test_expect_success 'includes go down the floors' '
	lint floors.sh &&
	try libdv/base/low.c "#include \"format/high.h\"" &&
	refused floors.sh "higher floor"
'

test_expect_success 'headers do not include each other in a ring' '
	try libdv/base/one.h "#include \"base/two.h\"" &&
	echo "#include \"base/one.h\"" >try/libdv/base/two.h &&
	refused floors.sh "loop"
'

test_expect_success 'a third-party header has one door' '
	lint doors.sh &&
	try libdv/base/one.c "#include <stdio.h>" "#include <zstd.h>" &&
	echo "#include <zstd_errors.h>" >try/libdv/base/two.c &&
	refused doors.sh "two.c: <zstd_errors.h> has its door in .*one.c"
'

test_expect_success 'base names of sources are unique' '
	lint names.sh &&
	try libdv/base/same.c "" &&
	mkdir try/plumbing try/porcelain try/t &&
	echo >try/t/same.c &&
	refused names.sh "have the same name"
'

test_expect_success 'every source says its licence' '
	lint licence.sh &&
	try libdv/base/free.c "int x;" &&
	mkdir try/plumbing try/porcelain try/t try/contrib try/.ci &&
	refused licence.sh "free.c: no SPDX line"
'

test_expect_success 'libdv neither prints nor exits' '
	lint quiet.sh "$DV_BUILD/libdv.a"
'

test_expect_success 'no line of C is over 100 columns' '
	lint columns.sh &&
	try libdv/base/long.c "$(printf "\t%093d" 0)" &&
	mkdir try/plumbing try/porcelain try/t &&
	refused columns.sh "long.c:1: 101 columns"
'

! command -v shellcheck >/dev/null || test_set_prereq SHELLCHECK

test_expect_success SHELLCHECK 'shellcheck has nothing to say' '
	lint shell.sh
'

test_done
