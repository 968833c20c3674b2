#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv diff --stat: what of a file changed'

. ./test-lib.sh

test_expect_success 'setup: changes of each kind' '
	test_commit code &&
	dv init -q &&
	mkdir data &&
	for name in bit same some more gone unbit
	do
		printf "%02000d %s" 1 $name >data/$name || return 1
	done &&
	chmod +x data/unbit &&
	dv add -q data &&
	dv commit -q -m one &&
	chmod +x data/bit &&
	chmod -x data/unbit &&
	printf "%02000d %s" 2 same >data/same &&
	printf "%02000d %s plus" 1 some >data/some &&
	printf "%04000d %s" 1 more >data/more &&
	rm data/gone &&
	echo new >data/new
'

test_expect_success 'two sizes where they differ, else what does' '
	cat >.git/expect <<-\EOF &&
	 data/bit   | 2.0 KiB, now executable
	 data/gone  | gone, was 2.0 KiB
	 data/more  | 2.0 KiB -> 3.9 KiB
	 data/new   | new, 4 B
	 data/same  | 2.0 KiB, same size
	 data/some  | 2.0 KiB, +5 B
	 data/unbit | 2.0 KiB, no longer executable
	EOF
	dv diff --stat >.git/out &&
	sed "\$d" .git/out >.git/actual &&
	test_cmp .git/expect .git/actual
'

test_expect_success 'bytes that did not change do not count' '
	dv add -q data/bit data/unbit &&
	echo " 2 files changed; +0 B, -0 B" >.git/expect &&
	dv diff --stat data@latest data | sed -n "\$p" >.git/actual &&
	test_cmp .git/expect .git/actual
'

test_done
