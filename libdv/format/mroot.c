/* SPDX-License-Identifier: MIT */
#include "format/mroot.h"

#include <string.h>

#include "format/cut.h"
#include "format/entry.h"
#include "format/manifest.h"

#define ROOT_FIELDS 9

void dv_mroot_release(struct dv_mroot *r)
{
	dv_mlist_release(&r->list);
	*r = (struct dv_mroot)DV_MROOT_INIT;
}

void dv_mroot_encode(struct dv_buf *out, const struct dv_mroot *r,
		     unsigned depth, size_t n, const char *refs,
		     size_t refs_len)
{
	const char *algo = dv_algo_name(r->algo);

	dv_mp_write_array(out, ROOT_FIELDS);
	dv_mp_write_str(out, DV_MROOT_MAGIC, strlen(DV_MROOT_MAGIC));
	dv_mp_write_uint(out, DV_MROOT_VERSION);
	dv_mp_write_str(out, algo, strlen(algo));
	dv_mp_write_uint(out, r->entries);
	dv_mp_write_uint(out, r->files);
	dv_mp_write_uint(out, r->size);
	if (r->meta)
		dv_buf_add(out, r->meta, r->meta_len);
	else
		dv_mp_write_nil(out);
	dv_mp_write_uint(out, depth);
	dv_mp_write_array(out, n);
	dv_buf_add(out, refs, refs_len);
}

/* What tells a root from any other object, and its version. */
static int decode_head(struct dv_mp *in, struct dv_err *err)
{
	const size_t want = strlen(DV_MROOT_MAGIC);
	const char *magic;
	uint64_t version;
	size_t n, len;

	if (!dv_mp_read_array(in, &n) || !dv_mp_read_str(in, &magic, &len) ||
	    len != want || memcmp(magic, DV_MROOT_MAGIC, want))
		return dv_err_set(err, DV_E_FORMAT, "its bytes are not those of a manifest");
	if (!dv_mp_read_uint(in, &version))
		return dv_mp_fail(in, err);
	if (version != DV_MROOT_VERSION)
		return dv_err_set(err, DV_E_UNSUPPORTED,
				  "format version %llu is not known here; a newer dv may read it",
				  (unsigned long long)version);
	if (n != ROOT_FIELDS)
		return dv_err_set(err, DV_E_FORMAT, "%zu fields, not %d", n,
				  ROOT_FIELDS);
	return 0;
}

static int decode_algo(struct dv_mroot *r, struct dv_mp *in,
		       struct dv_err *err)
{
	char name[16];
	const char *s;
	size_t n;

	if (!dv_mp_read_str(in, &s, &n))
		return dv_mp_fail(in, err);
	if (n >= sizeof(name) || memchr(s, '\0', n))
		return dv_err_set(err, DV_E_FORMAT,
				  "name of a digest algorithm is malformed");
	memcpy(name, s, n);
	name[n] = '\0';
	if (dv_algo_parse(&r->algo, name, err) < 0) {
		err->code = DV_E_UNSUPPORTED;
		return -DV_E_UNSUPPORTED;
	}
	return 0;
}

static int decode_meta(struct dv_mroot *r, struct dv_mp *in,
		       struct dv_err *err)
{
	const uint8_t *p = in->p;
	const char *fault;

	if (dv_mp_peek(in) == DV_MP_NIL) {
		dv_mp_read_nil(in);
		return 0;
	}
	if (!dv_mp_skip(in))
		return dv_mp_fail(in, err);
	fault = dv_entry_meta_fault(p, in->p - p);
	if (fault)
		return dv_err_set(err, DV_E_FORMAT, "the dataset %s", fault);
	r->meta = p;
	r->meta_len = in->p - p;
	return 0;
}

/* Lists begin where one is not enough, so the top one is never short. */
static int decode_list(struct dv_mroot *r, struct dv_mp *in,
		       struct dv_err *err)
{
	uint64_t depth, entries;
	int rc;

	if (!dv_mp_read_uint(in, &depth))
		return dv_mp_fail(in, err);
	if (depth > DV_ROOT_DEPTH_MAX)
		return dv_err_set(err, DV_E_FORMAT,
				  "lists nested %llu deep, over %d",
				  (unsigned long long)depth,
				  DV_ROOT_DEPTH_MAX);
	rc = dv_mlist_decode(&r->list, in, r->algo, depth, DV_MLIST_ROOT,
			     &entries, err);
	if (rc < 0)
		return rc;
	if (!dv_mp_at_end(in))
		return dv_mp_fail(in, err);
	if (depth && r->list.n < 2)
		return dv_err_set(err, DV_E_FORMAT,
				  "a list below the root that is not needed");
	if (entries != r->entries || r->files > r->entries ||
	    r->size > INT64_MAX)
		return dv_err_set(err, DV_E_FORMAT,
				  "totals are not those of its list");
	return 0;
}

int dv_mroot_decode(struct dv_mroot *r, const void *buf, size_t n,
		    struct dv_err *err)
{
	struct dv_mp in;
	int rc;

	dv_mp_init(&in, buf, n);
	rc = decode_head(&in, err);
	if (!rc)
		rc = decode_algo(r, &in, err);
	if (rc < 0)
		return rc;
	if (!dv_mp_read_uint(&in, &r->entries) ||
	    !dv_mp_read_uint(&in, &r->files) ||
	    !dv_mp_read_uint(&in, &r->size))
		return dv_mp_fail(&in, err);
	rc = decode_meta(r, &in, err);
	if (!rc)
		rc = decode_list(r, &in, err);
	return rc;
}
