/* SPDX-License-Identifier: MIT */
#ifndef DV_BASE_STRLIST_H
#define DV_BASE_STRLIST_H

/* A list of C strings that it owns; NULL-ended once anything is in it. */

#include <stdbool.h>
#include <stddef.h>

struct dv_strlist {
	char **v;
	size_t n, cap;
};
#define DV_STRLIST_INIT { NULL, 0, 0 }

void dv_strlist_release(struct dv_strlist *l);
void dv_strlist_add(struct dv_strlist *l, const char *s);	/* copies */
void dv_strlist_take(struct dv_strlist *l, char *s);		/* owns s */
void dv_strlist_sort(struct dv_strlist *l);	/* bytewise */
void dv_strlist_uniq(struct dv_strlist *l);	/* sorts first */
bool dv_strlist_has(const struct dv_strlist *l, const char *s);

#endif
