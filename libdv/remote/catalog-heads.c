/* SPDX-License-Identifier: MIT */
#include "remote/catalog-parts.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "remote/rkey.h"
#include "remote/small.h"

/* Heads whose keys are held in memory. */
#define HEADS_MAX 1000000
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

static int read_head(struct dv_conn *c, const char *prefix, struct memory *m,
		     struct dv_err *err)
{
	struct dv_buf key = DV_BUF_INIT, bytes = DV_BUF_INIT;
	int rc;

	dv_buf_str(&key, prefix);
	dv_rkey_add_number(&key, m->at.n);
	rc = dv_small_read(c->t, key.data, DV_HEADREC_MAX, &bytes, err);
	if (!rc)
		rc = parse_head(c, key.data, dv_buf_cstr(&bytes), bytes.len,
				m->version, err);
	dv_buf_release(&key);
	dv_buf_release(&bytes);
	return rc;
}

static int find_head(struct dv_conn *c, const char *prefix,
		     struct dv_catalog_head *out, struct dv_err *err)
{
	struct memory m = { .at = { 0 } };
	bool known = recall(c, prefix, &m);
	struct dv_conn_number at;
	int rc;

	rc = dv_conn_newest(c, prefix, known ? m.at.n : 0, &at, err);
	if (!rc)
		memset(out, 0, sizeof(*out));
	if (rc <= 0)
		return rc;
	if (!known || at.n != m.at.n || at.size != m.at.size ||
	    at.modified != m.at.modified) {
		m.at = at;
		rc = read_head(c, prefix, &m, err);
		if (rc < 0)
			return rc;
		remember(c, prefix, &m);
	}
	out->n = m.at.n;
	memcpy(out->version, m.version, sizeof(m.version));
	return *m.version != '\0';
}

int dv_catalog_head(struct dv_conn *c, const char *ns, const char *dataset,
		    const char *tag, struct dv_catalog_head *out,
		    struct dv_err *err)
{
	struct dv_buf prefix = DV_BUF_INIT;
	int rc = dv_rkey_head(&prefix, ns, dataset, tag, err);

	if (!rc)
		rc = find_head(c, prefix.data, out, err);
	dv_buf_release(&prefix);
	return rc;
}

/* Create the number behind n: 1 ours, 0 somebody else's is there. */
static int create_next(struct dv_conn *c, const char *prefix,
		       const char *version, uint64_t n, struct dv_err *err)
{
	struct dv_buf key = DV_BUF_INIT, bytes = DV_BUF_INIT;
	struct dv_headrec h = { .nonce = "" };
	int rc = dv_nonce_make(h.nonce, err);

	if (rc < 0)
		return rc;
	if (n >= DV_RKEY_NUMBER_MAX)
		return dv_err_set(err, DV_E_LIMIT, "remote '%s': '%s' has no "
				  "number left", c->name, prefix);
	assert(!*version || dv_record_id_is(version));
	memcpy(h.version, version, strlen(version) + 1);
	dv_headrec_format(&bytes, &h);
	dv_buf_str(&key, prefix);
	dv_rkey_add_number(&key, n + 1);
	rc = dv_conn_create(c, key.data, bytes.data, bytes.len, NULL, 0, err);
	dv_buf_release(&key);
	dv_buf_release(&bytes);
	return rc;
}

static int move_head(struct dv_conn *c, const char *prefix,
		     const char *version, struct dv_catalog_head *was,
		     struct dv_err *err)
{
	int rc = create_next(c, prefix, version, was->n, err);

	if (rc > 0) {
		was->n++;
		memmove(was->version, version, strlen(version) + 1);
		return 1;
	}
	if (!rc)
		rc = find_head(c, prefix, was, err);
	return rc < 0 ? rc : 0;
}

int dv_catalog_move(struct dv_conn *c, const char *ns, const char *dataset,
		    const char *tag, const char *version,
		    struct dv_catalog_head *was, struct dv_err *err)
{
	struct dv_buf prefix = DV_BUF_INIT;
	int rc = dv_rkey_head(&prefix, ns, dataset, tag, err);

	if (!rc)
		rc = move_head(c, prefix.data, version, was, err);
	dv_buf_release(&prefix);
	return rc;
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
	if (!rc)
		dv_strlist_add(&r->keys, dv_rkey_add_number(&r->key, n));
	return rc;
}

static int take_head(void *arg, size_t i, const void *data, size_t n,
		     struct dv_err *err)
{
	struct reader *r = arg;
	struct dv_catalog_head h;
	int rc;

	if (!data)
		return dv_err_set(err, DV_E_MISSING, "remote '%s': '%s' has "
				  "gone while it was read", r->c->name,
				  r->keys.v[i]);
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
