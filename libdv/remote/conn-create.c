/* SPDX-License-Identifier: MIT */
#include "remote/conn-parts.h"

#include <assert.h>
#include <string.h>

#include "remote/answer.h"

#define PROBES 4
#define PROBE_WAIT_MS 300

const char *dv_conn_no_create(void)
{
	return "it does not honour create-if-absent: where two people push "
	       "at the same moment, 'latest' and tags may end at the version "
	       "of either; no version is lost";
}

/* --- plain writes ---------------------------------------------------------- */

static int put_plain(struct dv_conn *c, const char *key, const void *data,
		     size_t n, struct dv_err *err)
{
	struct dv_answer a = DV_ANSWER_INIT;
	int rc = dv_answer_put(c->t, key, data, n, false, &a, err);

	if (!rc && a.class != DV_WIRE_OK) {
		*err = a.err;
		rc = -err->code;
	}
	return rc;
}

/* What is there: 1 ours, 0 others' (appended to out), or a failure. */
static int compare(struct dv_conn *c, const char *key, const void *data,
		   size_t n, struct dv_buf *out, size_t max,
		   struct dv_err *err)
{
	size_t limit = max > n ? max : n;
	struct dv_buf is = DV_BUF_INIT;
	int rc = dv_small_read(c->t, key, limit, &is, err);

	if (!rc && is.len == n && (!n || !memcmp(is.data, data, n)))
		rc = 1;
	else if (!rc && out && is.len <= max)
		dv_buf_add(out, dv_buf_cstr(&is), is.len);
	if (rc == -DV_E_LIMIT)
		err->code = rc = 0;
	dv_buf_release(&is);
	return rc;
}

static int create_plain(struct dv_conn *c, const char *key, const void *data,
			size_t n, struct dv_buf *out, size_t max,
			struct dv_err *err)
{
	int rc = compare(c, key, data, n, out, max, err);

	if (rc != -DV_E_MISSING)
		return rc;
	err->code = 0;
	rc = put_plain(c, key, data, n, err);
	return rc < 0 ? rc : compare(c, key, data, n, out, max, err);
}

int dv_conn_create(struct dv_conn *c, const char *key, const void *data,
		   size_t n, struct dv_buf *out, size_t max,
		   struct dv_err *err)
{
	int rc;

	assert(c->create >= 0);	/* dv_conn_begin_write() came first */
	if (!c->create)
		return create_plain(c, key, data, n, out, max, err);
	rc = dv_small_write(c->t, key, data, n, out, max, err);
	if (rc == -DV_E_EXISTS)
		err->code = rc = 0;
	else if (!rc)
		rc = 1;
	return rc;
}

/* --- the first write -------------------------------------------------------- */

static int know_create(struct dv_conn *c, bool yes, struct dv_err *err)
{
	c->create = yes;
	return dv_rcache_set(c->cache, "create", yes ? "yes" : "no", err);
}

/* dv/format is there: does creating it again say so? */
static int probe(struct dv_conn *c, const struct dv_buf *format,
		 struct dv_err *err)
{
	struct dv_answer a = { .class = DV_WIRE_LATER };
	int rc;

	for (int i = 0; i < PROBES; i++) {
		rc = dv_answer_put(c->t, DV_RKEY_FORMAT, format->data,
				   format->len, true, &a, err);
		if (rc < 0)
			return rc;
		if (a.class != DV_WIRE_LATER && a.class != DV_WIRE_UNKNOWN)
			break;
		dv_answer_sleep(c->t, PROBE_WAIT_MS << i);
	}
	switch (a.class) {
	case DV_WIRE_EXISTS:
		return know_create(c, true, err);
	case DV_WIRE_OK:
	case DV_WIRE_UNSUPPORTED:
		return know_create(c, false, err);
	default:
		*err = a.err;
		return -err->code;
	}
}

/* Make dv/format; somebody else may at the same time, with another one. */
static int make_format(struct dv_conn *c, const struct dv_buf *format,
		       struct dv_err *err)
{
	struct dv_buf theirs = DV_BUF_INIT;
	int rc = -DV_E_UNSUPPORTED;

	if (c->create)
		rc = dv_small_write(c->t, DV_RKEY_FORMAT, format->data,
				    format->len, &theirs, DV_HEADREC_MAX, err);
	if (rc == -DV_E_UNSUPPORTED) {
		rc = know_create(c, false, err);
		if (!rc)
			rc = create_plain(c, DV_RKEY_FORMAT, format->data,
					  format->len, &theirs,
					  DV_HEADREC_MAX, err);
		rc = rc > 0 ? 0 : rc < 0 ? rc : -DV_E_EXISTS;
	}
	if (!rc || rc == -DV_E_EXISTS) {
		rc = dv_conn_check_format(c, rc ? &theirs : format, err);
	}
	dv_buf_release(&theirs);
	return rc;
}

int dv_conn_begin_write(struct dv_conn *c, enum dv_algo algo,
			struct dv_err *err)
{
	struct dv_buf format = DV_BUF_INIT;
	int rc = 0;

	/* What the cache knows may have been deleted since. */
	if (!c->fresh)
		rc = dv_conn_check_there(c, err);
	dv_remotefmt_format(&format, algo);
	if (!rc && c->fresh)
		rc = make_format(c, &format, err);
	if (!rc)
		rc = dv_conn_check_algo(c, algo, err);
	if (!rc && c->create < 0)
		rc = probe(c, &format, err);
	dv_buf_release(&format);
	return rc < 0 ? rc : c->create;
}
