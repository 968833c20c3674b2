/* SPDX-License-Identifier: MIT */
#include "store/wtstatus.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/parallel.h"
#include "base/path.h"
#include "store/wtignore.h"
#include "store/wtscan.h"

/* A directory of the index, and what is on disk in it. */
struct listing {
	struct dv_wtstatus *s;
	struct dv_wtstatus_worker *w;
	uint32_t d;
	struct dv_windex_dir dir;
	struct dv_wtlist list;
	int fd;
	struct dv_wtignore *ignore;	/* loaded with the first name that
					   the index has not */
	bool loaded;
	bool others;			/* such a name was met */
};

struct new_files {
	struct dv_wtstatus *s;
	struct dv_wtstatus_worker *w;
	struct dv_wtscan *scan;
};

/* Path of something in directory rel, which may be "". */
static void join(struct dv_buf *out, const char *rel, const char *name)
{
	dv_buf_reset(out);
	if (*rel)
		dv_buf_printf(out, "%s/", rel);
	dv_buf_str(out, name);
}

static int note_scanned(void *arg, size_t dir, ptrdiff_t file,
			struct dv_err *err)
{
	struct new_files *f = arg;
	const struct dv_wtscan_dir *d = &f->scan->dir[dir];
	int fd, in_store = 0;
	const char *name;

	if (file < 0) {
		dv_wtstatus_note(f->w, DV_CHANGE_NEW, DV_WTSTATUS_NEW,
				 d->path, d->path_len, false);
		return 0;
	}
	name = d->list.v[file].name;
	if (f->s->odb) {
		fd = dv_path_open(f->s->root.fd, d->path, O_PATH | O_DIRECTORY,
				  0);
		if (fd >= 0) {
			in_store = dv_wtstatus_in_store(f->s, f->w, fd, name,
							err);
			close(fd);
		}
	}
	if (in_store < 0)
		return in_store;
	join(&f->w->path, d->path, name);
	dv_wtstatus_note(f->w, DV_CHANGE_NEW, DV_WTSTATUS_NEW,
			 f->w->path.data, f->w->path.len, in_store);
	return 0;
}

int dv_wtstatus_new_dir(struct dv_wtstatus *s, struct dv_wtstatus_worker *w,
			const char *rel, bool known, struct dv_err *err)
{
	struct dv_wtscan scan = { .rootfd = s->root.fd, .threads = 1,
				  .dataset = s->dataset };
	struct dv_wtignore *ignore = NULL;
	struct new_files f = { s, w, &scan };
	char *top = dv_asprintf("%s/%s", s->dataset, rel);
	int rc;

	rc = dv_wtignore_chain(&ignore, s->r->workfd, top, false, err);
	if (rc >= 0) {
		dv_wtscan_add(&scan, rel, ignore);
		rc = dv_wtscan_run(&scan, err);
	}
	if (rc >= 0 && !(known && scan.dir[0].empty))
		rc = dv_wtscan_each(&scan, note_scanned, &f, err);
	dv_wtscan_release(&scan);
	dv_wtignore_free_chain(ignore);
	free(top);
	return rc;
}

static char *full_path(const struct listing *l, const char *name)
{
	return dv_asprintf("%s%s%s%s%s", l->s->dataset,
			   l->dir.path_len ? "/" : "", l->dir.path,
			   *name ? "/" : "", name);
}

/*
 * Does a rule say that the name is to be left out, or a directory of the
 * dataset that it lies in?
 */
static int is_ignored(struct listing *l, const struct dv_wtname *name,
		      struct dv_err *err)
{
	char *path;
	int rc = 0;

	if (!l->loaded) {
		path = full_path(l, "");
		rc = dv_wtignore_chain(&l->ignore, l->s->r->workfd, path, true,
				       err);
		free(path);
		l->loaded = true;
	}
	if (rc < 0 || !l->ignore)
		return rc;
	path = full_path(l, name->name);
	for (size_t i = strlen(l->s->dataset) + 1; path[i] && !rc; i++)
		if (path[i] == '/')
			rc = dv_wtignore_has(l->ignore, path, i, true);
	if (!rc)
		rc = dv_wtignore_has(l->ignore, path, strlen(path),
				     name->type == DT_DIR);
	free(path);
	return rc;
}

