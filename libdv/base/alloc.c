/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"

#include <malloc.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * _exit(2), as other threads may be at work in what exit(3) would tear
 * down, and there is no memory for more.
 */
void dv_alloc_fail(void)
{
	static const char text[] = "fatal: out of memory\n";
	ssize_t n = write(2, text, sizeof(text) - 1);

	(void)n;
	_exit(128);
}

void *dv_malloc(size_t n)
{
	void *p = malloc(n ? n : 1);

	if (!p)
		dv_alloc_fail();
	return p;
}

void *dv_calloc(size_t n, size_t size)
{
	void *p = n && size ? calloc(n, size) : calloc(1, 1);

	if (!p)
		dv_alloc_fail();
	return p;
}

void *dv_realloc(void *p, size_t n)
{
	p = realloc(p, n ? n : 1);
	if (!p)
		dv_alloc_fail();
	return p;
}

void *dv_reallocarray(void *p, size_t n, size_t size)
{
	if (size && n > SIZE_MAX / size)
		dv_alloc_fail();
	return dv_realloc(p, n * size);
}

char *dv_strdup(const char *s)
{
	return dv_strndup(s, strlen(s));
}

char *dv_strndup(const char *s, size_t n)
{
	size_t len = strnlen(s, n);
	char *p = dv_malloc(len + 1);

	memcpy(p, s, len);
	p[len] = '\0';
	return p;
}

char *dv_asprintf(const char *fmt, ...)
{
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&p, fmt, ap);
	va_end(ap);
	if (n < 0)
		dv_alloc_fail();
	return p;
}

void dv_grow(void *p, size_t *cap, size_t need, size_t size)
{
	size_t n = *cap;
	void *mem;

	if (need <= n)
		return;
	n = n > SIZE_MAX / 2 ? need : n + n / 2 + 8;
	if (n < need)
		n = need;

	/* *p is a pointer of some type: read and write it by its bytes. */
	memcpy(&mem, p, sizeof(mem));
	mem = dv_reallocarray(mem, n, size);
	memcpy(p, &mem, sizeof(mem));
	*cap = n;
}

void dv_trim(void)
{
#ifdef __GLIBC__
	malloc_trim(0);
#endif
}
