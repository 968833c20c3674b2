/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_WTPOINTER_H
#define DV_STORE_WTPOINTER_H

/* Write and remove the pointer of a dataset. */

#include <stdbool.h>

#include "base/err.h"
#include "format/pointer.h"
#include "store/repo.h"

/* Bytes are written only where they differ; *changed says so. */
int dv_wtpointer_write(struct dv_repo *r, const char *dataset,
		       const struct dv_pointer *p, bool *changed,
		       struct dv_err *err);
/* Missing is fine; what is no pointer stays. */
int dv_wtpointer_remove(struct dv_repo *r, const char *dataset,
			struct dv_err *err);

#endif
