/* SPDX-License-Identifier: MIT */
#include "remote/remotes-parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/proc.h"

/*
 * git edits both files: it keeps comments and order, locks them, and
 * leaves the old one or the new one.
 */
static int edit(const char *file, const char *what, const char *key,
		const char *value, struct dv_err *err)
{
	const char *argv[] = {
		"git", "config", "--file", file, what, key, value, NULL
	};
	struct dv_buf out = DV_BUF_INIT;
	int rc = dv_proc_run(argv, NULL, NULL, NULL, 0, &out, err);

	dv_buf_release(&out);
	if (rc <= 0)
		return rc;
	dv_err_set(err, DV_E_SYS, "git could not change '%s' in '%s'", key,
		   file);
	return dv_err_hint(err, "where it is set: git config --show-origin "
			   "--get-regexp '^dv-remote'");
}

static char *own_config(struct dv_repo *r)
{
	return dv_asprintf("%s/config", dv_git_commondir(r->git));
}

static int set_own(struct dv_repo *r, const char *name, const char *what,
		   const char *value, struct dv_err *err)
{
	char *key = dv_asprintf("dv-remote.%s.%s", name, what);
	int rc = dv_git_config_set(r->git, key, value, err);

	free(key);
	return rc;
}

static int edit_shared(struct dv_repo *r, const char *what, const char *key,
		       const char *value, struct dv_err *err)
{
	char *file;
	int rc;

	if (!r->workdir)
		return dv_err_set(err, DV_E_UNSUPPORTED, "'.dvconfig' is a "
				  "file of the work tree, and this is a bare "
				  "repository");
	file = dv_asprintf("%s/.dvconfig", r->workdir);
	rc = edit(file, what, key, value, err);
	free(file);
	return rc;
}

/* --- add --------------------------------------------------------------------- */

static int exists(const char *name, const char *url, struct dv_err *err)
{
	dv_err_set(err, DV_E_EXISTS, "remote '%s' exists already: '%s'", name,
		   url);
	return dv_err_hint(err, "dv remote remove %s, first, to put another "
			   "in its place", name);
}

/* Sets which of the two files have it already. */
static int check_new(struct dv_repo *r, const char *name, const char *url,
		     bool shared, bool *own_has, bool *shared_has,
		     struct dv_err *err)
{
	const char *theirs = dv_remotes_shared_url(r, name);
	char *ours = NULL;
	int rc = dv_remotes_setting(r, name, "url", &ours, err);

	if (rc < 0)
		return rc;
	*own_has = ours != NULL;
	*shared_has = theirs != NULL;
	rc = 0;
	/* What is new is that it is shared, or that it is our own, which wins. */
	if (ours && (!shared || theirs || strcmp(ours, url) != 0))
		rc = exists(name, ours, err);
	else if (theirs && shared && strcmp(theirs, url) != 0)
		rc = exists(name, theirs, err);
	free(ours);
	return rc;
}

static int add_checked(struct dv_repo *r, const char *name, const char *url,
		       bool shared, struct dv_err *err)
{
	char *key = dv_asprintf("remote.%s.url", name);
	bool own_has, shared_has;
	int rc = check_new(r, name, url, shared, &own_has, &shared_has, err);

	if (!rc && shared && !shared_has)
		rc = edit_shared(r, "--add", key, url, err);
	if (!rc && !own_has)
		rc = set_own(r, name, "url", url, err);
	free(key);
	return rc;
}

int dv_remote_add(struct dv_repo *r, const char *name, const char *url,
		  bool shared, struct dv_err *err)
{
	char *absolute;
	int rc = dv_remote_check_name(name, err);

	if (!rc)
		rc = dv_remote_check_url(url, NULL, err);
	if (!rc && shared)
		rc = dv_remotes_check_shared(url, err);
	if (!rc)
		rc = dv_remotes_absolute(&absolute, url, NULL, err);
	if (rc < 0)
		return rc;
	rc = add_checked(r, name, absolute, shared, err);
	free(absolute);
	return rc;
}

/* --- remove, trust ------------------------------------------------------------ */

static int missing(struct dv_repo *r, const char *name, struct dv_err *err)
{
	struct dv_remote found;
	int rc = dv_remote_get(&found, r, name, err);

	if (!rc)
		dv_remote_release(&found);
	return rc < 0 ? rc : dv_err_set(err, DV_E_MISSING, "remote '%s' is "
					"not in '.dvconfig'", name);
}

/* The whole section, in the repository's own configuration: 1, or 0. */
static int remove_own(struct dv_repo *r, const char *name, struct dv_err *err)
{
	static const char *const keys[] = { "url", "trusted" };
	char *section = dv_asprintf("dv-remote.%s", name);
	char *file = own_config(r);
	bool has = false;
	int rc = 0;

	for (size_t i = 0; i < 2 && rc >= 0; i++) {
		char *value = NULL;

		rc = dv_remotes_setting(r, name, keys[i], &value, err);
		has = has || value;
		free(value);
	}
	if (rc >= 0 && has)
		rc = edit(file, "--remove-section", section, NULL, err);
	free(section);
	free(file);
	return rc < 0 ? rc : has;
}

/* Does git's configuration have another URL than the tracked file? */
static int is_apart(struct dv_repo *r, const char *name, struct dv_err *err)
{
	const char *theirs = dv_remotes_shared_url(r, name);
	char *ours = NULL;
	int rc = dv_remotes_setting(r, name, "url", &ours, err);

	if (rc > 0)
		rc = theirs && strcmp(ours, theirs) != 0;
	free(ours);
	return rc;
}

int dv_remote_remove(struct dv_repo *r, const char *name, struct dv_err *err)
{
	bool shared = dv_remotes_shared_url(r, name) != NULL;
	char *section;
	int rc = dv_remote_check_name(name, err);

	if (!rc)
		rc = is_apart(r, name, err);
	if (rc > 0)
		shared = false;
	if (rc >= 0)
		rc = remove_own(r, name, err);
	if (rc < 0)
		return rc;
	if (!rc && !shared)
		return missing(r, name, err);
	if (!shared)
		return 0;
	section = dv_asprintf("remote.%s", name);
	rc = edit_shared(r, "--remove-section", section, NULL, err);
	free(section);
	return rc;
}

int dv_remote_trust(struct dv_repo *r, const char *name, struct dv_err *err)
{
	const char *url = dv_remotes_shared_url(r, name);
	int rc = dv_remote_check_name(name, err);

	if (!rc && !url)
		return missing(r, name, err);
	if (!rc)
		rc = dv_remote_check_url(url, NULL, err);
	if (!rc)
		rc = dv_remotes_check_shared(url, err);
	if (rc < 0)
		return dv_err_prefix(err, "remote '%s'", name);
	return set_own(r, name, "trusted", url, err);
}
