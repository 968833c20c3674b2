/* SPDX-License-Identifier: MIT */
#include "store/wtscan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/parallel.h"
#include "base/path.h"
#include "format/pointer.h"
#include "store/wtfile.h"

#define POINTER_SUFFIX ".dv"

/* A path of the work tree: dataset, directory and name. */
static void full_path(const struct dv_wtscan *s,
		      const struct dv_wtscan_dir *dir, const char *name,
		      struct dv_buf *out)
{
	dv_buf_reset(out);
	dv_buf_str(out, s->dataset);
	if (dir->path_len) {
		dv_buf_char(out, '/');
		dv_buf_add(out, dir->path, dir->path_len);
	}
	if (name) {
		dv_buf_char(out, '/');
		dv_buf_str(out, name);
	}
}

/* "'<path>' <what>", told to the caller of the scan. */
static void tell(struct dv_wtscan *s, const struct dv_wtscan_dir *dir,
		 const char *name, const char *what)
{
	struct dv_buf path = DV_BUF_INIT, text = DV_BUF_INIT;

	if (!s->bad)
		return;
	full_path(s, dir, name, &path);
	dv_buf_char(&text, '\'');
	dv_path_quote(&text, path.data, path.len);
	dv_buf_printf(&text, "' %s", what);
	pthread_mutex_lock(&s->lock);
	s->bad(s->arg, text.data);
	pthread_mutex_unlock(&s->lock);
	dv_buf_release(&path);
	dv_buf_release(&text);
}

/* Is the path, or anything below it, in the index already? */
static int is_known(const struct dv_wtscan *s,
		    const struct dv_wtscan_dir *dir,
		    const struct dv_wtname *name, struct dv_err *err)
{
	struct dv_buf rel = DV_BUF_INIT;
	uint32_t at;
	int rc = 0;

	if (!s->base)
		return 0;
	if (dir->path_len) {
		dv_buf_add(&rel, dir->path, dir->path_len);
		dv_buf_char(&rel, '/');
	}
	dv_buf_add(&rel, name->name, name->len);
	if (name->type == DT_DIR)
		rc = dv_windex_find_dir(s->base, rel.data, rel.len, &at);
	else
		rc = dv_windex_find(s->base, rel.data, rel.len, &at, err);
	dv_buf_release(&rel);
	return rc;
}

enum verdict { TAKE, LEAVE_OUT, TAKE_KNOWN };

/* What do the rules say?  What the index has is taken all the same. */
static int judge(const struct dv_wtscan *s, const struct dv_wtscan_dir *dir,
		 const struct dv_wtname *name, struct dv_buf *path,
		 struct dv_err *err)
{
	bool out = dir->left_out;
	int rc;

	if (!out && dir->ignore) {
		full_path(s, dir, name->name, path);
		out = dv_wtignore_has(dir->ignore, path->data, path->len,
				      name->type == DT_DIR);
	}
	if (!out)
		return TAKE;
	rc = is_known(s, dir, name, err);
	if (rc < 0)
		return rc;
	return rc ? TAKE_KNOWN : LEAVE_OUT;
}

