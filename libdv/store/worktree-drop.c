/* SPDX-License-Identifier: MIT */
#include "store/worktree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "store/wtfile.h"
#include "store/wtindex.h"
#include "store/wtroot.h"
#include "store/wttarget.h"

#define SHOWN 10		/* files named in one message */

/* A file that goes, as it was when that was decided. */
struct going {
	uint32_t entry;
	uint64_t bytes;		/* on disk */
	struct dv_windex_stat st;
};

struct drop {
	struct dv_repo *r;
	const char *dataset;
	struct dv_drop *d;
	struct dv_wtindex x;
	struct dv_wtroot root;
	bool single, file_mode;
	struct going *v;
	size_t n, cap;
	struct dv_buf path, work;
	struct dv_strlist changed;
};

/* Directory d of the index: a descriptor, or -1 with errno. */
static int enter(const struct drop *k, uint32_t d)
{
	struct dv_windex_dir dir;

	if (k->single)
		return dup(k->root.parent);
	if (k->root.fd < 0) {
		errno = k->root.here ? ENOTDIR : ENOENT;
		return -1;
	}
	dv_windex_get_dir(&k->x.ix, d, &dir);
	return dv_path_open(k->root.fd, dir.path_len ? dir.path : ".",
			    O_PATH | O_DIRECTORY, 0);
}

static const char *name_of(const struct drop *k,
			   const struct dv_windex_item *item)
{
	return k->single ? k->root.base : item->name;
}

static bool is_file(uint32_t mode)
{
	return mode == DV_MODE_FILE || mode == DV_MODE_EXEC;
}

/* Is what lies there what the index says?  1/0 */
static int is_same(struct drop *k, const struct dv_windex_item *item, int fd,
		   const struct stat *st, struct dv_err *err)
{
	uint32_t mode = dv_wtfile_mode(st);
	struct dv_err why = DV_ERR_INIT;
	struct dv_wtfile file;
	struct dv_digest id;
	int rc;

	if (dv_wtfile_same(item, st))
		return 1;
	if (item->size != (uint64_t)st->st_size ||
	    (mode != item->mode && (k->file_mode || !is_file(mode) ||
				    !is_file(item->mode))))
		return 0;
	rc = dv_wtfile_take(&file, fd, name_of(k, item), k->x.ix.algo, NULL,
			    &k->work, NULL, &why);
	if (rc < 0)
		*err = why;
	if (rc)
		return rc < 0 ? rc : 0;
	dv_digest_set(&id, k->x.ix.algo, item->id);
	return dv_digest_eq(&file.id, &id);
}

static void note_going(struct drop *k, uint32_t i, const struct stat *st)
{
	struct going *g;

	dv_grow(&k->v, &k->cap, k->n + 1, sizeof(*k->v));
	g = &k->v[k->n++];
	g->entry = i;
	g->bytes = (uint64_t)st->st_blocks * 512;
	dv_wtfile_stat(&g->st, st);
}

static int look_at(struct drop *k, uint32_t i,
		   const struct dv_windex_item *item, int fd,
		   struct dv_err *err)
{
	struct dv_digest id;
	struct stat st;
	int rc;

	if (fd < 0 || fstatat(fd, name_of(k, item), &st, AT_SYMLINK_NOFOLLOW)) {
		if (!(item->flags & DV_WINDEX_ABSENT))
			dv_strlist_add(&k->changed, k->path.data);
		return 0;
	}
	if (item->mode == DV_MODE_DIR) {
		if (S_ISDIR(st.st_mode))
			note_going(k, i, &st);
		return 0;
	}
	rc = is_same(k, item, fd, &st, err);
	if (rc < 0)
		return rc;
	dv_digest_set(&id, k->x.ix.algo, item->id);
	if (!rc || !k->d->held(k->d->arg, &id))
		dv_strlist_add(&k->changed, k->path.data);
	else
		note_going(k, i, &st);
	return 0;
}

