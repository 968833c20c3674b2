/* SPDX-License-Identifier: MIT */
#include "remote/rcache-parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"

#define LOCK_TIMEOUT_MS 10000

int dv_rcache_open(struct dv_rcache **out, const char *store_dir,
		   const char *url, enum dv_algo algo, struct dv_err *err)
{
	struct dv_rcache *c = dv_calloc(1, sizeof(*c));
	char *store = realpath(store_dir, NULL);
	struct dv_digest key;
	char hex[2 * DV_DIGEST_MAX + 1];
	int rc = 0;

	if (!store && errno == ENOENT) {
		rc = dv_mkdirs(store_dir, 0777, err);
		store = rc < 0 ? NULL : realpath(store_dir, NULL);
	}
	if (!store) {
		free(c);
		return rc < 0 ? rc : dv_err_sys(err, "store '%s'", store_dir);
	}
	dv_digest_of(&key, DV_ALGO_XXH128, url, strlen(url));
	c->url = dv_strdup(url);
	c->dir = dv_asprintf("%s/cache/remote/%s", store,
			     dv_digest_hex(hex, &key));
	c->tmp_parent = dv_asprintf("%s/tmp", store);
	c->tmp_fd = -1;
	c->algo = algo;
	free(store);
	*out = c;
	return 0;
}

void dv_rcache_close(struct dv_rcache *c)
{
	struct dv_err ignored = DV_ERR_INIT;

	if (!c)
		return;
	dv_rcache_flush_state(c, &ignored);
	dv_rcache_published_flush(c, &ignored);
	dv_rcache_published_release(c);
	dv_tmpfile_dir_remove(c->tmp);
	if (c->tmp_fd >= 0)
		close(c->tmp_fd);
	dv_strlist_release(&c->state);
	dv_strlist_release(&c->changed);
	free(c->url);
	free(c->dir);
	free(c->tmp_parent);
	free(c->tmp);
	free(c);
}

int dv_rcache_make_dir(const struct dv_rcache *c, struct dv_err *err)
{
	return dv_mkdirs(c->dir, 0777, err);
}

int dv_rcache_lock(const struct dv_rcache *c, struct dv_lock *lock,
		   struct dv_err *err)
{
	char *path;
	int rc = dv_rcache_make_dir(c, err);

	if (rc < 0)
		return rc;
	path = dv_asprintf("%s/lock", c->dir);
	rc = dv_lock_take(lock, path, DV_LOCK_EXCLUSIVE, LOCK_TIMEOUT_MS, err);
	free(path);
	return rc;
}

/* Give the temporary file its place; it goes where that fails. */
static int move_in(const char *from, const char *to, struct dv_err *err)
{
	int rc = 0;

	if (rename(from, to)) {
		rc = dv_err_sys(err, "cannot write '%s'", to);
		dv_tmpfile_remove(from);
		return rc;
	}
	dv_tmpfile_forget(from);
	dv_share(AT_FDCWD, to);
	return 0;
}

int dv_rcache_replace(const struct dv_rcache *c, const char *name,
		      const struct dv_buf *bytes, struct dv_err *err)
{
	char *path = dv_asprintf("%s/%s", c->dir, name), *tmp;
	int fd, rc = dv_tmpfile(&fd, &tmp, c->dir, err);

	if (rc < 0) {
		free(path);
		return rc;
	}
	if (dv_write_full(fd, bytes->data, bytes->len) ||
	    fchmod(fd, 0644)) {
		rc = dv_err_sys(err, "cannot write '%s'", tmp);
		dv_tmpfile_remove(tmp);
	}
	close(fd);
	if (!rc)
		rc = move_in(tmp, path, err);
	free(tmp);
	free(path);
	return rc;
}

/* --- temporary files ---------------------------------------------------- */

/* In a container the next process has the number of the one before. */
#define PID_REUSED (24 * 3600)

