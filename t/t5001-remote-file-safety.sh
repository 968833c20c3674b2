#!/bin/sh
# SPDX-License-Identifier: MIT
# dv-test: once

test_description='dv remote-file: nothing leaves the directory, nothing is torn'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-transport.sh"

test_expect_success 'setup' '
	mkdir remote outside &&
	echo secret >outside/secret &&
	ln -s "$PWD/outside" remote/dir &&
	ln -s "$PWD/outside/secret" remote/file &&
	printf "hello" >hello &&
	: >out
'

test_expect_success 'a symbolic link is not followed to read' '
	ask "$PWD/remote" >actual <<-\EOF &&
	get dir/secret 0 10 out 0
	get file 0 10 out 0
	head dir/secret
	head file
	EOF
	test_line_count = 4 actual &&
	! grep -v "^error fatal .*symbolic link" actual &&
	test_must_be_empty out
'

test_expect_success 'nor to write' '
	ask "$PWD/remote" >actual <<-\EOF &&
	put dir/new hello 0 5 any
	put dir/new hello 0 5 absent
	EOF
	test_line_count = 2 actual &&
	! grep -v "^error fatal .*symbolic link" actual &&
	test_path_is_missing outside/new
'

test_expect_success 'nor to delete: the link itself goes' '
	ask "$PWD/remote" >actual <<-\EOF &&
	delete dir/secret
	delete file
	EOF
	test_path_is_file outside/secret &&
	test_path_is_missing remote/file
'

test_expect_success 'nor to list, where one is in the way' '
	ln -s "$PWD/outside/secret" remote/file &&
	mkdir remote/own && ln -s ../dir remote/own/dir &&
	for prefix in "" dir/ dir/s fi file own/
	do
		echo "list $prefix  10" | ask "$PWD/remote" >actual &&
		test_grep "^error fatal .*cannot list .*: a symbolic link is in the way" actual ||
			return 1
	done &&
	echo "list other/  10" | ask "$PWD/remote" >actual &&
	echo "end last" >expect &&
	test_cmp expect actual && rm -r remote/own
'

test_expect_success 'a link in the place of .dv-tmp is not written through' '
	rm -rf remote &&
	mkdir remote &&
	ln -s "$PWD/outside" remote/.dv-tmp &&
	echo "put k hello 0 5 any" | ask "$PWD/remote" >actual &&
	test_grep "^error fatal .*symbolic link" actual &&
	ls outside >actual &&
	echo secret >expect &&
	test_cmp expect actual
'

test_expect_success 'temporary files are no objects' '
	rm -rf remote &&
	mkdir -p remote/.dv-tmp &&
	echo part >remote/.dv-tmp/tmp_1 &&
	ask "$PWD/remote" >actual <<-\EOF &&
	list   10
	head .dv-tmp/tmp_1
	put .dv-tmp/x hello 0 5 any
	put .dv-tmp hello 0 5 any
	delete .dv-tmp/tmp_1
	EOF
	sed "s/^\(error [a-z]*\).*/\1/" actual >classes &&
	printf "%s\n" "end last" "error missing" "error denied" \
		"error denied" done >expect &&
	test_cmp expect classes &&
	test_path_is_file remote/.dv-tmp/tmp_1
'

test_expect_success 'old ones are swept, new ones are not' '
	touch -d "8 days ago" remote/.dv-tmp/tmp_1 &&
	touch -d "6 days ago" remote/.dv-tmp/tmp_2 &&
	echo "put k hello 0 5 any" | ask "$PWD/remote" &&
	ls remote/.dv-tmp >actual &&
	echo tmp_2 >expect &&
	test_cmp expect actual
'

test_expect_success 'a fifo is not waited for' '
	mkfifo remote/fifo &&
	printf "get\tfifo\t0\t1\tout\t0\nhead\tfifo\n" |
		timeout 20 test-transport -s "$PWD/remote" >actual &&
	test_line_count = 2 actual &&
	! grep -v "^error fatal" actual &&
	echo "list f  10" | ask "$PWD/remote" >actual &&
	echo "end last" >expect &&
	test_cmp expect actual
'

test_expect_success 'empty directories do not stay' '
	ask "$PWD/remote" <<-\EOF &&
	put a/b/c/d hello 0 5 any
	put a/x hello 0 5 any
	delete a/b/c/d
	EOF
	test_path_is_missing remote/a/b &&
	test_path_is_file remote/a/x
'

test_expect_success NOBODY 'without the right to write it says so at once' '
	mkdir ro &&
	echo x >ro/k &&
	chmod 755 . ro &&
	printf "caps\nread\tk\t10\n" >script &&
	chmod 644 script hello &&
	mkdir own &&
	test_give_nobody own &&
	(
		cd own &&
		test_as_nobody test-transport -s "$PWD/../ro" <../script
	) >actual &&
	test_grep "^write=0" actual &&
	test_grep "^read 2 x" actual &&
	printf "put\tk2\t%s/hello\t0\t5\tany\n" "$PWD" >script &&
	(
		cd own &&
		test_as_nobody test-transport -s "$PWD/../ro" <../script
	) >actual &&
	test_grep "^error denied .*k2.*Permission denied" actual
'

test_expect_success 'a directory whose parent is missing is refused' '
	test_expect_code 128 test-transport -s "$PWD/no/such" </dev/null \
		2>err &&
	test_grep "^fatal: remote .origin.: cannot open directory .*no/such" err
'

test_expect_success 'a file in its place is refused' '
	test_expect_code 128 test-transport -s "$PWD/hello" </dev/null 2>err &&
	test_grep "cannot open directory .*hello.: Not a directory" err
'

test_expect_success 'a first put makes the directory, a look does not' '
	echo "list   10" | ask "$PWD/new" >actual &&
	echo "end last" >expect &&
	test_cmp expect actual &&
	test_path_is_missing new &&
	echo "put k hello 0 5 any" | ask "$PWD/new" &&
	test_path_is_file new/k
'

test_expect_success 'who goes away leaves nothing half done' '
	truncate -s 300M big &&
	{
		printf "dv-transport 1\nset url %s\nset limit-rate 50000000\n" \
			"$PWD/remote" &&
		printf "start\n1 put big %s 0 300000000 any\n" "$HERE/big" &&
		sleep 1
	} | dv remote-file >actual &&
	test_grep "^ready" actual &&
	test_path_is_missing remote/big &&
	ls remote/.dv-tmp >actual &&
	echo tmp_2 >expect &&
	test_cmp expect actual
'

test_expect_success 'killed at any moment, an object is whole or not there' '
	make_bytes 3000000 body &&
	for i in $(seq 1 20)
	do
		printf "put\tkill/%d\tbody\t0\t3000000\tany\n" $i
	done >script &&
	for delay in 0.00 0.01 0.02 0.03 0.05
	do
		test-transport "$PWD/remote" <script >/dev/null 2>&1 &
		pid=$!
		sleep $delay
		kill -9 $pid
		wait $pid
		for f in remote/kill/*
		do
			test ! -e "$f" || cmp body "$f" || return 1
		done
	done
'

test_done
