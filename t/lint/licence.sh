#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Every source says its licence in one of its first three lines.

bad=0
for f in $(find libdv plumbing porcelain t contrib .ci -type f \
	\( -name '*.[ch]' -o -name '*.sh' -o -name '*.awk' -o -name '*.py' \
	-o -name '*.am' -o -perm -100 \) \
	! -path 't/golden/*' ! -path 't/fuzz/corpus/*' | sort)
do
	if ! head -n 3 "$f" | grep -q 'SPDX-License-Identifier: MIT'
	then
		echo "$f: no SPDX line"
		bad=1
	fi
done
exit $bad
