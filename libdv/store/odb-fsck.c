/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hex.h"
#include "store/odb-parts.h"
#include "store/packcheck.h"

struct fsck {
	struct dv_odb *odb;
	bool full;
	dv_odb_fault_fn *fn;
	void *arg;
	struct dv_progress *progress;
	int64_t faults;
};

static void fault(struct fsck *f, const char *sentence)
{
	f->faults++;
	f->fn(f->arg, sentence);
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
	n = dv_packcheck(base, flags, f->fn, f->arg, f->progress, err);
	if (n >= 0) {
		f->faults += n;
		return 0;
	}
	if (n == -DV_E_MISSING && is_gone(f, base))
		return 0;
	fault(f, err->msg);
	return 0;
}

/* What the recipe lists is here, and together has the digest. */
static int check_recipe(void *arg, const struct dv_digest *id,
			uint64_t size, enum dv_odb_kind kind)
{
	struct fsck *f = arg;
	struct dv_odb_reader *r = NULL;
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf b = DV_BUF_INIT;
	struct dv_hasher *h = NULL;
	struct dv_odb_found found;
	struct dv_digest is;
	int rc;

	(void)size;
	(void)kind;
	rc = dv_odb_find(f->odb, id, 0, &found, &err);
	if (rc <= 0 || found.o.type != DV_PACK_RECIPE)
		return 0;
	h = dv_hasher_new(id->algo);
	rc = dv_odb_reader_open(&r, f->odb, &found, id, &err);
	while (!rc && (rc = dv_odb_reader_next(r, &b, &err)) > 0) {
		dv_hasher_update(h, b.data, b.len);
		dv_progress_add(f->progress, 0, b.len);
		dv_buf_reset(&b);
		rc = 0;
	}
	if (!rc) {
		dv_hasher_final(h, &is);
		if (!dv_digest_eq(&is, id))
			rc = dv_odb_damaged(id, &err);
	}
	if (rc < 0)
		fault(f, err.msg);
	dv_odb_reader_close(r);
	dv_hasher_free(h);
	dv_buf_release(&b);
	return 0;
}

int64_t dv_odb_fsck(struct dv_odb *odb, bool full, dv_odb_fault_fn *fn,
		    void *arg, struct dv_progress *p, struct dv_err *err)
{
	struct fsck f = { odb, full, fn, arg, p, 0 };
	struct dv_strlist packs = DV_STRLIST_INIT;
	struct dv_odb_stats stats = { 0, 0, 0 };
	int rc;

	rc = list_packs(odb, &packs, err);
	if (!rc)
		rc = dv_odb_stats(odb, &stats, err);
	dv_progress_phase(p, "checking packs", 0, stats.bytes);
	for (size_t i = 0; !rc && i < packs.n; i++)
		rc = check_pack(&f, packs.v[i], err);
	/* With packs that cannot be read each object would be told again. */
	if (!rc && full && !f.faults) {
		dv_progress_phase(p, "checking large objects", 0, 0);
		rc = dv_odb_each(odb, check_recipe, &f, err);
	}
	dv_strlist_release(&packs);
	return rc < 0 ? rc : f.faults;
}
