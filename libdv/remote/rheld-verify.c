/* SPDX-License-Identifier: MIT */
#include "remote/rheld-parts.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "remote/catalog.h"
#include "remote/rget.h"
#include "remote/rkey.h"
#include "remote/rverify.h"

void dv_rheld_set_verify(struct dv_rheld *h)
{
	h->verify = true;
	if (!h->want)
		h->want = dv_calloc(dv_rpacks_count(h->packs) + 1,
				    sizeof(*h->want));
}

static void note_large(struct dv_rheld *h, size_t i,
		       const struct dv_digest *id, uint64_t size)
{
	dv_grow(&h->large, &h->large_cap, h->large_n + 1, sizeof(*h->large));
	h->large[h->large_n++] = (struct dv_rheld_large){ *id, size, i };
}

void dv_rheld_note(struct dv_rheld *h, size_t i, const struct dv_digest *id,
		   const struct dv_rplace *place)
{
	const struct dv_rpack *p = dv_rpacks_get(h->packs, place->pack);
	struct dv_err ignored = DV_ERR_INIT;
	struct dv_pack_object o;

	/* A checked index has no object that cannot be had. */
	if (dv_packidx_object(&p->idx, place->i, &o, &ignored) < 0)
		return;
	if (o.type == DV_PACK_RECIPE) {
		note_large(h, i, id, o.size);
		return;
	}
	if (!h->want[place->pack])
		h->want[place->pack] = dv_calloc(p->idx.m + 1, 1);
	h->want[place->pack][o.block] = 1;
}

struct faults {
	const char *remote, *key;
	struct dv_err first;
};

static void take_fault(void *arg, const char *sentence)
{
	struct faults *f = arg;

	if (!f->first.code)
		dv_err_set(&f->first, DV_E_DIGEST, "remote '%s': '%s': %s",
			   f->remote, f->key, sentence);
}

static int verify_packs(struct dv_rheld *h, struct dv_progress *progress,
			struct dv_err *err)
{
	struct dv_buf key = DV_BUF_INIT;
	int rc = 0;

	for (uint32_t i = 0; i < dv_rpacks_count(h->packs) && rc >= 0; i++) {
		const struct dv_rpack *p = dv_rpacks_get(h->packs, i);
		struct faults f = { h->c->name, NULL, DV_ERR_INIT };

		if (!h->want[i])
			continue;
		f.key = dv_rkey_pack(&key, &p->info.id, ".pack");
		rc = dv_rverify_pack(h->c, p, h->want[i], take_fault, &f,
				     progress, err);
		if (rc >= 0 && f.first.code) {
			*err = f.first;
			rc = -err->code;
		}
	}
	dv_buf_release(&key);
	return rc;
}

/* --- large objects -------------------------------------------------------- */

/* Those of one manifest, from first on: *end is where others begin. */
static int verify_of(struct dv_rheld *h, size_t first, size_t *end, int fd,
		     struct dv_progress *progress, struct dv_err *err)
{
	const struct dv_digest *manifest = &h->at[h->large[first].of].manifest;
	struct dv_rlocation where = { .n = 0 };
	struct dv_rget_reader *reader = NULL;
	char text[DV_DIGEST_TEXT];
	int rc = dv_rlocation_read(&where, h->c, manifest, err);

	if (!rc)
		rc = dv_err_set(err, DV_E_MISSING, "remote '%s': no record "
				"tells any more where the manifest %s lies",
				h->c->name, dv_digest_format(text, manifest));
	if (rc >= 0)
		rc = dv_rget_reader_open(&reader, h->c, &where, NULL, err);
	for (*end = first; *end < h->large_n && rc >= 0; ++*end) {
		const struct dv_rheld_large *l = &h->large[*end];

		if (l->of != h->large[first].of)
			break;
		rc = dv_rget_copy(reader, &l->id, l->size, fd, progress, err);
	}
	dv_rget_reader_close(reader);
	dv_rlocation_release(&where);
	return rc < 0 ? rc : 0;
}

static int cmp_large(const void *a, const void *b)
{
	const struct dv_rheld_large *x = a, *y = b;

	return (x->of > y->of) - (x->of < y->of);
}

/* That its chunks are sound does not make them the right ones. */
static int verify_large(struct dv_rheld *h, struct dv_progress *progress,
			struct dv_err *err)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC), rc = 0;

	if (fd < 0)
		return dv_err_sys(err, "cannot open '/dev/null'");
	if (h->large_n)
		qsort(h->large, h->large_n, sizeof(*h->large), cmp_large);
	for (size_t i = 0; i < h->large_n && !rc; )
		rc = verify_of(h, i, &i, fd, progress, err);
	close(fd);
	return rc;
}

int dv_rheld_verify(struct dv_rheld *h, struct dv_progress *p,
		    struct dv_err *err)
{
	int rc;

	dv_progress_phase(p, "reading packs", 0, 0);
	rc = verify_packs(h, p, err);
	return rc < 0 ? rc : verify_large(h, p, err);
}
