/* SPDX-License-Identifier: MIT */
#ifndef DV_BASE_PROGRESS_H
#define DV_BASE_PROGRESS_H

/*
 * Counters that long work keeps and a command shows.  Workers add to them
 * from any thread; libdv never prints.  Every function that takes one
 * accepts NULL.
 */

#include <stdatomic.h>
#include <stddef.h>
#include <stddef.h>
#include <stdint.h>

struct dv_progress {
	_Atomic(const char *) phase;		/* "hashing"; static text */
	_Atomic(const char *) what;		/* counted: "objects"; NULL:
						   files.  Static text */
	_Atomic uint64_t files, bytes;		/* done */
	_Atomic uint64_t total_files, total_bytes;	/* 0: not known */
};

static inline void dv_progress_phase(struct dv_progress *p, const char *phase,
				     uint64_t files, uint64_t bytes)
{
	if (!p)
		return;
	atomic_store(&p->files, 0);
	atomic_store(&p->bytes, 0);
	atomic_store(&p->total_files, files);
	atomic_store(&p->total_bytes, bytes);
	atomic_store(&p->what, NULL);
	atomic_store(&p->phase, phase);
}

/* Of the phase that was begun, objects are counted, or whatever it is. */
static inline void dv_progress_count(struct dv_progress *p, const char *what)
{
	if (p)
		atomic_store(&p->what, what);
}

static inline void dv_progress_add(struct dv_progress *p, uint64_t files,
				   uint64_t bytes)
{
	if (!p)
		return;
	atomic_fetch_add_explicit(&p->files, files, memory_order_relaxed);
	atomic_fetch_add_explicit(&p->bytes, bytes, memory_order_relaxed);
}

#endif
