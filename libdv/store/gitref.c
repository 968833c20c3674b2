/* SPDX-License-Identifier: MIT */
#include "store/gitlib.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/lock.h"

#define LOCK_TRIES 100		/* of 10 ms: git waits as long by default */
#define LOCK_TIMEOUT 60000	/* ms, for another dv */
#define STALE_AGE 2		/* seconds */

/*
 * A ref that is being changed.  git's lock is a file, which stays where
 * its owner is killed.  Our refs are changed under a lock of ours, too,
 * which the kernel frees: then another's file on them is git's or nobody's,
 * and git holds one ref for an instant.
 */
struct change {
	git_transaction *tx;
	struct dv_lock ours;
};
#define CHANGE_INIT { NULL, DV_LOCK_INIT }

static int lock_ours(struct dv_git *g, const char *ref, struct dv_lock *lock,
		     struct dv_err *err)
{
	char *path;
	int rc;

	if (strncmp(ref, "refs/dv", 7))
		return 0;
	path = dv_asprintf("%s/dv/refs.lock", g->commondir);
	rc = dv_lock_take(lock, path, DV_LOCK_EXCLUSIVE, LOCK_TIMEOUT, err);
	free(path);
	return rc;
}

/* Remove a lock file that has been there all the time and is nobody's. */
static bool break_stale(struct dv_git *g, const char *ref)
{
	char *path = dv_asprintf("%s/%s.lock", g->commondir, ref);
	struct stat st;
	bool stale;

	stale = !lstat(path, &st) && S_ISREG(st.st_mode) &&
		time(NULL) - st.st_mtime > STALE_AGE && !unlink(path);
	free(path);
	return stale;
}

static int lock_ref(struct dv_git *g, const char *ref, struct change *out,
		    struct dv_err *err)
{
	const struct timespec pause = { 0, 10000000 };
	git_transaction *tx;
	int i, rc;

	rc = lock_ours(g, ref, &out->ours, err);
	if (rc < 0)
		return rc;
	for (i = 0;; i++) {
		rc = git_transaction_new(&tx, g->repo);
		if (rc < 0)
			return dv_git_fail(err, rc, "cannot change refs");
		rc = git_transaction_lock_ref(tx, ref);
		if (!rc) {
			out->tx = tx;
			return 0;
		}
		git_transaction_free(tx);
		if (rc != GIT_ELOCKED)
			break;
		if (i >= LOCK_TRIES && out->ours.fd >= 0 &&
		    break_stale(g, ref))
			continue;
		if (i >= (STALE_AGE + 2) * LOCK_TRIES ||
		    (i >= LOCK_TRIES && out->ours.fd < 0))
			break;
		nanosleep(&pause, NULL);
	}
	dv_git_fail(err, rc, "cannot lock ref '%s'", ref);
	if (rc == GIT_ELOCKED)
		dv_err_hint(err, "if no git is at work here: rm '%s/%s.lock'",
			    g->commondir, ref);
	return -err->code;
}

static void unlock_ref(struct change *c)
{
	git_transaction_free(c->tx);
	dv_lock_release(&c->ours);
}

static int get_ref(struct dv_git *g, const char *ref, char hex[DV_GIT_HEX],
		   struct dv_err *err)
{
	git_oid id;
	int rc = git_reference_name_to_id(&id, g->repo, ref);

	if (rc == GIT_ENOTFOUND)
		return 0;
	if (rc < 0)
		return dv_git_fail(err, rc, "cannot read ref '%s'", ref);
	dv_git_hex(hex, &id);
	return 1;
}

int dv_git_ref_get(struct dv_git *g, const char *ref, char hex[DV_GIT_HEX],
		   struct dv_err *err)
{
	return get_ref(g, ref, hex, err);
}

/* Under the lock: is the ref what the caller takes it to be? */
static int check_old(struct dv_git *g, const char *ref, const char *old,
		     struct dv_err *err)
{
	char now[DV_GIT_HEX];
	int rc;

