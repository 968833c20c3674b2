/* SPDX-License-Identifier: MIT */
#include "remote/conn-parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define PAGE 10000
#define NUMBERS_MAX 10000000	/* below one prefix; more is a lie */

/* --- lists ------------------------------------------------------------------ */

struct page {
	bool done, more;
	char last[DV_WIRE_KEY_MAX + 1];
	uint64_t keys, max;
	dv_conn_key_fn *fn;
	void *arg;
	int rc;			/* fn's, or ours */
	struct dv_err *err;
	struct dv_conn *c;
	const char *prefix;
};

static void take_item(void *arg, const char *key, int64_t size,
		      int64_t modified)
{
	struct page *p = arg;

	snprintf(p->last, sizeof(p->last), "%s", key);
	if (p->rc)
		return;
	if (p->keys++ == p->max)
		p->rc = dv_err_set(p->err, DV_E_LIMIT, "remote '%s': more than "
				   "%" PRIu64 " objects below '%s'",
				   p->c->name, p->max, p->prefix);
	else
		p->rc = p->fn(p->arg, key, size, modified, p->err);
}

static void page_done(void *arg, const struct dv_transport_result *r)
{
	struct page *p = arg;

	p->done = true;
	p->more = r->more;
	if (r->err && !p->rc) {
		*p->err = *r->err;
		p->rc = -p->err->code;
	}
}

/* Every key below prefix and behind after. */
static int each_after(struct dv_conn *c, const char *prefix,
		      const char *after, uint64_t max, dv_conn_key_fn *fn,
		      void *arg, struct dv_err *err)
{
	struct page p = {
		.more = true, .max = max, .fn = fn, .arg = arg, .err = err,
		.c = c, .prefix = prefix
	};
	struct dv_err ignored = DV_ERR_INIT;

	snprintf(p.last, sizeof(p.last), "%s", after);
	while (p.more && !p.rc) {
		p.done = p.more = false;
		dv_transport_list(c->t, prefix, p.last, PAGE, take_item,
				  page_done, &p);
		while (!p.done)
			dv_transport_step(c->t, -1, &ignored);
	}
	return p.rc;
}

int dv_conn_each_key(struct dv_conn *c, const char *prefix, uint64_t max,
		     dv_conn_key_fn *fn, void *arg, struct dv_err *err)
{
	if (!dv_transport_caps(c->t)->list) {
		dv_err_set(err, DV_E_UNSUPPORTED, "remote '%s' cannot list what "
			   "it holds", c->name);
		return dv_err_hint(err, "name a dataset: <ns>/<dataset>");
	}
	return each_after(c, prefix, "", max, fn, arg, err);
}

/* --- the highest number ------------------------------------------------------ */

struct highest {
	const char *prefix;
	uint64_t after;
	struct dv_conn_number best;
	bool seen;		/* after is still there */
};

static int take_number(void *arg, const char *key, int64_t size,
		       int64_t modified, struct dv_err *err)
{
	struct highest *h = arg;
	uint64_t n;

	(void)err;
	if (!dv_rkey_parse_number(key, h->prefix, &n))
		return 0;
	if (n == h->after)
		h->seen = true;
	if (n > h->best.n)
		h->best = (struct dv_conn_number){ n, size, modified };
	return 0;
}

static int list_highest(struct dv_conn *c, struct highest *h,
			struct dv_err *err)
{
	struct dv_buf from = DV_BUF_INIT;
	int rc;

	if (h->after > 1) {
		dv_buf_str(&from, h->prefix);
		dv_rkey_add_number(&from, h->after - 1);
	}
	rc = each_after(c, h->prefix, dv_buf_cstr(&from),
			NUMBERS_MAX, take_number, h, err);
	dv_buf_release(&from);
	return rc;
}

/*
 * Steps of the gallop.  Numbers are dense, but the lowest may be gone:
 * several small steps leap over them.
 */
static const unsigned step[] = {
	1, 2, 3, 4, 8, 16, 32, 64, 128, 256, 512, 1024
};
#define STEPS (sizeof(step) / sizeof(step[0]))

struct probe {
	struct gallop *g;
	uint64_t n;
};

struct gallop {
	struct dv_conn_number best;
	unsigned waiting;
	int rc;
	struct dv_err *err;
};

