/* SPDX-License-Identifier: MIT */
#include "remote/rgc.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "remote/rgc-parts.h"
#include "remote/rkey.h"

static void add_id(struct dv_rgc_ids *ids, const struct dv_digest *id)
{
	dv_grow(&ids->v, &ids->cap, ids->n + 1, sizeof(*ids->v));
	ids->v[ids->n++] = *id;
}

static struct dv_rgc_sum *sum_of(struct dv_rgc *gc, enum dv_rgc_fate fate)
{
	return fate == DV_RGC_DELETE ? &gc->deleted :
	       fate == DV_RGC_WAIT ? &gc->waiting :
	       fate == DV_RGC_LEAVE ? &gc->left : &gc->doomed;
}

/* May one more be named? */
static bool has_room(const struct dv_rgc_job *j)
{
	return j->packs.n + j->manifests.n + j->doom_packs.n +
	       j->doom_manifests.n < DV_RGC_NAMED_MAX;
}

/* --- manifests ----------------------------------------------------------- */

/* One that no version names. */
static int note_manifest(void *arg, const struct dv_rmark_manifest *m,
			 struct dv_err *err)
{
	struct dv_rgc_job *j = arg;

	(void)err;
	dv_grow(&j->lost_manifests, &j->lost_manifests_cap,
		j->lost_manifests_n + 1, sizeof(*j->lost_manifests));
	j->lost_manifests[j->lost_manifests_n++] = *m;
	return 0;
}

static void add_manifest(struct dv_rgc_job *j,
			 const struct dv_rmark_manifest *m)
{
	dv_grow(&j->manifests_go, &j->manifests_go_cap,
		j->manifests_go_n + 1, sizeof(*j->manifests_go));
	j->manifests_go[j->manifests_go_n++] = *m;
}

/* They come ascending. */
static void doom_manifest(struct dv_rgc_job *j,
			  const struct dv_rmark_manifest *m)
{
	dv_grow(&j->doom_numbers, &j->doom_numbers_cap,
		j->doom_manifests.n + 1, sizeof(*j->doom_numbers));
	j->doom_numbers[j->doom_manifests.n] = m->last;
	add_id(&j->doom_manifests, &m->id);
}

static int judge_manifest(struct dv_rgc_job *j,
			  const struct dv_rmark_manifest *m,
			  struct dv_err *err)
{
	struct dv_buf key = DV_BUF_INIT;
	int fate;

	dv_rkey_manifest(&key, &m->id);
	dv_rkey_add_number(&key, m->last);
	fate = dv_rgc_judge(j, &j->manifests, &m->id, dv_buf_cstr(&key),
			    m->modified, err);
	/* Far more numbers than records cannot be ours to walk. */
	if (fate == DV_RGC_DELETE && m->last - m->first >= 2 * m->count + 100)
		fate = dv_err_set(err, DV_E_FORMAT, "remote '%s': the numbers "
				  "up to '%s' are not dense", j->c->name,
				  dv_buf_cstr(&key));
	if (fate == DV_RGC_DELETE && !j->gc->dry_run)
		dv_rcache_published_withdraw(j->c->cache, &m->id);
	dv_buf_release(&key);
	if (fate < 0)
		return fate;
	if (fate == DV_RGC_DELETE)
		add_manifest(j, m);
	else if (fate == DV_RGC_DOOM && !has_room(j))
		fate = DV_RGC_LEAVE;
	else if (fate == DV_RGC_DOOM)
		doom_manifest(j, m);
	sum_of(j->gc, (enum dv_rgc_fate)fate)->manifests++;
	return 0;
}

static int judge_manifests(void *arg, struct dv_err *err)
{
	struct dv_rgc_job *j = arg;
	int rc = 0;

	for (size_t i = 0; !rc && i < j->lost_manifests_n; i++)
		rc = judge_manifest(j, &j->lost_manifests[i], err);
	j->lost_manifests_n = 0;
	return rc;
}

/* --- packs --------------------------------------------------------------- */

static uint64_t bytes_of(const struct dv_rmark_pack *p)
{
	return (p->size > 0 ? (uint64_t)p->size : 0) +
	       (p->idx_size > 0 ? (uint64_t)p->idx_size : 0);
}

/* Without times in lists, that of the part which was written last. */
static const char *newest_key(struct dv_buf *key,
			      const struct dv_rmark_pack *p)
{
	return dv_rkey_pack(key, &p->id, p->idx_size == DV_RMARK_NONE ?
			    ".pack" : ".idx");
}

static int note_pack(void *arg, const struct dv_rmark_pack *p,
		     struct dv_err *err)
{
	struct dv_rgc_job *j = arg;

