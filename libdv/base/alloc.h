/* SPDX-License-Identifier: MIT */
#ifndef DV_BASE_ALLOC_H
#define DV_BASE_ALLOC_H

/*
 * Memory that is there: out of memory is the one fault on which libdv
 * prints ("fatal: out of memory") and exits 128.  Sizes that come from
 * outside are compared with a named limit before they get here.
 */

#include <stddef.h>

/* What the others do when there is no more. */
void dv_alloc_fail(void) __attribute__((noreturn));

/* Of 0 bytes: a pointer all the same. */
void *dv_malloc(size_t n);
void *dv_calloc(size_t n, size_t size);
void *dv_realloc(void *p, size_t n);
/* Array of n elements of size bytes; overflow counts as out of memory. */
void *dv_reallocarray(void *p, size_t n, size_t size);
char *dv_strdup(const char *s);
char *dv_strndup(const char *s, size_t n);
char *dv_asprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * Make room for need elements in the array *p of *cap elements of size
 * bytes, growing by half.
 */
void dv_grow(void *p, size_t *cap, size_t need, size_t size);

/* Give the system back what was freed in small pieces, where that can be. */
void dv_trim(void);

#endif
