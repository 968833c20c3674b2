/* SPDX-License-Identifier: MIT */
#include "porcelain/lslist.h"

#include <string.h>

#include "plumbing/common/command.h"
#include "porcelain/entrytext.h"
#include "porcelain/human.h"
#include "porcelain/jsonout.h"

#define ID_DIGITS 12

void dv_lslist_init(struct dv_lslist *l)
{
	*l = (struct dv_lslist){ .list = dv_value_array(), .eol = '\n' };
}

void dv_lslist_release(struct dv_lslist *l)
{
	dv_buf_release(&l->dir.name);
	dv_value_release(&l->list);
}

struct dv_value *dv_lslist_map(struct dv_lslist *l)
{
	struct dv_value *map = dv_value_push(&l->list);

	*map = dv_value_map();
	return map;
}

void dv_lslist_size(const struct dv_lslist *l, uint64_t size)
{
	char text[DV_HUMAN_MAX];

	if (l->human)
		dv_out(" %10s\t", dv_human_size(text, size));
	else
		dv_out(" %12" PRIu64 "\t", size);
}

void dv_lslist_name(const struct dv_lslist *l, const char *name, size_t n)
{
	dv_out_path(name, n, l->eol);
	dv_out_char(l->eol);
}

static void end_group(struct dv_lslist *l)
{
	struct dv_lslist_group *g = &l->dir;
	struct dv_value *map;

	if (!g->name.len)
		return;
	if (l->json) {
		map = dv_lslist_map(l);
		dv_jsonout_text(map, "path", g->name.data, g->name.len);
		dv_jsonout_str(map, "mode", "040000");
		dv_jsonout_uint(map, "files", g->files);
		dv_jsonout_uint(map, "size", g->size);
	} else {
		if (l->longer) {
			dv_out("%06o %*s", DV_MODE_DIR, ID_DIGITS, "-");
			dv_lslist_size(l, g->size);
		}
		dv_lslist_name(l, g->name.data, g->name.len);
	}
	dv_buf_reset(&g->name);
	g->size = g->files = 0;
}

/* n bytes at name are the directory that the entry lies in. */
static void add_to_group(struct dv_lslist *l, const char *name, size_t n,
			 const struct dv_entry *e)
{
	struct dv_lslist_group *g = &l->dir;

	if (g->name.len != n || memcmp(g->name.data, name, n)) {
		end_group(l);
		dv_buf_add(&g->name, name, n);
	}
	g->size += e->size;
	g->files += e->mode == DV_MODE_FILE || e->mode == DV_MODE_EXEC ||
		    e->mode == DV_MODE_LINK;
}

static void put_long(const struct dv_lslist *l, const struct dv_entry *e)
{
	char hex[2 * DV_DIGEST_MAX + 1] = "-";

	if (dv_digest_isset(&e->id))
		dv_digest_hex(hex, &e->id);
	dv_out("%06o %*.*s", e->mode, ID_DIGITS, ID_DIGITS, hex);
	dv_lslist_size(l, e->size);
}

static int put_entry(struct dv_lslist *l, const struct dv_entry *e,
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
		struct dv_value *map = dv_lslist_map(l);

		dv_jsonout_text(map, "path", shown.data, shown.len);
		rc = dv_entrytext_describe(map, e, err);
	} else {
		if (l->longer)
			put_long(l, e);
		dv_lslist_name(l, shown.data, shown.len);
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

static int list_entries(struct dv_lslist *l, struct dv_manifest_iter *it,
			const char *path, struct dv_err *err)
{
	const struct dv_entry *e;
	bool any = false;
	int rc;

	while ((rc = dv_manifest_iter_next(it, &e, err)) > 0) {
		if (!any)
			l->skip = prefix_len(path, e);
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
	if (!rc && !any && *path) {
		rc = dv_err_set(err, DV_E_MISSING, "'%s' has no file '%s'",
				l->dataset, path);
		dv_err_hint(err, "dv ls %s lists what there is", l->dataset);
	}
	return rc;
}

int dv_lslist_manifest(struct dv_lslist *l, struct dv_manifest *m,
		       const char *dataset, const char *path,
		       struct dv_err *err)
{
	struct dv_manifest_iter *it;
	int rc;

	rc = dv_manifest_iter_open(&it, m, path, err);
	if (rc < 0)
		return rc;
	l->dataset = dataset;
	l->skip = 0;
	rc = list_entries(l, it, path, err);
	dv_manifest_iter_close(it);
	return rc;
}
