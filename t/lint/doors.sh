#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A header that is not the system's is included by one file, its door.
# zstd_errors.h is zstd's, openssl/sha.h openssl's: what counts is the
# library, named by the first letters that stand in the table.

dirs=$(for d in libdv plumbing porcelain; do test ! -d $d || echo $d; done)

# shellcheck disable=SC2086 # a list of names
grep -rHE --include='*.[ch]' '^[ 	]*#[ 	]*include[ 	]*<' $dirs | sort | awk '
BEGIN {
	n = split("assert complex ctype errno fenv float inttypes iso646 " \
		"limits locale math setjmp signal stdalign stdarg stdatomic " \
		"stdbool stddef stdint stdio stdlib stdnoreturn string " \
		"tgmath threads time uchar wchar wctype " \
		"aio dirent dlfcn endian execinfo fcntl fnmatch ftw getopt " \
		"glob grp iconv immintrin langinfo libgen malloc netdb poll " \
		"pthread pwd regex sched search semaphore spawn strings " \
		"syslog termios ucontext unistd utime byteswap", s, " ")
	for (i = 1; i <= n; i++)
		system_header[s[i]] = 1
	split("sys linux arpa net netinet asm", s, " ")
	for (i in s)
		system_dir[s[i]] = 1
}
{
	file = $0
	sub(/:.*/, "", file)
	header = $0
	sub(/^[^<]*</, "", header)
	sub(/>.*/, "", header)
	split(header, part, "/")
	library = part[1]
	sub(/\.h$/, "", library)
	if (library in system_header || part[1] in system_dir)
		next
	sub(/_.*/, "", library)
	if (library in door && door[library] != file) {
		printf "%s: <%s> has its door in %s\n", file, header,
			door[library]
		bad = 1
	}
	door[library] = file
}
END { exit bad }
'
