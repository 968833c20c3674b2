/* SPDX-License-Identifier: MIT */
#include "store/wtcheckout.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

static bool same_file(int dirfd, const char *a, const char *b)
{
	struct stat x, y;

	return !fstatat(dirfd, a, &x, AT_SYMLINK_NOFOLLOW) &&
	       !fstatat(dirfd, b, &y, AT_SYMLINK_NOFOLLOW) &&
	       x.st_ino == y.st_ino && x.st_dev == y.st_dev;
}

/*
 * Is a file found under its name in capitals?  A work tree has ".git" to
 * ask for; elsewhere a file is made for it.
 */
static int folds_case(struct dv_wtco *c, bool *folds, struct dv_err *err)
{
	int dirfd = c->root.fd >= 0 ? c->root.fd : c->root.parent;
	const char *test = getenv("DV_TEST_FOLDS_CASE");
	char name[64], upper[64];
	struct stat st;
	int fd;

	if (test) {
		*folds = *test == '1';
		return 0;
	}
	if (!fstatat(c->dirfd, ".git", &st, AT_SYMLINK_NOFOLLOW)) {
		*folds = same_file(c->dirfd, ".git", ".GIT");
		return 0;
	}
	if (dirfd < 0)
		dirfd = c->dirfd;
	dv_wtfile_temp(name, 1);
	for (size_t i = 0; i <= strlen(name); i++)
		upper[i] = (char)toupper((unsigned char)name[i]);
	fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	if (fd < 0)
		return dv_err_sys(err, "cannot write into '%s'", c->shown);
	close(fd);
	*folds = same_file(dirfd, name, upper);
	unlinkat(dirfd, name, 0);
	return 0;
}

struct name {
	const char *name;
	char *folded;
};

static int cmp_names(const void *a, const void *b)
{
	return strcmp(((const struct name *)a)->folded,
		      ((const struct name *)b)->folded);
}

struct names {
	struct name *v;
	size_t n, cap;
};

static void add_name(struct names *l, const char *name)
{
	struct name *n;
	size_t i;

	dv_grow(&l->v, &l->cap, l->n + 1, sizeof(*l->v));
	n = &l->v[l->n++];
	n->name = name;
	n->folded = dv_strdup(name);
	for (i = 0; n->folded[i]; i++)
		n->folded[i] = (char)tolower((unsigned char)n->folded[i]);
}

static void reset_names(struct names *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].folded);
	l->n = 0;
}

/* Names of files and directories directly in directory d. */
static int gather(const struct dv_windex *ix, uint32_t d, struct names *l,
		  struct dv_err *err)
{
	struct dv_windex_cursor cursor = { 0 };
	struct dv_windex_dir dir, sub;
	struct dv_windex_span span;

	while (dv_windex_next_span(ix, d, UINT32_MAX, &cursor, &span)) {
		for (uint32_t i = span.first; i < span.end; i++) {
			struct dv_windex_item item;

			if (dv_windex_get(ix, i, &item, err) < 0)
				return -err->code;
			if (item.mode != DV_MODE_VALUE &&
			    item.mode != DV_MODE_REF &&
			    item.mode != DV_MODE_DIR)
				add_name(l, item.name);
		}
	}
	dv_windex_get_dir(ix, d, &dir);
	for (uint32_t c = d + 1; c < d + 1 + dir.dirs; c += 1 + sub.dirs) {
		dv_windex_get_dir(ix, c, &sub);
		add_name(l, sub.path +
			 (dir.path_len ? dir.path_len + 1 : 0));
	}
	return 0;
}

static int check_dir(struct dv_wtco *c, uint32_t d, struct names *l,
		     struct dv_err *err)
{
	struct dv_windex_dir dir;
	int rc;

	reset_names(l);
	rc = gather(&c->new.ix, d, l, err);
	if (rc < 0 || l->n < 2)
		return rc;
	qsort(l->v, l->n, sizeof(*l->v), cmp_names);
	dv_windex_get_dir(&c->new.ix, d, &dir);
	for (size_t i = 1; i < l->n; i++)
		if (!strcmp(l->v[i - 1].folded, l->v[i].folded))
			return dv_err_set(err, DV_E_UNSUPPORTED, "'%s' has "
					  "'%s' and '%s' in one directory%s%s, "
					  "which this file system takes for "
					  "the same name", c->shown,
					  l->v[i - 1].name, l->v[i].name,
					  dir.path_len ? ", " : "", dir.path);
	return 0;
}

int dv_wtco_check_case(struct dv_wtco *c, struct dv_err *err)
{
	struct names names = { NULL, 0, 0 };
	bool folds = false;
	int rc;

	rc = folds_case(c, &folds, err);
	for (uint32_t d = 0; rc >= 0 && folds && d < c->new.ix.dirs; d++)
		rc = check_dir(c, d, &names, err);
	reset_names(&names);
	free(names.v);
	return rc;
}
