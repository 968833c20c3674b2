#!/bin/sh
# SPDX-License-Identifier: MIT
# dv-test: once

test_description='dv pull, install, ls -r and cat -r from a web server'

# shellcheck disable=SC2034 # read by test-lib.sh
TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-servers.sh"
. "$DV_SOURCE/t/lib-lab.sh"
. "$DV_SOURCE/t/lib-pull.sh"

need_nginx

test_expect_success 'setup: a directory remote that a web server shows' '
	pull_setup "$NGINX_DIR/share" && mkdir nowhere
'

test_expect_success 'install: newest, a part of a version' '
	cd "$HOME/nowhere" &&
	dv install lab/data "$NGINX_URL/share" --dest data &&
	diff -r ../lab/data data &&
	dv install lab/data@first:train "$NGINX_URL/share" --dest train &&
	grep "run 1" train/1.csv
'

test_expect_success 'ls -r of a dataset and below it, cat -r' '
	cd "$HOME/nowhere" &&
	dv ls --remote "$NGINX_URL/share" lab/data@latest:train >../actual &&
	printf "%d.csv\n" 1 2 3 >../expect &&
	test_cmp ../expect ../actual &&
	dv cat --remote "$NGINX_URL/share" lab/data:train/3.csv >../actual &&
	test_cmp ../lab/data/train/3.csv ../actual
'

test_expect_success 'ls -r alone says that the server cannot list' '
	cd "$HOME/nowhere" &&
	test_expect_code 128 dv ls --remote "$NGINX_URL/share" 2>../err &&
	test_grep "cannot list" ../err &&
	test_grep "hint: dv ls -r .*@latest:" ../err &&
	test_expect_code 128 dv ls --remote "$NGINX_URL/share" lab/data \
		2>../err &&
	test_grep "hint: dv ls -r lab/data@latest:" ../err
'

test_expect_success 'a clone pulls, with the history behind the newest' '
	git clone -q "$HOME/lab" "$HOME/other" && cd "$HOME/other" &&
	git config --file .dvconfig remote.origin.url "$NGINX_URL/share" &&
	dv pull &&
	diff -r ../lab/data data &&
	dv log --oneline data >../actual &&
	test_line_count = 2 ../actual &&
	dv fsck
'

test_expect_success 'push says that it can only be read' '
	cd "$HOME/other" &&
	lab_commit 3 "third run" &&
	test_expect_code 128 dv push 2>../err &&
	test_grep "read" ../err
'

test_done
