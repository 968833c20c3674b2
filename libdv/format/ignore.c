/* SPDX-License-Identifier: MIT */
#include "format/ignore.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/path.h"
#include "format/wildmatch.h"

struct rule {
	struct dv_wildmatch *pattern;
	bool negated;
	bool only_dir;		/* '/' at the end */
	bool base_name;		/* no other '/': any depth */
};

struct dv_ignore {
	char *base;
	size_t base_len;
	struct rule *rule;
	size_t n, cap;
};

/* Cut blanks off the end, unless a backslash is in front of them. */
static size_t trim(const char *s, size_t n)
{
	size_t keep = 0;

	for (size_t i = 0; i < n; i++) {
		if (s[i] == '\\' && i + 1 < n)
			keep = ++i + 1;
		else if (s[i] != ' ')
			keep = i + 1;
	}
	return keep;
}

/* One line without its end. */
static void add_line(struct dv_ignore *ig, const char *s, size_t n)
{
	struct rule rule = { 0 };

	if (!n || *s == '#')
		return;
	n = trim(s, n);
	if (n && *s == '!') {
		rule.negated = true;
		s++;
		n--;
	}
	if (n && s[n - 1] == '/') {
		rule.only_dir = true;
		n--;
	}
	rule.base_name = !memchr(s, '/', n);
	if (n && *s == '/') {
		s++;
		n--;
	}
	if (!n)
		return;
	rule.pattern = dv_wildmatch_new(s, n, !rule.base_name);
	if (!rule.pattern)
		return;
	dv_grow(&ig->rule, &ig->cap, ig->n + 1, sizeof(*ig->rule));
	ig->rule[ig->n++] = rule;
}

int dv_ignore_parse(struct dv_ignore **out, const char *text, size_t n,
		    const char *base, const char *name, struct dv_err *err)
{
	struct dv_ignore *ig = dv_calloc(1, sizeof(*ig));
	unsigned line = 0;

	ig->base = dv_strdup(base);
	ig->base_len = strlen(base);
	if (n >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) {
		text += 3;
		n -= 3;
	}
	while (n) {
		const char *lf = memchr(text, '\n', n);
		size_t len = lf ? (size_t)(lf - text) : n;
		size_t used = lf ? len + 1 : len;

		line++;
		if (len > DV_IGNORE_LINE_MAX) {
			dv_ignore_free(ig);
			return dv_err_set(err, DV_E_LIMIT, "'%s': line %u is "
					  "longer than %d bytes", name, line,
					  DV_IGNORE_LINE_MAX);
		}
		if (lf && len && text[len - 1] == '\r')
			len--;
		add_line(ig, text, len);
		text += used;
		n -= used;
	}
	*out = ig;
	return 0;
}

void dv_ignore_free(struct dv_ignore *ig)
{
	if (!ig)
		return;
	for (size_t i = 0; i < ig->n; i++)
		dv_wildmatch_free(ig->rule[i].pattern);
	free(ig->rule);
	free(ig->base);
	free(ig);
}

enum dv_ignore_answer dv_ignore_match(const struct dv_ignore *ig,
				      const char *path, size_t n, bool dir)
{
	const char *name = path;
	size_t skip = 0;

	if (ig->base_len) {
		if (!dv_path_inside(ig->base, ig->base_len, path, n))
			return DV_IGNORE_SILENT;
		skip = ig->base_len + 1;
	}
	for (size_t i = 0; i < n; i++)
		if (path[i] == '/')
			name = path + i + 1;

	for (size_t i = ig->n; i--;) {
		const struct rule *rule = &ig->rule[i];
		const char *s = rule->base_name ? name : path + skip;

		if (rule->only_dir && !dir)
			continue;
		if (dv_wildmatch_match(rule->pattern, s,
				       n - (size_t)(s - path)))
			return rule->negated ? DV_IGNORE_NO : DV_IGNORE_YES;
	}
	return DV_IGNORE_SILENT;
}
