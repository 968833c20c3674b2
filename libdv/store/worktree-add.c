/* SPDX-License-Identifier: MIT */
#include "store/worktree.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/path.h"
#include "store/exclude.h"
#include "store/wtadd.h"
#include "store/wtjournal.h"
#include "store/wtpointer.h"

static int report_bad(struct dv_wtadd *s, struct dv_err *err)
{
	if (!s->bad.n)
		return 0;
	dv_strlist_sort(&s->bad);
	for (size_t i = 0; s->a->bad && i < s->bad.n; i++)
		s->a->bad(s->a->arg, s->bad.v[i]);
	s->a->bad_files = s->bad.n;
	if (s->bad.n == 1 && !s->a->bad)
		return dv_err_set(err, DV_E_INVALID, "%s", s->bad.v[0]);
	return dv_err_set(err, DV_E_INVALID, "'%s' was not added: %zu of its "
			  "files could not be; nothing was changed",
			  s->t.dataset, s->bad.n);
}

static int put_nowhere(void *arg, const void *buf, size_t n,
		       struct dv_digest *id, struct dv_err *err)
{
	struct dv_wtadd *s = arg;

	(void)err;
	dv_digest_of(id, s->r->algo, buf, n);
	return 0;
}

/*
 * Directories whose listing is known to equal the new index, so that
 * status need not read them; those outside of the part as before.
 */
static void stamp_dirs(struct dv_wtadd *s, struct dv_buf *bytes,
		       const struct dv_windex *ix)
{
	uint32_t at;

	for (uint32_t d = 0; s->base.on_disk && d < s->base.ix.dirs; d++) {
		struct dv_windex_dir dir;

		dv_windex_get_dir(&s->base.ix, d, &dir);
		if (dir.st.ctime && dir.path_len &&
		    !dv_wttarget_has(&s->t.rel, dir.path, dir.path_len) &&
		    !dv_wttarget_below(&s->t.rel, dir.path, dir.path_len) &&
		    dv_windex_find_dir(ix, dir.path, dir.path_len, &at))
			dv_windex_set_dir(ix, (uint8_t *)bytes->data, at,
					  &dir.st);
	}
	for (size_t i = 0; i < s->scan.n && !s->merge.single; i++) {
		const struct dv_wtscan_dir *dir = &s->scan.dir[i];

		if (dir->exact && !dir->bad && !dir->one &&
		    !dv_wtfile_racy(&dir->list.st, s->began) &&
		    dv_windex_find_dir(ix, dir->path, dir->path_len, &at))
			dv_windex_set_dir(ix, (uint8_t *)bytes->data, at,
					  &dir->list.st);
	}
	dv_windex_seal((uint8_t *)bytes->data, bytes->len);
}

static int finish(struct dv_wtadd *s, struct dv_buf *bytes, struct dv_err *err)
{
	const struct dv_windex *base = s->base.here ? &s->base.ix : NULL;
	struct dv_manifest_info info;
	const uint8_t *meta = NULL;
	struct dv_windex ix;
	size_t meta_len = 0;
	int rc;

	if (base)
		meta = dv_windex_meta(base, &meta_len);
	rc = dv_manifest_writer_finish(s->writer, meta, meta_len, &info, err);
	if (rc < 0)
		return rc;
	/* Of a million files, as much as one of the sections to come. */
	dv_wtscan_drop_names(&s->scan);
	dv_trim();
	rc = dv_windex_build_finish(s->build, &info,
				    base ? base->version : NULL, meta,
				    meta_len, bytes, err);
	s->build = NULL;
	if (rc >= 0)
		rc = dv_windex_open(&ix, bytes->data, bytes->len, err);
	if (rc < 0)
		return rc;
	stamp_dirs(s, bytes, &ix);
	s->a->manifest = info.id;
	s->a->files = info.files;
	s->a->size = info.size;
	return 0;
}

static bool is_changed(struct dv_wtadd *s, const struct dv_pointer *now,
		       bool has)
{
	return !has || !dv_digest_eq(&now->manifest, &s->a->manifest);
}

