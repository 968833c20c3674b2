#!/bin/sh
# SPDX-License-Identifier: MIT
# dv-test: once

test_description='an OSD or a gateway of Ceph dies while push and pull run: nothing is lost'

TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-servers.sh"
. "$DV_SOURCE/t/lib-kill.sh"

# Three copies, so that two OSDs may die; three gateways, one for the end.
CEPH_S3_OSDS=3 CEPH_S3_REPLICAS=3 CEPH_S3_RGWS=3 CEPH_S3_GRACE=2
export CEPH_S3_OSDS CEPH_S3_REPLICAS CEPH_S3_RGWS CEPH_S3_GRACE
need_ceph

test-s3 PUT /dv-test >/dev/null
# shellcheck disable=SC2086 # a list
set -- $S3_ENDPOINTS
G0=$1 G1=$2
proxy_up "${G1##*:}"

# die_of <daemon>: at once, without a word.
die_of () {
	read -r daemon _ <"$SERVERS/ceph-s3/run/$1.pid" && kill -9 "$daemon"
}

# while_it_dies <daemon> <request> <command>...: the command talks to the
# gateway $GATEWAY through the proxy, as the remote "proxy"; its first request
# that matches is held while the daemon dies.  Status of the command.
while_it_dies () {
	victim=$1 &&
	echo "${GATEWAY##*:}" >"$SERVERS/proxy/server" &&
	rm -f "$SERVERS/proxy/held" "$SERVERS/proxy/go" &&
	rules "1 $2 hold" &&
	shift 2 &&
	{ "$@" >"$HOME/out" 2>&1 9>&- & } &&
	busy=$! &&
	for i in $(seq 6000)
	do
		test ! -e "$SERVERS/proxy/held" || break
		kill -0 $busy 2>/dev/null || break
		sleep 0.05
	done &&
	{ test -e "$SERVERS/proxy/held" || { cat "$HOME/out"; return 1; }; } &&
	kill -0 $busy &&
	die_of "$victim" &&
	: >"$SERVERS/proxy/go" &&
	{ wait $busy || { code=$? && cat "$HOME/out" && return $code; }; }
}

# Remotes named after the gateways.
remotes () {
	gateway=0 &&
	for endpoint in $S3_ENDPOINTS
	do
		dv remote add g$gateway "s3://dv-test/dv?endpoint=$endpoint" ||
			return 1
		gateway=$((gateway + 1))
	done &&
	dv remote add proxy "s3://dv-test/dv?endpoint=$PROXY" &&
	git config dv-remote.proxy.retries 3
}

test_expect_success 'setup' '
	kill_lab "$HOME/lab" \
		"s3://dv-test/dv?endpoint=${S3_ENDPOINTS%% *}" && remotes &&
	cd .. && git clone -q lab clone && cd clone && remotes && cd ..
'

test_expect_success 'an OSD dies during a push, which goes on' '
	cd lab && kill_version 1 &&
	GATEWAY=$G1 && while_it_dies osd.0 "PUT *.pack" dv push --remote=proxy
'

test_expect_success 'nothing is lost by that' '
	dv fsck --remote g1 --verify && cd ../clone &&
	git pull -q && dv pull -q --remote=g1 && diff -r ../lab/data data
'

test_expect_success 'an OSD dies during a pull, which goes on' '
	cd ../lab && kill_version 2 && dv push -q --remote=g1 && cd ../clone &&
	git pull -q &&
	while_it_dies osd.1 "GET *.pack" dv pull --remote=proxy &&
	diff -r ../lab/data data
'

test_expect_success 'a gateway dies during a push: the next one, by another, completes' '
	cd ../lab && kill_version 3 &&
	GATEWAY=$G0 &&
	test_expect_code 128 while_it_dies rgw.0 "PUT *.pack" \
		dv push --remote=proxy &&
	test_grep "HTTP 502" ../out &&
	dv push -q --remote=g1 && dv fsck --remote g1 --verify
'

test_expect_success 'a gateway dies during a pull: the next one, by another, completes' '
	cd ../clone && git pull -q &&
	GATEWAY=$G1 &&
	test_expect_code 128 while_it_dies rgw.1 "GET *.pack" \
		dv pull --remote=proxy &&
	test_grep "HTTP 502" ../out &&
	dv pull -q --remote=g2 && diff -r ../lab/data data && dv fsck
'

test_expect_success 'what is left holds every version' '
	cd .. && git clone -q lab last && cd last && remotes &&
	dv fetch -q --all --data --remote=g2 && dv log --oneline data >../actual &&
	test_line_count = 4 ../actual && dv fsck --remote g2 --verify
'

test_done
