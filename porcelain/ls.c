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

#include "porcelain/entrytext.h"
#include "porcelain/human.h"
#include "porcelain/jsonout.h"
#include "porcelain/session.h"
#include "store/resolve.h"
#include "store/worktree.h"

static const char *const usage[] = {
	"dv ls [-l] [-R] [--human-readable] [-z | --json] [<spec>...]",
	NULL
};

#define ID_DIGITS 12

/* Files below one directory, added up while they pass. */
struct group {
	struct dv_buf name;		/* "train/"; empty: none begun */
	uint64_t size, files;
};

struct ls {
	struct dv_session s;
	bool longer, recursive, human, json;
	char eol;
	const char *dataset;
	size_t skip;			/* of paths: "train/" that was asked */
	struct group dir;
	struct dv_value list;
};

static void put_size(const struct ls *l, uint64_t size)
{
	char text[DV_HUMAN_MAX];

	if (l->human)
		dv_out(" %10s\t", dv_human_size(text, size));
	else
		dv_out(" %12" PRIu64 "\t", size);
}

static void put_name(const struct ls *l, const char *name, size_t n)
{
	dv_out_path(name, n, l->eol);
	dv_out_char(l->eol);
}

/* --- files ----------------------------------------------------------- */

static void end_group(struct ls *l)
{
	struct group *g = &l->dir;
	struct dv_value *map;

	if (!g->name.len)
		return;
	if (l->json) {
		map = dv_value_push(&l->list);
		*map = dv_value_map();
		dv_jsonout_text(map, "path", g->name.data, g->name.len);
		dv_jsonout_str(map, "mode", "040000");
		dv_jsonout_uint(map, "files", g->files);
		dv_jsonout_uint(map, "size", g->size);
	} else {
		if (l->longer) {
			dv_out("%06o %*s", DV_MODE_DIR, ID_DIGITS, "-");
			put_size(l, g->size);
		}
		put_name(l, g->name.data, g->name.len);
	}
	dv_buf_reset(&g->name);
	g->size = g->files = 0;
}

/* n bytes at name are the directory that the entry lies in. */
static void add_to_group(struct ls *l, const char *name, size_t n,
			 const struct dv_entry *e)
{
	struct group *g = &l->dir;

	if (g->name.len != n || memcmp(g->name.data, name, n)) {
		end_group(l);
		dv_buf_add(&g->name, name, n);
	}
	g->size += e->size;
	g->files += e->mode == DV_MODE_FILE || e->mode == DV_MODE_EXEC ||
		    e->mode == DV_MODE_LINK;
}

static void put_long(const struct ls *l, const struct dv_entry *e)
{
	char hex[2 * DV_DIGEST_MAX + 1] = "-";

	if (dv_digest_isset(&e->id))
		dv_digest_hex(hex, &e->id);
	dv_out("%06o %*.*s", e->mode, ID_DIGITS, ID_DIGITS, hex);
	put_size(l, e->size);
}

static int put_entry(struct ls *l, const struct dv_entry *e,
		     struct dv_err *err)
{
	const char *name = e->path + l->skip;
	size_t n = e->path_len - l->skip;
	struct dv_buf shown = DV_BUF_INIT;
	const char *slash;
	int rc = 0;

	slash = l->recursive ? NULL : memchr(name, '/', n);
	if (slash) {
		add_to_group(l, name, (size_t)(slash - name) + 1, e);
		return 0;
	}
	end_group(l);
	if (e->path_len == 1 && e->path[0] == '.')
		dv_buf_str(&shown, l->dataset);
	else
		dv_buf_add(&shown, name, n);
	if (e->mode == DV_MODE_DIR)
		dv_buf_char(&shown, '/');

	if (l->json) {
		struct dv_value *map = dv_value_push(&l->list);

		*map = dv_value_map();
		dv_jsonout_text(map, "path", shown.data, shown.len);
		rc = dv_entrytext_describe(map, e, err);
	} else {
		if (l->longer)
			put_long(l, e);
		put_name(l, shown.data, shown.len);
	}
	dv_buf_release(&shown);
	return rc;
}

/*
 * What of the paths is left out: all of "train" itself where it is a
 * directory, all up to its last slash where it is a file.
 */
static size_t prefix_len(const char *path, const struct dv_entry *first)
{
	const char *slash = strrchr(path, '/');
	size_t n = strlen(path);

	if (!n)
		return 0;
	if (first->path_len > n)
		return n + 1;
	if (first->mode == DV_MODE_DIR)
		return n > 0 && !slash ? 0 : (size_t)(slash + 1 - path);
	return slash ? (size_t)(slash + 1 - path) : 0;
}

