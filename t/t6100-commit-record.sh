#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv commit: what it records, and the names it prints'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"

# record <dataset>: the newest record as git has it.
record () {
	git cat-file -p "refs/dv/$1/$(dv rev-parse --version "$1@latest")"
}

test_expect_success 'setup' '
	lab_init &&
	code=$(git rev-parse HEAD) &&
	c=$(echo "$code" | cut -c1-10)
'

test_expect_success 'without datasets there is nothing to commit' '
	test_expect_code 1 dv commit -m none >.git/out 2>.git/err &&
	test_must_be_empty .git/out &&
	test_grep "^nothing to commit; dv add" .git/err
'

test_expect_success 'the name is code commit and config hash' '
	lab_add 1 &&
	h=$(dv hash-config seed=1) &&
	dv commit -m "first run" --set seed=1 >.git/actual &&
	printf "%s\n" "data-$c-$h" "plot-$c-$h.png" >.git/expect &&
	test_cmp .git/expect .git/actual
'

test_expect_success 'the record is a tag of git on the code commit' '
	record data >.git/actual &&
	test_grep "^object $code\$" .git/actual &&
	test_grep "^type commit\$" .git/actual &&
	test_grep "^tagger C O Mitter <committer@example.com> $test_now -0700\$" \
		.git/actual &&
	test_grep "^first run\$" .git/actual &&
	test_grep "^Dv-Dataset: data\$" .git/actual &&
	test_grep "^Dv-Manifest: $(dv rev-parse data)\$" .git/actual &&
	test_grep "^Dv-Files: 5\$" .git/actual &&
	test_grep "^Dv-Made-By: commit\$" .git/actual &&
	test_grep "^Dv-Config-Hash: $(dv hash-config --abbrev=32 seed=1)\$" \
		.git/actual &&
	test_grep ! "^Dv-Parent" .git/actual &&
	git_unharmed
'

test_expect_success 'the configuration is kept whole' '
	dv cat-object "$(record data | sed -n "s/^Dv-Config: //p")" \
		>.git/actual &&
	printf "{\"seed\":1}" >.git/expect &&
	test_cmp_bin .git/expect .git/actual
'

test_expect_success 'the pointers are not touched by a commit' '
	cp data.dv .git/before && touch -d @1000000000 data.dv &&
	lab_add 2 && cp data.dv .git/before &&
	touch -d @1000000000 data.dv &&
	test_tick && dv commit -q --set seed=2 &&
	test_cmp .git/before data.dv &&
	test "$(stat -c %Y data.dv)" = 1000000000
'

test_expect_success 'the same version again does nothing and says so' '
	git for-each-ref refs/dv >.git/before &&
	h=$(dv hash-config seed=2) &&
	test_tick &&
	dv commit -m "other words" --set seed=2 data >.git/actual 2>.git/err &&
	echo "data-$c-$h" >.git/expect &&
	test_cmp .git/expect .git/actual &&
	test_grep "recorded already as $c-$h-" .git/err &&
	git for-each-ref refs/dv >.git/after &&
	test_cmp .git/before .git/after
'

test_expect_success 'content that has a version is not staged' '
	test_expect_code 1 dv commit --set seed=3 >.git/out 2>.git/err &&
	test_must_be_empty .git/out &&
	test_grep "^nothing to commit: all content here has a version" .git/err &&
	test_grep "^hint: dv commit <dataset>" .git/err
'

test_expect_success 'a dataset that is named is recorded in any case' '
	test_tick &&
	dv commit --set seed=3 plot.png >.git/actual &&
	echo "plot-$c-$(dv hash-config seed=3).png" >.git/expect &&
	test_cmp .git/expect .git/actual
'

test_expect_success 'a dataset may be named by its pointer, or a file in it' '
	dv commit -n --set seed=4 plot.png.dv data/train/1.csv >.git/actual &&
	h=$(dv hash-config seed=4) &&
	printf "%s\n" "plot-$c-$h.png" "data-$c-$h" >.git/expect &&
	test_cmp .git/expect .git/actual &&
	test_expect_code 128 dv commit nothing 2>.git/err &&
	test_grep "^fatal: .*'\''nothing'\''" .git/err
'

