/* SPDX-License-Identifier: MIT */
#include "format/vcache.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hex.h"

/*
 * Header, big-endian:
 *	 0  4  magic "DVVC"
 *	 4  1  version: 1
 *	 5  1  object format: 1 xxh128, 2 sha256
 *	 6  2  0
 *	 8  8  length of the file
 *	16 16  key
 *	32  8  stamp
 *	40  4  d, datasets
 *	44  4  v, versions
 *	48  8  where the records begin
 *	56  8  XXH3-64 of [64, records)
 * Dataset:
 *	 0  4  offset of its name in the names
 *	 4  4  length of the name, which a NUL follows
 *	 8  4  first row
 *	12  4  rows
 * Row:
 *	 0  8  time
 *	 8 32  manifest id, zeros behind
 *	40 20  git id of the tag, or zeros
 *	60  4  length of the record
 *	64 40  version id, zeros behind
 *	104 8  offset of the record in the records
 *	112 8  XXH3-64 of the record
 *	120 8  0
 */
enum {
	H_VERSION = 4, H_ALGO = 5, H_ZERO = 6, H_LENGTH = 8, H_KEY = 16,
	H_STAMP = 32, H_DATASETS = 40, H_ROWS = 44, H_RECORDS = 48,
	H_CHECK = 56,
	R_MANIFEST = 8, R_TAG = 40, R_LENGTH = 60, R_ID = 64, R_OFFSET = 104,
	R_CHECK = 112, R_ZERO = 120
};

static const char magic[4] = { 'D', 'V', 'V', 'C' };

/* --- encode ------------------------------------------------------------- */

static bool same_dataset(const struct dv_vcache_row *rows, size_t i, size_t k)
{
	return !strcmp(rows[i].dataset, rows[k].dataset);
}

static void put_datasets(struct dv_buf *out, struct dv_buf *names,
			 const struct dv_vcache_row *rows, size_t n)
{
	size_t i, end;

	for (i = 0; i < n; i = end) {
		size_t len = strlen(rows[i].dataset);

		for (end = i + 1; end < n && same_dataset(rows, i, end); end++)
			;
		dv_buf_be32(out, (unsigned)names->len);
		dv_buf_be32(out, (unsigned)len);
		dv_buf_be32(out, (unsigned)i);
		dv_buf_be32(out, (unsigned)(end - i));
		dv_buf_add(names, rows[i].dataset, len + 1);
	}
}

static void put_row(struct dv_buf *out, const struct dv_vcache_row *row,
		    uint64_t offset)
{
	uint8_t tag[DV_VCACHE_TAG] = { 0 };
	char id[DV_VCACHE_ID] = { 0 };

	if (*row->tag && dv_hex_parse(tag, row->tag, sizeof(tag)))
		memset(tag, 0, sizeof(tag));
	memcpy(id, row->id, strnlen(row->id, sizeof(id) - 1));

	dv_buf_be64(out, (uint64_t)row->time);
	dv_buf_add(out, row->manifest.b, DV_DIGEST_MAX);
	dv_buf_add(out, tag, sizeof(tag));
	dv_buf_be32(out, (unsigned)row->record_len);
	dv_buf_add(out, id, sizeof(id));
	dv_buf_be64(out, offset);
	dv_buf_be64(out, dv_hash64(row->record, row->record_len));
	dv_buf_be64(out, 0);
}

/* Row numbers by dataset, then id: what qsort(3) moves. */
struct ref {
	const char *id;
	unsigned dataset, row;
};

static int by_id(const void *a, const void *b)
{
	const struct ref *x = a, *y = b;

	if (x->dataset != y->dataset)
		return x->dataset < y->dataset ? -1 : 1;
	return strcmp(x->id, y->id);
}

static void put_order(struct dv_buf *out, const struct dv_vcache_row *rows,
		      size_t n)
{
	struct ref *refs = dv_calloc(n + 1, sizeof(*refs));
	unsigned dataset = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		dataset += i && !same_dataset(rows, i - 1, i);
		refs[i] = (struct ref){ rows[i].id, dataset, (unsigned)i };
	}
	qsort(refs, n, sizeof(*refs), by_id);
	for (i = 0; i < n; i++)
		dv_buf_be32(out, refs[i].row);
	free(refs);
}

