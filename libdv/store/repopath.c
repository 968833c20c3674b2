/* SPDX-License-Identifier: MIT */
#include "store/repo.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/path.h"
#include "format/component.h"

static int outside(struct dv_repo *r, const char *arg, struct dv_err *err)
{
	return dv_err_set(err, DV_E_INVALID,
			  "'%s' is outside the work tree '%s'",
			  arg, r->workdir);
}

/*
 * What of an absolute path lies below the work tree, whose own name may
 * be written with symbolic links in it; NULL if nothing does.
 */
static const char *below_workdir(struct dv_repo *r, const char *path)
{
	size_t n = strlen(r->workdir);
	const char *rest = NULL;
	char *cut, *real;
	size_t i;

	if (!strcmp(r->workdir, "/"))
		return path + 1;
	if (!strncmp(path, r->workdir, n) && (!path[n] || path[n] == '/'))
		return path + n;
	cut = dv_strdup(path);
	for (i = 1; !rest && path[i - 1]; i++) {
		if (path[i] && path[i] != '/')
			continue;
		cut[i] = '\0';
		real = realpath(cut, NULL);
		if (real && !strcmp(real, r->workdir))
			rest = path + i;
		free(real);
		cut[i] = path[i];
	}
	free(cut);
	return rest;
}

/*
 * Append the components of s to out, which has none or ends without a
 * slash; false where ".." goes above the top.
 */
static bool append(struct dv_buf *out, const char *s)
{
	while (*s) {
		size_t n = strcspn(s, "/");

		if (n == 2 && s[0] == '.' && s[1] == '.') {
			const char *slash;

			if (!out->len)
				return false;
			slash = strrchr(out->data, '/');
			dv_buf_setlen(out, slash ?
				      (size_t)(slash - out->data) : 0);
		} else if (n && !(n == 1 && s[0] == '.')) {
			if (out->len)
				dv_buf_char(out, '/');
			dv_buf_add(out, s, n);
		}
		s += n + (s[n] == '/');
	}
	return true;
}

/* What the argument means, before it is judged; false: outside. */
static bool find_path(struct dv_repo *r, const char *arg, struct dv_buf *out)
{
	struct dv_buf whole = DV_BUF_INIT;
	const char *rest;
	bool ok;

	if (*arg != '/')
		return append(out, r->prefix) && append(out, arg);

	ok = append(&whole, arg);
	if (ok) {
		char *absolute = dv_asprintf("/%s", dv_buf_cstr(&whole));

		rest = below_workdir(r, absolute);
		ok = rest && append(out, rest);
		free(absolute);
	}
	dv_buf_release(&whole);
	return ok;
}

int dv_repo_path(struct dv_repo *r, const char *arg, char **out,
		 struct dv_err *err)
{
	struct dv_buf path = DV_BUF_INIT;
	int rc = 0;

	if (!*arg)
		return dv_err_set(err, DV_E_INVALID, "a path is empty");
	if (!r->workdir)
		return dv_err_set(err, DV_E_UNSUPPORTED,
				  "'%s': there is no work tree here", arg);
	if (!find_path(r, arg, &path))
		rc = outside(r, arg, err);
	else if (path.len >= 4 && !memcmp(path.data, ".git", 4) &&
		 (path.len == 4 || path.data[4] == '/'))
		rc = dv_err_set(err, DV_E_INVALID,
				"'%s' is inside the git directory", arg);
	else if (path.len)
		rc = dv_path_check(path.data, path.len, err);

	if (!rc)
		*out = dv_strdup(dv_buf_cstr(&path));
	dv_buf_release(&path);
	return rc;
}

int dv_repo_state_path(struct dv_repo *r, const char *dir,
		       const char *dataset, char **out, struct dv_err *err)
{
	struct dv_buf name = DV_BUF_INIT;
	int rc = dv_component_encode(&name, dataset, err);

	if (rc >= 0)
		*out = dv_asprintf("%s/%s/%s", r->state_dir, dir,
				   dv_buf_cstr(&name));
	dv_buf_release(&name);
	return rc;
}
