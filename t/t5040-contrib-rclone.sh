#!/bin/sh
# SPDX-License-Identifier: MIT
# dv-test: once

test_description='contrib/rclone: a transport that somebody else wrote'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-servers.sh"
need_programs rclone rclone python3

PATH=$DV_SOURCE/contrib/rclone:$PATH
mkdir files
cat >rclone.conf <<-EOF
	[lab]
	type = alias
	remote = $PWD/files
	EOF
RCLONE_CONFIG=$PWD/rclone.conf
export RCLONE_CONFIG
URL="rclone::lab:re mote"

test_expect_success 'setup' '
	printf "hello world\n" >hello &&
	make_bytes 3000000 large &&
	: >out
'

test_expect_success 'objects go there, come back, are listed and deleted' '
	ask "$URL" >actual <<-\EOF &&
	list   10
	put a/b%20c hello 0 11 any
	put a/d+e%2Ff hello 0 5 any
	put a.b hello 6 5 any
	read a/b%20c 100
	get a/b%20c 6 100 out 0
	get a/b%20c 11 100 out 100
	list   10
	list a/ a/b%20c 1
	list a  1
	delete a/d+e%2Ff
	delete a/d+e%2Ff
	list a/  10
	read a/d+e%2Ff 10
	head nothing
	EOF
	sed -i "s/^\(error [a-z]*\).*/\1/" actual &&
	cat >expect <<-\EOF &&
	end last
	done
	done
	done
	read 11 hello world
	got 5 11
	got 0 11
	item a.b 5 ?
	item a/b c 11 ?
	item a/d+e%2Ff 5 ?
	end last
	item a/d+e%2Ff 5 ?
	end last
	item a.b 5 ?
	end more
	done
	done
	item a/b c 11 ?
	end last
	error missing
	error missing
	EOF
	sed "s/%20/ /" expect >expect.plain &&
	test_cmp expect.plain actual &&
	printf world | test_cmp_bin - out &&
	test_path_is_file "files/re mote/a/b c"
'

test_expect_success 'many in flight' '
	printf "put\tlarge\tlarge\t0\t3000000\tany\n" >script &&
	test-transport "$URL" <script &&
	: >out && truncate -s 3000000 out &&
	for i in 0 1 2 3 4 5
	do
		printf "get\tlarge\t%d00000\t500000\tout\t%d00000\n" \
			$((i * 5)) $((i * 5)) || return 1
	done >script &&
	test-transport "$URL" <script >actual &&
	test_line_count = 6 actual &&
	! grep -v "got 500000 3000000$" actual &&
	test_cmp_bin large out
'

test_expect_success 'it says that it cannot create, and does not try to' '
	printf "caps\ncreate\tk\tx\n" >script &&
	test-transport -s "$URL" <script >actual &&
	test_grep "^write=1 list=1 create=no" actual &&
	test_grep "^error unsupported " actual &&
	test_path_is_missing "files/re mote/k"
'

test_expect_success 'what is refused' '
	test_expect_code 128 test-transport "rclone::lab" </dev/null 2>err &&
	test_grep "not rclone::<name>:<path>" err &&
	test_expect_code 128 test-transport -a "$URL" </dev/null 2>err &&
	test_grep "none may be used" err &&
	test_expect_code 128 test-transport \
		"rclone:::s3,secret_access_key=SESAME:b" </dev/null 2>err &&
	test_grep "belong into its configuration" err &&
	test_grep ! SESAME err &&
	ask1 "rclone::nix:x" read k 10 >actual &&
	test_grep "^error fatal .*rclone failed" actual
'

test_done
