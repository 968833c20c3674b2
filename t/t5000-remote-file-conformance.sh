#!/bin/sh
# SPDX-License-Identifier: MIT
# dv-test: once

test_description='dv remote-file: a directory does what the protocol promises'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-transport.sh"

conform "$PWD/remote"

test_expect_success 'by its URL, too' '
	ask "file://$PWD/remote" >actual <<-\EOF &&
	read h/1 100
	EOF
	echo "read 4 mine" >expect &&
	test_cmp expect actual &&
	mkdir "with blank" &&
	echo "create x y" | ask "file://$PWD/with%20blank" &&
	test_path_is_file "with blank/x"
'

test_done
