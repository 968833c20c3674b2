/* SPDX-License-Identifier: MIT */
#include "remote/catalog-parts.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "remote/rkey.h"

/* Heads whose keys are held in memory. */
#define HEADS_MAX 1000000
#define BYTES_MAX (100u << 20)	/* of these */
#define DIGITS 10
#define YOUNG 3			/* seconds */

/* --- what is remembered ----------------------------------------------------- */

/*
 * In the cache, under the prefix of the head: "<number> <size> <time>
 * <version>", "-" for a head that points nowhere.  It is still so where
 * the remote shows that number with that size and time.
 */
struct memory {
	struct dv_conn_number at;
	char version[DV_VERSION_ID_MAX];
};

static bool recall(struct dv_conn *c, const char *prefix, struct memory *m)
{
	struct dv_buf text = DV_BUF_INIT;
	struct dv_err ignored = DV_ERR_INIT;
	bool ok;

	ok = dv_rcache_get(c->cache, prefix, &text, &ignored) > 0 &&
	     sscanf(dv_buf_cstr(&text), "%" SCNu64 " %" SCNd64 " %" SCNd64
		    " %127s", &m->at.n, &m->at.size, &m->at.modified,
		    m->version) == 4;
	dv_buf_release(&text);
	if (ok && !strcmp(m->version, "-"))
		*m->version = '\0';
	return ok && (!*m->version || dv_record_id_is(m->version));
}

/*
 * To forget costs a request, no more.  One that is so young that another
 * could have the same time is not kept: the remote may be removed and made
 * again in that second.
 */
static void remember(struct dv_conn *c, const char *prefix,
		     const struct memory *m)
{
	struct dv_buf text = DV_BUF_INIT;
	struct dv_err ignored = DV_ERR_INIT;

	if (m->at.size < 0 || m->at.modified < 0 ||
	    m->at.modified + YOUNG > (int64_t)time(NULL))
		return;
	dv_buf_printf(&text, "%" PRIu64 " %" PRId64 " %" PRId64 " %s",
		      m->at.n, m->at.size, m->at.modified,
		      *m->version ? m->version : "-");
	dv_rcache_set(c->cache, prefix, text.data, &ignored);
	dv_buf_release(&text);
}

/* --- one head ----------------------------------------------------------------- */

static int parse_head(const struct dv_conn *c, const char *key,
		      const void *bytes, size_t n,
		      char version[DV_VERSION_ID_MAX], struct dv_err *err)
{
	struct dv_headrec h;

	if (dv_headrec_parse(&h, bytes, n, err) < 0)
		return dv_catalog_refuse(c, key, err);
	memcpy(version, h.version, sizeof(h.version));
	return 0;
}

/* Heads that are looked at together. */
struct heads {
	struct dv_conn *c;
	size_t n;
	struct dv_strlist prefixes;
	struct memory *m;
	uint64_t *after;
	struct dv_conn_number *at;	/* what is there */
	struct dv_strlist keys;		/* of those that are to be read */
	size_t *of;			/* their places */
};

static int begin_heads(struct heads *h, const struct dv_catalog_name *names,
		       struct dv_err *err)
{
	struct dv_buf prefix = DV_BUF_INIT;
	int rc = 0;

	h->m = dv_calloc(h->n + 1, sizeof(*h->m));
	h->after = dv_calloc(h->n + 1, sizeof(*h->after));
	h->at = dv_calloc(h->n + 1, sizeof(*h->at));
	h->of = dv_calloc(h->n + 1, sizeof(*h->of));
	for (size_t i = 0; i < h->n && !rc; i++) {
		rc = dv_rkey_head(&prefix, names[i].ns, names[i].dataset,
				  names[i].what, err);
		if (rc)
			break;
		dv_strlist_add(&h->prefixes, prefix.data);
		if (recall(h->c, prefix.data, &h->m[i]))
			h->after[i] = h->m[i].at.n;
		else
			h->m[i] = (struct memory){ .at = { 0 } };
	}
	dv_buf_release(&prefix);
	return rc;
}

static void end_heads(struct heads *h)
{
	dv_strlist_release(&h->prefixes);
	dv_strlist_release(&h->keys);
	free(h->m);
	free(h->after);
	free(h->at);
	free(h->of);
}

static bool is_as_remembered(const struct heads *h, size_t i)
{
	const struct dv_conn_number *is = &h->at[i], *was = &h->m[i].at;

	return is->n == was->n && is->size == was->size &&
	       is->modified == was->modified;
}

static void name_changed(struct heads *h)
{
	struct dv_buf key = DV_BUF_INIT;

	for (size_t i = 0; i < h->n; i++) {
		if (!h->at[i].n || is_as_remembered(h, i))
			continue;
		dv_buf_reset(&key);
		dv_buf_str(&key, h->prefixes.v[i]);
		h->of[h->keys.n] = i;
		dv_strlist_add(&h->keys, dv_rkey_add_number(&key, h->at[i].n));
	}
	dv_buf_release(&key);
}

