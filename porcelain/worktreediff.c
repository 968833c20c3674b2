/* SPDX-License-Identifier: MIT */
#include "porcelain/treediff.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/parallel.h"
#include "base/path.h"
#include "store/worktree.h"

/*
 * The manifest asked for and the work tree have the index between them:
 * what differs from manifest to index, and from index to disk, are two
 * sorted lists, merged here.
 */

/* One path that differs from the index. */
struct touched {
	char *path;
	size_t n;
	enum dv_change what;
	struct dv_delta index;	/* .after: the index's entry, if any */
	struct dv_side disk;	/* mode 0: gone */
};

struct touched_list {
	struct touched *v;
	size_t n, cap;
	const char *prefix;
	struct dv_repo *repo;
	const char *dataset;
	bool trust_mode;	/* core.fileMode */
};

static bool below(const char *prefix, const char *path, size_t n)
{
	size_t pn = strlen(prefix);

	if (!pn || (n == pn && !memcmp(prefix, path, n)))
		return true;
	return dv_path_inside(prefix, pn, path, n);
}

static int note_touched(void *arg, enum dv_change what, const char *path,
			size_t n, const struct dv_entry *e, bool in_store,
			struct dv_err *err)
{
	struct touched_list *l = arg;
	struct dv_deltas one = DV_DELTAS_INIT;
	struct touched *t;

	(void)in_store;
	(void)err;
	if (!below(l->prefix, path, n))
		return 0;
	dv_grow(&l->v, &l->cap, l->n + 1, sizeof(*l->v));
	t = &l->v[l->n++];
	memset(t, 0, sizeof(*t));
	t->path = dv_strndup(path, n);
	t->n = n;
	t->what = what;
	if (e) {
		dv_deltas_add(&one, path, n, NULL, e);
		t->index = one.v[0];
		free(one.v);
	}
	return 0;
}

/* Path of a file of the dataset below the work tree. */
static char *full_path(const struct touched_list *l, const struct touched *t)
{
	if (t->n == 1 && t->path[0] == '.')
		return dv_strdup(l->dataset);
	return dv_asprintf("%s/%s", l->dataset, t->path);
}

static int read_link(struct touched_list *l, const char *path,
		     struct dv_side *s, struct dv_err *err)
{
	char target[DV_PATH_MAX + 1];
	const char *base;
	ssize_t n = -1;
	int dir;

	dir = dv_path_open_parent(l->repo->workfd, path, false, &base);
	if (dir >= 0) {
		n = readlinkat(dir, base, target, sizeof(target));
		close(dir);
	}
	if (n < 0)
		return dv_err_sys(err, "cannot read the link '%s'", path);
	s->mode = DV_MODE_LINK;
	s->size = (uint64_t)n;
	dv_digest_of(&s->id, l->repo->algo, target, (size_t)n);
	return 0;
}

static int read_file(struct touched_list *l, const char *path,
		     struct dv_side *s, struct dv_err *err)
{
	int fd, rc;

	fd = dv_path_open(l->repo->workfd, path, O_RDONLY, 0);
	if (fd < 0)
		return dv_err_sys(err, "cannot read '%s'", path);
	rc = dv_odb_hash_fd(l->repo->algo, fd, &s->id, &s->size, NULL, err);
	close(fd);
	return rc < 0 ? dv_err_prefix(err, "%s", path) : 0;
}

/* What is on disk at path now; what went away meanwhile stays mode 0. */
static int read_disk(struct touched_list *l, struct touched *t,
		     struct dv_err *err)
{
	char *path = full_path(l, t);
	const char *base;
	struct stat st;
	int dir, rc = 0, found = -1;

	dir = dv_path_open_parent(l->repo->workfd, path, false, &base);
	if (dir >= 0) {
		found = fstatat(dir, base, &st, AT_SYMLINK_NOFOLLOW);
		close(dir);
	}
	if (found < 0)
		goto out;

	if (S_ISLNK(st.st_mode)) {
		rc = read_link(l, path, &t->disk, err);
	} else if (S_ISDIR(st.st_mode)) {
		t->disk.mode = DV_MODE_DIR;
	} else if (S_ISREG(st.st_mode)) {
		t->disk.mode = st.st_mode & S_IXUSR ? DV_MODE_EXEC
						    : DV_MODE_FILE;
		rc = read_file(l, path, &t->disk, err);
	}
out:
	free(path);
	return rc;
}

static int read_disk_batch(void *arg, int w, size_t first, size_t n,
			   struct dv_err *err)
{
	struct touched_list *l = arg;
	int rc;

