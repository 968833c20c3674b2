/* SPDX-License-Identifier: MIT */
#ifndef DV_ENTRIES_H
#define DV_ENTRIES_H

/* Random lists of entries that are valid, from a seed. */

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/path.h"
#include "format/json.h"
#include "format/manifest.h"
#include "format/mpvalue.h"

struct entries {
	struct dv_entry *v;
	size_t n, cap;
};

/* splitmix64 */
static inline uint64_t entries_draw(uint64_t *seed)
{
	uint64_t z = *seed += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

/* MessagePack of JSON; the caller frees it. */
static inline uint8_t *entries_json(const char *json, size_t *n)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT;
	struct dv_value v;

	if (dv_json_parse(&v, json, strlen(json), "test", &err) < 0 ||
	    dv_mpvalue_encode(&out, &v, &err) < 0)
		abort();
	dv_value_release(&v);
	return (uint8_t *)dv_buf_detach(&out, n);
}

static inline void entries_clear(struct dv_entry *e)
{
	free((char *)e->path);
	free((uint8_t *)e->value);
	free((uint8_t *)e->meta);
}

static inline void entries_release(struct entries *l)
{
	for (size_t i = 0; i < l->n; i++)
		entries_clear(&l->v[i]);
	free(l->v);
	memset(l, 0, sizeof(*l));
}

static inline struct dv_entry *entries_add(struct entries *l,
					   const char *path)
{
	dv_grow(&l->v, &l->cap, l->n + 1, sizeof(*l->v));
	memset(&l->v[l->n], 0, sizeof(*l->v));
	l->v[l->n].path = dv_strdup(path);
	l->v[l->n].path_len = strlen(path);
	return &l->v[l->n++];
}

static inline int entries_cmp(const void *a, const void *b)
{
	const struct dv_entry *x = a, *y = b;

	return dv_path_cmp(x->path, x->path_len, y->path, y->path_len);
}

static inline struct dv_entry *entries_add_file(struct entries *l,
						const char *path,
						uint64_t content)
{
	struct dv_entry *e = entries_add(l, path);
	uint64_t id[4] = { content, 5, 6, 7 };

	e->mode = DV_MODE_FILE;
	e->size = content;
	dv_digest_set(&e->id, DV_ALGO_XXH128, id);
	return e;
}

/* n files in folders of a thousand. */
static inline void entries_add_many(struct entries *l, size_t n)
{
	char path[64];

	for (size_t i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "dir%03zu/file-%06zu", i / 1000,
			 i);
		entries_add_file(l, path, i);
	}
}

/* What the entry holds, other than its path; a parent has metadata only. */
static inline void entries_fill(struct dv_entry *e, enum dv_algo algo,
				bool parent, uint64_t *seed)
{
	static const char *const values[] = {
		"null", "true", "0", "-1", "1", "1.0", "-0.0", "1e300",
		"18446744073709551615", "18446744073709551616",
		"-9223372036854775808", "-9223372036854775809", "\"\"",
		"\"a \\u0000 \\t \\u20ac\"", "[]", "{}",
		"{\"b\":[1,2.5,{}],\"a b\":null}", "3.141592653589793"
	};
	static const char *const metas[] = {
		"{\"unit\":\"m\"}", "{\"z\":1,\"a\":{\"x y\":[1.0,1]}}"
	};
	static const char *const refs[] = {
		"{\"url\":\"https://example.org/a%20b\",\"etag\":\"\\\"x y\\\"\"}",
		"{\"url\":\"s3://b/k\",\"version\":\"3L4k\","
			"\"digest\":\"md5:d41d8cd98f00b204e9800998ecf8427e\"}"
	};
	uint64_t id[4] = { entries_draw(seed), 1, 2, 3 };
	const char *json;

	e->size = entries_draw(seed) >> (24 + entries_draw(seed) % 40);
	switch (parent ? 3 : entries_draw(seed) % 8) {
	case 1:
		e->mode = DV_MODE_EXEC;
		break;
	case 2:
		e->mode = DV_MODE_LINK;
		e->size = 1 + e->size % 4095;
		break;
	case 3:
		e->mode = DV_MODE_DIR;
		e->size = 0;
		break;
	case 4:
		e->mode = DV_MODE_VALUE;
		json = values[entries_draw(seed) %
			      (sizeof(values) / sizeof(values[0]))];
		e->value = entries_json(json, &e->value_len);
		e->size = e->value_len;
		break;
	case 5:
		e->mode = DV_MODE_REF;
		e->value = entries_json(refs[entries_draw(seed) % 2],
					&e->value_len);
		break;
	default:
		e->mode = DV_MODE_FILE;
	}
	if (e->mode == DV_MODE_FILE || e->mode == DV_MODE_EXEC ||
	    e->mode == DV_MODE_LINK)
		dv_digest_set(&e->id, algo, id);
	if (parent || entries_draw(seed) % 16 == 0)
		e->meta = entries_json(metas[entries_draw(seed) % 2],
				       &e->meta_len);
}

