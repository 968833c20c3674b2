#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv cat: bytes of recorded files'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"

test_expect_success 'setup' '
	lab_init &&
	ln -s plot.png link && mkdir big && dd if=/dev/urandom of=big/b bs=1M \
		count=5 2>/dev/null && cp big/b .git/b &&
	lab_commit 1 one --set v=1 &&
	dv add big && test_tick && dv commit -q --set v=1 &&
	lab_commit 2 two --set v=2
'

test_expect_success 'of the pointer, of versions, of one file' '
	echo "run 2, sample 1" >.git/expect &&
	dv cat data:train/1.csv >.git/actual &&
	test_cmp .git/expect .git/actual &&
	echo "run 1, sample 1" >.git/expect &&
	id=$(dv log --json data | jq -r ".[1].version") &&
	dv cat "data@$id:train/1.csv" >.git/actual &&
	test_cmp .git/expect .git/actual &&
	dv cat plot.png >.git/actual &&
	test_cmp plot.png .git/actual
'

test_expect_success 'from the store, whatever lies in the work tree' '
	echo changed >data/train/1.csv && rm plot.png &&
	echo "run 2, sample 1" >.git/expect &&
	dv cat data:train/1.csv >.git/actual &&
	test_cmp .git/expect .git/actual &&
	dv cat plot.png >.git/actual &&
	echo "PNG of run 2" >.git/expect &&
	test_cmp .git/expect .git/actual
'

test_expect_success 'several are one stream, in order' '
	printf "%s\n" "run 2, check" "PNG of run 2" >.git/expect &&
	dv cat data:test/1.csv plot.png >.git/actual &&
	test_cmp .git/expect .git/actual
'

test_expect_success 'large ones, between small ones' '
	{ echo "PNG of run 2" && cat .git/b && echo "PNG of run 2"; } \
		>.git/expect &&
	dv cat plot.png big:b plot.png >.git/actual &&
	test_cmp_bin .git/expect .git/actual
'

test_expect_success 'a link is its target' '
	ln -s train/1.csv data/link && dv add data &&
	dv cat data:link >.git/actual &&
	printf train/1.csv >.git/expect &&
	test_cmp_bin .git/expect .git/actual
'

test_expect_success 'a value is its JSON; a reference is elsewhere' '
	m=$(printf "%s\n" "010000 9 0.5	alpha" \
		"020000 12 {\"url\":\"https://example.com/x\",\"etag\":\"a\"}	ref" |
		dv write-manifest) &&
	id=$(dv write-version --dataset=lit --manifest="$m" -m lit) &&
	echo 0.5 >.git/expect &&
	dv cat "lit@$id:alpha" >.git/actual &&
	test_cmp .git/expect .git/actual &&
	test_expect_code 128 dv cat "lit@$id:ref" 2>.git/err &&
	test_grep "reference" .git/err
'

test_expect_success 'directories and what is not there are refused' '
	test_expect_code 128 dv cat data 2>.git/err &&
	test_grep "^fatal: .data. is a directory; say which file" .git/err &&
	test_expect_code 128 dv cat data:train 2>.git/err &&
	test_grep "^fatal: .data:train. is a directory" .git/err &&
	test_expect_code 128 dv cat data:nothing 2>.git/err &&
	test_grep "^fatal: .data. has no file .nothing.\$" .git/err &&
	test_grep "^hint: dv ls data" .git/err &&
	test_expect_code 129 dv cat
'

test_expect_success 'a damaged object is not printed' '
	pack=$(grep -l "sample 3" .git/dv/packs/*.pack | head -1) &&
	cp "$pack" .git/saved && chmod +w "$pack" &&
	sed "s/run 2, sample 3/run 2, SAMPLE 3/" .git/saved >"$pack" &&
	test_expect_code 128 dv cat data:train/3.csv >.git/out 2>.git/err &&
	test_must_be_empty .git/out &&
	test_grep "^fatal: " .git/err &&
	cat .git/saved >"$pack"
'

test_expect_success 'writing to a full disk is an error' '
	test_expect_code 128 dv cat plot.png >/dev/full 2>.git/err &&
	test_expect_code 128 dv cat big:b >/dev/full 2>.git/err
'

test_expect_success 'the pipeline of the page' '
	dv cat data:test/1.csv >.git/expect &&
	dv cat-object "$(dv rev-parse data:test/1.csv)" >.git/actual &&
	test_cmp .git/expect .git/actual
'

test_done
