/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "format/pack.h"
#include "remote/rkey.h"
#include "remote/rpacks-parts.h"

/* Bytes of one request: a large index comes in several at once. */
#define RANGE (8u << 20)

struct load {
	struct dv_rpacks *s;
	dv_rpacks_bad_fn *bad;
	void *arg;
	bool quiet;		/* it is tried once more */
	int rc;			/* what ends it all */
	struct dv_err err;
};

/* An index on its way. */
struct job {
	struct load *l;
	uint32_t pack;
	unsigned pending;	/* requests */
	bool done;		/* for better or worse */
	char *file;
};

static void tell(struct load *l, uint32_t i, const char *why)
{
	char hex[DV_DIGEST_TEXT];
	char *sentence;

	if (l->quiet)
		return;
	dv_rpacks_set_bad(l->s, i);
	if (!l->bad)
		return;
	sentence = dv_asprintf("remote '%s': index of pack %s: %s",
			       l->s->conn->name,
			       dv_digest_hex(hex, &l->s->v[i].info.id), why);
	l->bad(l->arg, sentence);
	free(sentence);
}

/* The index is sound: is it what the location record says? */
static const char *compare(const struct dv_rpack *p)
{
	const struct dv_location_pack *info = &p->info;

	if (p->idx.kind != info->kind)
		return "it is of another kind than its location record says";
	if (p->idx.len != info->idx_size ||
	    p->idx.end + p->idx.len + DV_PACK_TRAILER != info->size)
		return "it is of another size than its location record says";
	return NULL;
}

/* From the cache: 1, or 0 where it is not there. */
static int take(struct load *l, uint32_t i, struct dv_err *err)
{
	struct dv_rpack *p = &l->s->v[i];
	const char *why;
	int rc = dv_rcache_get_idx(l->s->conn->cache, &p->info.id, &p->map,
				   &p->idx, err);

	if (rc <= 0)
		return rc;
	why = compare(p);
	if (why) {
		dv_map_release(&p->map);
		tell(l, i, why);
		return 1;
	}
	rc = dv_rpacks_set_loaded(l->s, i, err);
	return rc < 0 ? rc : 1;
}

static void fail(struct load *l, const struct dv_err *err)
{
	if (l->rc)
		return;
	l->rc = -err->code;
	l->err = *err;
}

/* All of it has come. */
static void arrived(struct job *j)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_rpacks *s = j->l->s;
	int rc = dv_rcache_put_idx(s->conn->cache, &s->v[j->pack].info.id,
				   j->file, &err);

	if (rc == -DV_E_DIGEST || rc == -DV_E_FORMAT ||
	    rc == -DV_E_UNSUPPORTED) {
		tell(j->l, j->pack, err.msg);
		return;
	}
	if (!rc)
		rc = take(j->l, j->pack, &err);
	if (!rc)
		rc = dv_err_set(&err, DV_E_MISSING, "cannot keep an index of "
				"remote '%s' in the cache", s->conn->name);
	if (rc < 0)
		fail(j->l, &err);
}

static void answered(struct job *j, const struct dv_transport_result *r)
{
	if (r->class == DV_WIRE_MISSING) {
		tell(j->l, j->pack, "it is not there");
		j->done = true;
	} else if (r->class != DV_WIRE_OK) {
		fail(j->l, r->err);
		j->done = true;
	} else if (!j->pending) {
		arrived(j);
	}
}

/* What is cut short does not hash to its name. */
static void got(void *arg, const struct dv_transport_result *r)
{
	struct job *j = arg;

	j->pending--;
	if (!j->done && !j->l->rc)
		answered(j, r);
	if (j->pending)
		return;
	unlink(j->file);
	free(j->file);
	free(j);
}

