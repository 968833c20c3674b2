/* SPDX-License-Identifier: MIT */
#include "porcelain/staged.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/strlist.h"
#include "format/pointer.h"
#include "porcelain/worktreelist.h"

#define ANSWER_MAX (256u << 20)		/* bytes of git's answer */

struct staged {
	struct dv_repo *r;
	dv_git_blob_fn *fn;
	void *arg;
};

/* Of another work tree than the one that the environment means. */
static const char *const env[] = {
	"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX",
	"GIT_LITERAL_PATHSPECS", NULL
};

typedef int record_fn(struct staged *s, const void *where, const char *record,
		      struct dv_err *err);

/* Run git in dir and give fn each record, ended by NUL, of its answer. */
static int each_record(struct staged *s, const char *const *argv,
		       const char *dir, record_fn *fn, const void *where,
		       struct dv_err *err)
{
	struct dv_buf text = DV_BUF_INIT;
	size_t at = 0;
	int rc;

	dv_buf_init(&text, ANSWER_MAX);
	rc = dv_proc_run(argv, dir, env, NULL, 0, &text, err);
	if (rc > 0)
		rc = dv_err_set(err, DV_E_SYS, "cannot list git's pointers in "
				"'%s': git ls-files ended with status %d",
				dir, rc);
	for (; !rc && at < text.len; at += strlen(text.data + at) + 1)
		rc = fn(s, where, text.data + at, err);
	dv_buf_release(&text);
	return rc;
}

/* "<mode> <id> <stage>\t<path>" */
static int see_blob(struct staged *s, const void *where, const char *record,
		    struct dv_err *err)
{
	struct dv_buf blob = DV_BUF_INIT;
	const char *id = strchr(record, ' ');
	char hex[DV_GIT_HEX];
	int rc;

	(void)where;
	if (!id || !strncmp(record, "160000 ", 7))
		return 0;
	snprintf(hex, sizeof(hex), "%.*s", (int)strcspn(id + 1, " "), id + 1);
	rc = dv_git_blob_read(s->r->git, hex, &blob, DV_POINTER_MAX, err);
	if (rc >= 0)
		rc = s->fn(s->arg, blob.data, blob.len, err);
	else if (rc == -DV_E_LIMIT || rc == -DV_E_MISSING)
		rc = 0;
	dv_buf_release(&blob);
	return rc;
}

static int see_file(struct staged *s, const void *where, const char *path,
		    struct dv_err *err)
{
	struct dv_err ignored = DV_ERR_INIT;
	struct dv_buf text = DV_BUF_INIT;
	struct stat st;
	int fd, rc = 0;

	fd = dv_path_open(*(const int *)where, path, O_RDONLY | O_NONBLOCK, 0);
	if (fd < 0)
		return 0;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) &&
	    dv_fd_read(&text, fd, DV_POINTER_MAX, path, &ignored) >= 0)
		rc = s->fn(s->arg, text.data, text.len, err);
	close(fd);
	dv_buf_release(&text);
	return rc;
}

/* The work tree of a git directory, NULL where there is none. */
static char *root_of(const char *gitdir)
{
	struct dv_err ignored = DV_ERR_INIT;
	struct dv_buf text = DV_BUF_INIT;
	char *link = dv_asprintf("%s/gitdir", gitdir);
	char *slash = strrchr(gitdir, '/');
	char *root = NULL;

	if (dv_file_read(&text, AT_FDCWD, link, DV_PATH_MAX, &ignored) >= 0) {
		/* a linked one: the file names "<root>/.git" */
		slash = strrchr(text.data, '/');
		if (slash && *text.data == '/')
			root = dv_strndup(text.data,
					  (size_t)(slash - text.data));
	} else if (slash && !strcmp(slash, "/.git")) {
		root = dv_strndup(gitdir, (size_t)(slash - gitdir));
	}
	free(link);
	dv_buf_release(&text);
	return root;
}

static int each_on_disk(struct staged *s, const char *gitdir,
			struct dv_err *err)
{
	static const char *const argv[] = {
		"git", "ls-files", "-z", "-c", "-o", "--exclude-standard",
		"--", "*.dv", NULL
	};
	char *root = root_of(gitdir);
	int fd, rc = 0;

	fd = root ? open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (fd >= 0) {
		rc = each_record(s, argv, root, see_file, &fd, err);
		close(fd);
	}
	free(root);
	return rc;
}

/* git wants a work tree where core.bare is set; any directory will do. */
static int each_in_index(struct staged *s, const char *gitdir,
			 struct dv_err *err)
{
	static const char *const argv[] = {
		"git", "--git-dir=.", "--work-tree=.", "ls-files", "-s", "-z",
		"--", "*.dv", NULL
	};

	return each_record(s, argv, gitdir, see_blob, NULL, err);
}

int dv_staged_each(struct dv_repo *r, dv_git_blob_fn *fn, void *arg,
		   struct dv_err *err)
{
	struct staged s = { r, fn, arg };
	struct dv_strlist dirs = DV_STRLIST_INIT;
	int rc;

	rc = dv_worktreelist_gitdirs(r, &dirs, err);
	for (size_t i = 0; !rc && i < dirs.n; i++)
		rc = each_on_disk(&s, dirs.v[i], err);
	for (size_t i = 0; !rc && i < dirs.n; i++)
		rc = each_in_index(&s, dirs.v[i], err);
	dv_strlist_release(&dirs);
	return rc;
}
