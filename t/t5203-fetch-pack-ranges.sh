#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv fetch-pack, ls -r, cat -r: what travels, and servers that stall'

# shellcheck disable=SC2034 # read by test-lib.sh
TEST_NO_CREATE_REPO=1
TEST_IN_MEMORY=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-servers.sh"
. "$DV_SOURCE/t/lib-push.sh"

need_nginx
proxy_up "${NGINX_URL##*:}"
URL=$PROXY/share

# gets [<pattern>]: how many of them there were.
gets () {
	proxy_log | grep -c "^GET .*${1-}"
}

# bytes: of all packs that were asked for.
bytes () {
	tr -d "\r" <"$SERVERS/proxy/heads" | awk -F "[=-]" "
		/^GET / { pack = /\.pack/ }
		/^[Rr]ange: / && pack { n += \$3 - \$2 + 1 }
		END { print n + 0 }"
}

test_expect_success 'setup: many files in directories and a large one' '
	git init -q -b main lab && cd lab && dv init -q && mkdir data &&
	for d in $(test_seq 1 60)
	do
		mkdir data/$d &&
		for i in $(test_seq 1 300)
		do
			echo "$d $i" >data/$d/$i
		done || return 1
	done &&
	random_file 6000000 data/large && dv add -q data &&
	test_commit code && git add -A && git commit -qm data &&
	dv commit -q data && dv remote add origin "$NGINX_DIR/share" &&
	dv push -q && M=$(sed -n "s/^manifest //p" data.dv) && cd ..
'

test_expect_success 'a subtree costs few requests and few bytes' '
	rules "* * * pass" && test_seq 1 300 | sort >expect &&
	dv ls --remote "$URL" lab/data@latest:17/ >listed &&
	sort listed >actual && test_cmp expect actual &&
	test "$(gets)" -le 10 && test "$(bytes)" -gt 1000 &&
	test "$(bytes)" -le 1048576 &&
	test "$(gets "packs/.*\.idx")" = 0
'

test_expect_success 'one small file: its bytes, and little of indexes' '
	rm -rf xdg && XDG_DATA_HOME=$PWD/xdg && export XDG_DATA_HOME &&
	rules "* * * pass" &&
	dv cat --remote "$URL" lab/data:17/18 >actual &&
	echo "17 18" >expect && test_cmp expect actual &&
	test "$(gets)" -le 14
'

test_expect_success 'a large file streams through' '
	rules "* * * pass" &&
	dv cat --remote "$URL" lab/data:large >actual &&
	test_cmp_bin lab/data/large actual &&
	test "$(gets "packs/.*\.pack")" -le 8
'

test_expect_success 'a stall is noticed and what is missing asked for again' '
	rm -rf st && git init -q repo && cd repo && dv init -q &&
	git config dv-remote.web.url "$URL" &&
	git config dv-remote.web.lowSpeedTime 1 &&
	rules "2 GET *.pack* hang" &&
	timeout 60 dv fetch-pack web $M >actual && cd .. &&
	echo "manifest $M" >expect && test_cmp expect repo/actual &&
	(cd repo && dv checkout-manifest $M out >/dev/null) &&
	diff -r lab/data repo/out
'

test_expect_success 'cut and turned over bits on the way: never visible' '
	for rule in "* GET *.pack* flip 100" "* GET *.idx* flip 1100"
	do
		rm -rf xdg && rules "$rule" &&
		test_expect_code 1 dv fetch-pack "$URL" $M >out 2>err ||
		test_expect_code 128 dv fetch-pack "$URL" $M >out 2>err ||
			return 1
		test_must_be_empty out && test_grep "pack [0-9a-f]*" err &&
		set -- xdg/dv/$DV_TEST_FORMAT/packs/*.pack &&
		{ test ! -f "$1" || dv verify-pack "$@"; } || return 1
	done &&
	rules "* * * pass" && dv fetch-pack "$URL" $M >out &&
	test_cmp expect out
'

test_expect_success 'a file whose bytes are damaged on the way is told' '
	rm -rf xdg && rules "* GET *.pack* flip 3" &&
	test_expect_code 128 dv cat --remote "$URL" lab/data:17/18 >out 2>err &&
	test_must_be_empty out
'

test_done
