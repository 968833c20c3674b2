/* SPDX-License-Identifier: MIT */
#include "porcelain/entrytext.h"

#include <stdio.h>
#include <string.h>

#include "format/json.h"
#include "format/mpvalue.h"
#include "porcelain/jsonout.h"

void dv_entrytext_join(struct dv_buf *out, const char *dataset,
		       const char *path, size_t n)
{
	dv_buf_str(out, dataset);
	if (n == 1 && path[0] == '.')
		return;
	dv_buf_char(out, '/');
	dv_buf_add(out, path, n);
}

int dv_entrytext_value(struct dv_value *out, const uint8_t *p, size_t n,
		       struct dv_err *err)
{
	struct dv_value v = DV_VALUE_INIT;
	int rc = 0;

	if (n)
		rc = dv_mpvalue_decode(&v, p, n, err);
	if (!rc)
		*out = v;
	return rc;
}

int dv_entrytext_json(struct dv_buf *out, const uint8_t *p, size_t n,
		      struct dv_err *err)
{
	return dv_mpvalue_write_json(out, p, n, err);
}

void dv_entrytext_member(struct dv_buf *out, const struct dv_member *m)
{
	dv_json_write_str(out, m->key, m->n);
	dv_buf_str(out, ": ");
	dv_json_write(out, &m->val);
}

static int add_value(struct dv_value *map, const char *key, const uint8_t *p,
		     size_t n, struct dv_err *err)
{
	struct dv_value v = DV_VALUE_INIT;
	int rc;

	if (!n)
		return 0;
	rc = dv_entrytext_value(&v, p, n, err);
	if (!rc)
		*dv_value_add(map, key, strlen(key)) = v;
	return rc;
}

int dv_entrytext_describe(struct dv_value *map, const struct dv_entry *e,
			  struct dv_err *err)
{
	char mode[16];
	int rc;

	snprintf(mode, sizeof(mode), "%06o", e->mode);
	dv_jsonout_str(map, "mode", mode);
	dv_jsonout_uint(map, "size", e->size);
	if (dv_digest_isset(&e->id))
		dv_jsonout_id(map, "id", &e->id);

	rc = add_value(map, e->mode == DV_MODE_REF ? "reference" : "value",
		       e->value, e->value_len, err);
	if (!rc)
		rc = add_value(map, "meta", e->meta, e->meta_len, err);
	return rc;
}
