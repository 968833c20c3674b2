/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hex.h"
#include "base/idmap.h"
#include "format/recipe.h"
#include "store/odb-parts.h"
#include "store/packcheck.h"

struct fsck {
	struct dv_odb *odb;
	bool full;
	dv_odb_fault_fn *fn;
	void *arg;
	struct dv_progress *progress;
	struct dv_idmap damaged;	/* objects, in a pack of several */
	int64_t faults;
};

static void fault(struct fsck *f, const char *sentence)
{
	f->faults++;
	f->fn(f->arg, sentence);
}

static void pack_fault(void *arg, const struct dv_digest *id,
		       const char *sentence)
{
	struct fsck *f = arg;

	if (id)
		dv_idmap_add(&f->damaged, id, 0);
	fault(f, sentence);
}

/* Names of all packs, also of those that cannot be opened. */
static int list_packs(struct dv_odb *odb, struct dv_strlist *out,
		      struct dv_err *err)
{
	size_t n = 2 * dv_algo_size(odb->algo);
	struct dirent *e;
	DIR *dir = opendir(odb->packs_dir);

	if (!dir)
		return errno == ENOENT ? 0 :
		       dv_err_sys(err, "cannot read '%s'", odb->packs_dir);
	while ((e = readdir(dir)))
		if (strlen(e->d_name) > n && dv_hex_is(e->d_name, n) &&
		    (!strcmp(e->d_name + n, ".pack") ||
		     !strcmp(e->d_name + n, ".idx")))
			dv_strlist_take(out, dv_asprintf("%s/%.*s",
				odb->packs_dir, (int)n, e->d_name));
	closedir(dir);
	dv_strlist_uniq(out);
	return 0;
}

/* Was the pack replaced since it was listed? */
static bool is_gone(struct fsck *f, const char *base)
{
	struct dv_strlist now = DV_STRLIST_INIT;
	struct dv_err err = DV_ERR_INIT;
	bool gone;

	gone = !list_packs(f->odb, &now, &err) && !dv_strlist_has(&now, base);
	dv_strlist_release(&now);
	return gone;
}

static int check_pack(struct fsck *f, const char *base, struct dv_err *err)
{
	unsigned flags = DV_PACKCHECK_NAME | DV_PACKCHECK_IDX;
	int64_t n;

	if (f->full)
		flags |= DV_PACKCHECK_OBJECTS;
	n = dv_packcheck(base, flags, pack_fault, f, f->progress, err);
	if (n >= 0)
		return 0;
	if (n == -DV_E_MISSING && is_gone(f, base))
		return 0;
	fault(f, err->msg);
	return 0;
}

/* --- large objects -------------------------------------------------------- */

/* One copy of a large object, read from its start to its end. */
static int read_copy(struct fsck *f, const struct dv_odb_found *found,
		     const struct dv_digest *id, struct dv_err *err)
{
	struct dv_hasher *h = dv_hasher_new(id->algo);
	struct dv_buf b = DV_BUF_INIT;
	struct dv_odb_reader *r = NULL;
	struct dv_digest is;
	int rc;

	rc = dv_odb_reader_open(&r, f->odb, found, id, err);
	while (!rc && (rc = dv_odb_reader_next(r, &b, err)) > 0) {
		dv_hasher_update(h, b.data, b.len);
		dv_progress_add(f->progress, 0, b.len);
		dv_buf_reset(&b);
		rc = 0;
	}
	if (!rc) {
		dv_hasher_final(h, &is);
		if (!dv_digest_eq(&is, id))
			rc = dv_odb_damaged(id, err);
	}
	dv_odb_reader_close(r);
	dv_hasher_free(h);
	dv_buf_release(&b);
	return rc;
}

struct chunks {
	struct fsck *f;
	struct dv_idmap seen;	/* parts of the recipe that is walked */
};

/* Is a chunk here, in a copy that no check of a pack found fault with? */
static int check_item(void *arg, const struct dv_recipe_item *item,
		      bool is_part, struct dv_err *err)
{
	struct chunks *c = arg;
	struct dv_buf b = DV_BUF_INIT;
	struct dv_odb_found found;
	int rc;

	if (is_part)
		return !dv_idmap_add(&c->seen, &item->id, 0);
	if (dv_idmap_get(&c->f->damaged, &item->id, NULL)) {
		rc = dv_odb_get_piece(c->f->odb, &item->id, item->size, &b,
				      err);
		dv_buf_release(&b);
		return rc;
	}
	rc = dv_odb_find(c->f->odb, &item->id, 0, &found, err);
	if (!rc)
		return dv_odb_missing(&item->id, err);
	return rc < 0 ? rc : 0;
}

static int check_items(struct fsck *f, const struct dv_odb_found *found,
		       struct dv_err *err)
{
	struct chunks c = { .f = f };
	int rc;

	dv_idmap_init(&c.seen, f->odb->algo);
	rc = dv_odb_each_item(f->odb, found, check_item, &c, err);
	dv_idmap_release(&c.seen);
	return rc;
}

struct large {
	struct fsck *f;
	const struct dv_digest *id;
};

static int check_copy(void *arg, const struct dv_odb_found *found,
		      struct dv_err *err)
{
	struct large *l = arg;
	char text[DV_DIGEST_TEXT];

	if (found->o.type != DV_PACK_RECIPE)
		return 0;
	if (l->f->full)
		return read_copy(l->f, found, l->id, err);
	if (check_items(l->f, found, err) < 0)
		return dv_err_prefix(err, "object %s",
				     dv_digest_format(text, l->id));
	return 0;
}

/* A large object is whole in one copy at least, of it and of its chunks. */
static int check_large(void *arg, const struct dv_digest *id,
		       uint64_t size, enum dv_odb_kind kind)
{
	struct large l = { arg, id };
	struct dv_err err = DV_ERR_INIT;

	(void)kind;
	if (size >= DV_ODB_LARGE &&
	    dv_odb_each_copy(l.f->odb, id, check_copy, &l, &err) < 0)
		fault(l.f, err.msg);
	return 0;
}

/* ------------------------------------------------------------------------ */

int64_t dv_odb_fsck(struct dv_odb *odb, bool full, dv_odb_fault_fn *fn,
		    void *arg, struct dv_progress *p, struct dv_err *err)
{
	struct fsck f = { .odb = odb, .full = full, .fn = fn, .arg = arg,
			  .progress = p };
	struct dv_strlist packs = DV_STRLIST_INIT;
	struct dv_odb_stats stats = { 0, 0, 0 };
	const struct dv_packlist *l;
	int rc;

	dv_idmap_init(&f.damaged, odb->algo);
	rc = list_packs(odb, &packs, err);
	if (!rc)
		rc = dv_odb_stats(odb, &stats, err);
	dv_progress_phase(p, "checking packs", 0, stats.bytes);
	for (size_t i = 0; !rc && i < packs.n; i++)
		rc = check_pack(&f, packs.v[i], err);
	if (!rc)
		rc = dv_packset_list(odb->packs, &l, err);
	/* With packs that cannot be read each object would be told again. */
	if (!rc && !l->bad.code) {
		dv_progress_phase(p, "checking large objects", 0, 0);
		rc = dv_odb_each(odb, check_large, &f, err);
		/* Told of already, with the index that it is in. */
		if (rc == -DV_E_FORMAT && f.faults)
			rc = 0;
	}
	dv_strlist_release(&packs);
	dv_idmap_release(&f.damaged);
	return rc < 0 ? rc : f.faults;
}
