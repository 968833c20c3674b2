/* SPDX-License-Identifier: MIT */
#include "remote/remotes-parts.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "remote/transport.h"
#include "remote/url.h"

/* "<scheme>::": not a URL of our own, whatever it is. */
static bool is_foreign(const char *url)
{
	const char *colon = strchr(url, ':');

	return colon && colon[1] == ':';
}

int dv_remote_check_url(const char *url, const char *exec_path,
			struct dv_err *err)
{
	struct dv_url u = DV_URL_INIT;
	int rc = dv_url_parse(&u, url, err);

	if (rc < 0)
		return rc;
	rc = dv_transport_check_scheme(exec_path, u.scheme, err);
	if (!rc && !is_foreign(url))
		rc = dv_url_check_own(&u, err);
	dv_url_release(&u);
	return rc;
}

static bool is_loopback(const char *host)
{
	return !strcmp(host, "localhost") || !strcmp(host, "[::1]") ||
	       !strcmp(host, "127.0.0.1");
}

bool dv_remotes_is_public(const char *url)
{
	struct dv_url u = DV_URL_INIT;
	struct dv_err ignored = DV_ERR_INIT;
	bool yes;

	if (is_foreign(url) || dv_url_parse(&u, url, &ignored) < 0)
		return false;
	yes = !strcmp(u.scheme, "https") ||
	      (!strcmp(u.scheme, "http") && is_loopback(u.host));
	dv_url_release(&u);
	return yes;
}

int dv_remotes_check_shared(const char *url, struct dv_err *err)
{
	if (url[0] == '.') {
		dv_err_set(err, DV_E_INVALID, "'%s' is a relative path, and "
			   "means another place in every clone: it cannot be "
			   "shared in '.dvconfig'", url);
		return dv_err_hint(err, "give the whole path, or a URL");
	}
	if (is_foreign(url)) {
		dv_err_set(err, DV_E_INVALID, "a URL of the form '<scheme>::' "
			   "starts a program of this machine: it cannot be "
			   "shared in '.dvconfig'");
		return dv_err_hint(err, "dv remote add <name> <url>, in each "
				   "clone");
	}
	return 0;
}

/* Links resolved as far as there is something: dir/rel, rel being "./x". */
static char *resolve(const char *dir, const char *rel)
{
	char *whole = dv_asprintf("%s/%s", dir, rel);
	char *found = realpath(whole, NULL), *slash, *parent;

	if (!found && (slash = strrchr(whole, '/')) && slash > whole &&
	    slash[1] && strcmp(slash + 1, "..") && strcmp(slash + 1, ".")) {
		*slash = '\0';
		parent = realpath(whole, NULL);
		*slash = '/';
		if (parent)
			found = dv_asprintf("%s/%s", parent, slash + 1);
		free(parent);
	}
	if (!found)
		return whole;
	free(whole);
	return found;
}

int dv_remotes_absolute(char **out, const char *url, const char *dir,
			struct dv_err *err)
{
	char *cwd = NULL;

	if (url[0] != '.') {
		*out = dv_strdup(url);
		return 0;
	}
	if (!dir) {
		cwd = getcwd(NULL, 0);
		if (!cwd)
			return dv_err_sys(err, "cannot tell the current "
					  "directory");
		dir = cwd;
	}
	*out = resolve(dir, url);
	free(cwd);
	return 0;
}