/* Also what is absent: a drop that was killed may have left the file. */
static bool is_asked(struct drop *k, const struct dv_windex_item *item)
{
	if (item->mode == DV_MODE_VALUE || item->mode == DV_MODE_REF)
		return false;
	dv_windex_path(&k->x.ix, item, &k->path);
	return dv_wttarget_has(k->d->rel, k->path.data, k->path.len);
}

static int look(struct drop *k, struct dv_err *err)
{
	uint32_t at = UINT32_MAX;
	int fd = -1, rc = 0;

	for (uint32_t i = 0; i < k->x.ix.entries && rc >= 0; i++) {
		struct dv_windex_item item;

		rc = dv_windex_get(&k->x.ix, i, &item, err);
		if (rc < 0 || !is_asked(k, &item))
			continue;
		if (item.dir != at) {
			if (fd >= 0)
				close(fd);
			at = item.dir;
			fd = enter(k, at);
		}
		rc = look_at(k, i, &item, fd, err);
	}
	if (fd >= 0)
		close(fd);
	return rc;
}

static int refuse(struct drop *k, struct dv_err *err)
{
	struct dv_buf text = DV_BUF_INIT;

	dv_strlist_uniq(&k->changed);
	for (size_t i = 0; i < k->changed.n && i < SHOWN; i++) {
		const char *path = k->changed.v[i];

		dv_buf_printf(&text, "%s'", i ? ", " : "");
		dv_path_quote(&text, k->dataset, strlen(k->dataset));
		if (strcmp(path, ".")) {
			dv_buf_char(&text, '/');
			dv_path_quote(&text, path, strlen(path));
		}
		dv_buf_char(&text, '\'');
	}
	if (k->changed.n > SHOWN)
		dv_buf_printf(&text, " and %zu more", k->changed.n - SHOWN);
	dv_err_set(err, DV_E_CONFLICT, "'%s': changed since it was added: %s",
		   k->dataset, text.data);
	dv_buf_release(&text);
	return -err->code;
}

/*
 * The index first: killed behind it, a file that it calls absent is here,
 * which is looked at like any other.
 */
static int write_index(struct drop *k, struct dv_err *err)
{
	struct dv_buf bytes = DV_BUF_INIT;
	int rc;

	dv_buf_add(&bytes, k->x.map.data, k->x.map.len);
	for (size_t i = 0; i < k->n; i++)
		dv_windex_set_absent(&k->x.ix, (uint8_t *)bytes.data,
				     k->v[i].entry);
	dv_windex_seal((uint8_t *)bytes.data, bytes.len);
	rc = dv_wtindex_write(k->r, k->dataset, &bytes, err);
	dv_buf_release(&bytes);
	return rc;
}

/* One that was written to since stays. */
static bool is_untouched(const struct going *g, int fd, const char *name)
{
	struct dv_windex_stat now;
	struct stat st;

	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW))
		return false;
	dv_wtfile_stat(&now, &st);
	return S_ISDIR(st.st_mode) ||
	       !memcmp(&now, &g->st, sizeof(now));
}

static int remove_files(struct drop *k, struct dv_err *err)
{
	uint32_t at = UINT32_MAX;
	int fd = -1, rc = 0;

	for (size_t i = 0; i < k->n && rc >= 0; i++) {
		struct dv_windex_item item;
		const char *name;
		bool dir;

		rc = dv_windex_get(&k->x.ix, k->v[i].entry, &item, err);
		if (rc < 0)
			break;
		if (item.dir != at) {
			if (fd >= 0)
				close(fd);
			at = item.dir;
			fd = enter(k, at);
		}
		name = name_of(k, &item);
		dir = item.mode == DV_MODE_DIR;
		if (fd < 0 || !is_untouched(&k->v[i], fd, name))
			continue;
		if (!unlinkat(fd, name, dir ? AT_REMOVEDIR : 0)) {
			k->d->files += !dir;
			k->d->bytes += k->v[i].bytes;
		} else if (!dir && errno != ENOENT) {
			rc = dv_err_sys(err, "cannot remove '%s' of '%s'",
					name, k->dataset);
		}
		dv_progress_add(k->d->progress, 1, 0);
	}
	if (fd >= 0)
		close(fd);
	return rc;
}

