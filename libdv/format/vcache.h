/* SPDX-License-Identifier: MIT */
#ifndef DV_FORMAT_VCACHE_H
#define DV_FORMAT_VCACHE_H

/*
 * Version cache: all version records of a repository in one file that is
 * mapped and searched where it lies, dv-format-vcache(5).  It can be made
 * again from refs and files at any time, so a reader that finds anything
 * wrong with it makes it again.
 *
 * Invariants of what dv_vcache_decode() took: data sets ascend by name;
 * the rows of one are together, newest first; ids are valid and unique in
 * a dataset; every offset is inside.  A record's own check is looked at
 * when it is asked for.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "format/record.h"

#define DV_VCACHE_HEADER 64
#define DV_VCACHE_DATASET 16
#define DV_VCACHE_ROW 128
#define DV_VCACHE_ID 40		/* of a version, NUL-padded */
#define DV_VCACHE_TAG 20
#define DV_VCACHE_KEY 16
#define DV_VCACHE_MAX (1ull << 40)

/* One version.  Pointers are borrowed from whoever made it. */
struct dv_vcache_row {
	const char *dataset;
	const char *id;
	char tag[41];		/* hex of the git object; "" in a file */
	int64_t time;
	struct dv_digest manifest;
	const void *record;	/* to encode; dv_vcache_record() to read */
	size_t record_len;
};

struct dv_vcache {
	const uint8_t *data;
	enum dv_algo algo;
	uint8_t key[DV_VCACHE_KEY];
	int64_t stamp;
	size_t n_datasets, n;
	const uint8_t *datasets, *rows, *order;	/* private */
	const char *names;
	const uint8_t *records;
	size_t names_len, records_len;
};

/*
 * Encode n rows, in their final order.  key tells the state they were
 * read from, stamp (nanoseconds since 1970) when that began.
 */
void dv_vcache_encode(struct dv_buf *out, enum dv_algo algo,
		      const uint8_t key[DV_VCACHE_KEY], int64_t stamp,
		      const struct dv_vcache_row *rows, size_t n);

/*
 * Check len bytes at buf and set *out, which points into them.
 * DV_E_FORMAT and DV_E_DIGEST; DV_E_UNSUPPORTED for another version.
 */
int dv_vcache_decode(struct dv_vcache *out, const void *buf, size_t len,
		     struct dv_err *err);

/* The name of dataset i < n_datasets and its rows [*first, *first + *n). */
const char *dv_vcache_dataset(const struct dv_vcache *c, size_t i,
			      size_t *first, size_t *n);
/* Index of a dataset, or -1. */
ptrdiff_t dv_vcache_find_dataset(const struct dv_vcache *c,
				 const char *name);
/* Row i < n; its dataset and record are left NULL. */
void dv_vcache_get(const struct dv_vcache *c, size_t i,
		   struct dv_vcache_row *out);
/* Id of row i < n. */
const char *dv_vcache_id(const struct dv_vcache *c, size_t i);
/*
 * The k-th row by id of the dataset whose rows begin at first; k less
 * than their number.
 */
size_t dv_vcache_by_id(const struct dv_vcache *c, size_t first, size_t k);
/*
 * How many of a dataset's ids begin with the text; *k is the first of
 * them for dv_vcache_by_id().
 */
size_t dv_vcache_match(const struct dv_vcache *c, size_t first, size_t n,
		       const char *text, size_t *k);
/* The record of row i < n and its length; NULL if its check differs. */
const void *dv_vcache_record(const struct dv_vcache *c, size_t i, size_t *n);

#endif
