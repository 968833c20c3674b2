/* SPDX-License-Identifier: MIT */
#include "store/wtjournal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "format/component.h"
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
	else if (errno == EEXIST && !truncate(path, 0))
		*unfinished = true;
	else
		rc = dv_err_sys(err, "cannot make '%s'", path);
	free(path);
	return rc;
}

/* --- notes of adds ------------------------------------------------------- */

/*
 * "add" SP (<old manifest> | "-") SP <manifest> SP <files> SP <size> LF
 *
 * What is not so was cut short, and says nothing.
 */
#define NOTE_MAX 512
#define NONE "-"

int dv_wtjournal_note(struct dv_repo *r, const char *dataset,
		      const struct dv_pointer *old,
		      const struct dv_pointer *now, struct dv_err *err)
{
	char was[DV_DIGEST_TEXT] = NONE, is[DV_DIGEST_TEXT], *path = NULL;
	struct dv_buf text = DV_BUF_INIT;
	int fd, rc = path_of(r, dataset, &path, err);

	if (rc < 0)
		return rc;
	if (old)
		dv_digest_format(was, &old->manifest);
	dv_buf_printf(&text, "add %s %s %" PRIu64 " %" PRIu64 "\n", was,
		      dv_digest_format(is, &now->manifest), now->files,
		      now->size);
	fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (fd < 0 || dv_write_full(fd, text.data, text.len))
		rc = dv_err_sys(err, "cannot write '%s'", path);
	if (fd >= 0)
		close(fd);
	dv_buf_release(&text);
	free(path);
	return rc;
}

static bool parse_digest(struct dv_digest *out, const char *text)
{
	struct dv_err ignored = DV_ERR_INIT;

	return !dv_digest_parse(out, text, strlen(text), 0, &ignored);
}

static bool parse_note(char *line, bool *had, struct dv_digest *old,
		       struct dv_pointer *now)
{
	char was[DV_DIGEST_TEXT], is[DV_DIGEST_TEXT], end;
	int n = 0;

	_Static_assert(DV_DIGEST_TEXT >= 72, "as the widths below");
	if (sscanf(line, "add %71s %71s %" SCNu64 " %" SCNu64 "%c%n", was, is,
		   &now->files, &now->size, &end, &n) != 5 ||
	    end != '\n' || line[n])
		return false;
	*had = strcmp(was, NONE) != 0;
	return parse_digest(&now->manifest, is) &&
	       (!*had || parse_digest(old, was));
}

int dv_wtjournal_noted(struct dv_repo *r, const char *dataset, bool *had,
		       struct dv_digest *old, struct dv_pointer *now,
		       struct dv_err *err)
{
	struct dv_buf text = DV_BUF_INIT;
	struct dv_err why = DV_ERR_INIT;
	char *path = NULL;
	int rc = path_of(r, dataset, &path, err);

	if (rc < 0)
		return rc;
	rc = dv_file_read(&text, AT_FDCWD, path, NOTE_MAX, &why);
	rc = rc >= 0 && parse_note((char *)dv_buf_cstr(&text), had, old, now);
	dv_buf_release(&text);
	free(path);
	return rc;
}

void dv_wtjournal_list(struct dv_repo *r, struct dv_strlist *out)
{
	char *path = dv_asprintf("%s/journal", r->state_dir);
	struct dv_err ignored = DV_ERR_INIT;
	struct dv_buf name = DV_BUF_INIT;
	DIR *dir = opendir(path);
	struct dirent *d;
	struct stat st;

	while (dir && (d = readdir(dir))) {
		dv_buf_reset(&name);
		if (*d->d_name != '.' &&
		    !fstatat(dirfd(dir), d->d_name, &st, AT_SYMLINK_NOFOLLOW) &&
		    st.st_size &&
		    dv_component_decode(&name, d->d_name, &ignored) >= 0)
			dv_strlist_add(out, dv_buf_cstr(&name));
	}
	if (dir)
		closedir(dir);
	dv_buf_release(&name);
	free(path);
}

/* ------------------------------------------------------------------------- */

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