/* A name that the index does not have, or (known) has for no directory. */
static int note_name(struct listing *l, const struct dv_wtname *name,
		     bool known, struct dv_err *err)
{
	struct dv_wtstatus_worker *w = l->w;
	char *rel;
	int rc;

	l->others = true;
	if (!dv_path_component_ok(name->name, name->len))
		return 0;
	rc = is_ignored(l, name, err);
	if (rc)
		return rc < 0 ? rc : 0;
	join(&w->path, l->dir.path, name->name);
	if (name->type == DT_DIR) {
		rel = dv_strdup(w->path.data);
		rc = dv_wtstatus_new_dir(l->s, w, rel, known, err);
		free(rel);
		return rc;
	}
	if (name->type != DT_REG && name->type != DT_LNK)
		return 0;
	rc = dv_wtstatus_in_store(l->s, w, l->fd, name->name, err);
	if (rc < 0)
		return rc;
	dv_wtstatus_note(w, DV_CHANGE_NEW, DV_WTSTATUS_NEW, w->path.data,
			 w->path.len, rc > 0);
	return 0;
}

/* Is there a directory of the index by this name in this one? */
static bool has_dir(struct listing *l, const struct dv_wtname *name)
{
	uint32_t d;

	if (name->type != DT_DIR)
		return false;
	join(&l->w->path, l->dir.path, name->name);
	return dv_windex_find_dir(&l->s->x.ix, l->w->path.data,
				  l->w->path.len, &d);
}

/* Both lists ascend. */
static int compare_names(struct listing *l, struct dv_err *err)
{
	struct dv_windex_seek seek = { .d = l->d };
	int rc = 0;

	for (size_t k = 0; k < l->list.n && rc >= 0; k++) {
		const struct dv_wtname *name = &l->list.v[k];

		rc = dv_windex_seek(&l->s->x.ix, &seek, name->name, err);
		if (rc > 0 && (name->type != DT_DIR ||
			       seek.item.mode == DV_MODE_DIR))
			continue;
		if (rc >= 0 && !has_dir(l, name))
			rc = note_name(l, name, rc > 0, err);
	}
	return rc < 0 ? rc : 0;
}

/*
 * A directory whose stat data is as it was when the index had all names
 * in it has no others now: adding one changes its mtime.
 */
static int look_into(struct listing *l, struct dv_err *err)
{
	struct dv_wtlearned learned = { l->d, true, false, { 0, 0, 0 } };
	struct dv_windex_stat now;
	struct stat st;
	int64_t moment;
	int rc;

	if (fstat(l->fd, &st))
		return dv_err_sys(err, "'%s/%s'", l->s->dataset, l->dir.path);
	dv_wtfile_stat(&now, &st);
	if (l->dir.st.ctime && now.mtime == l->dir.st.mtime &&
	    now.ctime == l->dir.st.ctime && now.ino == l->dir.st.ino)
		return 0;
	moment = dv_wtstatus_now(l->s);
	rc = dv_wtlist_read(&l->list, l->fd, false, err);
	if (rc < 0)
		return dv_err_prefix(err, "cannot read '%s/%s'",
				     l->s->dataset, l->dir.path);
	rc = compare_names(l, err);
	if (rc >= 0 && !l->others && !l->list.temps &&
	    !dv_wtfile_racy(&l->list.st, moment)) {
		learned.st = l->list.st;
		dv_wtstatus_learn(l->w, &learned);
	}
	return rc;
}

static int look_into_some(void *arg, int w, size_t first, size_t n,
			  struct dv_err *err)
{
	struct dv_wtstatus *s = arg;
	int rc = 0;

	for (size_t i = first; i < first + n && rc >= 0; i++) {
		struct listing l = { .s = s, .w = &s->worker[w],
				     .d = (uint32_t)i,
				     .list = DV_WTLIST_INIT };

		dv_windex_get_dir(&s->x.ix, l.d, &l.dir);
		l.fd = dv_path_open(s->root.fd,
				    l.dir.path_len ? l.dir.path : ".",
				    O_RDONLY | O_DIRECTORY, 0);
		if (l.fd < 0) {
			if (errno != ENOENT && errno != ENOTDIR &&
			    errno != ELOOP)
				rc = dv_err_sys(err, "cannot open '%s/%s'",
						s->dataset, l.dir.path);
			continue;
		}
		rc = look_into(&l, err);
		close(l.fd);
		dv_wtlist_release(&l.list);
		dv_wtignore_free_chain(l.ignore);
	}
	return rc;
}

int dv_wtstatus_new(struct dv_wtstatus *s, struct dv_err *err)
{
	if (s->root.fd < 0 || s->single)
		return 0;
	return dv_parallel_for(s->x.ix.dirs, 4, s->workers, look_into_some, s,
			       err);
}
