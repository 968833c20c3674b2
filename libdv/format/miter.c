/* SPDX-License-Identifier: MIT */
#include "format/miter.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/path.h"

/* --- what the prefix leaves out --------------------------------------- */

/* As dv_path_cmp() of path and prefix followed by the byte tail. */
static int cmp_tail(const struct dv_mref *ref,
		    const struct dv_manifest_iter *it, char tail)
{
	size_t n = ref->first_len, p = it->prefix_len;
	int cmp = dv_path_cmp(ref->first, n < p ? n : p, it->prefix, p);

	if (cmp || n <= p)
		return cmp ? cmp : -1;
	cmp = (unsigned char)ref->first[p] - (unsigned char)tail;
	return cmp ? cmp : n > p + 1;
}

/*
 * May what the ref here names hold the prefix itself, or a path from
 * "<prefix>/" to before "<prefix>0" ('0' is behind '/')?
 */
static bool ref_matches(const struct dv_manifest_iter *it)
{
	const struct dv_mref *ref = dv_mtree_ref(&it->tree);
	const struct dv_mref *after = dv_mtree_after(&it->tree);
	const char *p = it->prefix;
	size_t n = it->prefix_len;

	if (!p)
		return true;
	if (dv_path_cmp(ref->first, ref->first_len, p, n) <= 0 &&
	    (!after || dv_path_cmp(p, n, after->first, after->first_len) < 0))
		return true;
	return cmp_tail(ref, it, '0') < 0 &&
	       (!after || cmp_tail(after, it, '/') > 0);
}

static bool entry_matches(const struct dv_manifest_iter *it)
{
	const struct dv_entry *e = &it->entry;

	return !it->prefix ||
	       dv_path_cmp(e->path, e->path_len, it->prefix,
			   it->prefix_len) == 0 ||
	       dv_path_inside(it->prefix, it->prefix_len, e->path,
			      e->path_len);
}

/* --- moving ----------------------------------------------------------- */

/* Everything was read: is it as much as the root says? */
static int check_totals(const struct dv_manifest_iter *it,
			struct dv_err *err)
{
	const struct dv_manifest_info *info = &it->tree.m->info;
	char text[DV_DIGEST_TEXT];

	if (it->skipped || it->prefix ||
	    (it->seen.entries == info->entries &&
	     it->seen.files == info->files && it->seen.size == info->size))
		return 0;
	return dv_err_set(err, DV_E_FORMAT,
			  "manifest '%s': totals are not those of its entries",
			  dv_digest_format(text, &info->id));
}

static void count(struct dv_manifest_info *seen, const struct dv_entry *e)
{
	seen->entries++;
	if (e->mode != DV_MODE_FILE && e->mode != DV_MODE_EXEC &&
	    e->mode != DV_MODE_LINK)
		return;
	seen->files++;
	seen->size += e->size;
}

/* In front of the ref at which the tree is, past those not asked for. */
static int settle_ref(struct dv_manifest_iter *it, struct dv_err *err)
{
	while (dv_mtree_ref(&it->tree)) {
		if (ref_matches(it)) {
			it->place = DV_MITER_REF;
			return 0;
		}
		dv_mtree_next(&it->tree);
	}
	it->place = DV_MITER_END;
	return check_totals(it, err);
}

/* The next entry of the block that is asked for, or what is behind it. */
static int settle_entry(struct dv_manifest_iter *it, struct dv_err *err)
{
	int rc;

	while ((rc = dv_mtree_next_entry(&it->tree, &it->block, &it->order,
					 &it->entry, err)) > 0) {
		count(&it->seen, &it->entry);
		if (entry_matches(it)) {
			it->place = DV_MITER_ENTRY;
			return 0;
		}
	}
	if (rc < 0)
		return rc;
	dv_mtree_next(&it->tree);
	return settle_ref(it, err);
}

int dv_miter_enter(struct dv_manifest_iter *it, struct dv_err *err)
{
	int rc;

	if (dv_mtree_depth(&it->tree)) {
		rc = dv_mtree_enter(&it->tree, err);
		return rc < 0 ? rc : settle_ref(it, err);
	}
	rc = dv_mtree_open_block(&it->tree, &it->block, &it->bytes, err);
	return rc < 0 ? rc : settle_entry(it, err);
}

int dv_miter_next(struct dv_manifest_iter *it, struct dv_err *err)
{
	if (it->place == DV_MITER_ENTRY)
		return settle_entry(it, err);
	it->skipped = true;
	dv_mtree_next(&it->tree);
	return settle_ref(it, err);
}

/* --- from outside ----------------------------------------------------- */

int dv_manifest_iter_open(struct dv_manifest_iter **out,
			  struct dv_manifest *m, const char *prefix,
			  struct dv_err *err)
{
	struct dv_manifest_iter *it = dv_calloc(1, sizeof(*it));
	int rc;

	if (*prefix) {
		it->prefix = dv_strdup(prefix);
		it->prefix_len = strlen(prefix);
	}
	dv_pathorder_init(&it->order);
	dv_mtree_init(&it->tree, m);
	rc = settle_ref(it, err);
	if (rc < 0)
		dv_manifest_iter_close(it);
	else
		*out = it;
	return rc;
}

int dv_manifest_iter_next(struct dv_manifest_iter *it,
			  const struct dv_entry **e, struct dv_err *err)
{
	int rc = 0;

	if (it->place == DV_MITER_ENTRY && it->handed_out)
		rc = dv_miter_next(it, err);
	while (!rc && it->place == DV_MITER_REF)
		rc = dv_miter_enter(it, err);
	if (rc < 0)
		return rc;
	it->handed_out = true;
	if (it->place == DV_MITER_END)
		return 0;
	*e = &it->entry;
	return 1;
}

void dv_manifest_iter_close(struct dv_manifest_iter *it)
{
	if (!it)
		return;
	dv_mtree_release(&it->tree);
	dv_buf_release(&it->bytes);
	free(it->prefix);
	free(it);
}
