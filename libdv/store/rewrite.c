/* SPDX-License-Identifier: MIT */
#include "store/rewrite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "store/packkeep.h"

void dv_rewrite_init(struct dv_rewrite *w, struct dv_odb *odb)
{
	*w = (struct dv_rewrite){ .odb = odb };
	dv_idmap_init(&w->needed, odb->algo);
	dv_idmap_init(&w->walked, odb->algo);
	dv_idmap_init(&w->done, odb->algo);
	dv_idmap_init(&w->lost, odb->algo);
	pthread_mutex_init(&w->lock, NULL);
}

void dv_rewrite_restart(struct dv_rewrite *w)
{
	for (int i = 0; i < 2; i++) {
		dv_packwriter_free(w->writers[i]);
		w->writers[i] = NULL;
	}
	dv_idmap_release(&w->done);
	dv_idmap_release(&w->lost);
	w->n = 0;
}

void dv_rewrite_release(struct dv_rewrite *w)
{
	dv_rewrite_restart(w);
	dv_idmap_release(&w->needed);
	dv_idmap_release(&w->walked);
	pthread_mutex_destroy(&w->lock);
	free(w->damaged);
	free(w->v);
}

void dv_rewrite_add(struct dv_rewrite *w, struct dv_packfile *pack)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->v[i] == pack)
			return;
	dv_grow(&w->v, &w->cap, w->n + 1, sizeof(*w->v));
	w->v[w->n++] = pack;
}

bool dv_rewrite_may(const struct dv_packfile *pack)
{
	return !dv_packkeep_is_held(pack->base);
}

bool dv_rewrite_is_damaged(const struct dv_rewrite *w,
			   const struct dv_packfile *pack)
{
	for (size_t i = 0; i < w->n_damaged; i++)
		if (w->damaged[i] == pack)
			return true;
	return false;
}

/* --- what stays --------------------------------------------------------- */

bool dv_rewrite_stays(const struct dv_rewrite *w, const struct dv_digest *id)
{
	return !w->keep || dv_idmap_get(&w->needed, id, NULL) ||
	       w->keep(w->arg, id);
}

bool dv_rewrite_stays_all(const struct dv_rewrite *w,
			  const struct dv_packfile *pack)
{
	for (uint32_t i = 0; w->keep && i < pack->idx.n; i++) {
		struct dv_digest id;

		dv_packidx_id(&pack->idx, i, &id);
		if (!dv_rewrite_stays(w, &id))
			return false;
	}
	return true;
}

static int need(void *arg, const struct dv_recipe_item *item, bool is_part,
		struct dv_err *err)
{
	struct dv_rewrite *w = arg;

	(void)is_part;
	(void)err;
	return !dv_idmap_add(&w->needed, &item->id, 0);
}

static int collect_pack(struct dv_rewrite *w, struct dv_packfile *pack,
			struct dv_err *err)
{
	bool kept = !dv_rewrite_may(pack);
	int rc = dv_packfile_check(pack, err);

