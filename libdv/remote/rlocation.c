/* SPDX-License-Identifier: MIT */
#include "remote/catalog-parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "remote/rkey.h"
#include "remote/small.h"

/* Who comes first this often is no other writer, but a remote that lies. */
#define TRIES 100
#define BATCH 1024		/* that are read together */

void dv_rlocation_release(struct dv_rlocation *x)
{
	dv_buf_release(&x->bytes);
	memset(x, 0, sizeof(*x));
}

/* --- reading ------------------------------------------------------------------ */

static int open_bytes(const struct dv_digest *manifest,
		      const struct dv_buf *bytes, struct dv_location *l,
		      struct dv_err *err)
{
	char is[DV_DIGEST_TEXT];
	int rc;

	rc = dv_location_open(l, dv_buf_cstr(bytes), bytes->len, err);
	if (!rc && !dv_digest_eq(&l->manifest, manifest))
		rc = dv_err_set(err, DV_E_FORMAT,
				"this is the location record of '%s'",
				dv_digest_format(is, &l->manifest));
	return rc;
}

/* The one that *x->n says: the key is made in key. */
static int read_number(struct dv_rlocation *x, struct dv_conn *c,
		       const struct dv_digest *manifest, struct dv_buf *key,
		       struct dv_err *err)
{
	int rc;

	dv_rkey_manifest(key, manifest);
	dv_rkey_add_number(key, x->n);
	rc = dv_small_read(c->t, key->data, DV_LOCATION_MAX, &x->bytes, err);
	if (rc < 0)
		return rc;
	rc = open_bytes(manifest, &x->bytes, &x->l, err);
	if (rc < 0)
		return dv_catalog_refuse(c, key->data, err);
	dv_rcache_published_add(c->cache, manifest);
	return 1;
}

/* One that has gone since it was found was replaced by a higher one. */
static int read_newest(struct dv_rlocation *x, struct dv_conn *c,
		       const struct dv_digest *manifest, struct dv_buf *key,
		       struct dv_err *err)
{
	int rc = 0;

	for (int i = 0; i < 2; i++) {
		dv_rkey_manifest(key, manifest);
		rc = dv_conn_highest(c, key->data, 0, &x->n, err);
		if (rc <= 0)
			return rc;
		rc = read_number(x, c, manifest, key, err);
		if (rc != -DV_E_MISSING)
			return rc;
	}
	return rc;
}

int dv_rlocation_read(struct dv_rlocation *out, struct dv_conn *c,
		      const struct dv_digest *manifest, struct dv_err *err)
{
	struct dv_rlocation x = { .n = 0 };
	struct dv_buf key = DV_BUF_INIT;
	int rc = read_newest(&x, c, manifest, &key, err);

	if (rc > 0)
		*out = x;
	else
		dv_rlocation_release(&x);
	if (!rc)
		dv_rcache_published_withdraw(c->cache, manifest);
	dv_buf_release(&key);
	return rc;
}

/* --- many ---------------------------------------------------------------------- */

struct reader {
	struct dv_conn *c;
	const struct dv_digest *manifests;
	const uint64_t *numbers;	/* of the keys */
	size_t *of;			/* and their places */
	size_t *gone, gone_n;		/* places of those that have gone */
	struct dv_strlist keys;
	size_t first;			/* place of the first */
	struct dv_rlocation x;
	dv_rlocation_fn *fn;
	void *arg;
};

static int take(void *arg, size_t k, const void *data, size_t n,
		struct dv_err *err)
{
	struct reader *r = arg;
	size_t i = r->of[k];
	int rc;

	if (!data) {
		r->gone[r->gone_n++] = i;
		return 0;
	}
	dv_rlocation_release(&r->x);
	r->x.n = r->numbers[k];
	dv_buf_add(&r->x.bytes, data, n);
	rc = open_bytes(&r->manifests[i], &r->x.bytes, &r->x.l, err);
	if (rc < 0)
		return dv_catalog_refuse(r->c, r->keys.v[k], err);
	dv_rcache_published_add(r->c->cache, &r->manifests[i]);
	return r->fn(r->arg, i, &r->x, err);
}

/* They went since they were found: for newer ones, if any. */
static int read_gone(struct reader *r, struct dv_err *err)
{
	int rc = 0;

	for (size_t k = 0; k < r->gone_n && rc >= 0; k++) {
		size_t i = r->gone[k];

		dv_rlocation_release(&r->x);
		rc = dv_rlocation_read(&r->x, r->c, &r->manifests[i], err);
		if (rc >= 0)
			rc = r->fn(r->arg, i, rc ? &r->x : NULL, err);
	}
	return rc;
}

