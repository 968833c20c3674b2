/* SPDX-License-Identifier: MIT */
#include "store/gitlib.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"

/*
 * Snapshot: a copy of git's index (so that sparse check-outs, submodules
 * and what stat knows stay as they are), `git add -A` into the copy
 * (filters run as ever), write-tree and commit-tree.  No hook, no branch,
 * no signature.
 *
 * The commit is a function of its tree and its parent: author and date
 * are fixed, so the same work tree gives the same code commit, and a
 * version of it the same name, twice and by anybody.
 */

static const char *const identity[] = {
	"GIT_AUTHOR_NAME=dv snapshot", "GIT_AUTHOR_EMAIL=dv@localhost",
	"GIT_COMMITTER_NAME=dv snapshot", "GIT_COMMITTER_EMAIL=dv@localhost"
};

static int copy_bytes(int from, int to)
{
	char buf[65536];
	ssize_t n;

	while ((n = dv_read_full(from, buf, sizeof(buf))) > 0)
		if (dv_write_full(to, buf, (size_t)n))
			return -1;
	return (int)n;
}

/*
 * Copy git's index to fd with its time, which tells git which entries may
 * have changed since in the same tick.  0 where there is no index yet.
 */
static int copy_index(struct dv_git *g, int fd, struct dv_err *err)
{
	const char *env = getenv("GIT_INDEX_FILE");
	struct timespec times[2];
	struct stat st;
	char *path;
	int from, rc = 1;

	if (env && *env)
		path = env[0] == '/' ? dv_strdup(env) :
		       dv_asprintf("%s/%s", g->workdir, env);
	else
		path = dv_asprintf("%s/index", g->gitdir);

	from = open(path, O_RDONLY | O_CLOEXEC);
	if (from < 0 && errno == ENOENT) {
		free(path);
		return 0;
	}
	if (from >= 0 && !fstat(from, &st) && !copy_bytes(from, fd)) {
		times[0] = st.st_atim;
		times[1] = st.st_mtim;
		if (futimens(fd, times))
			rc = -1;
	} else {
		rc = -1;
	}
	if (rc < 0)
		rc = dv_err_sys(err, "cannot copy git's index '%s'", path);
	if (from >= 0)
		close(from);
	free(path);
	return rc;
}

/* An index of our own; *env is "GIT_INDEX_FILE=<path>". */
static int make_index(struct dv_git *g, char **env, struct dv_err *err)
{
	char *dir = dv_asprintf("%s/dv/tmp", g->commondir);
	char *path = NULL;
	int fd, rc;

	rc = dv_mkdirs(dir, 0777, err);
	if (!rc)
		rc = dv_tmpfile(&fd, &path, dir, err);
	free(dir);
	if (rc < 0)
		return rc;

	rc = copy_index(g, fd, err);
	if (close(fd) && rc >= 0)
		rc = dv_err_sys(err, "cannot write '%s'", path);
	if (rc <= 0)
		dv_tmpfile_remove(path);
	if (rc >= 0)
		*env = dv_asprintf("GIT_INDEX_FILE=%s", path);
	free(path);
	return rc < 0 ? rc : 0;
}

/* Run git with the index; one line of answer into hex, if wanted. */
static int run(struct dv_git *g, const char *const *argv,
	       const char *const *env, const char *input, char *hex,
	       struct dv_err *err)
{
	struct dv_buf out = DV_BUF_INIT;
	int rc;

	rc = dv_git_run(g, argv, env, input, input ? strlen(input) : 0, &out,
			err);
	if (rc > 0) {
		dv_err_set(err, DV_E_SYS,
			   "cannot make a snapshot: git ended with status %d",
			   rc);
		rc = dv_err_hint(err, "what git said is above");
	} else if (!rc && hex) {
		if (out.len == GIT_OID_HEXSZ + 1) {
			memcpy(hex, out.data, GIT_OID_HEXSZ);
			hex[GIT_OID_HEXSZ] = '\0';
		} else {
			rc = dv_err_set(err, DV_E_SYS,
					"cannot make a snapshot: git named no "
					"object");
		}
	}
	dv_buf_release(&out);
	return rc;
}

static int add_all(struct dv_git *g, const char *index, char *tree,
		   struct dv_err *err)
{
	static const char *const add[] = {
		"git", "-c", "core.hooksPath=/dev/null",
		"-c", "core.fsync=objects", "-c", "core.fsyncMethod=batch",
		"-c", "core.safecrlf=false", "-c", "core.splitIndex=false",
		"-c", "core.fsmonitor=false",
		"-c", "advice.addEmbeddedRepo=false",
		"add", "-A", NULL
	};
	static const char *const write[] = {
		"git", "-c", "core.hooksPath=/dev/null",
		"-c", "core.fsync=objects", "write-tree", NULL
	};
	const char *const env[] = { index, NULL };
	int rc;

	rc = run(g, add, env, NULL, NULL, err);
	return rc < 0 ? rc : run(g, write, env, NULL, tree, err);
}

/* Tree of the commit and when it was made; for the date of the snapshot. */
static int look_at(struct dv_git *g, const char *hex, char *tree,
		   int64_t *time, struct dv_err *err)
{
	git_commit *commit;
	git_oid id;
	int rc;

	rc = dv_git_oid(&id, hex, err);
	if (!rc)
		rc = dv_git_commit(g, &id, &commit, err);
	if (rc < 0)
		return rc;
	dv_git_hex(tree, git_commit_tree_id(commit));
	*time = git_commit_time(commit);
	git_commit_free(commit);
	return 0;
}

static int commit_tree(struct dv_git *g, const char *tree, const char *head,
		       int64_t time, const char *message, char *hex,
		       struct dv_err *err)
{
	char *author = dv_asprintf("GIT_AUTHOR_DATE=@%lld +0000",
				   (long long)time);
	char *committer = dv_asprintf("GIT_COMMITTER_DATE=@%lld +0000",
				      (long long)time);
	const char *const argv[] = {
		"git", "-c", "core.fsync=objects",
		"-c", "i18n.commitEncoding=UTF-8",
		"commit-tree", tree, "-F", "-",
		*head ? "-p" : NULL, head, NULL
	};
	const char *const env[] = {
		identity[0], identity[1], identity[2], identity[3],
		author, committer, NULL
	};
	int rc;

	rc = run(g, argv, env, message, hex, err);
	free(author);
	free(committer);
	return rc;
}

int dv_git_snapshot(struct dv_git *g, const char *message,
		    char hex[DV_GIT_HEX], struct dv_err *err)
{
	char head[DV_GIT_HEX] = "", old[DV_GIT_HEX] = "", tree[DV_GIT_HEX];
	char *index = NULL;
	int64_t time = 0;
	int rc;

	if (!g->workdir)
		return dv_err_set(err, DV_E_UNSUPPORTED,
				  "a bare repository has no work tree to make "
				  "a snapshot of");
	rc = dv_git_head(g, head, err);
	if (rc > 0)
		rc = look_at(g, head, old, &time, err);
	if (!rc)
		rc = make_index(g, &index, err);
	if (rc < 0)
		return rc;

	rc = add_all(g, index, tree, err);
	dv_tmpfile_remove(strchr(index, '=') + 1);
	free(index);
	if (rc < 0)
		return rc;
	if (!strcmp(tree, old)) {
		memcpy(hex, head, DV_GIT_HEX);
		return 0;
	}
	return commit_tree(g, tree, head, time, message, hex, err);
}
