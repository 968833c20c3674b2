#!/bin/sh
# SPDX-License-Identifier: MIT
# dv-test: once

test_description='progress: shown on a terminal, never in a pipe'

. ./test-lib.sh

! command -v script >/dev/null || test_set_prereq TTY

# What a terminal was sent, one line for each time the line was taken back.
on_terminal () {
	TERM=xterm script -qec "stty cols 70; $*" /dev/null </dev/null \
		>raw 2>&1 &&
	tr "\r" "\n" <raw | sed "s/$(printf "\033")\[K//" >out
}

test_expect_success 'a pipe gets no progress' '
	test-meter >out 2>err &&
	echo done >expect &&
	test_cmp expect out &&
	echo "warning: half way" >expect &&
	test_cmp expect err
'

test_expect_success TTY 'a terminal gets phase, files, bytes, rate, time' '
	on_terminal test-meter &&
	test_grep "^hashing: 3/10 files, 1.0 MiB of 4.0 MiB" out &&
	test_grep -E "^hashing: 5/10 files, 2.0 MiB of 4.0 MiB, .*iB/s, [0-9]+s left" out
'

test_expect_success TTY 'a message does not mix with the line' '
	test_grep "^warning: half way" out &&
	test_grep "^done" out
'

test_expect_success TTY 'where objects are counted it says so' '
	on_terminal test-meter --objects &&
	test_grep "^hashing: 3/10 objects, 1.0 MiB of 4.0 MiB" out
'

test_expect_success TTY 'a quiet command shows none' '
	on_terminal test-meter -q &&
	test_grep ! hashing out &&
	test_grep "^done" out
'

test_expect_success TTY 'a line is cut to the width of the terminal' '
	TERM=xterm script -qec "stty cols 20; test-meter" /dev/null \
		</dev/null >raw 2>&1 &&
	tr "\r" "\n" <raw | sed "s/$(printf "\033")\[K//" >out &&
	test_grep "^hashing: 3/10 files\$" out &&
	test_grep ! "MiB" out
'

test_expect_success 'a program gets lines of JSON, the last one at the end' '
	test-meter --json >out 2>err &&
	echo done >expect &&
	test_cmp expect out &&
	grep "^{" err >lines &&
	test_grep -x "warning: half way" err &&
	test_line_count = 4 lines &&
	jq -c "[.phase, .files, .total_files, .bytes, .total_bytes, .end]" \
		lines >actual &&
	cat >expect <<-\EOF &&
	["hashing",3,10,1048576,4194304,false]
	["hashing",5,10,2097152,4194304,false]
	["hashing",5,10,2097152,4194304,false]
	["hashing",5,10,2097152,4194304,true]
	EOF
	test_cmp expect actual &&
	jq -e "(.rate > 0) and (.seconds_left > 0)" lines
'

test_expect_success 'what is not known is null, and each phase is named' '
	test-meter --json --unknown >out 2>err &&
	head -n 1 err | jq -c "[.total_files, .total_bytes, .seconds_left]" \
		>actual &&
	echo "[null,null,null]" >expect &&
	test_cmp expect actual
'

test_done
