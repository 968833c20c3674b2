/* SPDX-License-Identifier: MIT */
#include "porcelain/jsonout.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hex.h"
#include "format/json.h"
#include "plumbing/common/command.h"

static struct dv_value *member(struct dv_value *map, const char *key)
{
	return dv_value_add(map, key, strlen(key));
}

/* Bytes that are no text, as dv cat-manifest --json has them. */
static void put_hex(struct dv_value *map, const char *key, const char *s,
		    size_t n)
{
	char *name = dv_asprintf("%s_hex", key);
	char *hex = dv_malloc(2 * n + 1);

	dv_hex_format(hex, (const uint8_t *)s, n);
	*member(map, name) = dv_value_str(hex, 2 * n);
	free(hex);
	free(name);
}

void dv_jsonout_text(struct dv_value *map, const char *key, const char *s,
		     size_t n)
{
	if (dv_value_is_text(s, n))
		*member(map, key) = dv_value_str(s, n);
	else
		put_hex(map, key, s, n);
}

void dv_jsonout_str(struct dv_value *map, const char *key, const char *s)
{
	if (s)
		dv_jsonout_text(map, key, s, strlen(s));
	else
		member(map, key);
}

void dv_jsonout_uint(struct dv_value *map, const char *key, uint64_t v)
{
	char digits[24];
	int n = snprintf(digits, sizeof(digits), "%" PRIu64, v);

	*member(map, key) = dv_value_digits(digits, (size_t)n);
}

void dv_jsonout_bool(struct dv_value *map, const char *key, bool b)
{
	*member(map, key) = dv_value_bool(b);
}

void dv_jsonout_id(struct dv_value *map, const char *key,
		   const struct dv_digest *id)
{
	char text[DV_DIGEST_TEXT];

	dv_jsonout_str(map, key, dv_digest_isset(id) ?
				 dv_digest_format(text, id) : NULL);
}

struct dv_value *dv_jsonout_map(struct dv_value *map, const char *key)
{
	struct dv_value *v = member(map, key);

	*v = dv_value_map();
	return v;
}

struct dv_value *dv_jsonout_array(struct dv_value *map, const char *key)
{
	struct dv_value *v = member(map, key);

	*v = dv_value_array();
	return v;
}

void dv_jsonout_list(struct dv_value *map, const char *key,
		     const struct dv_strlist *list)
{
	struct dv_value *array = dv_jsonout_array(map, key);

	for (size_t i = 0; i < list->n; i++)
		*dv_value_push(array) =
			dv_value_str(list->v[i], strlen(list->v[i]));
}

void dv_jsonout_print(struct dv_value *v)
{
	struct dv_buf text = DV_BUF_INIT;

	dv_json_write(&text, v);
	dv_buf_char(&text, '\n');
	dv_out_bytes(text.data, text.len);
	dv_buf_release(&text);
	dv_value_release(v);
}