/* One that lives holds a lock on its directory, wherever it runs. */
static bool is_left_over(int dirfd, const char *name)
{
	struct stat st;
	bool yes = false;
	long pid;
	int fd;

	if (strncmp(name, "remote-", 7))
		return false;
	pid = strtol(name + 7, NULL, 10);
	fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
		    O_CLOEXEC);
	if (fd < 0)
		return false;
	if (pid > 0 && !fstat(fd, &st) &&
	    ((kill((pid_t)pid, 0) && errno == ESRCH) ||
	     time(NULL) - st.st_mtime > PID_REUSED))
		yes = !flock(fd, LOCK_EX | LOCK_NB);
	close(fd);
	return yes;
}

static void remove_left_over(const char *parent)
{
	struct dv_err ignored = DV_ERR_INIT;
	struct dirent *e;
	DIR *dir = opendir(parent);

	if (!dir)
		return;
	while ((e = readdir(dir)))
		if (is_left_over(dirfd(dir), e->d_name))
			dv_remove_tree(dirfd(dir), e->d_name, &ignored);
	closedir(dir);
}

const char *dv_rcache_tmp(struct dv_rcache *c, struct dv_err *err)
{
	char *prefix;
	int rc;

	if (c->tmp)
		return c->tmp;
	if (dv_mkdirs(c->tmp_parent, 0777, err) < 0)
		return NULL;
	remove_left_over(c->tmp_parent);
	prefix = dv_asprintf("%s/remote-%ld-", c->tmp_parent, (long)getpid());
	rc = dv_tmpfile_dir(&c->tmp, prefix, err);
	free(prefix);
	if (rc < 0)
		return NULL;
	c->tmp_fd = open(c->tmp, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (c->tmp_fd >= 0)
		flock(c->tmp_fd, LOCK_EX | LOCK_NB);
	return c->tmp;
}

/* --- indexes of packs --------------------------------------------------- */

static char *idx_path(const struct dv_rcache *c, const struct dv_digest *pack)
{
	char hex[2 * DV_DIGEST_MAX + 1];

	return dv_asprintf("%s/idx/%s.idx", c->dir, dv_digest_hex(hex, pack));
}

/* Map file and check that it is the whole index of pack. */
static int open_idx(const char *file, const struct dv_digest *pack,
		    struct dv_map *map, struct dv_packidx *x,
		    struct dv_err *err)
{
	char text[DV_DIGEST_TEXT];
	struct dv_digest is;
	int rc = dv_map_open(map, AT_FDCWD, file, err);

	if (rc < 0)
		return rc;
	dv_digest_of(&is, (enum dv_algo)pack->algo, map->data, map->len);
	if (!dv_digest_eq(&is, pack))
		rc = dv_err_set(err, DV_E_DIGEST, "the index of pack '%s' is "
				"not what its name says",
				dv_digest_format(text, pack));
	if (!rc)
		rc = dv_packidx_open(x, map->data, map->len, err);
	if (!rc)
		rc = dv_packidx_check(x, err);
	if (rc < 0)
		dv_map_release(map);
	return rc;
}

int dv_rcache_get_idx(struct dv_rcache *c, const struct dv_digest *pack,
		      struct dv_map *map, struct dv_packidx *x,
		      struct dv_err *err)
{
	char *path = idx_path(c, pack);
	int rc = open_idx(path, pack, map, x, err);

	/* It can be had again; what cannot be read is told when written. */
	if (rc == -DV_E_DIGEST || rc == -DV_E_FORMAT)
		unlink(path);
	free(path);
	err->code = rc < 0 ? 0 : err->code;
	return rc < 0 ? 0 : 1;
}

int dv_rcache_put_idx(struct dv_rcache *c, const struct dv_digest *pack,
		      const char *file, struct dv_err *err)
{
	char *dir = dv_asprintf("%s/idx", c->dir), *path = NULL;
	struct dv_map map = DV_MAP_INIT;
	struct dv_packidx x;
	int rc = open_idx(file, pack, &map, &x, err);

	if (!rc) {
		dv_map_release(&map);
		rc = dv_mkdirs(dir, 0777, err);
	}
	if (!rc) {
		path = idx_path(c, pack);
		chmod(file, 0444);
		rc = move_in(file, path, err);
	}
	free(dir);
	free(path);
	return rc;
}
