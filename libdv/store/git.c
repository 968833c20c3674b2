/* SPDX-License-Identifier: MIT */
#include "store/gitlib.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"

/* --- failures ----------------------------------------------------------- */

static enum dv_code code_of(int rc, const char *text)
{
	if (strstr(text, strerror(ENOSPC)) || strstr(text, strerror(EDQUOT)))
		return DV_E_SPACE;
	switch (rc) {
	case GIT_ENOTFOUND:
		return DV_E_MISSING;
	case GIT_EEXISTS:
		return DV_E_EXISTS;
	case GIT_EAMBIGUOUS:
		return DV_E_AMBIGUOUS;
	case GIT_EMODIFIED:
		return DV_E_CONFLICT;
	case GIT_ELOCKED:
		return DV_E_LOCKED;
	case GIT_EINVALIDSPEC:
		return DV_E_INVALID;
	default:
		return DV_E_SYS;
	}
}

int dv_git_fail(struct dv_err *err, int rc, const char *fmt, ...)
{
	const git_error *last = git_error_last();
	const char *text = last && last->message ? last->message : "failed";
	char said[512], context[1024];
	va_list ap;

	/* our own text may be made of libgit2's */
	snprintf(said, sizeof(said), "%s", text);
	va_start(ap, fmt);
	vsnprintf(context, sizeof(context), fmt, ap);
	va_end(ap);
	return dv_err_set(err, code_of(rc, said), "%s: %s", context, said);
}

void dv_git_hex(char *out, const git_oid *id)
{
	git_oid_tostr(out, GIT_OID_HEXSZ + 1, id);
}

int dv_git_oid(git_oid *out, const char *hex, struct dv_err *err)
{
	if (strlen(hex) != GIT_OID_HEXSZ || git_oid_fromstr(out, hex))
		return dv_err_set(err, DV_E_INVALID,
				  "'%s' is not the id of a git object", hex);
	return 0;
}

/* --- finding and opening ------------------------------------------------ */

/*
 * Where libgit2 has its TLS from mbedtls, as in Debian, it parses every
 * certificate of the system when it is started, which is half of the time
 * that takes.  dv reaches other machines through git and its own helpers,
 * never through libgit2, which therefore finds this function and no
 * certificates: if it did connect, it would believe nobody.
 */
int mbedtls_x509_crt_parse_file(void *chain, const char *path);

int mbedtls_x509_crt_parse_file(void *chain, const char *path)
{
	(void)chain;
	(void)path;
	return 0;
}

/*
 * Extensions that change nothing in what we ask of libgit2: the work
 * tree's own configuration is read in gitconfig.c, objects of a partial
 * clone are fetched in gitobject.c.
 */
static int start(struct dv_err *err)
{
	static const char *extensions[] = {
		"worktreeconfig", "partialclone", "preciousobjects"
	};
	int rc;

	rc = git_libgit2_init();
	if (rc < 0)
		return dv_git_fail(err, rc, "cannot start libgit2");
	rc = git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions,
			      sizeof(extensions) / sizeof(*extensions));
	if (rc >= 0)
		rc = git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1);
	return rc < 0 ? dv_git_fail(err, rc, "cannot set up libgit2") : 0;
}

/*
 * Without any configuration libgit2 1.5 says "not found" of a repository
 * that is somebody else's: is it there when nobody asks for the owner?
 */
static bool is_theirs(int rc)
{
	git_repository *repo = NULL;

	if (rc == GIT_EOWNER)
		return true;
	if (rc != GIT_ENOTFOUND)
		return false;
	git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
	rc = git_repository_open_ext(&repo, NULL, GIT_REPOSITORY_OPEN_FROM_ENV,
				     NULL);
	git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 1);
	git_repository_free(repo);
	return !rc;
}

/* Why there is nothing to open, told so that one knows what to do. */
static int fail_open(struct dv_err *err, int rc)
{
	const git_error *last = git_error_last();
	const char *said = last && last->message ? last->message : "";
	const char *dir = getenv("GIT_DIR");

	if (strcasestr(said, "objectformat")) {
		dv_err_set(err, DV_E_UNSUPPORTED,
			   "this git repository names its objects by sha256, "
			   "which dv cannot read");
		return dv_err_hint(err, "keep the code in a repository made "
					"with: git init --object-format=sha1");
	}
	if (is_theirs(rc)) {
		dv_err_set(err, DV_E_UNSUPPORTED,
			   "the git repository here is owned by somebody else");
		return dv_err_hint(err, "if you trust it: git config --global "
					"--add safe.directory '<its directory>'");
	}
	if (rc == GIT_ENOTFOUND && dir)
		return dv_err_set(err, DV_E_MISSING,
				  "GIT_DIR is '%s', which is not a git "
				  "repository", dir);
	if (rc == GIT_ENOTFOUND) {
		dv_err_set(err, DV_E_MISSING, "not in a git repository");
		return dv_err_hint(err, "go to one, or make one: git init");
	}
	return dv_git_fail(err, rc, "cannot open the git repository");
}

static char *take_env(const char *name)
{
	const char *value = getenv(name);
	char *copy = value && *value ? dv_strdup(value) : NULL;

	unsetenv(name);
	return copy;
}

