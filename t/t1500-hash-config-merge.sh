#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv hash-config: files and settings put together'

. ./test-lib.sh

# canonical <expected form> <argument>...
canonical () {
	printf %s "$1" >expect &&
	shift &&
	dv hash-config --canonical --object-format=$DV_TEST_FORMAT "$@" \
		>actual &&
	test_cmp expect actual
}

# refused <pattern of the message> <argument>...: nothing printed, exit 128
refused () {
	pattern=$1 &&
	shift &&
	test_expect_code 128 dv hash-config "$@" >actual 2>err </dev/null &&
	test_must_be_empty actual &&
	test_grep "^fatal: $pattern" err
}

test_expect_success 'nothing at all is the empty map' '
	canonical "{}" &&
	echo dc7048f8 >expect &&
	dv hash-config >actual &&
	test_cmp expect actual
'

test_expect_success 'the hash is that of the canonical form, by xxh128' '
	echo "{\"b\":1,\"a\":[2,3]}" >a.json &&
	dv hash-config --canonical a.json >form &&
	xxhsum -H2 form | cut -c 1-8 >expect &&
	dv hash-config --object-format=$DV_TEST_FORMAT a.json >actual &&
	test_cmp expect actual
'

test_expect_success '--abbrev prints 8 to 32 digits' '
	xxhsum -H2 form | cut -c 1-32 >expect &&
	dv hash-config --abbrev=32 a.json >actual &&
	test_cmp expect actual &&
	test_expect_code 129 dv hash-config --abbrev=7 a.json &&
	test_expect_code 129 dv hash-config --abbrev=33 a.json
'

test_expect_success 'order, white space, comments and format do not matter' '
	cat >a.yml <<-\EOT &&
	# nothing of this
	a:
	- 2
	- 3.0   # as a real
	b: 1
	EOT
	dv hash-config a.json >expect &&
	dv hash-config a.yml >actual &&
	test_cmp expect actual
'

test_expect_success 'a value does' '
	echo "{\"b\":2,\"a\":[2,3]}" >b.json &&
	echo "{\"b\":1,\"a\":[3,2]}" >c.json &&
	echo "{\"b\":\"1\",\"a\":[2,3]}" >d.json &&
	echo "{\"b\":true,\"a\":[2,3]}" >e.json &&
	for f in a b c d e
	do
		dv hash-config $f.json || return 1
	done >hashes &&
	sort -u hashes >uniq &&
	test_line_count = 5 uniq
'

test_expect_success 'maps merge deep from left to right, all else replaces' '
	echo "{\"m\":{\"x\":[1,2],\"y\":{\"k\":1}},\"s\":{\"t\":1}}" >l.json &&
	echo "{m: {x: [3], y: {l: 2}}, s: 5}" >r.yaml &&
	canonical "{\"m\":{\"x\":[3],\"y\":{\"k\":1,\"l\":2}},\"s\":5}" \
		l.json r.yaml &&
	canonical "{\"m\":{\"x\":[1,2],\"y\":{\"k\":1,\"l\":2}},\"s\":{\"t\":1}}" \
		r.yaml l.json
'

test_expect_success 'settings come after the files, wherever they stand' '
	canonical "{\"m\":{\"x\":null,\"y\":{\"l\":2}},\"s\":\"no\"}" \
		m.x=null r.yaml s=no
'

test_expect_success 'settings are JSON or text, and their dots nest' '
	canonical "{\"a\":{\"b\":{\"c\":1}},\"d\":\"1.2.3\",\"e\":[{}]}" \
		a.b.c=1 d=1.2.3 "e=[{}]"
'

test_expect_success 'a setting replaces the map that it names' '
	canonical "{\"m\":{\"z\":1},\"s\":5}" r.yaml "m={\"z\":1}"
'

test_expect_success 'other files count by name and digest' '
	mkdir -p sub &&
	echo hello >sub/prompt.txt &&
	canonical "{\"prompt.txt\":\"$(test_vector id hello)\"}" \
		sub/prompt.txt
'

