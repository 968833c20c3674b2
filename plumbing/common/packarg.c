/* SPDX-License-Identifier: MIT */
#include "plumbing/common/packarg.h"

#include "plumbing/common/command.h"

static bool ends_in(const char *path, size_t n, const char *end)
{
	size_t m = strlen(end);

	return n > m && !strcmp(path + n - m, end);
}

char *dv_packarg_base(const char *path, bool idx, struct dv_err *err)
{
	size_t n = strlen(path);

	if (ends_in(path, n, ".pack"))
		return dv_strndup(path, n - strlen(".pack"));
	if (idx && ends_in(path, n, ".idx"))
		return dv_strndup(path, n - strlen(".idx"));
	dv_err_set(err, DV_E_INVALID, "'%s' does not end in '.pack'%s", path,
		   idx ? " or '.idx'" : "");
	return NULL;
}

void dv_packarg_fault(void *arg, const struct dv_digest *id,
		      const char *sentence)
{
	(void)arg;
	(void)id;
	dv_error("%s", sentence);
}
