/* SPDX-License-Identifier: MIT */
#include "store/repo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/path.h"
#include "store/exclude.h"
#include "store/repofile.h"
#include "store/reponame.h"

#define LOCK_TIMEOUT_S 60
#define LOCK_TIMEOUT_MAX_S 86400

/* --- where we are ------------------------------------------------------- */

static bool is_in(const char *dir, const char *path)
{
	return !strcmp(dir, path) ||
	       dv_path_inside(dir, strlen(dir), path, strlen(path)) ||
	       !strcmp(dir, "/");
}

/*
 * The current directory below the work tree.  From outside of it (with
 * GIT_WORK_TREE) arguments are from its top, as git takes them.
 */
static int find_prefix(struct dv_repo *r, unsigned flags, struct dv_err *err)
{
	const char *gitdir = dv_git_gitdir(r->git);
	char *cwd = getcwd(NULL, 0);
	size_t n = strlen(r->workdir);
	int rc = 0;

	if (!cwd)
		return dv_err_sys(err, "cannot tell the current directory");
	if (is_in(gitdir, cwd) || is_in(dv_git_commondir(r->git), cwd)) {
		r->prefix = dv_strdup("");
		if (flags & DV_REPO_WORKTREE) {
			dv_err_set(err, DV_E_INVALID,
				   "the current directory is inside the git "
				   "directory '%s'",
				   gitdir);
			rc = dv_err_hint(err, "cd '%s'", r->workdir);
		}
	} else if (strcmp(cwd, r->workdir) && is_in(r->workdir, cwd)) {
		r->prefix = dv_asprintf("%s/", cwd + n + (n > 1));
	} else {
		r->prefix = dv_strdup("");
	}
	free(cwd);
	return rc;
}

static int open_workdir(struct dv_repo *r, unsigned flags, struct dv_err *err)
{
	const char *dir = dv_git_workdir(r->git);

	if (!dir && (flags & DV_REPO_WORKTREE)) {
		dv_err_set(err, DV_E_UNSUPPORTED,
			   "'%s' is a bare repository, and this needs a work "
			   "tree",
			   dv_git_gitdir(r->git));
		return dv_err_hint(err, "git clone it, or git worktree add a "
					"work tree to it");
	}
	if (!dir) {
		r->prefix = dv_strdup("");
		return 0;
	}
	r->workdir = dv_strdup(dir);
	r->workfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r->workfd < 0)
		return dv_err_sys(err, "work tree '%s'", dir);
	return find_prefix(r, flags, err);
}

/* --- what it is --------------------------------------------------------- */

int dv_repo_config(struct dv_dvconfig *out, struct dv_git *git, int workfd,
		   struct dv_err *err)
{
	struct dv_buf text = DV_BUF_INIT;
	char head[DV_GIT_HEX];
	int rc;

	if (workfd >= 0)
		return dv_repofile_config(out, workfd, err);

	*out = (struct dv_dvconfig)DV_DVCONFIG_INIT;
	rc = dv_git_head(git, head, err);
	if (rc > 0)
		rc = dv_git_blob_at(git, head, ".dvconfig", &text,
				    DV_DVCONFIG_MAX, err);
	if (rc > 0) {
		rc = dv_dvconfig_parse(out, text.data, text.len, ".dvconfig",
				       err);
		rc = rc < 0 ? rc : 1;
	}
	dv_buf_release(&text);
	return rc;
}

/*
 * The format is what both files say, or the one that is there; a clone
 * has but .dvconfig, and gets its store now.
 */
static int find_algo(struct dv_repo *r, struct dv_err *err)
{
	enum dv_algo said;
	int in_config, in_store, rc;

	in_config = dv_repofile_algo(&said, &r->config, err);
	if (in_config < 0)
		return in_config;
	in_store = dv_repofile_store(&r->algo, r->store_dir, err);
	if (in_store < 0)
		return in_store;

	if (!in_config && !in_store) {
		dv_err_set(err, DV_E_MISSING,
			   "dv is not initialised in this git repository");
		return dv_err_hint(err, "dv init");
	}
	if (in_config && in_store && said != r->algo) {
		dv_err_set(err, DV_E_CONFLICT,
			   "'.dvconfig' says object format %s, and the store "
			   "'%s' has %s",
			   dv_algo_name(said), r->store_dir,
			   dv_algo_name(r->algo));
		return dv_err_hint(err, "there is no conversion: put "
					"dv.objectFormat in '.dvconfig' right, "
					"or use a clone of its own");
	}
	if (in_store)
		return 0;
	rc = dv_repofile_make_store(r->store_dir, said, err);
	if (rc < 0)
		return rc;
	r->algo = said;
	r->fresh = true;
	return 0;
}

static int find_settings(struct dv_repo *r, struct dv_err *err)
{
	const char *name = dv_dvconfig_get(&r->config, "dv.namespace");
	int64_t seconds = LOCK_TIMEOUT_S;
	int rc;

	if (name && *name)
		r->name_space = dv_strdup(name);
	rc = r->name_space ? dv_repo_name_check(r->name_space, err) :
	     dv_repo_name_default(r->git, &r->name_space, err);
	if (!rc)
		rc = dv_git_config_int(r->git, "dv.lockTimeout", &seconds, err);
	if (rc < 0)
		return rc;
	if (seconds < 0 || seconds > LOCK_TIMEOUT_MAX_S)
		return dv_err_set(err, DV_E_INVALID,
				  "setting 'dv.lockTimeout' is not between 0 "
				  "and %d seconds",
				  LOCK_TIMEOUT_MAX_S);
	r->lock_timeout = (int)seconds * 1000;
	return 0;
}

