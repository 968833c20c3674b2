/* SPDX-License-Identifier: MIT */
#include "store/reponame.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "format/component.h"

/*
 * The last part of a path or URL ("host:lab.git" too) without slashes
 * behind it and without ".git"; "" where there is none.
 */
static char *base_name(const char *s)
{
	size_t n = strlen(s), i;

	while (n && s[n - 1] == '/')
		n--;
	if (n > 5 && !memcmp(s + n - 5, "/.git", 5))
		n -= 5;
	else if (n > 4 && !memcmp(s + n - 4, ".git", 4))
		n -= 4;
	for (i = n; i && s[i - 1] != '/' && s[i - 1] != ':'; i--)
		;
	return dv_strndup(s + i, n - i);
}

int dv_repo_name_check(const char *name, struct dv_err *err)
{
	struct dv_buf component = DV_BUF_INIT;
	int rc;

	rc = dv_component_encode(&component, name, err);
	dv_buf_release(&component);
	return rc < 0 ? dv_err_prefix(err, "namespace") : 0;
}

int dv_repo_name_default(struct dv_git *git, char **out, struct dv_err *err)
{
	const char *work = dv_git_workdir(git);
	const char *gitdir = dv_git_gitdir(git);
	const char *common = dv_git_commondir(git);
	char *name = NULL, *url = NULL;
	int rc;

	rc = dv_git_config_str(git, "remote.origin.url", &url, err);
	if (rc < 0)
		return rc;
	if (url)
		name = base_name(url);
	free(url);
	if (!name || !*name) {
		free(name);
		/* a linked work tree is called as the main one */
		name = base_name(work && !strcmp(gitdir, common) ? work :
				 common);
	}
	if (!*name) {
		free(name);
		name = dv_strdup("root");
	}
	rc = dv_repo_name_check(name, err);
	if (rc < 0)
		free(name);
	else
		*out = name;
	return rc;
}
