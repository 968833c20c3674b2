/* SPDX-License-Identifier: MIT */
#include "store/wtroot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"

static int open_self(struct dv_wtroot *root, const char *path,
		     struct dv_err *err)
{
	if (fstatat(root->parent, root->base, &root->st,
		    AT_SYMLINK_NOFOLLOW)) {
		if (errno == ENOENT)
			return 0;
		return dv_err_sys(err, "'%s'", path);
	}
	root->here = true;
	if (!S_ISDIR(root->st.st_mode))
		return 0;
	root->fd = openat(root->parent, root->base, O_RDONLY | O_DIRECTORY |
			  O_NOFOLLOW | O_CLOEXEC);
	if (root->fd < 0)
		return dv_err_sys(err, "cannot open '%s'", path);
	return 0;
}

int dv_wtroot_open(struct dv_wtroot *out, int dirfd, const char *path,
		   bool make, struct dv_err *err)
{
	struct dv_wtroot root = DV_WTROOT_INIT;
	const char *base;
	int rc;

	root.parent = dv_path_open_parent(dirfd, path, make, &base);
	if (root.parent < 0) {
		if (errno == ENOENT && !make) {
			*out = root;
			return 0;
		}
		if (errno == ELOOP)
			return dv_err_set(err, DV_E_INVALID, "'%s' lies beyond "
					  "a symbolic link; name it by its "
					  "real path", path);
		if (errno == ENOTDIR)
			return dv_err_set(err, DV_E_INVALID, "'%s': a file is "
					  "in the way of a directory above it",
					  path);
		return dv_err_sys(err, "cannot open the directory of '%s'",
				  path);
	}
	root.base = dv_strdup(base);
	rc = open_self(&root, path, err);
	if (rc < 0) {
		dv_wtroot_release(&root);
		return rc;
	}
	*out = root;
	return 0;
}

bool dv_wtroot_holds(const char *path, const char *rel, size_t n,
		     const char *prefix)
{
	size_t len = strlen(path);

	if (strncmp(prefix, path, len) || prefix[len] != '/')
		return false;
	prefix += len + 1;
	return !n || (!strncmp(prefix, rel, n) && prefix[n] == '/');
}

void dv_wtroot_release(struct dv_wtroot *root)
{
	if (root->fd >= 0)
		close(root->fd);
	if (root->parent >= 0)
		close(root->parent);
	free(root->base);
	*root = (struct dv_wtroot)DV_WTROOT_INIT;
}
