#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv diff-manifest: what differs between two manifests'

. ./test-lib.sh

A=$(test_vector id a)
H=$(test_vector id hello)

test_expect_success 'setup' '
	dv init &&
	printf a | dv hash-object -w --stdin &&
	echo hello | dv hash-object -w --stdin &&
	cat >old.txt <<-EOF &&
	#root {"title":"x y"}
	100644 1 $A	changed
	100644 1 $A	gone
	120000 1 $A	kind
	040000 0 -	meta
	100644 1 $A	mode
	100644 1 $A	same
	010000 6 "a b c"	value
	EOF
	cat >new.txt <<-EOF &&
	100644 6 $H	"added\\t"
	100644 6 $H	changed
	100644 1 $A	kind
	040000 0 - {"k":1}	meta
	100755 1 $A	mode
	100644 1 $A	same
	010000 1 7	value
	EOF
	old=$(dv write-manifest <old.txt) &&
	new=$(dv write-manifest <new.txt)
'

test_expect_success 'records are as those of git diff-tree' '
	cat >expect <<-EOF &&
	#root {"title":"x\\u0020y"} -
	:000000 100644 - $H A	"added\\t"
	:100644 100644 $A $H M	changed
	:100644 000000 $A - D	gone
	:120000 100644 $A $A T	kind
	:040000 040000 - - M	meta
	:100644 100755 $A $A M	mode
	:010000 010000 "a\\u0020b\\u0020c" 7 M	value
	EOF
	dv diff-manifest "$old" "$new" >actual &&
	test_cmp expect actual
'

test_expect_success 'the other way round they are turned around' '
	dv diff-manifest "$old" "$new" | sed "/#root/d;s/^://" |
	awk -F"[ \t]" "{
		s = \$5
		if (s == \"A\") s = \"D\"; else if (s == \"D\") s = \"A\"
		printf \":%s %s %s %s %s\t%s\n\", \$2, \$1, \$4, \$3, s, \$6
	}" >expect &&
	dv diff-manifest "$new" "$old" | sed "/#root/d" >actual &&
	test_cmp expect actual
'

test_expect_success '-z: NUL for TAB and LF, and raw paths' '
	printf ":000000 100644 - %s A\0added\t\0" "$H" >expect &&
	dv diff-manifest -z "$old" "$new" "added	" >actual &&
	test_cmp_bin expect actual
'

test_expect_success '--name-only prints paths' '
	printf "%s\n" "\"added\\t\"" changed gone kind meta mode value >expect &&
	dv diff-manifest --name-only "$old" "$new" >actual &&
	test_cmp expect actual
'

test_expect_success '--json has both entries whole' '
	cat >expect <<-EOF &&
	{"status":"M","root":true,"old":{"title":"x y"},"new":null}
	{"status":"A","path":"added\\t","new":{"mode":"100644","size":6,"id":"$H"}}
	{"status":"M","path":"changed","old":{"mode":"100644","size":1,"id":"$A"},"new":{"mode":"100644","size":6,"id":"$H"}}
	EOF
	dv diff-manifest --json "$old" "$new" >all &&
	head -n 3 all >actual &&
	test_cmp expect actual &&
	test_grep "^{\"status\":\"M\",\"path\":\"meta\",\"old\":{\"mode\":\"040000\",\"size\":0},\"new\":{\"mode\":\"040000\",\"size\":0,\"meta\":{\"k\":1}}}\$" all
'

test_expect_success 'a path limits it' '
	printf "100644 1 %s\td/a\n100644 1 %s\td/b\n100644 1 %s\te\n" \
		"$A" "$A" "$A" | dv write-manifest >id1 &&
	printf "100644 6 %s\td/a\n100644 6 %s\td-b\n100644 6 %s\te\n" \
		"$H" "$H" "$H" | dv write-manifest --sort >id2 &&
	printf "%s\n" d/a d/b >expect &&
	dv diff-manifest --name-only "$(cat id1)" "$(cat id2)" d/ >actual &&
	test_cmp expect actual &&
	echo e >expect &&
	dv diff-manifest --name-only "$(cat id1)" "$(cat id2)" e >actual &&
	test_cmp expect actual
'

test_expect_success '--exit-code answers with 1 or 0; without it 0' '
	test_expect_code 1 dv diff-manifest --exit-code "$old" "$new" &&
	test_expect_code 0 dv diff-manifest --exit-code "$old" "$old" &&
	test_expect_code 0 dv diff-manifest --exit-code "$old" "$new" same &&
	test_expect_code 0 dv diff-manifest "$old" "$new"
'

test_expect_success 'metadata alone is a difference' '
	sed 1d old.txt | dv write-manifest >id &&
	test_expect_code 1 dv diff-manifest --exit-code "$old" "$(cat id)" \
		>actual &&
	printf "#root {\"title\":\"x\\\\u0020y\"} -\n" >expect &&
	test_cmp expect actual &&
	test_expect_code 1 dv diff-manifest --exit-code --name-only "$old" \
		"$(cat id)" >actual &&
	test_must_be_empty actual
'

test_expect_success 'from and to the empty manifest' '
	empty=$(dv write-manifest </dev/null) &&
	dv diff-manifest "$empty" "$new" >added &&
	test_line_count = 7 added &&
	test_grep ! -v " A	" added &&
	dv diff-manifest "$new" "$empty" >deleted &&
	test_grep ! -v " D	" deleted
'

test_expect_success 'in many blocks, one change is found and the rest not read' '
	awk -v id="$A" "BEGIN { for (i = 0; i < 20000; i++)
		printf \"100644 1 %s\tf%05d\n\", id, i }" >many &&
	one=$(dv write-manifest <many) &&
	sed "s/^100644\(.*f12345\)\$/100755\1/" many >more &&
	two=$(dv write-manifest <more) &&
	echo ":100644 100755 $A $A M	f12345" >expect &&
	dv diff-manifest "$one" "$two" >actual &&
	test_cmp expect actual &&
	dv cat-manifest --root "$one" >r1 &&
	dv cat-manifest --root "$two" >r2 &&
	test_expect_code 1 diff r1 r2 >lines &&
	test 2 = "$(grep -c "^[<>] block" lines)"
'

test_expect_success 'what is not here or no manifest is fatal; misuse' '
	test_expect_code 128 dv diff-manifest "$old" "$A" 2>err &&
	test_grep "^fatal: manifest .$A.: " err &&
	test_expect_code 128 dv diff-manifest nonsense "$new" 2>err &&
	test_grep "^fatal: .nonsense." err &&
	test_expect_code 129 dv diff-manifest "$old" &&
	test_expect_code 129 dv diff-manifest --json --name-only "$old" "$new"
'

test_done
