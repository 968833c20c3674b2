/* SPDX-License-Identifier: MIT */
#include "store/gitlib.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/alloc.h"

/* --- which files -------------------------------------------------------- */

static int add_file(git_config *config, const char *path,
		    git_config_level_t level, struct dv_git *g,
		    struct dv_err *err)
{
	int rc;

	if (!*path)
		return 0;
	rc = git_config_add_file_ondisk(config, path, level, g->repo, 0);
	if (rc < 0 && rc != GIT_ENOTFOUND)
		return dv_git_fail(err, rc, "git configuration '%s'", path);
	git_error_clear();
	return 0;
}

/* The file that the environment names, else the one that find() does. */
static int add_found(git_config *config, const char *env,
		     int (*find)(git_buf *), git_config_level_t level,
		     struct dv_git *g, struct dv_err *err)
{
	const char *path = env ? getenv(env) : NULL;
	git_buf found = GIT_BUF_INIT;
	int rc = 0;

	if (path)
		return add_file(config, path, level, g, err);
	if (!find(&found))
		rc = add_file(config, found.ptr, level, g, err);
	git_buf_dispose(&found);
	git_error_clear();
	return rc;
}

static bool env_true(const char *name)
{
	const char *value = getenv(name);
	int yes = 0;

	return value && !git_config_parse_bool(&yes, value) && yes;
}

static int add_all(git_config *config, struct dv_git *g, struct dv_err *err)
{
	char *path;
	int own = 0, rc = 0;

	if (!env_true("GIT_CONFIG_NOSYSTEM"))
		rc = add_found(config, "GIT_CONFIG_SYSTEM",
			       git_config_find_system, GIT_CONFIG_LEVEL_SYSTEM,
			       g, err);
	if (!rc && !getenv("GIT_CONFIG_GLOBAL"))
		rc = add_found(config, NULL, git_config_find_xdg,
			       GIT_CONFIG_LEVEL_XDG, g, err);
	if (!rc)
		rc = add_found(config, "GIT_CONFIG_GLOBAL",
			       git_config_find_global, GIT_CONFIG_LEVEL_GLOBAL,
			       g, err);
	if (rc < 0)
		return rc;

	path = dv_asprintf("%s/config", g->commondir);
	rc = add_file(config, path, GIT_CONFIG_LEVEL_LOCAL, g, err);
	free(path);
	if (rc < 0)
		return rc;

	if (git_config_get_bool(&own, config, "extensions.worktreeconfig") < 0)
		git_error_clear();
	if (!own)
		return 0;
	path = dv_asprintf("%s/config.worktree", g->gitdir);
	rc = add_file(config, path, GIT_CONFIG_LEVEL_APP, g, err);
	free(path);
	return rc;
}

int dv_git_config(struct dv_git *g, git_config **out, struct dv_err *err)
{
	git_config *config;
	int rc;

	if (!g->config) {
		rc = git_config_new(&config);
		if (rc < 0)
			return dv_git_fail(err, rc, "git configuration");
		rc = add_all(config, g, err);
		if (rc < 0) {
			git_config_free(config);
			return rc;
		}
		g->config = config;
	}
	*out = g->config;
	return 0;
}

/* --- values ------------------------------------------------------------- */

/* Names of sections and keys have no case, subsections have. */
static bool same_key(const char *a, const char *b, size_t n)
{
	const char *first = strchr(b, '.'), *last = strrchr(b, '.');
	size_t head, tail;

	if (strlen(b) != n || !first)
		return false;
	head = (size_t)(first - b);
	tail = (size_t)(last - b);
	return !strncasecmp(a, b, head) &&
	       !strncmp(a + head, b + head, tail - head) &&
	       !strncasecmp(a + tail, b + tail, n - tail);
}

/* `dv -c`: lines "key=value", "key" alone is true; the last one counts. */
static char *find_own(const char *key)
{
	const char *p = getenv("DV_CONFIG_PARAMETERS");
	char *found = NULL;

	while (p && *p) {
		size_t line = strcspn(p, "\n"), name = strcspn(p, "=\n");

		if (same_key(p, key, name)) {
			free(found);
			found = name == line ? dv_strdup("true") :
				dv_strndup(p + name + 1, line - name - 1);
		}
		p += line + (p[line] == '\n');
	}
	return found;
}

/* GIT_CONFIG_COUNT, GIT_CONFIG_KEY_<n>, GIT_CONFIG_VALUE_<n>. */
static char *find_env(const char *key)
{
	const char *count = getenv("GIT_CONFIG_COUNT");
	long i, n = count ? strtol(count, NULL, 10) : 0;

	for (i = n; i > 0 && i <= 4096; i--) {
		char name[40], value[40];
		const char *k, *v;

		snprintf(name, sizeof(name), "GIT_CONFIG_KEY_%ld", i - 1);
		snprintf(value, sizeof(value), "GIT_CONFIG_VALUE_%ld", i - 1);
		k = getenv(name);
		v = getenv(value);
		if (k && v && same_key(k, key, strlen(k)))
			return dv_strdup(v);
	}
	return NULL;
}

int dv_git_config_str(struct dv_git *g, const char *key, char **out,
		      struct dv_err *err)
{
	git_buf value = GIT_BUF_INIT;
	git_config *config = NULL;
	char *found;
	int rc;

	found = find_own(key);
	if (!found)
		found = find_env(key);
	if (found) {
		*out = found;
		return 1;
	}
	rc = dv_git_config(g, &config, err);
	if (rc < 0)
		return rc;
	rc = git_config_get_string_buf(&value, config, key);
	if (!rc)
		*out = dv_strdup(value.ptr);
	git_buf_dispose(&value);
	if (rc < 0 && rc != GIT_ENOTFOUND)
		return dv_git_fail(err, rc, "setting '%s'", key);
	git_error_clear();
	return !rc;
}

int dv_git_config_int(struct dv_git *g, const char *key, int64_t *out,
		      struct dv_err *err)
{
	char *text;
	int rc;

	rc = dv_git_config_str(g, key, &text, err);
	if (rc <= 0)
		return rc;
	if (git_config_parse_int64(out, text) < 0) {
		rc = dv_err_set(err, DV_E_INVALID,
				"setting '%s' is '%s', not a number",
				key, text);
		git_error_clear();
	}
	free(text);
	return rc;
}

int dv_git_config_bool(struct dv_git *g, const char *key, bool *out,
		       struct dv_err *err)
{
	char *text;
	int rc, yes;

	rc = dv_git_config_str(g, key, &text, err);
	if (rc <= 0)
		return rc;
	if (git_config_parse_bool(&yes, text) < 0) {
		rc = dv_err_set(err, DV_E_INVALID,
				"setting '%s' is '%s', neither true nor false",
				key, text);
		git_error_clear();
	} else {
		*out = yes;
	}
	free(text);
	return rc;
}

int dv_git_config_set(struct dv_git *g, const char *key, const char *value,
		      struct dv_err *err)
{
	git_config *config = NULL, *local;
	int rc;

	rc = dv_git_config(g, &config, err);
	if (rc < 0)
		return rc;
	rc = git_config_open_level(&local, config, GIT_CONFIG_LEVEL_LOCAL);
	if (!rc) {
		rc = git_config_set_string(local, key, value);
		git_config_free(local);
	}
	return rc < 0 ? dv_git_fail(err, rc, "cannot set '%s'", key) : 0;
}
