/* SPDX-License-Identifier: MIT */
#include "porcelain/remote-parts.h"

#include "store/repo.h"

static void warn_shared(const char *name, const char *url)
{
	if (url[0] == '/' || !strncmp(url, "file:", 5))
		dv_warn("'%s' is a path: it means something only where the "
			"same directory is mounted at the same place", url);
	dv_hint("git add .dvconfig; after a clone: dv remote trust %s", name);
}

int dv_remote_cmd_add(int argc, const char **argv)
{
	bool shared = false;
	const struct dv_opt spec[] = {
		DV_OPT_BOOL(0, "shared", &shared,
			    "write it into .dvconfig too, so that a clone "
			    "knows it"),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	struct dv_repo *repo = NULL;
	int rc;

	argc = dv_opt_parse(argc, argv, spec, dv_remote_usage);
	if (argc != 2)
		dv_usage(dv_remote_usage, spec, "give a name and a URL");

	rc = dv_repo_open(&repo, 0, &err);
	if (!rc)
		rc = dv_remote_add(repo, argv[0], argv[1], shared, &err);
	if (!rc && shared)
		warn_shared(argv[0], argv[1]);
	dv_repo_close(repo);
	return dv_exit(rc, &err);
}

/* What takes one name and says nothing. */
static int one_name(int argc, const char **argv,
		    int (*fn)(struct dv_repo *, const char *, struct dv_err *))
{
	const struct dv_opt spec[] = { DV_OPT_END };
	struct dv_err err = DV_ERR_INIT;
	struct dv_repo *repo = NULL;
	int rc;

	argc = dv_opt_parse(argc, argv, spec, dv_remote_usage);
	if (argc != 1)
		dv_usage(dv_remote_usage, spec, "give the name of a remote");

	rc = dv_repo_open(&repo, 0, &err);
	if (!rc)
		rc = fn(repo, argv[0], &err);
	dv_repo_close(repo);
	return dv_exit(rc, &err);
}

int dv_remote_cmd_remove(int argc, const char **argv)
{
	return one_name(argc, argv, dv_remote_remove);
}

int dv_remote_cmd_trust(int argc, const char **argv)
{
	return one_name(argc, argv, dv_remote_trust);
}
