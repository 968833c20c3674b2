/* SPDX-License-Identifier: MIT */
#include "remote/transport-parts.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/program.h"

/* Schemes whose helper has the name of another one. */
static const char *helper_of(const char *scheme)
{
	if (!strcmp(scheme, "gs"))
		return "s3";
	return strcmp(scheme, "https") ? scheme : "http";
}

/* dir/program, if that can be run; the caller frees. */
static char *beside(const char *dir, const char *program)
{
	char *path;

	if (!dir || !*dir)
		return NULL;
	path = dv_asprintf("%s/%s", dir, program);
	if (!access(path, X_OK))
		return path;
	free(path);
	return NULL;
}

char *dv_transport_program(const char *exec_path, const char *scheme)
{
	char *name = dv_asprintf("dv-remote-%s", helper_of(scheme));
	char *dir = dv_program_dir();
	char *path = beside(exec_path, name);

	if (!path)
		path = beside(getenv("DV_EXEC_PATH"), name);
	if (!path)
		path = beside(dir, name);
	free(dir);
	if (!path)
		return name;
	free(name);
	return path;
}

int dv_transport_no_helper(const char *scheme, struct dv_err *err)
{
	dv_err_set(err, DV_E_MISSING, "no helper for '%s' remotes: there is "
		   "no program 'dv-remote-%s' in dv's own directory or in "
		   "PATH", scheme, helper_of(scheme));
	return dv_err_hint(err, "dv itself has: a directory's path, s3://, "
			   "gs://, sftp://, http:// and https://");
}

/* Is there such a program in one of PATH's directories? */
static bool in_path(const char *name)
{
	const char *p = getenv("PATH");
	bool found = false;

	while (p && *p && !found) {
		size_t n = strcspn(p, ":");
		char *dir = n ? dv_strndup(p, n) : dv_strdup(".");
		char *path = beside(dir, name);

		found = path != NULL;
		free(path);
		free(dir);
		p += n + (p[n] == ':');
	}
	return found;
}

int dv_transport_check_scheme(const char *exec_path, const char *scheme,
			      struct dv_err *err)
{
	char *program = dv_transport_program(exec_path, scheme);
	bool found = strchr(program, '/') || in_path(program);

	free(program);
	return found ? 0 : dv_transport_no_helper(scheme, err);
}
