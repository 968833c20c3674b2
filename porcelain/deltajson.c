/* SPDX-License-Identifier: MIT */
#include "porcelain/deltaprint.h"

#include <string.h>

#include "porcelain/entrytext.h"
#include "porcelain/jsonout.h"

static void put_path(struct dv_value *map, const char *key,
		     const char *dataset, const char *path, size_t n)
{
	struct dv_buf full = DV_BUF_INIT;

	dv_entrytext_join(&full, dataset, path, n);
	dv_jsonout_text(map, key, full.data, full.len);
	dv_buf_release(&full);
}

static int put_side(struct dv_value *map, const char *key,
		    const struct dv_side *s, struct dv_err *err)
{
	struct dv_entry e;

	if (!s->mode) {
		dv_jsonout_str(map, key, NULL);
		return 0;
	}
	dv_side_entry(&e, s);
	return dv_entrytext_describe(dv_jsonout_map(map, key), &e, err);
}

int dv_deltaprint_json(const struct dv_deltas *d, const char *dataset,
		       struct dv_value *out, struct dv_err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < d->n; i++) {
		const struct dv_delta *one = &d->v[i];
		struct dv_value *map = dv_value_push(out);

		*map = dv_value_map();
		dv_jsonout_text(map, "status", &one->status, 1);
		put_path(map, "path", dataset, one->path, one->path_len);
		if (one->from)
			put_path(map, "from", dataset, one->from,
				 one->from_len);
		rc = put_side(map, "before", &one->before, err);
		if (!rc)
			rc = put_side(map, "after", &one->after, err);
	}
	return rc;
}
