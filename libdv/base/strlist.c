/* SPDX-License-Identifier: MIT */
#include "base/strlist.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

void dv_strlist_release(struct dv_strlist *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i]);
	free(l->v);
	*l = (struct dv_strlist)DV_STRLIST_INIT;
}

void dv_strlist_add(struct dv_strlist *l, const char *s)
{
	dv_strlist_take(l, dv_strdup(s));
}

void dv_strlist_take(struct dv_strlist *l, char *s)
{
	dv_grow(&l->v, &l->cap, l->n + 2, sizeof(*l->v));
	l->v[l->n++] = s;
	l->v[l->n] = NULL;
}

static int cmp(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void dv_strlist_sort(struct dv_strlist *l)
{
	if (l->n > 1)
		qsort(l->v, l->n, sizeof(*l->v), cmp);
}

void dv_strlist_uniq(struct dv_strlist *l)
{
	size_t n = 0;

	dv_strlist_sort(l);
	for (size_t i = 0; i < l->n; i++) {
		if (n && !strcmp(l->v[n - 1], l->v[i]))
			free(l->v[i]);
		else
			l->v[n++] = l->v[i];
	}
	l->n = n;
	if (l->v)
		l->v[n] = NULL;
}

bool dv_strlist_has(const struct dv_strlist *l, const char *s)
{
	for (size_t i = 0; i < l->n; i++)
		if (!strcmp(l->v[i], s))
			return true;
	return false;
}