	(void)w;
	for (size_t i = first; i < first + n; i++) {
		if (l->v[i].what == DV_CHANGE_MISSING)
			continue;
		rc = read_disk(l, &l->v[i], err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static bool is_file(uint32_t mode)
{
	return mode == DV_MODE_FILE || mode == DV_MODE_EXEC;
}

/* What the disk cannot say is as the index has it. */
static void take_from_index(const struct touched_list *l, struct touched *t)
{
	const struct dv_side *was = &t->index.after;

	if (!l->trust_mode && is_file(t->disk.mode))
		t->disk.mode = is_file(was->mode) ? was->mode : DV_MODE_FILE;
	if (!t->disk.mode || !was->meta_len)
		return;
	t->disk.extra = dv_malloc(was->meta_len);
	memcpy(t->disk.extra, dv_side_meta(was), was->meta_len);
	t->disk.meta_len = was->meta_len;
}

static void add_touched(struct dv_deltas *out, const struct touched *t,
			const struct dv_side *before)
{
	struct dv_entry a, b;

	dv_side_entry(&a, before);
	dv_side_entry(&b, &t->disk);
	dv_deltas_add(out, t->path, t->n, before->mode ? &a : NULL,
		       t->disk.mode ? &b : NULL);
}

static void add_change(struct dv_deltas *out, const struct dv_delta *ch)
{
	struct dv_entry a, b;

	dv_side_entry(&a, &ch->before);
	dv_side_entry(&b, &ch->after);
	dv_deltas_add(out, ch->path, ch->path_len,
		       ch->before.mode ? &a : NULL,
		       ch->after.mode ? &b : NULL);
}

static void merge(struct dv_deltas *out, const struct dv_deltas *to_index,
		  const struct touched_list *l)
{
	size_t i = 0, j = 0;

	while (i < to_index->n || j < l->n) {
		const struct dv_delta *ch = i < to_index->n ?
					    &to_index->v[i] : NULL;
		const struct touched *t = j < l->n ? &l->v[j] : NULL;
		int cmp;

		if (i == to_index->n)
			cmp = 1;
		else if (j == l->n)
			cmp = -1;
		else
			cmp = dv_path_cmp(ch->path, ch->path_len, t->path,
					  t->n);
		if (cmp < 0) {
			add_change(out, ch);
			i++;
			continue;
		}
		add_touched(out, t, cmp ? &t->index.after : &ch->before);
		i += !cmp;
		j++;
	}
}

static void release(struct touched_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->v[i].path);
		free(l->v[i].index.path);
		free(l->v[i].index.after.extra);
		free(l->v[i].disk.extra);
	}
	free(l->v);
}

/* The manifest that the index stands for: 1, or 0 where there is none. */
static int find_base(struct dv_repo *repo, const char *dataset,
		     struct dv_digest *base, struct dv_err *err)
{
	struct dv_pointer ptr;
	int rc;

	rc = dv_worktree_base(repo, dataset, base, NULL, err);
	if (rc)
		return rc;
	rc = dv_worktree_pointer(repo, dataset, &ptr, err);
	if (rc > 0)
		*base = ptr.manifest;
	return rc;
}

int dv_treediff_worktree(struct dv_deltas *out, struct dv_repo *repo,
			 const char *dataset, const struct dv_digest *a,
			 const char *prefix, struct dv_err *err)
{
	struct touched_list l = {
		.prefix = prefix, .repo = repo, .dataset = dataset
	};
	struct dv_deltas to_index = DV_DELTAS_INIT;
	struct dv_digest base;
	struct dv_odb *odb;
	int rc, has_base;

	l.trust_mode = true;
	rc = dv_git_config_bool(repo->git, "core.filemode", &l.trust_mode,
				err);
	if (rc < 0)
		return rc;

	rc = has_base = find_base(repo, dataset, &base, err);
	if (rc < 0)
		return rc;
	rc = dv_repo_odb(repo, &odb, err);
	if (rc < 0)
		return rc;

	if (a && !(has_base && dv_digest_eq(a, &base)))
		rc = dv_treediff_manifests(&to_index, odb, a,
					   has_base ? &base : NULL, prefix,
					   err);
	if (rc < 0)
		goto out;
	if (has_base)
		rc = dv_worktree_status(repo, dataset, false, NULL,
					note_touched, &l, err);
	if (rc < 0)
		goto out;

	rc = dv_parallel_for(l.n, 16, 0, read_disk_batch, &l, err);
	if (rc < 0)
		goto out;
	for (size_t i = 0; i < l.n; i++)
		take_from_index(&l, &l.v[i]);
	merge(out, &to_index, &l);
out:
	dv_deltas_release(&to_index);
	release(&l);
	return rc;
}
