# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# Sourced by tests of what format pages show.

# part <page> <name>: the block of dv-format-<page> that has
# "// file: <name>" before it, into the file <name>
part () {
	awk -v want="// file: $2" '
	$0 == want { found = 1; next }
	found && /^----$/ { if (inside) exit; inside = 1; next }
	inside' "$DV_SOURCE/Documentation/dv-format-$1.adoc" >"$2" &&
	test -s "$2"
}

# hex [<file>]: as the pages show bytes
hex () {
	od -An -v -tx1 -w16 "$@" | sed 's/^ //'
}