/* Told by content: another file may end in ".dv" too. */
static bool is_pointer(int fd, const struct dv_wtname *name)
{
	size_t n = strlen(POINTER_SUFFIX);
	char head[DV_POINTER_MAX];
	ssize_t got = -1;
	int file;

	if (name->len <= n ||
	    strcmp(name->name + name->len - n, POINTER_SUFFIX))
		return false;
	file = openat(fd, name->name,
		      O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (file < 0)
		return false;
	got = dv_read_full(file, head, sizeof(head));
	close(file);
	return got > 0 && dv_pointer_is(head, (size_t)got);
}

/* Why name cannot be in a dataset, or NULL. */
static const char *refuse(const struct dv_wtscan_dir *dir, int fd,
			  const struct dv_wtname *name)
{
	size_t len = dir->path_len + 1 + name->len;

	if (!strcmp(name->name, ".git"))
		return "makes its directory a git repository of its own; "
		       "add that from inside, or move it away";
	if (!dv_path_component_ok(name->name, name->len))
		return "has a name that a file system may take for '.git'; "
		       "rename it";
	if (len > DV_PATH_MAX)
		return "is a path of more than 4095 bytes";
	switch (name->type) {
	case DT_LNK:
	case DT_DIR:
		return NULL;
	case DT_REG:
		return is_pointer(fd, name) ?
			"is the pointer of another dataset; 'dv rm' that "
			"one first" : NULL;
	case DT_SOCK:
		return "is a socket; dv keeps files, links and directories";
	case DT_FIFO:
		return "is a fifo; dv keeps files, links and directories";
	default:
		return "is a device; dv keeps files, links and directories";
	}
}

/* Keep files in the list, move directories to names, drop the rest. */
static int sort_out(struct dv_wtscan *s, struct dv_wtscan_dir *dir, int fd,
		    struct dv_err *err)
{
	struct dv_buf path = DV_BUF_INIT;
	struct dv_wtlist *l = &dir->list;
	size_t kept = 0;
	int rc = 0;

	dir->empty = !l->n;
	dir->exact = !l->temps;
	for (size_t i = 0; i < l->n && rc >= 0; i++) {
		struct dv_wtname name = l->v[i];
		const char *why;

		rc = judge(s, dir, &name, &path, err);
		if (rc != TAKE)
			dir->exact = false;
		if (rc < 0 || rc == LEAVE_OUT)
			continue;
		why = refuse(dir, fd, &name);
		if (why) {
			tell(s, dir, name.name, why);
			dir->exact = false;
		} else if (name.type == DT_DIR) {
			dv_strlist_add(&dir->names, name.name);
			if (rc == TAKE_KNOWN)
				dv_strlist_add(&dir->known, name.name);
		} else {
			l->v[kept++] = name;
		}
	}
	l->n = kept;
	dv_buf_release(&path);
	return rc < 0 ? rc : 0;
}

static int scan_dir(struct dv_wtscan *s, struct dv_wtscan_dir *dir,
		    struct dv_err *err)
{
	struct dv_err why = DV_ERR_INIT;
	struct dv_buf path = DV_BUF_INIT;
	int fd, rc = 0;

	if (dir->one)
		return 0;
	fd = dv_path_open(s->rootfd, dir->path_len ? dir->path : ".",
			  O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0) {
		dv_err_set(&why, DV_E_SYS, "cannot be read: %s",
			   errno == ELOOP ? "it became a symbolic link" :
					    strerror(errno));
	} else if (dv_wtlist_read(&dir->list, fd, s->clean, &why) < 0) {
		dv_err_prefix(&why, "cannot be read");
	}
	if (why.code) {
		dir->bad = true;
		tell(s, dir, NULL, why.msg);
		goto out;
	}
	if (dir->list.ignore_file) {
		full_path(s, dir, NULL, &path);
		rc = dv_wtignore_load(&dir->own, dir->ignore, fd, path.data,
				      err);
		if (rc > 0)
			dir->ignore = dir->own;
	}
	if (rc >= 0)
		rc = sort_out(s, dir, fd, err);
out:
	dv_buf_release(&path);
	if (fd >= 0)
		close(fd);
	return rc;
}

/* The directories that are of one level. */
struct level {
	struct dv_wtscan *s;
	size_t from;
};

static int scan_some(void *arg, int w, size_t first, size_t n,
		     struct dv_err *err)
{
	struct level *l = arg;
	int rc = 0;

	(void)w;
	for (size_t i = first; i < first + n && rc >= 0; i++)
		rc = scan_dir(l->s, &l->s->dir[l->from + i], err);
	return rc;
}

/* Files and directories compare as their paths do, '/' behind these. */
static int cmp_slash(const char *a, bool a_dir, const char *b, bool b_dir)
{
	size_t i = 0;
	unsigned char x, y;

	while (a[i] && a[i] == b[i])
		i++;
	x = a[i] ? (unsigned char)a[i] : a_dir ? '/' : 0;
	y = b[i] ? (unsigned char)b[i] : b_dir ? '/' : 0;
	return x < y ? -1 : x > y;
}

static int cmp_dirs(const void *a, const void *b)
{
	return cmp_slash(*(char *const *)a, true, *(char *const *)b, true);
}

static struct dv_wtscan_dir *add_dir(struct dv_wtscan *s, const char *path)
{
	struct dv_wtscan_dir *dir;

	dv_grow(&s->dir, &s->cap, s->n + 1, sizeof(*s->dir));
	dir = &s->dir[s->n++];
	memset(dir, 0, sizeof(*dir));
	dir->path = dv_strdup(path);
	dir->path_len = strlen(path);
	dir->list = (struct dv_wtlist)DV_WTLIST_INIT;
	return dir;
}

/* Queue the directories that were found in directory at. */
static void add_subs(struct dv_wtscan *s, size_t at)
{
	struct dv_strlist names = s->dir[at].names;
	struct dv_wtignore *ignore = s->dir[at].ignore;
	struct dv_wtscan_dir *dir;
	struct dv_buf path = DV_BUF_INIT;

	s->dir[at].names = (struct dv_strlist)DV_STRLIST_INIT;
	s->dir[at].sub = s->n;
	s->dir[at].subs = names.n;
	if (names.n)
		qsort(names.v, names.n, sizeof(*names.v), cmp_dirs);
	for (size_t i = 0; i < names.n; i++) {
		dv_buf_reset(&path);
		if (s->dir[at].path_len)
			dv_buf_printf(&path, "%s/", s->dir[at].path);
		dv_buf_str(&path, names.v[i]);
		dir = add_dir(s, path.data);
		dir->ignore = ignore;
		dir->left_out = dv_strlist_has(&s->dir[at].known, names.v[i]);
	}
	dv_buf_release(&path);
	dv_strlist_release(&names);
}

void dv_wtscan_add(struct dv_wtscan *s, const char *rel,
		   struct dv_wtignore *ignore)
{
	add_dir(s, rel)->ignore = ignore;
	s->starts++;
}

void dv_wtscan_add_one(struct dv_wtscan *s, const char *rel, const char *name,
		       uint8_t type)
{
	struct dv_wtscan_dir *dir = add_dir(s, rel);
	struct dv_wtlist *l = &dir->list;

	s->starts++;
	dir->one = true;
	dv_buf_add(&l->names, name, strlen(name) + 1);
	dv_grow(&l->v, &l->cap, 1, sizeof(*l->v));
	l->v[0].name = l->names.data;
	l->v[0].len = (uint32_t)strlen(name);
	l->v[0].type = type;
	l->n = 1;
}

int dv_wtscan_run(struct dv_wtscan *s, struct dv_err *err)
{
	struct level l = { s, 0 };
	int rc = 0;

	pthread_mutex_init(&s->lock, NULL);
	while (l.from < s->n && rc >= 0) {
		size_t to = s->n;

		rc = dv_parallel_for(to - l.from, 1, s->threads, scan_some,
				     &l, err);
		for (size_t i = l.from; i < to && rc >= 0; i++)
			add_subs(s, i);
		l.from = to;
	}
	pthread_mutex_destroy(&s->lock);
	return rc;
}

void dv_wtscan_drop_names(struct dv_wtscan *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct dv_wtlist *l = &s->dir[i].list;
		struct dv_windex_stat st = l->st;

		dv_wtlist_release(l);
		l->st = st;
	}
}

