/* SPDX-License-Identifier: MIT */
#include "remote/remotes-parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "remote/url.h"
#include "remote/wire.h"

#define NAME_MAX_BYTES 100
/* As helpers of ours take them. */
#define LOW_SPEED_MAX 3600		/* seconds */
#define RETRIES_MAX 100

void dv_remote_release(struct dv_remote *r)
{
	free(r->name);
	free(r->url);
	dv_strlist_release(&r->set);
	memset(r, 0, sizeof(*r));
}

int dv_remote_check_name(const char *name, struct dv_err *err)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz"
				"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

	if (!n || name[n] || n > NAME_MAX_BYTES || name[0] == '.' ||
	    name[0] == '-') {
		dv_err_set(err, DV_E_INVALID, "'%.200s' cannot be the name of "
			   "a remote", name);
		return dv_err_hint(err, "a name has letters, digits and -_. "
				   "with no dot or dash in front, at most %d "
				   "of them", NAME_MAX_BYTES);
	}
	return 0;
}

/* --- what the two files say ------------------------------------------------ */

int dv_remotes_setting(struct dv_repo *r, const char *name, const char *what,
		       char **out, struct dv_err *err)
{
	char *key = dv_asprintf("dv-remote.%s.%s", name, what);
	int rc = dv_git_config_str(r->git, key, out, err);

	free(key);
	return rc;
}

const char *dv_remotes_shared_url(struct dv_repo *r, const char *name)
{
	char *key = dv_asprintf("remote.%s.url", name);
	const char *url = dv_dvconfig_get(&r->config, key);

	free(key);
	return url;
}

static int add_shared_names(struct dv_repo *r, struct dv_strlist *out)
{
	struct dv_err ignored = DV_ERR_INIT;

	for (size_t i = 0; i < r->config.keys.n; i++) {
		const char *key = r->config.keys.v[i];
		const char *dot = strrchr(key, '.');
		char *name;

		if (strncmp(key, "remote.", 7) || strcmp(dot, ".url") ||
		    dot < key + 8)
			continue;
		name = dv_strndup(key + 7, (size_t)(dot - key - 7));
		if (!dv_remote_check_name(name, &ignored))
			dv_strlist_add(out, name);
		free(name);
	}
	return 0;
}

int dv_remote_names(struct dv_repo *r, struct dv_strlist *out,
		    struct dv_err *err)
{
	int rc = dv_git_config_subsections(r->git, "dv-remote", "url", out,
					   err);

	if (!rc)
		rc = add_shared_names(r, out);
	dv_strlist_uniq(out);
	return rc;
}

int dv_remote_any(struct dv_repo *r, bool *any, struct dv_err *err)
{
	struct dv_strlist names = DV_STRLIST_INIT;
	int rc = dv_remote_names(r, &names, err);

	*any = names.n > 0;
	dv_strlist_release(&names);
	return rc;
}

/* --- one of them ------------------------------------------------------------ */

/* dv-remote.<name>.<what>, a number from min to max: 1 and *out, or 0. */
static int number(struct dv_repo *r, const char *name, const char *what,
		  int64_t min, int64_t max, int64_t *out, struct dv_err *err)
{
	char *key = dv_asprintf("dv-remote.%s.%s", name, what);
	int rc = dv_git_config_int(r->git, key, out, err);

	if (rc > 0 && (*out < min || *out > max))
		rc = dv_err_set(err, DV_E_INVALID, "setting '%s' is not "
				"between %" PRId64 " and %" PRId64, key, min,
				max);
	free(key);
	return rc;
}

static int add_setting(struct dv_remote *out, struct dv_repo *r,
		       const char *key, const char *setting, int64_t min,
		       int64_t max, struct dv_err *err)
{
	int64_t v = 0;
	int rc = number(r, out->name, key, min, max, &v, err);

	if (rc > 0)
		dv_strlist_take(&out->set, dv_asprintf("%s=%" PRId64, setting,
						       v));
	return rc < 0 ? rc : 0;
}

