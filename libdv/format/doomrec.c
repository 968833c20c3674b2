/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hex.h"
#include "format/headrec.h"
#include "format/keyline.h"

#define NUMBER_DIGITS 10		/* as in dv/manifests/<id>/<n> */

void dv_doomrec_release(struct dv_doomrec *d)
{
	free(d->packs);
	free(d->manifests);
	free(d->numbers);
	memset(d, 0, sizeof(*d));
}

/* numbers NULL: there are none. */
static void format_ids(struct dv_buf *out, const char *key,
		       const struct dv_digest *ids, const uint64_t *numbers,
		       size_t n)
{
	char hex[DV_DIGEST_TEXT];

	dv_buf_printf(out, "%ss %zu\n", key, n);
	for (size_t i = 0; i < n; i++) {
		dv_buf_printf(out, "%s %s", key, dv_digest_hex(hex, &ids[i]));
		if (numbers)
			dv_buf_printf(out, " %" PRIu64, numbers[i]);
		dv_buf_char(out, '\n');
	}
}

void dv_doomrec_format(struct dv_buf *out, const struct dv_doomrec *d)
{
	dv_buf_printf(out, "dv-gc 1\nnonce %s\n", d->nonce);
	format_ids(out, "manifest", d->manifests, d->numbers,
		   d->manifests_n);
	format_ids(out, "pack", d->packs, NULL, d->packs_n);
}

/* Decimal from 1 on, of as many digits as a key has. */
static bool read_number(const char *p, size_t n, uint64_t *out)
{
	*out = 0;
	if (!n || n > NUMBER_DIGITS || *p == '0')
		return false;
	for (size_t i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return false;
		*out = *out * 10 + (uint64_t)(p[i] - '0');
	}
	return true;
}

/* number NULL: there is none. */
static int next_id(struct dv_keyline *in, const char *key, enum dv_algo algo,
		   struct dv_digest *out, uint64_t *number,
		   struct dv_err *err)
{
	size_t n, size = dv_algo_size(algo);
	uint8_t bytes[DV_DIGEST_MAX];
	const char *value;
	int rc = dv_keyline_next(in, key, &value, &n, err);

	if (rc)
		return rc;
	if (number && (n < 2 * size + 2 || value[2 * size] != ' ' ||
		       !read_number(value + 2 * size + 1, n - 2 * size - 1,
				    number)))
		return dv_keyline_bad(in, "this is no id and number", err);
	if ((!number && n != 2 * size) || !dv_hex_is(value, 2 * size))
		return dv_keyline_bad(in, "this is no id of the remote's "
					  "object format", err);
	dv_hex_parse(bytes, value, size);
	dv_digest_set(out, algo, bytes);
	return 0;
}

/*
 * "<keys> <count>" and as many lines "<key> <id>", or, where numbers are
 * asked for, "<key> <id> <number>", for which there is room.
 */
static int next_ids(struct dv_keyline *in, const char *keys, const char *key,
		    enum dv_algo algo, struct dv_digest **ids,
		    uint64_t **numbers, size_t *count, struct dv_err *err)
{
	size_t n = 0, line = strlen(key) + 1 + 2 * dv_algo_size(algo) + 1;
	int rc = dv_keyline_number(in, keys, &n, err);

	if (rc || !n)
		return rc;
	if (n > (size_t)(in->end - in->p) / line)
		return dv_keyline_bad(in, "there are not so many lines", err);
	*ids = dv_reallocarray(NULL, n, sizeof(**ids));
	if (numbers)
		*numbers = dv_reallocarray(NULL, n, sizeof(**numbers));
	*count = n;
	for (size_t i = 0; i < n; i++) {
		rc = next_id(in, key, algo, &(*ids)[i],
			     numbers ? &(*numbers)[i] : NULL, err);
		if (rc)
			return rc;
		if (i && dv_digest_cmp(&(*ids)[i - 1], &(*ids)[i]) >= 0)
			return dv_keyline_bad(in, "ids out of order", err);
	}
	return 0;
}

int dv_doomrec_parse(struct dv_doomrec *d, enum dv_algo algo,
		     const void *buf, size_t n, struct dv_err *err)
{
	struct dv_keyline in = dv_keyline_of(buf, n, "record of a gc");
	struct dv_doomrec x = { .nonce = "" };
	int rc;

	rc = dv_keyline_magic(&in, "dv-gc", 1, err);
	if (!rc)
		rc = dv_nonce_read(&in, x.nonce, err);
	if (!rc)
		rc = next_ids(&in, "manifests", "manifest", algo,
			      &x.manifests, &x.numbers, &x.manifests_n, err);
	if (!rc)
		rc = next_ids(&in, "packs", "pack", algo, &x.packs, NULL,
			      &x.packs_n, err);
	if (!rc)
		rc = dv_keyline_finish(&in, err);
	if (rc)
		dv_doomrec_release(&x);
	else
		*d = x;
	return rc;
}
