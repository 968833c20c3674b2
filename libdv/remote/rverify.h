/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_RVERIFY_H
#define DV_REMOTE_RVERIFY_H

/* Are the blocks of a pack of a remote, and the objects in them, whole? */

#include "base/err.h"
#include "base/progress.h"
#include "remote/conn.h"
#include "remote/rpacks.h"

typedef void dv_rverify_fn(void *arg, const char *sentence);
/*
 * Read the blocks of the loaded pack p for which want (as for
 * dv_rblocks_read()) is not zero, and tell what is wrong with them and with
 * the plain objects in them.  Fails where the remote does; DV_E_MISSING
 * where the pack is not there.  Bytes are added to progress.
 */
int dv_rverify_pack(struct dv_conn *c, const struct dv_rpack *p,
		    const uint8_t *want, dv_rverify_fn *fault, void *arg,
		    struct dv_progress *progress, struct dv_err *err);

#endif
