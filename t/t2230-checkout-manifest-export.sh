#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv checkout-manifest: a manifest as files, anywhere'

. ./test-lib.sh

# manifest <record>...: a manifest of these
manifest () {
	printf "%s\n" "$@" | dv write-manifest --missing
}

test_expect_success 'setup' '
	test_commit code && dv init && mkdir -p data/in/deep data/empty && echo 1 >data/1 && echo 2 >data/in/2 &&
	echo 3 >data/in/deep/3 && chmod +x data/in/2 && ln -s ../1 data/in/l && : >data/nothing &&
	head -c 3000000 /dev/urandom >data/big && echo p >plot.png && dv add data plot.png &&
	M=$(sed -n "s/^manifest //p" data.dv) && P=$(sed -n "s/^manifest //p" plot.png.dv)
'

test_expect_success 'all of it, into a directory that is made' '
	dv checkout-manifest $M .git/out/new >actual 2>&1 && test_must_be_empty actual &&
	diff -r data .git/out/new && test -x .git/out/new/in/2 && test "$(readlink .git/out/new/in/l)" = ../1 &&
	test_path_is_dir .git/out/new/empty && git status --porcelain >actual && test_grep ! out actual
'

test_expect_success 'a part, below the same directories' '
	dv checkout-manifest $M .git/part in/ && diff -r --no-dereference data/in .git/part/in && ls .git/part >actual &&
	echo in >expect && test_cmp expect actual && dv checkout-manifest $M .git/part in/deep/3 &&
	test_expect_code 128 dv checkout-manifest $M .git/part2 nothing/at/all 2>err &&
	test_grep "^fatal: there is no .nothing/at/all. in it" err
'

test_expect_success 'a single file goes to the path itself' '
	dv checkout-manifest $P .git/single.png && test_cmp_bin plot.png .git/single.png
'

test_expect_success 'what is there is kept, if it is the same or begins as it' '
	: >.git/out/new/1 && printf "" >.git/out/new/in/deep/3 && rm .git/out/new/in/2 && dv checkout-manifest $M .git/out/new &&
	diff -r data .git/out/new && echo mine >.git/out/new/mine && echo mine >.git/out/new/1 &&
	test_expect_code 128 dv checkout-manifest $M .git/out/new 2>err && test_grep "would be lost: .\.git/out/new/1.$" err &&
	echo mine >expect && test_cmp expect .git/out/new/1 && dv checkout-manifest -f $M .git/out/new &&
	test_cmp expect .git/out/new/mine && rm .git/out/new/mine && diff -r data .git/out/new
'

test_expect_success 'a link in the way is not written through' '
	mkdir .git/trap .git/target && echo safe >.git/target/2 && ln -s ../target .git/trap/in && ln -s ../target/2 .git/trap/1 &&
	test_expect_code 128 dv checkout-manifest $M .git/trap 2>err && test_grep "would be lost: .*trap/1.*trap/in" err &&
	echo safe >expect && test_cmp expect .git/target/2 && dv checkout-manifest -f $M .git/trap &&
	test_cmp expect .git/target/2 && ls .git/target >actual && echo 2 >expect && test_cmp expect actual && diff -r data .git/trap
'

test_expect_success 'entries that are not on disk are left out' '
	id=$(dv hash-object -w data/1) &&
	m=$(printf "100644 2 %s\ta\n010000 - 42\tb\n" $id | dv write-manifest) &&
	dv checkout-manifest $m .git/values && ls .git/values >actual && echo a >expect && test_cmp expect actual
'

test_expect_success 'an object that is missing, a manifest that is none' '
	m=$(manifest "100644 5 $(test_vector id a)	gone") && test_expect_code 128 dv checkout-manifest $m .git/gone 2>err &&
	test_grep "^fatal: .\.git/gone.: the content of 1 of its files is not in the store, that of .gone. first" err && test_path_is_missing .git/gone && test_expect_code 128 dv checkout-manifest $(dv hash-object data/1) .git/x 2>err &&
	test_grep "^fatal: " err && test_path_is_missing .git/x && test_expect_code 128 dv checkout-manifest 123456 .git/x &&
	test_expect_code 129 dv checkout-manifest $M
'

test_expect_success 'a size that the manifest has wrong is told' '
	m=$(manifest "100644 3 $(dv hash-object -w data/1)	1") && test_expect_code 128 dv checkout-manifest $m .git/wrong 2>err &&
	test_grep "size" err
'

test_done
