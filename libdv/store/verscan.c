/* SPDX-License-Identifier: MIT */
#include "store/verscan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "format/component.h"
#include "format/record.h"

struct scan {
	struct dv_repo *repo;
	const struct dv_vcache *old;
	struct dv_strlist *faults;
	struct dv_vcache_row *rows;	/* own dataset, id and record */
	size_t n, cap;
};

static void fault(struct scan *s, const char *where, const struct dv_err *e)
{
	dv_strlist_take(s->faults, dv_asprintf("%s: %s", where, e->msg));
}

static void add_row(struct scan *s, const char *dataset, const char *id,
		    const char *tag, int64_t time,
		    const struct dv_digest *manifest, const void *record,
		    size_t len)
{
	struct dv_vcache_row *row;
	void *copy = dv_malloc(len);

	memcpy(copy, record, len);
	dv_grow(&s->rows, &s->cap, s->n + 1, sizeof(*s->rows));
	row = &s->rows[s->n++];
	memset(row, 0, sizeof(*row));
	row->dataset = dv_strdup(dataset);
	row->id = dv_strdup(id);
	memcpy(row->tag, tag, strnlen(tag, sizeof(row->tag) - 1));
	row->time = time;
	row->manifest = *manifest;
	row->record = copy;
	row->record_len = len;
}

/* Parse, and see that it is what its place says. */
static int add_record(struct scan *s, const char *dataset, const char *id,
		      const char *tag, const struct dv_buf *text,
		      struct dv_err *err)
{
	char said[DV_VERSION_ID_MAX];
	struct dv_record rec;
	int rc;

	rc = dv_record_parse(&rec, text->data, text->len, err);
	if (rc < 0)
		return rc;
	dv_record_id(said, &rec);
	if (strcmp(rec.dataset, dataset) || strcmp(said, id))
		rc = dv_err_set(err, DV_E_FORMAT,
				"the record is of '%s@%s'", rec.dataset, said);
	else if (rec.manifest.algo != s->repo->algo)
		rc = dv_err_set(err, DV_E_FORMAT,
				"the record is of object format %s",
				dv_algo_name(rec.manifest.algo));
	else
		add_row(s, dataset, id, tag, rec.time, &rec.manifest,
			text->data, text->len);
	dv_record_release(&rec);
	return rc;
}

/* --- refs --------------------------------------------------------------- */

/* The old cache has read this tag before. */
static bool add_known(struct scan *s, const char *dataset, const char *id,
		      const char *hex)
{
	struct dv_vcache_row row;
	size_t first, n, k, len;
	const void *record;
	ptrdiff_t i;

	i = s->old ? dv_vcache_find_dataset(s->old, dataset) : -1;
	if (i < 0)
		return false;
	dv_vcache_dataset(s->old, (size_t)i, &first, &n);
	if (dv_vcache_match(s->old, first, n, id, &k) != 1)
		return false;
	k = dv_vcache_by_id(s->old, first, k);
	dv_vcache_get(s->old, k, &row);
	record = dv_vcache_record(s->old, k, &len);
	if (!record || strcmp(row.tag, hex) || strcmp(row.id, id))
		return false;
	add_row(s, dataset, id, hex, row.time, &row.manifest, record, len);
	return true;
}

static int add_ref(struct scan *s, const char *name, const char *hex,
		   struct dv_err *err)
{
	struct dv_buf dataset = DV_BUF_INIT, text = DV_BUF_INIT;
	const char *slash = strchr(name, '/');
	char *component;
	int rc;

	if (!slash || !dv_record_id_is(slash + 1))
		return dv_err_set(err, DV_E_FORMAT,
				  "it is not <dataset>/<version id>");
	component = dv_strndup(name, (size_t)(slash - name));
	rc = dv_component_decode(&dataset, component, err);
	free(component);
	if (!rc && !add_known(s, dataset.data, slash + 1, hex)) {
		rc = dv_git_tag_read(s->repo->git, hex, &text, DV_RECORD_MAX,
				     err);
		if (!rc)
			rc = add_record(s, dataset.data, slash + 1, hex, &text,
					err);
	}
	dv_buf_release(&dataset);
	dv_buf_release(&text);
	return rc;
}