	if (rc < 0)
		return rc;
	if (kept && pack->idx.kind == DV_PACK_META)
		dv_rewrite_need_kept(w, pack);
	for (uint32_t i = 0; i < pack->idx.n; i++) {
		struct dv_odb_found f = { .ref = { pack, i } };
		struct dv_digest id;

		rc = dv_packidx_object(&pack->idx, i, &f.o, err);
		if (rc < 0)
			return dv_packfile_blame(pack, err);
		if (f.o.type != DV_PACK_RECIPE)
			continue;
		dv_packidx_id(&pack->idx, i, &id);
		if (!kept && !w->keep(w->arg, &id))
			continue;
		rc = dv_odb_each_item(w->odb, &f, need, w, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int dv_rewrite_collect(struct dv_rewrite *w, struct dv_err *err)
{
	const struct dv_packlist *l;
	int rc;

	if (!w->keep)
		return 0;
	dv_idmap_release(&w->needed);
	dv_idmap_release(&w->walked);
	rc = dv_packset_list(w->odb->packs, &l, err);
	for (size_t k = 0; !rc && k < l->n; k++)
		rc = collect_pack(w, l->v[k], err);
	return rc;
}

int dv_rewrite_count(struct dv_rewrite *w, struct dv_err *err)
{
	w->dropped = w->dropped_bytes = 0;
	for (size_t k = 0; w->keep && k < w->n; k++) {
		const struct dv_packidx *x = &w->v[k]->idx;

		for (uint32_t i = 0; i < x->n; i++) {
			struct dv_pack_object o;
			struct dv_digest id;

			dv_packidx_id(x, i, &id);
			if (dv_rewrite_stays(w, &id))
				continue;
			if (dv_packidx_object(x, i, &o, err) < 0)
				return dv_packfile_blame(w->v[k], err);
			w->dropped++;
			w->dropped_bytes += o.length;
		}
	}
	return 0;
}

/* --- the end ------------------------------------------------------------ */

int dv_rewrite_settle(struct dv_rewrite *w, struct dv_err *err)
{
	int rc = 0;

	for (int i = 0; i < 2 && !rc; i++)
		if (w->writers[i])
			rc = dv_packwriter_settle(w->writers[i], err);
	return rc;
}

/* It may be gone: somebody else took it away just now. */
static int take_away(const struct dv_rewrite *w, const char *base,
		     const char *end, bool trash, struct dv_err *err)
{
	char *from = dv_asprintf("%s%s", base, end);
	char *to = dv_asprintf("%s%s%s", w->odb->trash_dir,
			       strrchr(base, '/'), end);
	int rc = 0;

	/* The time says since when it is there. */
	if (trash) {
		utimensat(AT_FDCWD, from, NULL, 0);
		rc = rename(from, to);
	} else {
		rc = unlink(from);
	}
	if (rc && errno != ENOENT)
		rc = dv_err_sys(err, "cannot remove '%s'", from);
	else
		rc = 0;
	free(from);
	free(to);
	return rc;
}

/* The index goes first: without one a pack is found all the same. */
static int retire(const struct dv_rewrite *w, const struct dv_packfile *pack,
		  struct dv_err *err)
{
	bool trash = (!w->discard && !dv_rewrite_stays_all(w, pack)) ||
		     dv_rewrite_is_damaged(w, pack);
	int fd, rc = dv_packkeep_seize(pack->base, &fd, err);

	if (rc <= 0)
		return rc;
	rc = take_away(w, pack->base, ".idx", trash, err);
	if (!rc)
		rc = take_away(w, pack->base, ".pack", trash, err);
	dv_packkeep_let_go(pack->base, fd);
	return rc;
}

static bool is_named(const struct dv_packfile *pack,
		     const struct dv_digest *id)
{
	char hex[DV_DIGEST_TEXT];

	return dv_digest_isset(id) &&
	       !strcmp(strrchr(pack->base, '/') + 1, dv_digest_hex(hex, id));
}

int dv_rewrite_publish(struct dv_rewrite *w, struct dv_err *err)
{
	struct dv_digest ids[2] = { { .algo = 0 }, { .algo = 0 } };
	int rc = 0;

	for (int i = 0; i < 2; i++) {
		if (w->writers[i])
			rc = dv_packwriter_publish(w->writers[i], &ids[i],
						   err);
		if (rc < 0)
			return rc;
	}
	for (size_t k = 0; k < w->n; k++) {
		/* What was written anew may be what was there. */
		if (is_named(w->v[k], &ids[0]) || is_named(w->v[k], &ids[1]))
			continue;
		rc = retire(w, w->v[k], err);
		if (rc < 0)
			return rc;
	}
	rc = dv_packset_refresh(w->odb->packs, err);
	return rc < 0 ? rc : 0;
}
