/* SPDX-License-Identifier: MIT */
#include "store/wtpointer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "store/worktree.h"
#include "store/wtfile.h"

static bool same(const struct dv_pointer *a, const struct dv_pointer *b)
{
	return dv_digest_eq(&a->manifest, &b->manifest) &&
	       a->files == b->files && a->size == b->size;
}

int dv_wtpointer_write(struct dv_repo *r, const char *dataset,
		       const struct dv_pointer *p, bool *changed,
		       struct dv_err *err)
{
	char *path = dv_asprintf("%s.dv", dataset);
	struct dv_buf text = DV_BUF_INIT;
	struct dv_pointer old;
	const char *base;
	int fd, rc;

	rc = dv_worktree_pointer(r, dataset, &old, err);
	if (rc > 0 && same(&old, p)) {
		*changed = false;
		rc = 0;
		goto out;
	}
	if (rc < 0)
		goto out;
	dv_pointer_format(&text, p);
	fd = dv_path_open_parent(r->workfd, path, true, &base);
	if (fd < 0) {
		rc = dv_err_sys(err, "cannot open the directory of '%s'",
				path);
		goto out;
	}
	rc = dv_wtfile_write(fd, base, text.data, text.len, path, err);
	close(fd);
	if (rc >= 0)
		*changed = true;
out:
	dv_buf_release(&text);
	free(path);
	return rc;
}

int dv_wtpointer_remove(struct dv_repo *r, const char *dataset,
			struct dv_err *err)
{
	char *path = dv_asprintf("%s.dv", dataset);
	struct dv_pointer ignored;
	const char *base;
	int fd, rc;

	rc = dv_worktree_pointer(r, dataset, &ignored, err);
	if (!rc)
		goto out;
	rc = 0;
	fd = dv_path_open_parent(r->workfd, path, false, &base);
	if (fd < 0 || (unlinkat(fd, base, 0) && errno != ENOENT))
		rc = dv_err_sys(err, "cannot remove '%s'", path);
	if (fd >= 0)
		close(fd);
out:
	free(path);
	return rc;
}