static int fetch(struct load *l, uint32_t i, struct dv_err *err)
{
	struct dv_conn *c = l->s->conn;
	const struct dv_location_pack *info = &l->s->v[i].info;
	const char *tmp = dv_rcache_tmp(c->cache, err);
	struct dv_buf key = DV_BUF_INIT;
	struct job *j;
	char *file;
	int fd, rc;

	if (!tmp)
		return -err->code;
	rc = dv_tmpfile(&fd, &file, tmp, err);
	if (rc < 0)
		return rc;
	close(fd);
	j = dv_calloc(1, sizeof(*j));
	*j = (struct job){ .l = l, .pack = i, .file = file };
	dv_rkey_pack(&key, &info->id, ".idx");
	j->pending = (unsigned)((info->idx_size + RANGE - 1) / RANGE);
	for (uint64_t at = 0; at < info->idx_size; at += RANGE) {
		uint64_t n = info->idx_size - at;

		dv_transport_get(c->t, key.data, at, n < RANGE ? n : RANGE,
				 file, at, got, j);
	}
	dv_buf_release(&key);
	return 0;
}

static int load_one(struct load *l, uint32_t i, struct dv_err *err)
{
	uint64_t n = l->s->v[i].info.idx_size;
	int rc = take(l, i, err);

	if (rc)
		return rc < 0 ? rc : 0;
	if (!n || n > DV_RPACKS_IDX_MAX) {
		tell(l, i, "its location record gives it an absurd size");
		return 0;
	}
	rc = dv_transport_wait(l->s->conn->t, DV_CONN_REQUESTS, err);
	return rc < 0 ? rc : fetch(l, i, err);
}

static bool is_open(const struct dv_rpacks *s, uint32_t i, unsigned kinds)
{
	const struct dv_rpack *p = &s->v[i];

	return !p->loaded && !p->bad && kinds & 1u << p->info.kind;
}

/* Callbacks know of l: none may be left. */
static int finish(struct load *l, int rc, struct dv_err *err)
{
	struct dv_transport *t = l->s->conn->t;
	struct dv_err ignored = DV_ERR_INIT;

	if (rc < 0)
		while (dv_transport_in_flight(t) &&
		       dv_transport_wait(t, 1, &ignored) >= 0)
			;
	else
		rc = dv_transport_wait(t, 1, err);
	if (l->rc < 0) {
		*err = l->err;
		return l->rc;
	}
	return rc < 0 ? rc : 0;
}

int dv_rpacks_load(struct dv_rpacks *s, unsigned kinds,
		   dv_rpacks_bad_fn *bad, void *arg, struct dv_err *err)
{
	struct load l = { .s = s, .bad = bad, .arg = arg };
	int rc = 0;

	for (uint32_t i = 0; !rc && !l.rc && i < s->n; i++)
		if (is_open(s, i, kinds))
			rc = load_one(&l, i, err);
	return finish(&l, rc, err);
}

int dv_rpacks_try_load(struct dv_rpacks *s, unsigned kinds,
		       struct dv_err *err)
{
	struct load l = { .s = s, .quiet = true };
	int rc = 0;

	for (uint32_t i = 0; !rc && !l.rc && i < s->n; i++)
		if (is_open(s, i, kinds))
			rc = load_one(&l, i, err);
	return finish(&l, rc, err);
}

int dv_rpacks_load_cached(struct dv_rpacks *s, unsigned kinds,
			  dv_rpacks_bad_fn *bad, void *arg,
			  struct dv_err *err)
{
	struct load l = { .s = s, .bad = bad, .arg = arg };
	int rc = 0;

	for (uint32_t i = 0; rc >= 0 && i < s->n; i++)
		if (is_open(s, i, kinds))
			rc = take(&l, i, err);
	return rc < 0 ? rc : 0;
}

int dv_rpacks_load_one(struct dv_rpacks *s, uint32_t i, dv_rpacks_bad_fn *bad,
		       void *arg, struct dv_err *err)
{
	struct load l = { .s = s, .bad = bad, .arg = arg };

	if (s->v[i].loaded || s->v[i].bad)
		return 0;
	return finish(&l, load_one(&l, i, err), err);
}
