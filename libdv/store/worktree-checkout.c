/* SPDX-License-Identifier: MIT */
#include "store/worktree.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "store/exclude.h"
#include "store/wtcheckout.h"
#include "store/wtjournal.h"
#include "store/wtmix.h"
#include "store/wtpointer.h"
#include "store/wttarget.h"

struct checkout {
	struct dv_repo *r;
	const char *dataset;
	const struct dv_digest *manifest;	/* NULL: remove */
	struct dv_checkout *c;
	struct dv_odb *odb;
	struct dv_odb_txn *txn;		/* of a mixture's manifest */
	struct dv_wtco co;
	bool has_pointer;
	struct dv_pointer pointer;
	char *typed;			/* the dataset, where the user is */
};

/*
 * What is on disk by the index; else by the pointer, if that names
 * something else than what is asked for.  A pointer whose manifest is not
 * here says nothing.
 */
static int load_old(struct checkout *k, struct dv_err *err)
{
	struct dv_wtindex *old = &k->co.old;
	struct dv_err ignored = DV_ERR_INIT;
	int rc;

	rc = dv_wtindex_open(old, k->r, k->dataset, err);
	if (rc)
		return rc;
	if (!k->has_pointer || (k->manifest &&
				dv_digest_eq(&k->pointer.manifest,
					     k->manifest)))
		return 0;
	rc = dv_wtindex_of(old, k->odb, &k->pointer.manifest, NULL, false,
			   &ignored);
	if (rc < 0 && rc != -DV_E_MISSING) {
		*err = ignored;
		return rc;
	}
	return 0;
}

static int check_part(struct checkout *k, const char *path,
		      struct dv_err *err)
{
	struct dv_manifest_iter *it = NULL;
	struct dv_manifest *m = NULL;
	const struct dv_entry *e;
	int rc;

	rc = dv_manifest_open(&m, k->manifest, dv_odb_read, k->odb, err);
	if (rc >= 0)
		rc = dv_manifest_iter_open(&it, m, path, err);
	if (rc >= 0)
		rc = dv_manifest_iter_next(it, &e, err);
	if (!rc)
		rc = dv_err_set(err, DV_E_MISSING, "'%s' has no '%s' there",
				k->dataset, path);
	dv_manifest_iter_close(it);
	dv_manifest_close(m);
	return rc < 0 ? rc : 0;
}

/*
 * A mixture is for a pointer that comes to name it.  One that stays names
 * the whole of k->manifest: where the rest was left as it is, the next add
 * would take back what the pointer has there.
 */
static int load_new(struct checkout *k, struct dv_err *err)
{
	const struct dv_windex *old = &k->co.old.ix;
	const char *path = k->co.path;
	int rc;

	k->co.rest_follows = *path && k->co.old.on_disk &&
			     !k->c->write_pointer;
	if (*path && k->co.old.on_disk && k->c->write_pointer &&
	    !dv_digest_eq(&old->manifest, k->manifest)) {
		rc = dv_odb_txn_begin(&k->txn, k->odb, err);
		if (rc < 0)
			return rc;
		rc = dv_wtmix(&k->co.new, k->odb, k->txn, old, k->manifest,
			      path, old->version, err);
		return rc < 0 ? dv_err_prefix(err, "'%s'", k->dataset) : rc;
	}
	if (*path) {
		rc = check_part(k, path, err);
		if (rc < 0)
			return rc;
	}
	return dv_wtindex_of(&k->co.new, k->odb, k->manifest, k->c->version,
			     false, err);
}

/* Data that git tracks is git's. */
static int check_git(struct checkout *k, struct dv_err *err)
{
	struct dv_strlist paths = DV_STRLIST_INIT;
	int rc;

	if (!k->manifest)
		return 0;
	rc = dv_git_tracked(k->r->git, k->dataset, &paths, err);
	if (rc >= 0 && paths.n) {
		rc = dv_err_set(err, DV_E_INVALID, "git tracks '%s', which "
				"dv would write", paths.v[0]);
		dv_err_hint(err, "git rm -r --cached '%s'", k->typed);
	}
	dv_strlist_release(&paths);
	if (rc >= 0 && !k->has_pointer && !k->co.old.here)
		rc = dv_wttarget_check_new(k->r, k->dataset, err);
	return rc;
}

