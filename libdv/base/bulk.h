/* SPDX-License-Identifier: MIT */
#ifndef DV_BASE_BULK_H
#define DV_BASE_BULK_H

/*
 * Writing much to a file, past the page cache where its file system takes
 * that: getting a page costs more than writing the bytes that are in it.
 * Bytes are collected in a few windows, each written in one piece when it
 * is full; where the file system wants the page cache they go through it
 * all the same.
 *
 * Failure: -1 with errno, as write(2); every later call fails the same way.
 */

#include <stddef.h>
#include <stdint.h>

#define DV_BULK_WINDOW (4u << 20)	/* bytes */
#define DV_BULK_WINDOWS_MAX 4

struct dv_bulk;

/*
 * For the file fd (borrowed, open for writing), from its offset from on, a
 * multiple of DV_BULK_WINDOW; windows: how many threads at most write at
 * once, 1 .. DV_BULK_WINDOWS_MAX.  DV_TEST_BULK=cache in the environment
 * leaves the page cache in its place.
 */
struct dv_bulk *dv_bulk_new(int fd, uint64_t from, unsigned windows);
/* What was not flushed is not written.  NULL is fine. */
void dv_bulk_free(struct dv_bulk *b);
/*
 * Put n bytes at off.  Many threads may, if each puts what it has taken
 * without waiting for another one: together their ranges leave no hole,
 * and none is put twice.
 */
int dv_bulk_put(struct dv_bulk *b, uint64_t off, const void *p, size_t n);
/* What was taken will not all be put: let nobody wait for it. */
void dv_bulk_break(struct dv_bulk *b, int error);
/*
 * Write what is in windows that are not full, while nobody puts; more may
 * be put behind it.  Nothing is synced.
 */
int dv_bulk_flush(struct dv_bulk *b);

#endif
