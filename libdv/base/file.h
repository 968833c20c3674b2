/* SPDX-License-Identifier: MIT */
#ifndef DV_BASE_FILE_H
#define DV_BASE_FILE_H

/*
 * Files: whole reads with a limit, and writes that leave the old file or
 * the new one, never a mixture.  dirfd may be AT_FDCWD.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/tmpfile.h"

/* read(2) until n bytes or the end; bytes read, or -1 with errno. */
ssize_t dv_read_full(int fd, void *buf, size_t n);
/* pread(2) the same. */
ssize_t dv_pread_full(int fd, void *buf, size_t n, uint64_t off);
/* write(2) all n bytes; 0, or -1 with errno. */
int dv_write_full(int fd, const void *buf, size_t n);
int dv_pwrite_full(int fd, const void *buf, size_t n, uint64_t off);

/*
 * Append the whole file to out.  Larger than max: DV_E_LIMIT before
 * anything is allocated.  Missing: DV_E_MISSING.
 */
int dv_file_read(struct dv_buf *out, int dirfd, const char *path, size_t max,
		 struct dv_err *err);
/* The rest of fd, whatever it is (a pipe too). */
int dv_fd_read(struct dv_buf *out, int fd, size_t max, const char *name,
	       struct dv_err *err);

/*
 * Replace path by n bytes: a temporary file beside it, fsync, rename,
 * fsync of the directory.  mode as open(2), before umask.
 */
int dv_file_write(int dirfd, const char *path, const void *buf, size_t n,
		  mode_t mode, struct dv_err *err);
/* The same, but DV_E_EXISTS if path is there already (link(2)). */
int dv_file_create(int dirfd, const char *path, const void *buf, size_t n,
		   mode_t mode, struct dv_err *err);

int dv_fsync(int fd, const char *name, struct dv_err *err);
int dv_fsync_dir(int dirfd, const char *path, struct dv_err *err);
/*
 * Give the group what the owner may do with path, which was just made, if
 * the directory that it is in is shared: writable for the group and with
 * the set-group-ID bit, as git init --shared makes them.  Best effort.
 */
void dv_share(int dirfd, const char *path);
/*
 * Make path and the directories above it, shared as dv_share() does;
 * existing ones are fine.
 */
int dv_mkdirs(const char *path, mode_t mode, struct dv_err *err);
/* Remove path and all below it; missing is fine.  Follows no link. */
int dv_remove_tree(int dirfd, const char *path, struct dv_err *err);

/* A read-only map of a whole file; NULL/0 for an empty one. */
struct dv_map {
	const uint8_t *data;
	size_t len;
};
#define DV_MAP_INIT { NULL, 0 }
int dv_map_open(struct dv_map *map, int dirfd, const char *path,
		struct dv_err *err);
void dv_map_release(struct dv_map *map);

#endif
