/* SPDX-License-Identifier: MIT */
#include "remote/s3-parts.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"

/* A request for one object, being answered. */
struct op {
	struct dv_s3 *s3;
	struct dv_wire_request r;
	int file;
};

static struct op *begin(struct dv_s3 *s, const struct dv_wire_request *r)
{
	struct op *o = dv_malloc(sizeof(*o));

	o->s3 = s;
	o->r = *r;
	o->file = -1;
	return o;
}

static void end(struct op *o)
{
	if (o->file >= 0)
		close(o->file);
	free(o);
}

static void fail(struct op *o, const struct dv_s3_answer *a)
{
	dv_net_fail(&o->s3->net, o->r.id, a->class, &a->err);
	end(o);
}

/* --- get -------------------------------------------------------------- */

static void got(struct op *o, uint64_t count, int64_t size)
{
	struct dv_wire_reply r = {
		.id = o->r.id, .kind = DV_WIRE_GOT, .count = count,
		.size = size
	};

	dv_net_reply(&o->s3->net, &r);
	end(o);
}

static void on_got(void *arg, const struct dv_s3_answer *a)
{
	struct op *o = arg;

	if (a->class == DV_WIRE_OK)
		got(o, a->done, a->res->size);
	else if (a->res->status == 416 && a->res->size >= 0)
		got(o, 0, a->res->size);
	else if (a->res->status == 416)
		got(o, 0, a->error.actual_size);
	else
		fail(o, a);
}

/* Nothing is asked for: is the object there, and how large is it? */
static void on_got_none(void *arg, const struct dv_s3_answer *a)
{
	struct op *o = arg;

	if (a->class == DV_WIRE_OK)
		got(o, 0, a->res->size);
	else
		fail(o, a);
}

static void on_moved(void *arg, uint64_t bytes)
{
	struct op *o = arg;

	dv_net_moved(&o->s3->net, o->r.id, bytes);
}

void dv_s3_get(struct dv_s3 *s, const struct dv_wire_request *r)
{
	int fd = dv_net_target(&s->net, r);
	struct dv_s3_call *c;
	struct op *o;

	if (fd < 0)
		return;
	o = begin(s, r);
	o->file = fd;
	c = dv_s3_call_new(s, r->count ? "GET" : "HEAD", "read", r->key);
	if (!r->count) {
		dv_s3_call_start(c, on_got_none, o);
		return;
	}
	c->out = o->file;
	c->out_at = r->at;
	c->from = r->off;
	c->count = r->count;
	c->moved = on_moved;
	dv_s3_call_start(c, on_got, o);
}

/* --- head ------------------------------------------------------------- */

static void on_head(void *arg, const struct dv_s3_answer *a)
{
	struct op *o = arg;
	struct dv_wire_reply r = { .id = o->r.id, .kind = DV_WIRE_IS };

	if (a->class != DV_WIRE_OK && a->res->status != 416) {
		fail(o, a);
		return;
	}
	r.size = a->res->size;
	r.modified = dv_http_date(dv_http_header(a->res, "last-modified"));
	r.now = dv_http_date(dv_http_header(a->res, "date"));
	dv_net_reply(&o->s3->net, &r);
	end(o);
}

/*
 * A HEAD is refused without a word; ask for nothing of the object to hear
 * why.
 */
static void on_head_first(void *arg, const struct dv_s3_answer *a)
{
	struct op *o = arg;
	struct dv_s3_call *c;

	if (a->class == DV_WIRE_OK || (a->res->status != 400 &&
				       a->res->status != 403)) {
		on_head(arg, a);
		return;
	}
	c = dv_s3_call_new(o->s3, "GET", "look at", o->r.key);
	dv_strlist_add(&c->headers, "Range: bytes=0-0");
	dv_s3_call_start(c, on_head, o);
}

void dv_s3_head(struct dv_s3 *s, const struct dv_wire_request *r)
{
	struct dv_s3_call *c = dv_s3_call_new(s, "HEAD", "look at", r->key);

	dv_s3_call_start(c, on_head_first, begin(s, r));
}

/* --- delete ----------------------------------------------------------- */

static void on_deleted(void *arg, const struct dv_s3_answer *a)
{
	struct op *o = arg;
	struct dv_wire_reply r = { .id = o->r.id, .kind = DV_WIRE_DONE };

	if (a->class != DV_WIRE_OK && a->class != DV_WIRE_MISSING) {
		fail(o, a);
		return;
	}
	dv_net_reply(&o->s3->net, &r);
	end(o);
}

void dv_s3_delete(struct dv_s3 *s, const struct dv_wire_request *r)
{
	struct dv_s3_call *c = dv_s3_call_new(s, "DELETE", "delete", r->key);

	dv_s3_call_start(c, on_deleted, begin(s, r));
}
