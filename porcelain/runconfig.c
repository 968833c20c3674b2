/* SPDX-License-Identifier: MIT */
#include "porcelain/runconfig.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "store/conffile.h"
#include "store/repofile.h"

static bool has_file(const struct dv_strlist *given)
{
	for (size_t i = 0; i < given->n; i++)
		if (!dv_config_is_setting(given->v[i]))
			return true;
	return false;
}

/*
 * A tracked file from elsewhere says which files to read: only such below
 * the work tree, or it could have private ones stored and published.
 */
static int add_default(struct dv_repo *repo, const char *path,
		       struct dv_strlist *out, struct dv_err *err)
{
	char *full;
	int fd;

	if (dv_path_check(path, strlen(path), err) < 0)
		return dv_err_prefix(err, "'dv.config' in .dvconfig");

	fd = dv_path_open(repo->workfd, path, O_RDONLY | O_NONBLOCK, 0);
	if (fd < 0) {
		dv_err_sys(err, "cannot read the configuration '%s' that "
			   "'dv.config' in .dvconfig names", path);
		return dv_err_hint(err, "give one with --config, or correct "
				   ".dvconfig");
	}
	close(fd);
	full = dv_asprintf("%s/%s", repo->workdir, path);
	dv_strlist_take(out, full);
	return 0;
}

static int add_defaults(struct dv_repo *repo, struct dv_strlist *out,
			struct dv_err *err)
{
	struct dv_strlist paths = DV_STRLIST_INIT;
	struct dv_dvconfig config;
	int rc;

	rc = dv_repofile_config(&config, repo->workfd, err);
	if (rc <= 0)
		return rc;
	dv_dvconfig_all(&config, "dv.config", &paths);
	dv_dvconfig_release(&config);

	rc = 0;
	for (size_t i = 0; !rc && i < paths.n; i++)
		rc = add_default(repo, paths.v[i], out, err);
	dv_strlist_release(&paths);
	return rc;
}

/* As the user would name it: defaults are made absolute by us. */
static const char *shown_name(const struct dv_repo *repo, const char *path)
{
	size_t n = strlen(repo->workdir);

	if (!strncmp(path, repo->workdir, n) && path[n] == '/')
		return path + n + 1;
	return path;
}

/* What a file given as configuration means besides its content. */
static void note_file(struct dv_runconfig *c, struct dv_repo *repo,
		      const char *arg)
{
	struct dv_err ignored = DV_ERR_INIT;
	struct stat st;
	char *path;

	if (dv_config_is_setting(arg) || !strcmp(arg, "-"))
		return;
	if (!dv_repo_path(repo, arg, &path, &ignored))
		dv_strlist_take(&c->files, path);
	if (stat(arg, &st) < 0 || st.st_mtime <= c->newest)
		return;
	c->newest = st.st_mtime;
	free(c->newest_name);
	c->newest_name = dv_strdup(shown_name(repo, arg));
}

int dv_runconfig_load(struct dv_runconfig *out, struct dv_repo *repo,
		      const struct dv_strlist *given,
		      const struct dv_strlist *settings, struct dv_err *err)
{
	struct dv_strlist all = DV_STRLIST_INIT;
	struct dv_runconfig c = { .newest = 0 };
	int rc = 0;

	if (!has_file(given))
		rc = add_defaults(repo, &all, err);
	for (size_t i = 0; i < given->n; i++)
		dv_strlist_add(&all, given->v[i]);
	for (size_t i = 0; i < settings->n; i++)
		dv_strlist_add(&all, settings->v[i]);
	if (rc < 0)
		goto out;

	rc = dv_conffile_load(&c.canonical, (const char *const *)all.v, all.n,
			      repo->algo, err);
	if (rc < 0)
		goto out;
	for (size_t i = 0; i < all.n; i++)
		note_file(&c, repo, all.v[i]);
	dv_digest_of(&c.id, repo->algo, c.canonical.data, c.canonical.len);
	dv_config_hash(c.hash, c.canonical.data, c.canonical.len,
		       DV_CONFIG_HASH_MAX);
	*out = c;
	memset(&c, 0, sizeof(c));
out:
	dv_runconfig_release(&c);
	dv_strlist_release(&all);
	return rc < 0 ? rc : 0;
}

void dv_runconfig_release(struct dv_runconfig *c)
{
	dv_buf_release(&c->canonical);
	dv_strlist_release(&c->files);
	free(c->newest_name);
	memset(c, 0, sizeof(*c));
}
