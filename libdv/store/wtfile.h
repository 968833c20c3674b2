/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_WTFILE_H
#define DV_STORE_WTFILE_H

/*
 * One file of the work tree, named by the descriptor of its directory and
 * its name there: no link is followed on the way.
 *
 * Sentences begin behind the path: the caller puts it in front.
 */

#include <stdbool.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/progress.h"
#include "format/windex.h"
#include "store/odb.h"
#include "store/repo.h"

/* Files being made are called this and more; left over, they are nobody's
 * and are removed when met. */
#define DV_WTFILE_TEMP ".dv-tmp-"

/* Name of a temporary file for number n; name has room for 64. */
char *dv_wtfile_temp(char *name, unsigned n);
/*
 * Replace the file name in directory dirfd by n bytes, synced; path is for
 * messages.
 */
int dv_wtfile_write(int dirfd, const char *name, const void *buf, size_t n,
		    const char *path, struct dv_err *err);

struct dv_wtfile {
	uint32_t mode;		/* DV_MODE_FILE, _EXEC or _LINK */
	uint64_t size;
	struct dv_windex_stat st;
	struct dv_digest id;
};

void dv_wtfile_stat(struct dv_windex_stat *out, const struct stat *st);
/* The mode that a manifest has for it; 0: not a file, link or directory. */
uint32_t dv_wtfile_mode(const struct stat *st);
/* "a socket", "a fifo", "a device"; for messages. */
const char *dv_wtfile_kind(mode_t mode);
/*
 * Does stat say that the content is what the entry says?  Never where it
 * is racy or nothing is known.
 */
bool dv_wtfile_same(const struct dv_windex_item *item, const struct stat *st);
/*
 * Now, by the clock of the file system that has the work tree's state:
 * what is written to from here on has this time or a later one.
 */
int dv_wtfile_now(struct dv_repo *r, int64_t *now, struct dv_err *err);
/* Was it written to at or after the moment at (so stat cannot tell)? */
bool dv_wtfile_racy(const struct dv_windex_stat *st, int64_t at);

/*
 * Read and digest the file or link; with txn its content is added too.  A
 * file that changes meanwhile is read once more.  0; 1: there is
 * something about the file, told in err; negative: the store failed.
 * work is scratch, kept from call to call.
 */
int dv_wtfile_take(struct dv_wtfile *out, int dirfd, const char *name,
		   enum dv_algo algo, struct dv_odb_txn *txn,
		   struct dv_buf *work, struct dv_progress *p,
		   struct dv_err *err);

#endif
