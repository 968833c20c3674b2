/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "remote/answer.h"
#include "remote/rget-parts.h"
#include "remote/rkey.h"

/*
 * An index of which only what a look-up touches is fetched, into a file
 * that has nothing in between, at its place: so it is read as any other
 * one, by what checks all it uses.  It cannot be compared with its name;
 * that what it leads to is the object, the object's digest decides.
 */
struct dv_rget_sparse {
	struct dv_rget_reader *r;
	char *file;
	struct dv_map map;
	struct dv_packidx x;
	bool opened, bad;
	struct dv_answer answer;
};

/* Packs that are looked into at once. */
#define WAVE DV_CONN_REQUESTS
/* Indexes are fetched whole where that is no more, or a part of the file. */
#define WHOLE_MIN (1u << 20)
#define WHOLE_PART 4

void dv_rget_lookup_release(struct dv_rget_reader *r)
{
	for (uint32_t i = 0; i < r->sparse_n; i++) {
		struct dv_rget_sparse *s = &r->sparse[i];

		dv_map_release(&s->map);
		if (s->file)
			unlink(s->file);
		free(s->file);
	}
	free(r->sparse);
	dv_rpacks_free(r->packs);
}

/* --- one index --------------------------------------------------------------- */

static void ask(struct dv_rget_sparse *s, uint32_t pack, uint64_t off,
		uint64_t n)
{
	struct dv_rget_reader *r = s->r;
	struct dv_buf key = DV_BUF_INIT;

	dv_rkey_pack(&key, &dv_rpacks_get(r->packs, pack)->info.id, ".idx");
	s->answer = (struct dv_answer)DV_ANSWER_INIT;
	dv_transport_get(r->c->t, key.data, off, n, s->file, off,
			 dv_answer_take, &s->answer);
	dv_buf_release(&key);
}

/* 1 when all n bytes have come, 0 where the index is of no use. */
static int answered(struct dv_rget_sparse *s, uint64_t n, struct dv_err *err)
{
	struct dv_err why = DV_ERR_INIT;
	int rc = dv_answer_wait(s->r->c->t, &s->answer, &why);

	if (rc < 0 && s->answer.class != DV_WIRE_MISSING) {
		*err = why;
		return rc;
	}
	s->bad = rc < 0 || s->answer.count != n;
	return !s->bad;
}

static int begin(struct dv_rget_reader *r, uint32_t pack, struct dv_err *err)
{
	uint64_t size = dv_rpacks_get(r->packs, pack)->info.idx_size;
	const char *tmp = dv_rcache_tmp(r->c->cache, err);
	struct dv_rget_sparse *s = &r->sparse[pack];
	int fd, rc;

	s->r = r;
	if (size < DV_PACKIDX_HEAD || size > DV_RPACKS_IDX_MAX) {
		s->bad = true;
		return 0;
	}
	rc = tmp ? dv_tmpfile(&fd, &s->file, tmp, err) : -err->code;
	if (rc < 0)
		return rc;
	if (ftruncate(fd, (off_t)size))
		rc = dv_err_sys(err, "cannot write '%s'", s->file);
	if (close(fd) && !rc)
		rc = dv_err_sys(err, "cannot write '%s'", s->file);
	if (!rc)
		ask(s, pack, 0, DV_PACKIDX_HEAD);
	return rc;
}

static int end_begin(struct dv_rget_reader *r, uint32_t pack,
		     struct dv_err *err)
{
	struct dv_rget_sparse *s = &r->sparse[pack];
	struct dv_err why = DV_ERR_INIT;
	int rc;

	if (s->bad)
		return 0;
	rc = answered(s, DV_PACKIDX_HEAD, err);
	if (rc <= 0)
		return rc;
	rc = dv_map_open(&s->map, AT_FDCWD, s->file, err);
	if (rc < 0)
		return rc;
	s->opened = true;
	s->bad = dv_packidx_open(&s->x, s->map.data, s->map.len, &why) < 0 ||
		 s->x.algo != r->c->algo;
	return 0;
}

/* --- a wave of them ------------------------------------------------------------ */

struct wave {
	uint32_t packs[WAVE];
	uint32_t n;
};

static int open_wave(struct dv_rget_reader *r, const struct wave *w,
		     struct dv_err *err)
{
	bool begun[WAVE] = { false };
	int rc = 0;

	for (uint32_t i = 0; !rc && i < w->n; i++) {
		const struct dv_rget_sparse *s = &r->sparse[w->packs[i]];

		if (s->opened || s->bad)
			continue;
		rc = begin(r, w->packs[i], err);
		begun[i] = !rc;
	}
	/* Each is waited for, whatever became of the others. */
	for (uint32_t i = 0; i < w->n; i++) {
		int one = begun[i] ? end_begin(r, w->packs[i], err) : 0;

		if (one < 0)
			rc = one;
	}
	return rc;
}

/* The ids that begin as id: 1 and its place where one of them is it. */
static int search_wave(struct dv_rget_reader *r, const struct wave *w,
		       const struct dv_digest *id, uint32_t *pack,
		       uint32_t *at, struct dv_err *err)
{
	struct dv_packidx_range range[WAVE] = { { 0, 0 } };
	int rc = 0, found = 0;

	for (uint32_t i = 0; i < w->n; i++) {
		struct dv_rget_sparse *s = &r->sparse[w->packs[i]];

		if (s->bad)
			continue;
		range[i] = dv_packidx_ids_at(&s->x, id);
		if (range[i].n)
			ask(s, w->packs[i], range[i].off, range[i].n);
	}
	for (uint32_t i = 0; i < w->n; i++) {
		struct dv_rget_sparse *s = &r->sparse[w->packs[i]];
		int one = range[i].n ? answered(s, range[i].n, err) : 0;

		if (one < 0)
			rc = one;
		if (one <= 0 || found || !dv_packidx_find(&s->x, id, at))
			continue;
		*pack = w->packs[i];
		found = 1;
	}
	return rc < 0 ? rc : found;
}

