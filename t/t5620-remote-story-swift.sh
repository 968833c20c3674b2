#!/bin/sh
# SPDX-License-Identifier: MIT
# dv-test: once

test_description='the story of a remote, in a bucket without create-if-absent'

TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-servers.sh"
. "$DV_SOURCE/t/lib-remote-story.sh"

need_swift

test-s3 PUT /dv-test >/dev/null

story_write "s3://dv-test/some%20prefix" no
story_read "s3://dv-test/some%20prefix"

test_done
