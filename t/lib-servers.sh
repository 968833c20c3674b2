# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# Sourced by t/t5*.sh and t/t8*.sh: lib-transport.sh, and servers of our own on
# 127.0.0.1, which end with the test file however it ends.  Where one is
# not installed, the file is skipped and says what to install; it is also
# written down in the file $DV_TEST_SKIPPED, if that is set.

. "$DV_SOURCE/t/lib-transport.sh"

SERVERS=$(mktemp -d "${TMPDIR:-/tmp}/dv-servers-XXXXXX") || exit 1
servers_up=

servers_stop () {
	for server in $servers_up
	do
		"$DV_SOURCE/t/servers/${server%%:*}" stop \
			"$SERVERS/${server#*:}" >/dev/null 2>&1 9>&-
	done
	exec 9>&-
	rm -rf "$SERVERS"
}

# Sharness has a trap of its own, which needs the exit status.
trap 'code=$?; servers_stop; (exit $code); die' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 141' PIPE
trap 'exit 143' TERM

# has_programs <packages> <program>...: are they here?  If not, $lacking says
# what to do, and it is written down.
has_programs () {
	packages=$1
	shift
	for program
	do
		PATH=$PATH:/usr/sbin:/sbin command -v "$program" >/dev/null &&
			continue
		lacking="no $program here: apt-get install $packages"
		test -z "$DV_TEST_SKIPPED" ||
			echo "$(basename "$0"): $lacking" >>"$DV_TEST_SKIPPED"
		return 1
	done
}

# need_programs <packages> <program>...
need_programs () {
	has_programs "$@" && return
	skip_all=$lacking
	test_done
}

# server_up <script> [<directory>]: start it; its files are below $SERVERS.
server_up () {
	servers_up="$servers_up $1:${2:-$1}"
	"$DV_SOURCE/t/servers/$1" start "$SERVERS/${2:-$1}" 9>&- ||
		error "cannot start $1"
	"$DV_SOURCE/t/servers/$1" env "$SERVERS/${2:-$1}" \
		>"$SERVERS/env.${2:-$1}" 9>&- || error "$1 has no environment"
	. "$SERVERS/env.${2:-$1}"
}

# For files that have more to test than what Ceph does.
has_ceph () {
	has_programs "ceph-mon ceph-osd radosgw ceph-common" bash python3 \
		ceph ceph-mon ceph-osd radosgw radosgw-admin monmaptool
}

need_ceph () {
	has_ceph || { skip_all=$lacking; test_done; }
	CEPH_S3_STORE=memstore
	export CEPH_S3_STORE
	server_up ceph-s3
}

need_swift () {
	need_programs "swift-proxy swift-account swift-container swift-object memcached" \
		memcached swift-proxy-server swift-object-server
	server_up swift-s3
}

need_sftp () {
	need_programs openssh-server bash sshd ssh-keygen
	server_up sftp-server
}

need_nginx () {
	need_programs nginx-light nginx
	server_up nginx-server
}

# proxy_up <port of the server, or 0>: the proxy that goes wrong.  Its URL
# is $PROXY; rules go into $SERVERS/proxy/rules, as test-proxy.c says.
proxy_up () {
	mkdir "$SERVERS/proxy" &&
	mkfifo "$SERVERS/proxy/stdin" &&
	{
		test-proxy "$SERVERS/proxy" "$1" <"$SERVERS/proxy/stdin" \
			>/dev/null 2>&1 9>&- &
	} &&
	exec 9>"$SERVERS/proxy/stdin" ||
		error 'cannot start the proxy'
	for i in $(seq 100)
	do
		test ! -s "$SERVERS/proxy/port" || break
		sleep 0.05
	done
	PROXY=http://127.0.0.1:$(cat "$SERVERS/proxy/port")
	rm -f "$SERVERS/proxy/stdin"
}

# rules <line>...: what the proxy does from now on; its log begins anew.
rules () {
	rm -f "$SERVERS/proxy/log" "$SERVERS/proxy/heads" &&
	: >"$SERVERS/proxy/log" &&
	: >"$SERVERS/proxy/heads" &&
	printf '%s\n' "$@" >"$SERVERS/proxy/rules.new" &&
	mv "$SERVERS/proxy/rules.new" "$SERVERS/proxy/rules"
}

proxy_log () {
	cat "$SERVERS/proxy/log"
}

# answer <file> <status and reason> [<header>...] <body>: for the rule
# "answer <file>".
answer () {
	answer_file=$SERVERS/proxy/$1
	printf 'HTTP/1.1 %s\r\n' "$2" >"$answer_file" &&
	shift 2 &&
	while test $# -gt 1
	do
		printf '%s\r\n' "$1" >>"$answer_file" &&
		shift || return 1
	done &&
	printf 'Content-Length: %d\r\nConnection: close\r\n\r\n%s' \
		"$(printf %s "$1" | wc -c)" "$1" >>"$answer_file"
}

# s3_error <file> <status and reason> <code> [<header>...]
s3_error () {
	s3_error_file=$1 s3_error_status=$2 s3_error_code=$3
	shift 3
	answer "$s3_error_file" "$s3_error_status" "$@" \
		"<?xml version=\"1.0\"?><Error><Code>$s3_error_code</Code><Message>told to</Message><RequestId>req-1</RequestId></Error>"
}
