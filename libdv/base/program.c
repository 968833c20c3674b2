/* SPDX-License-Identifier: MIT */
#include "base/program.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"

char *dv_program_dir(void)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *slash;

	if (n <= 0)
		return NULL;
	path[n] = '\0';
	slash = strrchr(path, '/');
	return slash ? dv_strndup(path, (size_t)(slash - path)) : NULL;
}
