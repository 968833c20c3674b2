#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='the pipelines on the pages of add, rm, mv, status, checkout'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-pages.sh"

# make <directory>: a repository with a dataset that is not added yet
make () {
	git init -q -b main "$1" && cd "$1" && echo code >code && git add code && git commit -qm code && dv init -q &&
	mkdir -p data/in data/empty && echo 1 >data/1 && echo 2 >data/in/2 && ln -s 1 data/l && chmod +x data/1
}

# twice <script>: in two repositories that are the same, once with $1 as
# "command" and once as "pipeline"
twice () {
	for way in command pipeline
	do
		rm -rf $way && (make $way && eval "$1") || return 1
	done
}

test_expect_success 'dv add' '
	twice "if test \$way = command; then dv add -q data; else pipeline dv-add 1; fi" &&
	test_cmp command/data.dv pipeline/data.dv &&
	(cd pipeline && pipeline dv-add 2) >actual && sed -n "s/^manifest //p" command/data.dv >expect && test_cmp expect actual
'

test_expect_success 'dv rm' '
	twice "dv add -q data; if test \$way = command; then dv rm -q data; else pipeline dv-rm 1; fi" &&
	for way in command pipeline
	do
		test_path_is_missing $way/data.dv && test_path_is_missing $way/.git/dv/index/data && test_path_is_file $way/data/1 || return 1
	done
'

test_expect_success 'dv mv' '
	twice "dv add -q data; if test \$way = command; then dv mv -q data measured; else pipeline dv-mv 1; fi" &&
	test_cmp command/measured.dv pipeline/measured.dv && diff -r command/measured pipeline/measured &&
	test_path_is_missing pipeline/data.dv && cmp command/.git/info/exclude pipeline/.git/info/exclude
'

test_expect_success 'dv status' '
	make st && dv add -q data && ! pipeline dv-status 2 && dv commit -q data && pipeline dv-status 2 && echo 3 >data/3 && rm data/1 && echo x >>data/in/2 &&
	pipeline dv-status 1 | sort >actual && dv status --porcelain data | sed "s/^[a-z]* data.//" | sort >expect && test_cmp expect actual
'

test_expect_success 'dv checkout' '
	twice "dv add -q data; dv commit -q data; dv tag -q v1 data; echo 3 >data/3; rm -r data/in data/empty; dv add -q data; dv commit -q data;
		if test \$way = command; then dv checkout -q -f data@v1; else pipeline dv-checkout 1; fi" &&
	test_cmp command/data.dv pipeline/data.dv && diff -r command/data pipeline/data && test_path_is_dir pipeline/data/empty
'

test_done