test_expect_success '-n prints the names and records nothing' '
	git for-each-ref >.git/before &&
	./simulate 9 && dv add data &&
	dv commit -n --set seed=9 >.git/actual &&
	echo "data-$c-$(dv hash-config seed=9)" >.git/expect &&
	test_cmp .git/expect .git/actual &&
	git for-each-ref >.git/after &&
	test_cmp .git/before .git/after &&
	test_expect_code 1 dv cat-object --exists \
		"$(dv hash-config --canonical seed=9 | dv hash-object --stdin)"
'

test_expect_success 'the parent is what the content descends from' '
	test_tick && dv commit -q --set seed=9 data &&
	v2=$(dv log --json data | jq -r ".[1].version") &&
	test "$(record data | sed -n "s/^Dv-Parent: //p")" = "$v2" &&
	v1=$(dv log --json data | jq -r ".[2].version") &&
	dv checkout "data@v:$v1" &&
	echo more >data/more && dv add data &&
	test_tick && dv commit -q --set seed=5 data &&
	test "$(record data | sed -n "s/^Dv-Parent: //p")" = "$v1"
'

test_expect_success 'messages: several -m, -F, stdin, and none' '
	echo m1 >data/m && dv add data && test_tick &&
	dv commit -q -m one -m two --set m=1 &&
	test "$(dv show --json data | jq -r ".[0].message")" = "one

two" &&
	echo m2 >data/m && dv add data && test_tick &&
	printf "from a file\n\nDv-Dataset: lies\n\n\n" >.git/msg &&
	dv commit -q -F .git/msg --set m=2 &&
	test "$(dv show --json data | jq -r ".[0].message")" = \
		"from a file

Dv-Dataset: lies" &&
	test "$(dv show --json data | jq -r ".[0].dataset")" = data &&
	echo m3 >data/m && dv add data && test_tick &&
	echo piped | dv commit -q -F - --set m=3 &&
	test "$(dv show --json data | jq -r ".[0].message")" = piped &&
	echo m4 >data/m && dv add data && test_tick &&
	dv commit --set m=4 >.git/name &&
	dv show --json data | jq -r ".[0].message" >.git/actual &&
	test_cmp .git/name .git/actual
'

test_expect_success 'command and inputs are recorded' '
	echo in >data/in && dv add data && test_tick &&
	plot=$(dv rev-parse --version plot.png) &&
	dv commit -q --set in=1 --input=plot.png --input=plot.png@latest \
		--command="./simulate 1" data &&
	record data >.git/actual &&
	test_grep "^Dv-Command: ./simulate 1\$" .git/actual &&
	grep "^Dv-Input" .git/actual >.git/inputs &&
	echo "Dv-Input: plot.png@$plot" >.git/expect &&
	test_cmp .git/expect .git/inputs
'

test_expect_success 'an input is a version that is here' '
	test_expect_code 128 dv commit --input=gone data 2>.git/err &&
	test_grep "gone" .git/err &&
	test_expect_code 128 dv commit --input=data:train data 2>.git/err &&
	test_grep "inputs are whole versions" .git/err &&
	echo other >data/other && dv add data &&
	test_expect_code 128 dv commit --input=data plot.png 2>.git/err &&
	test_grep "has no version" .git/err &&
	test_grep "^hint: dv commit data first" .git/err
'

test_expect_success '--code names another commit, pointers aside' '
	lab_pointers "pointers only" &&
	echo "# two" >>simulate && git add simulate && test_tick &&
	git commit -q -m two &&
	dv commit --code=HEAD~1 --set code=1 data >.git/actual &&
	echo "data-$c-$(dv hash-config code=1)" >.git/expect &&
	test_cmp .git/expect .git/actual &&
	test_expect_code 128 dv commit --code=nowhere data 2>.git/err &&
	test_grep "nowhere" .git/err
'

test_expect_success 'committing pointers and .dvconfig changes no name' '
	dv commit -n --set x=1 data >.git/expect &&
	echo more >>data/more && dv add data &&
	git add -A && test_tick && git commit -q -m pointers &&
	git config -f .dvconfig dv.comment harmless &&
	git add -A && test_tick && git commit -q -m "more of .dvconfig" &&
	dv commit -n --set x=1 data >.git/actual &&
	test_cmp .git/expect .git/actual
