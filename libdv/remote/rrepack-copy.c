/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "format/pack.h"
#include "remote/answer.h"
#include "remote/rblocks.h"
#include "remote/rkey.h"
#include "remote/rput.h"
#include "remote/rrepack-parts.h"
#include "store/packwriter.h"

#define OBJECTS_MAX (1u << 18)	/* of a pack */
#define SALT 16
/* A shared block of at least this much is copied as it is. */
#define FULL (DV_PACKWRITER_BLOCK / 2)

/* Packs of one kind while they are copied into new ones. */
struct copy {
	struct dv_rrepack_job *j;
	enum dv_pack_kind kind;
	const char *tmp;
	struct dv_packwriter *writer;
	struct dv_idmap done;		/* in the pack that is written */
	/* the old one that is read */
	const struct dv_rpack *from;
	const uint8_t *needed;
	uint32_t *order, *start;
	struct dv_packwriter_member *members;
	size_t members_cap;
	struct dv_buf plain;
};

/* --- new packs ------------------------------------------------------------ */

static int put_file(struct dv_conn *c, const char *key, const char *file,
		    uint64_t *size, struct dv_err *err)
{
	struct dv_answer a = DV_ANSWER_INIT;
	struct stat st;

	if (stat(file, &st))
		return dv_err_sys(err, "cannot stat '%s'", file);
	dv_transport_put(c->t, key, file, 0, (uint64_t)st.st_size, false,
			 dv_answer_take, &a);
	*size = (uint64_t)st.st_size;
	return dv_answer_wait(c->t, &a, err);
}

/* The pack, then its index, which also goes into the cache. */
static int upload(struct copy *x, const struct dv_digest *id,
		  struct dv_err *err)
{
	struct dv_conn *c = x->j->c;
	struct dv_location_pack info = { .id = *id, .kind = x->kind };
	struct dv_buf key = DV_BUF_INIT;
	char hex[DV_DIGEST_TEXT];
	char *pack, *idx;
	int rc;

	dv_digest_hex(hex, id);
	pack = dv_asprintf("%s/%s.pack", x->tmp, hex);
	idx = dv_asprintf("%s/%s.idx", x->tmp, hex);
	rc = put_file(c, dv_rkey_pack(&key, id, ".pack"), pack, &info.size,
		      err);
	if (!rc)
		rc = put_file(c, dv_rkey_pack(&key, id, ".idx"), idx,
			      &info.idx_size, err);
	if (!rc)
		rc = dv_rcache_put_idx(c->cache, id, idx, err);
	if (!rc) {
		dv_rpacks_add(x->j->fresh, &info);
		rc = dv_rpacks_load(x->j->fresh, 1u << DV_PACK_DATA |
				    1u << DV_PACK_META, NULL, NULL, err);
	}
	x->j->r->new_packs++;
	x->j->r->new_bytes += info.size + info.idx_size;
	unlink(pack);
	unlink(idx);
	free(pack);
	free(idx);
	dv_buf_release(&key);
	return rc;
}

/*
 * A pack that a gc has named may go at any time, so none of these may have
 * the name of one that was: random bytes make it a new one.
 */
static int add_salt(struct copy *x, struct dv_err *err)
{
	uint8_t salt[SALT];
	struct dv_digest id;

	if (getrandom(salt, sizeof(salt), 0) != (ssize_t)sizeof(salt))
		return dv_err_sys(err, "cannot get random bytes");
	dv_digest_of(&id, x->j->c->algo, salt, sizeof(salt));
	return dv_packwriter_add(x->writer, &id, DV_PACK_PLAIN, salt,
				 sizeof(salt), sizeof(salt), err);
}

static int finish_pack(struct copy *x, struct dv_err *err)
{
	struct dv_digest id;
	int rc;

	if (!x->done.n)
		return 0;
	rc = add_salt(x, err);
	if (!rc)
		rc = dv_packwriter_publish(x->writer, &id, err);
	if (rc > 0)
		rc = upload(x, &id, err);
	dv_idmap_release(&x->done);
	dv_idmap_init(&x->done, x->j->c->algo);
	return rc;
}

/* --- blocks --------------------------------------------------------------- */

static bool is_done(const struct copy *x, const struct dv_digest *id)
{
	struct dv_rplace ignored;

	return dv_idmap_get(&x->done, id, NULL) ||
	       dv_rpacks_find(x->j->fresh, id, false, &ignored);
}

static int cmp_members(const void *a, const void *b)
{
	const struct dv_packwriter_member *x = a, *y = b;

	return (x->o.offset > y->o.offset) - (x->o.offset < y->o.offset);
}

/* The objects of block b that are to be copied: how many, or a failure. */
static int64_t choose(struct copy *x, uint32_t b, struct dv_err *err)
{
	int64_t n = 0;
	int rc;

	for (uint32_t i = x->start[b]; i < x->start[b + 1]; i++) {
		struct dv_packwriter_member m;

		if (!x->needed[x->order[i]])
			continue;
		dv_packidx_id(&x->from->idx, x->order[i], &m.id);
		if (is_done(x, &m.id))
			continue;
		rc = dv_packidx_object(&x->from->idx, x->order[i], &m.o, err);
		if (rc < 0)
			return rc;
		dv_grow(&x->members, &x->members_cap, (size_t)n + 1,
			sizeof(*x->members));
		x->members[n++] = m;
	}
	if (n)
		qsort(x->members, (size_t)n, sizeof(*x->members), cmp_members);
	return n;
}

