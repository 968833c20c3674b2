#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='two dv in one work tree: the second waits, then says who'

. ./test-lib.sh

# hold <seconds>: hold the lock of the work tree, as a dv that is at work
hold () {
	{ perl -e "
		use Fcntl;
		open(my \$f, \"+>>\", \".git/dv/lock\") or die;
		my \$lock = pack(\"s s x![q] q q l x![q]\", 1, 0, 0, 0, 0);
		fcntl(\$f, 37, \$lock) or die \"\$!\";
		truncate(\$f, 0); syswrite(\$f, \"\$\$ dv-add\n\");
		open(my \$r, \">\", \".git/held\"); close(\$r);
		sleep $1;
	" & } &&
	holder=$! &&
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20
	do
		test ! -e .git/held || break
		sleep 0.1
	done &&
	rm .git/held
}

test_expect_success 'setup' '
	test_commit code && dv init && mkdir data && echo 1 >data/1 && dv add -q data && dv commit -q data && git add -A && git commit -qm data
'

test_expect_success 'the second waits for the first' '
	hold 1 && echo 2 >data/2 && dv add -q data && wait $holder && dv ls-files data >actual && test_line_count = 2 actual
'

test_expect_success 'waited for dv.lockTimeout, it says who holds it' '
	hold 5 && echo 3 >data/3 && cp data.dv before &&
	test_expect_code 128 dv -c dv.lockTimeout=0 add data 2>err && test_grep "^fatal: .*locked by process [0-9]* dv-add" err &&
	test_expect_code 128 dv -c dv.lockTimeout=0 checkout data 2>err && test_grep "locked by" err &&
	test_expect_code 128 dv -c dv.lockTimeout=0 rm data 2>err && test_grep "locked by" err &&
	test_cmp before data.dv && dv status --porcelain >actual && test_grep "^new data/3" actual && kill $holder
'

test_expect_success 'status takes away nothing of a writer that is at work' '
	: >.git/dv/journal/data && echo half >.dv-tmp-99999-0 && hold 5 && dv status >actual &&
	test_path_is_file .dv-tmp-99999-0 && kill $holder && { wait $holder 2>/dev/null || :; } &&
	dv status >actual && test_path_is_missing .dv-tmp-99999-0
'

test_expect_success 'a holder that was killed is no holder' '
	hold 60 && kill -9 $holder && { wait $holder 2>/dev/null || :; } && dv add -q data
'

test_expect_success 'many at once: all of them end well' '
	for i in 1 2 3 4 5 6; do mkdir set$i && echo $i >set$i/f || return 1; done &&
	for i in 1 2 3 4 5 6; do dv add -q set$i & done && wait &&
	for i in 1 2 3 4 5 6; do test_path_is_file set$i.dv && grep "^/set$i$" .git/info/exclude || return 1; done &&
	dv status --porcelain >actual && test_grep ! "new\|modified\|missing" actual
'

test_expect_success 'two linked work trees at once share store and exclude' '
	git worktree add -q ../wt.$$ && test_when_finished "git worktree remove -f ../wt.$$" &&
	(cd ../wt.$$ && dv checkout -q && mkdir there && echo t >there/f && dv add -q there & cd "$HOME" && mkdir here && echo h >here/f && dv add -q here; wait) &&
	grep "^/there$" .git/info/exclude && grep "^/here$" .git/info/exclude && (cd ../wt.$$ && git status --porcelain -uall >"$HOME/.git/actual") &&
	test_grep ! "there/f" .git/actual && dv add -q data && grep "^/there$" .git/info/exclude
'

test_done
