#!/bin/sh
# SPDX-License-Identifier: MIT
# dv-test: once

test_description='the transport protocol: worked session, strict on both sides'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-transport.sh"

PAGE=$DV_SOURCE/Documentation/dv-protocol-transport.adoc

# The files are elsewhere and the clock moves on.
localize () {
	sed -e "s|/srv/lab|$PWD/lab|; s|/home/u|$HERE|" \
		-e "s|user .u. of|user '$(id -un)' of|" \
		-e "s/ [0-9]\{10\}\$/ T/; s/ [0-9]\{10\} / T /"
}

test_expect_success 'the session of the page replays' '
	printf "hello\n" >f &&
	: >g &&
	sed -n "s/^> //p" "$PAGE" | localize >in &&
	test_line_count -gt 10 in &&
	sed -n "s/^< //p" "$PAGE" | localize >expect &&
	dv remote-file <in >out &&
	localize <out >actual &&
	test_cmp expect actual &&
	printf ll | test_cmp_bin - g
'

# helper_says <class> <pattern> <line>...: in a session that has begun, the
# helper ends it for these lines.
helper_says () {
	pattern=$1
	shift
	{
		printf "dv-transport 1\nset url %s\nstart\n" "$PWD/lab" &&
		printf "%s\n" "$@"
	} >in &&
	test_expect_code 128 dv remote-file <in >actual 2>err &&
	tail -n 1 actual >last &&
	test_grep "^error fatal .*$pattern" last
}

test_expect_success 'a helper refuses what is not a request' '
	helper_says "no such verb" "1 steal a" &&
	helper_says "no such word" "hello" &&
	helper_says "not a request" "ready" &&
	helper_says "field is missing" "1 head" &&
	helper_says "left over" "1 head a b" &&
	helper_says "no number" "0 head a" &&
	helper_says "number is none" "01 head a" &&
	helper_says "number is none" "1 get a -1 5 /x 0" &&
	helper_says "number is none" "1 get a 9223372036854775808 5 /x 0" &&
	helper_says "ends nowhere" "1 get a 9223372036854775807 5 /x 0" &&
	helper_says "not absolute" "1 get a 0 5 x 0" &&
	helper_says "no such condition" "1 put a /x 0 5 maybe" &&
	helper_says "of none" "1 list % % 0" &&
	helper_says "too many" "1 list % % 100001"
'

test_expect_success 'a helper refuses keys that are none' '
	helper_says "key is not allowed" "1 head ../a" &&
	helper_says "key is not allowed" "1 head a/../b" &&
	helper_says "key is not allowed" "1 head /a" &&
	helper_says "key is not allowed" "1 head a/" &&
	helper_says "key is not allowed" "1 head a//b" &&
	helper_says "key is not allowed" "1 head ./a" &&
	helper_says "key is not allowed" "1 head a%0Ab" &&
	helper_says "key is not allowed" "1 head %" &&
	helper_says "not encoded" "1 head a%00b" &&
	helper_says "not encoded" "1 head a%41" &&
	helper_says "not encoded" "1 head a%2f" &&
	helper_says "not encoded" "1 head a%2" &&
	helper_says "not encoded" "1 head a+b" &&
	helper_says "too long" "1 head $(printf %01025d 0)" &&
	helper_says "no key can begin" "1 list ../ % 1"
'

test_expect_success 'a helper does not wait for the end of an endless line' '
	{
		printf "dv-transport 1\nset url %s\nstart\n1 head " "$PWD/lab" &&
		head -c 100000 /dev/zero | tr "\0" a
	} >in &&
	test_expect_code 128 dv remote-file <in >actual &&
	test_grep "^error fatal a line is longer than 16384 bytes" actual
'

test_expect_success 'a helper speaks no other version, and says which it does' '
	echo "dv-transport 2" | test_expect_code 128 dv remote-file >actual &&
	test_grep "^dv-transport 1" actual &&
	test_grep "^error fatal version .2. " actual
'

# evil <line>...: a helper that greets as it should and then answers each
# line it is sent with these.
evil () {
	mkdir -p bin &&
	{
		echo "#!/bin/sh" &&
		echo "while read -r x; do test \"\$x\" != start || break; done" &&
		echo "printf \"%s\\n\" \"dv-transport 1\" \"can write yes\" \\" &&
		echo "\"can list yes\" ready" &&
		echo "read -r x" &&
		echo "cat \"$PWD/answers\"" &&
		echo "sleep 60"
	} >bin/dv-remote-evil &&
	chmod +x bin/dv-remote-evil &&
	printf "%s\n" "$@" >answers
}

# refused <pattern> <request field>...: every request is answered, and the
# helper is ended.
refused () {
	pattern=$1
	shift
	printf "%s" "$1" >in &&
	shift &&
	for field
	do
		printf "\t%s" "$field" >>in || return 1
	done &&
	printf "\nhead\tother\n" >>in &&
	(
		PATH=$PWD/bin:$PATH &&
		test_expect_code 128 timeout 20 test-transport evil://x \
			<in >actual 2>err
	) &&
	test_grep "^fatal: remote .origin.: .*$pattern" err &&
	grep -v "^1 item " actual >answers.to &&
	test_line_count "=" 2 answers.to &&
	! grep -v "^[12] error \(fatal\|unknown\) .*$pattern" answers.to
}