/* Is the block as good as one that is made anew? */
static bool as_it_is(const struct copy *x, uint32_t b,
		     const struct dv_pack_block *k, size_t n)
{
	if (n != x->start[b + 1] - x->start[b])
		return false;
	if (n > 1 ? k->plain < FULL : k->plain <= DV_PACKWRITER_SMALL)
		return false;
	return k->codec != DV_PACK_STORED || x->j->r->level <= 0 ||
	       x->kind == DV_PACK_DATA;
}

static int check_member(const struct copy *x,
			const struct dv_packwriter_member *m,
			struct dv_err *err)
{
	char text[DV_DIGEST_TEXT], hex[DV_DIGEST_TEXT];
	struct dv_digest is;

	if (m->o.type != DV_PACK_PLAIN)
		return 0;
	dv_digest_of(&is, m->id.algo, x->plain.data + m->o.offset,
		     m->o.length);
	if (dv_digest_eq(&is, &m->id))
		return 0;
	return dv_err_set(err, DV_E_DIGEST, "remote '%s': pack %s: the content "
			  "of object %s does not fit its id", x->j->c->name,
			  dv_digest_hex(hex, &x->from->info.id),
			  dv_digest_format(text, &m->id));
}

static int write_block(struct copy *x, uint32_t b,
		       const struct dv_pack_block *k, const void *stored,
		       size_t n, struct dv_err *err)
{
	int rc = 0;

	dv_buf_reset(&x->plain);
	rc = dv_pack_unblock(&x->plain, k, stored, err);
	for (size_t i = 0; !rc && i < n; i++)
		rc = check_member(x, &x->members[i], err);
	if (!rc && as_it_is(x, b, k, n))
		return dv_packwriter_block(x->writer, k, stored, x->members, n,
					   err);
	for (size_t i = 0; !rc && i < n; i++) {
		const struct dv_packwriter_member *m = &x->members[i];

		rc = dv_packwriter_add(x->writer, &m->id, m->o.type,
				       x->plain.data + m->o.offset,
				       m->o.length, m->o.size, err);
	}
	return rc;
}

static int take_block(void *arg, uint32_t b, const struct dv_pack_block *k,
		      const void *stored, const char *why, struct dv_err *err)
{
	struct copy *x = arg;
	char hex[DV_DIGEST_TEXT];
	int64_t n = choose(x, b, err);
	int rc;

	if (n <= 0)
		return (int)n;
	dv_progress_add(x->j->r->progress, 0, k->stored);
	if (why) {
		dv_err_set(err, DV_E_DIGEST, "remote '%s': pack %s: block %u: "
			   "%s", x->j->c->name,
			   dv_digest_hex(hex, &x->from->info.id), b, why);
		return dv_err_hint(err, "'dv fsck --remote=%s --verify' tells "
				   "what is lost", x->j->c->name);
	}
	rc = write_block(x, b, k, stored, (size_t)n, err);
	for (int64_t i = 0; !rc && i < n; i++)
		dv_idmap_add(&x->done, &x->members[i].id, 0);
	if (!rc && (dv_packwriter_size(x->writer) >= DV_RPUT_PACK ||
		    x->done.n >= OBJECTS_MAX))
		rc = finish_pack(x, err);
	return rc;
}

/* --- old packs ------------------------------------------------------------ */

static int copy_pack(struct copy *x, uint32_t i, struct dv_err *err)
{
	struct dv_pack_object o;
	uint8_t *want;
	int rc = 0;

	x->from = dv_rpacks_get(x->j->packs, i);
	x->needed = x->j->old[i].needed;
	want = dv_calloc((size_t)x->from->idx.m + 1, 1);
	for (uint32_t k = 0; !rc && k < x->from->idx.n; k++) {
		if (!x->needed[k])
			continue;
		rc = dv_packidx_object(&x->from->idx, k, &o, err);
		if (!rc)
			want[o.block] = 1;
	}
	dv_rblocks_sort(&x->from->idx, &x->order, &x->start);
	if (!rc)
		rc = dv_rblocks_read(x->j->c, &x->from->info.id,
				     &x->from->idx, want, take_block, x, err);
	free(x->order);
	free(x->start);
	free(want);
	return rc;
}

int dv_rrepack_copy(struct dv_rrepack_job *j, enum dv_pack_kind kind,
		    struct dv_err *err)
{
	struct copy x = { .j = j, .kind = kind };
	int rc = 0;

	x.tmp = dv_rcache_tmp(j->c->cache, err);
	if (!x.tmp)
		return -err->code;
	dv_progress_phase(j->r->progress, "repacking", 0, j->r->bytes);
	dv_idmap_init(&x.done, j->c->algo);
	x.writer = dv_packwriter_new(x.tmp, x.tmp, j->c->algo, kind,
				     j->r->level);
	dv_packwriter_set_passing(x.writer);
	for (uint32_t i = 0; !rc && i < dv_rpacks_count(j->packs); i++)
		if (j->old[i].goes &&
		    dv_rpacks_get(j->packs, i)->info.kind == kind)
			rc = copy_pack(&x, i, err);
	if (!rc)
		rc = finish_pack(&x, err);
	dv_packwriter_free(x.writer);
	dv_idmap_release(&x.done);
	dv_buf_release(&x.plain);
	free(x.members);
	return rc;
}
