/* SPDX-License-Identifier: MIT */
#include "remote/catalog-parts.h"

#include <string.h>

#include "remote/rkey.h"
#include "remote/small.h"

/* Who comes first this often is no other writer, but a remote that lies. */
#define TRIES 100

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
	return rc < 0 ? dv_catalog_refuse(c, key->data, err) : 1;
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
	dv_buf_release(&key);
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
