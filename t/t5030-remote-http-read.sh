#!/bin/sh
# SPDX-License-Identifier: MIT
# dv-test: once

test_description='dv remote-http: a directory on a web server is a remote to read from'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-servers.sh"
need_nginx
proxy_up "${NGINX_URL##*:}"

URL=$NGINX_URL/re%20mote

test_expect_success 'setup: a directory remote that nginx serves' '
	make_bytes 3000000 large &&
	printf "hello world\n" >hello &&
	: >out &&
	ask "$NGINX_DIR/re mote" <<-\EOF &&
	put a/b%20c hello 0 12 any
	put large large 0 3000000 any
	put empty hello 0 0 any
	EOF
	for key in "c+d" "e%2Ff" "g%h" "ü/日本" "l?m" "n#o" "p:q;r"
	do
		printf "put\todd/%s\thello\t0\t5\tany\n" "$key"
	done >script &&
	test-transport -s "$NGINX_DIR/re mote" <script >actual &&
	chmod -R a+rX "$SERVERS"
'

test_expect_success 'it says that it can only read' '
	echo caps | ask "$URL/" >actual &&
	cat >expect <<-EOF &&
	write=0 list=0 create=no
	info endpoint=$URL
	EOF
	test_cmp expect actual &&
	ask "$URL" >actual <<-\EOF &&
	put k hello 0 5 any
	create k x
	delete k
	list   10
	EOF
	test_line_count = 4 actual &&
	! grep -v "^error unsupported .*can only be read" actual
'

test_expect_success 'whole, in ranges, and what is not there' '
	ask "$URL" >actual <<-\EOF &&
	read a/b%20c 100
	get a/b%20c 6 100 out 0
	get a/b%20c 12 5 out 100
	get a/b%20c 100 5 out 100
	get a/b%20c 3 0 out 100
	read empty 10
	read no/such 10
	head no/such
	EOF
	sed "s/^\(error missing\).*/\1/" actual >classes &&
	cat >expect <<-\EOF &&
	read 12 hello world

	got 6 12
	got 0 12
	got 0 12
	got 0 12
	read 0 
	error missing
	error missing
	EOF
	test_cmp expect classes &&
	printf "world\n" >expect &&
	test_cmp expect out &&
	ask1 "$URL" head large >actual &&
	test_grep -E "^is 3000000 [0-9]{1,3}$" actual
'

test_expect_success 'odd keys' '
	sed -e "s/^put/read/; s/hello.*/10/" script >script.read &&
	test-transport -s "$URL" <script.read >actual &&
	sed "s/.*/read 5 hello/" script >expect &&
	test_cmp expect actual
'

test_expect_success 'many ranges in flight' '
	: >out && truncate -s 3000000 out &&
	for i in $(seq 0 29)
	do
		printf "get\tlarge\t%d00000\t100000\tout\t%d00000\n" $i $i
	done >script &&
	test-transport "$URL" <script >actual &&
	! grep -v "got 100000 3000000$" actual &&
	test_cmp_bin large out
'

test_expect_success 'the highest number is found by asking for higher ones' '
	for n in 1 2 3 4 5
	do
		printf "put\theads/000%d\thello\t0\t1\tany\n" $n
	done >script &&
	test-transport -s "$NGINX_DIR/re mote" <script &&
	chmod -R a+rX "$SERVERS" &&
	for n in 1 2 4 8 6 5
	do
		printf "head\theads/000%d\n" $n
	done >script &&
	test-transport -s "$URL" <script | sed "s/ .*//" | tr "\n" " " \
		>actual &&
	printf "is is is error error is " >expect &&
	test_cmp expect actual
'

test_expect_success 'a server without ranges is read past' '
	mkdir -p "$NGINX_DIR/norange" &&
	cp hello "$NGINX_DIR/norange/k" &&
	chmod -R a+rX "$SERVERS" &&
	: >out &&
	ask1 "$NGINX_URL/norange" get k 6 3 out 0 >actual &&
	echo "got 3 12" >expect &&
	test_cmp expect actual &&
	printf wor | test_cmp_bin - out
'

test_expect_success 'a password from ~/.netrc, for that host alone' '
	mkdir -p "$NGINX_DIR/private" &&
	cp hello "$NGINX_DIR/private/k" &&
	chmod -R a+rX "$SERVERS" &&
	ask1 "$NGINX_URL/private" read k 100 >actual &&
	test_grep "^error auth .*wants a password.*HTTP 401.*netrc" actual &&
	printf "machine 127.0.0.1 login me password secret\n" >.netrc &&
	chmod 600 .netrc &&
	ask1 "$NGINX_URL/private" read k 5000 >actual &&
	test_grep "^read 12 hello" actual &&
	test-transport -s -a "$NGINX_URL/private" <ask1.in >actual &&
	test_grep "^error auth " actual
'

test_expect_success 'forbidden' '
	ask1 "$NGINX_URL/forbidden" read k 10 >actual &&
	test_grep "^error denied .*HTTP 403" actual
'

test_expect_success 'a redirect is followed' '
	ask1 "$NGINX_URL/moved/re%20mote" read a/b%20c 100 >actual &&
	test_grep "^error missing" actual &&
	ask1 "$NGINX_URL/moved/re%20mote" read "a/b c" 100 >actual &&
	test_grep "^read 12 hello" actual
'

test_expect_success 'to another host without the password of this one' '
	answer away "302 Found" "Location: http://localhost:${PROXY##*:}/there" "" &&
	answer there "200 OK" "found" &&
	rules "1 * /p/k answer away" "* * /there answer there" &&
	ask1 "$PROXY/p" read k 10 >actual &&
	echo "read 5 found" >expect &&
	test_cmp expect actual &&
	tr -d "\r" <"$SERVERS/proxy/heads" | sed -n "/there/,\$p" >second &&
	test_grep -i "^host: localhost" second &&
	test_grep ! -i "^authorization" second &&
	tr -d "\r" <"$SERVERS/proxy/heads" | sed "/there/,\$d" >first &&
	test_grep -i "^authorization" first
'

test_expect_success 'round and round is not' '
	answer loop "302 Found" "Location: /p/k" "" &&
	rules "* * * answer loop" &&
	ask1 "$PROXY/p" read k 10 >actual &&
	test_grep "^error fatal .*redirects more than 5 times" actual &&
	for to in "ftp://h/x" "http://u:p@h/x" "file:///etc/passwd"
	do
		answer loop "302 Found" "Location: $to" "" &&
		ask1 "$PROXY/p" read k 10 >actual &&
		test_grep "^error fatal .*redirects to nowhere" actual ||
			return 1
	done
'

test_expect_success 'what passes is tried again' '
	answer busy "503 Busy" "" &&
	rules "2 * * answer busy" "1 * * cut 1000000" "1 * * drop" &&
	: >out &&
	ask1 "$PROXY/re%20mote" get large 0 3000000 out 0 >actual 2>notes &&
	echo "got 3000000 3000000" >expect &&
	test_cmp expect actual &&
	test_cmp_bin large out &&
	proxy_log >log &&
	test_line_count = 5 log
'

test_expect_success 'what a URL may not have' '
	for url in "http://h/p?token=SESAME" "http://me@h/p" "http:///p"
	do
		test_expect_code 128 test-transport -s "$url" </dev/null \
			2>err &&
		test_grep "^fatal: remote .origin.: the remote.s URL" err &&
		test_grep ! SESAME err || return 1
	done
'

test_done