static int prepare(struct checkout *k, struct dv_err *err)
{
	struct dv_wtco *co = &k->co;
	int rc;

	co->file_mode = true;
	rc = dv_git_config_bool(k->r->git, "core.fileMode", &co->file_mode,
				err);
	if (rc >= 0)
		rc = dv_repo_odb(k->r, &k->odb, err);
	if (rc >= 0)
		rc = dv_worktree_pointer(k->r, k->dataset, &k->pointer, err);
	if (rc < 0)
		return rc;
	k->has_pointer = rc > 0;

	co->odb = k->odb;
	co->algo = k->r->algo;
	co->shown = k->typed;
	co->rootpath = k->dataset;
	co->prefix = k->r->prefix;
	co->path = k->c->path ? k->c->path : "";
	co->force = k->c->force;
	co->keep_changes = k->c->keep_changes;
	co->keep_absent = k->c->keep_absent;
	co->partial = k->c->partial;
	co->want = k->c->want;
	co->want_arg = k->c->want_arg;
	co->trust_store = true;
	co->ready = k->c->ready;
	co->progress = k->c->progress;
	co->dirfd = k->r->workfd;
	if (*co->path && dv_path_check(co->path, strlen(co->path), err) < 0)
		return -err->code;

	rc = load_old(k, err);
	if (rc >= 0)
		rc = check_git(k, err);
	if (rc >= 0)
		rc = dv_wtfile_now(k->r, &co->began, err);
	if (rc >= 0 && k->manifest)
		rc = load_new(k, err);
	return rc;
}

/*
 * What was written to no earlier than now, after the sync, may be written
 * to again without stat telling.
 */
static int mark_racy(struct checkout *k, struct dv_err *err)
{
	struct dv_wtco *co = &k->co;
	uint8_t *bytes = (uint8_t *)co->new.own.data;
	int64_t now;
	int rc;

	rc = dv_wtfile_now(k->r, &now, err);
	for (uint32_t i = 0; i < co->new.ix.entries && rc >= 0; i++) {
		struct dv_windex_item item;

		if (co->action[i] < DV_WTACT_CREATE)
			continue;
		rc = dv_windex_get(&co->new.ix, i, &item, err);
		if (rc >= 0 && dv_wtfile_racy(&item.st, now))
			dv_windex_set_stat(&co->new.ix, bytes, i, &item.st,
					   true);
	}
	if (rc >= 0)
		dv_windex_seal(bytes, co->new.own.len);
	return rc;
}

static int publish(struct checkout *k, struct dv_err *err)
{
	const struct dv_windex *ix = &k->co.new.ix;
	struct dv_pointer p;
	bool wrote;
	int rc;

	if (!k->manifest) {
		rc = dv_wtindex_remove(k->r, k->dataset, err);
		if (rc >= 0 && k->c->write_pointer)
			rc = dv_wtpointer_remove(k->r, k->dataset, err);
		return rc < 0 ? rc : dv_exclude_update(k->r, NULL, err);
	}
	rc = k->txn ? dv_odb_txn_sync(k->txn, err) : 0;
	if (rc >= 0)
		rc = mark_racy(k, err);
	if (rc >= 0)
		rc = dv_wtindex_write(k->r, k->dataset, &k->co.new.own, err);
	if (rc >= 0 && k->c->write_pointer) {
		p.manifest = ix->manifest;
		p.files = ix->files;
		p.size = ix->size;
		rc = dv_wtpointer_write(k->r, k->dataset, &p, &wrote, err);
	}
	return rc;
}

static int run(struct checkout *k, struct dv_err *err)
{
	bool unfinished;
	int rc;

	dv_progress_phase(k->c->progress, "comparing", 0, 0);
	rc = prepare(k, err);
	if (rc >= 0)
		rc = dv_wtco_plan(&k->co, err);
	if (rc < 0)
		return rc;
	k->c->written = k->co.write_n;
	k->c->removed = k->co.remove_n + k->co.drops;
	k->c->absent = k->co.absent;
	k->c->absent_bytes = k->co.absent_bytes;
	k->c->unheld = k->co.unheld;
	k->c->left = k->co.left;
	k->c->kept = k->co.kept;
	k->c->bytes = k->co.write_bytes;
	if (k->c->dry_run)
		return 0;

	/* git must not see the files while they appear */
	rc = dv_exclude_update(k->r, k->manifest ? k->dataset : NULL, err);
	if (rc >= 0)
		rc = dv_wtjournal_begin(k->r, k->dataset, &unfinished, err);
	if (rc >= 0 && unfinished)
		rc = dv_wtjournal_clean(&k->co.root, k->dataset, err);
	if (rc >= 0)
		rc = dv_wtco_apply(&k->co, err);
	if (rc >= 0)
		rc = publish(k, err);
	return rc < 0 ? rc : dv_wtjournal_end(k->r, k->dataset, err);
}

int dv_worktree_checkout(struct dv_repo *r, const char *dataset,
			 const struct dv_digest *manifest,
			 struct dv_checkout *c, struct dv_err *err)
{
	struct checkout k = { .r = r, .dataset = dataset, .c = c,
			      .manifest = manifest };
	struct dv_lock lock = DV_LOCK_INIT;
	int rc;

	k.co.root = (struct dv_wtroot)DV_WTROOT_INIT;
	rc = dv_repo_lock(r, &lock, err);
	if (rc < 0)
		return rc;
	k.typed = dv_path_relative(dataset, r->prefix);
	rc = run(&k, err);
	dv_odb_txn_end(k.txn);
	dv_wtco_release(&k.co);
	free(k.typed);
	dv_lock_release(&lock);
	return rc < 0 ? rc : 0;
}
