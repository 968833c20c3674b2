/* SPDX-License-Identifier: MIT */
#include "store/wtjournal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "store/wtlist.h"
#include "store/wtscan.h"

static int path_of(struct dv_repo *r, const char *dataset, char **out,
		   struct dv_err *err)
{
	return dv_repo_state_path(r, "journal", dataset, out, err);
}

bool dv_wtjournal_exists(struct dv_repo *r, const char *dataset)
{
	struct dv_err ignored = DV_ERR_INIT;
	char *path = NULL;
	bool there;

	if (path_of(r, dataset, &path, &ignored) < 0)
		return false;
	there = !access(path, F_OK);
	free(path);
	return there;
}

/* Make the file, and the directory with the first. */
static int make(const char *path)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
	struct dv_err ignored = DV_ERR_INIT;
	int fd = open(path, flags, 0666);

	if (fd < 0 && errno == ENOENT) {
		char *dir = dv_strndup(path, (size_t)(strrchr(path, '/') -
						      path));

		(void)dv_mkdirs(dir, 0777, &ignored);
		free(dir);
		fd = open(path, flags, 0666);
	}
	return fd;
}

/* Not synced: after a crash of the system it may be there or not. */
int dv_wtjournal_begin(struct dv_repo *r, const char *dataset,
		       bool *unfinished, struct dv_err *err)
{
	char *path = NULL;
	int fd, rc;

	rc = path_of(r, dataset, &path, err);
	if (rc < 0)
		return rc;
	*unfinished = false;
	fd = make(path);
	if (fd >= 0)
		close(fd);
	else if (errno == EEXIST)
		*unfinished = true;
	else
		rc = dv_err_sys(err, "cannot make '%s'", path);
	free(path);
	return rc;
}

int dv_wtjournal_end(struct dv_repo *r, const char *dataset,
		     struct dv_err *err)
{
	char *path = NULL;
	int rc;

	rc = path_of(r, dataset, &path, err);
	if (rc < 0)
		return rc;
	if (unlink(path) && errno != ENOENT)
		rc = dv_err_sys(err, "cannot remove '%s'", path);
	free(path);
	return rc;
}

/* Reading a directory with clean set removes them. */
static int clean_dir(int dirfd, struct dv_err *err)
{
	struct dv_wtlist list = DV_WTLIST_INIT;
	int fd, rc;

	fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return dv_err_sys(err, "cannot read a directory");
	rc = dv_wtlist_read(&list, fd, true, err);
	dv_wtlist_release(&list);
	close(fd);
	return rc;
}

int dv_wtjournal_clean(const struct dv_wtroot *root, const char *dataset,
		       struct dv_err *err)
{
	struct dv_wtscan scan = { .rootfd = root->fd, .dataset = dataset,
				  .clean = true };
	int rc = 0;

	if (root->parent >= 0)
		rc = clean_dir(root->parent, err);
	if (rc >= 0 && root->fd >= 0) {
		dv_wtscan_add(&scan, "", NULL);
		rc = dv_wtscan_run(&scan, err);
		dv_wtscan_release(&scan);
	}
	return rc < 0 ? dv_err_prefix(err, "'%s'", dataset) : 0;
}