/* git moved the pointer, and the work tree did not follow. */
static bool is_overruled(struct dv_wtadd *s, const struct dv_pointer *now,
			 bool has)
{
	if (!has || !s->base.on_disk)
		return false;
	s->a->base = s->base.ix.manifest;
	return !dv_digest_eq(&now->manifest, &s->a->base) &&
	       !dv_digest_eq(&now->manifest, &s->a->manifest);
}

/* Put the index back as it was; err keeps what went wrong before. */
static void restore_index(struct dv_wtadd *s)
{
	struct dv_err ignored = DV_ERR_INIT;
	struct dv_buf old = DV_BUF_INIT;

	if (s->base.on_disk) {
		dv_buf_add(&old, s->base.map.data, s->base.map.len);
		(void)dv_wtindex_write(s->r, s->t.dataset, &old, &ignored);
		dv_buf_release(&old);
	} else {
		(void)dv_wtindex_remove(s->r, s->t.dataset, &ignored);
	}
}

static int write_both(struct dv_wtadd *s, const struct dv_pointer *now,
		      const struct dv_buf *bytes, struct dv_err *err)
{
	struct dv_pointer p = { s->a->manifest, s->a->files, s->a->size };
	bool wrote, replaced = s->stale || !s->base.on_disk;
	int rc = 0;

	if (replaced && s->a->changed)
		rc = dv_wtjournal_note(s->r, s->t.dataset, now, &p, err);
	if (rc >= 0 && replaced)
		rc = dv_wtindex_write(s->r, s->t.dataset, bytes, err);
	if (rc < 0)
		return rc;
	rc = dv_wtpointer_write(s->r, s->t.dataset, &p, &wrote, err);
	if (rc < 0 && replaced)
		restore_index(s);
	return rc;
}

/* Objects synced, index, pointer, exclude: in that order. */
static int publish(struct dv_wtadd *s, const struct dv_pointer *now,
		   const struct dv_buf *bytes, struct dv_err *err)
{
	struct dv_err ignored = DV_ERR_INIT;
	bool unfinished;
	int rc;

	rc = dv_odb_txn_sync(s->txn, err);
	if (rc >= 0)
		rc = dv_wtjournal_begin(s->r, s->t.dataset, &unfinished, err);
	if (rc < 0)
		return rc;
	if (unfinished)
		rc = dv_wtjournal_clean(&s->t.root, s->t.dataset, err);
	if (rc >= 0)
		rc = write_both(s, now, bytes, err);
	(void)dv_wtjournal_end(s->r, s->t.dataset, &ignored);
	return rc < 0 ? rc : dv_exclude_update(s->r, NULL, err);
}

/*
 * A clone has pointers without content.  All of it is taken anew, unless it
 * can be had: what is not in the work tree would be gone from the dataset.
 */
static int begin_anew(struct dv_wtadd *s, struct dv_err *err)
{
	char *typed;

	if (!s->a->partial && dv_wttarget_has(&s->t.rel, "", 0))
		return 0;
	dv_err_prefix(err, "'%s.dv'", s->t.dataset);
	typed = dv_path_relative(s->t.dataset, s->r->prefix);
	dv_err_hint(err, "dv fetch '%s' brings that list of files, then dv add "
		    "again; removing '%s.dv' begins a new dataset with what "
		    "lies here", typed, typed);
	free(typed);
	return -err->code;
}

static int prepare(struct dv_wtadd *s, const struct dv_strlist *paths,
		   struct dv_err *err)
{
	int rc;

	s->file_mode = true;
	rc = dv_git_config_bool(s->r->git, "core.fileMode", &s->file_mode,
				err);
	if (rc >= 0)
		rc = dv_wttarget_find(&s->t, s->r, paths, err);
	if (rc >= 0) {
		rc = dv_wtindex_load(&s->base, s->r, s->t.dataset, err);
		if (rc == -DV_E_MISSING)
			rc = begin_anew(s, err);
	}
	if (rc >= 0)
		rc = dv_wtfile_now(s->r, &s->began, err);
	if (rc < 0)
		return rc;
	s->merge.single = s->t.root.here && !S_ISDIR(s->t.root.st.st_mode);
	s->merge.base = s->scan.base = s->base.here ? &s->base.ix : NULL;
	s->merge.scan = &s->scan;
	s->merge.rel = &s->t.rel;
	s->merge.keep_missing = s->a->keep_missing;
	s->merge.drop_absent = s->a->drop_absent;
	return 0;
}