static void probed(void *arg, const struct dv_transport_result *r)
{
	struct probe *p = arg;
	struct gallop *g = p->g;

	g->waiting--;
	if (r->class == DV_WIRE_OK) {
		if (p->n > g->best.n)
			g->best = (struct dv_conn_number){
				p->n, r->size, r->modified
			};
	} else if (r->class != DV_WIRE_MISSING && !g->rc) {
		*g->err = *r->err;
		g->rc = -g->err->code;
	}
}

/* One round from best->n on, all heads in flight at once. */
static int leap(struct dv_conn *c, const char *prefix,
		struct dv_conn_number *best, struct dv_err *err)
{
	struct gallop g = { *best, 0, 0, err };
	struct dv_err ignored = DV_ERR_INIT;
	struct dv_buf key = DV_BUF_INIT;
	struct probe p[STEPS];

	for (size_t i = 0; i < STEPS; i++) {
		p[i] = (struct probe){ &g, best->n + step[i] };
		if (p[i].n > DV_RKEY_NUMBER_MAX)
			break;
		dv_buf_reset(&key);
		dv_buf_str(&key, prefix);
		dv_rkey_add_number(&key, p[i].n);
		g.waiting++;
		dv_transport_head(c->t, key.data, probed, &p[i]);
	}
	while (g.waiting)
		dv_transport_step(c->t, -1, &ignored);
	dv_buf_release(&key);
	*best = g.best;
	return g.rc;
}

/* From one below after on, so that after itself is looked at again. */
static int gallop_highest(struct dv_conn *c, struct highest *h,
			  struct dv_err *err)
{
	uint64_t from = h->after ? h->after - 1 : 0, n;
	struct dv_conn_number best = { from, -1, -1 };
	int rc;

	do {
		n = best.n;
		rc = leap(c, h->prefix, &best, err);
	} while (!rc && best.n > n);
	h->seen = best.n > from;
	if (h->seen)
		h->best = best;
	return rc;
}

int dv_conn_newest(struct dv_conn *c, const char *prefix, uint64_t after,
		   struct dv_conn_number *out, struct dv_err *err)
{
	int (*look)(struct dv_conn *, struct highest *, struct dv_err *) =
		dv_transport_caps(c->t)->list ? list_highest : gallop_highest;
	struct highest h = { .prefix = prefix, .after = after };
	int rc = look(c, &h, err);

	if (!rc && after && !h.seen) {
		h = (struct highest){ .prefix = prefix };
		rc = look(c, &h, err);
	}
	if (rc < 0 || !h.best.n)
		return rc;
	*out = h.best;
	return 1;
}

int dv_conn_highest(struct dv_conn *c, const char *prefix, uint64_t after,
		    uint64_t *n, struct dv_err *err)
{
	struct dv_conn_number number;
	int rc = dv_conn_newest(c, prefix, after, &number, err);

	if (rc > 0)
		*n = number.n;
	return rc;
}

/* --- many objects ------------------------------------------------------------ */

struct many {
	struct dv_conn *c;
	dv_conn_object_fn *fn;
	void *arg;
	int rc;
	struct dv_err *err;
	unsigned waiting;
};

struct one {
	struct many *many;
	size_t i;
};

static void take_object(void *arg, enum dv_wire_class class, const void *data,
			size_t n, const struct dv_err *err)
{
	struct one *one = arg;
	struct many *m = one->many;

	m->waiting--;
	if (m->rc) {
		/* The first failure is the one that is told. */
	} else if (class == DV_WIRE_OK || class == DV_WIRE_MISSING) {
		m->rc = m->fn(m->arg, one->i,
			      class == DV_WIRE_OK ? data : NULL, n, m->err);
	} else {
		*m->err = *err;
		m->rc = -m->err->code;
	}
	free(one);
}

int dv_conn_read_all(struct dv_conn *c, const struct dv_strlist *keys,
		     size_t max, dv_conn_object_fn *fn, void *arg,
		     struct dv_err *err)
{
	struct many m = { c, fn, arg, 0, err, 0 };
	struct dv_err ignored = DV_ERR_INIT;

	for (size_t i = 0; i < keys->n && !m.rc; i++) {
		struct one *one = dv_calloc(1, sizeof(*one));

		one->many = &m;
		one->i = i;
		m.waiting++;
		dv_small_get(c->t, keys->v[i], max, take_object, one);
		while (m.waiting >= DV_CONN_REQUESTS)
			dv_transport_step(c->t, -1, &ignored);
	}
	while (m.waiting)
		dv_transport_step(c->t, -1, &ignored);
	return m.rc;
}