void dv_wtscan_release(struct dv_wtscan *s)
{
	for (size_t i = 0; i < s->n; i++) {
		dv_wtlist_release(&s->dir[i].list);
		dv_strlist_release(&s->dir[i].names);
		dv_strlist_release(&s->dir[i].known);
		dv_wtignore_free(s->dir[i].own);
		free(s->dir[i].path);
	}
	free(s->dir);
	s->dir = NULL;
	s->n = s->cap = s->starts = 0;
}

static const char *base_name(const struct dv_wtscan_dir *dir)
{
	const char *slash = strrchr(dir->path, '/');

	return slash ? slash + 1 : dir->path;
}

struct walk {
	const struct dv_wtscan *s;
	dv_wtscan_fn *fn;
	void *arg;
};

static int cmp_empties(const void *a, const void *b)
{
	const struct dv_wtscan_dir *const *x = a, *const *y = b;

	return strcmp((*x)->path, (*y)->path);
}

/* Directories in dir that are entries themselves, in order of names. */
static struct dv_wtscan_dir **empties(const struct dv_wtscan *s,
				      const struct dv_wtscan_dir *dir,
				      size_t *n)
{
	struct dv_wtscan_dir **v = NULL;
	size_t cap = 0;

	*n = 0;
	for (size_t i = dir->sub; i < dir->sub + dir->subs; i++) {
		if (!s->dir[i].empty)
			continue;
		dv_grow(&v, &cap, *n + 1, sizeof(*v));
		v[(*n)++] = &s->dir[i];
	}
	if (*n)
		qsort(v, *n, sizeof(*v), cmp_empties);
	return v;
}

