/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "format/pack.h"
#include "remote/answer.h"
#include "remote/rblocks.h"
#include "remote/rfsck-parts.h"
#include "remote/rget.h"
#include "remote/rkey.h"

/* One pack that is read. */
struct check {
	struct dv_rfsck_job *j;
	const struct dv_rpack *p;
	struct dv_buf key, plain;
	uint32_t *order, *start;	/* objects by block */
};

/* --- blocks -------------------------------------------------------------- */

static void check_object(struct check *c, uint32_t i, const char *plain)
{
	struct dv_err err = DV_ERR_INIT;
	char text[DV_DIGEST_TEXT];
	struct dv_pack_object o;
	struct dv_digest id, is;

	if (dv_packidx_object(&c->p->idx, i, &o, &err) < 0 ||
	    o.type != DV_PACK_PLAIN)
		return;
	dv_packidx_id(&c->p->idx, i, &id);
	dv_digest_of(&is, id.algo, plain + o.offset, o.length);
	if (!dv_digest_eq(&is, &id))
		dv_rfsck_tell(c->j, c->key.data, "the content of object %s "
			      "does not fit its id",
			      dv_digest_format(text, &id));
}

static int take_block(void *arg, uint32_t b, const struct dv_pack_block *k,
		      const void *stored, const char *why, struct dv_err *err)
{
	struct check *c = arg;
	struct dv_err bad = DV_ERR_INIT;

	(void)err;
	dv_progress_add(c->j->f->progress, 0, k->stored);
	dv_buf_reset(&c->plain);
	if (!why && dv_pack_unblock(&c->plain, k, stored, &bad) < 0)
		why = bad.msg;
	if (why) {
		dv_rfsck_tell(c->j, c->key.data, "block %" PRIu32 ", which "
			      "has %" PRIu32 " objects: %s", b,
			      c->start[b + 1] - c->start[b], why);
		return 0;
	}
	for (uint32_t i = c->start[b]; i < c->start[b + 1]; i++)
		check_object(c, c->order[i], c->plain.data);
	return 0;
}

/* --- what is around them ------------------------------------------------- */

/* n bytes of the pack at off should be those at p. */
static int compare(struct check *c, const char *file, int fd, uint64_t off,
		   const uint8_t *p, size_t n, bool *same, struct dv_err *err)
{
	struct dv_answer a = DV_ANSWER_INIT;
	char *got;
	int rc;

	dv_transport_get(c->j->c->t, c->key.data, off, n, file, 0,
			 dv_answer_take, &a);
	rc = dv_answer_wait(c->j->c->t, &a, err);
	if (rc < 0)
		return rc;
	got = dv_malloc(n + 1);
	if (dv_pread_full(fd, got, n, 0) != (ssize_t)n || a.count != n ||
	    memcmp(got, p, n))
		*same = false;
	free(got);
	return 0;
}

/* Header, the index in the pack, trailer. */
static int check_ends(struct check *c, struct dv_err *err)
{
	const struct dv_packidx *x = &c->p->idx;
	const char *tmp = dv_rcache_tmp(c->j->c->cache, err);
	uint8_t header[DV_PACK_HEADER], trailer[DV_PACK_TRAILER];
	bool same = true;
	char *file;
	int fd, rc;

	rc = tmp ? dv_tmpfile(&fd, &file, tmp, err) : -err->code;
	if (rc < 0)
		return rc;
	dv_pack_encode_header(header, x->kind, x->algo);
	dv_pack_encode_trailer(trailer, x->len);
	rc = compare(c, file, fd, 0, header, sizeof(header), &same, err);
	for (size_t at = 0; !rc && at < x->len; at += DV_RGET_RANGE)
		rc = compare(c, file, fd, x->end + at, c->p->map.data + at,
			     x->len - at < DV_RGET_RANGE ? x->len - at :
			     DV_RGET_RANGE, &same, err);
	if (!rc)
		rc = compare(c, file, fd, x->end + x->len, trailer,
			     sizeof(trailer), &same, err);
	if (!rc && !same)
		dv_rfsck_tell(c->j, c->key.data, "its header, its index or "
			      "its trailer is not what its .idx says");
	close(fd);
	unlink(file);
	free(file);
	return rc;
}

static int check_pack(struct dv_rfsck_job *j, const struct dv_rpack *p,
		      struct dv_err *err)
{
	struct check c = { .j = j, .p = p };
	int rc;

	dv_rkey_pack(&c.key, &p->info.id, ".pack");
	dv_rblocks_sort(&p->idx, &c.order, &c.start);
	rc = dv_rblocks_read(j->c, &p->info.id, &p->idx, NULL, take_block, &c,
			     err);
	if (!rc)
		rc = check_ends(&c, err);
	/* That it is not there was told by the list. */
	if (rc == -DV_E_MISSING)
		rc = 0;
	free(c.order);
	free(c.start);
	dv_buf_release(&c.key);
	dv_buf_release(&c.plain);
	return rc;
}

int dv_rfsck_verify(struct dv_rfsck_job *j, struct dv_err *err)
{
	uint32_t n = dv_rpacks_count(j->packs);
	uint64_t total = 0;
	int rc = 0;

	for (uint32_t i = 0; i < n; i++)
		total += dv_rpacks_get(j->packs, i)->info.size;
	dv_progress_phase(j->f->progress, "reading packs", n, total);
	for (uint32_t i = 0; !rc && i < n; i++) {
		const struct dv_rpack *p = dv_rpacks_get(j->packs, i);

		if (p->loaded && j->there[i] & DV_RFSCK_THERE)
			rc = check_pack(j, p, err);
		dv_progress_add(j->f->progress, 1, 0);
	}
	return rc;
}
