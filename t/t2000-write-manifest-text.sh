#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv write-manifest: records in, an id out'

. ./test-lib.sh

HELLO=$(test_vector id hello)
A=$(test_vector id a)
GONE=$(test_vector id csv)

# refused <sentence>: the record in `in` is, and nothing is printed
refused () {
	test_expect_code 128 dv write-manifest <in >actual 2>err &&
	test_must_be_empty actual &&
	test_grep "^fatal: line [0-9]*: $1" err
}

test_expect_success 'setup: a store holding two objects' '
	dv init &&
	printf "hello\n" | dv hash-object -w --stdin &&
	printf a | dv hash-object -w --stdin
'

test_expect_success 'entries of every kind come back as they went in' '
	cat >quoted <<-EOF &&
	#root {"n":[1,1.0,null],"title":"x y"}
	100644 6 $HELLO {"unit":"m"}	a.csv
	100755 1 $A	bin/run me
	040000 0 -	empty
	040000 0 - {"unit":"m s"}	kept
	100644 6 $HELLO	"kept/\\"q\\""
	120000 1 $A	link
	020000 9 {"etag":"\\"x y\\"","url":"https://h/p"}	r
	010000 16 {"a b":[1,2.5]}	v
	010000 9 1.0	w
	EOF
	sed "s/\"kept.*/kept\/\"q\"/" quoted >in &&
	dv write-manifest <quoted >id &&
	test_grep "^$DV_TEST_FORMAT:[0-9a-f]*\$" id &&
	dv cat-manifest "$(cat id)" >actual &&
	test_cmp quoted actual &&
	dv write-manifest <actual >again &&
	test_cmp id again
'

test_expect_success '-z: records end in NUL and paths are raw' '
	dv cat-manifest -z "$(cat id)" >raw &&
	tr "\0" "\n" <raw >actual &&
	test_cmp in actual &&
	dv write-manifest -z <raw >again &&
	test_cmp id again
'

test_expect_success 'any bytes that a path may have' '
	printf "100644 6 %s\t\001\n\t\377\"\\\\\0" "$HELLO" >raw &&
	m=$(dv write-manifest -z <raw) &&
	dv cat-manifest -z "$m" >actual &&
	test_cmp_bin raw actual &&
	dv cat-manifest "$m" | dv write-manifest >actual &&
	echo "$m" >expect &&
	test_cmp expect actual
'

test_expect_success '1 and 1.0 are different values' '
	for v in 1 1.0 "\"1\"" 10e-1
	do
		printf "010000 - %s\tv\n" "$v" | dv write-manifest || return 1
	done >ids &&
	sort -u ids >unique &&
	test_line_count = 3 unique &&
	test "$(sed -n 2p ids)" = "$(sed -n 4p ids)"
'

test_expect_success 'the order of keys and blanks in JSON do not matter' '
	printf "010000 - { \"b\" : 1, \"a\" : [ ] }\tv\n" >one &&
	printf "010000 7 {\"a\":[],\"b\":1}\tv\n" >two &&
	dv write-manifest <two >expect &&
	dv write-manifest <one >actual &&
	test_cmp expect actual
'

test_expect_success '--sort takes records in any order' '
	sort -r quoted >shuffled &&
	! test_cmp_bin quoted shuffled &&
	test_expect_code 128 dv write-manifest <shuffled &&
	dv write-manifest --sort <shuffled >actual &&
	test_cmp id actual &&
	tr "\n" "\0" <in >raw &&
	sort -rz raw | dv write-manifest -z --sort >actual &&
	test_cmp id actual
'

test_expect_success 'records out of order are refused, with a hint' '
	printf "100644 6 %s\t%s\n" "$HELLO" b "$HELLO" a >in &&
	refused ".a. follows .b.: paths ascend by their bytes" &&
	test_grep "^hint: .*--sort" err &&
	sed "s/b\$/a/" in >twice &&
	test_expect_code 128 dv write-manifest --sort <twice 2>err &&
	test_grep "line 2: .a. follows .a.: a path comes once" err &&
	test_grep ! hint err
'

test_expect_success 'an object that is not in the store is refused' '
	printf "100644 4 %s\ta\n" "$GONE" >in &&
	refused "object .$GONE. is not in the store" &&
	test_grep "^hint: .*dv hash-object -w.*--missing" err &&
	dv write-manifest --missing <in >id &&
	dv cat-manifest "$(cat id)" >actual &&
	test_cmp in actual
'

test_expect_success 'so is one of another size' '
	printf "100644 7 %s\ta\n" "$HELLO" >in &&
	refused "object .$HELLO. is 6 bytes, not 7"
'

test_expect_success 'a refused manifest leaves nothing in the store' '
	ls .git/dv/packs >before &&
	awk -v id="$HELLO" "BEGIN {
		for (i = 0; i < 5000; i++)
			printf \"100644 6 %s\tf%04d\n\", id, i
		print \"nonsense\"
	}" >in &&
	refused "record .nonsense. has no TAB before its path" &&
	ls .git/dv/packs >after &&
	test_cmp before after &&
	ls .git/dv/tmp >left &&
	test_must_be_empty left
