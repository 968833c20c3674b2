/* SPDX-License-Identifier: MIT */
#include "porcelain/mark.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/idmap.h"
#include "format/pointer.h"
#include "porcelain/gitprint.h"
#include "porcelain/staged.h"
#include "porcelain/worktreelist.h"
#include "store/versions.h"
#include "store/worktree.h"

struct dv_mark {
	struct dv_repo *repo;
	struct dv_odb *odb;
	struct dv_progress *progress;
	struct dv_idmap marked;
	/*
	 * Manifest objects whose content was seen here.  One that is not
	 * here is marked and not walked: it may come while gc runs.
	 */
	struct dv_idmap walked;
	struct dv_idmap skimmed;	/* the same, without their files */
	bool skim;
	struct dv_mark_filter filter;	/* functions NULL: none */
	uint64_t print;		/* of git, when the last mark began */
};

int dv_mark_open(struct dv_mark **out, struct dv_repo *r,
		 struct dv_progress *progress, struct dv_err *err)
{
	struct dv_mark *m = dv_calloc(1, sizeof(*m));
	int rc;

	m->repo = r;
	m->progress = progress;
	dv_idmap_init(&m->marked, r->algo);
	dv_idmap_init(&m->walked, r->algo);
	dv_idmap_init(&m->skimmed, r->algo);
	rc = dv_repo_odb(r, &m->odb, err);
	if (rc < 0)
		dv_mark_close(m);
	else
		*out = m;
	return rc;
}

void dv_mark_close(struct dv_mark *m)
{
	if (!m)
		return;
	dv_idmap_release(&m->marked);
	dv_idmap_release(&m->walked);
	dv_idmap_release(&m->skimmed);
	free(m);
}

void dv_mark_set_filter(struct dv_mark *m,
			const struct dv_mark_filter *filter)
{
	m->filter = *filter;
}

bool dv_mark_has(const struct dv_mark *m, const struct dv_digest *id)
{
	return dv_idmap_get(&m->marked, id, NULL);
}

uint64_t dv_mark_count(const struct dv_mark *m)
{
	return m->marked.n;
}

static void mark_object(struct dv_mark *m, const struct dv_digest *id)
{
	if (dv_idmap_add(&m->marked, id, 0))
		dv_progress_add(m->progress, 1, 0);
}

/* --- manifests ------------------------------------------------------- */

static int see_object(void *arg, const struct dv_digest *id, bool meta,
		      const struct dv_entry *e, struct dv_err *err)
{
	struct dv_mark *m = arg;
	struct dv_idmap *seen = m->skim ? &m->skimmed : &m->walked;
	int rc;

	(void)e;
	if (meta || !m->skim)
		mark_object(m, id);
	if (!meta)
		return 0;
	if (dv_idmap_get(seen, id, NULL))
		return 1;
	rc = dv_odb_stat(m->odb, id, NULL, err);
	if (rc <= 0)
		return rc < 0 ? rc : 1;
	dv_idmap_add(seen, id, 0);
	return 0;
}

/* Of another object format than this store's nothing can be here. */
static int mark_manifest(struct dv_mark *m, const struct dv_digest *id,
			 struct dv_err *err)
{
	if (id->algo != m->repo->algo)
		return 0;
	m->skim = m->filter.elsewhere && m->filter.elsewhere(m->filter.arg, id);
	return dv_manifest_each_object(id, dv_odb_read, m->odb, see_object, m,
				       err);
}

/* --- roots ----------------------------------------------------------- */

static int mark_version(void *arg, const struct dv_version *v,
			struct dv_err *err)
{
	struct dv_mark *m = arg;
	int rc;

	if (v->rec.config.algo == m->repo->algo)
		mark_object(m, &v->rec.config);
	rc = mark_manifest(m, &v->rec.manifest, err);
	return rc < 0 ? dv_err_prefix(err, "version '%s@%s'", v->rec.dataset,
				      v->id) : 0;
}

/*
 * Opened anew each time: the handle shows what was there at its opening.
 * A record that cannot be read names objects that we would not see.
 */
static int mark_versions(struct dv_mark *m, struct dv_err *err)
{
	const struct dv_strlist *faults;
	struct dv_versions *v = NULL;
	int rc;

	rc = dv_versions_open(&v, m->repo, err);
	if (rc < 0)
		return rc;
	faults = dv_versions_faults(v);
	if (faults->n) {
		rc = dv_err_set(err, DV_E_FORMAT, "%s; while a version cannot "
				"be read, what it names is not known",
				faults->v[0]);
		dv_err_hint(err, "dv fsck tells more; remove that ref or file "
			    "if the version is lost");
	} else {
		rc = dv_versions_each(v, NULL, mark_version, m, err);
	}
	dv_versions_close(v);
	return rc;
}

