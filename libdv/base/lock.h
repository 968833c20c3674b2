/* SPDX-License-Identifier: MIT */
#ifndef DV_BASE_LOCK_H
#define DV_BASE_LOCK_H

/*
 * Advisory locks between processes: OFD locks (fcntl F_OFD_SETLK) on a
 * file that stays.  The kernel frees them when their holder dies; there
 * is no takeover code.  Never held while a child runs or bytes travel.
 * The holder of an exclusive lock writes "<pid> <command>\n" into the
 * file so that one who waits can say who holds it.
 */

#include <stdbool.h>

#include "base/err.h"

struct dv_lock {
	int fd;			/* -1: not held */
};
#define DV_LOCK_INIT { -1 }

enum dv_lock_kind { DV_LOCK_SHARED, DV_LOCK_EXCLUSIVE };

/*
 * Take the lock at path (made if missing), waiting up to timeout_ms (0:
 * try once).  DV_E_LOCKED names the holder.  A file system without locks
 * is DV_E_UNSUPPORTED.
 */
int dv_lock_take(struct dv_lock *lock, const char *path,
		 enum dv_lock_kind kind, int timeout_ms, struct dv_err *err);
void dv_lock_release(struct dv_lock *lock);

#endif
