#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv remote test: what works is tried, and leaves nothing behind'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-servers.sh"
proxy_up 0

# works <what> <yes or no> [<why, a pattern>]: of the report in actual
works () {
	test_grep -E "^$1 +$2${3:+: .*$3}" actual
}

test_expect_success 'setup' '
	test_commit code && dv init -q && dv remote add origin ./share &&
	answer gone "404 Not Found" ""
'

test_expect_success 'a directory: all of it works' '
	dv remote test >actual 2>err &&
	test_must_be_empty err &&
	works remote origin && works url "$PWD/share" &&
	works directory "$PWD/share" &&
	works credentials "user .$(id -un). of this machine" &&
	works "object format" "none yet" &&
	works read yes && works list yes && works write yes &&
	works create-if-absent yes && works delete yes &&
	test_grep -E "^round trip +[0-9.]+ ms$" actual &&
	test_grep -E "^upload +[0-9.]+ [KMG]iB/s$" actual &&
	test_grep -E "^download +[0-9.]+ [KMG]iB/s$" actual
'

test_expect_success 'no object is left there, and none in tmp' '
	find share -type f >actual && test_must_be_empty actual &&
	find .git/dv/tmp -mindepth 1 >actual && test_must_be_empty actual
'

test_expect_success 'what was found out is remembered' '
	dv remote show >actual && works create-if-absent yes
'

test_expect_success '--json: one object' '
	dv remote test --json >actual &&
	sed -e "s/\"round_trip_us\":[0-9]*/\"round_trip_us\":N/" \
		-e "s/load\":[1-9][0-9]*/load\":N/g" actual >actual.N &&
	printf "{\"name\":\"origin\",\"url\":\"%s\",\"trusted\":true,\"info\":{},\"object_format\":null,\"works\":{\"read\":{\"is\":true,\"why\":null},\"list\":{\"is\":true,\"why\":null},\"write\":{\"is\":true,\"why\":null},\"create-if-absent\":{\"is\":true,\"why\":null},\"delete\":{\"is\":true,\"why\":null}},\"round_trip_us\":N,\"upload\":N,\"download\":N}\n" \
		"$PWD/share" >expect &&
	sed "s/\"info\":{[^}]*}/\"info\":{}/" actual.N >actual &&
	test_cmp expect actual
'

test_expect_success 'what a killed test left a day ago goes, newer ones and others stay' '
	mkdir -p share/dv/test share/dv/tested &&
	>share/dv/test/old && touch -d "2 days ago" share/dv/test/old &&
	>share/dv/test/new &&
	>share/dv/tested/old && touch -d "2 days ago" share/dv/tested/old &&
	dv remote test >actual &&
	test_path_is_missing share/dv/test/old &&
	test_path_is_file share/dv/test/new &&
	test_path_is_file share/dv/tested/old &&
	rm -r share/dv
'

test_expect_success 'the object format of the remote; another one is a no: exit 1' '
	mkdir -p share/dv &&
	printf "dv-remote 1\nobject-format %s\n" "$DV_TEST_FORMAT" >share/dv/format &&
	dv remote test >actual && works "object format" "$DV_TEST_FORMAT$" &&
	case $DV_TEST_FORMAT in
	xxh128) other=sha256 ;;
	*) other=xxh128 ;;
	esac &&
	rm -rf .git/dv/cache/remote &&
	printf "dv-remote 1\nobject-format %s\n" $other >share/dv/format &&
	test_expect_code 1 dv remote test >actual &&
	works "object format" $other "this repository has $DV_TEST_FORMAT" &&
	works write yes
'

test_expect_success 'a remote that was emptied has none again' '
	rm -r share/dv && dv remote test >actual &&
	works "object format" "none yet" && mkdir -p share/dv
'

test_expect_success 'dv/format of a newer dv, or of nobody: exit 128' '
	rm -rf .git/dv/cache/remote &&
	printf "dv-remote 2\n" >share/dv/format &&
	test_expect_code 128 dv remote test 2>err &&
	test_grep "remote .origin.: .dv/format.: .*this dv reads version 1" err &&
	test_grep "^hint: install a newer dv" err &&
	printf "junk" >share/dv/format &&
	test_expect_code 128 dv remote test 2>err &&
	test_grep "remote .origin.: .dv/format." err &&
	rm share/dv/format
'

test_expect_success NONROOT 'a directory that may not be written can be read, and that is said' '
	mkdir -p locked/dv && chmod -R a-w locked &&
	test_when_finished "chmod -R u+w locked" &&
	dv remote test ./locked >actual &&
	works read yes && works list yes && works write no "can only be read" &&
	works create-if-absent "not tried" && works delete "not tried" &&
	find locked -type f >actual && test_must_be_empty actual
'

test_expect_success NONROOT 'a part of it that may not be written: no, why, and exit 1' '
	mkdir -p part/dv/test && chmod a-w part/dv/test &&
	test_when_finished "chmod -R u+w part" &&
	test_expect_code 1 dv remote test ./part >actual &&
	works read yes && works list yes && works write no "ermission" &&
	works create-if-absent "not tried" && works delete "not tried"
