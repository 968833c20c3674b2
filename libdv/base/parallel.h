/* SPDX-License-Identifier: MIT */
#ifndef DV_BASE_PARALLEL_H
#define DV_BASE_PARALLEL_H

/*
 * Threads for work that divides: workers that take the next piece until
 * there is none.  The caller is one of the workers, so one thread costs
 * no thread.
 */

#include <stddef.h>

#include "base/err.h"

/* Processors we may run on, at least 1; DV_THREADS in the environment
 * overrides it. */
int dv_parallel_threads(void);

/*
 * Work on pieces [first, first+n) as worker number w (0 .. threads-1).
 * Returns 0 or -enum dv_code with err filled; the first failure stops
 * the handing out of pieces.
 */
typedef int dv_parallel_fn(void *arg, int w, size_t first, size_t n,
			   struct dv_err *err);

/*
 * Run fn over total pieces, in batches of batch pieces, on at most
 * threads workers (0: dv_parallel_threads()).  Returns the first failure.
 */
int dv_parallel_for(size_t total, size_t batch, int threads,
		    dv_parallel_fn *fn, void *arg, struct dv_err *err);

#endif
