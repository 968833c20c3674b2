/* SPDX-License-Identifier: MIT */
#include "porcelain/suggest.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/strlist.h"

/* Farther than this is a different word. */
#define NEAR 6
#define NAME_MAX_LEN 64

static unsigned min(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/*
 * Three rows of the usual matrix: row i is the cost of making the first
 * i bytes of typed into each beginning of name.
 */
unsigned dv_suggest_distance(const char *typed, const char *name)
{
	size_t tn = strlen(typed), nn = strlen(name), i, j;
	unsigned rows[3][NAME_MAX_LEN + 1];
	unsigned *before = rows[0], *last = rows[1], *row = rows[2], *swap;

	if (strncmp(name, typed, tn) == 0)
		return 0;
	if (tn > NAME_MAX_LEN || nn > NAME_MAX_LEN)
		return ~0u;

	for (j = 0; j <= nn; j++)
		last[j] = (unsigned)j;
	for (i = 1; i <= tn; i++) {
		row[0] = (unsigned)i * 3;
		for (j = 1; j <= nn; j++) {
			bool same = typed[i - 1] == name[j - 1];

			row[j] = last[j - 1] + (same ? 0 : 2);
			row[j] = min(row[j], row[j - 1] + 1);
			row[j] = min(row[j], last[j] + 3);
			if (i > 1 && j > 1 && typed[i - 2] == name[j - 1] &&
			    typed[i - 1] == name[j - 2])
				row[j] = min(row[j], before[j - 2]);
		}
		swap = before;
		before = last;
		last = row;
		row = swap;
	}
	return last[nn];
}

/*
 * Keep in nearest the names at the smallest distance seen.  A short word
 * is near to all others: one that is changed more than it is long is none.
 */
static void consider(struct dv_strlist *nearest, unsigned *best,
		     const char *typed, const char *name)
{
	unsigned d = dv_suggest_distance(typed, name);

	if (d > NEAR || d > strlen(typed) || d > *best)
		return;
	if (d < *best) {
		dv_strlist_release(nearest);
		*best = d;
	}
	dv_strlist_add(nearest, name);
}

int dv_suggest(struct dv_err *err, const char *name, const char *dir)
{
	struct dv_strlist nearest = DV_STRLIST_INIT;
	struct dv_buf hint = DV_BUF_INIT;
	unsigned best = ~0u;
	DIR *d = opendir(dir);
	struct dirent *e;
	size_t i;

	while (d && (e = readdir(d)))
		if (strncmp(e->d_name, "dv-", 3) == 0)
			consider(&nearest, &best, name, e->d_name + 3);
	if (d)
		closedir(d);

	dv_err_set(err, DV_E_INVALID, "'%s' is not a dv command", name);
	dv_strlist_sort(&nearest);
	for (i = 0; i < nearest.n && i < 4; i++)
		dv_buf_printf(&hint, "%s'dv %s'", i ? " or " : "did you mean ",
			      nearest.v[i]);
	if (nearest.n)
		dv_err_hint(err, "%s?", dv_buf_cstr(&hint));
	else if (!d)
		dv_err_hint(err, "the programs of dv are not in '%s'; set "
			    "DV_EXEC_PATH to where they are", dir);
	else
		dv_err_hint(err, "'dv help' lists the commands");
	dv_buf_release(&hint);
	dv_strlist_release(&nearest);
	return -err->code;
}
