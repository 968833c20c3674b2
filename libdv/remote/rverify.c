/* SPDX-License-Identifier: MIT */
#include "remote/rverify.h"

#include <inttypes.h>
#include <stdlib.h>

#include "format/pack.h"
#include "remote/rblocks.h"

struct verify {
	const struct dv_rpack *p;
	dv_rverify_fn *fault;
	void *arg;
	struct dv_progress *progress;
	struct dv_buf plain, text;
	uint32_t *order, *start;	/* objects by block */
};

static void tell(struct verify *v)
{
	v->fault(v->arg, dv_buf_cstr(&v->text));
	dv_buf_reset(&v->text);
}

static void check_object(struct verify *v, uint32_t i, const char *plain)
{
	struct dv_err err = DV_ERR_INIT;
	char text[DV_DIGEST_TEXT];
	struct dv_pack_object o;
	struct dv_digest id, is;

	if (dv_packidx_object(&v->p->idx, i, &o, &err) < 0 ||
	    o.type != DV_PACK_PLAIN)
		return;
	dv_packidx_id(&v->p->idx, i, &id);
	dv_digest_of(&is, id.algo, plain + o.offset, o.length);
	if (dv_digest_eq(&is, &id))
		return;
	dv_buf_printf(&v->text, "the content of object %s does not fit its "
		      "id", dv_digest_format(text, &id));
	tell(v);
}

static int take_block(void *arg, uint32_t b, const struct dv_pack_block *k,
		      const void *stored, const char *why, struct dv_err *err)
{
	struct verify *v = arg;
	struct dv_err bad = DV_ERR_INIT;

	(void)err;
	dv_progress_add(v->progress, 0, k->stored);
	dv_buf_reset(&v->plain);
	if (!why && dv_pack_unblock(&v->plain, k, stored, &bad) < 0)
		why = bad.msg;
	if (why) {
		dv_buf_printf(&v->text, "block %" PRIu32 ", which has %"
			      PRIu32 " objects: %s", b,
			      v->start[b + 1] - v->start[b], why);
		tell(v);
		return 0;
	}
	for (uint32_t i = v->start[b]; i < v->start[b + 1]; i++)
		check_object(v, v->order[i], v->plain.data);
	return 0;
}

int dv_rverify_pack(struct dv_conn *c, const struct dv_rpack *p,
		    const uint8_t *want, dv_rverify_fn *fault, void *arg,
		    struct dv_progress *progress, struct dv_err *err)
{
	struct verify v = { .p = p, .fault = fault, .arg = arg,
			    .progress = progress };
	int rc;

	dv_rblocks_sort(&p->idx, &v.order, &v.start);
	rc = dv_rblocks_read(c, &p->info.id, &p->idx, want, take_block, &v,
			     err);
	free(v.order);
	free(v.start);
	dv_buf_release(&v.plain);
	dv_buf_release(&v.text);
	return rc;
}
