#!/bin/sh
# SPDX-License-Identifier: MIT
#
# No two sources have the same base name: in messages, debuggers and
# archives a base name is all there is.

find libdv plumbing porcelain t -name '*.[ch]' -printf '%f %p\n' | sort |
awk '
$1 == last { print path " and " $2 " have the same name"; bad = 1 }
{ last = $1; path = $2 }
END { exit bad }
'
