/* SPDX-License-Identifier: MIT */
#include "remote/conn-parts.h"

#include <stdlib.h>

#include "base/alloc.h"

#define NUMBERS_MAX 10000000	/* of one question; more is a lie */

struct highest {
	const char *prefix;
	uint64_t after;
	struct dv_conn_number best;
	bool seen;		/* after is still there */
	bool done;
	bool denied;		/* some of what was looked at */
};

static int take_number(void *arg, size_t i, const char *key, int64_t size,
		       int64_t modified, struct dv_err *err)
{
	struct highest *h = (struct highest *)arg + i;
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

/* Of all that are not done. */
static int list_highest(struct dv_conn *c, struct highest *h, size_t n,
			struct dv_err *err)
{
	struct dv_conn_below *v = dv_calloc(n + 1, sizeof(*v));
	struct dv_strlist after = DV_STRLIST_INIT;
	struct dv_buf key = DV_BUF_INIT;
	size_t k = 0;
	int rc;

	for (size_t i = 0; i < n; i++) {
		if (h[i].done)
			continue;
		dv_buf_reset(&key);
		if (h[i].after > 1) {
			dv_buf_str(&key, h[i].prefix);
			dv_rkey_add_number(&key, h[i].after - 1);
		}
		dv_strlist_add(&after, dv_buf_cstr(&key));
		v[k] = (struct dv_conn_below){ i, h[i].prefix, after.v[k] };
		k++;
	}
	rc = dv_conn_list(c, v, k, NUMBERS_MAX, take_number, h, err);
	dv_strlist_release(&after);
	dv_buf_release(&key);
	free(v);
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
	bool denied;
	struct dv_err *err, *why;
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
	} else if (r->class == DV_WIRE_DENIED) {
		g->denied = true;
		if (!g->why->code)
			*g->why = *r->err;
	} else if (r->class != DV_WIRE_MISSING && !g->rc) {
		*g->err = *r->err;
		g->rc = -g->err->code;
	}
}

/* One round from best->n on, all heads in flight at once. */
static int leap(struct dv_conn *c, const char *prefix,
		struct dv_conn_number *best, bool *denied,
		struct dv_err *why, struct dv_err *err)
{
	struct gallop g = { .best = *best, .err = err, .why = why };
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
	*denied |= g.denied;
	return g.rc;
}

/* From one below after on, so that after itself is looked at again. */
static int gallop_highest(struct dv_conn *c, struct highest *h,
			  struct dv_err *why, struct dv_err *err)
{
	uint64_t from = h->after ? h->after - 1 : 0, n;
	struct dv_conn_number best = { from, -1, -1 };
	int rc;

	do {
		n = best.n;
		rc = leap(c, h->prefix, &best, &h->denied, why, err);
	} while (!rc && best.n > n);
	h->seen = best.n > from;
	if (h->seen)
		h->best = best;
	/* It lets us read: what it refuses is not there. */
	c->hides |= h->seen && h->denied && !c->writes;
	return rc;
}

/* Refused wherever we looked, and not known to hide what is not there? */
static bool is_denied(const struct dv_conn *c, const struct highest *h)
{
	return !c->hides && h->denied && !h->seen && !h->after;
}

static int gallop_all(struct dv_conn *c, struct highest *h, size_t n,
		      struct dv_err *err)
{
	struct dv_err why = DV_ERR_INIT;
	int rc = 0;

	for (size_t i = 0; i < n && !rc; i++)
		if (!h[i].done)
			rc = gallop_highest(c, &h[i], &why, err);
	for (size_t i = 0; i < n && !rc; i++) {
		if (!h[i].done && is_denied(c, &h[i])) {
			*err = why;
			rc = -err->code;
		}
	}
	return rc;
}

static int look(struct dv_conn *c, struct highest *h, size_t n,
		struct dv_err *err)
{
	int rc;

	if (!dv_transport_caps(c->t)->list)
		return gallop_all(c, h, n, err);
	rc = list_highest(c, h, n, err);
	if (rc >= 0 || dv_transport_caps(c->t)->list)
		return rc;
	/* We were refused: one may read and not list. */
	err->code = 0;
	for (size_t i = 0; i < n; i++)
		if (!h[i].done)
			h[i] = (struct highest){ .prefix = h[i].prefix,
						 .after = h[i].after };
	return gallop_all(c, h, n, err);
}

/* Where the one that was to be there has gone, all are looked at. */
static bool is_any_gone(struct highest *h, size_t n)
{
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		if (h[i].after && !h[i].seen) {
			h[i] = (struct highest){ .prefix = h[i].prefix };
			any = true;
		} else {
			h[i].done = true;
		}
	}
	return any;
}

int dv_conn_newest_all(struct dv_conn *c, const struct dv_strlist *prefixes,
		       const uint64_t *after, struct dv_conn_number *out,
		       struct dv_err *err)
{
	size_t n = prefixes->n;
	struct highest *h = dv_calloc(n + 1, sizeof(*h));
	int rc;

	for (size_t i = 0; i < n; i++) {
		h[i].prefix = prefixes->v[i];
		h[i].after = after ? after[i] : 0;
	}
	rc = look(c, h, n, err);
	if (!rc && is_any_gone(h, n))
		rc = look(c, h, n, err);
	for (size_t i = 0; i < n; i++)
		out[i] = h[i].best;
	free(h);
	return rc;
}

int dv_conn_newest(struct dv_conn *c, const char *prefix, uint64_t after,
		   struct dv_conn_number *out, struct dv_err *err)
{
	struct dv_strlist one = DV_STRLIST_INIT;
	int rc;

	dv_strlist_add(&one, prefix);
	rc = dv_conn_newest_all(c, &one, &after, out, err);
	dv_strlist_release(&one);
	return rc < 0 ? rc : out->n != 0;
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
