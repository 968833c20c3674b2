/* SPDX-License-Identifier: MIT */
#include "remote/conn-parts.h"

#include "remote/answer.h"

#define PROBES 4
#define PROBE_WAIT_MS 300

const char *dv_conn_no_create(void)
{
	return "it does not honour create-if-absent: where two people push "
	       "at the same moment, 'latest' and tags may end at the version "
	       "of either; no version is lost";
}

/* --- without the condition -------------------------------------------------- */

struct plain {
	bool done;
	struct dv_buf *out;
	int rc;
	struct dv_err *err;
};

static void plain_done(void *arg, enum dv_wire_class class, const void *data,
		       size_t n, const struct dv_err *err)
{
	struct plain *p = arg;

	p->done = true;
	p->rc = class == DV_WIRE_OK;
	if (class == DV_WIRE_EXISTS)
		dv_buf_add(p->out, data, n);
	else if (class != DV_WIRE_OK)
		p->rc = -(*p->err = *err).code;
}

/* 1: it is there, ours; 0: another one is, appended to out. */
static int create_plain(struct dv_conn *c, const char *key,
			const struct dv_buf *bytes, struct dv_buf *out,
			size_t max, struct dv_err *err)
{
	struct dv_err ignored = DV_ERR_INIT;
	struct plain p = { .out = out, .err = err };

	dv_small_create_plain(c->t, key, bytes->data, bytes->len, max,
			      plain_done, &p);
	while (!p.done)
		dv_transport_step(c->t, -1, &ignored);
	return p.rc;
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
			rc = create_plain(c, DV_RKEY_FORMAT, format, &theirs,
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
