#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv hash-config --canonical: the vectors of RFC 8785'

. ./test-lib.sh

# jcs <canonical form in printf notation>, the JSON on standard input
jcs () {
	cat >in.json &&
	printf "$1" >expect &&
	dv hash-config --canonical in.json >actual &&
	test_cmp_bin expect actual &&
	dv hash-config --canonical - <actual >again &&
	test_cmp_bin expect again
}

test_expect_success 'RFC 8785, 3.2.2: the sample, 3.2.4: its bytes' '
	cat >sample.json <<-\EOT &&
	{
	  "numbers": [333333333.33333329, 1E30, 4.50,
	              2e-3, 0.000000000000000000000000001],
	  "string": "\u20ac$\u000F\u000aA'\''\u0042\u0022\u005c\\\"\/",
	  "literals": [null, true, false]
	}
	EOT
	cat >expect <<-\EOT &&
	7b 22 6c 69 74 65 72 61 6c 73 22 3a 5b 6e 75 6c 6c 2c 74 72
	75 65 2c 66 61 6c 73 65 5d 2c 22 6e 75 6d 62 65 72 73 22 3a
	5b 33 33 33 33 33 33 33 33 33 2e 33 33 33 33 33 33 33 2c 31
	65 2b 33 30 2c 34 2e 35 2c 30 2e 30 30 32 2c 31 65 2d 32 37
	5d 2c 22 73 74 72 69 6e 67 22 3a 22 e2 82 ac 24 5c 75 30 30
	30 66 5c 6e 41 27 42 5c 22 5c 5c 5c 5c 5c 22 2f 22 7d
	EOT
	dv hash-config --canonical sample.json |
		od -An -v -tx1 -w20 | sed "s/^ //" >actual &&
	test_cmp expect actual
'

test_expect_success 'arrays keep their order' '
	jcs "[56,{\"1\":[],\"10\":null,\"d\":true}]" <<-\EOT
	[
	  56,
	  {
	    "d": true,
	    "10": null,
	    "1": [ ]
	  }
	]
	EOT
'

test_expect_success 'french: the order is no language'\''s' '
	jcs "{\"peach\":\"This sorting order\",\"p\303\251ch\303\251\":\"is wrong according to French\",\"p\303\252che\":\"but canonicalization MUST\",\"sin\":\"ignore locale\"}" <<-\EOT
	{
	  "peach": "This sorting order",
	  "p\u00e9ch\u00e9": "is wrong according to French",
	  "p\u00eache": "but canonicalization MUST",
	  "sin":   "ignore locale"
	}
	EOT
'

test_expect_success 'structures: members of members' '
	jcs "{\"\":\"empty\",\"1\":{\"\\\\n\":56,\"f\":{\"F\":5,\"f\":\"hi\"}},\"10\":{},\"111\":[{}],\"A\":{},\"a\":{}}" <<-\EOT
	{
	  "1": {"f": {"f": "hi","F": 5} ,"\n": 56.0},
	  "10": { },
	  "": "empty",
	  "a": { },
	  "111": [ { } ],
	  "A": { }
	}
	EOT
'

test_expect_success 'unicode: nothing is normalized' '
	jcs "{\"Unnormalized Unicode\":\"A\314\212\"}" <<-\EOT
	{
	  "Unnormalized Unicode":"A\u030a"
	}
	EOT
'

test_expect_success 'values: numbers, escapes, literals' '
	jcs "{\"escaping\":\"\342\202\254\$\\\\u000f\\\\nA'\''B\\\\\"\\\\\\\\\\\\\\\\\\\\\"/\",\"literals\":[null,true,false],\"numbers\":[1e+30,4.5,333333333.3333333,0.002,1e-27]}" <<-\EOT
	{
	  "numbers": [1E30, 4.50, 333333333.33333329, 2e-3, 0.000000000000000000000000001],
	  "escaping": "\u20ac$\u000F\u000aA'\''\u0042\u0022\u005c\\\"\/",
	  "literals": [null, true, false]
	}
	EOT
'

test_expect_success 'weird: keys sort as UTF-16' '
	jcs "{\"\\\\r\":\"Carriage Return\",\"1\":\"One\",\"</script>\":\"Browser Challenge\",\"\302\200\":\"Control\177\",\"\303\266\":\"Latin Small Letter O With Diaeresis\",\"\342\202\254\":\"Euro Sign\",\"\360\237\230\202\":\"Smiley\",\"\357\254\263\":\"Hebrew Letter Dalet With Dagesh\"}" <<-\EOT
	{
	  "\u20ac": "Euro Sign",
	  "\r": "Carriage Return",
	  "1": "One",
	  "\u0080": "Control\u007f",
	  "\ud83d\ude02": "Smiley",
	  "\u00f6": "Latin Small Letter O With Diaeresis",
	  "\ufb33": "Hebrew Letter Dalet With Dagesh",
	  "</script>": "Browser Challenge"
	}
	EOT
'

test_expect_success 'the deviation: integers keep their digits' '
	jcs "[9007199254740993,-123456789012345678901234567890,1e+21]" <<-\EOT
	[9007199254740993, -123456789012345678901234567890, 1e21]
	EOT
'

test_expect_success 'no JSON: half a surrogate pair, bytes, large numbers' '
	for text in "[\"\\ud800\"]" "[\"\\udead\\ud800\"]" "[NaN]" "[1e400]"
	do
		printf "%s" "$text" >bad.json &&
		test_expect_code 128 dv hash-config bad.json || return 1
	done &&
	printf "[\"\355\240\200\"]" >bad.json &&
	test_expect_code 128 dv hash-config bad.json
'

test_done
