/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/alloc.h"
#include "store/rewrite.h"

static int cmp_sizes(const void *a, const void *b)
{
	uint64_t x = dv_packfile_size(*(struct dv_packfile *const *)a);
	uint64_t y = dv_packfile_size(*(struct dv_packfile *const *)b);

	return (x > y) - (x < y);
}

/*
 * How many of the smallest of n packs to make one of, so that each pack is
 * at least twice as large as all smaller ones together, as `git repack
 * --geometric=2` does; but of at most budget bytes.
 */
static size_t geometric(struct dv_packfile **v, size_t n, uint64_t budget)
{
	uint64_t sum = 0;
	size_t split = n;

	while (split > 1 && dv_packfile_size(v[split - 1]) / 2 >=
			    dv_packfile_size(v[split - 2]))
		split--;
	split--;
	for (size_t i = 0; i < split; i++)
		sum += dv_packfile_size(v[i]);
	while (split < n && dv_packfile_size(v[split]) / 2 < sum)
		sum += dv_packfile_size(v[split++]);
	while (split && sum > budget)
		sum -= dv_packfile_size(v[--split]);
	return split > 1 ? split : 0;
}

int dv_rewrite_add_small(struct dv_rewrite *w, enum dv_pack_kind kind,
			 size_t enough, uint64_t budget, struct dv_err *err)
{
	const struct dv_packlist *l;
	struct dv_packfile **v;
	size_t n = 0, there = 0, take;
	int rc = dv_packset_list(w->odb->packs, &l, err);

	if (rc < 0)
		return rc;
	v = dv_reallocarray(NULL, l->n + 1, sizeof(*v));
	for (size_t k = 0; k < l->n; k++) {
		if (l->v[k]->idx.kind != kind || !dv_rewrite_may(l->v[k]))
			continue;
		there++;
		if (!dv_rewrite_is_damaged(w, l->v[k]))
			v[n++] = l->v[k];
	}
	qsort(v, n, sizeof(*v), cmp_sizes);
	take = n && there > enough ? geometric(v, n, budget) : 0;
	for (size_t i = 0; i < take; i++)
		dv_rewrite_add(w, v[i]);
	free(v);
	return 0;
}
