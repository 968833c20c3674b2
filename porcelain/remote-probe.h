/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_REMOTE_PROBE_H
#define DV_PORCELAIN_REMOTE_PROBE_H

/*
 * What a remote can do, found out by doing it: with objects of our own
 * below dv/test/, which are deleted again.
 */

#include <stdbool.h>
#include <stdint.h>

#include "remote/conn.h"

enum dv_probe_what {
	DV_PROBE_READ, DV_PROBE_LIST, DV_PROBE_WRITE, DV_PROBE_CREATE,
	DV_PROBE_DELETE, DV_PROBE_WHATS
};

enum dv_probe_is {
	DV_PROBE_NOT_ASKED,	/* nothing said whether it works */
	DV_PROBE_YES,
	DV_PROBE_NO,		/* this kind of remote cannot */
	DV_PROBE_FAILED		/* it should, and did not: why */
};

struct dv_probe {
	enum dv_probe_is is[DV_PROBE_WHATS];
	struct dv_err why[DV_PROBE_WHATS];
	double round_trip;		/* seconds */
	double up, down;		/* bytes a second; 0: not measured */
};

/*
 * Fails where the remote cannot be spoken to at all.  What it finds out
 * about create-if-absent is remembered.
 */
int dv_probe_run(struct dv_probe *p, struct dv_conn *c, struct dv_err *err);

#endif
