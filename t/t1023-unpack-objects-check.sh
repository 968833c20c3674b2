#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv unpack-objects: a pack from elsewhere, checked'

. ./test-lib.sh

# fresh: a new store to unpack into, and go there
fresh () {
	rm -rf "$HOME/to" &&
	git init -q "$HOME/to" &&
	cd "$HOME/to" &&
	dv init
}

test_expect_success 'setup: a pack with a large object and small ones' '
	dv init &&
	seq 1 50000 >text &&
	head -c 4000000 /dev/urandom >large &&
	: >empty &&
	dv hash-object -w text large empty >ids &&
	mkdir out &&
	name=$(dv pack-objects --level=3 out <ids) &&
	pack=$HOME/out/$name.pack
'

test_expect_success 'from a file: every object is there' '
	(
		fresh &&
		dv unpack-objects "$pack" >actual &&
		test_must_be_empty actual &&
		for f in text large empty
		do
			dv cat-object $(test_id ../$f) >actual &&
			test_cmp_bin ../$f actual || exit 1
		done
	)
'

test_expect_success 'from a pipe, and nothing is left in tmp' '
	(
		fresh &&
		cat "$pack" | dv unpack-objects &&
		dv cat-object $(test_id ../large) >actual &&
		test_cmp_bin ../large actual &&
		ls .git/dv/tmp >left &&
		test_must_be_empty left
	)
'

test_expect_success 'what is here already is not stored again' '
	(
		cd to &&
		cat .git/dv/packs/* | wc -c >expect &&
		dv unpack-objects "$pack" &&
		cat .git/dv/packs/* | wc -c >actual &&
		test_cmp expect actual
	)
'

test_expect_success 'chunks that the pack lacks may be here' '
	cp large large2 &&
	printf X >>large2 &&
	dv hash-object -w large2 >/dev/null &&
	recipe=$(test_id large2) &&
	new=$(ls -t .git/dv/packs/*.pack | head -n 1) &&
	cp "$new" thin.pack &&
	(
		fresh &&
		test_expect_code 128 dv unpack-objects ../thin.pack &&
		test_expect_code 1 dv cat-object --exists $recipe &&
		dv hash-object -w ../large >/dev/null &&
		dv unpack-objects ../thin.pack &&
		dv cat-object $recipe >actual &&
		test_cmp_bin ../large2 actual
	)
'

test_expect_success 'a damaged pack: nothing of it is stored' '
	size=$(test_file_size "$pack") &&
	for at in 3 20 $((size / 2)) $((size - 700)) $((size - 3))
	do
		cp "$pack" bad.pack &&
		chmod u+w bad.pack &&
		byte=$(od -An -tu1 -j $at -N 1 bad.pack) &&
		printf "\\$(printf %o $((byte ^ 64)))" |
		dd of=bad.pack bs=1 seek=$at conv=notrunc 2>/dev/null &&
		(
			fresh &&
			test_expect_code 128 dv unpack-objects ../bad.pack 2>err &&
			test_grep "^fatal: " err &&
			test_path_is_missing .git/dv/packs/*.pack
		) || return 1
	done
'

test_expect_success 'cut short, from a file and from a pipe' '
	for n in 0 8 1000 $((size - 1))
	do
		head -c $n "$pack" >cut.pack &&
		(
			fresh &&
			test_expect_code 128 dv unpack-objects ../cut.pack &&
			test_expect_code 128 dv unpack-objects <../cut.pack &&
			ls -R .git/dv >left &&
			test_grep ! -e "pack\$" -e "^tmp_" left
		) || return 1
	done
'

test_expect_success 'a pack of the other object format is refused' '
	case $DV_TEST_FORMAT in
	xxh128) other=sha256 ;;
	*) other=xxh128 ;;
	esac &&
	(
		rm -rf to && git init -q to && cd to &&
		dv init --object-format=$other &&
		test_expect_code 128 dv unpack-objects "$pack" 2>err &&
		test_grep "object format" err
	)
'

test_expect_success 'recipes of recipes that make up exabytes are refused' '
	(
		fresh && mkdir exa &&
		test-packs "$PWD/exa" $DV_TEST_FORMAT exa >ids &&
		set -- exa/dv/packs/*.pack &&
		test -f "$2" &&
		for p
		do
			dv unpack-objects "$p" 2>>err
		done
		test_grep "^fatal: object $(sed -n 4p ids): recipe is corrupt: it repeats" err &&
		test_line_count = 1 err &&
		test_expect_code 1 dv cat-object --exists $(sed -n 4p ids)
	)
'

test_done
