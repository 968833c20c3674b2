/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_LINEIN_H
#define DV_REMOTE_LINEIN_H

/*
 * Lines of the transport protocol as they come in on a descriptor, which
 * may be non-blocking.  Holds one line of at most DV_WIRE_LINE_MAX bytes
 * and what came with it.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "remote/wire.h"

struct dv_linein {
	int fd;
	size_t start, end;
	char buf[DV_WIRE_LINE_MAX];
};

void dv_linein_init(struct dv_linein *l, int fd);

/*
 * 1 and *line of *n bytes, LF taken off, valid until the next call; 0 if
 * no whole line is here yet.  DV_E_FORMAT where none of DV_WIRE_LINE_MAX
 * bytes can come, or a NUL did.
 */
int dv_linein_next(struct dv_linein *l, const char **line, size_t *n,
		   struct dv_err *err);

/*
 * Read once.  1 if something came, 0 at the end, -1 with errno (EAGAIN,
 * EINTR: nothing now).  Only after dv_linein_next() has answered 0.
 */
int dv_linein_fill(struct dv_linein *l);

/* Did the end come in the middle of a line? */
bool dv_linein_torn(const struct dv_linein *l);

#endif
