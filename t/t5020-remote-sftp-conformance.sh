#!/bin/sh
# SPDX-License-Identifier: MIT
# dv-test: once

test_description='dv remote-sftp: an SSH server does what the protocol promises'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-servers.sh"
need_sftp

mkdir -p .ssh
cp "$SFTP_KNOWN_HOSTS" .ssh/known_hosts
cp "$SFTP_KEY" .ssh/id_ed25519
BASE=sftp://$SFTP_USER@127.0.0.1:$SFTP_PORT$SFTP_DIR
AT_HOME=sftp://$SFTP_USER@127.0.0.1:$SFTP_PORT/~

conform "$BASE/re%20mote"

test_expect_success 'a large object, in ranges, and what a link looks like' '
	make_bytes 20000001 large &&
	: >out && truncate -s 20000000 out &&
	{
		printf "put\tlarge\tlarge\t1\t20000000\tany\n" &&
		echo wait &&
		for i in 0 1 2 3
		do
			printf "get\tlarge\t%d000000\t5000000\tout\t%d000000\n" \
				$((i * 5)) $((i * 5)) || return 1
		done
	} >script &&
	test-transport "$BASE/large" <script >actual &&
	test_line_count = 5 actual &&
	! grep -v "^1 done$\|got 5000000 " actual &&
	tail -c +2 large | cmp - out &&
	ln -s large "$SFTP_DIR/large/link" &&
	for prefix in "" link li
	do
		ask1 "$BASE/large" list "$prefix" "" 10 >actual &&
		test_grep "^error fatal .*cannot list .link.: a symbolic link" actual ||
			return 1
	done &&
	ask1 "$BASE/large" list la "" 10 >actual &&
	printf "%s\n" "item large 20000000 ?" "end last" >expect &&
	test_cmp expect actual && rm "$SFTP_DIR/large/link" &&
	ask1 "$BASE/large" list "" "" 10 >actual && test_cmp expect actual
'

test_expect_success 'nothing is left half done' '
	ls -A "$SFTP_DIR/large/.dv-tmp" "$SFTP_DIR/re mote/.dv-tmp" >actual &&
	! grep tmp_ actual
'

test_expect_success 'old temporary files are swept, new ones are not' '
	touch "$SFTP_DIR/large/.dv-tmp/tmp_1000_a" \
		"$SFTP_DIR/large/.dv-tmp/tmp_$(date +%s)_b" &&
	ask1 "$BASE/large" create k x &&
	ls "$SFTP_DIR/large/.dv-tmp" >actual &&
	test_line_count = 1 actual &&
	test_grep "_b$" actual
'

test_expect_success 'directories that hold nothing go with the last object' '
	ask "$BASE/dirs" <<-\EOF &&
	put a/b/c/d hello 0 5 any
	put a/x hello 0 5 any
	delete a/b/c/d
	delete a/b/c/d
	EOF
	test_path_is_missing "$SFTP_DIR/dirs/a/b" &&
	test_path_is_file "$SFTP_DIR/dirs/a/x"
'

conform "$AT_HOME/re%20mote/at%20home"

test_expect_success 'that was below the home directory' '
	test_path_is_file "$SFTP_DIR/re mote/at home/a/b" &&
	ls -A "$SFTP_DIR/re mote/at home/.dv-tmp" >actual &&
	test_must_be_empty actual &&
	printf "dv-transport 1\nset url %s\nstart\nquit\n" "$AT_HOME/none" |
		dv remote-sftp >actual &&
	test_grep "^info directory /~/none" actual
'

test_expect_success 'the home directory itself' '
	ask "$AT_HOME/" >actual <<-\EOF &&
	create home/a/b mine
	create home/a/b theirs
	put home/a/b hello 0 5 any
	put home/c hello 0 4 any
	read home/a/b 10
	list home/  10
	delete home/a/b
	EOF
	sed "s/ ?\$//" actual >known &&
	cat >expect <<-\EOF &&
	created
	exists mine
	done
	done
	read 5 hello
	item home/a/b 5
	item home/c 4
	end last
	done
	EOF
	test_cmp expect known &&
	test_path_is_missing "$SFTP_DIR/home/a" &&
	test_path_is_file "$SFTP_DIR/home/c" &&
	ls -A "$SFTP_DIR/.dv-tmp" >actual &&
	test_must_be_empty actual
