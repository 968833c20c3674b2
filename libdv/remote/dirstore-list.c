/* SPDX-License-Identifier: MIT */
#include "remote/dirstore-parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/strlist.h"

struct walk {
	const struct dv_wire_request *r;
	struct dv_buf path;		/* of what is looked at, from root */
	unsigned left;			/* entries that still fit */
	bool more;
	char *link;			/* one that was in the way */
	dv_dirstore_item_fn *item;
	void *arg;
};

/* Names that no key has, and our own directory, are not there. */
static bool is_hidden(const char *name, bool top)
{
	return !dv_wire_key_ok(name, strlen(name)) ||
	       (top && !strcmp(name, DV_DIRSTORE_TMP));
}

/* DT_DIR, DT_REG, DT_LNK, or something that is no object. */
static unsigned char type_of(int dir, const struct dirent *e)
{
	struct stat st;

	if (e->d_type != DT_UNKNOWN)
		return e->d_type;
	if (fstatat(dir, e->d_name, &st, AT_SYMLINK_NOFOLLOW))
		return DT_UNKNOWN;
	return (unsigned char)IFTODT(st.st_mode);
}

/* Can a key that begins with path be one that was asked for? */
static bool is_wanted(const struct walk *w, const char *path, bool is_prefix)
{
	const char *prefix = w->r->key, *after = w->r->after;
	size_t n = strlen(path), pn = strlen(prefix);

	if (strncmp(path, prefix, n < pn ? n : pn) != 0)
		return false;
	if (!is_prefix)
		return n >= pn && strcmp(path, after) > 0;
	return strcmp(path, after) > 0 || !strncmp(path, after, n);
}

/*
 * A link leads nowhere here, but who made it meant something to be there:
 * a gc that did not see those versions would remove what they need.
 */
static int check_link(struct walk *w, const char *name)
{
	size_t n = w->path.len;

	dv_buf_str(&w->path, name);
	if (is_wanted(w, w->path.data, false))
		w->link = dv_strdup(w->path.data);
	dv_buf_char(&w->path, '/');
	if (!w->link && is_wanted(w, w->path.data, true))
		w->link = dv_strndup(w->path.data, w->path.len - 1);
	dv_buf_setlen(&w->path, n);
	return w->link ? -1 : 0;
}

/*
 * Names in a directory in the order of the keys below them: that of a
 * directory has a '/' at its end, and sorts by it.  Of many only the first
 * are held.
 */
struct names {
	struct dv_strlist l;
	size_t most;
	char *floor;			/* they come behind it; NULL: all */
	bool cut;			/* there are more behind these */
};

static void cut_names(struct names *x)
{
	dv_strlist_sort(&x->l);
	while (x->l.n > x->most) {
		free(x->l.v[--x->l.n]);
		x->cut = true;
	}
}

static void add_name(struct walk *w, struct names *x, const char *name,
		     bool is_prefix)
{
	size_t n = w->path.len;

	dv_buf_str(&w->path, name);
	if (is_prefix)
		dv_buf_char(&w->path, '/');
	if (w->path.len <= DV_WIRE_KEY_MAX &&
	    is_wanted(w, w->path.data, is_prefix) &&
	    (!x->floor || strcmp(w->path.data + n, x->floor) > 0))
		dv_strlist_add(&x->l, w->path.data + n);
	dv_buf_setlen(&w->path, n);
	if (x->l.n >= 2 * x->most)
		cut_names(x);
}

static int read_names(struct walk *w, struct names *x, DIR *d)
{
	struct dirent *e;

	for (;;) {
		unsigned char type;

		errno = 0;
		e = readdir(d);
		if (!e)
			break;
		if (is_hidden(e->d_name, !w->path.len))
			continue;
		type = type_of(dirfd(d), e);
		if (type == DT_DIR || type == DT_REG)
			add_name(w, x, e->d_name, type == DT_DIR);
		else if (type == DT_LNK && check_link(w, e->d_name))
			return -1;
	}
	if (errno)
		return -1;
	cut_names(x);
	return 0;
}

static int walk(struct walk *w, int fd);

static int descend(struct walk *w, int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
			O_CLOEXEC);

	/* Gone meanwhile, or put in the place of one: nothing is there. */
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP))
		return 0;
	return fd < 0 ? -1 : walk(w, fd);
}

static int emit(struct walk *w, int dir, const char *name)
{
	struct stat st;

	if (!w->left) {
		w->more = true;
		return 0;
	}
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT ? 0 : -1;
	if (!S_ISREG(st.st_mode))
		return 0;
	w->left--;
	w->item(w->arg, w->path.data, st.st_size,
		st.st_mtime < 0 ? 0 : st.st_mtime);
	return 0;
}

static int walk_names(struct walk *w, int fd, struct names *x)
{
	size_t n = w->path.len;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < x->l.n && !w->more; i++) {
		char *name = x->l.v[i];
		size_t len = strlen(name);
		bool is_prefix = name[len - 1] == '/';

		dv_buf_str(&w->path, name);
		if (is_prefix)
			name[len - 1] = '\0';
		rc = is_prefix ? descend(w, fd, name) : emit(w, fd, name);
		if (is_prefix)
			name[len - 1] = '/';
		dv_buf_setlen(&w->path, n);
	}
	return rc;
}

/* Those that are held may be directories with little in them: once more. */
static bool go_on(const struct walk *w, struct names *x, DIR *d)
{
	if (!x->cut || w->more)
		return false;
	free(x->floor);
	x->floor = dv_strdup(x->l.v[x->l.n - 1]);
	dv_strlist_release(&x->l);
	x->cut = false;
	rewinddir(d);
	return true;
}

/* Everything below a directory, whose descriptor is taken. */
static int walk(struct walk *w, int fd)
{
	struct names x = { .most = (size_t)w->left + 1 };
	DIR *d = fdopendir(fd);
	int rc;

	if (!d) {
		close(fd);
		return -1;
	}
	do {
		rc = read_names(w, &x, d);
		if (!rc)
			rc = walk_names(w, fd, &x);
	} while (!rc && go_on(w, &x, d));
	dv_strlist_release(&x.l);
	free(x.floor);
	closedir(d);
	return rc;
}

enum dv_wire_class dv_dirstore_list(struct dv_dirstore *d,
				    const struct dv_wire_request *r,
				    dv_dirstore_item_fn *item, void *arg,
				    bool *more, struct dv_err *err)
{
	struct walk w = { .r = r, .left = r->limit, .item = item, .arg = arg };
	enum dv_wire_class class = DV_WIRE_OK;
	int root = dv_dirstore_root(d), fd;

	*more = false;
	if (root < 0 && errno == ENOENT)
		return DV_WIRE_OK;
	dv_buf_str(&w.path, "");
	/* Of its own, as where it reads is part of a descriptor. */
	fd = root < 0 ? -1 : openat(root, ".", O_RDONLY | O_DIRECTORY |
				    O_CLOEXEC);
	if (fd < 0 || walk(&w, fd)) {
		errno = w.link ? ELOOP : errno;
		class = dv_dirstore_fail(err, "list", w.link ? w.link :
					 d->path);
	}
	*more = w.more;
	free(w.link);
	dv_buf_release(&w.path);
	return class;
}
