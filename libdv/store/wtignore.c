/* SPDX-License-Identifier: MIT */
#include "store/wtignore.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/path.h"

static int read_rules(struct dv_wtignore *w, int fd, const char *path,
		      struct dv_err *err)
{
	struct dv_buf text = DV_BUF_INIT;
	char *name;
	int rc;

	name = dv_asprintf("%s%s%s", path, *path ? "/" : "",
			   DV_WTIGNORE_FILE);
	rc = dv_fd_read(&text, fd, DV_IGNORE_FILE_MAX, name, err);
	if (rc >= 0)
		rc = dv_ignore_parse(&w->rules, dv_buf_cstr(&text), text.len,
				     path, name, err);
	dv_buf_release(&text);
	free(name);
	return rc;
}

int dv_wtignore_load(struct dv_wtignore **out, struct dv_wtignore *up,
		     int dirfd, const char *path, struct dv_err *err)
{
	struct dv_wtignore *w;
	struct stat st;
	int fd, rc;

	fd = openat(dirfd, DV_WTIGNORE_FILE,
		    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd < 0 || fstat(fd, &st)) {
		rc = dv_err_sys(err, "'%s%s%s'", path, *path ? "/" : "",
				DV_WTIGNORE_FILE);
		if (fd >= 0)
			close(fd);
		return rc;
	}
	if (!S_ISREG(st.st_mode)) {
		close(fd);
		return dv_err_set(err, DV_E_INVALID,
				  "'%s%s%s' is not a regular file", path,
				  *path ? "/" : "", DV_WTIGNORE_FILE);
	}
	w = dv_calloc(1, sizeof(*w));
	rc = read_rules(w, fd, path, err);
	close(fd);
	if (rc < 0) {
		free(w);
		return rc;
	}
	w->up = up;
	*out = w;
	return 1;
}

void dv_wtignore_free(struct dv_wtignore *w)
{
	if (!w)
		return;
	dv_ignore_free(w->rules);
	free(w);
}

void dv_wtignore_free_chain(struct dv_wtignore *w)
{
	while (w) {
		struct dv_wtignore *up = w->up;

		dv_wtignore_free(w);
		w = up;
	}
}

/* A directory that is not there (any more) has no rules. */
static int load_at(struct dv_wtignore **chain, int workfd, const char *path,
		   struct dv_err *err)
{
	int fd, rc;

	fd = dv_path_open(workfd, *path ? path : ".", O_PATH | O_DIRECTORY, 0);
	if (fd < 0)
		return 0;
	rc = dv_wtignore_load(chain, *chain, fd, path, err);
	close(fd);
	return rc;
}

int dv_wtignore_chain(struct dv_wtignore **out, int workfd, const char *path,
		      bool with, struct dv_err *err)
{
	struct dv_wtignore *chain = NULL;
	char *dir = dv_strdup(path);
	size_t n = strlen(path);
	int rc;

	rc = load_at(&chain, workfd, "", err);
	for (size_t i = 1; i <= n && rc >= 0; i++) {
		if (dir[i] != '/' && (dir[i] || !with))
			continue;
		dir[i] = '\0';
		rc = load_at(&chain, workfd, dir, err);
		dir[i] = path[i];
	}
	free(dir);
	if (rc < 0) {
		dv_wtignore_free_chain(chain);
		return rc;
	}
	*out = chain;
	return 0;
}

bool dv_wtignore_has(const struct dv_wtignore *w, const char *path, size_t n,
		     bool dir)
{
	for (; w; w = w->up) {
		switch (dv_ignore_match(w->rules, path, n, dir)) {
		case DV_IGNORE_YES:
			return true;
		case DV_IGNORE_NO:
			return false;
		case DV_IGNORE_SILENT:
			break;
		}
	}
	return false;
}