static int gone(const struct dv_conn *c, const char *key, struct dv_err *err)
{
	return dv_err_set(err, DV_E_MISSING, "remote '%s': '%s' has gone "
			  "while it was read", c->name, key);
}

static int take_changed(void *arg, size_t k, const void *data, size_t n,
			struct dv_err *err)
{
	struct heads *h = arg;
	size_t i = h->of[k];
	int rc;

	if (!data)
		return gone(h->c, h->keys.v[k], err);
	rc = parse_head(h->c, h->keys.v[k], data, n, h->m[i].version, err);
	if (rc < 0)
		return rc;
	h->m[i].at = h->at[i];
	remember(h->c, h->prefixes.v[i], &h->m[i]);
	return 0;
}

int dv_catalog_head_all(struct dv_conn *c,
			const struct dv_catalog_name *names, size_t n,
			struct dv_catalog_head *out, struct dv_err *err)
{
	struct heads h = { .c = c, .n = n };
	int rc = begin_heads(&h, names, err);

	if (!rc)
		rc = dv_conn_newest_all(c, &h.prefixes, h.after, h.at, err);
	if (!rc)
		name_changed(&h);
	if (!rc)
		rc = dv_conn_read_all(c, &h.keys, DV_HEADREC_MAX,
				      take_changed, &h, err);
	for (size_t i = 0; i < n && !rc; i++) {
		memset(&out[i], 0, sizeof(out[i]));
		out[i].n = h.at[i].n;
		if (out[i].n)
			memcpy(out[i].version, h.m[i].version,
			       sizeof(out[i].version));
	}
	end_heads(&h);
	return rc;
}

int dv_catalog_head(struct dv_conn *c, const char *ns, const char *dataset,
		    const char *tag, struct dv_catalog_head *out,
		    struct dv_err *err)
{
	struct dv_catalog_name name = { ns, dataset, tag };
	int rc = dv_catalog_head_all(c, &name, 1, out, err);

	return rc < 0 ? rc : *out->version != '\0';
}

/* --- moving ------------------------------------------------------------------- */

struct mover {
	struct dv_conn *c;
	struct dv_catalog_step *steps;
	size_t n, next;
	struct dv_buf key, bytes;
};

/* The number behind the one that was. */
static int next_head(void *arg, struct dv_conn_object *o, struct dv_err *err)
{
	struct mover *m = arg;
	struct dv_headrec h = { .nonce = "" };
	struct dv_catalog_step *s = &m->steps[m->next];
	int rc;

	if (m->next == m->n)
		return 0;
	rc = dv_nonce_make(h.nonce, err);
	if (!rc)
		rc = dv_rkey_head(&m->key, s->name.ns, s->name.dataset,
				  s->name.what, err);
	if (rc < 0)
		return rc;
	if (s->was->n >= DV_RKEY_NUMBER_MAX)
		return dv_err_set(err, DV_E_LIMIT, "remote '%s': '%s' has no "
				  "number left", m->c->name, m->key.data);
	assert(!*s->version || dv_record_id_is(s->version));
	memcpy(h.version, s->version, strlen(s->version) + 1);
	dv_buf_reset(&m->bytes);
	dv_headrec_format(&m->bytes, &h);
	dv_rkey_add_number(&m->key, s->was->n + 1);
	*o = (struct dv_conn_object){ m->next++, m->key.data, m->bytes.data,
				      m->bytes.len };
	return 1;
}

static int head_created(void *arg, size_t i, bool ours, const void *theirs,
			size_t n, struct dv_err *err)
{
	struct dv_catalog_step *s = &((struct mover *)arg)->steps[i];

	(void)theirs, (void)n, (void)err;
	s->moved = ours;
	if (ours) {
		s->was->n++;
		memmove(s->was->version, s->version, strlen(s->version) + 1);
	}
	return 0;
}

int dv_catalog_move_all(struct dv_conn *c, struct dv_catalog_step *steps,
			size_t n, struct dv_err *err)
{
	struct mover m = { .c = c, .steps = steps, .n = n };
	int rc = dv_conn_create_all(c, next_head, head_created, &m, 0, err);

	dv_buf_release(&m.key);
	dv_buf_release(&m.bytes);
	return rc;
}

int dv_catalog_move(struct dv_conn *c, const char *ns, const char *dataset,
		    const char *tag, const char *version,
		    struct dv_catalog_head *was, struct dv_err *err)
{
	struct dv_catalog_step s = { .name = { ns, dataset, tag },
				     .version = version, .was = was };
	int rc = dv_catalog_move_all(c, &s, 1, err);