static int add_settings(struct dv_remote *out, struct dv_repo *r,
			struct dv_err *err)
{
	int64_t jobs = 0, rate = 0;
	int rc = number(r, out->name, "jobs", 0, DV_WIRE_JOBS_MAX, &jobs, err);

	if (rc >= 0)
		rc = number(r, out->name, "limitRate", 0, INT64_MAX, &rate, err);
	if (rc >= 0)
		rc = add_setting(out, r, "lowSpeedTime", "low-speed-time",
				 1, LOW_SPEED_MAX, err);
	if (rc >= 0)
		rc = add_setting(out, r, "retries", "retries", 0, RETRIES_MAX, err);
	out->jobs = (unsigned)jobs;
	out->limit_rate = (uint64_t)rate;
	return rc;
}

/* What a file says may be anything, and one with a password is not shown. */
static int check_text(const char *url, struct dv_err *err)
{
	struct dv_url u = DV_URL_INIT;
	int rc = dv_url_parse(&u, url, err);

	dv_url_release(&u);
	return rc;
}

/* Is the URL that .dvconfig has for name one that the user trusts? */
static int is_trusted(struct dv_repo *r, const char *name, const char *url,
		      struct dv_err *err)
{
	char *trusted = NULL;
	int rc = dv_remotes_setting(r, name, "trusted", &trusted, err);

	if (rc > 0)
		rc = !strcmp(trusted, url);
	free(trusted);
	return rc;
}

static int find_shared(struct dv_remote *out, struct dv_repo *r,
		       const char *name, struct dv_err *err)
{
	const char *url = dv_remotes_shared_url(r, name);
	int rc;

	if (!url)
		return 0;
	rc = check_text(url, err);
	if (!rc)
		rc = dv_remotes_check_shared(url, err);
	if (!rc)
		rc = is_trusted(r, name, url, err);
	if (rc < 0)
		return dv_err_prefix(err, "remote '%s'", name);
	out->url = dv_strdup(url);
	out->shared = true;
	out->trusted = rc;
	return 1;
}

/* 1, 0 where there is none of that name. */
static int find_named(struct dv_remote *out, struct dv_repo *r,
		      const char *name, struct dv_err *err)
{
	char *url = NULL;
	int rc = dv_remotes_setting(r, name, "url", &url, err);

	if (!rc) {
		rc = find_shared(out, r, name, err);
	} else if (rc > 0) {
		out->trusted = true;
		rc = check_text(url, err);
		if (!rc)
			rc = dv_remotes_absolute(&out->url, url, r->workdir,
						 err);
		rc = rc < 0 ? dv_err_prefix(err, "remote '%s'", name) : 1;
	}
	free(url);
	if (rc <= 0)
		return rc;
	out->name = dv_strdup(name);
	rc = add_settings(out, r, err);
	return rc < 0 ? rc : 1;
}

static int none(struct dv_repo *r, const char *name, struct dv_err *err)
{
	struct dv_strlist names = DV_STRLIST_INIT;
	struct dv_buf text = DV_BUF_INIT;
	int rc = dv_remote_names(r, &names, err);

	for (size_t i = 0; i < names.n; i++)
		dv_buf_printf(&text, "%s%s", i ? ", " : "", names.v[i]);
	if (!rc && name)
		rc = dv_err_set(err, DV_E_MISSING, "there is no remote '%s'%s"
				"%.1000s", name, names.n ? ", only: " : "",
				dv_buf_cstr(&text));
	else if (!rc && names.n)
		rc = dv_err_set(err, DV_E_AMBIGUOUS, "there are several "
				"remotes, and none is called 'origin': %.1000s",
				dv_buf_cstr(&text));
	else if (!rc)
		rc = dv_err_set(err, DV_E_MISSING, "this repository knows no "
				"remote");
	if (!name && names.n)
		dv_err_hint(err, "name one, or: git config dv.remote <name>");
	else
		dv_err_hint(err, "dv remote add %s <url>",
			    name ? name : "origin");
	dv_strlist_release(&names);
	dv_buf_release(&text);
	return rc;
}

