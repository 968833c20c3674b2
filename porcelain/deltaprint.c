/* SPDX-License-Identifier: MIT */
#include "porcelain/deltaprint.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "plumbing/common/command.h"
#include "porcelain/human.h"
#include "porcelain/entrytext.h"

#define STAT_WIDTH_MAX 60

static void put_path(const char *dataset, const char *path, size_t n,
		     char eol)
{
	struct dv_buf full = DV_BUF_INIT;

	dv_entrytext_join(&full, dataset, path, n);
	dv_out_path(full.data, full.len, eol);
	dv_buf_release(&full);
}

static void put_status(const struct dv_delta *d, const char *dataset, char eol)
{
	char sep = eol ? '\t' : '\0';

	dv_out_char(d->status);
	if (d->from) {
		dv_out("100%c", sep);
		put_path(dataset, d->from, d->from_len, eol);
	}
	dv_out_char(sep);
	put_path(dataset, d->path, d->path_len, eol);
	dv_out_char(eol);
}

void dv_deltaprint_status(const struct dv_deltas *d, const char *dataset,
			  char eol)
{
	for (size_t i = 0; i < d->n; i++)
		put_status(&d->v[i], dataset, eol);
}

void dv_deltaprint_names(const struct dv_deltas *d, const char *dataset,
			 char eol)
{
	for (size_t i = 0; i < d->n; i++) {
		put_path(dataset, d->v[i].path, d->v[i].path_len, eol);
		dv_out_char(eol);
	}
}

/* "-0.5": a literal value, or nothing for another kind of entry. */
static int put_value(char sign, const struct dv_side *s, struct dv_err *err)
{
	struct dv_buf text = DV_BUF_INIT;
	int rc = 0;

	if (s->value_len) {
		rc = dv_entrytext_json(&text, dv_side_value(s), s->value_len,
				       err);
		if (!rc)
			dv_out("%c%s\n", sign, text.data);
	}
	dv_buf_release(&text);
	return rc;
}

/* Members of a that b has not, or has with another value. */
static void put_meta_members(char sign, const struct dv_value *a,
			     const struct dv_value *b)
{
	struct dv_buf text = DV_BUF_INIT;

	if (a->type != DV_VALUE_MAP)
		return;
	for (size_t i = 0; i < a->u.map.n; i++) {
		const struct dv_member *m = &a->u.map.m[i];
		const struct dv_value *other = dv_value_get(b, m->key, m->n);

		if (other && dv_value_eq(&m->val, other))
			continue;
		dv_buf_reset(&text);
		dv_entrytext_member(&text, m);
		dv_out("%cmeta %s\n", sign, text.data);
	}
	dv_buf_release(&text);
}

static int put_meta(const struct dv_delta *d, struct dv_err *err)
{
	struct dv_value a = DV_VALUE_INIT, b = DV_VALUE_INIT;
	int rc;

	rc = dv_entrytext_value(&a, dv_side_meta(&d->before),
				d->before.meta_len, err);
	if (!rc)
		rc = dv_entrytext_value(&b, dv_side_meta(&d->after),
					d->after.meta_len, err);
	if (!rc) {
		put_meta_members('-', &a, &b);
		put_meta_members('+', &b, &a);
	}
	dv_value_release(&b);
	dv_value_release(&a);
	return rc;
}

int dv_deltaprint_full(const struct dv_deltas *d, const char *dataset,
		       struct dv_err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < d->n; i++) {
		put_status(&d->v[i], dataset, '\n');
		rc = put_value('-', &d->v[i].before, err);
		if (!rc)
			rc = put_value('+', &d->v[i].after, err);
		if (!rc)
			rc = put_meta(&d->v[i], err);
	}
	return rc;
}

/* --- --stat ---------------------------------------------------------- */

static char *stat_name(const struct dv_delta *d, const char *dataset)
{
	struct dv_buf full = DV_BUF_INIT, out = DV_BUF_INIT;

	if (d->from) {
		dv_entrytext_join(&full, dataset, d->from, d->from_len);
		dv_path_quote(&out, full.data, full.len);
		dv_buf_str(&out, " => ");
		dv_buf_reset(&full);
	}
	dv_entrytext_join(&full, dataset, d->path, d->path_len);
	dv_path_quote(&out, full.data, full.len);
	dv_buf_release(&full);
	return dv_buf_detach(&out, NULL);
}