'

test_expect_success 'a value over 64 KiB becomes an object' '
	awk "BEGIN { printf \"010000 - \\\"\"; for (i = 0; i < 70000; i++)
		printf \"x\"; printf \"\\\" {\\\"k\\\":1}\\tbig\\n\" }" >in &&
	m=$(dv write-manifest <in) &&
	dv cat-manifest "$m" >entry &&
	test_grep "^010000 70005 $DV_TEST_FORMAT:[0-9a-f]* {\"k\":1}	big\$" entry &&
	dv cat-object --exists "$(cut -d" " -f3 entry)" &&
	dv write-manifest <entry >actual &&
	echo "$m" >expect &&
	test_cmp expect actual &&
	dv write-manifest -n <in >actual &&
	test_cmp expect actual
'

test_expect_success '-n prints the id and stores nothing' '
	printf "100644 4 %s\tother\n" "$GONE" >in &&
	ls .git/dv/packs >before &&
	dv write-manifest -n <in >id &&
	ls .git/dv/packs >after &&
	test_cmp before after &&
	test_expect_code 128 dv cat-manifest "$(cat id)" &&
	dv write-manifest --missing <in >actual &&
	test_cmp id actual
'

test_expect_success '-n needs no repository' '
	mkdir outside &&
	(
		cd outside &&
		GIT_CEILING_DIRECTORIES=$PWD/.. GIT_DIR=/nonexistent \
			dv write-manifest -n --object-format=sha256 </dev/null
	) >actual &&
	test_grep "^sha256:" actual
'

test_expect_success 'malformed records are fatal and name the line' '
	printf "100644 6 %s\ta\n" "$HELLO" >good &&
	while IFS="|" read -r record sentence
	do
		{ cat good; printf "$record\n" "$HELLO"; } >in &&
		refused "$sentence" &&
		test_grep "line 2" err || return 1
	done <<-\EOF
	100600 6 %s\tb|mode .100600. is none of
	100644 06 %s\tb|size .06. is not a decimal number
	100644 6 xxh128:00\tb|.*xxh128:00
	100644 6 %s {\tb|.metadata., line 1, column
	100644 6 %s []\tb|metadata .\[\]. is not a JSON object
	100644 6 %s\t"b|quoted path .* has no closing
	100644 6 %s\t"b"x|path .* goes on behind its quotes
	100644 6 %s\t../b|path .../b. has a component .\.\..
	100644 6 %s\t/b|path ./b. is not relative
	100644 6 %s\tb/.GIT/x|path .b/.GIT/x. has a component
	100644 6 %s\tb//c|path .b//c. has an empty component
	100644 6 %s\ta/c|.a/c. is below .a., which is not a directory
	100644 6 %s\t.|.\.. follows .a., though it is
	040000 0 %s\tb|content .* is given for a directory
	040000 5 -\tb|.b. is a directory with content
	120000 0 %s\tb|object
	010000 2 1\tb|.b. has a size that is not that of its value
	010000 - nope\tb|.value., line 1, column
	020000 1 {"url":"https://h/p"}\tb|.b. has a reference without .digest
	020000 1 {"url":"/p","etag":"x"}\tb|.b. has a reference with a bad .url
	#root {"a":1}|.#root. is not the first record
	EOF
'

test_expect_success 'metadata that is not JSON, not a map, too large' '
	echo "#root [1]" >in &&
	refused "metadata .\[1\]. is not a JSON object" &&
	echo "#root {\"a\":1,\"a\":2}" >in &&
	refused ".metadata., line 1, column 8: key .a. is there twice" &&
	awk "BEGIN { printf \"#root {\\\"k\\\":\\\"\"
		for (i = 0; i < 70000; i++) printf \"x\"
		print \"\\\"}\" }" >in &&
	test_expect_code 128 dv write-manifest <in 2>err &&
	test_grep "metadata of more than 65536 bytes" err
'

test_expect_success '#root {} is as no metadata' '
	echo "#root {}" | dv write-manifest >actual &&
	dv write-manifest </dev/null >expect &&
	test_cmp expect actual
'

test_expect_success 'a dataset that is one file' '
	printf "100644 6 %s\t.\n" "$HELLO" >in &&
	m=$(dv write-manifest <in) &&
	dv cat-manifest "$m" . >actual &&
	test_cmp in actual &&
	printf "100644 6 %s\tx\n" "$HELLO" >>in &&
	refused ".x. follows .\.., which is the path of the only entry"
'

test_expect_success 'arguments, or a format without --dry-run: usage' '
	test_expect_code 129 dv write-manifest file </dev/null &&
	test_expect_code 129 dv write-manifest --object-format=sha256 </dev/null
'

test_expect_success 'a full disk under the output is noticed' '
	test_expect_code 128 dv write-manifest </dev/null >/dev/full 2>err &&
	test_grep "^fatal: " err
'

test_done