/* Three sorted lists are merged: files, empty directories, others. */
static int walk_dir(const struct walk *w, size_t at, struct dv_err *err)
{
	const struct dv_wtscan *s = w->s;
	const struct dv_wtscan_dir *dir = &s->dir[at];
	size_t f = 0, e = 0, d = dir->sub, end = dir->sub + dir->subs, n;
	struct dv_wtscan_dir **empty = empties(s, dir, &n);
	int rc = 0;

	while (!rc) {
		const char *file = f < dir->list.n ? dir->list.v[f].name :
						     NULL;
		bool is_empty = false;

		while (d < end && s->dir[d].empty)
			d++;
		if (e < n && (!file ||
			      strcmp(base_name(empty[e]), file) < 0)) {
			file = base_name(empty[e]);
			is_empty = true;
		}
		if (!file && d == end)
			break;
		if (!file || (d < end && cmp_slash(base_name(&s->dir[d]), true,
						   file, false) < 0))
			rc = walk_dir(w, d++, err);
		else if (is_empty)
			rc = w->fn(w->arg, (size_t)(empty[e++] - s->dir), -1,
				   err);
		else
			rc = w->fn(w->arg, at, (ptrdiff_t)f++, err);
	}
	free(empty);
	return rc;
}

/* A start: a directory sorts with '/' behind it, a file as it is. */
struct start {
	size_t dir;
	struct dv_buf key;
};

static int cmp_starts(const void *a, const void *b)
{
	const struct start *x = a, *y = b;

	return strcmp(x->key.data, y->key.data);
}

static struct start *sort_starts(const struct dv_wtscan *s)
{
	struct start *v = dv_calloc(s->starts, sizeof(*v));

	for (size_t i = 0; i < s->starts; i++) {
		const struct dv_wtscan_dir *dir = &s->dir[i];

		v[i].dir = i;
		dv_buf_init(&v[i].key, 0);
		dv_buf_str(&v[i].key, dir->path);
		if (dir->path_len && (dir->one || !dir->empty))
			dv_buf_char(&v[i].key, '/');
		if (dir->one)
			dv_buf_str(&v[i].key, dir->list.v[0].name);
	}
	qsort(v, s->starts, sizeof(*v), cmp_starts);
	return v;
}

int dv_wtscan_each(const struct dv_wtscan *s, dv_wtscan_fn *fn, void *arg,
		   struct dv_err *err)
{
	struct walk w = { s, fn, arg };
	struct start *start = sort_starts(s);
	int rc = 0;

	for (size_t i = 0; i < s->starts && !rc; i++) {
		const struct dv_wtscan_dir *dir = &s->dir[start[i].dir];

		/* Below the dataset the directory may be an entry. */
		if (dir->empty && dir->path_len)
			rc = fn(arg, start[i].dir, -1, err);
		else
			rc = walk_dir(&w, start[i].dir, err);
	}
	for (size_t i = 0; i < s->starts; i++)
		dv_buf_release(&start[i].key);
	free(start);
	return rc;
}
