/* SPDX-License-Identifier: MIT */
#include "format/manifest.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "format/block.h"
#include "format/cut.h"
#include "format/entry.h"
#include "format/mlist.h"
#include "format/mroot.h"

/* Refs, encoded one behind the other: the list that is being made. */
struct refs {
	struct dv_buf bytes;
	size_t n;
};

struct dv_manifest_writer {
	enum dv_algo algo;
	dv_manifest_put_fn *put;
	void *arg;
	struct dv_manifest_info info;
	struct dv_pathorder order;
	struct dv_buf body;		/* entries of the block so far */
	size_t entries;			/* how many they are */
	char first[DV_PATH_MAX];	/* path of the first of them */
	size_t first_len;
	struct dv_buf object;		/* what is put */
	struct refs blocks;
};

struct dv_manifest_writer *dv_manifest_writer_new(enum dv_algo algo,
						  dv_manifest_put_fn *put,
						  void *arg)
{
	struct dv_manifest_writer *w = dv_calloc(1, sizeof(*w));

	w->algo = algo;
	w->put = put;
	w->arg = arg;
	dv_pathorder_init(&w->order);
	return w;
}

void dv_manifest_writer_free(struct dv_manifest_writer *w)
{
	if (!w)
		return;
	dv_buf_release(&w->body);
	dv_buf_release(&w->object);
	dv_buf_release(&w->blocks.bytes);
	free(w);
}

/* Put an array of n items that are encoded in body; add its ref to out. */
static int put_array(struct dv_manifest_writer *w, size_t n,
		     const char *body, size_t len, struct dv_mref *ref,
		     struct refs *out, struct dv_err *err)
{
	int rc;

	dv_buf_reset(&w->object);
	dv_mp_write_array(&w->object, n);
	dv_buf_add(&w->object, body, len);
	ref->bytes = w->object.len;
	rc = w->put(w->arg, w->object.data, w->object.len, &ref->id, err);
	if (rc < 0)
		return rc;
	dv_mref_encode(&out->bytes, ref);
	out->n++;
	return 0;
}

static int put_block(struct dv_manifest_writer *w, struct dv_err *err)
{
	struct dv_mref ref = {
		.first = w->first,
		.first_len = w->first_len,
		.entries = w->entries
	};
	int rc;

	rc = put_array(w, w->entries, w->body.data, w->body.len, &ref,
		       &w->blocks, err);
	dv_buf_reset(&w->body);
	w->entries = 0;
	return rc;
}

/* Totals, which an int64_t can hold. */
static int count(struct dv_manifest_info *info, const struct dv_entry *e,
		 struct dv_err *err)
{
	bool file = e->mode == DV_MODE_FILE || e->mode == DV_MODE_EXEC ||
		    e->mode == DV_MODE_LINK;

	if (file && e->size > INT64_MAX - info->size)
		return dv_entry_refuse(e, "takes the sum of sizes over 2^63",
				       err);
	info->entries++;
	info->files += file;
	info->size += file ? e->size : 0;
	return 0;
}

int dv_manifest_writer_add(struct dv_manifest_writer *w,
			   const struct dv_entry *e, struct dv_err *err)
{
	const char *fault;
	int rc;

	rc = dv_pathorder_add(&w->order, e, err);
	if (rc < 0)
		return rc;
	fault = dv_entry_fault(e, w->algo);
	if (fault)
		return dv_entry_refuse(e, fault, err);
	rc = count(&w->info, e, err);
	if (rc < 0)
		return rc;

	if (!w->entries) {
		memcpy(w->first, e->path, e->path_len);
		w->first_len = e->path_len;
	}
	dv_entry_encode(&w->body, e);
	w->entries++;
	if (!dv_cut_block(e->path, e->path_len, w->entries, w->body.len))
		return 0;
	return put_block(w, err);
}

/* Lists made of the refs in `in`, whose own refs go to out. */
static int put_lists(struct dv_manifest_writer *w, const struct refs *in,
		     struct refs *out, unsigned depth, struct dv_err *err)
{
	struct dv_mref ref, list;
	struct dv_mp from;
	size_t n = 0;
	const uint8_t *body;
	int rc;

	dv_mp_init(&from, in->bytes.data, in->bytes.len);
	body = from.p;
	while (from.p < from.end) {
		rc = dv_mref_decode(&ref, &from, w->algo, depth, err);
		if (rc < 0)
			return rc;
		if (!n++) {
			list = ref;
			list.entries = 0;
		}
		list.entries += ref.entries;
		if (from.p < from.end &&
		    !dv_cut_list(ref.first, ref.first_len, n, from.p - body))
			continue;
		rc = put_array(w, n, (const char *)body, from.p - body, &list,
			       out, err);
		if (rc < 0)
			return rc;
		body = from.p;
		n = 0;
	}
	return 0;
}

/* Cut the list of blocks until what is left of it fits into a root. */
static int fold(struct dv_manifest_writer *w, unsigned *depth,
		struct dv_err *err)
{
	*depth = 0;
	while (w->blocks.n > DV_LIST_REFS_MAX ||
	       w->blocks.bytes.len > DV_LIST_BYTES_MAX) {
		struct refs above = { DV_BUF_INIT, 0 };
		int rc;

		if (*depth == DV_ROOT_DEPTH_MAX)
			return dv_err_set(err, DV_E_LIMIT,
					  "too many entries for one manifest; divide the dataset");
		rc = put_lists(w, &w->blocks, &above, *depth, err);
		dv_buf_release(&w->blocks.bytes);
		w->blocks = above;
		if (rc < 0)
			return rc;
		(*depth)++;
	}
	return 0;
}

int dv_manifest_writer_finish(struct dv_manifest_writer *w,
			      const uint8_t *meta, size_t meta_len,
			      struct dv_manifest_info *out,
			      struct dv_err *err)
{
	struct dv_mroot root = {
		.algo = w->algo,
		.entries = w->info.entries,
		.files = w->info.files,
		.size = w->info.size,
		.meta = meta,
		.meta_len = meta_len
	};
	const char *fault = meta ? dv_entry_meta_fault(meta, meta_len) : NULL;
	unsigned depth;
	int rc;

	if (fault)
		return dv_err_set(err, DV_E_INVALID, "the dataset %s", fault);
	rc = w->entries ? put_block(w, err) : 0;
	if (!rc)
		rc = fold(w, &depth, err);
	if (rc < 0)
		return rc;

	dv_buf_reset(&w->object);
	dv_mroot_encode(&w->object, &root, depth, w->blocks.n,
			w->blocks.bytes.data, w->blocks.bytes.len);
	rc = w->put(w->arg, w->object.data, w->object.len, &w->info.id, err);
	if (rc < 0)
		return rc;
	*out = w->info;
	return 0;
}
