/* SPDX-License-Identifier: MIT */
#include "porcelain/gitprint.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/digest.h"
#include "porcelain/worktreelist.h"

#define DEPTH_MAX 64		/* refs are never that deep */

/*
 * The sum of a hash for each file, so that the order in which a directory
 * lists them does not matter.
 */
struct print {
	uint64_t sum;
	struct dv_buf path;
	struct dv_buf line;
};

static void add_file(struct print *p, const struct stat *st)
{
	const uint64_t what[] = {
		st->st_ino, (uint64_t)st->st_size,
		(uint64_t)st->st_mtim.tv_sec, (uint64_t)st->st_mtim.tv_nsec,
		(uint64_t)st->st_ctim.tv_sec, (uint64_t)st->st_ctim.tv_nsec
	};

	dv_buf_reset(&p->line);
	dv_buf_add(&p->line, what, sizeof(what));
	dv_buf_add(&p->line, p->path.data, p->path.len);
	p->sum += dv_hash64(p->line.data, p->line.len);
}

/* Of a git directory: which directories below it say what git keeps. */
static bool is_wanted(const char *name, int level)
{
	return level || !strcmp(name, "refs") || !strcmp(name, "logs");
}

static int add_dir(struct print *p, int level, struct dv_err *err);

static int add_entry(struct print *p, int dirfd, const char *name, int level,
		     struct dv_err *err)
{
	size_t n = p->path.len;
	struct stat st;
	int rc = 0;

	/* What is gone by now was moved or removed: the sum differs then. */
	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW))
		return 0;
	dv_buf_printf(&p->path, "/%s", name);
	if (!S_ISDIR(st.st_mode))
		add_file(p, &st);
	else if (is_wanted(name, level))
		rc = add_dir(p, level + 1, err);
	dv_buf_setlen(&p->path, n);
	return rc;
}

/* p->path and what is below it; level 0 for a git directory. */
static int add_dir(struct print *p, int level, struct dv_err *err)
{
	DIR *dir = level < DEPTH_MAX ? opendir(p->path.data) : NULL;
	struct dirent *e;
	int rc = 0;

	if (!dir)
		return errno == ENOENT ? 0 : dv_err_sys(err, "cannot read '%s'",
							p->path.data);
	while (!rc && (errno = 0, e = readdir(dir)))
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, ".."))
			rc = add_entry(p, dirfd(dir), e->d_name, level, err);
	if (!rc && errno)
		rc = dv_err_sys(err, "cannot read '%s'", p->path.data);
	closedir(dir);
	return rc;
}

int dv_gitprint_take(struct dv_repo *r, uint64_t *out, struct dv_err *err)
{
	struct print p = { 0, DV_BUF_INIT, DV_BUF_INIT };
	struct dv_strlist gitdirs = DV_STRLIST_INIT;
	int rc = dv_worktreelist_gitdirs(r, &gitdirs, err);

	for (size_t i = 0; !rc && i < gitdirs.n; i++) {
		dv_buf_reset(&p.path);
		dv_buf_str(&p.path, gitdirs.v[i]);
		rc = add_dir(&p, 0, err);
	}
	dv_strlist_release(&gitdirs);
	dv_buf_release(&p.path);
	dv_buf_release(&p.line);
	if (!rc)
		*out = p.sum;
	return rc;
}
