#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv add: what it refuses, in a sentence, changing nothing'

. ./test-lib.sh

# refused <pattern> <argument>...: exit 128, the sentence, nothing changed.
refused () {
	pattern=$1 &&
	shift &&
	state >.git/before &&
	test_expect_code 128 dv add "$@" >.git/out 2>.git/err &&
	test_must_be_empty .git/out &&
	test_grep "^fatal: $pattern" .git/err &&
	state >.git/after &&
	test_cmp .git/before .git/after
}

# All that dv writes outside of packs, and the datasets it knows.
state () {
	find . -name "*.dv" -exec sha256sum {} + | sort &&
	ls .git/dv/index 2>/dev/null &&
	sed -n "/^# dv begin/,/^# dv end/p" .git/info/exclude
}

test_expect_success 'outside of a git repository' '
	(cd .. && test_expect_code 128 dv add f 2>"$HOME/err") &&
	test_grep "^fatal: .*git repository" err
'

test_expect_success 'before dv init' '
	test_commit code &&
	mkdir data && echo 1 >data/1 &&
	test_expect_code 128 dv add data 2>err &&
	test_grep "dv init" err &&
	test_path_is_missing data.dv
'

test_expect_success 'setup: two datasets' '
	dv init && mkdir out && echo 1 >out/1 && mkdir -p top/in && echo 2 >top/in/2 &&
	dv add data top/in
'

test_expect_success 'a path that is not there' '
	refused ".nothing. is not in the work tree" nothing &&
	refused ".none/such. is not in the work tree" none/such
'

test_expect_success 'the work tree itself' '
	refused "the work tree itself" . &&
	(cd top && test_expect_code 128 dv add .. 2>../err) &&
	test_grep "the work tree itself" err
'

test_expect_success 'a path outside of the work tree' '
	refused ".*outside the work tree" .. &&
	refused ".*outside the work tree" /etc
'

test_expect_success 'a path inside of .git' '
	refused ".*\.git" .git &&
	refused ".*\.git" .git/config &&
	mkdir -p x/.git && echo 1 >x/.git/f &&
	refused ".*\.git" x/.git/f &&
	rm -r x
'

test_expect_success 'what git tracks, with what to type' '
	mkdir mixed && echo code >mixed/a.py && echo data >mixed/b.csv &&
	git add mixed/a.py &&
	refused ".mixed.: git tracks .mixed/a.py." mixed &&
	test_grep "^hint: git rm -r --cached .mixed.$" .git/err &&
	refused ".code.t.: git tracks .code.t." code.t &&
	echo 3 >mixed/c && git add mixed/c &&
	refused ".mixed.: git tracks files in it: .mixed/a.py., .mixed/c." mixed &&
	git rm -q -r --cached mixed && dv add mixed && dv rm -q mixed
'

test_expect_success 'what git was made to track inside of a dataset' '
	git add -f data/1 && refused ".data.: git tracks .data/1." data &&
	git rm -q --cached data/1 && dv add data
'

test_expect_success 'a directory that holds a dataset' '
	refused ".top. holds datasets already: .top/in." top
'

test_expect_success 'a pointer, and a dataset that holds one' '
	refused ".data.dv. is the pointer of .data." data.dv &&
	mkdir holder && cp data.dv holder/x.dv && echo 1 >holder/y &&
	refused ".holder. was not added" holder &&
	test_grep "^error: .holder/x.dv. is the pointer of another" .git/err &&
	echo "not a pointer" >holder/x.dv && dv add holder && dv rm -q holder
'

test_expect_success 'a file where the pointer would go' '
	echo mine >out.dv && refused ".out.dv. is in the way" out && rm out.dv &&
	mkdir out.dv && refused ".out.dv. is in the way" out && rmdir out.dv
'

test_expect_success 'a symbolic link as dataset, or on the way to it' '
	ln -s data link && refused ".link. is a symbolic link" link &&
	refused ".link/1. lies beyond a symbolic link" link/1 &&
	ln -s /etc away && refused ".away. is a symbolic link" away
'