'

refused () {
	test_expect_code 128 test-transport -s "$1" </dev/null 2>err &&
	test_grep "^fatal: remote .origin.: .*$2" err
}

test_expect_success 'an unknown host key is refused, and so is another one' '
	test_when_finished "cp \"$SFTP_KNOWN_HOSTS\" .ssh/known_hosts" &&
	rm .ssh/known_hosts &&
	refused "$BASE/x" "the key of .127.0.0.1:$SFTP_PORT. is not in .*known_hosts.; connect once with ssh" &&
	: >.ssh/known_hosts &&
	refused "$BASE/x" "connect once with ssh" &&
	ssh-keygen -q -t ed25519 -N "" -f other &&
	echo "[127.0.0.1]:$SFTP_PORT $(cut -d" " -f1,2 other.pub)" \
		>.ssh/known_hosts &&
	refused "$BASE/x" "the key of .127.0.0.1:$SFTP_PORT. is another one than in .*known_hosts.: "
'

test_expect_success 'who has no key is not let in, and is told what to do' '
	test_when_finished "cp \"$SFTP_KEY\" .ssh/id_ed25519" &&
	rm .ssh/id_ed25519 &&
	refused "$BASE/x" "does not let .* in with no key at all: there is no id_ed25519, id_ecdsa or id_rsa in .$HOME/.ssh/., and no agent runs;" &&
	cp other .ssh/id_ed25519 &&
	refused "$BASE/x" "the key .*id_ed25519. (no agent runs).*ssh-keygen -t ed25519" &&
	(
		SSH_AUTH_SOCK=/nowhere &&
		export SSH_AUTH_SOCK &&
		refused "$BASE/x" "the keys of the agent or .*id_ed25519;"
	)
'

test_expect_success 'another key, and other known hosts' '
	cp "$SFTP_DIR/../id_ecdsa" other-key &&
	cp .ssh/known_hosts other-hosts &&
	test_when_finished "mv ssh .ssh" &&
	mv .ssh ssh &&
	ask1 "$BASE/large?key=$HERE/other-key&known-hosts=$HERE/other-hosts" \
		read k 10 >actual &&
	echo "read 1 x" >expect &&
	test_cmp expect actual
'

test_expect_success 'no key is shown to anybody where none is to be used' '
	test_expect_code 128 test-transport -a "$BASE/x" </dev/null 2>err &&
	test_grep "none may be used" err
'

test_expect_success 'a file where the directory should be' '
	echo file >"$SFTP_DIR/plain" &&
	refused "$BASE/plain" "plain. is there and not a directory" &&
	refused "$AT_HOME/plain" "plain. is there and not a directory" &&
	echo file >expect &&
	test_cmp expect "$SFTP_DIR/plain"
'

test_expect_success 'what a URL may not have' '
	refused "sftp://127.0.0.1:$SFTP_PORT" "has no path" &&
	refused "sftp:///x" "is not sftp://" &&
	refused "$BASE/x?secret=1" "unknown parameter .secret."
'

test_expect_success 'nobody there' '
	refused "sftp://127.0.0.1:9/x" "cannot reach .127.0.0.1:9.:"
'

# The last one: the server does not come back.
test_expect_success 'a server that dies leaves no half object, and it open whether there is one' '
	make_bytes 20000000 dies &&
	{
		printf "put\tdies/1\tdies\t0\t20000000\tany\n" &&
		printf "put\tdies/2\tdies\t0\t20000000\tabsent\n"
	} >script &&
	{
		test-transport -o limit-rate=4000000 -o retries=1 \
			-o low-speed-time=2 "$BASE/large" <script >actual \
			2>notes &
		pid=$!
	} &&
	for i in $(seq 600)
	do
		begun=$(ls "$SFTP_DIR/large/.dv-tmp" | grep -c "_[0-9a-f]\{16\}$")
		test $begun -lt 2 || break
		sleep 0.05
	done &&
	test $begun = 2 &&
	"$DV_SOURCE/t/servers/sftp-server" stop "$SERVERS/sftp-server" &&
	wait $pid &&
	test_grep "^1 error later " actual &&
	test_grep "^2 error unknown " actual &&
	test_path_is_missing "$SFTP_DIR/large/dies"
'

test_done
