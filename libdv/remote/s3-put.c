/* SPDX-License-Identifier: MIT */
#include "remote/s3-parts.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"

#define PARTS_FROM (32u << 20)		/* bytes worth several requests */

struct put {
	struct dv_s3 *s3;
	uint64_t id;
	int file;
};

static void on_put(void *arg, const struct dv_s3_answer *a)
{
	struct put *p = arg;
	struct dv_wire_reply r = { .id = p->id, .kind = DV_WIRE_DONE };

	if (a->class == DV_WIRE_OK)
		dv_net_reply(&p->s3->net, &r);
	else
		dv_net_fail(&p->s3->net, p->id, a->class, &a->err);
	close(p->file);
	free(p);
}

static void on_moved(void *arg, uint64_t bytes)
{
	struct put *p = arg;

	dv_net_moved(&p->s3->net, p->id, bytes);
}

/* Only if there is none: Google has a word of its own for it. */
static void add_condition(struct dv_s3_call *c)
{
	const struct dv_s3_place *p = &c->s3->place;

	if (p->google)
		dv_strlist_add(&c->headers, "x-goog-if-generation-match: 0");
	if (p->kind == DV_SIGV4_AWS)
		dv_strlist_add(&c->headers, "If-None-Match: *");
}

void dv_s3_put(struct dv_s3 *s, const struct dv_wire_request *r)
{
	struct dv_s3_call *c;
	struct put *p;
	int fd = dv_net_source(&s->net, r);

	if (fd < 0)
		return;
	/*
	 * What must win a race is one plain request: not every server looks
	 * at the condition when an upload in parts is completed.
	 */
	if (!r->absent && r->count >= PARTS_FROM) {
		dv_s3_upload(s, r, fd);
		return;
	}
	p = dv_malloc(sizeof(*p));
	*p = (struct put){ s, r->id, fd };
	c = dv_s3_call_new(s, "PUT", "write", r->key);
	c->has_body = true;
	c->in = fd;
	c->in_at = r->at;
	c->in_count = r->count;
	c->once = r->absent;
	c->moved = on_moved;
	if (r->absent)
		add_condition(c);
	dv_s3_call_start(c, on_put, p);
}
