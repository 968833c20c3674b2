/* SPDX-License-Identifier: MIT */
#include "remote/conn.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "remote/conn-parts.h"

/* --- what is known of it -------------------------------------------------- */

static void recall(struct dv_conn *c)
{
	struct dv_buf text = DV_BUF_INIT;
	struct dv_err ignored = DV_ERR_INIT;

	if (dv_rcache_get(c->cache, "format", &text, &ignored) > 0 &&
	    dv_algo_parse(&c->algo, dv_buf_cstr(&text), &ignored) < 0)
		c->algo = 0;
	dv_buf_reset(&text);
	switch (dv_transport_caps(c->t)->create) {
	case DV_TRANSPORT_CREATE_YES:
		c->create = 1;
		break;
	case DV_TRANSPORT_CREATE_NO:
		c->create = 0;
		break;
	case DV_TRANSPORT_CREATE_PROBE:
		c->create = -1;
		if (dv_rcache_get(c->cache, "create", &text, &ignored) > 0)
			c->create = !strcmp(dv_buf_cstr(&text), "yes");
	}
	dv_buf_release(&text);
}

int dv_conn_check_format(struct dv_conn *c, const struct dv_buf *bytes,
			 struct dv_err *err)
{
	enum dv_algo algo;
	int rc = dv_remotefmt_parse(bytes->data, bytes->len, &algo, err);

	if (rc < 0)
		return dv_err_prefix(err, "remote '%s': '" DV_RKEY_FORMAT "'",
				     c->name);
	c->algo = algo;
	c->fresh = c->lost = false;
	return dv_rcache_set(c->cache, "format", dv_algo_name(algo), err);
}

int dv_conn_look(struct dv_conn *c, struct dv_err *err)
{
	struct dv_buf bytes = DV_BUF_INIT;
	int rc = dv_small_read(c->t, DV_RKEY_FORMAT, DV_HEADREC_MAX, &bytes,
			       err);

	if (!rc) {
		rc = dv_conn_check_format(c, &bytes, err);
	} else if (rc == -DV_E_MISSING) {
		c->lost |= c->algo != 0;
		c->algo = 0;
		c->fresh = true;
		err->code = 0;
		rc = 0;
	}
	dv_buf_release(&bytes);
	return rc;
}

int dv_conn_check_there(struct dv_conn *c, struct dv_err *err)
{
	int rc = dv_conn_look(c, err);

	if (rc < 0 || !c->lost || c->anew)
		return rc;
	dv_err_set(err, DV_E_CONFLICT, "remote '%s': what was published there "
		   "is gone, '" DV_RKEY_FORMAT "' and all", c->name);
	return dv_err_hint(err, "is it the right place, and mounted? else dv "
			   "push --force begins anew");
}

int dv_conn_check_algo(const struct dv_conn *c, enum dv_algo algo,
		       struct dv_err *err)
{
	if (!algo || !c->algo || c->algo == algo)
		return 0;
	dv_err_set(err, DV_E_CONFLICT, "remote '%s' has object format %s, and "
		   "this repository has %s", c->name, dv_algo_name(c->algo),
		   dv_algo_name(algo));
	return dv_err_hint(err, "there is no conversion: use another remote "
			   "(or another directory or prefix of this one) for "
			   "%s", dv_algo_name(algo));
}

/* --- open and close -------------------------------------------------------- */

static int start(struct dv_conn *c, const struct dv_remote *r,
		 const struct dv_conn_opts *opts, struct dv_err *err)
{
	struct dv_transport_opts t = {
		.name = r->name, .url = r->url, .exec_path = opts->exec_path,
		.anonymous = !r->trusted,
		.jobs = opts->jobs ? opts->jobs : r->jobs,
		.limit_rate = opts->limit_rate ? opts->limit_rate :
						 r->limit_rate,
		.set = (const char *const *)r->set.v,
		.progress = opts->progress,
		.note = opts->note, .note_arg = opts->note_arg
	};

	t.tmp = dv_rcache_tmp(c->cache, err);
	if (!t.tmp)
		return -err->code;
	return dv_transport_open(&c->t, &t, err);
}

static int check_write(const struct dv_conn *c, struct dv_err *err)
{
	if (dv_transport_caps(c->t)->write)
		return 0;
	dv_err_set(err, DV_E_UNSUPPORTED, "remote '%s' can only be read",
		   c->name);
	return dv_err_hint(err, "dv remote list -v shows where remotes are");
}

int dv_conn_open(struct dv_conn **out, const struct dv_remote *r,
		 const struct dv_conn_opts *opts, struct dv_err *err)
{
	struct dv_conn *c = dv_calloc(1, sizeof(*c));
	int rc;

	c->name = dv_strdup(r->name);
	c->create = -1;
	c->writes = opts->write;
	rc = dv_rcache_open(&c->cache, opts->store_dir, r->url, opts->algo,
			    err);
	if (!rc)
		rc = start(c, r, opts, err);
	if (!rc && opts->write)
		rc = check_write(c, err);
	if (!rc) {
		recall(c);
		if (!c->algo)
			rc = dv_conn_look(c, err);
	}
	if (!rc)
		rc = dv_conn_check_algo(c, opts->algo, err);
	if (rc < 0) {
		dv_conn_close(c);
		return rc;
	}
	*out = c;
	return 0;
}

void dv_conn_close(struct dv_conn *c)
{
	if (!c)
		return;
	dv_transport_close(c->t);
	dv_rcache_close(c->cache);
	free(c->name);
	free(c);
}
