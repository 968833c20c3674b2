# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# Sourced by t/t5xxx-*.sh: requests to a remote through its helper, and the
# conformance test, which is the same for every helper that can write.

AWS_CONFIG_FILE=$PWD/aws-config
AWS_SHARED_CREDENTIALS_FILE=$PWD/aws-credentials
export AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE
: >aws-config
: >aws-credentials

# The helpers are looked for where dv's own programs are.
DV_EXEC_PATH=$DV_BUILD/core
export DV_EXEC_PATH

# Here, as a field of the protocol has it.
HERE=$(printf %s "$PWD" | sed 's/ /%20/g')

# ask <url> [<option>...] <<request lines, fields between blanks; %20 for a
# blank, %09 for a tab; answers to standard output, in order.
ask () {
	ask_url=$1
	shift
	tr ' ' '\t' | sed 's/%20/ /g' | test-transport -s "$@" "$ask_url"
}

# ask1 <url> <field>...: one request, fields as they are.
ask1 () {
	ask_url=$1
	shift
	printf '%s' "$1" >ask1.in &&
	shift &&
	for field
	do
		printf '\t%s' "$field" >>ask1.in || return 1
	done &&
	echo >>ask1.in &&
	test-transport -s "$ask_url" <ask1.in
}

# Bytes that look like nothing: make_bytes <n> <file>
make_bytes () {
	head -c "$1" "$DV_BUILD/core/dv-remote-file" >"$2" &&
	test_bytes_have=$(test_file_size "$2") &&
	while test "$test_bytes_have" -lt "$1"
	do
		cat "$2" "$2" >"$2.twice" &&
		head -c "$1" "$2.twice" >"$2" &&
		test_bytes_have=$(test_file_size "$2") || return 1
	done &&
	rm -f "$2.twice"
}

