# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# Sourced after lib-lab.sh by tests of what comes from a remote, with
# TEST_NO_CREATE_REPO set: the lab, published, and a clone of it.

# pull_setup [<url>]: $HOME/lab with two versions of data and plot.png, the
# first tagged "first", all of it published at $PULL_URL.
pull_setup () {
	PULL_URL=${1:-$HOME/share}
	lab_new lab &&
	dv remote add --shared origin "$PULL_URL" &&
	lab_commit 1 "first run" --config params.yaml &&
	dv tag first data &&
	lab_pointers "first data" &&
	lab_commit 2 "second run" --config params.yaml &&
	lab_pointers "second data" &&
	dv push --tags &&
	cd ..
}

# pull_clone <name>: a clone that trusts the remote, where the test goes on.
pull_clone () {
	git clone -q "$HOME/lab" "$HOME/$1" && cd "$HOME/$1" &&
	dv remote trust origin
}

# requests_of <command>...: how many requests a dv command made.
requests_of () {
	"$@" -v >"$HOME/requests.out" 2>&1 || {
		cat "$HOME/requests.out" >&2
		return 1
	}
	sed -n "s/^remote '.*': \([0-9]*\) requests\{0,1\}.*/\1/p" \
		"$HOME/requests.out"
}
