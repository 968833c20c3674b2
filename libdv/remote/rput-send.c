/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "remote/rkey.h"
#include "remote/rput-parts.h"
#include "store/odb-transfer.h"

#define FLYING 2		/* packs on their way at once */
#define OBJECTS_MAX (1u << 18)	/* of a pack */

/* All packs that are on their way, and what became of them. */
struct sending {
	struct dv_rput *r;
	const char *tmp;
	unsigned flying;
	struct dv_location_pack *done;
	size_t n, cap;
	struct dv_err failed;		/* the first; code 0: none */
};

/* One of them. */
struct upload {
	struct sending *s;
	struct dv_location_pack info;
	char *pack, *idx;		/* files */
	uint64_t objects;
};

static void fail(struct sending *s, const struct dv_err *err)
{
	if (!s->failed.code)
		s->failed = *err;
}

static int check(const struct sending *s, struct dv_err *err)
{
	if (!s->failed.code)
		return 0;
	*err = s->failed;
	return -err->code;
}

/* --- one pack ------------------------------------------------------------- */

static void upload_free(struct upload *u)
{
	unlink(u->pack);
	unlink(u->idx);
	free(u->pack);
	free(u->idx);
	free(u);
}

static void landed(struct upload *u)
{
	struct dv_rput *r = u->s->r;
	struct dv_err err = DV_ERR_INIT;

	/* Where the cache does not take it, it is fetched when needed. */
	dv_rcache_put_idx(r->c->cache, &u->info.id, u->idx, &err);
	if (dv_rcache_journal_add(r->c->cache, &u->info.id, &err) < 0) {
		fail(u->s, &err);
		return;
	}
	dv_grow(&u->s->done, &u->s->cap, u->s->n + 1, sizeof(*u->s->done));
	u->s->done[u->s->n++] = u->info;
	r->stats->packs++;
	r->stats->objects += u->objects;
	r->stats->wire += u->info.size + u->info.idx_size;
	dv_progress_add(r->progress, u->objects, 0);
}

static void idx_answered(void *arg, const struct dv_transport_result *res)
{
	struct upload *u = arg;
	struct sending *s = u->s;

	if (res->class == DV_WIRE_OK)
		landed(u);
	else
		fail(s, res->err);
	s->flying--;
	upload_free(u);
}

static void pack_answered(void *arg, const struct dv_transport_result *res)
{
	struct upload *u = arg;
	struct dv_buf key = DV_BUF_INIT;

	if (res->class != DV_WIRE_OK) {
		fail(u->s, res->err);
		u->s->flying--;
		upload_free(u);
		return;
	}
	unlink(u->pack);
	dv_transport_put(u->s->r->c->t, dv_rkey_pack(&key, &u->info.id, ".idx"),
			 u->idx, 0, u->info.idx_size, false, idx_answered, u);
	dv_buf_release(&key);
}

static void upload_begin(struct upload *u)
{
	struct dv_buf key = DV_BUF_INIT;

	u->s->flying++;
	dv_transport_put(u->s->r->c->t,
			 dv_rkey_pack(&key, &u->info.id, ".pack"), u->pack, 0,
			 u->info.size, false, pack_answered, u);
	dv_buf_release(&key);
}

/* --- making them ---------------------------------------------------------- */

static int file_size(const char *path, uint64_t *size, struct dv_err *err)
{
	struct stat st;

	if (stat(path, &st))
		return dv_err_sys(err, "cannot stat '%s'", path);
	*size = (uint64_t)st.st_size;
	return 0;
}

/* The pack called id, in tmp, as an upload. */
static int upload_new(struct upload **out, struct sending *s,
		      const struct dv_digest *id, enum dv_odb_kind kind,
		      uint64_t objects, struct dv_err *err)
{
	struct upload *u = dv_calloc(1, sizeof(*u));
	char hex[DV_DIGEST_TEXT];
	int rc;

	dv_digest_hex(hex, id);
	u->s = s;
	u->objects = objects;
	u->pack = dv_asprintf("%s/%s.pack", s->tmp, hex);
	u->idx = dv_asprintf("%s/%s.idx", s->tmp, hex);
	u->info.id = *id;
	u->info.kind = kind == DV_ODB_META ? DV_PACK_META : DV_PACK_DATA;
	rc = file_size(u->pack, &u->info.size, err);
	if (!rc)
		rc = file_size(u->idx, &u->info.idx_size, err);
	if (rc < 0) {
		upload_free(u);
		return rc;
	}
	*out = u;
	return 0;
}

