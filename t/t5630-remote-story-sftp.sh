#!/bin/sh
# SPDX-License-Identifier: MIT
# dv-test: once

test_description='the story of a remote, on an SSH server'

TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-servers.sh"
. "$DV_SOURCE/t/lib-remote-story.sh"

need_sftp

URL="sftp://$SFTP_USER@127.0.0.1:$SFTP_PORT$SFTP_DIR/re%20mote?key=$SFTP_KEY"
URL="$URL&known-hosts=$SFTP_KNOWN_HOSTS"
# To be let in is one, and a directory has to be there to be listed.
story_write "$URL" yes 6
story_read "$URL"

test_done