# conform <url>: what dv-protocol-transport(5) promises of a helper that can
# write, create and list.  The remote must be empty.
conform () {
	URL=$1

	test_expect_success 'conformance: setup' '
		printf "hello world\n" >hello &&
		: >empty &&
		make_bytes 100000 large &&
		: >out
	'

	test_expect_success 'conformance: it can write, create and list' '
		echo caps | ask "$URL" >caps &&
		test_grep -E "^write=1 list=1 create=(yes|probe)$" caps
	'

	test_expect_success 'conformance: an empty remote lists nothing' '
		echo "end last" >expect &&
		echo "list   10" | ask "$URL" >actual &&
		test_cmp expect actual
	'

	test_expect_success 'conformance: what is not there is missing' '
		ask "$URL" >actual <<-\EOF &&
		head a/b
		get a/b 0 10 out 0
		read a/b 10
		delete a/b
		EOF
		sed -n 1,3p actual >failed &&
		test_line_count = 3 failed &&
		! grep -v "^error missing " failed &&
		echo done >expect &&
		sed -n 4p actual >deleted &&
		test_cmp expect deleted
	'

	test_expect_success 'conformance: an object goes there and back' '
		printf "...............\n" >out &&
		printf "...hello world\n\n" >expect.out &&
		ask "$URL" >actual <<-\EOF &&
		put a/b hello 0 12 any
		get a/b 0 12 out 3
		head a/b
		EOF
		printf "done\ngot 12 12\n" >expect &&
		head -n 2 actual | sed "s/ -1\$/ 12/" >actual.2 &&
		test_cmp expect actual.2 &&
		test_cmp expect.out out &&
		test_grep -E "^is 12 (\?|-?[0-9]{1,2})$" actual
	'

	test_expect_success 'conformance: a part of a file is put' '
		ask "$URL" >actual <<-\EOF &&
		put part hello 6 5 any
		read part 100
		put none hello 12 0 any
		read none 100
		head none
		EOF
		head -n 4 actual >actual.4 &&
		printf "done\nread 5 world\ndone\nread 0 \n" >expect &&
		test_cmp expect actual.4 &&
		test_grep "^is 0 " actual
	'

	test_expect_success 'conformance: ranges are cut at the end' '
		: >out &&
		ask "$URL" >actual <<-\EOF &&
		get a/b 6 100 out 0
		get a/b 11 1 out 100
		get a/b 12 5 out 200
		get a/b 1000 5 out 200
		get a/b 3 0 out 200
		get none 0 5 out 200
		EOF
		sed "s/ -1\$/ 12/" actual >known &&
		{
			echo "got 6 12" &&
			echo "got 1 12" &&
			echo "got 0 12" &&
			echo "got 0 12" &&
			echo "got 0 12" &&
			echo "got 0 0"
		} >expect &&
		sed "6s/ 12$/ 0/" known >actual &&
		test_cmp expect actual &&
		test $(test_file_size out) = 101 &&
		head -c 6 out >out.6 &&
		printf "world\n" >expect &&
		test_cmp expect out.6
	'

	test_expect_success 'conformance: any replaces, absent does not' '
		ask "$URL" >actual <<-\EOF &&
		put a/b hello 0 5 any
		read a/b 100
		put a/b hello 0 12 absent
		read a/b 100
		put a/c hello 0 5 absent
		put a/c hello 6 5 absent
		read a/c 100
		EOF
		sed "s/^\(error exists\) .*/\1/" actual >classes &&
		{
			echo done &&
			echo "read 5 hello" &&
			echo "error exists" &&
			echo "read 5 hello" &&
			echo done &&
			echo "error exists" &&
			echo "read 5 hello"
		} >expect &&
		test_cmp expect classes &&
		test_grep "^error exists remote .origin.: .*a/b" actual
	'

	test_expect_success 'conformance: creating is settled' '
		ask "$URL" >actual <<-\EOF &&
		create h/1 mine
		create h/1 mine
		create h/1 theirs
		EOF
		printf "created\ncreated\nexists mine\n" >expect &&
		test_cmp expect actual
	'

	test_expect_success 'conformance: of many who create one key one does' '
		pids= &&
		for p in 1 2 3 4
		do
			for i in 1 2 3 4
			do
				printf "create\trace/1\tnumber%s\n" "$p.$i"
			done >race.in.$p &&
			{
				test-transport "$URL" <race.in.$p >race.out.$p &
				pids="$pids $!"
			} || return 1
		done &&
		wait $pids &&
		cat race.out.* >actual &&
		test_line_count = 16 actual &&
		grep -c " created$" actual >count &&
		echo 1 >expect &&
		test_cmp expect count &&
		winner=$(ask1 "$URL" read race/1 100 | sed "s/read [0-9]* //") &&
		grep -c " exists $winner$" actual >count &&
		echo 15 >expect &&
		test_cmp expect count
	'

	test_expect_success 'conformance: 100 kB in pieces, all in flight' '
		printf "put\tlarge\tlarge\t0\t100000\tany\n" >script &&
		test-transport "$URL" <script >actual &&
		: >out && truncate -s 100000 out &&
		for i in $(seq 0 99)
		do
			printf "get\tlarge\t%d\t1000\tout\t%d\n" \
				$((i * 1000)) $((i * 1000))
		done >script &&
		test-transport "$URL" <script >actual &&
		test_line_count = 100 actual &&
		! grep -vE "^[0-9]+ got 1000 (100000|-1)$" actual &&
		test_cmp_bin large out
	'

	test_expect_success 'conformance: odd keys' '
		long=$(printf "%0250d/" 1 2 3) &&
		for key in "a b" "c+d" "e%2Ff" "g%h" "ü/日本" "i=j&k" "l?m" \
			"n#o" "p:q;r" "s@t,u" "~v!w" "(x)" "y\$z*" "A|B" \
			"[C]" "D{E}" "F^G\`" "H<I>" "J\"K" "L\\M" "..N" \
			"O..." ".P" "-Q" "R~" "${long}S"
		do
			printf "put\todd/%s\thello\t0\t5\tany\n" "$key"
		done >script &&
		sed -e "s/^put/read/; s/hello.*/10/" script >script.read &&
		sed -e "s/^put/delete/; s/	hello.*//" script >script.del &&
		test-transport -s "$URL" <script >actual &&
		sed "s/.*/done/" script >expect &&
		test_cmp expect actual &&
		test-transport -s "$URL" <script.read >actual &&
		sed "s/.*/read 5 hello/" script >expect &&
		test_cmp expect actual &&
		cut -f2 script | LC_ALL=C sort | sed "s/.*/item & 5/" >expect &&
		echo "end last" >>expect &&
		printf "list\todd/\t\t1000\n" |
			test-transport -s "$URL" >actual &&
		sed -i "s/ ?$//" actual &&
		test_cmp expect actual &&
		test-transport -s "$URL" <script.del >actual &&
		printf "list\todd/\t\t1000\n" |
			test-transport -s "$URL" >actual &&
		echo "end last" >expect &&
		test_cmp expect actual
	'

	test_expect_success 'conformance: lists are in order and in parts' '
		for key in l/a l/a/b l/a-b l/a.b l/aa l/b/1 l/b/2 l/b/3 l/c m
		do
			case $key in
			l/a) continue ;;
			esac
			printf "put\t%s\thello\t0\t1\tany\n" "$key"
		done >script &&
		test-transport "$URL" <script >actual &&
		! grep -v "done$" actual &&
		ask "$URL" >actual <<-\EOF &&
		list l/  100
		list l/  3
		list l/ l/a/b 3
		list l/ l/b/ 2
		list l/ l/b/1~ 100
		list l/b l/b/3 100
		list l/b/3  1
		list nothing  1
		list l/ m 10
		EOF
		sed -i "s/ ?$//" actual &&
		cat >expect <<-\EOF &&
		item l/a-b 1
		item l/a.b 1
		item l/a/b 1
		item l/aa 1
		item l/b/1 1
		item l/b/2 1
		item l/b/3 1
		item l/c 1
		end last
		item l/a-b 1
		item l/a.b 1
		item l/a/b 1
		end more
		item l/aa 1
		item l/b/1 1
		item l/b/2 1
		end more
		item l/b/1 1
		item l/b/2 1
		end more
		item l/b/2 1
		item l/b/3 1
		item l/c 1
		end last
		end last
		item l/b/3 1
		end last
		end last
		end last
		EOF
		test_cmp expect actual
	'

	test_expect_success 'conformance: what was deleted is gone' '
		ask "$URL" >actual <<-\EOF &&
		delete l/b/2
		head l/b/2
		list l/b/  10
		create l/b/2 again
		EOF
		sed -i "s/ ?$//; s/^\(error missing\).*/\1/" actual &&
		cat >expect <<-\EOF &&
		done
		error missing
		item l/b/1 1
		item l/b/3 1
		end last
		created
		EOF
		test_cmp expect actual
	'

	test_expect_success 'conformance: a file that is too short is refused' '
		ask "$URL" >actual <<-\EOF &&
		put short hello 0 13 any
		put short no-such-file 0 1 any
		get a/c 0 5 no-such-file 0
		head short
		EOF
		sed "s/^\(error [a-z]*\).*/\1/" actual >classes &&
		{
			echo "error fatal" && echo "error fatal" &&
			echo "error fatal" && echo "error missing"
		} >expect &&
		test_cmp expect classes
	'
}
