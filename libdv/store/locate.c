/* SPDX-License-Identifier: MIT */
#include "store/locate.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "store/repofile.h"
#include "store/userstore.h"

#define LINE_MAX_BYTES 8192	/* of .git files and commondir */

static bool is_dir(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

/* What git takes for a repository: HEAD, and objects/ or commondir. */
static bool is_git_dir(const char *dir)
{
	static const char *const names[] = { "objects", "commondir" };
	char *path = dv_asprintf("%s/HEAD", dir);
	struct stat st;
	bool yes = !lstat(path, &st);

	free(path);
	if (!yes)
		return false;
	for (size_t i = 0; i < 2; i++) {
		path = dv_asprintf("%s/%s", dir, names[i]);
		yes = !stat(path, &st);
		free(path);
		if (yes)
			return true;
	}
	return false;
}

/* A path from a file, relative to the directory base. */
static char *resolve(const char *base, const char *path)
{
	return *path == '/' ? dv_strdup(path) :
			      dv_asprintf("%s/%s", base, path);
}

/* The one line of a file without its end, behind prefix; NULL if none. */
static char *read_line(const char *path, const char *prefix)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf b = DV_BUF_INIT;
	char *line = NULL;

	if (!dv_file_read(&b, AT_FDCWD, path, LINE_MAX_BYTES, &err) &&
	    b.len > strlen(prefix) &&
	    !strncmp(b.data, prefix, strlen(prefix))) {
		line = dv_strdup(b.data + strlen(prefix));
		line[strcspn(line, "\r\n")] = '\0';
	}
	dv_buf_release(&b);
	return line;
}

/* The git directory that dir/.git is or names, or dir itself; or NULL. */
static char *git_dir_at(const char *dir)
{
	char *dot = dv_asprintf("%s/.git", dir);
	char *to, *found;

	if (is_git_dir(dot))
		return dot;
	to = read_line(dot, "gitdir: ");
	free(dot);
	if (!to)
		return is_git_dir(dir) ? dv_strdup(dir) : NULL;
	found = resolve(dir, to);
	free(to);
	return found;
}

/* GIT_CEILING_DIRECTORIES: directories that are not looked above. */
static bool is_ceiling(const char *dir)
{
	const char *p = getenv("GIT_CEILING_DIRECTORIES");
	size_t n = strlen(dir);

	while (p && *p) {
		size_t len = strcspn(p, ":");

		while (len > 1 && p[len - 1] == '/')
			len--;
		if (len == n && !memcmp(p, dir, n))
			return true;
		p += strcspn(p, ":");
		p += *p == ':';
	}
	return false;
}

/*
 * The git directory of here, and the top of the work tree in *top where
 * that is known; NULL where there is none.
 */
static char *find_git_dir(char **top, struct dv_err *err)
{
	const char *env = getenv("GIT_DIR");
	char dir[PATH_MAX];
	char *slash, *found;

	if (env && *env)
		return dv_strdup(env);
	if (!getcwd(dir, sizeof(dir))) {
		dv_err_sys(err, "cannot tell the current directory");
		return NULL;
	}
	for (;;) {
		found = git_dir_at(dir);
		if (found)
			*top = dv_strdup(dir);
		if (found || !strcmp(dir, "/"))
			return found;
		slash = strrchr(dir, '/');
		slash[slash == dir] = '\0';
		if (is_ceiling(dir))
			return NULL;
	}
}

static char *common_dir(const char *git_dir)
{
	const char *env = getenv("GIT_COMMON_DIR");
	char *path, *to, *common;

	if (env && *env)
		return dv_strdup(env);
	path = dv_asprintf("%s/commondir", git_dir);
	to = read_line(path, "");
	free(path);
	common = to ? resolve(git_dir, to) : dv_strdup(git_dir);
	free(to);
	return common;
}

/* Outside of any repository: the user's own, by format. */
static int users_store(char **dir, enum dv_algo *algo, struct dv_err *err)
{
	static const enum dv_algo all[] = { DV_ALGO_XXH128, DV_ALGO_SHA256 };
	struct dv_err ignored = DV_ERR_INIT;

	for (size_t i = 0; i < 2; i++) {
		char *path = NULL;

		if (!dv_userstore_dir(&path, all[i], &ignored) &&
		    is_dir(path)) {
			*dir = path;
			*algo = all[i];
			return 0;
		}
		free(path);
	}
	dv_err_set(err, DV_E_MISSING, "not in a git repository");
	return dv_err_hint(err, "go to one, or make one: git init && dv init");
}

/* A clone: its .dvconfig says what the store is to be. */
static int make_store(const char *dir, const char *top, enum dv_algo *algo,
		      struct dv_err *err)
{
	struct dv_dvconfig config = DV_DVCONFIG_INIT;
	int fd = top ? open(top, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	int rc = 0;

	if (fd >= 0) {
		rc = dv_repofile_config(&config, fd, err);
		close(fd);
	}
	if (rc > 0)
		rc = dv_repofile_algo(algo, &config, err);
	dv_dvconfig_release(&config);
	if (rc > 0)
		rc = dv_repofile_make_store(dir, *algo, err);
	else if (!rc)
		rc = dv_err_set(err, DV_E_MISSING,
				"this repository has no dv store yet");
	return rc == -DV_E_MISSING ? dv_err_hint(err, "make one: dv init") :
				     rc;
}

int dv_locate_store(char **dir, enum dv_algo *algo, struct dv_err *err)
{
	char *top = NULL;
	char *git_dir = find_git_dir(&top, err);
	char *common, *path;
	int rc;

	if (!git_dir)
		return err->code ? -err->code : users_store(dir, algo, err);
	common = common_dir(git_dir);
	path = dv_asprintf("%s/dv", common);
	rc = dv_repofile_store(algo, path, err);
	if (!rc)
		rc = make_store(path, top, algo, err);
	if (rc >= 0) {
		*dir = path;
		path = NULL;
		rc = 0;
	}
	free(path);
	free(common);
	free(git_dir);
	free(top);
	return rc;
}

int dv_locate_odb(struct dv_odb **out, struct dv_err *err)
{
	enum dv_algo algo = 0;
	char *dir = NULL;
	int rc = dv_locate_store(&dir, &algo, err);

	if (!rc)
		rc = dv_odb_open(out, dir, algo, err);
	free(dir);
	return rc;
}
