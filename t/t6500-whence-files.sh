#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv whence: where a file came from, and whether its name lies'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"

TAB=$(printf '\t')

test_expect_success 'setup: two versions, and copies of their files' '
	lab_init &&
	lab_commit 1 "first run" --set seed=1 &&
	lab_commit 2 "second run" --set seed=2 &&
	c=$(lab_code10) &&
	d1=$(dv log --json data | jq -r ".[1].version") &&
	p1=$(dv log --json plot.png | jq -r ".[1].version") &&
	p2=$(dv log --json plot.png | jq -r ".[0].version") &&
	mkdir .git/e &&
	dv cat "plot.png@$p1" >.git/e/p.png &&
	dv cat "data@$d1:train/2.csv" >.git/e/stray
'

test_expect_success 'a stray copy is known by its content' '
	cat >.git/expect <<-EOF &&
	.git/e/p.png
	    Version: plot.png@${p1%-*}
	    Code:    $(git rev-parse HEAD)
	             analysis
	    Config:  {"seed":1}
	    Made by: commit (claimed)
	    Message: first run
	EOF
	dv whence .git/e/p.png >.git/actual &&
	test_cmp .git/expect .git/actual
'

test_expect_success 'a file of a directory has its path' '
	dv whence .git/e/stray >.git/actual &&
	test_grep "^    Path:    train/2.csv\$" .git/actual &&
	test_grep "^    Version: data@${d1%-*}\$" .git/actual
'

test_expect_success 'unknown content: exit 1' '
	echo "run 2, sample 2 " >.git/e/nearly &&
	test_expect_code 1 dv whence .git/e/nearly >.git/actual &&
	echo ".git/e/nearly: no version here holds this content" >.git/expect &&
	test_cmp .git/expect .git/actual &&
	: >.git/e/empty &&
	test_expect_code 1 dv whence .git/e/empty >.git/actual
'

test_expect_success 'a true name is no lie' '
	h=$(dv hash-config seed=1) &&
	cp .git/e/p.png ".git/e/plot-$c-$h.png" &&
	dv whence ".git/e/plot-$c-$h.png" >.git/actual &&
	test_grep ! lies .git/actual
'

test_expect_success 'the name of one version with the content of another lies' '
	h=$(dv hash-config seed=2) &&
	cp .git/e/p.png ".git/e/plot-$c-$h.png" &&
	test_expect_code 1 dv whence ".git/e/plot-$c-$h.png" >.git/actual &&
	test_grep "its name lies: $c-$h of .plot.png. has other content" \
		.git/actual &&
	test_grep "^    Version: plot.png@${p1%-*}\$" .git/actual
'

test_expect_success 'the name of a version with content of nobody lies' '
	h=$(dv hash-config seed=2) &&
	echo forged >".git/e/plot-$c-$h.png" &&
	test_expect_code 1 dv whence ".git/e/plot-$c-$h.png" >.git/actual &&
	test_grep "no version here holds this content" .git/actual &&
	test_grep "its name lies: $c-$h of .plot.png. has other" .git/actual
'

test_expect_success 'the name of no version with known content lies' '
	cp .git/e/p.png .git/e/plot-0123456789-01234567.png &&
	test_expect_code 1 dv whence .git/e/plot-0123456789-01234567.png \
		>.git/actual &&
	test_grep "its name lies: it says 0123456789-01234567, which is not here" \
		.git/actual
'

test_expect_success 'neither name nor content known: unknown, not a lie' '
	echo x >.git/e/plot-0123456789-01234567-dirty.png &&
	echo x >.git/e/plot-0123456789-dirty-01234567.png &&
	test_expect_code 1 dv whence \
		.git/e/plot-0123456789-dirty-01234567.png >.git/actual &&
	test_grep "says 0123456789-dirty-01234567, and no such version" \
		.git/actual &&
	test_grep ! lies .git/actual &&
	test_expect_code 1 dv whence \
		.git/e/plot-0123456789-01234567-dirty.png >.git/actual &&
	test_line_count = 1 .git/actual
'

test_expect_success 'all versions that hold it are listed, newest first' '
	./simulate 1 && dv add plot.png && test_tick &&
	dv commit -q -m "again" --set seed=3 plot.png &&
	p3=$(dv rev-parse --version plot.png@latest) &&
	dv whence --porcelain .git/e/p.png >.git/actual &&
	id=$(test_id .git/e/p.png) &&
	cat >.git/expect <<-EOF &&
	known $id plot.png@$p3${TAB}.git/e/p.png
	known $id plot.png@$p1${TAB}.git/e/p.png
	EOF
	test_cmp .git/expect .git/actual &&
	dv whence .git/e/p.png >.git/actual &&
	test_grep "^    Also in: plot.png@$p1\$" .git/actual
'

test_expect_success 'the version that the name names comes first' '
	h=$(dv hash-config seed=1) &&
	cp .git/e/p.png ".git/e/plot-$c-$h.png" &&
	dv whence --porcelain ".git/e/plot-$c-$h.png" >.git/actual &&
	sed -n 1p .git/actual >.git/first &&
	test_grep "plot.png@$p1$TAB" .git/first
