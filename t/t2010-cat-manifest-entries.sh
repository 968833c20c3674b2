#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv cat-manifest: entries, parts of them, roots'

. ./test-lib.sh

ID=$(test_vector id hello)

test_expect_success 'setup: a manifest of many blocks' '
	dv init &&
	echo hello | dv hash-object -w --stdin &&
	awk -v id="$ID" "BEGIN {
		print \"#root {\\\"title\\\":\\\"t\\\"}\"
		for (i = 0; i < 6000; i++)
			printf \"100644 6 %s\td%02d/f%04d\n\", id, i / 100, i
		printf \"100644 6 %s\te\n100644 6 %s\te-f\n\", id, id
		printf \"100644 6 %s\tg/x\n100644 6 %s\tg-h\n\", id, id
	}" | sort -t"	" -k2 >unsorted &&
	m=$(dv write-manifest --sort <unsorted) &&
	echo "$m" >id &&
	dv cat-manifest "$m" >all
'

test_expect_success 'all entries are printed, in the order of their paths' '
	sed 1d all | cut -f2 >paths &&
	LC_ALL=C sort paths >expect &&
	test_cmp expect paths &&
	test_line_count = 6004 paths &&
	sort all >a && sort unsorted >b && test_cmp b a
'

test_expect_success 'a unique prefix of the id is enough' '
	hex=$(cut -d: -f2 id | cut -c1-12) &&
	dv cat-manifest "$hex" >actual &&
	test_cmp all actual
'

test_expect_success 'a path is the entry there and those below it' '
	grep "	d17/" all >expect &&
	for path in d17 d17/ d17//
	do
		dv cat-manifest "$(cat id)" $path >actual &&
		test_cmp expect actual || return 1
	done &&
	test_line_count = 100 expect &&
	dv cat-manifest "$(cat id)" e >actual &&
	grep "	e\$" all >expect &&
	test_cmp expect actual &&
	dv cat-manifest "$(cat id)" g >actual &&
	grep "	g/x\$" all >expect &&
	test_cmp expect actual
'

test_expect_success 'nothing at the path: exit 1' '
	for path in nothing d17/f d1 d17/f1700/x ../x .
	do
		test_expect_code 1 dv cat-manifest "$(cat id)" $path >actual \
			2>err &&
		test_must_be_empty actual &&
		test_must_be_empty err || return 1
	done
'

test_expect_success '--root has totals that are true, and the blocks' '
	dv cat-manifest --root "$(cat id)" >root &&
	head -n 7 root >actual &&
	cat >expect <<-EOF &&
	manifest $(cat id)
	version 1
	entries 6004
	files 6004
	size 36024
	depth 0
	meta {"title":"t"}
	EOF
	test_cmp expect actual &&
	sed 1,7d root >blocks &&
	test_grep ! -v "^block $DV_TEST_FORMAT:[0-9a-f]* [0-9]* [0-9]*	" blocks &&
	test 6004 = "$(awk "{ n += \$3 } END { print n }" blocks)" &&
	while read -r block id entries bytes first
	do
		echo "$bytes" >expect &&
		dv cat-object --size "$id" >actual &&
		test_cmp expect actual || return 1
	done <blocks
'

test_expect_success '--json is one object a line that says the same' '
	cat >in <<-EOF &&
	#root {"t":1.0}
	100644 6 $ID {"u":"m"}	"a\\"b\\377"
	040000 0 -	d
	020000 5 {"etag":"x","url":"s3://b/k"}	r
	010000 12 {"n":1.0}	v
	EOF
	m=$(dv write-manifest <in) &&
	cat >expect <<-EOF &&
	{"root":{"t":1.0}}
	{"path_hex":"612262ff","mode":"100644","size":6,"id":"$ID","meta":{"u":"m"}}
	{"path":"d","mode":"040000","size":0}
	{"path":"r","mode":"020000","size":5,"reference":{"etag":"x","url":"s3://b/k"}}
	{"path":"v","mode":"010000","size":12,"value":{"n":1.0}}
	EOF
	dv cat-manifest --json "$m" >actual &&
	test_cmp expect actual &&
	dv cat-manifest --json -z "$m" | tr "\0" "\n" >actual &&
	test_cmp expect actual &&
	dv cat-manifest --json --root "$m" >actual &&
	test_line_count = 1 actual &&
	test_grep "^{\"id\":\"$m\",\"version\":1,\"entries\":4,\"files\":1,\"size\":6,\"depth\":0,\"meta\":{\"t\":1.0},\"refs\":\[{\"id\":\"$DV_TEST_FORMAT:[0-9a-f]*\",\"entries\":4,\"bytes\":[0-9]*,\"path_hex\":\"612262ff\"}\]}\$" actual
'

test_expect_success 'what is not a manifest, or not here, is fatal' '
	test_expect_code 128 dv cat-manifest "$ID" >actual 2>err &&
	test_must_be_empty actual &&
	test_grep "^fatal: manifest .$ID.: its bytes are not" err &&
	gone=$(test_vector id csv) &&
	test_expect_code 128 dv cat-manifest "$gone" 2>err &&
	test_grep "^fatal: .*$gone" err &&
	test_expect_code 128 dv cat-manifest nonsense 2>err &&
	test_grep "^fatal: .nonsense." err
'

test_expect_success 'a block that is missing is named' '
	printf "100644 6 %s\tonly\n" "$ID" >in &&
	m=$(dv write-manifest <in) &&
	block=$(dv cat-manifest --root "$m" | sed -n "s/^block \([^ ]*\).*/\1/p") &&
	dv cat-object "$m" >bytes &&
	git init -q other &&
	(
		cd other &&
		dv init &&
		dv hash-object -w ../bytes >id &&
		echo "$m" >expect &&
		test_cmp expect id &&
		test_expect_code 128 dv cat-manifest "$m" 2>err &&
		test_grep "^fatal: manifest .$m.: block .$block.: " err
	)
'

# A forged root: its own digest is right, what it says is not.
test_expect_success 'totals that are not true are noticed after reading' '
	dv cat-object "$(cat id)" >root &&
	printf "\315\031\306" >wrong &&
	at=$(LC_ALL=C grep -obUaP "\315\027\164\315\027\164" root | cut -d: -f1) &&
	dd if=wrong of=root bs=1 seek=$((at + 3)) conv=notrunc 2>/dev/null &&
	forged=$(dv hash-object -w root) &&
	test_expect_code 128 dv cat-manifest "$forged" >actual 2>err &&
	test_grep "^fatal: manifest .$forged.: totals are not those" err
'

test_expect_success 'misuse' '
	test_expect_code 129 dv cat-manifest &&
	test_expect_code 129 dv cat-manifest a b c &&
	test_expect_code 129 dv cat-manifest --root "$(cat id)" d17
'

test_expect_success 'a full disk under the output is noticed' '
	test_expect_code 128 dv cat-manifest "$(cat id)" >/dev/full 2>err &&
	test_grep "^fatal: " err
'

test_done
