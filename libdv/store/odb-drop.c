/* SPDX-License-Identifier: MIT */
#include "store/odb-drop.h"

#include "store/odb-parts.h"

struct pieces {
	struct dv_idmap *ids;
	uint64_t value;
};

static int add_piece(void *arg, const struct dv_recipe_item *item,
		     bool is_part, struct dv_err *err)
{
	struct pieces *p = arg;

	(void)is_part;
	(void)err;
	return !dv_idmap_add(p->ids, &item->id, p->value);
}

int dv_odb_add_pieces(struct dv_odb *odb, const struct dv_digest *id,
		      uint64_t value, struct dv_idmap *ids,
		      struct dv_err *err)
{
	struct pieces p = { ids, value };
	struct dv_odb_found f;
	int rc;

	rc = dv_odb_find(odb, id, 0, &f, err);
	if (rc <= 0 || f.o.type != DV_PACK_RECIPE)
		return rc < 0 ? rc : 0;
	return dv_odb_each_item(odb, &f, add_piece, &p, err);
}

struct drop {
	const struct dv_idmap *ids;
	struct dv_odb_drop *d;
};

static bool keep(void *arg, const struct dv_digest *id)
{
	struct drop *x = arg;

	return !dv_idmap_get(x->ids, id, NULL) ||
	       x->d->needed(x->d->arg, id);
}

static int mark(void *arg, struct dv_err *err)
{
	struct drop *x = arg;

	return x->d->mark(x->d->arg, err);
}

static int remark(void *arg, struct dv_err *err)
{
	struct drop *x = arg;

	return x->d->remark(x->d->arg, err);
}

int dv_odb_drop(struct dv_odb *odb, const struct dv_idmap *ids,
		struct dv_odb_drop *d, struct dv_err *err)
{
	struct drop x = { ids, d };
	struct dv_odb_repack r = {
		.keep = keep, .mark = mark, .remark = remark, .arg = &x,
		.discard = true, .dry_run = d->dry_run, .progress = d->progress
	};
	struct dv_odb_stats before, after;
	int rc;

	rc = dv_odb_stats(odb, &before, err);
	if (!rc)
		rc = dv_odb_repack(odb, &r, err);
	if (!rc)
		rc = dv_odb_stats(odb, &after, err);
	if (rc < 0)
		return rc;
	d->objects = r.objects_dropped;
	d->bytes = d->dry_run ? r.bytes_dropped :
		   before.bytes > after.bytes ? before.bytes - after.bytes : 0;
	return 0;
}
