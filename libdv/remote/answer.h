/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_ANSWER_H
#define DV_REMOTE_ANSWER_H

/*
 * One request that is waited for:
 *
 *	struct dv_answer a = DV_ANSWER_INIT;
 *
 *	dv_transport_head(t, key, dv_answer_take, &a);
 *	rc = dv_answer_wait(t, &a, err);
 *
 * Callbacks of other requests run meanwhile.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "remote/transport.h"

struct dv_answer {
	bool done;
	enum dv_wire_class class;
	uint64_t count;
	int64_t size, modified, now;
	bool more;
	struct dv_err err;
};
#define DV_ANSWER_INIT { .done = false }

/* The dv_transport_fn of it. */
void dv_answer_take(void *arg, const struct dv_transport_result *r);
/* Until it is there: 0, or the failure that it is. */
int dv_answer_wait(struct dv_transport *t, const struct dv_answer *a,
		   struct dv_err *err);
/*
 * Put these bytes, through a file in the transport's tmp, and wait: *a is
 * what the remote says, whether it was done or not.  Fails where it could
 * not be asked.
 */
int dv_answer_put(struct dv_transport *t, const char *key, const void *data,
		  size_t n, bool absent, struct dv_answer *a,
		  struct dv_err *err);
/* Wait for so many milliseconds. */
void dv_answer_sleep(struct dv_transport *t, unsigned ms);

#endif
