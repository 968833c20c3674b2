/* SPDX-License-Identifier: MIT */
#ifndef DV_BASE_ERR_H
#define DV_BASE_ERR_H

/*
 * Failures: a code that a caller can decide on, and one sentence that
 * says what, which, and what to do now.
 *
 * Functions that can fail return 0 or -enum dv_code and fill *err, where
 * the fault is seen and only there.  A caller may put context in front
 * with dv_err_prefix(); it never replaces the text.  Out-parameters are
 * written only on success.
 *
 * Arguments may be any bytes, err->msg among them: control characters
 * come out as '?', and what does not fit is cut off between characters.
 */

enum dv_code {
	DV_E_SYS = 1,		/* the system refused: I/O, permission */
	DV_E_MISSING,		/* the thing named is not here */
	DV_E_EXISTS,		/* it is already here */
	DV_E_INVALID,		/* what the user said cannot be meant */
	DV_E_AMBIGUOUS,		/* it names more than one thing */
	DV_E_FORMAT,		/* bytes are not what their format says */
	DV_E_DIGEST,		/* content is not what its name says */
	DV_E_LIMIT,		/* larger than a named limit */
	DV_E_LOCKED,		/* another process holds the lock */
	DV_E_CONFLICT,		/* would lose local changes, or lost a race */
	DV_E_SPACE,		/* disk or quota full */
	DV_E_UNSUPPORTED	/* a newer format, or not possible here */
};

struct dv_err {
	int code;		/* enum dv_code; 0 while nothing failed */
	char msg[3000];		/* lower case, no full stop, no newline */
	char hint[1000];	/* what to type next; may be empty, may
				   hold several lines */
};

#define DV_ERR_INIT { 0, "", "" }

/* Set code and text.  Returns -code, for `return dv_err_set(...)`. */
int dv_err_set(struct dv_err *err, enum dv_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Same from errno: appends ": <strerror>".  ENOENT and ENOTDIR become
 * DV_E_MISSING, EEXIST DV_E_EXISTS, ENOSPC and EDQUOT DV_E_SPACE, all
 * else DV_E_SYS.
 */
int dv_err_sys(struct dv_err *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Put "context: " in front of the text.  Returns -err->code. */
int dv_err_prefix(struct dv_err *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Set the hint.  Returns -err->code. */
int dv_err_hint(struct dv_err *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
