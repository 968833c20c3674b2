/* SPDX-License-Identifier: MIT */
#include "format/block.h"

#include "format/cut.h"
#include "format/entry.h"

int dv_block_open(struct dv_block *b, const void *buf, size_t n,
		  enum dv_algo algo, bool last, struct dv_err *err)
{
	if (n > DV_BLOCK_BYTES_MAX)
		return dv_err_set(err, DV_E_FORMAT, "longer than 1 MiB");
	dv_mp_init(&b->in, buf, n);
	if (!dv_mp_read_array(&b->in, &b->entries))
		return dv_mp_fail(&b->in, err);
	if (!b->entries || b->entries > DV_BLOCK_ENTRIES_MAX)
		return dv_err_set(err, DV_E_FORMAT,
				  "%zu entries, not 1 to 4096", b->entries);
	b->body = b->in.p;
	b->taken = 0;
	b->algo = algo;
	b->last = last;
	return 0;
}

/* Put the number of the entry in front; what bytes say is FORMAT. */
static int fail_entry(const struct dv_block *b, struct dv_err *err)
{
	dv_err_prefix(err, "entry %zu", b->taken);
	err->code = DV_E_FORMAT;
	return -DV_E_FORMAT;
}

/* At the end of the block: nothing may be left, and it must be an end. */
static int check_end(struct dv_block *b, bool cut, struct dv_err *err)
{
	if (b->taken < b->entries) {
		if (!cut)
			return 0;
		return dv_err_set(err, DV_E_FORMAT,
				  "the block goes on behind entry %zu, which ends one",
				  b->taken - 1);
	}
	if (!dv_mp_at_end(&b->in))
		return dv_mp_fail(&b->in, err);
	if (!cut && !b->last)
		return dv_err_set(err, DV_E_FORMAT,
				  "the block ends behind entry %zu, which ends none",
				  b->taken - 1);
	return 0;
}

int dv_block_next(struct dv_block *b, struct dv_pathorder *order,
		  struct dv_entry *e, struct dv_err *err)
{
	struct dv_entry got;
	bool cut;
	int rc;

	if (b->taken == b->entries)
		return 0;
	rc = dv_entry_decode(&got, &b->in, b->algo, err);
	if (!rc)
		rc = dv_pathorder_add(order, &got, err);
	if (rc < 0)
		return fail_entry(b, err);

	b->taken++;
	cut = dv_cut_block(got.path, got.path_len, b->taken,
			   b->in.p - b->body);
	rc = check_end(b, cut, err);
	if (rc < 0)
		return rc;
	*e = got;
	return 1;
}
