/* SPDX-License-Identifier: MIT */
#include "format/mlist.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/path.h"
#include "format/cut.h"
#include "format/manifest.h"

void dv_mref_encode(struct dv_buf *out, const struct dv_mref *ref)
{
	dv_mp_write_array(out, 4);
	dv_mp_write_bin(out, ref->first, ref->first_len);
	dv_mp_write_bin(out, ref->id.b, dv_algo_size(ref->id.algo));
	dv_mp_write_uint(out, ref->entries);
	dv_mp_write_uint(out, ref->bytes);
}

static bool decode(struct dv_mref *ref, struct dv_mp *in, enum dv_algo algo)
{
	const uint8_t *first, *id;
	size_t n;

	if (!dv_mp_read_array(in, &n))
		return false;
	if (n != 4) {
		in->why = "ref that has not four fields";
		return false;
	}
	if (!dv_mp_read_bin(in, &first, &ref->first_len) ||
	    !dv_mp_read_bin(in, &id, &n))
		return false;
	if (n != dv_algo_size(algo)) {
		in->why = "id of another length than the algorithm's";
		return false;
	}
	ref->first = (const char *)first;
	dv_digest_set(&ref->id, algo, id);
	return dv_mp_read_uint(in, &ref->entries) &&
	       dv_mp_read_uint(in, &ref->bytes);
}

int dv_mref_decode(struct dv_mref *ref, struct dv_mp *in,
		   enum dv_algo algo, unsigned depth, struct dv_err *err)
{
	if (!decode(ref, in, algo))
		return dv_mp_fail(in, err);
	if (!ref->entries || ref->entries > INT64_MAX ||
	    (!depth && ref->entries > DV_BLOCK_ENTRIES_MAX))
		return dv_err_set(err, DV_E_FORMAT,
				  "%llu entries, which is not possible",
				  (unsigned long long)ref->entries);
	if (!ref->bytes || ref->bytes > DV_LIST_BYTES_MAX)
		return dv_err_set(err, DV_E_FORMAT,
				  "%llu bytes, not 1 to 1048576",
				  (unsigned long long)ref->bytes);
	return 0;
}

void dv_mlist_release(struct dv_mlist *l)
{
	free(l->refs);
	*l = (struct dv_mlist)DV_MLIST_INIT;
}

/* Its first path is valid and behind the one before it. */
static int check_first(const struct dv_mlist *l, const struct dv_mref *ref,
		       struct dv_err *err)
{
	const struct dv_mref *before;
	int rc;

	if (ref->first_len == 1 && ref->first[0] == '.' && ref->entries == 1)
		return 0;
	rc = dv_path_check(ref->first, ref->first_len, err);
	if (rc < 0 || !l->n)
		return rc;
	before = &l->refs[l->n - 1];
	if (dv_path_cmp(before->first, before->first_len, ref->first,
			ref->first_len) >= 0)
		return dv_err_set(err, DV_E_FORMAT,
				  "its first path is not behind the one before");
	return 0;
}

/* Behind the last ref taken, bytes into the list, does it end rightly? */
static int check_cut(const struct dv_mlist *l, size_t n, size_t bytes,
		     enum dv_mlist_place place, struct dv_err *err)
{
	const struct dv_mref *ref = &l->refs[l->n - 1];
	bool cut;

	if (place == DV_MLIST_ROOT)
		return 0;
	cut = dv_cut_list(ref->first, ref->first_len, l->n, bytes);
	if (cut && l->n < n)
		return dv_err_set(err, DV_E_FORMAT,
				  "the list goes on behind ref %zu, which ends one",
				  l->n - 1);
	if (!cut && l->n == n && place != DV_MLIST_LAST)
		return dv_err_set(err, DV_E_FORMAT,
				  "the list ends behind ref %zu, which ends none",
				  l->n - 1);
	return 0;
}

static int decode_next(struct dv_mlist *l, struct dv_mp *in,
		       enum dv_algo algo, uint64_t *sum, struct dv_err *err)
{
	struct dv_mref *ref = &l->refs[l->n];
	int rc = dv_mref_decode(ref, in, algo, l->depth, err);

	if (!rc)
		rc = check_first(l, ref, err);
	if (rc < 0) {
		err->code = DV_E_FORMAT;
		return dv_err_prefix(err, "ref %zu", l->n);
	}
	l->n++;
	*sum += ref->entries;
	if (*sum > INT64_MAX)
		return dv_err_set(err, DV_E_FORMAT,
				  "more entries than is possible");
	return 0;
}

int dv_mlist_decode(struct dv_mlist *l, struct dv_mp *in,
		    enum dv_algo algo, unsigned depth,
		    enum dv_mlist_place place, uint64_t *entries,
		    struct dv_err *err)
{
	const uint8_t *body;
	uint64_t sum = 0;
	size_t n;

	if (!dv_mp_read_array(in, &n))
		return dv_mp_fail(in, err);
	if (n > DV_LIST_REFS_MAX)
		return dv_err_set(err, DV_E_FORMAT, "%zu refs, over 4096", n);
	if (!n && place != DV_MLIST_ROOT)
		return dv_err_set(err, DV_E_FORMAT, "an empty list");
	dv_grow(&l->refs, &l->cap, n, sizeof(*l->refs));
	l->depth = depth;
	l->n = 0;
	body = in->p;
	while (l->n < n) {
		int rc = decode_next(l, in, algo, &sum, err);

		if (!rc)
			rc = check_cut(l, n, in->p - body, place, err);
		if (rc < 0)
			return rc;
	}
	*entries = sum;
	return 0;
}
