#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Shell scripts pass shellcheck.  Bodies of tests are strings to it, hence
# SC2016 ($ in single quotes) and SC2034 (a variable seen in bodies alone).

find t contrib .ci -type f \( -name '*.sh' -o -perm -100 \) \
	! -path 't/golden/*' ! -path 't/fuzz/corpus/*' | sort |
while read -r f
do
	if head -n 1 "$f" | grep -qE '^#! ?/(usr/)?bin/(env )?(sh|bash|dash)'
	then
		echo "$f"
	fi
done | xargs shellcheck -S warning -e SC1091,SC2016,SC2034
