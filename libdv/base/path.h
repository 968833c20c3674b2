/* SPDX-License-Identifier: MIT */
#ifndef DV_BASE_PATH_H
#define DV_BASE_PATH_H

/*
 * Paths: the one validator, on the way in and on the way out, and
 * directories walked without following a link.
 *
 * A valid path is relative, '/'-separated, 1 to 4095 bytes, without NUL,
 * without an empty, "." or ".." component, and without a component that
 * a file system may take for ".git": any case, trailing dots and blanks,
 * NTFS streams (".git::$INDEX_ALLOCATION", ".git:x") and short names
 * ("git~1"), and HFS+ ignorable code points inside (as git's
 * is_hfs_dotgit() and is_ntfs_dotgit() do).
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

#define DV_PATH_MAX 4095

/* 0, or DV_E_INVALID with a sentence that C-quotes the path. */
int dv_path_check(const char *path, size_t n, struct dv_err *err);
/* The same rule for one component. */
bool dv_path_component_ok(const char *name, size_t n);

/* Bytewise, '/' as itself; as memcmp then length. */
int dv_path_cmp(const char *a, size_t an, const char *b, size_t bn);
/* Is path inside directory dir (not dir itself)? "" holds all. */
bool dv_path_inside(const char *dir, size_t dn, const char *path, size_t n);

/*
 * A path from the top of a work tree as it is typed in the directory
 * prefix of it, "" or "sub/dir/": "../a", "." for the directory itself.
 * The caller's to free.
 */
char *dv_path_relative(const char *path, const char *prefix);

/*
 * Quote as git does (core.quotePath=true): plain when nothing needs it,
 * else in double quotes with \a \b \t \n \v \f \r \" \\ and \ooo.
 */
void dv_path_quote(struct dv_buf *out, const char *path, size_t n);
/*
 * Undo it: text either starts with '"' or is taken as it is.  *used is
 * how many bytes of text were the quoted string (n when plain).
 */
int dv_path_unquote(struct dv_buf *out, const char *text, size_t n,
		    size_t *used, struct dv_err *err);

/*
 * Open what lies at the relative path below dirfd; no component, the last
 * included, may be a symbolic link (openat2 RESOLVE_BENEATH and
 * RESOLVE_NO_SYMLINKS, a walk where the kernel has none).  flags and mode
 * as open(2); O_CLOEXEC and O_NOFOLLOW are added.  Returns a descriptor,
 * or -1 with errno (ELOOP: a link was in the way; EXDEV: path is absolute
 * or has ".." in it).  Does not fill err.
 */
int dv_path_open(int dirfd, const char *path, int flags, mode_t mode);

/*
 * Open the directory that holds path below dirfd, making missing ones
 * where make is set, never through a link; *base points at the last
 * component inside path.  Returns a descriptor, open for reading so that
 * it can be synced, or -1 with errno.
 */
int dv_path_open_parent(int dirfd, const char *path, bool make,
			const char **base);

/* Tests: behave as on a kernel without openat2(2), or not any more. */
void dv_path_set_walk(bool walk);

#endif