'

test_expect_success 'a directory that cannot be: exit 128' '
	>file &&
	test_expect_code 128 dv remote test ./file 2>err &&
	test_grep "^fatal: remote .*file" err
'

# liar <name> <sed script>: a helper that is dv-remote-file, but for what the
# script makes of what it is asked.
liar () {
	mkdir -p bin &&
	cat >"bin/dv-remote-$1" <<-EOF &&
	#!/bin/sh
	sed -u -e "s|^set url $1::|set url |" -e "$2" |
		"$DV_BUILD/core/dv-remote-file" |
		sed -u "s/^can create yes/can create probe/"
	EOF
	chmod +x "bin/dv-remote-$1"
}
PATH=$PWD/bin:$PATH

test_expect_success 'a create that replaces is no create-if-absent' '
	liar forget "s/ absent\$/ any/" &&
	dv remote add forget "forget::$PWD/forget" &&
	dv remote test forget >actual &&
	works create-if-absent no "no version is lost" &&
	works read yes && works write yes && works delete yes &&
	find forget -type f >files && test_must_be_empty files &&
	dv remote show forget >actual && works create-if-absent "no$"
'

test_expect_success 'a delete that does nothing is found out: exit 1' '
	liar keep "s/ delete .*/ delete none/" &&
	test_expect_code 1 dv remote test "keep::$PWD/keep" >actual &&
	works write yes && works delete no "is still there"
'

test_expect_success 'what is read back must be what was written: exit 1' '
	printf "%s swapped\n" "$(printf %032d 0)" >wrong &&
	liar swap "s| put \(dv/test/[^ ]*\) [^ ]* 0 [0-9]* absent| put \1 $HERE/wrong 0 41 absent|" &&
	test_expect_code 1 dv remote test "swap::$PWD/swap" >actual &&
	works read no "is not what is read back" && works delete yes
'

test_expect_success 'a helper that dies, and one that says nonsense: exit 128' '
	mkdir -p bin &&
	printf "#!/bin/sh\nexit 3\n" >bin/dv-remote-die &&
	printf "#!/bin/sh\necho hello\ncat >/dev/null\n" >bin/dv-remote-lie &&
	chmod +x bin/dv-remote-die bin/dv-remote-lie &&
	test_expect_code 128 dv remote test die::x 2>err &&
	test_grep "^fatal: remote .die::x.: .*dv-remote-die" err &&
	test_expect_code 128 dv remote test lie::x 2>err &&
	test_grep "^fatal: remote .lie::x.: .*dv-remote-lie.* broke the transport protocol" err
'

test_expect_success 'a web server can only be read, and says so: exit 0' '
	rules "* * * answer gone" &&
	dv remote test "$PROXY/dv" >actual &&
	works endpoint "$PROXY/dv" &&
	works read yes && works list no "must be named" &&
	works write no "can only be read" &&
	works create-if-absent "not tried" && works delete "not tried" &&
	proxy_log >log && test_grep ! "^PUT\|^POST\|^DELETE" log
'

test_expect_success 'a web server that refuses: exit 128, with its word' '
	answer forbidden "403 Forbidden" "" &&
	rules "* * * answer forbidden" &&
	test_expect_code 128 dv remote test "$PROXY/dv" >actual 2>err &&
	test_grep "^fatal: remote .*HTTP 403" err
'

test_expect_success 'a proxy that wants a password, or is not there, is called one' '
	answer proxy "407 Proxy Authentication Required" "" &&
	rules "* * * answer proxy" &&
	(
		unset no_proxy NO_PROXY &&
		http_proxy=$PROXY && export http_proxy &&
		test_expect_code 128 dv remote test http://far.invalid/dv 2>err &&
		test_grep "^fatal: remote .*the proxy on the way to .http://far.invalid. wants a password" err &&
		http_proxy=http://127.0.0.1:9 &&
		test_expect_code 128 dv remote test http://far.invalid/dv 2>err &&
		test_grep "^fatal: remote .*cannot reach .http://far.invalid. through the proxy" err
	) &&
	for url in http://127.0.0.1:9/ "http://[::1]:9/" http://localhost:9
	do
		test_expect_code 128 dv remote test "$url" 2>err &&
		test_grep "cannot reach" err && test_grep ! proxy err || return 1
	done
'

test_expect_success 'a server error that passes: three tries, then exit 128' '
	answer busy "503 Busy" "" &&
	rules "* * * answer busy" &&
	git config dv-remote.web.url "$PROXY/dv" &&
	git config dv-remote.web.retries 2 &&
	test_expect_code 128 dv remote test -v web 2>err &&
	test_grep "^fatal: remote .web.: .*HTTP 503" err &&
	proxy_log >log && test_line_count = 3 log &&
	test_grep "try 2" err
'

test_expect_success 'writing the report to a full disk fails' '
	test_expect_code 128 dv remote test >/dev/full
'

test_done