/* An index that is read, and whose it is. */
struct index {
	const struct dv_windex *ix;
	const char *state_dir, *dataset;
	struct dv_buf path;
};

static bool is_left_out(const struct dv_mark *m, struct index *x,
			const struct dv_windex_item *item)
{
	if (!m->filter.going)
		return false;
	if (item->flags & DV_WINDEX_ABSENT)
		return true;
	dv_windex_path(x->ix, item, &x->path);
	return m->filter.going(m->filter.arg, x->state_dir, x->dataset,
			       x->path.data, x->path.len);
}

static int mark_entries(struct dv_mark *m, struct index *x,
			struct dv_err *err)
{
	struct dv_windex_item item;
	struct dv_digest id;
	int rc;

	for (uint32_t i = 0; i < x->ix->entries; i++) {
		rc = dv_windex_get(x->ix, i, &item, err);
		if (rc < 0)
			return rc;
		dv_digest_set(&id, x->ix->algo, item.id);
		if (!is_left_out(m, x, &item))
			mark_object(m, &id);
	}
	return mark_manifest(m, &x->ix->manifest, err);
}

static int mark_index(void *arg, struct dv_repo *there, const char *dataset,
		      struct dv_err *err)
{
	struct dv_wtindex x = DV_WTINDEX_INIT;
	struct index index = { &x.ix, there->state_dir, dataset,
			       DV_BUF_INIT };
	struct dv_mark *m = arg;
	int rc;

	rc = dv_wtindex_open(&x, there, dataset, err);
	if (rc > 0)
		rc = x.ix.algo == m->repo->algo ?
		     mark_entries(m, &index, err) : 0;
	dv_wtindex_release(&x);
	dv_buf_release(&index.path);
	return rc < 0 ? dv_err_prefix(err, "index of '%s'", dataset) : 0;
}

/* Text that begins like a pointer and is none names nothing. */
static int mark_pointer_text(void *arg, const void *buf, size_t n,
			     struct dv_err *err)
{
	struct dv_err ignored = DV_ERR_INIT;
	struct dv_pointer ptr;

	if (dv_pointer_parse(&ptr, buf, n, "pointer", &ignored) < 0)
		return 0;
	return mark_manifest(arg, &ptr.manifest, err);
}

static int mark_on_disk(struct dv_mark *m, struct dv_err *err)
{
	struct dv_strlist all = DV_STRLIST_INIT;
	struct dv_err ignored = DV_ERR_INIT;
	struct dv_pointer ptr;
	int rc;

	if (!m->repo->workdir)
		return 0;
	rc = dv_worktree_datasets(m->repo, &all, err);
	for (size_t i = 0; !rc && i < all.n; i++)
		if (dv_worktree_pointer(m->repo, all.v[i], &ptr,
					&ignored) > 0)
			rc = mark_manifest(m, &ptr.manifest, err);
	dv_strlist_release(&all);
	return rc;
}

/* What is read without git's help. */
static int mark_own(struct dv_mark *m, struct dv_err *err)
{
	int rc = mark_versions(m, err);

	if (!rc)
		rc = dv_worktreelist_indexes(m->repo, mark_index, m, err);
	if (!rc)
		rc = mark_on_disk(m, err);
	return rc;
}

/*
 * In the order in which things move on: an add writes the index and the
 * pointer, git stages the pointer, then commits it.  Read the other way
 * round, one that moved meanwhile would be seen in neither place.
 */
int dv_mark_all(struct dv_mark *m, struct dv_err *err)
{
	int rc = dv_gitprint_take(m->repo, &m->print, err);

	if (!rc)
		rc = mark_own(m, err);
	if (!rc)
		rc = dv_staged_each(m->repo, mark_pointer_text, m, err);
	if (!rc)
		rc = dv_git_each_pointer(m->repo->git, mark_pointer_text, m,
					 err);
	return rc;
}

/*
 * What dv added since is in an index, a pointer or a version; git cannot
 * have it elsewhere, as it has not moved.
 */
int dv_mark_again(struct dv_mark *m, struct dv_err *err)
{
	uint64_t print;
	int rc = mark_own(m, err);

	if (!rc)
		rc = dv_gitprint_take(m->repo, &print, err);
	if (!rc && print != m->print)
		rc = dv_err_set(err, DV_E_CONFLICT, "git changes refs or "
				"indexes all the time here; try again later");
	return rc;
}
