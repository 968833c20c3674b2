#!/bin/sh
# SPDX-License-Identifier: MIT
#
# No line of C is over 100 columns, a tab going on to the next of 8; 80 is
# what to aim at.

bad=0
for f in $(find libdv plumbing porcelain t -name '*.[ch]' | sort)
do
	expand "$f" | awk -v file="$f" '
	length($0) > 100 {
		printf "%s:%d: %d columns\n", file, NR, length($0)
		bad = 1
	}
	END { exit bad }
	' || bad=1
done
exit $bad