static int list_entries(struct ls *l, const struct dv_spec *spec,
			struct dv_manifest_iter *it, struct dv_err *err)
{
	const struct dv_entry *e;
	bool any = false;
	int rc;

	while ((rc = dv_manifest_iter_next(it, &e, err)) > 0) {
		if (!any)
			l->skip = prefix_len(spec->path, e);
		any = true;
		/* the directory that was asked for, with its metadata */
		if (e->path_len < l->skip) {
			l->skip = 0;
			continue;
		}
		rc = put_entry(l, e, err);
		if (rc < 0)
			break;
	}
	end_group(l);
	if (!rc && !any && *spec->path) {
		rc = dv_err_set(err, DV_E_MISSING, "'%s' has no file '%s'",
				spec->dataset, spec->path);
		dv_err_hint(err, "dv ls %s lists what there is",
			    spec->dataset);
	}
	return rc;
}

static int list_spec(struct ls *l, const char *arg, struct dv_err *err)
{
	struct dv_spec spec = { .dataset = NULL };
	struct dv_manifest_iter *it = NULL;
	struct dv_manifest *m = NULL;
	int rc;

	rc = dv_spec_resolve(&spec, l->s.repo, l->s.versions, arg, err);
	if (rc < 0)
		return rc;
	l->dataset = spec.dataset;
	rc = dv_session_held(&l->s, spec.dataset, &spec.manifest, err);
	if (!rc)
		rc = dv_manifest_open(&m, &spec.manifest, dv_odb_read,
				      l->s.odb, err);
	if (!rc)
		rc = dv_manifest_iter_open(&it, m, spec.path, err);
	if (!rc)
		rc = list_entries(l, &spec, it, err);
	dv_manifest_iter_close(it);
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

	if (l->longer || l->json) {
		rc = has = dv_worktree_pointer(l->s.repo, dataset, &ptr, err);
		if (rc > 0)
			rc = find_version(l, dataset, &ptr, &id, err);
		if (rc < 0)
			return rc;
	}
	if (l->json) {
		struct dv_value *map = dv_value_push(&l->list);

		*map = dv_value_map();
		dv_jsonout_text(map, "dataset", dataset, strlen(dataset));
		dv_jsonout_str(map, "version", id);
		if (has) {
			dv_jsonout_id(map, "manifest", &ptr.manifest);
			dv_jsonout_uint(map, "files", ptr.files);
			dv_jsonout_uint(map, "size", ptr.size);
		}
	} else {
		if (l->longer) {
			dv_out("%-22s %8" PRIu64, id ? id : "-",
			       has ? ptr.files : 0);
			put_size(l, has ? ptr.size : 0);
		}
		put_name(l, dataset, strlen(dataset));
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

static int cmd_ls(int argc, const char **argv, const struct dv_ctx *ctx)
{
	struct ls l = { .s = DV_SESSION_INIT, .list = dv_value_array() };
	bool nul = false;
	const struct dv_opt spec[] = {
		DV_OPT_BOOL('l', "long", &l.longer,
			    "mode, id and size of each file"),
		DV_OPT_BOOL('R', "recursive", &l.recursive,
			    "files in directories, too"),
		DV_OPT_BOOL('r', NULL, &l.recursive, "the same"),
		DV_OPT_BOOL(0, "human-readable", &l.human,
			    "sizes as 1.5 KiB"),
		DV_OPT_BOOL('z', NULL, &nul, "paths end in NUL, not LF"),
		DV_OPT_BOOL(0, "json", &l.json, "one JSON array"),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (nul && l.json)
		dv_usage(usage, spec, "-z and --json exclude each other");
	l.eol = nul ? '\0' : '\n';

	rc = dv_session_open(&l.s, 0, &err);
	if (rc < 0)
		goto out;

	for (int i = 0; !rc && i < argc; i++)
		rc = list_spec(&l, argv[i], &err);
	if (!argc)
		rc = list_datasets(&l, &err);
	if (!rc && l.json)
		dv_jsonout_print(&l.list);
out:
	dv_buf_release(&l.dir.name);
	dv_value_release(&l.list);
	dv_session_close(&l.s);
	return dv_exit(rc, &err);
}

DV_MAIN("ls", cmd_ls)