int dv_repo_open(struct dv_repo **out, unsigned flags, struct dv_err *err)
{
	struct dv_repo *r = dv_calloc(1, sizeof(*r));
	int rc;

	r->workfd = -1;
	rc = dv_git_open(&r->git, err);
	if (rc < 0) {
		free(r);
		return rc;
	}
	r->store_dir = dv_asprintf("%s/dv", dv_git_commondir(r->git));
	r->state_dir = dv_asprintf("%s/dv", dv_git_gitdir(r->git));

	if ((rc = open_workdir(r, flags, err)) < 0 ||
	    (rc = dv_repo_config(&r->config, r->git, r->workfd, err)) < 0 ||
	    (rc = find_algo(r, err)) < 0 ||
	    (rc = find_settings(r, err)) < 0) {
		dv_repo_close(r);
		return rc;
	}
	/*
	 * A clone comes without info/exclude: whoever runs their program before
	 * the first pull would have `git add -A` commit the data.
	 */
	if (r->fresh)
		dv_exclude_try(r);
	*out = r;
	return 0;
}

void dv_repo_close(struct dv_repo *r)
{
	if (!r)
		return;
	dv_odb_close(r->odb);
	dv_dvconfig_release(&r->config);
	if (r->workfd >= 0)
		close(r->workfd);
	dv_git_close(r->git);
	free(r->workdir);
	free(r->prefix);
	free(r->store_dir);
	free(r->state_dir);
	free(r->name_space);
	free(r);
}

static int find_level(struct dv_repo *r, int *level, struct dv_err *err)
{
	int64_t n = 0;
	int rc = dv_git_config_int(r->git, "dv.compression", &n, err);

	if (rc < 0)
		return rc;
	if (n < 0 || n > DV_ODB_LEVEL_MAX)
		return dv_err_set(err, DV_E_INVALID,
				  "setting 'dv.compression' is not between 0 "
				  "and %d", DV_ODB_LEVEL_MAX);
	*level = (int)n;
	return 0;
}

int dv_repo_odb(struct dv_repo *r, struct dv_odb **out, struct dv_err *err)
{
	int level = 0, rc;

	if (!r->odb) {
		rc = find_level(r, &level, err);
		if (rc >= 0)
			rc = dv_odb_open(&r->odb, r->store_dir, r->algo, err);
		if (rc < 0)
			return rc;
		dv_odb_set_level(r->odb, level);
		dv_odb_set_lock_timeout(r->odb, r->lock_timeout);
	}
	*out = r->odb;
	return 0;
}

int dv_repo_lock(struct dv_repo *r, struct dv_lock *lock, struct dv_err *err)
{
	char *path;
	int rc;

	rc = dv_mkdirs(r->state_dir, 0777, err);
	if (rc < 0)
		return rc;
	path = dv_asprintf("%s/lock", r->state_dir);
	rc = dv_lock_take(lock, path, DV_LOCK_EXCLUSIVE, r->lock_timeout, err);
	free(path);
	return rc;
}

/* --- pointers ----------------------------------------------------------- */

/* What lies at path, if it is a regular file: 1 and its bytes, or 0. */
static int read_small(int dirfd, const char *path, char *buf, size_t *n,
		      struct dv_err *err)
{
	struct stat st;
	ssize_t got;
	int fd, rc = 0;

	fd = dv_path_open(dirfd, path, O_RDONLY | O_NONBLOCK, 0);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP ||
		       errno == ENXIO))
		return 0;
	if (fd < 0)
		return dv_err_sys(err, "cannot read '%s'", path);
	if (fstat(fd, &st)) {
		rc = dv_err_sys(err, "cannot read '%s'", path);
	} else if (S_ISREG(st.st_mode)) {
		got = dv_read_full(fd, buf, *n);
		if (got < 0) {
			rc = dv_err_sys(err, "cannot read '%s'", path);
		} else {
			*n = (size_t)got;
			rc = 1;
		}
	}
	close(fd);
	return rc;
}

int dv_repo_pointer(struct dv_repo *r, const char *dataset,
		    struct dv_pointer *out, struct dv_err *err)
{
	static const char marker[] = "<<<<<<<";
	char buf[DV_POINTER_MAX + 1];
	size_t n = sizeof(buf);
	char *path;
	int rc;

	if (r->workfd < 0)
		return 0;
	path = dv_asprintf("%s.dv", dataset);
	rc = read_small(r->workfd, path, buf, &n, err);
	if (rc > 0 && !dv_pointer_is(buf, n) &&
	    (n < sizeof(marker) || memcmp(buf, marker, sizeof(marker) - 1)))
		rc = 0;
	if (rc > 0) {
		char *typed = dv_path_relative(path, r->prefix);

		rc = dv_pointer_parse(out, buf, n, typed, err);
		rc = rc < 0 ? rc : 1;
		free(typed);
	}
	free(path);
	return rc;
}
