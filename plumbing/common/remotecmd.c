/* SPDX-License-Identifier: MIT */
#include "plumbing/common/remotecmd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store/userstore.h"

#define JOBS_MAX 1024

/* "500k": with k, m or g behind it, of 1024; as git has it. */
static int parse_rate(const char *text, uint64_t *out, struct dv_err *err)
{
	static const char unit[] = "kmg";
	unsigned long long v;
	const char *at;
	unsigned shift = 0;
	char *end;

	errno = 0;
	v = strtoull(text, &end, 10);
	at = *end ? strchr(unit, *end | 0x20) : NULL;
	if (at && *at) {
		shift = 10 * (unsigned)(at - unit + 1);
		end++;
	}
	if (errno || text[0] < '0' || text[0] > '9' || *end || !v ||
	    v > (unsigned long long)INT64_MAX >> shift) {
		dv_err_set(err, DV_E_INVALID, "'%s' is not a number of bytes a "
			   "second", text);
		return dv_err_hint(err, "--limit-rate=500k, or 2m");
	}
	*out = v << shift;
	return 0;
}

void dv_remotecmd_note(void *arg, const char *text)
{
	(void)arg;
	dv_say("%s", text);
}

int dv_remotecmd_repo(struct dv_repo **out, const char *remote,
		      struct dv_err *err)
{
	int rc = dv_repo_open(out, 0, err);

	if (rc != -DV_E_MISSING || !remote || !dv_remote_is_url(remote))
		return rc;
	*out = NULL;
	err->code = 0;
	return 0;
}

static int start_meter(struct dv_remotecmd *c, struct dv_err *err)
{
	if (c->progress_as && *c->progress_as &&
	    strcmp(c->progress_as, "json") != 0)
		return dv_err_set(err, DV_E_INVALID, "'--progress=%s': only "
				  "'--progress' and '--progress=json' are "
				  "known", c->progress_as);
	c->meter = c->progress_as && *c->progress_as ?
		dv_meter_start_json(&c->progress) :
		dv_meter_start(&c->progress, c->quiet);
	return 0;
}

static int open_remote(struct dv_remotecmd *c, const struct dv_remote *remote,
		       struct dv_conn_opts *opts, struct dv_err *err)
{
	int rc = 0;

	if (c->jobs < 0 || c->jobs > JOBS_MAX)
		rc = dv_err_set(err, DV_E_INVALID, "'--jobs' is not between 1 "
				"and %d", JOBS_MAX);
	opts->jobs = (unsigned)c->jobs;
	if (!rc && c->limit_rate)
		rc = parse_rate(c->limit_rate, &opts->limit_rate, err);
	if (!rc)
		rc = start_meter(c, err);
	return rc < 0 ? rc : dv_conn_open(&c->conn, remote, opts, err);
}

int dv_remotecmd_open(struct dv_remotecmd *c, struct dv_repo *r,
		      const char *remote, const char *store_dir,
		      enum dv_algo algo, bool write, struct dv_err *err)
{
	struct dv_remote found;
	char *own = NULL;
	struct dv_conn_opts opts = {
		.algo = r ? r->algo : algo,
		.write = write,
		.progress = &c->progress,
		.note = c->verbose ? dv_remotecmd_note : NULL
	};
	int rc = 0;

	if (!r && !store_dir)
		rc = dv_userstore_dir(&own, 0, err);
	opts.store_dir = r ? r->store_dir : store_dir ? store_dir : own;
	if (!rc)
		rc = dv_remote_find(&found, r, remote, err);
	if (!rc) {
		rc = open_remote(c, &found, &opts, err);
		dv_remote_release(&found);
	}
	free(own);
	return rc;
}

void dv_remotecmd_close(struct dv_remotecmd *c)
{
	uint64_t n = c->conn ? dv_transport_requests(c->conn->t) : 0;

	dv_meter_stop(c->meter);
	c->meter = NULL;
	if (c->conn && c->verbose)
		dv_say("remote '%s': %" PRIu64 " request%s", c->conn->name, n,
		       n == 1 ? "" : "s");
	dv_conn_close(c->conn);
	c->conn = NULL;
}
