#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A file includes from its own floor or below:
# base < format < store < remote < plumbing < porcelain.  Includes are
# written from the root of their tree ("base/err.h"), and headers do not
# include each other in a ring.

floors='libdv/base libdv/format libdv/store libdv/remote plumbing porcelain'
made='config.h commands-list.h'		# by configure and make

list () {
	for dir in $floors
	do
		test ! -d "$dir" || find "$dir" -name '*.[ch]'
	done | sort
}

list | xargs awk -v floors="$floors" -v made="$made" '
BEGIN {
	n = split(floors, dirs, " ")
	for (i = 1; i <= n; i++)
		floor[dirs[i]] = i
	split(made, list, " ")
	for (i in list)
		ismade[list[i]] = 1
}

# libdv/base/err.h and base/err.h: 1; porcelain/x.h: 6; else 0
function floor_of(path,	d) {
	d = path
	sub(/^libdv\//, "", d)
	sub(/\/.*/, "", d)
	if ("libdv/" d in floor)
		return floor["libdv/" d]
	return d in floor ? floor[d] : 0
}

/^[ \t]*#[ \t]*include[ \t]*"/ {
	split($0, part, "\"")
	from = floor_of(FILENAME)
	to = floor_of(part[2])
	if (part[2] in ismade && from >= floor["plumbing"])
		next
	if (!to || part[2] ~ /^libdv\//) {
		printf "%s:%d: write \"%s\" from the root of its tree\n",
			FILENAME, FNR, part[2]
		bad = 1
	} else if (to > from) {
		printf "%s:%d: \"%s\" is on a higher floor\n",
			FILENAME, FNR, part[2]
		bad = 1
	}
}
END { exit bad }
' || exit 1

list | grep '\.h$' | xargs awk '
/^[ \t]*#[ \t]*include[ \t]*"/ {
	split($0, part, "\"")
	from = FILENAME
	sub(/^libdv\//, "", from)
	print from, part[2]
}
' | tsort >/dev/null
