/* SPDX-License-Identifier: MIT */
#include "store/userstore.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "store/repofile.h"

/* A relative XDG_DATA_HOME is to be ignored, says its specification. */
int dv_userstore_dir(char **out, enum dv_algo algo, struct dv_err *err)
{
	const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
	const char *name = algo ? dv_algo_name(algo) : "";
	const char *slash = algo ? "/" : "";

	if (data && *data == '/') {
		*out = dv_asprintf("%s/dv%s%s", data, slash, name);
		return 0;
	}
	if (!home || *home != '/') {
		dv_err_set(err, DV_E_MISSING, "there is no place for a store: "
			   "HOME is not set");
		return dv_err_hint(err, "export XDG_DATA_HOME=<directory>");
	}
	*out = dv_asprintf("%s/.local/share/dv%s%s", home, slash, name);
	return 0;
}

int dv_userstore_open(char **dir, struct dv_odb **odb, enum dv_algo algo,
		      struct dv_err *err)
{
	char *path;
	int rc;

	rc = dv_userstore_dir(&path, algo, err);
	if (rc < 0)
		return rc;
	rc = dv_repofile_make_store(path, algo, err);
	if (rc >= 0)
		rc = dv_odb_open(odb, path, algo, err);
	if (rc < 0)
		free(path);
	else
		*dir = path;
	return rc < 0 ? rc : 0;
}
