/* SPDX-License-Identifier: MIT */
#include "porcelain/only.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "format/ignore.h"
#include "porcelain/entrytext.h"

struct dv_only {
	struct dv_ignore *patterns;
	struct dv_strlist literals;	/* how paths that match must begin */
};

/* A pattern of one component, or one to be taken back, tells nothing. */
static void add_literal(struct dv_only *o, const char *pattern,
			const char *prefix)
{
	const char *slash = strchr(pattern, '/');
	size_t n = strcspn(pattern, "*?[\\");

	if (*pattern == '!')
		return;
	if (!slash || !slash[1])
		n = 0;
	else if (*pattern == '/')
		pattern++, n -= n > 0;
	dv_strlist_take(&o->literals,
			n ? dv_asprintf("%s%.*s", prefix, (int)n, pattern) :
			dv_strdup(""));
}

static int add_pattern(struct dv_only *o, struct dv_buf *text,
		       const char *pattern, const char *prefix,
		       struct dv_err *err)
{
	while (!strncmp(pattern, "./", 2))
		pattern += 2;
	if (!*pattern || strchr(pattern, '\n'))
		return dv_err_set(err, DV_E_INVALID,
				  "'%s' is no pattern for files", pattern);
	add_literal(o, pattern, prefix);
	if (*pattern == '#')
		dv_buf_char(text, '\\');
	dv_buf_str(text, pattern);
	dv_buf_char(text, '\n');
	return 0;
}

int dv_only_new(struct dv_only **out, const struct dv_strlist *patterns,
		const char *prefix, struct dv_err *err)
{
	struct dv_only *o = dv_calloc(1, sizeof(*o));
	struct dv_buf text = DV_BUF_INIT;
	size_t n = strlen(prefix);
	char *base = dv_strndup(prefix, n ? n - 1 : 0);
	int rc = 0;

	for (size_t i = 0; i < patterns->n && rc >= 0; i++)
		rc = add_pattern(o, &text, patterns->v[i], prefix, err);
	if (rc >= 0)
		rc = dv_ignore_parse(&o->patterns, text.data, text.len, base,
				     "--only", err);
	free(base);
	dv_buf_release(&text);
	if (rc < 0)
		dv_only_free(o);
	else
		*out = o;
	return rc;
}

void dv_only_free(struct dv_only *o)
{
	if (!o)
		return;
	dv_ignore_free(o->patterns);
	dv_strlist_release(&o->literals);
	free(o);
}

bool dv_only_may(const struct dv_only *o, const char *dataset)
{
	size_t n = strlen(dataset);

	for (size_t i = 0; i < o->literals.n; i++) {
		const char *literal = o->literals.v[i];
		size_t len = strlen(literal);

		if (strncmp(literal, dataset, len < n ? len : n))
			continue;
		if (len <= n || literal[n] == '/')
			return true;
	}
	return false;
}

bool dv_only_wants(const struct dv_only *o, const char *dataset,
		   const char *path, size_t n)
{
	enum dv_ignore_answer says = DV_IGNORE_SILENT, more;
	struct dv_buf whole = DV_BUF_INIT;

	dv_entrytext_join(&whole, dataset, path, n);
	for (size_t i = 1; i <= whole.len; i++) {
		if (i < whole.len && whole.data[i] != '/')
			continue;
		more = dv_ignore_match(o->patterns, whole.data, i,
				       i < whole.len);
		if (more != DV_IGNORE_SILENT)
			says = more;
	}
	dv_buf_release(&whole);
	return says == DV_IGNORE_YES;
}