static inline bool entries_is_parent(const struct entries *l, size_t i)
{
	const struct dv_entry *dir = &l->v[i];

	for (size_t k = i + 1; k < l->n; k++) {
		const struct dv_entry *e = &l->v[k];

		if (dv_path_inside(dir->path, dir->path_len, e->path,
				   e->path_len))
			return true;
		if (e->path_len < dir->path_len ||
		    memcmp(e->path, dir->path, dir->path_len))
			break;
	}
	return false;
}

/* At most n entries; names are of the kinds that order badly. */
static inline void entries_random(struct entries *l, enum dv_algo algo,
				  size_t n, uint64_t seed)
{
	static const char *const names[] = {
		"a", "a-b", "a.b", "a b", "ab", "b", "b!", "\xc3\xa9", "\n",
		"\xff", "\"q\"", "Z", "0", "long-name-of-a-file.csv"
	};
	const size_t nnames = sizeof(names) / sizeof(names[0]);
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		char path[256];
		size_t depth = entries_draw(&seed) % 4, len = 0;

		for (size_t d = 0; d <= depth; d++)
			len += snprintf(path + len, sizeof(path) - len, "%s%s",
					d ? "/" : "",
					names[entries_draw(&seed) % nnames]);
		if (entries_draw(&seed) % 2)
			snprintf(path + len, sizeof(path) - len, "%u",
				 (unsigned)(entries_draw(&seed) % (2 * n)));
		entries_add(l, path);
	}
	if (l->n)
		qsort(l->v, l->n, sizeof(*l->v), entries_cmp);
	for (size_t i = 0; i < l->n; i++) {
		if (kept && !entries_cmp(&l->v[kept - 1], &l->v[i]))
			entries_clear(&l->v[i]);
		else
			l->v[kept++] = l->v[i];
	}
	l->n = kept;
	for (size_t i = 0; i < l->n; i++)
		entries_fill(&l->v[i], algo, entries_is_parent(l, i), &seed);
}

/* Write them; aborts where that fails. */
static inline struct dv_manifest_info
entries_write(const struct entries *l, enum dv_algo algo, const char *meta,
	      dv_manifest_put_fn *put, void *arg)
{
	struct dv_manifest_writer *w = dv_manifest_writer_new(algo, put, arg);
	struct dv_err err = DV_ERR_INIT;
	struct dv_manifest_info info;
	uint8_t *bytes = NULL;
	size_t n = 0;
	int rc = 0;

	for (size_t i = 0; i < l->n && !rc; i++)
		rc = dv_manifest_writer_add(w, &l->v[i], &err);
	if (meta)
		bytes = entries_json(meta, &n);
	if (!rc)
		rc = dv_manifest_writer_finish(w, bytes, n, &info, &err);
	if (rc) {
		fprintf(stderr, "# %s\n", err.msg);
		abort();
	}
	free(bytes);
	dv_manifest_writer_free(w);
	return info;
}

#endif