test_expect_success 'a client refuses answers that do not fit' '
	evil "1 done" && refused "not one to its request" head a &&
	evil "9 done" && refused "to no request" head a &&
	evil "1 got 6 9" && refused "more bytes" get a 0 5 in 0 &&
	evil "1 is 5" && refused "field is missing" head a &&
	evil "1 is 5 5 5 5" && refused "left over" head a &&
	evil "1 is -5 5 5" && refused "number is none" head a &&
	evil "1 error ok fine" && refused "no such class" head a &&
	evil "1 error strange fine" && refused "no such class" head a &&
	evil "1 surprise" && refused "no such reply" head a &&
	evil "start" && refused "out of place" head a &&
	evil "" && refused "no such word" head a
'

test_expect_success 'a client refuses lists that lie' '
	evil "1 item x/a 1 1" && refused "not asked for" list l/ "" 5 &&
	evil "1 item l/a 1 1" "1 item l/a 1 1" &&
	refused "not in order" list l/ "" 5 &&
	evil "1 item l/b 1 1" "1 item l/a 1 1" &&
	refused "not in order" list l/ "" 5 &&
	evil "1 item l/b 1 1" && refused "not in order" list l/ l/b 5 &&
	evil "1 item l/a 1 1" "1 item l/b 1 1" &&
	refused "longer than was asked" list l/ "" 1 &&
	evil "1 item l/../../etc 1 1" && refused "not allowed" list l/ "" 1
'

test_expect_success 'a client takes no line without an end' '
	evil x &&
	{ printf "1 " && head -c 20000 /dev/zero | tr "\0" 1; } >answers &&
	refused "longer than 16384" head a
'

test_expect_success 'a client takes no NUL' '
	evil x &&
	printf "1 \0 done\n" >answers &&
	refused "NUL" head a
'

test_expect_success 'text from a helper does not steer the terminal' '
	evil x &&
	printf "1 error fatal \033[31mred\n" >answers &&
	refused "control character" head a
'

test_expect_success 'a helper that dies is an error for each request' '
	evil x &&
	: >answers &&
	sed -i "s/^sleep.*//" bin/dv-remote-evil &&
	refused "ended before its work was done" put a in 0 1 absent &&
	test_grep "^1 error unknown " actual &&
	test_grep "^2 error fatal " actual
'

# greets <line>...: a helper with this greeting.
greets () {
	mkdir -p bin &&
	{
		echo "#!/bin/sh" &&
		echo "while read -r x; do test \"\$x\" != start || break; done" &&
		printf "echo \"%s\"\n" "$@"
	} >bin/dv-remote-evil &&
	chmod +x bin/dv-remote-evil
}

not_begun () {
	(
		PATH=$PWD/bin:$PATH &&
		test_expect_code 128 timeout 20 test-transport evil://x \
			</dev/null 2>err
	) &&
	test_grep "^fatal: remote .origin.: .*$1" err
}

test_expect_success 'a client refuses greetings that are none' '
	greets "dv-transport 2" && not_begun "speaks version .2." &&
	test_grep "^hint: " err &&
	greets "hello" && not_begun "no such word" &&
	greets "ready" && not_begun "no greeting" &&
	greets "dv-transport 1" "can write perhaps" && not_begun "can write" &&
	greets "dv-transport 1" "can max-put much" && not_begun "can max-put" &&
	greets "dv-transport 1" "1 done" && not_begun "no such word" &&
	greets "dv-transport 1" "quit" && not_begun "out of place" &&
	greets "dv-transport 1" && not_begun "ended before" &&
	greets "dv-transport 1" "error auth who are you" &&
	not_begun "who are you"
'

test_expect_success 'what a helper does not say, it cannot do' '
	greets "dv-transport 1" "can sing yes" "info key the value" ready &&
	echo "read -r x" >>bin/dv-remote-evil &&
	(
		PATH=$PWD/bin:$PATH &&
		echo caps | test-transport evil::any:thing >actual
	) &&
	printf "%s\n" "write=0 list=0 create=no" "info key=the value" >expect &&
	test_cmp expect actual
'

test_expect_success 'the helper is told what it needs, and by no argument' '
	{
		echo "#!/bin/sh" &&
		echo "echo \"\$# arguments\" >\"$PWD/seen\"" &&
		echo "while read -r x; do echo \"\$x\" >>\"$PWD/seen\"" &&
		echo "test \"\$x\" != start || break; done" &&
		printf "echo \"%s\"\n" "dv-transport 1" ready &&
		echo "read -r x"
	} >bin/dv-remote-evil &&
	(
		PATH=$PWD/bin:$PATH &&
		test-transport -a -o retries=3 evil://h/p?q=r </dev/null
	) &&
	printf "%s\n" "0 arguments" "dv-transport 1" "set name origin" \
		"set url evil://h/p?q=r" "set credentials none" \
		"set retries 3" start >expect &&
	test_cmp expect seen
'

test_expect_success 'without a helper the schemes there are are named' '
	test_expect_code 128 test-transport foo://x </dev/null 2>err &&
	test_grep "no helper for .foo. remotes: .*dv-remote-foo" err &&
	test_grep "^hint: .*s3://" err
'

test_expect_success 'a password in a URL is refused and not shown' '
	test_expect_code 128 test-transport sftp://me:hunter2@host/x \
		</dev/null 2>err &&
	test_grep "has a password in it" err &&
	test_grep ! hunter2 err
'

test_expect_success 'what is neither a URL nor a path is refused' '
	test_expect_code 128 test-transport host:path </dev/null 2>err &&
	test_grep "neither a URL nor a path" err &&
	test_grep "^hint: .*sftp://" err
'

test_done