'

test_expect_success 'an empty commit and a merge are code' '
	test_tick && git commit -q --allow-empty -m empty &&
	test "$(dv rev-parse --code)" = "$(git rev-parse HEAD)" &&
	git checkout -q -b side HEAD~1 && test_commit side-work &&
	git checkout -q main && test_tick &&
	git merge -q -m merged side &&
	dv commit -n --set x=1 data >.git/actual &&
	echo "data-$(git rev-parse HEAD | cut -c1-10)-$(dv hash-config x=1)" \
		>.git/expect &&
	test_cmp .git/expect .git/actual
'

test_expect_success '--json tells the same' '
	test_tick &&
	dv commit --json --set json=1 data plot.png >.git/actual &&
	jq -r ".[] | .artifact, .version, .dataset, .new" .git/actual \
		>.git/fields &&
	cc=$(lab_code10) && h=$(dv hash-config json=1) &&
	cat >.git/expect <<-EOF &&
	data-$cc-$h
	$(dv rev-parse --version data)
	data
	true
	plot-$cc-$h.png
	$(dv rev-parse --version plot.png)
	plot.png
	true
	EOF
	test_cmp .git/expect .git/fields
'

test_expect_success 'names of odd datasets: no extension, dotfile, two dots' '
	echo x >plain && echo x >.hidden && echo x >pack.tar.gz &&
	mkdir dir.v2 && echo x >dir.v2/f && echo x >"a name.txt" &&
	dv add plain .hidden pack.tar.gz dir.v2 "a name.txt" &&
	test_tick &&
	dv commit --set odd=1 | sort >.git/actual &&
	cc=$(lab_code10)-$(dv hash-config odd=1) &&
	sort >.git/expect <<-EOF &&
	.hidden-$cc
	a name-$cc.txt
	dir.v2-$cc
	pack-$cc.tar.gz
	plain-$cc
	EOF
	test_cmp .git/expect .git/actual &&
	git_unharmed
'

test_expect_success 'dv.nameFormat says how names are put together' '
	dv -c "dv.nameFormat=%(code)%(dirty)_%(config)_%(stem)%(ext)" commit -n \
		--set odd=1 pack.tar.gz >.git/actual &&
	echo "$(lab_code10)_$(dv hash-config odd=1)_pack.tar.gz" >.git/expect &&
	test_cmp .git/expect .git/actual &&
	test_expect_code 128 dv -c "dv.nameFormat=%(stem)" commit -n plain \
		2>.git/err &&
	test_grep "^fatal: dv.nameFormat" .git/err
'

test_expect_success 'options that exclude each other are misuse' '
	for args in "-m x -F y" "--allow-dirty --snapshot" \
		"--code=HEAD --snapshot" "--snapshot -n" "--set novalue"
	do
		test_expect_code 129 dv commit $args data 2>.git/err &&
		test_grep "^error: " .git/err || return 1
	done
'

test_expect_success 'writing the names to a full disk is an error' '
	test_expect_code 128 dv commit -n data >/dev/full 2>.git/err &&
	test_grep "standard output" .git/err
'

test_expect_success 'the pipeline of the page records the same version' '
	echo pipe >data/pipe && dv add data && test_tick &&
	parent=$(dv rev-parse --version data@latest) &&
	lab_copy .git/other &&
	(
		cd .git/other &&
		config=$(dv hash-config --canonical params.yaml |
			dv hash-object -w --stdin) &&
		dv write-version --dataset=data \
			--manifest="$(dv rev-parse data)" \
			--config="$config" --parent="$parent" \
			-m "October run" &&
		git for-each-ref refs/dv/data
	) >.git/plumbing &&
	dv commit -m "October run" --config params.yaml data >.git/name &&
	git for-each-ref refs/dv/data >.git/actual &&
	sed 1d .git/plumbing >.git/expect &&
	test_cmp .git/expect .git/actual &&
	dv name-artifact --code="$(dv rev-parse --code)" \
		--config="$(dv hash-config params.yaml)" data/ |
		sed "s,/\$,," >.git/expect &&
	test_cmp .git/expect .git/name
'

test_done
