/* SPDX-License-Identifier: MIT */
#include "porcelain/drop-parts.h"

#include <stdlib.h>

#include "base/path.h"
#include "porcelain/entrytext.h"
#include "remote/rheld.h"
#include "store/odb-drop.h"
#include "store/worktree.h"
#include "store/wtindex.h"
#include "store/wttarget.h"

#define SHOWN 10		/* paths named in one message */

/* Paths of a dataset that a sentence is about. */
struct list {
	const struct dv_drop_part *part;
	const struct dv_windex *ix;
	struct dv_buf text, path;
	uint64_t n;
};

static void add_path(struct list *l, const char *path, size_t n)
{
	if (l->n++ >= SHOWN)
		return;
	dv_buf_reset(&l->path);
	dv_entrytext_join(&l->path, l->part->dataset, path, n);
	dv_buf_str(&l->text, l->n > 1 ? ", '" : "'");
	dv_path_quote(&l->text, l->path.data, l->path.len);
	dv_buf_char(&l->text, '\'');
}

static void end_list(struct list *l)
{
	if (l->n > SHOWN)
		dv_buf_printf(&l->text, " and %" PRIu64 " more",
			      l->n - SHOWN);
}

static void release(struct list *l)
{
	dv_buf_release(&l->text);
	dv_buf_release(&l->path);
}

static int hint(struct dv_drop_job *job, const struct dv_drop_part *part,
		const char *fmt, struct dv_err *err)
{
	char *typed = dv_path_relative(part->dataset, job->s.repo->prefix);
	int rc = dv_err_hint(err, fmt, typed, typed);

	free(typed);
	return rc;
}

/* --- what is asked for ----------------------------------------------------- */

