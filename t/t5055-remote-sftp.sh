#!/bin/sh
# SPDX-License-Identifier: MIT
# dv-test: once

test_description='dv remote test: an SSH server, and what is said where it goes wrong'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-servers.sh"
need_sftp

mkdir -p .ssh
cp "$SFTP_KNOWN_HOSTS" .ssh/known_hosts
cp "$SFTP_KEY" .ssh/id_ed25519
BASE=sftp://$SFTP_USER@127.0.0.1:$SFTP_PORT$SFTP_DIR

works () {
	test_grep -E "^$1 +$2${3:+: .*$3}" actual
}

test_expect_success 'setup' '
	test_commit code && dv init -q && dv remote add origin "$BASE/share"
'

test_expect_success 'all of it works, as whom, and nothing stays' '
	dv remote test >actual 2>err && test_must_be_empty err &&
	works credentials ".*user .$SFTP_USER.*" &&
	works read yes && works list yes && works write yes &&
	works create-if-absent yes && works delete yes &&
	find "$SFTP_DIR/share" -type f >actual && test_must_be_empty actual
'

test_expect_success 'an unknown host key is refused by both commands' '
	test_when_finished "cp \"$SFTP_KNOWN_HOSTS\" .ssh/known_hosts" &&
	: >.ssh/known_hosts &&
	for command in "remote test" ls-remote
	do
		test_expect_code 128 dv $command 2>err &&
		test_grep "^fatal: remote .origin.: the key of .127.0.0.1:$SFTP_PORT. is not in " err &&
		test_grep "connect once with ssh" err || return 1
	done
'

test_expect_success 'who has no key is not let in' '
	test_when_finished "mv key .ssh/id_ed25519" &&
	mv .ssh/id_ed25519 key &&
	test_expect_code 128 dv remote test 2>err &&
	test_grep "^fatal: remote .origin.: " err
'

test_done
