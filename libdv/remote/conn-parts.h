/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_CONN_PARTS_H
#define DV_REMOTE_CONN_PARTS_H

/*
 * What conn.c (opening), conn-create.c (the first write), conn-create-all.c
 * (writing what must win a race), conn-list.c (many keys, many objects) and
 * conn-newest.c (numbers), which together are conn.h, share.
 */

#include "format/headrec.h"
#include "remote/conn.h"
#include "remote/rkey.h"
#include "remote/small.h"

/* Take in the bytes of dv/format. */
int dv_conn_check_format(struct dv_conn *c, const struct dv_buf *bytes,
			 struct dv_err *err);
/* DV_E_CONFLICT where the remote has another one; 0 fits all. */
int dv_conn_check_algo(const struct dv_conn *c, enum dv_algo algo,
		       struct dv_err *err);

/* As dv_conn_each_key_below(), of keys behind after, told as those of i. */
struct dv_conn_below {
	size_t i;
	const char *prefix, *after;
};
int dv_conn_list(struct dv_conn *c, const struct dv_conn_below *v, size_t n,
		 uint64_t max, dv_conn_key_below_fn *fn, void *arg,
		 struct dv_err *err);

#endif
