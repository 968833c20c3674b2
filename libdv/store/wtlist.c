/* SPDX-License-Identifier: MIT */
#include "store/wtlist.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "store/wtfile.h"
#include "store/wtignore.h"

#define BATCH (32 * 1024)

static uint8_t type_of(int fd, const char *name)
{
	struct stat st;

	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW))
		return DT_REG;	/* gone: reading it will say so */
	return (uint8_t)IFTODT(st.st_mode);
}

static void add(struct dv_wtlist *l, int fd, bool clean,
		const struct dirent64 *d)
{
	const char *name = d->d_name;
	struct dv_wtname *n;

	if (name[0] == '.') {
		if (!name[1] || (name[1] == '.' && !name[2]))
			return;
		if (!strncmp(name, DV_WTFILE_TEMP, strlen(DV_WTFILE_TEMP))) {
			if (!clean || unlinkat(fd, name, 0))
				l->temps = true;
			return;
		}
		if (!strcmp(name, DV_WTIGNORE_FILE))
			l->ignore_file = true;
	}
	dv_grow(&l->v, &l->cap, l->n + 1, sizeof(*l->v));
	n = &l->v[l->n++];
	n->len = (uint32_t)strlen(name);
	n->type = d->d_type == DT_UNKNOWN ? type_of(fd, name) : d->d_type;
	dv_buf_add(&l->names, name, n->len + 1);
}

static int cmp(const void *a, const void *b)
{
	return strcmp(((const struct dv_wtname *)a)->name,
		      ((const struct dv_wtname *)b)->name);
}

/* Lists of millions of names are kept: without the room to grow. */
static void shrink(struct dv_wtlist *l)
{
	if (!l->n)
		return;
	l->v = dv_reallocarray(l->v, l->n, sizeof(*l->v));
	l->cap = l->n;
	l->names.cap = l->names.len + 1;
	l->names.data = dv_realloc(l->names.data, l->names.cap);
}

static void finish(struct dv_wtlist *l)
{
	const char *p;
	bool sorted = true;

	shrink(l);
	p = l->names.data;
	for (size_t i = 0; i < l->n; i++) {
		l->v[i].name = p;
		p += l->v[i].len + 1;
		if (i && strcmp(l->v[i - 1].name, l->v[i].name) > 0)
			sorted = false;
	}
	if (!sorted)
		qsort(l->v, l->n, sizeof(*l->v), cmp);
}

int dv_wtlist_read(struct dv_wtlist *out, int fd, bool clean,
		   struct dv_err *err)
{
	_Alignas(struct dirent64) char batch[BATCH];
	struct dv_wtlist l = DV_WTLIST_INIT;
	struct stat st;
	ssize_t got;

	if (fstat(fd, &st))
		return dv_err_set(err, DV_E_SYS, "%s", strerror(errno));
	dv_wtfile_stat(&l.st, &st);

	while ((got = getdents64(fd, batch, sizeof(batch))) > 0) {
		for (ssize_t at = 0; at < got;) {
			struct dirent64 *d = (struct dirent64 *)(batch + at);

			add(&l, fd, clean, d);
			at += d->d_reclen;
		}
	}
	if (got < 0) {
		dv_err_set(err, DV_E_SYS, "%s", strerror(errno));
		dv_wtlist_release(&l);
		return -err->code;
	}
	finish(&l);
	*out = l;
	return 0;
}

void dv_wtlist_release(struct dv_wtlist *l)
{
	free(l->v);
	dv_buf_release(&l->names);
	*l = (struct dv_wtlist)DV_WTLIST_INIT;
}

ptrdiff_t dv_wtlist_find(const struct dv_wtlist *l, const char *name)
{
	struct dv_wtname key = { .name = name };
	struct dv_wtname *found = NULL;

	if (l->n)
		found = bsearch(&key, l->v, l->n, sizeof(*l->v), cmp);
	return found ? found - l->v : -1;
}