'

test_expect_success 'the long form of a name, where the short one is shared' '
	echo other >plot.png && dv add plot.png && test_tick &&
	name=$(dv commit --set seed=3 plot.png 2>/dev/null) &&
	cp plot.png ".git/e/$name" &&
	test "$name" = "plot-$(dv rev-parse --version plot.png).png" &&
	dv whence ".git/e/$name" >.git/actual &&
	cp .git/e/p.png ".git/e/$name" &&
	test_expect_code 1 dv whence ".git/e/$name" >.git/actual &&
	test_grep "its name lies" .git/actual
'

test_expect_success 'a file twice in one version has both paths' '
	cp data/train/1.csv data/twice && dv add data && test_tick &&
	dv commit -q --set seed=4 data &&
	dv whence --porcelain data/twice | cut -d" " -f3 | cut -f1 >.git/actual &&
	v=$(dv rev-parse --version data) &&
	sed -n 1,2p .git/actual >.git/first &&
	printf "%s\n" "data@$v:train/1.csv" "data@$v:twice" >.git/expect &&
	test_cmp .git/expect .git/first
'

test_expect_success 'several files, and --stdin; one unknown: exit 1' '
	printf "%s\n" .git/e/p.png .git/e/stray .git/e/nearly >.git/in &&
	test_expect_code 1 dv whence --porcelain --stdin <.git/in \
		>.git/actual &&
	test_expect_code 1 dv whence --porcelain .git/e/p.png .git/e/stray \
		.git/e/nearly >.git/expect &&
	test_cmp .git/expect .git/actual &&
	test_grep "^unknown $(test_id .git/e/nearly) -$TAB" .git/actual
'

test_expect_success '-z: NUL both ways, names as they are' '
	cp .git/e/stray ".git/e/a
b" &&
	printf ".git/e/a\nb\0.git/e/nearly\0" >.git/in &&
	test_expect_code 1 dv whence -z --stdin <.git/in >.git/out &&
	tr "\0\n" "\n " <.git/out >.git/actual &&
	test_grep "^known .*${TAB}.git/e/a b\$" .git/actual &&
	test_grep "^unknown .*${TAB}.git/e/nearly\$" .git/actual
'

test_expect_success '--json' '
	test_expect_code 1 dv whence --json .git/e/stray .git/e/nearly \
		>.git/json &&
	jq -r ".[] | [.verdict, .named, .versions[-1].version,
		.versions[-1].path] | map(tostring) | join(\" \")" .git/json \
		>.git/actual &&
	printf "%s\n" "known null $d1 train/2.csv" "unknown null null null" \
		>.git/expect &&
	test_cmp .git/expect .git/actual
'

test_expect_success 'a file that cannot be read: the others are answered, 128' '
	test_expect_code 128 dv whence --porcelain .git/e/gone .git/e \
		.git/e/p.png >.git/actual 2>.git/err &&
	test_grep "^known " .git/actual &&
	test_grep "^error: .*.git/e/gone" .git/err &&
	test_grep "^error: .*.git/e. is a directory" .git/err &&
	test_expect_code 129 dv whence &&
	test_expect_code 129 dv whence --json --porcelain x
'

test_expect_success 'versions that share blocks are walked once each' '
	mkdir many && for i in $(seq 3000); do echo $i >many/$i || return 1; done &&
	dv add many && test_tick && dv commit -q --set m=0 many &&
	for v in 1 2 3 4 5
	do
		echo v$v >many/v && dv add many && test_tick &&
		dv commit -q --set m=$v many || return 1
	done &&
	dv whence --porcelain many/1500 >.git/actual &&
	test_line_count = 6 .git/actual &&
	echo v3 >.git/e/v3 &&
	dv whence --porcelain .git/e/v3 >.git/actual &&
	test_line_count = 1 .git/actual
'

test_expect_success 'the name of one dataset with the content of another lies' '
	echo first >one.txt && echo second >two.txt && dv add one.txt two.txt &&
	test_tick && dv commit -q --set pair=1 one.txt two.txt &&
	name=$(dv log --json one.txt | jq -r ".[0].version") &&
	name=one-${name%-*}.txt &&
	cp one.txt ".git/e/$name" && dv whence ".git/e/$name" &&
	cp two.txt ".git/e/$name" &&
	test_expect_code 1 dv whence ".git/e/$name" >.git/actual &&
	test_grep "its name lies: .* of .one.txt. has other content" \
		.git/actual &&
	test_grep "Version: two.txt@" .git/actual
'

test_expect_success 'a file is not known by the target of a link' '
	ln -s no-such-target many/link && dv add many && test_tick &&
	dv commit -q --set m=link many &&
	printf no-such-target >.git/e/text &&
	test_expect_code 1 dv whence .git/e/text
'

test_expect_success 'the pipeline of the page' '
	dv cat-manifest "$(dv rev-parse many@latest)" |
		grep -F "$(dv hash-object many/1500)" >.git/actual &&
	test_grep "${TAB}1500\$" .git/actual &&
	test_line_count = 1 .git/actual
'

test_done
