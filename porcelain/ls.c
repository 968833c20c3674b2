/* SPDX-License-Identifier: MIT */
/*
 * dv ls: list datasets, or the files of one.
 *
 * One path a line; a directory has a slash at its end.  With -l:
 *	<mode> SP <12 digits of the id, or -> SP <size> TAB <path>
 * and for datasets
 *	<version, or -> SP <files> SP <size> TAB <dataset>
 */
#include "plumbing/common/command.h"

#include <stdlib.h>

#include "porcelain/jsonout.h"
#include "porcelain/lslist.h"
#include "porcelain/lsremote.h"
#include "porcelain/session.h"
#include "store/resolve.h"
#include "store/worktree.h"

static const char *const usage[] = {
	"dv ls [-l] [-R] [--human-readable] [-z | --json] [<spec>...]",
	"dv ls (-r | --remote=<name>) [<option>...] [<spec>...]",
	NULL
};

struct ls {
	struct dv_session s;
	struct dv_lslist out;
};

/* --- files ----------------------------------------------------------- */

static int list_spec(struct ls *l, const char *arg, struct dv_err *err)
{
	struct dv_spec spec = { .dataset = NULL };
	struct dv_manifest *m = NULL;
	int rc;

	rc = dv_spec_resolve(&spec, l->s.repo, l->s.versions, arg, err);
	if (rc < 0)
		return rc;
	rc = dv_session_held(&l->s, spec.dataset, &spec.manifest, err);
	if (!rc)
		rc = dv_manifest_open(&m, &spec.manifest, dv_odb_read,
				      l->s.odb, err);
	if (!rc)
		rc = dv_lslist_manifest(&l->out, m, spec.dataset, spec.path,
					err);
	dv_manifest_close(m);
	dv_spec_release(&spec);
	return rc;
}

/* --- datasets -------------------------------------------------------- */

static int find_version(struct ls *l, const char *dataset,
			const struct dv_pointer *ptr, char **id,
			struct dv_err *err)
{
	struct dv_version v;
	int rc;

	rc = dv_versions_newest(l->s.versions, dataset, &ptr->manifest, &v,
				err);
	if (rc > 0) {
		*id = dv_versions_show_id(l->s.versions, dataset, v.id);
		dv_version_release(&v);
	}
	return rc < 0 ? rc : 0;
}

static int put_dataset(struct ls *l, const char *dataset, struct dv_err *err)
{
	struct dv_pointer ptr;
	char *id = NULL;
	int rc, has = 0;

	if (l->out.longer || l->out.json) {
		rc = has = dv_worktree_pointer(l->s.repo, dataset, &ptr, err);
		if (rc > 0)
			rc = find_version(l, dataset, &ptr, &id, err);
		if (rc < 0)
			return rc;
	}
	if (l->out.json) {
		struct dv_value *map = dv_lslist_map(&l->out);

		dv_jsonout_text(map, "dataset", dataset, strlen(dataset));
		dv_jsonout_str(map, "version", id);
		if (has) {
			dv_jsonout_id(map, "manifest", &ptr.manifest);
			dv_jsonout_uint(map, "files", ptr.files);
			dv_jsonout_uint(map, "size", ptr.size);
		}
	} else {
		if (l->out.longer) {
			dv_out("%-22s %8" PRIu64, id ? id : "-",
			       has ? ptr.files : 0);
			dv_lslist_size(&l->out, has ? ptr.size : 0);
		}
		dv_lslist_name(&l->out, dataset, strlen(dataset));
	}
	free(id);
	return 0;
}

static int list_datasets(struct ls *l, struct dv_err *err)
{
	struct dv_strlist all = DV_STRLIST_INIT;
	int rc;

	if (l->s.repo->workdir)
		rc = dv_worktree_datasets(l->s.repo, &all, err);
	else
		rc = dv_versions_datasets(l->s.versions, &all, err);
	for (size_t i = 0; !rc && i < all.n; i++)
		rc = put_dataset(l, all.v[i], err);
	dv_strlist_release(&all);
	return rc;
}

static int list_here(struct ls *l, int argc, const char **argv,
		     struct dv_err *err)
{
	int rc;

	rc = dv_session_open(&l->s, 0, err);
	if (rc >= 0 && !argc)
		rc = list_datasets(l, err);
	for (int i = 0; rc >= 0 && i < argc; i++)
		rc = list_spec(l, argv[i], err);
	dv_session_close(&l->s);
	return rc;
}

static int cmd_ls(int argc, const char **argv, const struct dv_ctx *ctx)
{
	struct ls l = { .s = DV_SESSION_INIT };
	struct dv_remotecmd remote = DV_REMOTECMD_INIT;
	const char *where = NULL;
	bool nul = false, there = false;
	const struct dv_opt spec[] = {
		DV_OPT_BOOL('l', "long", &l.out.longer,
			    "mode, id and size of each file"),
		DV_OPT_BOOL('R', "recursive", &l.out.recursive,
			    "files in directories, too"),
		DV_OPT_BOOL('r', NULL, &there,
			    "what is published on the default remote"),
		DV_OPT_STR(0, "remote", &where, "<name>",
			   "the same on that one, or at that URL"),
		DV_OPT_BOOL(0, "human-readable", &l.out.human,
			    "sizes as 1.5 KiB"),
		DV_OPT_BOOL('z', NULL, &nul, "paths end in NUL, not LF"),
		DV_OPT_BOOL(0, "json", &l.out.json, "one JSON array"),
		DV_REMOTECMD_OPTS(&remote),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	int rc;

	(void)ctx;
	dv_lslist_init(&l.out);
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (nul && l.out.json)
		dv_usage(usage, spec, "-z and --json exclude each other");
	l.out.eol = nul ? '\0' : '\n';

	rc = there || where ? dv_lsremote(&l.out, &remote, where, argc, argv, &err) :
	     list_here(&l, argc, argv, &err);
	if (rc >= 0 && l.out.json)
		dv_jsonout_print(&l.out.list);
	dv_lslist_release(&l.out);
	return dv_exit(rc, &err);
}

DV_MAIN("ls", cmd_ls)
