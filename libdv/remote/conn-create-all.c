/* SPDX-License-Identifier: MIT */
#include "remote/conn-parts.h"

#include <assert.h>
#include <stdlib.h>

#include "base/alloc.h"

/* Of bodies that are on their way; one is always. */
#define BYTES_MAX (16u << 20)

struct all {
	struct dv_conn *c;
	dv_conn_next_fn *next;
	dv_conn_created_fn *created;
	void *arg;
	size_t max;
	int rc;
	struct dv_err *err;
	unsigned waiting;
	size_t bytes;
};

struct one {
	struct all *all;
	size_t i, n;
};

static void take(struct all *a, size_t i, enum dv_wire_class class,
		 const void *data, size_t n, const struct dv_err *err)
{
	if (a->rc)
		return;		/* The first failure is the one that is told. */
	if (class == DV_WIRE_OK) {
		a->rc = a->created(a->arg, i, true, NULL, 0, a->err);
	} else if (class == DV_WIRE_EXISTS) {
		if (n > a->max)
			data = NULL;
		a->rc = a->created(a->arg, i, false, data, data ? n : 0,
				   a->err);
	} else {
		*a->err = *err;
		a->rc = -a->err->code;
	}
}

static void one_done(void *arg, enum dv_wire_class class, const void *data,
		     size_t n, const struct dv_err *err)
{
	struct one *one = arg;
	struct all *a = one->all;

	a->waiting--;
	a->bytes -= one->n;
	take(a, one->i, class, data, n, err);
	free(one);
}

static void start(struct all *a, const struct dv_conn_object *o)
{
	struct one *one = dv_calloc(1, sizeof(*one));

	*one = (struct one){ a, o->i, o->n };
	a->waiting++;
	a->bytes += o->n;
	(a->c->create ? dv_small_create : dv_small_create_plain)(
		a->c->t, o->key, o->data, o->n, a->max, one_done, one);
}

/* As many as may be on their way, and as there are now. */
static void fill(struct all *a)
{
	struct dv_conn_object o;
	int rc = 1;

	while (!a->rc && rc > 0 && a->waiting < DV_CONN_REQUESTS &&
	       a->bytes < BYTES_MAX) {
		rc = a->next(a->arg, &o, a->err);
		if (rc > 0)
			start(a, &o);
		else
			a->rc = rc;
	}
}

int dv_conn_create_all(struct dv_conn *c, dv_conn_next_fn *next,
		       dv_conn_created_fn *created, void *arg, size_t max,
		       struct dv_err *err)
{
	struct all a = { .c = c, .next = next, .created = created, .arg = arg,
			 .max = max, .err = err };
	struct dv_err ignored = DV_ERR_INIT;

	assert(c->create >= 0);	/* dv_conn_begin_write() came first */
	for (fill(&a); a.waiting; fill(&a))
		dv_transport_step(c->t, -1, &ignored);
	return a.rc;
}

/* --- one ------------------------------------------------------------------ */

struct single {
	struct dv_conn_object o;
	bool given, ours;
	struct dv_buf *out;
};

static int next_single(void *arg, struct dv_conn_object *o,
		       struct dv_err *err)
{
	struct single *s = arg;

	(void)err;
	*o = s->o;
	return s->given ? 0 : (s->given = true);
}

static int single_created(void *arg, size_t i, bool ours, const void *theirs,
			  size_t n, struct dv_err *err)
{
	struct single *s = arg;

	(void)i, (void)err;
	s->ours = ours;
	if (s->out && n)
		dv_buf_add(s->out, theirs, n);
	return 0;
}

int dv_conn_create(struct dv_conn *c, const char *key, const void *data,
		   size_t n, struct dv_buf *out, size_t max,
		   struct dv_err *err)
{
	struct single s = { .o = { 0, key, data, n }, .out = out };
	int rc = dv_conn_create_all(c, next_single, single_created, &s, max,
				    err);

	return rc < 0 ? rc : s.ours;
}
