/* SPDX-License-Identifier: MIT */
#include "porcelain/remote-parts.h"

#include <stdlib.h>

#include "remote/url.h"
#include "store/repo.h"

static void warn_shared(const char *name, const char *url)
{
	if (url[0] == '/' || !strncmp(url, "file:", 5))
		dv_warn("'%s' is a path: it means something only where the "
			"same directory is mounted at the same place", url);
	dv_hint("git add .dvconfig; after a clone: dv remote trust %s", name);
}

/* An own remote hides the one of that name that everybody else has. */
static void warn_hides(struct dv_repo *r, const char *name)
{
	char *key = dv_asprintf("remote.%s.url", name);
	const char *theirs = dv_dvconfig_get(&r->config, key);
	struct dv_err ignored = DV_ERR_INIT;
	struct dv_remote ours;

	free(key);
	if (!theirs || dv_remote_get(&ours, r, name, &ignored) < 0)
		return;
	if (strcmp(ours.url, theirs) != 0)
		dv_warn("'.dvconfig' has another URL for '%s', '%s'; here it "
			"is yours that is meant", name, theirs);
	dv_remote_release(&ours);
}

int dv_remote_cmd_add(int argc, const char **argv)
{
	bool shared = false;
	const struct dv_opt spec[] = {
		DV_OPT_BOOL(0, "shared", &shared,
			    "write it into .dvconfig too, so that a clone "
			    "knows it"),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	struct dv_repo *repo = NULL;
	int rc;

	argc = dv_opt_parse(argc, argv, spec, dv_remote_usage);
	if (argc != 2)
		dv_usage(dv_remote_usage, spec, "give a name and a URL");

	rc = dv_repo_open(&repo, 0, &err);
	if (!rc)
		rc = dv_remote_add(repo, argv[0], argv[1], shared, &err);
	if (!rc && shared)
		warn_shared(argv[0], argv[1]);
	else if (!rc)
		warn_hides(repo, argv[0]);
	dv_repo_close(repo);
	return dv_exit(rc, &err);
}

/* What takes one name and says nothing. */
static int one_name(int argc, const char **argv,
		    int (*fn)(struct dv_repo *, const char *, struct dv_err *))
{
	const struct dv_opt spec[] = { DV_OPT_END };
	struct dv_err err = DV_ERR_INIT;
	struct dv_repo *repo = NULL;
	int rc;

	argc = dv_opt_parse(argc, argv, spec, dv_remote_usage);
	if (argc != 1)
		dv_usage(dv_remote_usage, spec, "give the name of a remote");

	rc = dv_repo_open(&repo, 0, &err);
	if (!rc)
		rc = fn(repo, argv[0], &err);
	dv_repo_close(repo);
	return dv_exit(rc, &err);
}

int dv_remote_cmd_remove(int argc, const char **argv)
{
	return one_name(argc, argv, dv_remote_remove);
}

/* What a URL that somebody else wrote may ask of this machine. */
static void tell_param(const char *param)
{
	static const char *const what[][2] = {
		{ "profile=", "with the credentials of profile" },
		{ "endpoint=", "at the server" },
		{ "key=", "with the private key" },
		{ "known-hosts=", "with the host keys of" },
	};

	for (size_t i = 0; i < sizeof(what) / sizeof(*what); i++) {
		size_t n = strlen(what[i][0]);

		if (!strncmp(param, what[i][0], n))
			dv_say("  %s '%s'", what[i][1], param + n);
	}
}

static int trust(struct dv_repo *r, const char *name, struct dv_err *err)
{
	struct dv_url u = DV_URL_INIT;
	char *key = dv_asprintf("remote.%s.url", name);
	const char *url = dv_dvconfig_get(&r->config, key);
	int rc = dv_remote_trust(r, name, err);

	if (!rc)
		rc = dv_url_parse(&u, url, err);
	if (!rc)
		dv_say("trusted, until '.dvconfig' has another one: '%s'",
		       url);
	for (size_t i = 0; !rc && i < u.params.n; i++)
		tell_param(u.params.v[i]);
	dv_url_release(&u);
	free(key);
	return rc;
}

int dv_remote_cmd_trust(int argc, const char **argv)
{
	return one_name(argc, argv, trust);
}
