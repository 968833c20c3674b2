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
#include "remote/rfsck-parts.h"
#include "remote/rget.h"
#include "remote/rkey.h"
#include "remote/rverify.h"

/* One pack that is read. */
struct check {
	struct dv_rfsck_job *j;
	const struct dv_rpack *p;
	struct dv_buf key;
};

static void tell(void *arg, const char *sentence)
{
	struct check *c = arg;

	dv_rfsck_tell(c->j, c->key.data, "%s", sentence);
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
	rc = dv_rverify_pack(j->c, p, NULL, tell, &c, j->f->progress, err);
	if (!rc)
		rc = check_ends(&c, err);
	/* That it is not there was told by the list. */
	if (rc == -DV_E_MISSING)
		rc = 0;
	dv_buf_release(&c.key);
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
		uint64_t faults = j->f->faults;

		if (p->loaded && j->there[i] & DV_RFSCK_THERE)
			rc = check_pack(j, p, err);
		if (j->f->faults > faults)
			j->there[i] |= DV_RFSCK_TOLD;
		dv_progress_add(j->f->progress, 1, 0);
	}
	return rc;
}
