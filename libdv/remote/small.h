/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_SMALL_H
#define DV_REMOTE_SMALL_H

/*
 * Small objects of a remote as bytes in memory: heads, version records,
 * lists of packs.  They pass through files in the transport's tmp.
 *
 * Creating is settled here: where a remote cannot say whether it has made
 * an object, it is read back before anything is tried again.
 */

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "remote/transport.h"

/*
 * data is borrowed for the time of the callback, NULL unless said
 * otherwise; err is set where class is not DV_WIRE_OK.
 */
typedef void dv_small_fn(void *arg, enum dv_wire_class class,
			 const void *data, size_t n,
			 const struct dv_err *err);

/*
 * The whole object.  One of more than max bytes is DV_WIRE_FATAL with
 * DV_E_LIMIT; no more than that travels.
 */
void dv_small_get(struct dv_transport *t, const char *key, size_t max,
		  dv_small_fn *fn, void *arg);

/*
 * Make the object, unless there is one.  DV_WIRE_OK: exactly these bytes
 * are there now (a nonce in them makes that "we did it").  DV_WIRE_EXISTS:
 * other bytes are, and fn is given them where they are no more than max.
 * DV_WIRE_UNKNOWN only where neither reading nor writing led anywhere.
 */
void dv_small_create(struct dv_transport *t, const char *key,
		     const void *data, size_t n, size_t max,
		     dv_small_fn *fn, void *arg);

/*
 * The same of a remote that has no create-if-absent: written if nothing is
 * there, then read back.  Of two who do so at the same moment both may be
 * told that theirs is there.
 */
void dv_small_create_plain(struct dv_transport *t, const char *key,
			   const void *data, size_t n, size_t max,
			   dv_small_fn *fn, void *arg);

/*
 * The first and the second, waiting; callbacks of other requests run meanwhile.  out gets
 * the object, or for create what was there: DV_E_EXISTS then.
 * DV_E_MISSING, DV_E_LIMIT.
 */
int dv_small_read(struct dv_transport *t, const char *key, size_t max,
		  struct dv_buf *out, struct dv_err *err);
int dv_small_write(struct dv_transport *t, const char *key, const void *data,
		   size_t n, struct dv_buf *out, size_t max,
		   struct dv_err *err);

#endif
