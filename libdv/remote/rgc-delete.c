/* SPDX-License-Identifier: MIT */
#include "remote/rgc-parts.h"
#include "remote/rkey.h"

#define AT_ONCE 256		/* deleted between looks for another gc */

struct some {
	struct dv_rgc_job *j;
	struct dv_strlist keys;
	struct dv_buf key;
};

static bool is_stopped(const struct dv_rgc *gc)
{
	return gc->other || gc->late;
}

/*
 * A gc that took long may know less than another one that is done: what
 * that one deleted may be there again, and needed.
 */
static int flush(struct some *s, struct dv_err *err)
{
	struct dv_rgc *gc = s->j->gc;
	int rc = 0;

	if (s->keys.n && !is_stopped(gc)) {
		gc->late = dv_rclock_age(&s->j->clock) > DV_RGC_AGE_MAX;
		rc = dv_rgc_look_for_other(s->j, err);
	}
	if (!rc && s->keys.n && !is_stopped(gc))
		rc = dv_rmark_delete(s->j->c, &s->keys, gc->progress, err);
	dv_strlist_release(&s->keys);
	return rc;
}

static int add(struct some *s, const char *key, struct dv_err *err)
{
	dv_strlist_add(&s->keys, key);
	return s->keys.n < AT_ONCE ? 0 : flush(s, err);
}

/* The highest number first: what is left is dense at any time. */
static int delete_manifests(struct some *s, struct dv_err *err)
{
	struct dv_rgc_job *j = s->j;
	int rc = 0;

	for (size_t i = 0; i < j->manifests_go_n && !rc; i++) {
		const struct dv_rmark_manifest *m = &j->manifests_go[i];

		for (uint64_t n = m->last; n >= m->first && !rc; n--) {
			dv_rkey_manifest(&s->key, &m->id);
			rc = add(s, dv_rkey_add_number(&s->key, n), err);
		}
	}
	return rc ? rc : flush(s, err);
}

static int delete_packs(struct some *s, const char *suffix,
			struct dv_err *err)
{
	struct dv_rgc_job *j = s->j;
	int rc = 0;

	for (size_t i = 0; i < j->packs_go.n && !rc; i++)
		rc = add(s, dv_rkey_pack(&s->key, &j->packs_go.v[i], suffix),
			 err);
	return rc ? rc : flush(s, err);
}

static uint64_t count(const struct dv_rgc_job *j)
{
	uint64_t n = 2 * j->packs_go.n;

	for (size_t i = 0; i < j->manifests_go_n; i++)
		n += j->manifests_go[i].last - j->manifests_go[i].first + 1;
	return n;
}

/* Versions' manifests, indexes, packs: each before what it leads to. */
int dv_rgc_delete(struct dv_rgc_job *j, struct dv_err *err)
{
	struct some s = { .j = j };
	int rc;

	dv_progress_phase(j->gc->progress, "deleting", count(j), 0);
	rc = delete_manifests(&s, err);
	if (!rc)
		rc = delete_packs(&s, ".idx", err);
	if (!rc)
		rc = delete_packs(&s, ".pack", err);
	dv_strlist_release(&s.keys);
	dv_buf_release(&s.key);
	return rc;
}
