/* SPDX-License-Identifier: MIT */
#include "store/wtadd.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"

/* Does the directory rel of the dataset hold nothing? */
static bool is_empty_dir(struct dv_wtadd *s, const char *rel)
{
	struct dv_wtlist list = DV_WTLIST_INIT;
	struct dv_err ignored = DV_ERR_INIT;
	bool empty = false;
	int fd;

	fd = dv_path_open(s->t.root.fd, rel, O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0)
		return false;
	if (!dv_wtlist_read(&list, fd, false, &ignored)) {
		empty = !list.n;
		dv_wtlist_release(&list);
	}
	close(fd);
	return empty;
}

/* The part is a directory, a file or gone: *type, or DT_UNKNOWN. */
static int part_type(struct dv_wtadd *s, const char *rel, uint8_t *type,
		     struct dv_err *err)
{
	const char *base;
	struct stat st;
	int fd, rc = 0;

	*type = DT_UNKNOWN;
	fd = dv_path_open_parent(s->t.root.fd, rel, false, &base);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd < 0 && errno == ELOOP)
		return dv_err_set(err, DV_E_INVALID, "'%s/%s' lies beyond a "
				  "symbolic link", s->t.dataset, rel);
	if (fd < 0)
		return dv_err_sys(err, "'%s/%s'", s->t.dataset, rel);
	if (!fstatat(fd, base, &st, AT_SYMLINK_NOFOLLOW))
		*type = (uint8_t)IFTODT(st.st_mode);
	else if (errno != ENOENT)
		rc = dv_err_sys(err, "'%s/%s'", s->t.dataset, rel);
	close(fd);
	return rc;
}

/* A part that is gone must have been one. */
static int check_known(struct dv_wtadd *s, const char *rel,
		       struct dv_err *err)
{
	size_t n = strlen(rel);
	uint32_t at;
	int rc = 0;

	if (s->base.here && dv_windex_find_dir(&s->base.ix, rel, n, &at))
		return 0;
	if (s->base.here)
		rc = dv_windex_find(&s->base.ix, rel, n, &at, err);
	if (rc)
		return rc < 0 ? rc : 0;
	return dv_err_set(err, DV_E_MISSING, "'%s/%s' is neither in the work "
			  "tree nor in the dataset", s->t.dataset, rel);
}

static int scan_dir(struct dv_wtadd *s, const char *rel, struct dv_err *err)
{
	struct dv_wtignore *ignore = NULL;
	struct dv_buf top = DV_BUF_INIT;
	int rc;

	dv_buf_str(&top, s->t.dataset);
	if (*rel)
		dv_buf_printf(&top, "/%s", rel);
	rc = dv_wtignore_chain(&ignore, s->r->workfd, top.data, false, err);
	dv_buf_release(&top);
	if (rc < 0)
		return rc;
	dv_grow(&s->chain, &s->chains_cap, s->chains + 1, sizeof(*s->chain));
	s->chain[s->chains++] = ignore;
	dv_wtscan_add(&s->scan, rel, ignore);
	return 0;
}

static bool is_start(const struct dv_wtadd *s, const char *rel)
{
	for (size_t i = 0; i < s->scan.n; i++)
		if (!s->scan.dir[i].one && !strcmp(s->scan.dir[i].path, rel))
			return true;
	return false;
}

/*
 * What is gone may leave an empty directory, which then is an entry: that
 * becomes the part.
 */
static int scan_gone(struct dv_wtadd *s, char *rel, struct dv_err *err)
{
	char *slash = strrchr(rel, '/');
	int rc;

	rc = check_known(s, rel, err);
	if (rc < 0 || !slash)
		return rc;
	*slash = '\0';
	if (is_start(s, rel))
		return 0;
	if (is_empty_dir(s, rel))
		return scan_dir(s, rel, err);
	*slash = '/';
	return 0;
}

static int scan_part(struct dv_wtadd *s, size_t i, struct dv_err *err)
{
	const char *rel = s->t.rel.v[i];
	const char *slash = strrchr(rel, '/');
	char *dir;
	uint8_t type;
	int rc;

	rc = part_type(s, rel, &type, err);
	if (rc < 0)
		return rc;
	if (type == DT_UNKNOWN)
		return scan_gone(s, s->t.rel.v[i], err);
	if (type == DT_DIR)
		return scan_dir(s, rel, err);
	if (type != DT_REG && type != DT_LNK)
		return dv_err_set(err, DV_E_INVALID, "'%s/%s' is %s; dv keeps "
				  "files, links and directories",
				  s->t.dataset, rel,
				  dv_wtfile_kind(DTTOIF(type)));
	dir = dv_strndup(rel, slash ? (size_t)(slash - rel) : 0);
	dv_wtscan_add_one(&s->scan, dir, slash ? slash + 1 : rel, type);
	free(dir);
	return 0;
}

int dv_wtadd_scan(struct dv_wtadd *s, struct dv_err *err)
{
	int rc = 0;

	s->scan.dataset = s->t.dataset;
	s->scan.bad = dv_wtadd_note_bad;
	s->scan.arg = s;
	s->scan.clean = !s->a->dry_run;
	if (s->merge.single) {
		s->scan.rootfd = s->t.root.parent;
		dv_wtscan_add_one(&s->scan, "", s->t.root.base, DT_REG);
		return 0;
	}
	/* Of a dataset that is wholly absent nothing can be found. */
	if (s->t.root.fd < 0 && s->a->drop_absent)
		return 0;
	if (s->t.root.fd < 0)
		return dv_err_set(err, DV_E_MISSING, "'%s' is not in the work "
				  "tree", s->t.dataset);
	s->scan.rootfd = s->t.root.fd;
	if (!*s->t.rel.v[0])
		rc = scan_dir(s, "", err);
	else
		for (size_t i = 0; i < s->t.rel.n && rc >= 0; i++)
			rc = scan_part(s, i, err);
	dv_strlist_uniq(&s->t.rel);
	return rc < 0 ? rc : dv_wtscan_run(&s->scan, err);
}