void dv_vcache_encode(struct dv_buf *out, enum dv_algo algo,
		      const uint8_t key[DV_VCACHE_KEY], int64_t stamp,
		      const struct dv_vcache_row *rows, size_t n)
{
	struct dv_buf names = DV_BUF_INIT, sets = DV_BUF_INIT;
	size_t i, start = out->len, records;
	uint64_t offset = 0;
	uint8_t *h;

	put_datasets(&sets, &names, rows, n);
	dv_buf_reserve(out, DV_VCACHE_HEADER);
	dv_buf_setlen(out, start + DV_VCACHE_HEADER);
	dv_buf_add(out, sets.data, sets.len);
	for (i = 0; i < n; i++) {
		put_row(out, &rows[i], offset);
		offset += rows[i].record_len;
	}
	put_order(out, rows, n);
	dv_buf_add(out, names.data, names.len);
	records = out->len - start;
	for (i = 0; i < n; i++)
		dv_buf_add(out, rows[i].record, rows[i].record_len);

	h = (uint8_t *)out->data + start;
	memset(h, 0, DV_VCACHE_HEADER);
	memcpy(h, magic, sizeof(magic));
	h[H_VERSION] = 1;
	h[H_ALGO] = (uint8_t)algo;
	dv_put_be64(h + H_LENGTH, out->len - start);
	memcpy(h + H_KEY, key, DV_VCACHE_KEY);
	dv_put_be64(h + H_STAMP, (uint64_t)stamp);
	dv_put_be32(h + H_DATASETS, (unsigned)(sets.len / DV_VCACHE_DATASET));
	dv_put_be32(h + H_ROWS, (unsigned)n);
	dv_put_be64(h + H_RECORDS, records);
	dv_put_be64(h + H_CHECK, dv_hash64(h + DV_VCACHE_HEADER,
					   records - DV_VCACHE_HEADER));
	dv_buf_release(&names);
	dv_buf_release(&sets);
}

/* --- decode ------------------------------------------------------------- */

static int bad(struct dv_err *err, const char *what)
{
	return dv_err_set(err, DV_E_FORMAT, "version cache: %s", what);
}

static bool all_zero(const uint8_t *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (p[i])
			return false;
	return true;
}

static const uint8_t *row_at(const struct dv_vcache *c, size_t i)
{
	return c->rows + i * DV_VCACHE_ROW;
}

/* Header and where the parts lie; nothing behind the header is read. */
static int decode_header(struct dv_vcache *c, const uint8_t *h, size_t len,
			 struct dv_err *err)
{
	uint64_t records, fixed;

	if (len < DV_VCACHE_HEADER || memcmp(h, magic, sizeof(magic)))
		return bad(err, "it is none");
	if (h[H_VERSION] != 1)
		return dv_err_set(err, DV_E_UNSUPPORTED,
				  "version cache: of version %d", h[H_VERSION]);
	if ((h[H_ALGO] != DV_ALGO_XXH128 && h[H_ALGO] != DV_ALGO_SHA256) ||
	    h[H_ZERO] || h[H_ZERO + 1])
		return bad(err, "unknown object format");
	if (dv_get_be64(h + H_LENGTH) != len)
		return bad(err, "it is cut off");

	c->algo = h[H_ALGO];
	memcpy(c->key, h + H_KEY, sizeof(c->key));
	c->stamp = (int64_t)dv_get_be64(h + H_STAMP);
	c->n_datasets = dv_get_be32(h + H_DATASETS);
	c->n = dv_get_be32(h + H_ROWS);
	records = dv_get_be64(h + H_RECORDS);
	fixed = DV_VCACHE_HEADER + (uint64_t)c->n_datasets * DV_VCACHE_DATASET +
		(uint64_t)c->n * (DV_VCACHE_ROW + 4);
	if (records > len || fixed > records)
		return bad(err, "its parts do not fit in it");

	c->data = h;
	c->datasets = h + DV_VCACHE_HEADER;
	c->rows = c->datasets + c->n_datasets * DV_VCACHE_DATASET;
	c->order = c->rows + c->n * DV_VCACHE_ROW;
	c->names = (const char *)c->order + c->n * 4;
	c->names_len = (size_t)(records - fixed);
	c->records = h + records;
	c->records_len = len - (size_t)records;
	if (dv_get_be64(h + H_CHECK) !=
	    dv_hash64(c->datasets, (size_t)records - DV_VCACHE_HEADER))
		return dv_err_set(err, DV_E_DIGEST,
				  "version cache: its check differs");
	return 0;
}

static bool row_ok(const struct dv_vcache *c, size_t i)
{
	const uint8_t *p = row_at(c, i);
	const char *id = (const char *)p + R_ID;
	uint64_t offset = dv_get_be64(p + R_OFFSET);
	size_t len = strnlen(id, DV_VCACHE_ID);
	size_t size = dv_algo_size(c->algo);

	return len < DV_VCACHE_ID && dv_record_id_is(id) &&
	       all_zero(p + R_ID + len, DV_VCACHE_ID - len) &&
	       all_zero(p + R_MANIFEST + size, DV_DIGEST_MAX - size) &&
	       all_zero(p + R_ZERO, 8) && offset <= c->records_len &&
	       dv_get_be32(p + R_LENGTH) <= c->records_len - offset;
}

/* Rows newest first; by id each of them once. */
static int check_rows(const struct dv_vcache *c, size_t first, size_t n,
		      struct dv_err *err)
{
	const char *last = "";
	size_t i;