	(void)err;
	if (dv_idmap_get(&j->mark.packs, &p->id, NULL))
		return 0;
	dv_grow(&j->lost_packs, &j->lost_packs_cap, j->lost_packs_n + 1,
		sizeof(*j->lost_packs));
	j->lost_packs[j->lost_packs_n++] = *p;
	return 0;
}

static int judge_pack(struct dv_rgc_job *j, const struct dv_rmark_pack *p,
		      struct dv_err *err)
{
	struct dv_rgc_sum *sum;
	struct dv_buf key = DV_BUF_INIT;
	int fate;

	fate = dv_rgc_judge(j, &j->packs, &p->id, newest_key(&key, p),
			    p->modified, err);
	dv_buf_release(&key);
	if (fate < 0)
		return fate;
	if (fate == DV_RGC_DELETE)
		add_id(&j->packs_go, &p->id);
	else if (fate == DV_RGC_DOOM && !has_room(j))
		fate = DV_RGC_LEAVE;
	else if (fate == DV_RGC_DOOM)
		add_id(&j->doom_packs, &p->id);
	sum = sum_of(j->gc, (enum dv_rgc_fate)fate);
	sum->packs++;
	sum->bytes += bytes_of(p);
	return 0;
}

static int judge_packs(void *arg, struct dv_err *err)
{
	struct dv_rgc_job *j = arg;
	int rc = 0;

	for (size_t i = 0; !rc && i < j->lost_packs_n; i++)
		rc = judge_pack(j, &j->lost_packs[i], err);
	j->lost_packs_n = 0;
	return rc;
}

/* --- all of it ----------------------------------------------------------- */

static int note_revived(const struct dv_digest *id, uint64_t value, void *arg)
{
	struct dv_rgc_job *j = arg;

	if (dv_idmap_get(&j->mark.packs, id, NULL) ||
	    dv_idmap_get(&j->mark.manifests, id, NULL))
		j->records[value].revived = true;
	return 0;
}

static int require(const struct dv_conn *c, struct dv_err *err)
{
	const struct dv_transport_caps *caps = dv_transport_caps(c->t);

	if (!caps->list)
		return dv_err_set(err, DV_E_UNSUPPORTED, "remote '%s' cannot "
				  "list, so what is not needed there cannot "
				  "be found", c->name);
	return 0;
}

static int run(struct dv_rgc_job *j, struct dv_err *err)
{
	struct dv_progress *p = j->gc->progress;
	int rc;

	dv_rclock_begin(&j->clock, j->c);
	rc = dv_rgc_read_records(j, err);
	if (!rc)
		rc = dv_rmark_all(&j->mark, j->c, NULL, note_manifest,
				  judge_manifests, j, p, err);
	dv_progress_phase(p, "listing packs", 0, 0);
	if (!rc)
		rc = dv_rmark_packs(j->c, note_pack, judge_packs, NULL, j,
				    err);
	if (rc < 0 || j->gc->dry_run)
		return rc;
	dv_idmap_each(&j->packs, note_revived, j);
	dv_idmap_each(&j->manifests, note_revived, j);
	rc = dv_rgc_write_record(j, err);
	if (!rc)
		rc = dv_rgc_delete(j, err);
	/* A gc that was cut off may have left some, too. */
	if (!rc && j->n)
		rc = dv_rgc_fill_gaps(j, err);
	if (rc || j->gc->other || j->gc->late)
		return rc;
	return dv_rgc_delete_old(j, err);
}

int dv_rgc_run(struct dv_conn *c, struct dv_rgc *gc, struct dv_err *err)
{
	struct dv_rgc_job j = { .c = c, .gc = gc };
	int rc = require(c, err);

	if (rc < 0 || !c->algo)
		return rc;
	if (!gc->dry_run)
		rc = dv_conn_begin_write(c, c->algo, err);
	if (rc < 0)
		return rc;
	dv_rmark_init(&j.mark, c->algo);
	dv_idmap_init(&j.packs, c->algo);
	dv_idmap_init(&j.manifests, c->algo);
	rc = run(&j, err);
	dv_rclock_end(&j.clock);
	dv_rmark_release(&j.mark);
	dv_idmap_release(&j.packs);
	dv_idmap_release(&j.manifests);
	free(j.manifests_go);
	free(j.packs_go.v);
	free(j.lost_manifests);
	free(j.lost_packs);
	free(j.doom_packs.v);
	free(j.doom_manifests.v);
	free(j.doom_numbers);
	free(j.records);
	return rc;
}
