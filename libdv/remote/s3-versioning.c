/* SPDX-License-Identifier: MIT */
#include "remote/s3-parts.h"

#include <stdlib.h>

#include "base/alloc.h"

struct asked {
	bool done;
	char *status;			/* "Enabled"; NULL: not known */
};

static void on_status(void *arg, const struct dv_s3_answer *a)
{
	struct asked *x = arg;
	struct dv_err ignored = DV_ERR_INIT;

	x->done = true;
	if (a->class == DV_WIRE_OK)
		dv_s3xml_parse_versioning(&x->status,
					  dv_buf_cstr(&a->res->body),
					  a->res->body.len, &ignored);
}

/* Who may not ask, or a server that does not know, is told nothing. */
int dv_s3_tell_versioning(struct dv_s3 *s, struct dv_err *err)
{
	struct dv_s3_call *c = dv_s3_call_new(s, "GET", "ask", NULL);
	struct asked x = { false, NULL };
	int rc = 0;

	dv_strlist_add(&c->query, "versioning=");
	c->once = true;
	dv_s3_call_start(c, on_status, &x);
	while (!x.done && rc >= 0)
		rc = dv_net_step(&s->net, -1, 1000, err);
	if (rc >= 0 && x.status)
		dv_serve_info(s->net.serve, "versioning", "%s", x.status);
	free(x.status);
	return rc < 0 ? rc : 0;
}
