/* SPDX-License-Identifier: MIT */
#include "remote/conn-parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define PAGE 10000

/* --- lists ------------------------------------------------------------------ */

/* Prefixes that are listed at once. */
struct lists {
	struct dv_conn *c;
	uint64_t keys, max;
	dv_conn_key_below_fn *fn;
	void *arg;
	int rc;			/* fn's, or ours */
	struct dv_err *err;
	unsigned waiting;
};

struct list {
	struct lists *all;
	size_t i;
	const char *prefix;
	char last[DV_WIRE_KEY_MAX + 1];
};

static void take_item(void *arg, const char *key, int64_t size,
		      int64_t modified)
{
	struct list *l = arg;
	struct lists *all = l->all;

	snprintf(l->last, sizeof(l->last), "%s", key);
	if (all->rc)
		return;
	if (all->keys++ == all->max)
		all->rc = dv_err_set(all->err, DV_E_LIMIT, "remote '%s': more "
				     "than %" PRIu64 " objects below '%s'",
				     all->c->name, all->max, l->prefix);
	else
		all->rc = all->fn(all->arg, l->i, key, size, modified,
				  all->err);
}

static void page_done(void *arg, const struct dv_transport_result *r)
{
	struct list *l = arg;
	struct lists *all = l->all;

	if (r->err && !all->rc) {
		*all->err = *r->err;
		all->rc = -all->err->code;
	}
	if (r->more && !all->rc) {
		dv_transport_list(all->c->t, l->prefix, l->last, PAGE,
				  take_item, page_done, l);
		return;
	}
	all->waiting--;
	free(l);
}

static void start_list(struct lists *all, const struct dv_conn_below *b)
{
	struct list *l = dv_calloc(1, sizeof(*l));

	l->all = all;
	l->i = b->i;
	l->prefix = b->prefix;
	snprintf(l->last, sizeof(l->last), "%s", b->after);
	all->waiting++;
	dv_transport_list(all->c->t, b->prefix, l->last, PAGE, take_item,
			  page_done, l);
}

int dv_conn_list(struct dv_conn *c, const struct dv_conn_below *v, size_t n,
		 uint64_t max, dv_conn_key_below_fn *fn, void *arg,
		 struct dv_err *err)
{
	struct lists all = { .c = c, .max = max, .fn = fn, .arg = arg,
			     .err = err };
	struct dv_err ignored = DV_ERR_INIT;

	for (size_t i = 0; i < n && !all.rc; i++) {
		start_list(&all, &v[i]);
		while (all.waiting >= DV_CONN_REQUESTS)
			dv_transport_step(c->t, -1, &ignored);
	}
	while (all.waiting)
		dv_transport_step(c->t, -1, &ignored);
	return all.rc;
}

int dv_conn_each_key_below(struct dv_conn *c,
			   const struct dv_strlist *prefixes, uint64_t max,
			   dv_conn_key_below_fn *fn, void *arg,
			   struct dv_err *err)
{
	struct dv_conn_below *v;
	int rc;

	if (!dv_transport_caps(c->t)->list) {
		dv_err_set(err, DV_E_UNSUPPORTED, "remote '%s' cannot list what "
			   "it holds", c->name);
		return dv_err_hint(err, "name a dataset: <ns>/<dataset>");
	}
	v = dv_calloc(prefixes->n + 1, sizeof(*v));
	for (size_t i = 0; i < prefixes->n; i++)
		v[i] = (struct dv_conn_below){ i, prefixes->v[i], "" };
	rc = dv_conn_list(c, v, prefixes->n, max, fn, arg, err);
	free(v);
	return rc;
}

struct each {
	dv_conn_key_fn *fn;
	void *arg;
};

static int each_key(void *arg, size_t i, const char *key, int64_t size,
		    int64_t modified, struct dv_err *err)
{
	const struct each *e = arg;

	(void)i;
	return e->fn(e->arg, key, size, modified, err);
}

int dv_conn_each_key(struct dv_conn *c, const char *prefix, uint64_t max,
		     dv_conn_key_fn *fn, void *arg, struct dv_err *err)
{
	struct each e = { fn, arg };
	struct dv_strlist one = DV_STRLIST_INIT;
	int rc;

	dv_strlist_add(&one, prefix);
	rc = dv_conn_each_key_below(c, &one, max, each_key, &e, err);
	dv_strlist_release(&one);
	return rc;
}

/* --- many objects ------------------------------------------------------------ */

struct many {
	struct dv_conn *c;
	int rc;
	struct dv_err *err;
	unsigned waiting;
};

struct one {
	struct many *many;
	struct dv_conn_ask ask;
};

static void take_object(void *arg, enum dv_wire_class class, const void *data,
			size_t n, const struct dv_err *err)
{
	struct one *one = arg;
	struct many *m = one->many;
	const struct dv_conn_ask *a = &one->ask;

	m->waiting--;
	if (m->rc) {
		/* The first failure is the one that is told. */
	} else if (class == DV_WIRE_OK || class == DV_WIRE_MISSING ||
		   (class == DV_WIRE_DENIED && m->c->hides)) {
		m->rc = a->fn(a->arg, a->i, class == DV_WIRE_OK ? data : NULL,
			      n, m->err);
	} else {
		*m->err = *err;
		m->rc = -m->err->code;
	}
	free(one);
}

static void ask(struct many *m, const struct dv_conn_ask *a)
{
	struct one *one = dv_calloc(1, sizeof(*one));
	struct dv_err ignored = DV_ERR_INIT;

	*one = (struct one){ m, *a };
	m->waiting++;
	dv_small_get(m->c->t, a->key, a->max, take_object, one);
	while (m->waiting >= DV_CONN_REQUESTS)
		dv_transport_step(m->c->t, -1, &ignored);
}

static int answered(struct many *m)
{
	struct dv_err ignored = DV_ERR_INIT;

	while (m->waiting)
		dv_transport_step(m->c->t, -1, &ignored);
	return m->rc;
}

int dv_conn_read_some(struct dv_conn *c, const struct dv_conn_ask *asks,
		      size_t n, struct dv_err *err)
{
	struct many m = { .c = c, .err = err };

	for (size_t i = 0; i < n && !m.rc; i++)
		ask(&m, &asks[i]);
	return answered(&m);
}

int dv_conn_read_all(struct dv_conn *c, const struct dv_strlist *keys,
		     size_t max, dv_conn_object_fn *fn, void *arg,
		     struct dv_err *err)
{
	struct many m = { .c = c, .err = err };

	for (size_t i = 0; i < keys->n && !m.rc; i++)
		ask(&m, &(struct dv_conn_ask){ keys->v[i], max, fn, arg, i });
	return answered(&m);
}