/* What is said of place at: two more small requests. */
static int describe(struct dv_rget_reader *r, uint32_t pack, uint32_t at,
		    struct dv_rget_object *out, struct dv_err *err)
{
	struct dv_rget_sparse *s = &r->sparse[pack];
	struct dv_packidx_range range = dv_packidx_object_at(&s->x, at);
	int rc;

	ask(s, pack, range.off, range.n);
	rc = answered(s, range.n, err);
	if (rc > 0)
		rc = dv_packidx_block_at(&s->x, at, &range, err);
	if (!rc && !s->bad) {
		ask(s, pack, range.off, range.n);
		rc = answered(s, range.n, err);
		rc = rc < 0 ? rc : 0;
	}
	if (!rc && s->bad)
		rc = dv_err_set(err, DV_E_FORMAT, "it is cut short");
	if (!rc)
		rc = dv_packidx_object(&s->x, at, &out->o, err);
	if (!rc)
		rc = dv_packidx_block(&s->x, out->o.block, &out->k, err);
	return rc;
}

static int search(struct dv_rget_reader *r, const struct dv_digest *id,
		  uint32_t *pack, uint32_t *at, struct dv_err *err)
{
	uint32_t n = dv_rpacks_count(r->packs), k = 0;
	int rc = 0;

	while (!rc && k < n) {
		struct wave w = { .n = 0 };

		/* The one that had the last is asked first, alone. */
		do {
			uint32_t p = (r->hint + k) % n;
			const struct dv_rpack *x = dv_rpacks_get(r->packs, p);

			if (!x->loaded && !x->bad &&
			    x->info.kind == DV_PACK_DATA)
				w.packs[w.n++] = p;
		} while (++k < n && w.n < WAVE &&
			 !(k == 1 && r->sparse[r->hint].opened));
		rc = open_wave(r, &w, err);
		if (!rc)
			rc = search_wave(r, &w, id, pack, at, err);
	}
	return rc;
}

/* --- look-up ---------------------------------------------------------------- */

static uint64_t worth(uint64_t size)
{
	return size / WHOLE_PART > WHOLE_MIN ? size / WHOLE_PART : WHOLE_MIN;
}

static int open_packs(struct dv_rget_reader *r, uint64_t size,
		      struct dv_err *err)
{
	const unsigned data = 1u << DV_PACK_DATA;
	uint64_t sum = 0;
	int rc;

	r->packs = dv_rpacks_new(r->c);
	dv_rpacks_add_location(r->packs, &r->where->l);
	r->sparse_n = dv_rpacks_count(r->packs);
	r->sparse = dv_calloc(r->sparse_n, sizeof(*r->sparse));
	rc = dv_rpacks_load_cached(r->packs, data, NULL, NULL, err);
	for (uint32_t i = 0; i < r->sparse_n && sum <= worth(size); i++) {
		const struct dv_rpack *p = dv_rpacks_get(r->packs, i);

		if (!p->loaded && p->info.kind == DV_PACK_DATA)
			sum += p->info.idx_size;
	}
	if (!rc && sum <= worth(size))
		rc = dv_rpacks_load(r->packs, data, NULL, NULL, err);
	return rc;
}

static int take_loaded(struct dv_rget_reader *r, const struct dv_rplace *at,
		       struct dv_location_pack *info,
		       struct dv_rget_object *out, struct dv_err *err)
{
	const struct dv_rget_source s = { .packs = r->packs };
	const struct dv_rget_item it = { .pack = at->pack, .ref = at->i };
	int rc = dv_rget_describe(&s, &it, out, err);

	dv_rget_pack(&s, at->pack, info);
	return rc < 0 ? rc : 1;
}

int dv_rget_lookup(struct dv_rget_reader *r, const struct dv_digest *id,
		   uint64_t size, struct dv_location_pack *info,
		   struct dv_rget_object *out, struct dv_err *err)
{
	char hex[DV_DIGEST_TEXT];
	struct dv_rplace place;
	uint32_t pack, at;
	int rc = r->packs ? 0 : open_packs(r, size, err);

	if (rc < 0)
		return rc;
	if (dv_rpacks_find(r->packs, id, false, &place))
		return take_loaded(r, &place, info, out, err);
	rc = search(r, id, &pack, &at, err);
	if (rc <= 0)
		return rc;
	r->hint = pack;
	*info = dv_rpacks_get(r->packs, pack)->info;
	out->id = *id;
	rc = describe(r, pack, at, out, err);
	if (rc < 0)
		return dv_err_prefix(err, "remote '%s': index of pack %s",
				     r->c->name,
				     dv_digest_hex(hex, &info->id));
	/* Other chunks will lie there too. */
	if (size >= DV_ODB_LARGE && info->idx_size <= worth(size)) {
		rc = dv_rpacks_load_one(r->packs, pack, NULL, NULL, err);
		if (rc < 0)
			return rc;
	}
	return 1;
}