/* Is it one of the user's own, or one that they trust? */
static int is_known(struct dv_repo *r, const char *name, struct dv_err *err)
{
	const char *shared = dv_remotes_shared_url(r, name);
	char *url = NULL;
	int rc = dv_remotes_setting(r, name, "url", &url, err);

	free(url);
	if (!rc && shared)
		rc = is_trusted(r, name, shared, err);
	return rc;
}

/*
 * The remotes of which one may be meant without being named: those that
 * the tracked file alone has come in only where there are no others.
 */
static int eligible_names(struct dv_repo *r, struct dv_strlist *out,
			  struct dv_err *err)
{
	struct dv_strlist all = DV_STRLIST_INIT;
	int rc = dv_remote_names(r, &all, err);

	for (size_t i = 0; i < all.n && rc >= 0; i++) {
		rc = is_known(r, all.v[i], err);
		if (rc > 0)
			dv_strlist_add(out, all.v[i]);
	}
	if (rc >= 0 && !out->n) {
		*out = all;
		return 0;
	}
	dv_strlist_release(&all);
	return rc < 0 ? rc : 0;
}

/* The one that is meant where none is named; NULL: none or several. */
static int default_name(struct dv_repo *r, char **out, struct dv_err *err)
{
	struct dv_strlist names = DV_STRLIST_INIT;
	int rc = dv_git_config_str(r->git, "dv.remote", out, err);

	if (rc)
		return rc < 0 ? rc : 0;
	rc = eligible_names(r, &names, err);
	if (!rc && dv_strlist_has(&names, "origin"))
		*out = dv_strdup("origin");
	else if (!rc && names.n == 1)
		*out = dv_strdup(names.v[0]);
	dv_strlist_release(&names);
	return rc;
}

static int find_url(struct dv_remote *out, const char *url,
		    struct dv_err *err)
{
	int rc = dv_remote_check_url(url, NULL, err);

	if (!rc)
		rc = dv_remotes_absolute(&out->url, url, NULL, err);
	if (rc < 0)
		return rc;
	out->name = dv_strdup(out->url);
	out->trusted = true;
	return 0;
}

static int find_in_repo(struct dv_remote *out, struct dv_repo *r,
			const char *name, struct dv_err *err)
{
	char *own = NULL;
	int rc = name ? 0 : default_name(r, &own, err);

	if (rc < 0)
		return rc;
	if (!name)
		name = own;
	rc = name ? dv_remote_check_name(name, err) : 0;
	if (!rc && name)
		rc = find_named(out, r, name, err);
	if (!rc)
		rc = none(r, name, err);
	free(own);
	return rc < 0 ? rc : 0;
}

bool dv_remote_is_url(const char *text)
{
	return strpbrk(text, ":/") || !strcmp(text, ".") ||
	       !strcmp(text, "..");
}

int dv_remote_get(struct dv_remote *out, struct dv_repo *r, const char *name,
		  struct dv_err *err)
{
	struct dv_remote found;
	int rc;

	memset(&found, 0, sizeof(found));
	if (name && dv_remote_is_url(name))
		rc = find_url(&found, name, err);
	else if (r)
		rc = find_in_repo(&found, r, name, err);
	else
		rc = dv_err_set(err, DV_E_MISSING, "not in a git repository, "
				"which would know remotes: give a URL");
	if (rc < 0)
		dv_remote_release(&found);
	else
		*out = found;
	return rc;
}

static int not_trusted(const struct dv_remote *r, struct dv_err *err)
{
	dv_err_set(err, DV_E_INVALID, "remote '%s' is known from the tracked "
		   "file '.dvconfig' alone, and is not trusted yet: '%s'",
		   r->name, r->url);
	return dv_err_hint(err, "dv remote trust %s, if that is where your "
			   "data is to go and come from", r->name);
}

int dv_remote_find(struct dv_remote *out, struct dv_repo *r,
		   const char *name, struct dv_err *err)
{
	struct dv_remote found;
	int rc = dv_remote_get(&found, r, name, err);

	if (rc < 0)
		return rc;
	if (!found.trusted && !dv_remotes_is_public(found.url)) {
		rc = not_trusted(&found, err);
		dv_remote_release(&found);
		return rc;
	}
	*out = found;
	return 0;
}
