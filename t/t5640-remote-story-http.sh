#!/bin/sh
# SPDX-License-Identifier: MIT
# dv-test: once

test_description='the story of a remote, read from a web server'

TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-servers.sh"
. "$DV_SOURCE/t/lib-remote-story.sh"

need_nginx

story_write "$NGINX_DIR/re mote" yes

test_expect_success "the web server can read what was pushed" "
	chmod -R a+rX \"\$SERVERS\"
"

story_read "$NGINX_URL/re%20mote"

test_done
