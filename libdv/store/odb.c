/* SPDX-License-Identifier: MIT */
#include "store/odb.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/file.h"
#include "store/odb-parts.h"

#define LOCK_TIMEOUT 60000	/* ms */

int dv_odb_open(struct dv_odb **out, const char *dir, enum dv_algo algo,
		struct dv_err *err)
{
	struct dv_odb *odb;
	struct stat st;

	if (stat(dir, &st))
		return dv_err_sys(err, "cannot open store '%s'", dir);
	if (!S_ISDIR(st.st_mode))
		return dv_err_set(err, DV_E_INVALID,
				  "store '%s' is not a directory", dir);

	odb = dv_calloc(1, sizeof(*odb));
	odb->dir = dv_strdup(dir);
	odb->packs_dir = dv_asprintf("%s/packs", dir);
	odb->tmp_dir = dv_asprintf("%s/tmp", dir);
	odb->trash_dir = dv_asprintf("%s/trash", dir);
	odb->gc_lock = dv_asprintf("%s/gc.lock", dir);
	odb->repack_lock = dv_asprintf("%s/repack.lock", dir);
	odb->algo = algo;
	odb->lock_timeout = LOCK_TIMEOUT;
	odb->packs = dv_packset_open(odb->packs_dir, algo);
	odb->cache = dv_blockcache_new();
	*out = odb;
	return 0;
}

void dv_odb_close(struct dv_odb *odb)
{
	if (!odb)
		return;
	dv_blockcache_free(odb->cache);
	dv_packset_close(odb->packs);
	free(odb->repack_lock);
	free(odb->gc_lock);
	free(odb->trash_dir);
	free(odb->tmp_dir);
	free(odb->packs_dir);
	free(odb->dir);
	free(odb);
}

enum dv_algo dv_odb_algo(const struct dv_odb *odb)
{
	return odb->algo;
}

void dv_odb_set_level(struct dv_odb *odb, int level)
{
	odb->level = level;
}

void dv_odb_set_lock_timeout(struct dv_odb *odb, int ms)
{
	odb->lock_timeout = ms;
}

const char *dv_odb_damage(const struct dv_odb *odb)
{
	return odb->damage.code ? odb->damage.msg : NULL;
}

/* A directory that is new must be as safe as what will be put into it. */
int dv_odb_mkdirs(struct dv_odb *odb, struct dv_err *err)
{
	const char *dirs[] = { odb->packs_dir, odb->tmp_dir, odb->trash_dir };
	bool made = false;

	for (size_t i = 0; i < sizeof(dirs) / sizeof(*dirs); i++) {
		if (mkdir(dirs[i], 0777)) {
			if (errno == EEXIST)
				continue;
			return dv_err_sys(err, "cannot make '%s'", dirs[i]);
		}
		dv_share(AT_FDCWD, dirs[i]);
		made = true;
	}
	return made ? dv_fsync_dir(AT_FDCWD, odb->dir, err) : 0;
}

int dv_odb_stat(struct dv_odb *odb, const struct dv_digest *id,
		uint64_t *size, struct dv_err *err)
{
	struct dv_odb_found f;
	int rc = dv_odb_find(odb, id, 0, &f, err);

	if (rc > 0 && size)
		*size = f.o.size;
	return rc;
}

int dv_odb_gone(struct dv_odb *odb, uint64_t *out, struct dv_err *err)
{
	int rc = dv_packset_refresh(odb->packs, err);

	if (rc >= 0)
		*out = dv_packset_gone(odb->packs);
	return rc < 0 ? rc : 0;
}

int dv_odb_each(struct dv_odb *odb, dv_odb_each_fn *fn, void *arg,
		struct dv_err *err)
{
	const struct dv_packlist *l;
	int rc = dv_packset_refresh(odb->packs, err);

	if (rc >= 0)
		rc = dv_packset_list(odb->packs, &l, err);
	if (rc < 0)
		return rc;
	if (l->bad.code) {
		*err = l->bad;
		return -err->code;
	}

	for (size_t k = 0; k < l->n; k++) {
		const struct dv_packidx *x = &l->v[k]->idx;
		enum dv_odb_kind kind = x->kind == DV_PACK_META ?
					DV_ODB_META : DV_ODB_DATA;

		for (uint32_t i = 0; i < x->n; i++) {
			struct dv_pack_object o;
			struct dv_digest id;
			uint32_t at;
			size_t j = 0;

			dv_packidx_id(x, i, &id);
			while (j < k && !dv_packidx_find(&l->v[j]->idx, &id,
							 &at))
				j++;
			if (j < k)
				continue;	/* told already */
			rc = dv_packidx_object(x, i, &o, err);
			if (rc < 0)
				return dv_packfile_blame(l->v[k], err);
			rc = fn(arg, &id, o.size, kind);
			if (rc)
				return rc;
		}
	}
	return 0;
}

int dv_odb_stats(struct dv_odb *odb, struct dv_odb_stats *out,
		 struct dv_err *err)
{
	struct dv_odb_stats sum = { 0, 0, 0 };
	const struct dv_packlist *l;
	int rc = dv_packset_refresh(odb->packs, err);

	if (rc >= 0)
		rc = dv_packset_list(odb->packs, &l, err);
	if (rc < 0)
		return rc;
	for (size_t k = 0; k < l->n; k++) {
		sum.packs++;
		sum.objects += l->v[k]->idx.n;
		sum.bytes += dv_packfile_size(l->v[k]) + l->v[k]->idx.len;
	}
	*out = sum;
	return 0;
}