	if (!old)
		return 0;
	rc = get_ref(g, ref, now, err);
	if (rc < 0)
		return rc;
	if (!*old)
		return rc ? dv_err_set(err, DV_E_EXISTS,
				       "ref '%s' is there already", ref) : 0;
	if (!rc || strcmp(now, old))
		return dv_err_set(err, DV_E_CONFLICT,
				  "ref '%s' is not at '%s' any more: %s%s", ref,
				  old, rc ? "it is at " : "it is gone",
				  rc ? now : "");
	return 0;
}

int dv_git_ref_set(struct dv_git *g, const char *ref, const char *hex,
		   const char *old, const char *reflog, struct dv_err *err)
{
	struct change c = CHANGE_INIT;
	git_oid id;
	int rc;

	rc = dv_git_oid(&id, hex, err);
	if (!rc)
		rc = lock_ref(g, ref, &c, err);
	if (!rc)
		rc = check_old(g, ref, old, err);
	if (rc < 0)
		goto out;

	rc = git_transaction_set_target(c.tx, ref, &id, NULL, reflog);
	if (!rc)
		rc = git_transaction_commit(c.tx);
	if (rc < 0)
		rc = dv_git_fail(err, rc, "cannot write ref '%s'", ref);
out:
	unlock_ref(&c);
	return rc;
}

int dv_git_ref_delete(struct dv_git *g, const char *ref, const char *old,
		      struct dv_err *err)
{
	struct change c = CHANGE_INIT;
	char now[DV_GIT_HEX];
	int rc;

	rc = lock_ref(g, ref, &c, err);
	if (!rc)
		rc = get_ref(g, ref, now, err);
	if (rc > 0)
		rc = check_old(g, ref, old, err);
	else if (!rc)
		rc = dv_err_set(err, DV_E_MISSING, "there is no ref '%s'", ref);
	if (rc < 0)
		goto out;

	rc = git_transaction_remove(c.tx, ref);
	if (!rc)
		rc = git_transaction_commit(c.tx);
	if (rc < 0)
		rc = dv_git_fail(err, rc, "cannot delete ref '%s'", ref);
out:
	unlock_ref(&c);
	return rc;
}

/* --- listing --------------------------------------------------------------- */

struct item {
	char *ref;
	char hex[DV_GIT_HEX];
};

struct items {
	struct item *v;
	size_t n, cap;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct item *)a)->ref,
		      ((const struct item *)b)->ref);
}

static int collect(struct dv_git *g, const char *glob, struct items *out,
		   struct dv_err *err)
{
	git_reference_iterator *it;
	git_reference *ref;
	int rc;

	rc = git_reference_iterator_glob_new(&it, g->repo, glob);
	if (rc < 0)
		return dv_git_fail(err, rc, "cannot list refs '%s'", glob);
	while (!(rc = git_reference_next(&ref, it))) {
		struct item *item;

		if (git_reference_type(ref) == GIT_REFERENCE_DIRECT) {
			dv_grow(&out->v, &out->cap, out->n + 1, sizeof(*out->v));
			item = &out->v[out->n++];
			item->ref = dv_strdup(git_reference_name(ref));
			dv_git_hex(item->hex, git_reference_target(ref));
		}
		git_reference_free(ref);
	}
	git_reference_iterator_free(it);
	return rc == GIT_ITEROVER ? 0 :
	       dv_git_fail(err, rc, "cannot list refs '%s'", glob);
}

int dv_git_ref_each(struct dv_git *g, const char *prefix, dv_git_ref_fn *fn,
		    void *arg, struct dv_err *err)
{
	char *glob = dv_asprintf("%s*", prefix);
	struct items items = { NULL, 0, 0 };
	size_t i;
	int rc;

	rc = collect(g, glob, &items, err);
	free(glob);
	if (items.n)
		qsort(items.v, items.n, sizeof(*items.v), by_name);
	for (i = 0; i < items.n && !rc; i++)
		rc = fn(arg, items.v[i].ref, items.v[i].hex, err);
	for (i = 0; i < items.n; i++)
		free(items.v[i].ref);
	free(items.v);
	return rc;
}