/* Those of r->first and behind whose number is in at. */
static int read_some(struct reader *r, const struct dv_conn_number *at,
		     size_t n, struct dv_err *err)
{
	uint64_t *numbers = dv_calloc(n, sizeof(*numbers));
	struct dv_buf key = DV_BUF_INIT;
	int rc = 0;

	r->of = dv_calloc(n, sizeof(*r->of));
	r->gone = dv_calloc(n, sizeof(*r->gone));
	r->gone_n = 0;
	for (size_t k = 0; k < n && !rc; k++) {
		size_t i = r->first + k;

		if (!at[k].n) {
			dv_rcache_published_withdraw(r->c->cache,
						     &r->manifests[i]);
			rc = r->fn(r->arg, i, NULL, err);
			continue;
		}
		dv_rkey_manifest(&key, &r->manifests[i]);
		numbers[r->keys.n] = at[k].n;
		r->of[r->keys.n] = i;
		dv_strlist_add(&r->keys, dv_rkey_add_number(&key, at[k].n));
	}
	r->numbers = numbers;
	if (!rc)
		rc = dv_conn_read_all(r->c, &r->keys, DV_LOCATION_MAX, take,
				      r, err);
	if (!rc)
		rc = read_gone(r, err);
	dv_strlist_release(&r->keys);
	dv_buf_release(&key);
	free(numbers);
	free(r->of);
	free(r->gone);
	return rc;
}

static int find_some(struct reader *r, size_t n, struct dv_err *err)
{
	struct dv_conn_number *at = dv_calloc(n, sizeof(*at));
	struct dv_strlist prefixes = DV_STRLIST_INIT;
	struct dv_buf key = DV_BUF_INIT;
	int rc;

	for (size_t k = 0; k < n; k++)
		dv_strlist_add(&prefixes, dv_rkey_manifest(
			&key, &r->manifests[r->first + k]));
	rc = dv_conn_newest_all(r->c, &prefixes, NULL, at, err);
	if (!rc)
		rc = read_some(r, at, n, err);
	dv_strlist_release(&prefixes);
	dv_buf_release(&key);
	free(at);
	return rc;
}

int dv_rlocation_read_all(struct dv_conn *c, const struct dv_digest *manifests,
			  size_t n, dv_rlocation_fn *fn, void *arg,
			  struct dv_err *err)
{
	struct reader r = { .c = c, .manifests = manifests, .fn = fn,
			    .arg = arg };
	int rc = 0;

	while (r.first < n && !rc) {
		size_t some = n - r.first < BATCH ? n - r.first : BATCH;

		rc = find_some(&r, some, err);
		r.first += some;
	}
	dv_rlocation_release(&r.x);
	return rc;
}

/* --- writing ------------------------------------------------------------------ */

/* To ours all that theirs has besides.  Returns whether ours had more. */
static bool take_over(struct dv_buf *ours, const struct dv_rlocation *theirs,
		      const struct dv_location *l)
{
	struct dv_location_builder *b = dv_location_builder_new(l->algo);
	struct dv_buf both = DV_BUF_INIT;
	bool more;

	dv_location_builder_add(b, &theirs->l);
	dv_location_builder_add(b, l);
	dv_location_builder_encode(b, &l->manifest, l->root, l->root_len,
				   &both);
	dv_location_builder_free(b);
	more = both.len != theirs->bytes.len ||
	       memcmp(both.data, theirs->bytes.data, both.len);
	dv_buf_release(ours);
	*ours = both;
	return more;
}

/* 1: it is there as number n; 0: another one is. */
static int create_number(struct dv_conn *c, const struct dv_digest *manifest,
			 const struct dv_buf *bytes, uint64_t n,
			 struct dv_err *err)
{
	struct dv_buf key = DV_BUF_INIT;
	int rc;

	dv_rkey_manifest(&key, manifest);
	if (n > DV_RKEY_NUMBER_MAX)
		rc = dv_err_set(err, DV_E_LIMIT, "remote '%s': '%s' has no "
				"number left", c->name, key.data);
	else
		rc = dv_conn_create(c, dv_rkey_add_number(&key, n),
				    bytes->data, bytes->len, NULL, 0, err);
	dv_buf_release(&key);
	return rc;
}

/*
 * One try at the number behind *n.  1: done, *n is the number.  0: what
 * was there before us, number *n, is in bytes now, too.
 */
static int try_number(struct dv_conn *c, const struct dv_digest *manifest,
		      struct dv_buf *bytes, uint64_t *n, struct dv_err *err)
{
	struct dv_rlocation theirs;
	struct dv_location l;
	int rc = open_bytes(manifest, bytes, &l, err);

	if (!rc)
		rc = create_number(c, manifest, bytes, *n + 1, err);
	if (rc > 0)
		++*n;
	if (rc)
		return rc;
	rc = dv_rlocation_read(&theirs, c, manifest, err);
	if (rc <= 0)
		return rc;
	*n = theirs.n;
	rc = !take_over(bytes, &theirs, &l);
	dv_rlocation_release(&theirs);
	return rc;
}

int dv_rlocation_write(struct dv_conn *c, const struct dv_digest *manifest,
		       const struct dv_buf *bytes, uint64_t after,
		       uint64_t *n, struct dv_err *err)
{
	struct dv_buf mine = DV_BUF_INIT;
	uint64_t at = after;
	int rc = 0;

	dv_buf_add(&mine, bytes->data, bytes->len);
	for (int i = 0; i < TRIES && !rc; i++)
		rc = try_number(c, manifest, &mine, &at, err);
	dv_buf_release(&mine);
	if (rc < 0)
		return rc;
	if (!rc)
		return dv_err_set(err, DV_E_CONFLICT, "remote '%s': each "
				  "number for a location record was taken",
				  c->name);
	*n = at;
	return 0;
}
