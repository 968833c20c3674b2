#!/bin/sh
# SPDX-License-Identifier: MIT
# dv-test: once

test_description='dv remote test, ls-remote: a directory on a web server'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-servers.sh"
need_nginx

works () {
	test_grep -E "^$1 +$2${3:+: .*$3}" actual
}

# publish <key> <text>, lines ended by ;
publish () {
	mkdir -p "$(dirname "$NGINX_DIR/share/$1")" &&
	printf %s "$2" | tr ";" "\n" >"$NGINX_DIR/share/$1" &&
	chmod -R a+rX "$SERVERS"
}

m=
# version <seed> [<parent>]
version () {
	config=$(echo "{\"seed\":$1}" | dv hash-object -w --stdin) &&
	id=$(dv write-version --dataset=data --manifest=$m --config=$config \
		${2:+"--parent=$2"}) &&
	git cat-file tag refs/dv/data/$id >record &&
	mkdir -p "$NGINX_DIR/share/dv/versions/lab/data" &&
	cp record "$NGINX_DIR/share/dv/versions/lab/data/$id" &&
	chmod -R a+rX "$SERVERS" && echo $id
}

test_expect_success 'setup' '
	test_commit code && dv init -q --namespace=lab &&
	m=$(dv write-manifest </dev/null) &&
	dv remote add origin "$NGINX_URL/share" &&
	publish dv/format "dv-remote 1;object-format $DV_TEST_FORMAT;"
'

test_expect_success 'it can be read, and no more: exit 0' '
	dv remote test >actual 2>err && test_must_be_empty err &&
	works "object format" "$DV_TEST_FORMAT" &&
	works read yes && works list no "must be named" &&
	works write no "can only be read"
'

test_expect_success 'it cannot list; a dataset can be named' '
	test_expect_code 128 dv ls-remote 2>err &&
	test_grep "^fatal: remote .origin. cannot list" err &&
	test_grep "^hint: name a dataset" err &&
	test_expect_code 128 dv ls-remote origin lab/data 2>err &&
	test_grep "has no dataset .lab/data." err
'

test_expect_success 'latest and its ancestors are found without lists' '
	v1=$(version 1) && v2=$(version 2 $v1) && v3=$(version 3 $v2) &&
	nonce=$(printf %032d 1) &&
	for n in 1 2 3 4 5 6 7 8 9 10 11 12 13
	do
		publish "dv/heads/lab/data/latest/$(printf %010d $n)" \
			"dv-head 1;version $v1;nonce $nonce;" || return 1
	done &&
	publish dv/heads/lab/data/latest/0000000014 \
		"dv-head 1;version $v3;nonce $nonce;" &&
	{
		printf "%s\tlab/data@latest\n" $v3 &&
		printf "%s\tlab/data\n" $v1 $v2 $v3 | sort
	} >expect &&
	dv ls-remote origin lab/data >actual && test_cmp expect actual &&
	dv ls-remote --heads origin data >actual &&
	head -n 1 expect >want && test_cmp want actual
'

test_expect_success 'the lowest numbers may be gone' '
	rm "$NGINX_DIR/share/dv/heads/lab/data/latest/"000000000[12] &&
	rm -rf .git/dv/cache/remote &&
	dv ls-remote origin data >actual && test_cmp expect actual
'

test_expect_success 'what is remembered saves requests; what moved is seen' '
	dv ls-remote -v --heads origin data 2>first &&
	publish dv/heads/lab/data/latest/0000000015 \
		"dv-head 1;version $v2;nonce $(printf %032d 2);" &&
	dv ls-remote --heads origin data >actual &&
	printf "%s\tlab/data@latest\n" $v2 >want && test_cmp want actual
'

test_expect_success 'nobody there, and forbidden: exit 128' '
	test_expect_code 128 dv remote test http://127.0.0.1:9/x 2>err &&
	test_grep "^fatal: remote .*cannot reach" err &&
	test_expect_code 128 dv remote test "$NGINX_URL/forbidden" 2>err &&
	test_grep "^fatal: remote .*HTTP 403" err
'

test_done
