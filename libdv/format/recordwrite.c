/* SPDX-License-Identifier: MIT */
#include "format/record.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"

/* Quoting keeps a value on its line, whatever is in it. */
static void put_value(struct dv_buf *out, const char *key, const char *value)
{
	dv_buf_printf(out, "Dv-%s: ", key);
	dv_path_quote(out, value, strlen(value));
	dv_buf_char(out, '\n');
}

static void put_digest(struct dv_buf *out, const char *key,
		       const struct dv_digest *id)
{
	char text[DV_DIGEST_TEXT];

	dv_buf_printf(out, "Dv-%s: %s\n", key, dv_digest_format(text, id));
}

static void put_list(struct dv_buf *out, const char *key,
		     const struct dv_strlist *list)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		put_value(out, key, list->v[i]);
}

static void put_extra(struct dv_buf *out, const struct dv_strlist *extra)
{
	size_t i;

	for (i = 0; i < extra->n; i++) {
		const char *value = strchr(extra->v[i], ':') + 2;

		dv_buf_str(out, "Dv-");
		dv_buf_add(out, extra->v[i], (size_t)(value - extra->v[i]));
		dv_path_quote(out, value, strlen(value));
		dv_buf_char(out, '\n');
	}
}

static void put_header(struct dv_buf *out, const struct dv_record *r,
		       const char *id)
{
	int tz = abs(r->tz);

	dv_buf_printf(out, "object %s\ntype commit\ntag %s\n", r->code, id);
	dv_buf_printf(out, "tagger %s %" PRId64 " %c%02d%02d\n\n", r->tagger,
		      r->time, r->tz < 0 ? '-' : '+', tz / 60, tz % 60);
}

int dv_record_format(struct dv_buf *out, const struct dv_record *r,
		     struct dv_err *err)
{
	char id[DV_VERSION_ID_MAX];
	size_t before = out->len;
	int rc;

	rc = dv_record_check(r, err);
	if (rc < 0)
		return rc;

	dv_record_id(id, r);
	put_header(out, r, id);
	dv_buf_str(out, r->message ? r->message : id);
	dv_buf_str(out, "\n\nDv-Record: 1\n");
	put_value(out, "Namespace", r->name_space);
	put_value(out, "Dataset", r->dataset);
	put_digest(out, "Manifest", &r->manifest);
	dv_buf_printf(out, "Dv-Files: %" PRIu64 "\nDv-Size: %" PRIu64 "\n",
		      r->files, r->size);
	put_digest(out, "Config", &r->config);
	dv_buf_printf(out, "Dv-Config-Hash: %s\nDv-Code: %s%s%s\n",
		      r->config_hash, r->code, r->dirty ? " dirty" : "",
		      r->snapshot ? " snapshot" : "");
	put_value(out, "Made-By", r->made_by);
	if (r->command)
		put_value(out, "Command", r->command);
	put_list(out, "Parent", &r->parents);
	put_list(out, "Input", &r->inputs);
	put_extra(out, &r->extra);

	if (out->len - before <= DV_RECORD_MAX)
		return 0;
	dv_buf_setlen(out, before);
	return dv_err_set(err, DV_E_LIMIT,
			  "the version's message, command and inputs are "
			  "longer than %u bytes",
			  DV_RECORD_MAX);
}
