/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/alloc.h"
#include "remote/rgc-parts.h"
#include "remote/rkey.h"

/* --- reading ------------------------------------------------------------- */

static const char *record_key(struct dv_buf *key, uint64_t n)
{
	dv_buf_reset(key);
	dv_buf_str(key, DV_RKEY_GC);
	return dv_rkey_add_number(key, n);
}

static int take_record(void *arg, uint64_t n, const struct dv_doomrec *d,
		       int64_t modified, struct dv_err *err)
{
	struct dv_rgc_job *j = arg;

	(void)err;
	for (size_t i = 0; i < d->packs_n; i++)
		dv_idmap_add(&j->packs, &d->packs[i], j->n);
	for (size_t i = 0; i < d->manifests_n; i++)
		dv_idmap_add(&j->manifests, &d->manifests[i], j->n);
	dv_grow(&j->records, &j->cap, j->n + 1, sizeof(*j->records));
	j->records[j->n++] = (struct dv_rgc_record){
		.n = n, .modified = modified
	};
	return 0;
}

/* Some servers tell times only of the one that is asked for. */
static int ask_times(struct dv_rgc_job *j, struct dv_err *err)
{
	struct dv_buf key = DV_BUF_INIT;
	int64_t ignored;
	int rc;

	rc = dv_rmark_time(j->c, DV_RKEY_FORMAT, &ignored, &j->now, err);
	for (size_t i = 0; !rc && i < j->n; i++) {
		struct dv_rgc_record *r = &j->records[i];

		if (r->modified < 0)
			rc = dv_rmark_time(j->c, record_key(&key, r->n),
					   &r->modified, &j->now, err);
		if (rc == -DV_E_MISSING) {
			/* Another gc is done with it: nothing is old. */
			r->modified = j->now;
			rc = 0;
		}
	}
	dv_buf_release(&key);
	return rc;
}

int dv_rgc_read_records(struct dv_rgc_job *j, struct dv_err *err)
{
	int rc = dv_catalog_dooms(j->c, take_record, j, err);

	if (!rc)
		rc = ask_times(j, err);
	for (size_t i = 0; !rc && i < j->n; i++) {
		struct dv_rgc_record *r = &j->records[i];

		r->old = j->now - r->modified >= j->gc->grace;
	}
	return rc;
}

int dv_rgc_judge(struct dv_rgc_job *j, const struct dv_idmap *named,
		 const struct dv_digest *id, const char *key,
		 int64_t modified, struct dv_err *err)
{
	struct dv_rgc_record *r;
	int64_t now;
	uint64_t i;
	int rc;

	if (!dv_idmap_get(named, id, &i))
		return DV_RGC_DOOM;
	r = &j->records[i];
	if (!r->old) {
		int64_t left = j->gc->grace - (j->now - r->modified);

		if (!j->gc->next || left < j->gc->next)
			j->gc->next = left;
		return DV_RGC_WAIT;
	}
	if (modified < 0) {
		rc = dv_rmark_time(j->c, key, &modified, &now, err);
		if (rc < 0)
			return rc;
	}
	/*
	 * A push that has read the record does not rely on what was there
	 * then; it may have made the same anew.
	 */
	if (modified >= r->modified)
		return DV_RGC_DOOM;
	r->used = true;
	return DV_RGC_DELETE;
}

/* --- writing ------------------------------------------------------------- */

static int cmp_ids(const void *a, const void *b)
{
	return dv_digest_cmp(a, b);
}

static void sort_ids(struct dv_rgc_ids *ids)
{
	if (ids->n)
		qsort(ids->v, ids->n, sizeof(*ids->v), cmp_ids);
}

/* With the next number that is free: where it is not, another gc runs. */
static int create(struct dv_rgc_job *j, const struct dv_buf *bytes,
		  struct dv_err *err)
{
	uint64_t n = j->n ? j->records[j->n - 1].n : 0;
	struct dv_buf key = DV_BUF_INIT;
	int rc = 0;

	while (!rc && n++ < DV_RKEY_NUMBER_MAX) {
		rc = dv_conn_create(j->c, record_key(&key, n), bytes->data,
				    bytes->len, NULL, 0, err);
		j->gc->other |= !rc;
	}
	j->own = n;
	if (!rc)
		rc = dv_err_set(err, DV_E_LIMIT, "remote '%s': no number is "
				"left for a record in '%s'", j->c->name,
				DV_RKEY_GC);
	dv_buf_release(&key);
	return rc < 0 ? rc : 0;
}

static int write_new(struct dv_rgc_job *j, struct dv_err *err)
{
	struct dv_doomrec d = {
		.packs = j->doom_packs.v, .packs_n = j->doom_packs.n,
		.manifests = j->doom_manifests.v,
		.numbers = j->doom_numbers,
		.manifests_n = j->doom_manifests.n
	};
	struct dv_buf bytes = DV_BUF_INIT;
	int rc;

	sort_ids(&j->doom_packs);
	rc = dv_nonce_make(d.nonce, err);
	if (!rc) {
		dv_doomrec_format(&bytes, &d);
		rc = create(j, &bytes, err);
	}
	dv_buf_release(&bytes);
	return rc;
}

/*
 * All that an old record named is deleted, reached or named anew.  But a gc
 * that began before may not have got so far, and delete the same: pushes
 * make nothing of it anew while the record is there.  So it stays until who
 * has deleted it wrote a record of his own, and that is old.
 */
static bool is_over(const struct dv_rgc_job *j, const struct dv_rgc_record *r)
{
	int64_t grace = j->gc->grace;

	if (j->own && grace <= 0)
		return true;
	for (size_t i = 0; !r->used && i < j->n; i++)
		if (j->records[i].old &&
		    j->records[i].modified - r->modified >= grace)
			return true;
	return false;
}

/* The highest stays, that no number is used twice. */
int dv_rgc_delete_old(struct dv_rgc_job *j, struct dv_err *err)
{
	struct dv_strlist keys = DV_STRLIST_INIT;
	struct dv_buf key = DV_BUF_INIT;
	int rc = 0;

	for (size_t i = 0; i < j->n; i++) {
		const struct dv_rgc_record *r = &j->records[i];

		if (r->old && (j->own || i + 1 < j->n) && is_over(j, r))
			dv_strlist_add(&keys, record_key(&key, r->n));
	}
	if (keys.n)
		rc = dv_rmark_delete(j->c, &keys, NULL, err);
	dv_buf_release(&key);
	dv_strlist_release(&keys);
	return rc;
}

int dv_rgc_write_record(struct dv_rgc_job *j, struct dv_err *err)
{
	const struct dv_rgc_record *last = j->n ? &j->records[j->n - 1] : NULL;
	bool write = j->doom_packs.n || j->doom_manifests.n;

	/* What is reached again is to be relied upon again, too. */
	if (last && last->old && last->revived)
		write = true;
	/* Who deletes is seen by the others. */
	if (j->manifests_go_n || j->packs_go.n)
		write = true;
	return write ? write_new(j, err) : 0;
}

int dv_rgc_look_for_other(struct dv_rgc_job *j, struct dv_err *err)
{
	uint64_t n;
	int rc = dv_conn_highest(j->c, DV_RKEY_GC, 0, &n, err);

	j->gc->other |= rc > 0 && n > j->own;
	return rc < 0 ? rc : 0;
}