static int begin(struct dv_wtadd *s, struct dv_err *err)
{
	struct dv_odb *odb;
	int rc;

	s->build = dv_windex_build_new(s->r->algo);
	if (s->a->dry_run) {
		s->writer = dv_manifest_writer_new(s->r->algo, put_nowhere, s);
		return 0;
	}
	rc = dv_repo_odb(s->r, &odb, err);
	if (rc >= 0)
		rc = dv_odb_txn_begin(&s->txn, odb, err);
	if (rc >= 0)
		s->writer = dv_manifest_writer_new(s->r->algo,
						   dv_odb_txn_put_meta,
						   s->txn);
	return rc;
}

static int run(struct dv_wtadd *s, const struct dv_strlist *paths,
	       struct dv_err *err)
{
	struct dv_buf bytes = DV_BUF_INIT;
	struct dv_pointer now;
	int rc, has = 0;

	rc = prepare(s, paths, err);
	if (rc >= 0)
		rc = begin(s, err);
	dv_progress_phase(s->a->progress, "scanning", 0, 0);
	if (rc >= 0)
		rc = dv_wtadd_scan(s, err);
	if (rc >= 0)
		rc = dv_wtadd_read(s, err);
	if (rc >= 0)
		rc = report_bad(s, err);
	if (rc >= 0)
		rc = finish(s, &bytes, err);
	if (rc >= 0)
		rc = has = dv_worktree_pointer(s->r, s->t.dataset, &now, err);
	if (rc >= 0) {
		s->a->changed = is_changed(s, &now, has > 0);
		s->a->fresh = s->t.fresh;
		s->a->overruled = is_overruled(s, &now, has > 0);
		rc = s->a->dry_run ? 0 :
		     publish(s, has > 0 ? &now : NULL, &bytes, err);
	}
	dv_buf_release(&bytes);
	return rc;
}

static void release(struct dv_wtadd *s)
{
	dv_odb_txn_end(s->txn);
	dv_manifest_writer_free(s->writer);
	dv_windex_build_free(s->build);
	dv_wtscan_release(&s->scan);
	for (size_t i = 0; i < s->chains; i++)
		dv_wtignore_free_chain(s->chain[i]);
	free(s->chain);
	dv_wtindex_release(&s->base);
	dv_wttarget_release(&s->t);
	dv_buf_release(&s->path);
	dv_buf_release(&s->hold);
	dv_strlist_release(&s->bad);
	pthread_mutex_destroy(&s->lock);
}

int dv_worktree_add_paths(struct dv_repo *r, const struct dv_strlist *paths,
			  struct dv_add *a, struct dv_err *err)
{
	struct dv_wtadd s = { .r = r, .a = a, .t = DV_WTTARGET_INIT,
			      .base = DV_WTINDEX_INIT,
			      .lock = PTHREAD_MUTEX_INITIALIZER };
	struct dv_lock lock = DV_LOCK_INIT;
	int rc;

	rc = dv_repo_lock(r, &lock, err);
	if (rc < 0)
		return rc;
	rc = run(&s, paths, err);
	release(&s);
	dv_lock_release(&lock);
	return rc < 0 ? rc : 0;
}

int dv_worktree_add(struct dv_repo *r, const char *path, struct dv_add *a,
		    struct dv_err *err)
{
	struct dv_strlist paths = DV_STRLIST_INIT;
	int rc;

	dv_strlist_add(&paths, path);
	rc = dv_worktree_add_paths(r, &paths, a, err);
	dv_strlist_release(&paths);
	return rc;
}
