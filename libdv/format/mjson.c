/* SPDX-License-Identifier: MIT */
#include "format/mjson.h"

#include "format/json.h"
#include "format/mpvalue.h"
#include "format/value.h"

void dv_mjson_write_path(struct dv_buf *out, const char *path, size_t n)
{
	if (dv_value_is_text(path, n)) {
		dv_buf_str(out, "\"path\":");
		dv_json_write_str(out, path, n);
		return;
	}
	dv_buf_str(out, "\"path_hex\":\"");
	for (size_t i = 0; i < n; i++)
		dv_buf_printf(out, "%02x", (unsigned char)path[i]);
	dv_buf_char(out, '"');
}

static int write_member(struct dv_buf *out, const char *name,
			const uint8_t *p, size_t n, struct dv_err *err)
{
	dv_buf_printf(out, ",\"%s\":", name);
	return dv_mpvalue_write_json(out, p, n, err);
}

int dv_mjson_write_fields(struct dv_buf *out, const struct dv_entry *e,
			  struct dv_err *err)
{
	const char *name = e->mode == DV_MODE_REF ? "reference" : "value";
	char id[DV_DIGEST_TEXT];
	int rc = 0;

	dv_buf_printf(out, "\"mode\":\"%06o\",\"size\":%llu", e->mode,
		      (unsigned long long)e->size);
	if (dv_digest_isset(&e->id))
		dv_buf_printf(out, ",\"id\":\"%s\"",
			      dv_digest_format(id, &e->id));
	if (e->value)
		rc = write_member(out, name, e->value, e->value_len, err);
	if (!rc && e->meta)
		rc = write_member(out, "meta", e->meta, e->meta_len, err);
	return rc;
}
