/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/alloc.h"
#include "format/entry.h"
#include "remote/rrepack-parts.h"

static int take_location(void *arg, const struct dv_digest *manifest,
			 uint64_t number, const struct dv_location *l,
			 struct dv_err *err)
{
	struct dv_rrepack_job *j = arg;
	struct dv_rwalk_set *set;

	(void)err;
	if (dv_rpacks_count(j->packs) + l->packs > DV_RREPACK_PACKS_MAX ||
	    j->uses + l->packs > DV_RREPACK_USES_MAX) {
		j->r->left++;
		return 0;
	}
	j->uses += l->packs;
	dv_grow(&j->manifests, &j->cap, j->n + 1, sizeof(*j->manifests));
	dv_grow(&j->sets, &j->sets_cap, j->n + 1, sizeof(*j->sets));
	set = &j->sets[j->n];
	set->n = l->packs;
	set->v = dv_reallocarray(NULL, (size_t)l->packs + 1, sizeof(*set->v));
	for (uint32_t i = 0; i < l->packs; i++) {
		struct dv_location_pack p;

		dv_location_pack(l, i, &p);
		set->v[i] = dv_rpacks_add(j->packs, &p);
	}
	j->manifests[j->n++] = (struct dv_rrepack_manifest){
		*manifest, number
	};
	return 0;
}

static void note_bad(void *arg, const char *sentence)
{
	struct dv_rrepack_job *j = arg;

	if (!j->lost.code)
		dv_err_set(&j->lost, DV_E_MISSING, "%s", sentence);
}

/* --- what is needed -------------------------------------------------------- */

static void need(struct dv_rrepack_job *j, const struct dv_rplace *at)
{
	j->old[at->pack].needed[at->i] = 1;
}

static void found(void *arg, const struct dv_digest *id,
		  const struct dv_rplace *at, const struct dv_pack_object *o,
		  const struct dv_entry *e)
{
	(void)id;
	(void)o;
	(void)e;
	need(arg, at);
}

static void missing(void *arg, const struct dv_digest *id,
		    const struct dv_entry *e)
{
	struct dv_rrepack_job *j = arg;
	struct dv_buf name = DV_BUF_INIT;
	char text[DV_DIGEST_TEXT];

	if (j->lost.code)
		return;
	if (e)
		dv_entry_name(&name, e->path, e->path_len);
	dv_err_set(&j->lost, DV_E_MISSING, "remote '%s': the object %s%s%s is "
		   "in none of the packs of its manifest", j->c->name,
		   dv_digest_format(text, id), e ? " of " : "",
		   dv_buf_cstr(&name));
	dv_buf_release(&name);
}

static void broken(void *arg, const struct dv_digest *id, const char *why)
{
	struct dv_rrepack_job *j = arg;
	char text[DV_DIGEST_TEXT];

	if (!j->lost.code)
		dv_err_set(&j->lost, DV_E_FORMAT, "remote '%s': the recipe of "
			   "the large object %s: %s", j->c->name,
			   dv_digest_format(text, id), why);
}

static int check_lost(struct dv_rrepack_job *j, struct dv_err *err)
{
	if (!j->lost.code)
		return 0;
	*err = j->lost;
	return dv_err_hint(err, "'dv fsck --remote=%s' tells all that is "
			   "wrong there", j->c->name);
}

/* Blocks, lists and configurations: their places are in the record. */
static int need_placed(struct dv_rrepack_job *j, const struct dv_location *l,
		       struct dv_err *err)
{
	char text[DV_DIGEST_TEXT];

	for (uint32_t i = 0; i < l->objects; i++) {
		struct dv_location_object o;
		struct dv_location_pack info;
		struct dv_rplace at;
		const struct dv_rpack *p;

		dv_location_object(l, i, &o);
		dv_location_pack(l, o.pack, &info);
		at.pack = dv_rpacks_add(j->packs, &info);
		p = dv_rpacks_get(j->packs, at.pack);
		if (!p->loaded || !dv_packidx_find(&p->idx, &o.id, &at.i))
			return dv_err_set(err, DV_E_MISSING, "remote '%s': the "
					  "object %s is not in the pack that "
					  "its manifest says", j->c->name,
					  dv_digest_format(text, &o.id));
		need(j, &at);
	}
	return 0;
}

static int mark_manifest(struct dv_rrepack_job *j, struct dv_rwalk *w,
			 size_t k, struct dv_err *err)
{
	struct dv_rlocation where = { .n = 0 };
	struct dv_rget_reader *reader = NULL;
	int rc;

	rc = dv_rlocation_read(&where, j->c, &j->manifests[k].id, err);
	/* Written anew since, or gone: it keeps what it names. */
	if (rc >= 0 && (!rc || where.n != j->manifests[k].number)) {
		j->manifests[k].number = 0;
		rc = 0;
		goto out;
	}
	if (rc > 0)
		rc = need_placed(j, &where.l, err);
	if (!rc)
		rc = dv_rget_reader_open(&reader, j->c, &where, j->r->odb,
					 err);
	if (!rc)
		rc = dv_rwalk_manifest(w, (uint32_t)k, &where, reader, err);
	if (!rc)
		rc = check_lost(j, err);
out:
	dv_rget_reader_close(reader);
	dv_rlocation_release(&where);
	return rc;
}

static int mark_all(struct dv_rrepack_job *j, struct dv_err *err)
{
	struct dv_rwalk w = { .c = j->c, .packs = j->packs, .odb = j->r->odb,
			      .sets = j->sets, .found = found,
			      .missing = missing, .broken = broken,
			      .arg = j };
	int rc = 0;

	dv_rwalk_init(&w);
	dv_progress_phase(j->r->progress, "reading manifests", j->n, 0);
	for (size_t k = 0; !rc && k < j->n; k++) {
		rc = mark_manifest(j, &w, k, err);
		dv_progress_add(j->r->progress, 1, 0);
	}
	dv_rwalk_release(&w);
	return rc;
}

static int sum(struct dv_rrepack_job *j, uint32_t i, struct dv_err *err)
{
	const struct dv_packidx *x = &dv_rpacks_get(j->packs, i)->idx;
	struct dv_pack_object o;

	for (uint32_t k = 0; k < x->n; k++) {
		int rc = dv_packidx_object(x, k, &o, err);

		if (rc < 0)
			return rc;
		j->old[i].plain += o.length;
		if (j->old[i].needed[k])
			j->old[i].used += o.length;
	}
	return 0;
}

int dv_rrepack_mark(struct dv_rrepack_job *j, struct dv_err *err)
{
	uint32_t n;
	int rc;

	rc = dv_rmark_all(&j->mark, j->c, take_location, NULL, NULL, j,
			  j->r->progress, err);
	if (rc < 0)
		return rc;
	dv_progress_phase(j->r->progress, "reading indexes", 0, 0);
	rc = dv_rpacks_load(j->packs, 1u << DV_PACK_DATA | 1u << DV_PACK_META,
			    note_bad, j, err);
	if (!rc)
		rc = check_lost(j, err);
	n = dv_rpacks_count(j->packs);
	j->old = dv_calloc((size_t)n + 1, sizeof(*j->old));
	for (uint32_t i = 0; !rc && i < n; i++)
		j->old[i].needed = dv_calloc((size_t)dv_rpacks_get(
			j->packs, i)->idx.n + 1, 1);
	if (!rc)
		rc = mark_all(j, err);
	for (uint32_t i = 0; !rc && i < n; i++)
		rc = sum(j, i, err);
	return rc;
}
