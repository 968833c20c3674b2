#!/bin/sh
# SPDX-License-Identifier: MIT
#
# quiet.sh <libdv.a>: libdv neither prints nor exits.  Out of memory, in
# alloc.c, is the exception, and _exit() of a forked child in proc.c.

nm -A -u "$1" 2>/dev/null | awk '
BEGIN {
	n = split("printf fprintf vprintf vfprintf dprintf puts fputs " \
		"putchar fputc putc fwrite perror psignal " \
		"__printf_chk __fprintf_chk __vprintf_chk __vfprintf_chk " \
		"stdout stderr exit _exit _Exit quick_exit abort " \
		"err errx warn warnx error", s, " ")
	for (i = 1; i <= n; i++)
		loud[s[i]] = 1
}
{
	sub(/@.*/, "", $NF)
	split($1, part, ":")
	object = part[2]
	seen = 1
	if (!($NF in loud) || object == "alloc.o")
		next
	if (object == "proc.o" && $NF == "_exit")
		next
	printf "%s uses %s()\n", object, $NF
	bad = 1
}
END {
	if (!seen)
		print "nothing read from libdv.a"
	exit bad || !seen
}
'