	for (i = first; i < first + n; i++) {
		size_t at = dv_get_be32(c->order + i * 4);

		if (!row_ok(c, i))
			return bad(err, "a row is damaged");
		if (i > first && (int64_t)dv_get_be64(row_at(c, i)) >
				 (int64_t)dv_get_be64(row_at(c, i - 1)))
			return bad(err, "rows are out of order");
		if (at < first || at >= first + n ||
		    strnlen((const char *)row_at(c, at) + R_ID,
			    DV_VCACHE_ID) == DV_VCACHE_ID ||
		    strcmp(last, dv_vcache_id(c, at)) >= 0)
			return bad(err, "ids are out of order");
		last = dv_vcache_id(c, at);
	}
	return 0;
}

static int check_datasets(const struct dv_vcache *c, struct dv_err *err)
{
	const char *last = "";
	size_t i, next = 0, at = 0;
	int rc;

	for (i = 0; i < c->n_datasets; i++) {
		const uint8_t *p = c->datasets + i * DV_VCACHE_DATASET;
		size_t len = dv_get_be32(p + 4), n = dv_get_be32(p + 12);

		if (dv_get_be32(p) != at || len >= c->names_len - at ||
		    strnlen(c->names + at, len + 1) != len ||
		    strcmp(last, c->names + at) >= 0)
			return bad(err, "a name is damaged or out of order");
		if (dv_get_be32(p + 8) != next || !n || n > c->n - next)
			return bad(err, "a dataset's rows are not its own");
		rc = check_rows(c, next, n, err);
		if (rc < 0)
			return rc;
		last = c->names + at;
		at += len + 1;
		next += n;
	}
	return next == c->n && at == c->names_len ? 0 :
	       bad(err, "there is more than datasets use");
}

int dv_vcache_decode(struct dv_vcache *out, const void *buf, size_t len,
		     struct dv_err *err)
{
	struct dv_vcache c;
	int rc;

	memset(&c, 0, sizeof(c));
	rc = decode_header(&c, buf, len, err);
	if (!rc)
		rc = check_datasets(&c, err);
	if (!rc)
		*out = c;
	return rc;
}

/* --- look-ups ----------------------------------------------------------- */

const char *dv_vcache_dataset(const struct dv_vcache *c, size_t i,
			      size_t *first, size_t *n)
{
	const uint8_t *p = c->datasets + i * DV_VCACHE_DATASET;

	*first = dv_get_be32(p + 8);
	*n = dv_get_be32(p + 12);
	return c->names + dv_get_be32(p);
}

ptrdiff_t dv_vcache_find_dataset(const struct dv_vcache *c, const char *name)
{
	size_t lo = 0, hi = c->n_datasets, first, n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int cmp = strcmp(dv_vcache_dataset(c, mid, &first, &n), name);

		if (!cmp)
			return (ptrdiff_t)mid;
		if (cmp < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return -1;
}

const char *dv_vcache_id(const struct dv_vcache *c, size_t i)
{
	return (const char *)row_at(c, i) + R_ID;
}

void dv_vcache_get(const struct dv_vcache *c, size_t i,
		   struct dv_vcache_row *out)
{
	const uint8_t *p = row_at(c, i);

	memset(out, 0, sizeof(*out));
	out->id = dv_vcache_id(c, i);
	out->time = (int64_t)dv_get_be64(p);
	dv_digest_set(&out->manifest, c->algo, p + R_MANIFEST);
	if (!all_zero(p + R_TAG, DV_VCACHE_TAG))
		dv_hex_format(out->tag, p + R_TAG, DV_VCACHE_TAG);
	out->record_len = dv_get_be32(p + R_LENGTH);
}

size_t dv_vcache_by_id(const struct dv_vcache *c, size_t first, size_t k)
{
	return dv_get_be32(c->order + (first + k) * 4);
}

/* The first k whose id is not before text, or not among those with it. */
static size_t bound(const struct dv_vcache *c, size_t first, size_t n,
		    const char *text, size_t len, bool after)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		size_t row = dv_vcache_by_id(c, first, mid);
		int cmp = strncmp(dv_vcache_id(c, row), text, len);

		if (cmp < 0 || (after && !cmp))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

size_t dv_vcache_match(const struct dv_vcache *c, size_t first, size_t n,
		       const char *text, size_t *k)
{
	size_t len = strlen(text);

	*k = bound(c, first, n, text, len, false);
	return bound(c, first, n, text, len, true) - *k;
}

const void *dv_vcache_record(const struct dv_vcache *c, size_t i, size_t *n)
{
	const uint8_t *p = row_at(c, i);
	const uint8_t *record = c->records + dv_get_be64(p + R_OFFSET);
	size_t len = dv_get_be32(p + R_LENGTH);

	if (dv_get_be64(p + R_CHECK) != dv_hash64(record, len))
		return NULL;
	*n = len;
	return record;
}
