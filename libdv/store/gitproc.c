/* SPDX-License-Identifier: MIT */
#include "store/gitlib.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "base/proc.h"
#include "format/pointer.h"

#define ENV_MAX 16

/*
 * The child runs at the top of the work tree and is told where everything
 * is.  It takes no lock for the sake of speed: somebody may be at work.
 */
int dv_git_run(struct dv_git *g, const char *const *argv,
	       const char *const *env, const void *input, size_t n,
	       struct dv_buf *out, struct dv_err *err)
{
	char *gitdir = dv_asprintf("GIT_DIR=%s", g->gitdir);
	char *worktree = g->workdir ?
		dv_asprintf("GIT_WORK_TREE=%s", g->workdir) :
		dv_strdup("GIT_WORK_TREE");
	const char *all[ENV_MAX + 4] = {
		gitdir, worktree, "GIT_OPTIONAL_LOCKS=0", "GIT_PREFIX"
	};
	size_t k = 4;
	int rc;

	for (; env && *env && k < ENV_MAX + 3; env++)
		all[k++] = *env;
	rc = dv_proc_run(argv, g->workdir ? g->workdir : g->gitdir, all, input,
			 n, out, err);
	free(gitdir);
	free(worktree);
	return rc;
}

/* --- what git status says ----------------------------------------------- */

/*
 * The fields of an entry, "1 XY sub mH mI mW hH hI path"; u has more, and
 * is always told.
 */
struct changed {
	const char *head, *index;	/* ids, 40 digits each */
	bool gone;			/* from the work tree */
	const char *path;
};

/* Where the n-th field behind s begins, or NULL. */
static const char *skip_fields(const char *s, int n)
{
	while (s && n-- > 0) {
		s = strchr(s, ' ');
		s = s ? s + 1 : NULL;
	}
	return s;
}

static bool parse_entry(const char *line, struct changed *out)
{
	const char *work = skip_fields(line, 5);

	out->head = skip_fields(line, 6);
	out->index = skip_fields(line, 7);
	out->path = skip_fields(line, line[0] == 'u' ? 10 : 8);
	if (!out->path)
		return false;
	out->gone = !strncmp(work, "000000 ", 7);
	return true;
}

/* The side that git names by id: a pointer, or none at all? 1/0 */
static int id_is_pointer(struct dv_git *g, const char *path, const char *at,
			 struct dv_err *err)
{
	char hex[DV_GIT_HEX];
	git_oid id;
	int rc;

	memcpy(hex, at, GIT_OID_HEXSZ);
	hex[GIT_OID_HEXSZ] = '\0';
	if (strspn(hex, "0") == GIT_OID_HEXSZ)
		return 1;
	rc = dv_git_oid(&id, hex, err);
	return rc < 0 ? rc : dv_git_is_pointer(g, path, GIT_FILEMODE_BLOB, &id,
					       err);
}

static bool file_is_pointer(struct dv_git *g, const char *path)
{
	char buf[DV_POINTER_MAX];
	int dirfd, fd = -1;
	ssize_t n = -1;

	dirfd = open(g->workdir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dirfd >= 0)
		fd = dv_path_open(dirfd, path, O_RDONLY | O_NONBLOCK, 0);
	if (fd >= 0)
		n = read(fd, buf, sizeof(buf));
	if (fd >= 0)
		close(fd);
	if (dirfd >= 0)
		close(dirfd);
	return n > 0 && dv_pointer_is(buf, (size_t)n);
}

/* A pointer on every side that is there. */
static int only_pointer(struct dv_git *g, const struct changed *c,
			struct dv_err *err)
{
	int rc;

	if (!dv_git_is_pointer_name(c->path))
		return 0;
	if (!c->gone && !file_is_pointer(g, c->path))
		return 0;
	rc = id_is_pointer(g, c->path, c->head, err);
	return rc <= 0 ? rc : id_is_pointer(g, c->path, c->index, err);
}

static int add_dirty(struct dv_git *g, const char *line,
		     const struct dv_strlist *except, struct dv_strlist *out,
		     struct dv_err *err)
{
	struct changed c;
	int rc = 0;

	if (*line != '1' && *line != 'u')
		return 0;
	if (!parse_entry(line, &c))
		return dv_err_set(err, DV_E_FORMAT,
				  "git status said '%s', which dv cannot read",
				  line);
	if (!strcmp(c.path, ".dvconfig") ||
	    (except && dv_strlist_has(except, c.path)))
		return 0;
	if (*line == '1')
		rc = only_pointer(g, &c, err);
	if (!rc)
		dv_strlist_add(out, c.path);
	return rc < 0 ? rc : 0;
}

int dv_git_dirty(struct dv_git *g, const struct dv_strlist *except,
		 struct dv_strlist *out, struct dv_err *err)
{
	static const char *const argv[] = {
		"git", "status", "--porcelain=v2", "-z", "-uno",
		"--no-renames", NULL
	};
	struct dv_buf text = DV_BUF_INIT;
	const char *p, *end;
	int rc;

	rc = dv_git_run(g, argv, NULL, NULL, 0, &text, err);
	if (rc > 0)
		rc = dv_err_set(err, DV_E_SYS,
				"cannot tell whether the code is as committed: "
				"git status ended with status %d",
				rc);
	p = dv_buf_cstr(&text);
	end = p + text.len;
	while (!rc && p < end) {
		rc = add_dirty(g, p, except, out, err);
		p += strlen(p) + 1;
	}
	dv_buf_release(&text);
	return rc;
}

/* --- many refs at once -------------------------------------------------- */

/* libgit2 would write packed-refs anew for each of them. */
int dv_git_ref_delete_all(struct dv_git *g, const struct dv_strlist *refs,
			  struct dv_err *err)
{
	static const char *const argv[] = {
		"git", "update-ref", "--stdin", NULL
	};
	struct dv_buf text = DV_BUF_INIT;
	size_t i;
	int rc;

	for (i = 0; i < refs->n; i++)
		dv_buf_printf(&text, "delete %s\n", refs->v[i]);
	rc = dv_git_run(g, argv, NULL, dv_buf_cstr(&text), text.len, NULL, err);
	dv_buf_release(&text);
	if (rc > 0)
		rc = dv_err_set(err, DV_E_SYS,
				"cannot delete refs: git update-ref ended with "
				"status %d",
				rc);
	return rc;
}