static int on_ref(void *arg, const char *ref, const char *hex,
		  struct dv_err *err)
{
	struct scan *s = arg;

	if (add_ref(s, ref + strlen("refs/dv/"), hex, err) < 0)
		fault(s, ref, err);
	return 0;
}

/* --- files -------------------------------------------------------------- */

static int add_file(struct scan *s, const char *path, const char *dataset,
		    const char *id, struct dv_err *err)
{
	struct dv_buf text = DV_BUF_INIT;
	int rc;

	rc = dv_file_read(&text, AT_FDCWD, path, DV_RECORD_MAX, err);
	if (!rc)
		rc = add_record(s, dataset, id, "", &text, err);
	dv_buf_release(&text);
	return rc;
}

/* Call fn for each name in a directory that is there. */
typedef void name_fn(struct scan *s, const char *path, const char *name,
		     const char *arg, struct dv_err *err);

static int each_name(struct scan *s, const char *path, name_fn *fn,
		     const char *arg, struct dv_err *err)
{
	struct dv_strlist names = DV_STRLIST_INIT;
	struct dirent *e;
	DIR *dir = opendir(path);
	size_t i;

	if (!dir)
		return errno == ENOENT ? 0 :
		       dv_err_sys(err, "cannot read '%s'", path);
	while ((e = readdir(dir)))
		if (e->d_name[0] != '.' && strncmp(e->d_name, "tmp_", 4))
			dv_strlist_add(&names, e->d_name);
	closedir(dir);
	dv_strlist_sort(&names);
	for (i = 0; i < names.n; i++) {
		char *below = dv_asprintf("%s/%s", path, names.v[i]);

		fn(s, below, names.v[i], arg, err);
		free(below);
	}
	dv_strlist_release(&names);
	return 0;
}

static void on_file(struct scan *s, const char *path, const char *id,
		    const char *dataset, struct dv_err *err)
{
	if (!dv_record_id_is(id))
		dv_err_set(err, DV_E_FORMAT, "it is not a version id");
	else if (!add_file(s, path, dataset, id, err))
		return;
	fault(s, path, err);
}

static void on_dataset(struct scan *s, const char *path, const char *name,
		       const char *arg, struct dv_err *err)
{
	struct dv_buf dataset = DV_BUF_INIT;

	(void)arg;
	if (dv_component_decode(&dataset, name, err) < 0 ||
	    each_name(s, path, on_file, dataset.data, err) < 0)
		fault(s, path, err);
	dv_buf_release(&dataset);
}

static void on_name_space(struct scan *s, const char *path, const char *name,
			  const char *arg, struct dv_err *err)
{
	(void)name;
	(void)arg;
	if (each_name(s, path, on_dataset, NULL, err) < 0)
		fault(s, path, err);
}

/* --- order -------------------------------------------------------------- */

/* By dataset and id; of two with one id the tag comes first. */
static int by_id(const void *a, const void *b)
{
	const struct dv_vcache_row *x = a, *y = b;
	int c = strcmp(x->dataset, y->dataset);

	if (!c)
		c = strcmp(x->id, y->id);
	return c ? c : !*x->tag - !*y->tag;
}

static int by_time(const void *a, const void *b)
{
	const struct dv_vcache_row *x = a, *y = b;
	int c = strcmp(x->dataset, y->dataset);

	if (c)
		return c;
	if (x->time != y->time)
		return x->time > y->time ? -1 : 1;
	return strcmp(x->id, y->id);
}

static void free_row(struct dv_vcache_row *row)
{
	free((char *)(uintptr_t)row->dataset);
	free((char *)(uintptr_t)row->id);
	free((void *)(uintptr_t)row->record);
}

static void drop_doubles(struct scan *s)
{
	size_t i, n = 0;

	for (i = 0; i < s->n; i++) {
		if (n && !strcmp(s->rows[n - 1].dataset, s->rows[i].dataset) &&
		    !strcmp(s->rows[n - 1].id, s->rows[i].id))
			free_row(&s->rows[i]);
		else
			s->rows[n++] = s->rows[i];
	}
	s->n = n;
}

