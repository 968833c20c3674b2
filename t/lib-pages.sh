# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# Sourced by tests of what pages show.

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

# examples <page>: each command of EXAMPLES of <page>.adoc says what is there
examples () {
	awk '
	/^== / { here = ($2 == "EXAMPLES") }
	here && /^----$/ { inside = !inside; next }
	here && inside' "$DV_SOURCE/Documentation/$1.adoc" >"$HOME/expect" &&
	test_grep "^\$ " "$HOME/expect" &&
	sed -n "s/^\$ //p" "$HOME/expect" >"$HOME/commands" &&
	while read -r line
	do
		printf "$ %s\n" "$line" &&
		eval "$line" 2>"$HOME/err" || return 1
	done <"$HOME/commands" >"$HOME/actual" &&
	test_cmp "$HOME/expect" "$HOME/actual"
}

# pipeline <page> <n>: the n-th block of PIPELINE of <page>.adoc, as a script
pipeline () {
	awk -v want="$2" '
	/^== / { here = ($2 == "PIPELINE") }
	here && /^----$/ { inside = !inside; n += inside; next }
	here && inside && n == want { sub(/^\$ /, ""); print }' \
		"$DV_SOURCE/Documentation/$1.adoc" >"$HOME/script" &&
	test -s "$HOME/script" && sh -e "$HOME/script"
}
