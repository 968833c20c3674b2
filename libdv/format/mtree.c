/* SPDX-License-Identifier: MIT */
#include "format/mtree.h"

#include <string.h>

#include "base/path.h"

void dv_mtree_init(struct dv_mtree *t, struct dv_manifest *m)
{
	memset(t, 0, sizeof(*t));
	t->m = m;
	t->levels[0].list = &m->root.list;
}

void dv_mtree_release(struct dv_mtree *t)
{
	for (size_t i = 0; i <= DV_ROOT_DEPTH_MAX; i++) {
		dv_buf_release(&t->levels[i].bytes);
		dv_mlist_release(&t->levels[i].own);
	}
}

const struct dv_mref *dv_mtree_ref(const struct dv_mtree *t)
{
	const struct dv_mlist *list = t->levels[t->deep].list;
	size_t at = t->levels[t->deep].at;

	return at < list->n ? &list->refs[at] : NULL;
}

unsigned dv_mtree_depth(const struct dv_mtree *t)
{
	return t->levels[t->deep].list->depth;
}

const struct dv_mref *dv_mtree_after(const struct dv_mtree *t)
{
	for (unsigned i = t->deep + 1; i-- > 0;) {
		const struct dv_mlist *list = t->levels[i].list;
		size_t next = t->levels[i].at + 1;

		if (next < list->n)
			return &list->refs[next];
	}
	return NULL;
}

void dv_mtree_next(struct dv_mtree *t)
{
	t->levels[t->deep].at++;
	while (t->deep && !dv_mtree_ref(t)) {
		t->deep--;
		t->levels[t->deep].at++;
	}
}

/* Name the object that the ref here names, and the manifest. */
static int fail_object(const struct dv_mtree *t, struct dv_err *err)
{
	const char *what = dv_mtree_depth(t) ? "list" : "block";
	char root[DV_DIGEST_TEXT], id[DV_DIGEST_TEXT];

	dv_digest_format(root, &t->m->info.id);
	dv_digest_format(id, &dv_mtree_ref(t)->id);
	return dv_err_prefix(err, "manifest '%s': %s '%s'", root, what, id);
}

/* The object's bytes, as many as the ref says. */
static int read_object(const struct dv_mtree *t, struct dv_buf *bytes,
		       struct dv_err *err)
{
	const struct dv_mref *ref = dv_mtree_ref(t);
	int rc;

	dv_buf_reset(bytes);
	rc = t->m->get(t->m->arg, &ref->id, bytes, DV_LIST_BYTES_MAX, err);
	if (rc < 0)
		return rc;
	if (bytes->len != ref->bytes)
		return dv_err_set(err, DV_E_FORMAT,
				  "%zu bytes, not %llu as its ref says",
				  bytes->len, (unsigned long long)ref->bytes);
	return 0;
}

static bool begins_with(const struct dv_mref *ref, const char *path, size_t n)
{
	return dv_path_cmp(ref->first, ref->first_len, path, n) == 0;
}

static bool ends_before(const struct dv_mref *after, const char *path,
			size_t n)
{
	return !after ||
	       dv_path_cmp(path, n, after->first, after->first_len) < 0;
}

/* What the list holds is what the ref to it says. */
static int check_list(const struct dv_mtree *t, const struct dv_mlist *list,
		      uint64_t entries, struct dv_err *err)
{
	const struct dv_mref *ref = dv_mtree_ref(t);
	const struct dv_mref *first = &list->refs[0];
	const struct dv_mref *last = &list->refs[list->n - 1];

	if (entries != ref->entries)
		return dv_err_set(err, DV_E_FORMAT,
				  "%llu entries, not %llu as its ref says",
				  (unsigned long long)entries,
				  (unsigned long long)ref->entries);
	if (!begins_with(ref, first->first, first->first_len) ||
	    !ends_before(dv_mtree_after(t), last->first, last->first_len))
		return dv_err_set(err, DV_E_FORMAT,
				  "paths are not those that its ref says");
	return 0;
}

int dv_mtree_enter(struct dv_mtree *t, struct dv_err *err)
{
	unsigned below = t->deep + 1;
	struct dv_buf *bytes = &t->levels[below].bytes;
	struct dv_mlist *list = &t->levels[below].own;
	uint64_t entries;
	struct dv_mp in;
	int rc;

	rc = read_object(t, bytes, err);
	if (rc < 0)
		return fail_object(t, err);
	dv_mp_init(&in, bytes->data, bytes->len);
	rc = dv_mlist_decode(list, &in, t->m->root.algo,
			     dv_mtree_depth(t) - 1,
			     dv_mtree_after(t) ? DV_MLIST_INNER :
						 DV_MLIST_LAST,
			     &entries, err);
	if (!rc && !dv_mp_at_end(&in))
		rc = dv_mp_fail(&in, err);
	if (!rc)
		rc = check_list(t, list, entries, err);
	if (rc < 0)
		return fail_object(t, err);

	t->levels[below].list = list;
	t->levels[below].at = 0;
	t->deep = below;
	return 0;
}

int dv_mtree_open_block(const struct dv_mtree *t, struct dv_block *b,
			struct dv_buf *bytes, struct dv_err *err)
{
	const struct dv_mref *ref = dv_mtree_ref(t);
	int rc;

	rc = read_object(t, bytes, err);
	if (!rc)
		rc = dv_block_open(b, bytes->data, bytes->len,
				   t->m->root.algo, !dv_mtree_after(t), err);
	if (!rc && b->entries != ref->entries)
		rc = dv_err_set(err, DV_E_FORMAT,
				"%zu entries, not %llu as its ref says",
				b->entries,
				(unsigned long long)ref->entries);
	return rc < 0 ? fail_object(t, err) : 0;
}

int dv_mtree_next_entry(const struct dv_mtree *t, struct dv_block *b,
			struct dv_pathorder *order, struct dv_entry *e,
			struct dv_err *err)
{
	struct dv_entry got;
	int rc;

	rc = dv_block_next(b, order, &got, err);
	if (rc < 0)
		return fail_object(t, err);
	if (!rc)
		return 0;
	if ((b->taken == 1 &&
	     !begins_with(dv_mtree_ref(t), got.path, got.path_len)) ||
	    (b->taken == b->entries &&
	     !ends_before(dv_mtree_after(t), got.path, got.path_len))) {
		dv_err_set(err, DV_E_FORMAT,
			   "paths are not those that its ref says");
		return fail_object(t, err);
	}
	*e = got;
	return 1;
}
