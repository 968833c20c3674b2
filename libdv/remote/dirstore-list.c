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
	dv_dirstore_item_fn *item;
	void *arg;
};

/* Names that no key has, and our own directory, are not there. */
static bool is_hidden(const char *name, bool top)
{
	return !dv_wire_key_ok(name, strlen(name)) ||
	       (top && !strcmp(name, DV_DIRSTORE_TMP));
}

static bool is_dir(int dir, const struct dirent *e, bool *regular)
{
	unsigned char type = e->d_type;
	struct stat st;

	if (type == DT_UNKNOWN) {
		if (fstatat(dir, e->d_name, &st, AT_SYMLINK_NOFOLLOW))
			return *regular = false;
		type = S_ISDIR(st.st_mode) ? DT_DIR :
		       S_ISREG(st.st_mode) ? DT_REG : DT_LNK;
	}
	*regular = type == DT_REG;
	return type == DT_DIR;
}

/*
 * The names in a directory in the order of the keys below them: that of a
 * directory has a '/' at its end, and sorts by it.
 */
static int read_names(struct dv_strlist *names, DIR *d, bool top)
{
	struct dirent *e;

	for (;;) {
		bool regular;

		errno = 0;
		e = readdir(d);
		if (!e)
			break;
		if (is_hidden(e->d_name, top))
			continue;
		if (is_dir(dirfd(d), e, &regular))
			dv_strlist_take(names, dv_asprintf("%s/", e->d_name));
		else if (regular)
			dv_strlist_add(names, e->d_name);
	}
	if (errno)
		return -1;
	dv_strlist_sort(names);
	return 0;
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

/* Everything below a directory, whose descriptor is taken. */
static int walk(struct walk *w, int fd)
{
	struct dv_strlist names = DV_STRLIST_INIT;
	size_t n = w->path.len;
	DIR *d = fdopendir(fd);
	int rc;

	if (!d) {
		close(fd);
		return -1;
	}
	rc = read_names(&names, d, n == 0);
	for (size_t i = 0; rc == 0 && i < names.n && !w->more; i++) {
		char *name = names.v[i];
		size_t len = strlen(name);
		bool is_prefix = name[len - 1] == '/';

		dv_buf_setlen(&w->path, n);
		dv_buf_str(&w->path, name);
		if (w->path.len > DV_WIRE_KEY_MAX ||
		    !is_wanted(w, w->path.data, is_prefix))
			continue;
		if (is_prefix)
			name[len - 1] = '\0';
		rc = is_prefix ? descend(w, fd, name) : emit(w, fd, name);
	}
	dv_buf_setlen(&w->path, n);
	dv_strlist_release(&names);
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
	if (fd < 0 || walk(&w, fd))
		class = dv_dirstore_fail(err, "list", d->path);
	*more = w.more;
	dv_buf_release(&w.path);
	return class;
}