static void give_env(const char *name, char *value)
{
	if (value)
		setenv(name, value, 1);
	free(value);
}

/*
 * libgit2 knows GIT_DIR and GIT_INDEX_FILE, and refuses to go on where it
 * sees the two others; the work tree is set below, and the common
 * directory must be the one that the git directory names anyway.
 */
static int open_repo(git_repository **out, struct dv_err *err)
{
	char *worktree = take_env("GIT_WORK_TREE");
	char *common = take_env("GIT_COMMON_DIR");
	char *real = NULL, *want = NULL;
	int rc;

	rc = git_repository_open_ext(out, NULL, GIT_REPOSITORY_OPEN_FROM_ENV,
				     NULL);
	if (rc < 0) {
		rc = fail_open(err, rc);
	} else if (common) {
		real = realpath(git_repository_commondir(*out), NULL);
		want = realpath(common, NULL);
		if (!real || !want || strcmp(real, want)) {
			dv_err_set(err, DV_E_UNSUPPORTED,
				   "GIT_COMMON_DIR is '%s', and the repository "
				   "says '%s'",
				   common, git_repository_commondir(*out));
			rc = dv_err_hint(err, "unset GIT_COMMON_DIR");
		}
		free(real);
		free(want);
	}
	give_env("GIT_WORK_TREE", worktree);
	give_env("GIT_COMMON_DIR", common);
	return rc;
}

/* An absolute path without a slash at the end; NULL stays. */
static char *tidy(const char *path)
{
	char *real;
	size_t n;

	if (!path)
		return NULL;
	real = realpath(path, NULL);
	if (!real)
		real = dv_strdup(path);
	n = strlen(real);
	while (n > 1 && real[n - 1] == '/')
		real[--n] = '\0';
	return real;
}

/*
 * What config.worktree says, which libgit2 1.5 does not read.  Returns
 * whether it decides; *out is then the work tree, NULL in a bare one.
 */
static bool own_workdir(struct dv_git *g, git_config *config, char **out)
{
	git_buf value = GIT_BUF_INIT;
	bool decided = false;
	int bare = 0;
	char *path;

	if (!git_config_get_string_buf(&value, config, "core.worktree")) {
		path = value.ptr[0] == '/' ? dv_strdup(value.ptr) :
		       dv_asprintf("%s/%s", g->gitdir, value.ptr);
		*out = tidy(path);
		free(path);
		decided = true;
	} else if (!git_config_get_bool(&bare, config, "core.bare") && bare &&
		   !strcmp(g->gitdir, g->commondir)) {
		*out = NULL;
		decided = true;
	}
	git_buf_dispose(&value);
	git_error_clear();
	return decided;
}

/*
 * The work tree as git finds it: GIT_WORK_TREE; core.worktree; none in a
 * bare repository; the current directory where GIT_DIR is given; else
 * where .git was found.
 */
static int find_workdir(struct dv_git *g, struct dv_err *err)
{
	const char *env = getenv("GIT_WORK_TREE");
	git_config *config = NULL;
	int rc;

	rc = dv_git_config(g, &config, err);
	if (rc < 0)
		return rc;
	if (env && *env) {
		g->workdir = realpath(env, NULL);
		return g->workdir ? 0 :
		       dv_err_sys(err, "GIT_WORK_TREE '%s'", env);
	}
	if (own_workdir(g, config, &g->workdir))
		return 0;
	if (git_repository_is_bare(g->repo))
		return 0;
	if (getenv("GIT_DIR"))
		g->workdir = tidy(".");
	else
		g->workdir = tidy(git_repository_workdir(g->repo));
	return 0;
}

static int set_workdir(struct dv_git *g, struct dv_err *err)
{
	char *theirs = tidy(git_repository_workdir(g->repo));
	int rc = 0;

	if (g->workdir && (!theirs || strcmp(theirs, g->workdir)))
		rc = git_repository_set_workdir(g->repo, g->workdir, 0);
	free(theirs);
	return rc < 0 ? dv_git_fail(err, rc, "work tree '%s'", g->workdir) : 0;
}

int dv_git_open(struct dv_git **out, struct dv_err *err)
{
	struct dv_git *g = dv_calloc(1, sizeof(*g));
	int rc;

	rc = start(err);
	if (rc < 0) {
		free(g);
		return rc;
	}
	rc = open_repo(&g->repo, err);
	if (rc < 0)
		goto out;
	g->gitdir = tidy(git_repository_path(g->repo));
	g->commondir = tidy(git_repository_commondir(g->repo));
	rc = find_workdir(g, err);
	if (!rc)
		rc = set_workdir(g, err);
out:
	if (rc < 0)
		dv_git_close(g);
	else
		*out = g;
	return rc;
}

void dv_git_close(struct dv_git *g)
{
	if (!g)
		return;
	git_config_free(g->config);
	git_odb_free(g->odb);
	git_repository_free(g->repo);
	free(g->workdir);
	free(g->gitdir);
	free(g->commondir);
	free(g);
	git_libgit2_shutdown();
}

const char *dv_git_workdir(const struct dv_git *g)
{
	return g->workdir;
}

const char *dv_git_gitdir(const struct dv_git *g)
{
	return g->gitdir;
}

const char *dv_git_commondir(const struct dv_git *g)
{
	return g->commondir;
}
