#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='the story of a remote, in a directory'

TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-servers.sh"
. "$DV_SOURCE/t/lib-remote-story.sh"

story_write "$HOME/re mote" yes
story_read "$HOME/re mote"

test_done
