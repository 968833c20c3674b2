/* SPDX-License-Identifier: MIT */
#include "plumbing/common/remotecmd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store/userstore.h"

/* "500k": with k, m or g behind it, of 1024; as git has it. */
static bool parse_rate(const char *text, uint64_t *out)
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
	    v > (unsigned long long)INT64_MAX >> shift)
		return false;
	*out = v << shift;
	return true;
}

const char *dv_remotecmd_check_rate(const char *value)
{
	uint64_t rate;

	return parse_rate(value, &rate) ? NULL :
		"a number of bytes a second, as 500k or 2m";
}

const char *dv_remotecmd_check_jobs(const char *value)
{
	char *end;
	long long n = strtoll(value, &end, 10);

	return n >= 1 && n <= DV_WIRE_JOBS_MAX && !*end ? NULL :
		"a whole number from 1 to 1024";
}

const char *dv_remotecmd_check_progress(const char *value)
{
	return strcmp(value, "json") ? "nothing, or 'json'" : NULL;
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

static int open_remote(struct dv_remotecmd *c, const struct dv_remote *remote,
		       struct dv_conn_opts *opts, struct dv_err *err)
{
	bool as_json = c->progress_as && *c->progress_as;

	opts->jobs = (unsigned)c->jobs;
	if (c->limit_rate)
		parse_rate(c->limit_rate, &opts->limit_rate);
	c->meter = as_json ? dv_meter_start_json(&c->progress) :
			     dv_meter_start(&c->progress, c->quiet);
	return dv_conn_open(&c->conn, remote, opts, err);
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