/* Only the executable bit, or the metadata, of the same content. */
static bool same_content(const struct dv_delta *d)
{
	return d->before.mode && d->after.mode &&
	       dv_digest_isset(&d->before.id) &&
	       dv_digest_eq(&d->before.id, &d->after.id);
}

/* Two sizes that read the same say nothing; what differs does. */
static void put_change(const struct dv_delta *d, const char *a, const char *b)
{
	uint64_t from = d->before.size, to = d->after.size;
	char diff[DV_HUMAN_MAX];

	if (d->before.mode != d->after.mode && same_content(d) &&
	    d->after.mode == DV_MODE_EXEC)
		dv_out("%s, now executable", b);
	else if (d->before.mode != d->after.mode && same_content(d) &&
		 d->before.mode == DV_MODE_EXEC)
		dv_out("%s, no longer executable", b);
	else if (strcmp(a, b))
		dv_out("%s -> %s", a, b);
	else if (from == to)
		dv_out("%s, %s", b, same_content(d) ? "other metadata" :
		       "same size");
	else
		dv_out("%s, %c%s", b, from < to ? '+' : '-',
		       dv_human_size(diff, from < to ? to - from :
				     from - to));
}

static void put_sizes(const struct dv_delta *d)
{
	char a[DV_HUMAN_MAX], b[DV_HUMAN_MAX];

	dv_human_size(a, d->before.size);
	dv_human_size(b, d->after.size);
	switch (d->status) {
	case 'A':
		dv_out("new, %s", b);
		break;
	case 'D':
		dv_out("gone, was %s", a);
		break;
	case 'R':
		dv_out("%s", b);
		break;
	default:
		put_change(d, a, b);
		break;
	}
}

static void add_up(struct dv_deltastat *sum, const struct dv_delta *d)
{
	sum->changed++;
	sum->added += d->status == 'A';
	sum->deleted += d->status == 'D';
	sum->renamed += d->status == 'R';
	if (d->status == 'R' || same_content(d))
		return;
	sum->bytes_added += d->after.size;
	sum->bytes_removed += d->before.size;
}

static size_t stat_width(const struct dv_deltas *d, const char *dataset,
			 size_t max)
{
	size_t width = 0, n;
	char *name;

	for (size_t i = 0; i < max; i++) {
		name = stat_name(&d->v[i], dataset);
		n = strlen(name);
		free(name);
		if (n > width && n <= STAT_WIDTH_MAX)
			width = n;
	}
	return width;
}

void dv_deltaprint_stat(const struct dv_deltas *d, const char *dataset,
			size_t max, struct dv_deltastat *sum)
{
	size_t width;
	char *name;

	if (!max || max > d->n)
		max = d->n;
	width = stat_width(d, dataset, max);
	for (size_t i = 0; i < max; i++) {
		name = stat_name(&d->v[i], dataset);
		dv_out(" %-*s | ", (int)width, name);
		put_sizes(&d->v[i]);
		dv_out_char('\n');
		free(name);
	}
	if (max < d->n)
		dv_out(" and %zu more\n", d->n - max);
	for (size_t i = 0; i < d->n; i++)
		add_up(sum, &d->v[i]);
}

void dv_deltaprint_sum(const struct dv_deltastat *sum)
{
	char text[DV_HUMAN_MAX];

	if (!sum->changed)
		return;
	dv_out(" %s changed", dv_human_count(text, sum->changed, "file",
					     "files"));
	if (sum->added)
		dv_out(", %" PRIu64 " added", sum->added);
	if (sum->deleted)
		dv_out(", %" PRIu64 " deleted", sum->deleted);
	if (sum->renamed)
		dv_out(", %" PRIu64 " renamed", sum->renamed);
	dv_out("; +%s", dv_human_size(text, sum->bytes_added));
	dv_out(", -%s\n", dv_human_size(text, sum->bytes_removed));
}
