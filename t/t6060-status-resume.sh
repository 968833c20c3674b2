#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='an add that was killed before its pointer followed is completed; git mv shows git no data'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"

# status <line>...: exactly these records
status () {
	printf "%s\n" "$@" | sed "/^$/d" >.git/expect &&
	dv status --porcelain >.git/actual 2>.git/err &&
	test_cmp .git/expect .git/actual
}

# field <key> <pointer>
field () {
	sed -n "s/^$1 //p" "$2"
}

# note <old pointer or -> <new pointer>: what an add of data says in its journal
note () {
	echo "add $(test "$1" = - && echo - || field manifest "$1") $(field manifest "$2") \
$(field files "$2") $(field size "$2")"
}

# cut_off: the add of what .git/new names died when its index was written
cut_off () {
	cp .git/old data.dv && cp .git/new-index .git/dv/index/data &&
	note .git/old .git/new >.git/dv/journal/data
}

test_expect_success 'setup: a dataset, and what an add of changes makes of it' '
	lab_init && lab_commit 1 one && lab_pointers one && cp data.dv .git/old &&
	cp .git/dv/index/data .git/old-index &&
	echo "hours of work" >data/README && dv add -q data &&
	cp data.dv .git/new && cp .git/dv/index/data .git/new-index &&
	test_path_is_missing .git/dv/journal/data && ! cmp -s .git/old .git/new
'

test_expect_success 'status completes it, and says so; nothing is behind' '
	cut_off && status "staged data" && test_cmp .git/new data.dv &&
	test_grep "^warning: .data.: an add of it was cut off; .data.dv. names now what was added$" .git/err &&
	test_path_is_missing .git/dv/journal/data && status "staged data" && test_must_be_empty .git/err
'

test_expect_success 'so does checkout: no work is lost' '
	cut_off && dv checkout 2>.git/err && test_grep "^warning: .data.: an add" .git/err &&
	test_cmp .git/new data.dv && echo "hours of work" >.git/expect && test_cmp .git/expect data/README &&
	cut_off && dv add -q data >.git/out 2>.git/err && test_cmp .git/new data.dv &&
	test_must_be_empty .git/err && test_path_is_missing .git/dv/journal/data
'

test_expect_success 'and commit, which records what was added' '
	cut_off && test_tick && dv commit -q -m two data 2>.git/err && test_cmp .git/new data.dv && status "" &&
	m=$(field manifest .git/new) && test "$(dv rev-parse --manifest data@latest)" = "$m"
'

test_expect_success 'where git has moved the pointer since it stays' '
	git commit -qam two && cut_off &&
	sed "s/^manifest .*/manifest $(echo x | dv hash-object --stdin)/" .git/old >data.dv && cp data.dv .git/theirs &&
	dv status >/dev/null 2>.git/err && test_cmp .git/theirs data.dv && test_must_be_empty .git/err &&
	cp .git/old data.dv && dv status --porcelain >.git/actual && echo "behind data" >.git/expect &&
	test_cmp .git/expect .git/actual && test_cmp .git/old data.dv && dv checkout -q && git checkout -q data.dv && dv checkout -q
'

test_expect_success 'where the index has another manifest by now it stays' '
	cut_off && cp .git/old-index .git/dv/index/data && dv status >/dev/null 2>.git/err &&
	test_cmp .git/old data.dv && test_must_be_empty .git/err && git checkout -q data.dv && dv checkout -q -f
'

test_expect_success 'a note that was cut short, or is none, says nothing' '
	cut_off && cp .git/dv/journal/data .git/note && n=$(wc -c <.git/note) &&
	for cut in 1 2 4 5 20 50 $((n / 2)) $((n - 20)) $((n - 3)) $((n - 2)) $((n - 1))
	do
		cut_off && head -c $cut .git/note >.git/dv/journal/data &&
		dv status >/dev/null 2>.git/err && test_cmp .git/old data.dv && test_must_be_empty .git/err || return 1
	done &&
	for line in "add - - 1 1" "add $(field manifest .git/old) xxh128:zz 1 1" "other" "$(cat .git/note) more"
	do
		cut_off && echo "$line" >.git/dv/journal/data &&
		dv status >/dev/null 2>.git/err && test_cmp .git/old data.dv && test_must_be_empty .git/err || return 1
	done &&
	git checkout -q data.dv && dv checkout -q -f
'

test_expect_success 'the first add of a dataset: its pointer is made' '
	mkdir fresh && echo 1 >fresh/1 && dv add -q fresh && mv fresh.dv .git/fresh.dv &&
	note - .git/fresh.dv >.git/dv/journal/fresh && status "staged fresh" &&
	test_cmp .git/fresh.dv fresh.dv && dv rm -q fresh && rm -r fresh
'

test_expect_success 'while another is at work nothing is done' '
	cut_off && perl -e "
		open(my \$f, \"+>>\", \".git/dv/lock\") or die;
		my \$l = pack(\"s s x![q] q q l x![q]\", 1, 0, 0, 0, 0);
		fcntl(\$f, 37, \$l) or die;
		exit(system(\"dv status --porcelain\") >> 8);
	" >.git/actual 2>.git/err && echo "behind data" >.git/expect &&
	test_cmp .git/expect .git/actual && test_cmp .git/old data.dv && test_must_be_empty .git/err &&
	status "" && test_cmp .git/new data.dv
'

test_expect_success 'git mv of a pointer, mv of its data: the next status hides them from git' '
	git add -A && git commit -q -m three --allow-empty && git mv data.dv moved.dv && mv data moved &&
	dv status >/dev/null && git status --porcelain -uall >.git/actual &&
	echo "R  data.dv -> moved.dv" >.git/expect && test_cmp .git/expect .git/actual && git_unharmed
'

test_done