	if (!rc && !s.moved)
		rc = dv_catalog_head(c, ns, dataset, tag, was, err);
	return rc < 0 ? rc : s.moved;
}

/* --- all heads ------------------------------------------------------------------ */

struct lister {
	const char *dataset;	/* NULL: all */
	struct dv_buf last;	/* key that may be the newest of its head */
	struct dv_buf ns, name, tag;
	dv_catalog_head_fn *fn;
	void *arg;
};

static int tell_last(struct lister *l, struct dv_err *err)
{
	uint64_t n;

	if (!l->last.len ||
	    !dv_rkey_parse_head(l->last.data, &l->ns, &l->name, &l->tag, &n))
		return 0;
	return l->fn(l->arg, l->ns.data, l->name.data, dv_buf_cstr(&l->tag),
		     n, err);
}

/* Keys of one head come one behind the other, the newest last. */
static int list_head(void *arg, const char *key, int64_t size,
		     int64_t modified, struct dv_err *err)
{
	struct lister *l = arg;
	size_t len = strlen(key);
	uint64_t n;
	int rc = 0;

	(void)size;
	(void)modified;
	if (!dv_rkey_parse_head(key, &l->ns, &l->name, &l->tag, &n) ||
	    (l->dataset && strcmp(l->dataset, l->name.data)))
		return 0;
	if (l->last.len != len || memcmp(l->last.data, key, len - DIGITS))
		rc = tell_last(l, err);
	dv_buf_reset(&l->last);
	dv_buf_str(&l->last, key);
	return rc;
}

int dv_catalog_heads(struct dv_conn *c, const char *ns, const char *dataset,
		     dv_catalog_head_fn *fn, void *arg, struct dv_err *err)
{
	struct lister l = { .dataset = dataset, .fn = fn, .arg = arg };
	struct dv_buf prefix = DV_BUF_INIT;
	int rc = dv_rkey_below(&prefix, DV_RKEY_HEADS, ns,
			       ns ? dataset : NULL, err);

	if (!rc)
		rc = dv_conn_each_key(c, prefix.data, DV_CATALOG_KEYS_MAX,
				      list_head, &l, err);
	if (!rc)
		rc = tell_last(&l, err);
	dv_buf_release(&l.last);
	dv_buf_release(&l.ns);
	dv_buf_release(&l.name);
	dv_buf_release(&l.tag);
	dv_buf_release(&prefix);
	return rc;
}

struct reader {
	struct dv_conn *c;
	struct dv_strlist keys;
	uint64_t bytes;			/* of these */
	struct dv_buf key, ns, name, tag;
	dv_catalog_read_head_fn *fn;
	void *arg;
};

static int note_head(void *arg, const char *ns, const char *dataset,
		     const char *tag, uint64_t n, struct dv_err *err)
{
	struct reader *r = arg;
	int rc;

	if (r->keys.n == HEADS_MAX)
		return dv_err_set(err, DV_E_LIMIT, "remote '%s' has more than "
				  "%d heads", r->c->name, HEADS_MAX);
	rc = dv_rkey_head(&r->key, ns, dataset, *tag ? tag : NULL, err);
	if (rc < 0)
		return rc;
	dv_strlist_add(&r->keys, dv_rkey_add_number(&r->key, n));
	r->bytes += r->key.len;
	if (r->bytes <= BYTES_MAX)
		return 0;
	return dv_err_set(err, DV_E_LIMIT, "remote '%s': the names of its "
			  "heads are longer than %u MiB together", r->c->name,
			  BYTES_MAX >> 20);
}

static int take_head(void *arg, size_t i, const void *data, size_t n,
		     struct dv_err *err)
{
	struct reader *r = arg;
	struct dv_catalog_head h;
	int rc;

	if (!data)
		return gone(r->c, r->keys.v[i], err);
	rc = parse_head(r->c, r->keys.v[i], data, n, h.version, err);
	if (rc < 0)
		return rc;
	dv_rkey_parse_head(r->keys.v[i], &r->ns, &r->name, &r->tag, &h.n);
	return r->fn(r->arg, r->ns.data, r->name.data, dv_buf_cstr(&r->tag),
		     &h, err);
}

int dv_catalog_read_heads(struct dv_conn *c, const char *ns,
			  const char *dataset, dv_catalog_read_head_fn *fn,
			  void *arg, struct dv_err *err)
{
	struct reader r = { .c = c, .fn = fn, .arg = arg };
	int rc = dv_catalog_heads(c, ns, dataset, note_head, &r, err);

	if (!rc)
		rc = dv_conn_read_all(c, &r.keys, DV_HEADREC_MAX, take_head,
				      &r, err);
	dv_strlist_release(&r.keys);
	dv_buf_release(&r.key);
	dv_buf_release(&r.ns);
	dv_buf_release(&r.name);
	dv_buf_release(&r.tag);
	return rc;
}