/* Is all that the directory held absent now, and was it asked for? */
static bool is_emptied(const struct drop *k, const struct dv_windex_dir *dir,
		       const uint8_t *gone)
{
	if (!dv_wttarget_has(k->d->rel, dir->path, dir->path_len) &&
	    !dv_wttarget_below(k->d->rel, dir->path, dir->path_len))
		return false;
	for (uint32_t i = dir->first; i < dir->first + dir->entries; i++)
		if (!gone[i] && !dv_windex_is_absent(&k->x.ix, i))
			return false;
	return true;
}

/* Deepest first; what holds something else stays. */
static void remove_dirs(struct drop *k)
{
	uint8_t *gone = dv_calloc(k->x.ix.entries, 1);

	for (size_t i = 0; i < k->n; i++)
		gone[k->v[i].entry] = 1;
	for (uint32_t d = k->x.ix.dirs; !k->single && d-- > 0;) {
		struct dv_windex_dir dir;
		const char *base = k->root.base;
		int fd = k->root.parent;

		dv_windex_get_dir(&k->x.ix, d, &dir);
		if (!is_emptied(k, &dir, gone))
			continue;
		if (dv_wtroot_holds(k->dataset, dir.path, dir.path_len,
				    k->r->prefix)) {
			k->d->is_here = true;
			continue;
		}
		if (d)
			fd = dv_path_open_parent(k->root.fd, dir.path, false,
						 &base);
		if (fd >= 0)
			unlinkat(fd, base, AT_REMOVEDIR);
		if (d && fd >= 0)
			close(fd);
	}
	free(gone);
}

static int run(struct drop *k, struct dv_err *err)
{
	struct dv_windex_item item;
	int rc;

	k->file_mode = true;
	rc = dv_git_config_bool(k->r->git, "core.fileMode", &k->file_mode,
				err);
	if (rc >= 0)
		rc = dv_wtindex_open(&k->x, k->r, k->dataset, err);
	if (!rc)
		return 0;
	if (rc >= 0)
		rc = dv_wtroot_open(&k->root, k->r->workfd, k->dataset, false,
				    err);
	if (rc >= 0 && k->x.ix.entries == 1) {
		rc = dv_windex_get(&k->x.ix, 0, &item, err);
		k->single = rc >= 0 && !strcmp(item.name, ".");
	}
	if (rc >= 0)
		rc = look(k, err);
	if (rc >= 0 && k->changed.n)
		rc = refuse(k, err);
	if (rc < 0 || k->d->dry_run) {
		for (size_t i = 0; rc >= 0 && i < k->n; i++)
			k->d->bytes += k->v[i].bytes;
		k->d->files += rc < 0 ? 0 : k->n;
		return rc;
	}
	dv_progress_phase(k->d->progress, "removing files", k->n, 0);
	if (k->n)
		rc = write_index(k, err);
	if (rc >= 0)
		rc = remove_files(k, err);
	if (rc >= 0)
		remove_dirs(k);
	return rc;
}

int dv_worktree_drop(struct dv_repo *r, const char *dataset,
		     struct dv_drop *d, struct dv_err *err)
{
	struct drop k = { .r = r, .dataset = dataset, .d = d,
			  .x = DV_WTINDEX_INIT, .root = DV_WTROOT_INIT };
	struct dv_lock lock = DV_LOCK_INIT;
	int rc;

	rc = dv_repo_lock(r, &lock, err);
	if (rc < 0)
		return rc;
	rc = run(&k, err);
	free(k.v);
	dv_wtroot_release(&k.root);
	dv_wtindex_release(&k.x);
	dv_buf_release(&k.path);
	dv_buf_release(&k.work);
	dv_strlist_release(&k.changed);
	dv_lock_release(&lock);
	return rc < 0 ? rc : 0;
}