/* A gc that has begun may delete what has that name; or it is damaged. */
static bool is_spoilt(struct dv_rpacks *s, const struct dv_location_pack *info)
{
	const struct dv_rpack *p = dv_rpacks_get(s, dv_rpacks_add(s, info));

	return p->doomed || p->bad;
}

/* Make a pack of the n objects at ids, of bytes as they are kept here. */
static int make_pack(struct sending *s, const struct dv_digest *ids, size_t n,
		     enum dv_odb_kind kind, uint64_t bytes, bool salt,
		     struct dv_err *err)
{
	struct dv_rput *r = s->r;
	struct dv_digest name;
	struct upload *u;
	int rc;

	rc = dv_odb_pack_only(r->odb, ids, n, kind, r->level, salt, s->tmp,
			      &name, NULL, err);
	if (rc <= 0)
		return rc;
	rc = upload_new(&u, s, &name, kind, n, err);
	if (rc < 0)
		return rc;
	if (!salt && is_spoilt(r->s, &u->info)) {
		upload_free(u);
		return make_pack(s, ids, n, kind, bytes, true, err);
	}
	r->stats->bytes += bytes;
	if (r->progress)
		r->progress->total_bytes += u->info.size + u->info.idx_size -
			bytes;
	upload_begin(u);
	return 0;
}

/* Let what is on its way go on, until fewer than below packs are. */
static int let_fly(struct sending *s, unsigned below, struct dv_err *err)
{
	int rc = dv_transport_step(s->r->c->t, 0, err);

	while (rc >= 0 && s->flying >= below && s->flying)
		rc = dv_transport_step(s->r->c->t, -1, err);
	return rc < 0 ? rc : check(s, err);
}

static int send_list(struct sending *s, enum dv_odb_kind kind,
		     struct dv_err *err)
{
	const struct dv_rput_list *l = &s->r->lists[kind];
	struct dv_digest *ids = NULL, id;
	size_t n = 0, cap = 0, at = 0;
	uint64_t sum = 0;
	uint32_t bytes;
	bool more = true;
	int rc = 0;

	while (!rc && more) {
		more = dv_rput_list_next(l, dv_odb_algo(s->r->odb), &at, &id,
					 &bytes);
		if (n && (!more || sum + bytes > DV_RPUT_PACK ||
			  n == OBJECTS_MAX)) {
			rc = make_pack(s, ids, n, kind, sum, false, err);
			if (!rc)
				rc = let_fly(s, FLYING, err);
			n = 0;
			sum = 0;
		}
		dv_grow(&ids, &cap, n + 1, sizeof(*ids));
		ids[n++] = id;
		sum += bytes;
	}
	free(ids);
	return rc;
}

/* What has landed does count, also where something else failed. */
static int load_done(struct sending *s, struct dv_err *err)
{
	if (!s->n)
		return 0;
	for (size_t i = 0; i < s->n; i++)
		dv_rpacks_add(s->r->s, &s->done[i]);
	return dv_rpacks_load(s->r->s, 1u << DV_PACK_DATA | 1u << DV_PACK_META,
			      NULL, NULL, err);
}

int dv_rput_send(struct dv_rput *r, struct dv_err *err)
{
	struct sending s = { .r = r };
	struct dv_err late = DV_ERR_INIT;
	uint64_t objects, bytes;
	int rc = 0;

	dv_rput_planned(r, &objects, &bytes);
	if (!objects)
		goto out;
	s.tmp = dv_rcache_tmp(r->c->cache, err);
	if (!s.tmp) {
		rc = -err->code;
		goto out;
	}
	dv_progress_phase(r->progress, "pushing", objects, bytes);
	dv_progress_count(r->progress, "objects");
	dv_rput_forget_seen(r);		/* it is large, and was for the plan */
	for (int kind = 0; !rc && kind < 2; kind++) {
		rc = send_list(&s, (enum dv_odb_kind)kind, err);
		dv_buf_release(&r->lists[kind].items);
	}
	/* their callbacks need s */
	if (let_fly(&s, 1, &late) < 0 && !rc) {
		*err = late;
		rc = -err->code;
	}
	if (!rc)
		rc = load_done(&s, err);
	free(s.done);
out:
	dv_rput_drop(r);
	return rc;
}