/* Versions of one second: a child comes before its parents. */
struct tied {
	struct dv_vcache_row row;
	struct dv_strlist parents;
	size_t depth;		/* 0: not known yet */
	bool open;		/* its parents are being asked */
};

static struct tied *find_tied(struct tied *v, size_t n, const char *id)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = strcmp(v[mid].row.id, id);

		if (!c)
			return &v[mid];
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

/* The deepest parent, or one whose depth must be found first. */
static struct tied *next_parent(struct tied *v, size_t n, struct tied *t,
				size_t *deepest)
{
	size_t i;

	*deepest = 0;
	for (i = 0; i < t->parents.n; i++) {
		struct tied *p = find_tied(v, n, t->parents.v[i]);

		if (p && !p->depth && !p->open)
			return p;
		if (p && p->depth > *deepest)
			*deepest = p->depth;
	}
	return NULL;
}

/* Longest way down to a version without parents here, without recursion. */
static void find_depths(struct tied *v, size_t n)
{
	struct tied **stack = dv_calloc(n, sizeof(*stack));
	size_t i, k, deepest;

	for (i = 0; i < n; i++) {
		k = 0;
		if (!v[i].depth)
			stack[k++] = &v[i];
		while (k) {
			struct tied *t = stack[k - 1], *p;

			t->open = true;
			p = next_parent(v, n, t, &deepest);
			if (p) {
				stack[k++] = p;
				continue;
			}
			t->depth = deepest + 1;
			k--;
		}
	}
	free(stack);
}

static int by_depth(const void *a, const void *b)
{
	const struct tied *x = a, *y = b;

	if (x->depth != y->depth)
		return x->depth > y->depth ? -1 : 1;
	return strcmp(x->row.id, y->row.id);
}

static void order_tied(struct dv_vcache_row *rows, size_t n)
{
	struct tied *v = dv_calloc(n, sizeof(*v));
	struct dv_err ignored;
	struct dv_record rec;
	size_t i;

	for (i = 0; i < n; i++) {
		v[i].row = rows[i];
		if (dv_record_parse(&rec, rows[i].record, rows[i].record_len,
				    &ignored) < 0)
			continue;
		v[i].parents = rec.parents;
		rec.parents = (struct dv_strlist)DV_STRLIST_INIT;
		dv_record_release(&rec);
	}
	find_depths(v, n);
	qsort(v, n, sizeof(*v), by_depth);
	for (i = 0; i < n; i++) {
		rows[i] = v[i].row;
		dv_strlist_release(&v[i].parents);
	}
	free(v);
}

static void order_rows(struct scan *s)
{
	size_t i, end;

	if (!s->n)
		return;
	qsort(s->rows, s->n, sizeof(*s->rows), by_id);
	drop_doubles(s);
	qsort(s->rows, s->n, sizeof(*s->rows), by_time);
	for (i = 0; i < s->n; i = end) {
		for (end = i + 1; end < s->n &&
		     s->rows[end].time == s->rows[i].time &&
		     !strcmp(s->rows[end].dataset, s->rows[i].dataset); end++)
			;
		if (end - i > 1)
			order_tied(s->rows + i, end - i);
	}
}

int dv_verscan_build(struct dv_buf *out, struct dv_repo *r,
		     const struct dv_vcache *old,
		     const uint8_t key[DV_VCACHE_KEY], int64_t stamp,
		     struct dv_strlist *faults, struct dv_err *err)
{
	struct scan s = { r, old, faults, NULL, 0, 0 };
	char *files = dv_asprintf("%s/versions", r->store_dir);
	size_t i;
	int rc;

	rc = dv_git_ref_each(r->git, "refs/dv/", on_ref, &s, err);
	if (!rc)
		rc = each_name(&s, files, on_name_space, NULL, err);
	if (!rc) {
		order_rows(&s);
		dv_vcache_encode(out, r->algo, key, stamp, s.rows, s.n);
	}
	for (i = 0; i < s.n; i++)
		free_row(&s.rows[i]);
	free(s.rows);
	free(files);
	return rc;
}
