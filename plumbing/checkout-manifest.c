/* SPDX-License-Identifier: MIT */
/*
 * dv checkout-manifest: write the files of a manifest into a directory.
 *
 * Nothing is printed.  Neither index nor pointer is touched.
 */
#include "plumbing/common/command.h"

#include "store/worktree.h"

static const char *const usage[] = {
	"dv checkout-manifest [-f] <manifest> <destination> [<path>]",
	NULL
};

static int write_out(struct dv_repo *r, const char **argv, bool force,
		     struct dv_err *err)
{
	struct dv_buf path = DV_BUF_INIT;
	struct dv_digest id;
	struct dv_odb *odb;
	int rc;

	rc = dv_repo_odb(r, &odb, err);
	if (rc >= 0)
		rc = dv_odb_resolve(odb, argv[0], &id, err);
	if (rc < 0)
		return rc;
	dv_buf_str(&path, argv[2] ? argv[2] : "");
	while (path.len > 1 && path.data[path.len - 1] == '/')
		dv_buf_setlen(&path, path.len - 1);
	rc = dv_worktree_export(odb, &id, dv_buf_cstr(&path), argv[1], force,
				NULL, NULL, err);
	dv_buf_release(&path);
	return rc;
}

static int cmd_checkout_manifest(int argc, const char **argv,
				 const struct dv_ctx *ctx)
{
	bool force = false;
	const struct dv_opt spec[] = {
		DV_OPT_BOOL('f', "force", &force,
			    "overwrite files that are there"),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	struct dv_repo *repo = NULL;
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (argc < 2 || argc > 3)
		dv_usage(usage, spec, "name a manifest and a destination");

	rc = dv_repo_open(&repo, 0, &err);
	if (rc >= 0)
		rc = write_out(repo, argv, force, &err);
	dv_repo_close(repo);
	return dv_exit(rc, &err);
}

DV_MAIN("checkout-manifest", cmd_checkout_manifest)
