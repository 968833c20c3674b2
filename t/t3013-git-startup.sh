#!/bin/sh
# SPDX-License-Identifier: MIT
# dv-test: once

test_description='what opening a git repository does not do'

. ./test-lib.sh

test_expect_success 'setup' '
	dv init
'

# The dynamic linker tells who calls a function, and whose it is.
test_expect_success 'libgit2 gets no certificates to parse' '
	LD_DEBUG=bindings dv rev-parse --store-dir >.git/out 2>.git/bindings &&
	sed -n "/libgit2.*mbedtls_x509_crt_parse_file/p" .git/bindings \
		>.git/parse &&
	test_grep ! "to .*libmbed" .git/parse
'

test_done