test_expect_success 'in a repository its object format counts' '
	dv init &&
	printf %s "{\"prompt.txt\":\"$(test_vector id hello)\"}" >expect &&
	dv hash-config --canonical sub/prompt.txt >actual &&
	test_cmp expect actual
'

test_expect_success 'two other files of one name are refused' '
	mkdir -p sub2 &&
	echo other >sub2/prompt.txt &&
	refused ".*key .prompt.txt. already" sub/prompt.txt sub2/prompt.txt
'

test_expect_success '- is standard input, in JSON' '
	echo "{\"q\":1e2}" |
		dv hash-config --canonical a.json - b=7 >actual &&
	printf %s "{\"a\":[2,3],\"b\":7,\"q\":100}" >expect &&
	test_cmp expect actual
'

test_expect_success 'a file with = in its name is written with a directory' '
	echo "{\"in\":1}" >x=y.json &&
	canonical "{\"in\":1}" ./x=y.json &&
	canonical "{\"x\":\"y.json\"}" x=y.json
'

test_expect_success 'no and "no" differ' '
	echo "a: no" >no.yaml &&
	echo "a: \"no\"" >quoted.yaml &&
	canonical "{\"a\":{\"!plain\":\"no\"}}" no.yaml &&
	canonical "{\"a\":\"no\"}" quoted.yaml &&
	canonical "{\"a\":\"no\"}" a=no
'

test_expect_success 'a file that is not there: hint at settings' '
	refused ".*nope.yaml" nope.yaml &&
	test_grep "^hint: a setting is written <key>=<value>" err
'

test_expect_success 'faults are named with file, line and column' '
	printf "{\"a\":1,\n \"a\":2}\n" >twice.json &&
	refused ".twice.json., line 2, column 2: key \"a\" is there twice" \
		twice.json &&
	printf "a: 1\na: 2\n" >twice.yaml &&
	refused ".twice.yaml., line 2, column 1: key .a. is there" twice.yaml &&
	echo "a: !!str 1" >tag.yaml &&
	refused ".tag.yaml., line 1, column 4: tags are not" tag.yaml &&
	printf "a: 1\n---\na: 1\n" >two.yaml &&
	refused ".two.yaml., line 2, column 1: a second document" two.yaml &&
	echo "{\"a\":" >cut.json &&
	refused ".cut.json., line 1, column 6: the text ends" cut.json
'

test_expect_success 'an alias bomb is refused' '
	{
		echo "- &a0 x" &&
		for i in 1 2 3 4 5 6 7 8 9
		do
			p="*a$((i - 1))" &&
			echo "- &a$i [$p,$p,$p,$p,$p,$p,$p,$p,$p,$p]" || return 1
		done
	} | sed "s/,\*/, */g; s/\(a[0-9]\)\([],]\)/\1 \2/g" >bomb.yaml &&
	refused ".bomb.yaml., line 1, .*aliases expand to more" bomb.yaml
'

test_expect_success 'a configuration file is at most 16 MiB' '
	truncate -s 17M big.json &&
	refused ".*big.json.*16777216\|.*big.json.*16 MiB" big.json
'

test_expect_success 'what is no file is refused and not waited for' '
	mkfifo fifo &&
	refused ".*fifo. is not a regular file" fifo &&
	refused ".*sub. is not a regular file" sub
'

test_expect_success NONROOT 'an unreadable file is named' '
	echo "{}" >locked.json &&
	chmod 0 locked.json &&
	refused ".*locked.json.*Permission denied" locked.json
'

test_expect_success 'keys that cannot be meant are refused' '
	refused "setting .=1. is not <key>=<value>" =1 &&
	refused "setting .a..b=1. is not" a..b=1 &&
	refused ".*key \"b\" is there twice" "a={\"b\":1,\"b\":2}"
'

test_expect_success 'a name that is not UTF-8 cannot be a key' '
	name=$(printf "x\377.bin") &&
	echo 1 >"$name" &&
	refused ".*not UTF-8" "$name"
'

test_expect_success 'output that cannot be written is fatal' '
	test_expect_code 128 dv hash-config a.json >/dev/full 2>err &&
	test_grep "^fatal: " err
'

test_done