test_expect_success 'sockets, fifos and devices' '
	mkdir odd && echo 1 >odd/1 && mkfifo odd/pipe &&
	refused ".odd. was not added: 1 of its files" odd &&
	test_grep "^error: .odd/pipe. is a fifo" .git/err &&
	perl -MSocket -e "socket(S, PF_UNIX, SOCK_STREAM, 0); bind(S, sockaddr_un(q(odd/sock))) or die" &&
	refused ".odd. was not added: 2 of its files" odd &&
	test_grep "^error: .odd/sock. is a socket" .git/err &&
	mkfifo pipe data/pipe && refused ".pipe. is a fifo" pipe &&
	refused ".data/pipe. is a fifo" data/pipe && rm data/pipe
'

test_expect_success 'a git repository inside of it' '
	git init -q odd2/clone && echo 1 >odd2/clone/f && echo 1 >odd2/f &&
	refused ".odd2. was not added: 1 of its files" odd2 &&
	test_grep "^error: .odd2/clone/.git. makes its directory a git repository" .git/err &&
	refused ".odd2/clone/f. is inside another git repository, .odd2/clone." odd2/clone/f
'

test_expect_success 'names that a file system may take for .git' '
	mkdir names && echo 1 >names/ok && echo 1 >"names/git~1" && echo 1 >names/.GIT &&
	refused ".names. was not added: 2 of its files" names &&
	test_grep "^error: .names/git~1. has a name" .git/err &&
	test_grep "^error: .names/.GIT. has a name" .git/err
'

test_expect_success 'a name that is too long for an index' '
	long=$(printf "%0250d" 0) && mkdir $long && echo 1 >$long/f &&
	refused ".*$(printf "%020d" 0)" $long && rm -r $long
'

test_expect_success NOBODY 'unreadable files are all told, and nothing is added' '
	mkdir locked && for i in 1 2 3; do echo $i >locked/$i || return 1; done &&
	mkdir locked/dir && echo 4 >locked/dir/4 &&
	test_when_finished "chmod -R u+rwX locked; test $(id -u) != 0 || chown -R 0:0 ." &&
	chmod 0 locked/1 locked/3 locked/dir && test_give_nobody . &&
	git config --global --add safe.directory "*" &&
	test_expect_code 128 test_as_nobody dv add locked 2>err &&
	test_grep "^error: .locked/1. cannot be read: Permission denied" err &&
	test_grep "^error: .locked/3.*ermission" err &&
	test_grep "^error: .locked/dir. cannot be read.*ermission" err &&
	test_grep "^fatal: .locked. was not added: 3 of its files" err &&
	test_grep ! "locked/2" err &&
	test_path_is_missing locked.dv &&
	test_path_is_missing .git/dv/index/locked
'

test_expect_success 'a pointer with conflict markers, a damaged one, a newer one' '
	cp data.dv keep && manifest=$(sed -n 2p keep) &&
	{ sed 1q keep && echo "<<<<<<< HEAD" && echo "$manifest" && echo "=======" &&
	  echo "manifest $(test_vector id a)" && echo ">>>>>>> other" && sed 1,2d keep; } >data.dv &&
	refused ".*data.dv.*conflict" data &&
	head -n 3 keep >data.dv && refused ".*data.dv" data &&
	sed "s/^dv-pointer 1/dv-pointer 9/" keep >data.dv && refused ".*data.dv" data &&
	mv keep data.dv && dv add data
'

test_expect_success 'one bad dataset does not undo the one before it' '
	mkdir good && echo 1 >good/1 &&
	test_expect_code 128 dv add good odd 2>err &&
	test_path_is_file good.dv && test_path_is_missing odd.dv
'

test_expect_success 'what git and dv read in a work tree is no data' '
	: >.dvignore && : >.gitattributes && mkdir -p deep && : >deep/.dvignore &&
	for path in .dvignore .gitattributes deep/.dvignore
	do
		test_expect_code 128 dv add $path 2>err &&
		test_grep "^fatal: .$path. is read by .* and is no data" err &&
		test_grep "^hint: git add .$path.$" err &&
		test_path_is_missing $path.dv || return 1
	done &&
	rm -r .dvignore .gitattributes deep
'

test_done