static int check_rel(const struct dv_drop_part *part,
		     const struct dv_windex *ix, struct dv_err *err)
{
	for (size_t i = 0; i < part->rel.n; i++) {
		const char *rel = part->rel.v[i];
		uint32_t at;
		int rc;

		if (dv_windex_find_dir(ix, rel, strlen(rel), &at))
			continue;
		rc = dv_windex_find(ix, rel, strlen(rel), &at, err);
		if (!rc)
			rc = dv_err_set(err, DV_E_MISSING, "'%s/%s' is not in "
					"the dataset", part->dataset, rel);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int gather_entry(struct dv_drop_job *job, struct dv_drop_part *part,
			const struct dv_windex *ix, uint32_t i,
			struct dv_buf *path, struct dv_err *err)
{
	struct dv_windex_item item;
	struct dv_digest id;
	int rc;

	rc = dv_windex_get(ix, i, &item, err);
	if (rc < 0)
		return rc;
	if (item.mode != DV_MODE_FILE && item.mode != DV_MODE_EXEC &&
	    item.mode != DV_MODE_LINK)
		return 0;
	dv_windex_path(ix, &item, path);
	if (!dv_wttarget_has(&part->rel, path->data, path->len))
		return 0;
	dv_digest_set(&id, ix->algo, item.id);
	if (!dv_idmap_add(&part->ids, &id, i) || item.size < DV_ODB_LARGE)
		return 0;
	return dv_odb_add_pieces(job->s.odb, &id, i, &part->pieces, err);
}

static int gather(struct dv_drop_job *job, struct dv_drop_part *part,
		  const struct dv_windex *ix, struct dv_err *err)
{
	struct dv_buf path = DV_BUF_INIT;
	int rc;

	part->manifest = ix->manifest;
	rc = check_rel(part, ix, err);
	for (uint32_t i = 0; i < ix->entries && rc >= 0; i++)
		rc = gather_entry(job, part, ix, i, &path, err);
	dv_buf_release(&path);
	return rc;
}

/* --- local changes ----------------------------------------------------------- */

static bool all_held(void *arg, const struct dv_digest *id)
{
	(void)arg;
	(void)id;
	return true;
}

/* What was changed here is nowhere else; asked before the remote is. */
static int check_changes(struct dv_drop_job *job, struct dv_drop_part *part,
			 struct dv_err *err)
{
	struct dv_drop look = { .rel = &part->rel, .held = all_held,
				.dry_run = true };
	int rc;

	if (job->cached)
		return 0;
	rc = dv_worktree_drop(job->s.repo, part->dataset, &look, err);
	if (rc == -DV_E_CONFLICT)
		hint(job, part, "dv add '%s', dv commit and dv push keep it, "
		     "dv checkout -f '%s' throws it away", err);
	return rc;
}

/* --- on the remote ------------------------------------------------------------- */

struct candidates {
	const struct dv_digest *manifest;
	struct dv_strlist ids;
};

static int take_row(void *arg, const struct dv_version_row *row,
		    struct dv_err *err)
{
	struct candidates *c = arg;

	(void)err;
	if (dv_digest_eq(&row->manifest, c->manifest))
		dv_strlist_add(&c->ids, row->id);
	return 0;
}

/* Published ids that end in the digits of the manifest may have it, too. */
static int take_published(struct dv_drop_job *job,
			  const struct dv_drop_part *part,
			  struct candidates *c, struct dv_err *err)
{
	struct dv_strlist there = DV_STRLIST_INIT;
	char hex[DV_DIGEST_TEXT];
	int rc;

	dv_digest_hex(hex, &part->manifest);
	rc = dv_rheld_versions(job->remote.conn, job->s.repo->name_space,
			       part->dataset, &there, err);
	for (size_t i = 0; i < there.n; i++) {
		const char *end = strrchr(there.v[i], '-');

		if (end && !strncmp(end + 1, hex, strlen(end + 1)))
			dv_strlist_add(&c->ids, there.v[i]);
	}
	dv_strlist_release(&there);
	dv_strlist_uniq(&c->ids);
	return rc;
}

static int check_version(struct dv_drop_job *job, struct dv_drop_part *part,
			 struct dv_err *err)
{
	struct candidates c = { &part->manifest, DV_STRLIST_INIT };
	struct dv_conn *conn = job->remote.conn;
	bool found = false;
	int rc;

	rc = dv_versions_each_row(job->s.versions, part->dataset, take_row,
				  &c, err);
	if (rc >= 0)
		rc = take_published(job, part, &c, err);
	if (rc >= 0)
		rc = dv_rheld_manifest(conn, job->s.repo->name_space,
				       part->dataset, &c.ids, &part->manifest,
				       err);
	if (!rc)
		rc = dv_conn_check_there(conn, err);
	else if (rc > 0)
		found = true;
	if (!rc && !found) {
		dv_err_set(err, DV_E_MISSING, "'%s': no version on remote "
			   "'%s' has what lies here", part->dataset,
			   conn->name);
		rc = hint(job, part, "dv push '%s' publishes it, once it is "
			  "added and committed", err);
	}
	dv_strlist_release(&c.ids);
	return rc < 0 ? rc : 0;
}

static void note_missing(struct list *l, uint64_t value)
{
	struct dv_err ignored = DV_ERR_INIT;
	struct dv_buf path = DV_BUF_INIT;
	struct dv_entry e;

	if (!dv_windex_entry(l->ix, (uint32_t)value, &e, &path, &ignored))
		add_path(l, e.path, e.path_len);
	dv_buf_release(&path);
}

int dv_drop_verify(struct dv_drop_job *job, const struct dv_drop_part *part,
		   struct dv_rheld *h, struct dv_err *err)
{
	int rc = dv_rheld_verify(h, &job->remote.progress, err);

	if (rc >= 0 || rc == -DV_E_SYS)
		return rc;
	dv_err_prefix(err, "'%s'", part->dataset);
	return dv_err_hint(err, "nothing of it was removed; dv fsck --remote='%s' "
			   "--verify tells more", job->remote.conn->name);
}

struct held {
	struct dv_rheld *h;
	struct list *missing;
};

static int look_for(const struct dv_digest *id, uint64_t value, void *arg)
{
	struct held *x = arg;

	if (!dv_rheld_has(x->h, 0, id))
		note_missing(x->missing, value);
	return 0;
}

/* Pieces are read, to verify them, with what they are pieces of. */
static int look_for_all(struct dv_drop_job *job, struct dv_drop_part *part,
			struct held *x, struct dv_err *err)
{
	int rc = dv_rheld_check(x->h, 0, err);

	if (rc < 0)
		return dv_err_prefix(err, "'%s': remote '%s'", part->dataset,
				     job->remote.conn->name);
	dv_idmap_each(&part->pieces, look_for, x);
	if (job->verify)
		dv_rheld_set_verify(x->h);
	dv_idmap_each(&part->ids, look_for, x);
	return job->verify && !x->missing->n ?
	       dv_drop_verify(job, part, x->h, err) : 0;
}

static int check_objects(struct dv_drop_job *job, struct dv_drop_part *part,
			 const struct dv_windex *ix, struct dv_err *err)
{
	struct list l = { .part = part, .ix = ix };
	struct held x = { NULL, &l };
	struct dv_conn *conn = job->remote.conn;
	int rc;

	rc = dv_rheld_open(&x.h, conn, &part->manifest, 1, err);
	if (rc >= 0)
		rc = look_for_all(job, part, &x, err);
	if (rc >= 0 && l.n) {
		end_list(&l);
		rc = dv_err_set(err, DV_E_MISSING, "'%s': remote '%s' does "
				"not hold %s", part->dataset, conn->name,
				l.text.data);
	}
	if (rc == -DV_E_MISSING)
		dv_err_hint(err, "dv fsck --remote='%s' tells more",
			    conn->name);
	dv_rheld_close(x.h);
	release(&l);
	return rc;
}

int dv_drop_check(struct dv_drop_job *job, struct dv_drop_part *part,
		  struct dv_err *err)
{
	struct dv_wtindex x = DV_WTINDEX_INIT;
	int rc;

	rc = dv_wtindex_load(&x, job->s.repo, part->dataset, err);
	if (rc > 0)
		rc = gather(job, part, &x.ix, err);
	if (rc >= 0)
		rc = check_changes(job, part, err);
	if (rc >= 0 && part->ids.n)
		rc = check_version(job, part, err);
	if (rc >= 0 && part->ids.n)
		rc = check_objects(job, part, &x.ix, err);
	dv_wtindex_release(&x);
	if (rc >= 0 && part->ids.n)
		dv_idmap_add(&job->published, &part->manifest, 0);
	return rc < 0 ? rc : 0;
}
