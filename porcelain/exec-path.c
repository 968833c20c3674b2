/* SPDX-License-Identifier: MIT */
#include "porcelain/exec-path.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/program.h"

/* The directory rel beside dir, which is .../bin; NULL if not there. */
static char *beside(const char *dir, const char *rel)
{
	const char *slash = strrchr(dir, '/');
	char *path;

	if (!slash || strcmp(slash, "/bin") != 0)
		return NULL;
	path = dv_asprintf("%.*s/%s", (int)(slash - dir), dir, rel);
	if (access(path, X_OK) == 0)
		return path;
	free(path);
	return NULL;
}

static char *absolute(const char *path)
{
	char *full = realpath(path, NULL);

	return full ? full : dv_strdup(path);
}

char *dv_exec_path(const char *given)
{
	const char *env = getenv("DV_EXEC_PATH");
	char *dir, *found = NULL;

	if (given && *given)
		return absolute(given);
	if (env && *env)
		return absolute(env);

	dir = dv_program_dir();
	/* The system's own bin has no build tree beside it. */
	if (dir && strcmp(dir, DV_BINDIR) != 0) {
		found = beside(dir, "core");
		if (!found)
			found = beside(dir, "libexec/dv-core");
	}
	free(dir);
	return found ? found : dv_strdup(DV_COREDIR);
}
