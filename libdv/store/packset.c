/* SPDX-License-Identifier: MIT */
#include "store/packset.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/hex.h"
#include "base/strlist.h"

/* Lists are never changed, only replaced, and kept until the end. */
struct list {
	struct dv_packlist l;
	struct list *older;
};

struct dv_packset {
	char *dir;
	enum dv_algo algo;
	_Atomic(struct list *) list;
	_Atomic size_t hint;		/* where the last look-up hit */

	pthread_mutex_t lock;		/* for what follows */
	int fd;				/* of the directory; -1 */
	struct dv_packfile **all;	/* every pack ever opened */
	size_t n, cap;
	size_t attached;		/* the first of them, in each list */
	struct timespec seen;		/* the directory's time, as listed */
	bool settled;			/* a later change must show in it */
	uint64_t gone;			/* packs that left the list */
};

struct dv_packset *dv_packset_open(const char *dir, enum dv_algo algo)
{
	struct dv_packset *s = dv_calloc(1, sizeof(*s));

	s->dir = dv_strdup(dir);
	s->algo = algo;
	s->fd = -1;
	pthread_mutex_init(&s->lock, NULL);
	return s;
}

void dv_packset_close(struct dv_packset *s)
{
	struct list *l, *older;

	if (!s)
		return;
	for (l = s->list; l; l = older) {
		older = l->older;
		free(l->l.v);
		free(l);
	}
	for (size_t i = 0; i < s->n; i++)
		dv_packfile_close(s->all[i]);
	free(s->all);
	if (s->fd >= 0)
		close(s->fd);
	pthread_mutex_destroy(&s->lock);
	free(s->dir);
	free(s);
}

/* "<id>.pack" or "<id>.idx": the length of the id, else 0. */
static size_t pack_name(const struct dv_packset *s, const char *name)
{
	size_t n = 2 * dv_algo_size(s->algo);

	if (strlen(name) <= n || !dv_hex_is(name, n))
		return 0;
	return !strcmp(name + n, ".pack") || !strcmp(name + n, ".idx") ? n : 0;
}

static int read_names(struct dv_packset *s, struct dv_strlist *out,
		      struct dv_err *err)
{
	int fd = openat(s->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	int failed;

	if (!dir) {
		dv_err_sys(err, "cannot read '%s'", s->dir);
		if (fd >= 0)
			close(fd);
		return -err->code;
	}
	for (errno = 0; (e = readdir(dir)); errno = 0) {
		size_t n = pack_name(s, e->d_name);

		if (n)
			dv_strlist_take(out, dv_strndup(e->d_name, n));
	}
	failed = errno;
	closedir(dir);
	errno = failed;
	if (failed)
		return dv_err_sys(err, "cannot read '%s'", s->dir);
	dv_strlist_uniq(out);
	return 0;
}

/*
 * Times are as coarse as the kernel's clock tick, or whole seconds: a
 * change that follows sooner than that may leave the time as it is.
 */
static bool has_settled(const struct timespec *mtime)
{
	struct timespec now;
	int64_t age;

	clock_gettime(CLOCK_REALTIME, &now);
	age = now.tv_sec - mtime->tv_sec;
	if (age < -2 || age > 2)
		return age > 0;
	age = age * 1000000000 + now.tv_nsec - mtime->tv_nsec;
	return age > (mtime->tv_nsec ? 50000000 : INT64_C(2000000000));
}

/* A pack is replaced by one of the same name where that one is damaged. */
static bool is_replaced(const struct dv_packfile *pf)
{
	struct stat ours, there;
	int fd = pf->fd;
	char *path;
	bool yes;

	if (fd < 0 || fstat(fd, &ours))
		return false;
	path = dv_asprintf("%s.pack", pf->base);
	yes = !stat(path, &there) && (ours.st_ino != there.st_ino ||
				      ours.st_dev != there.st_dev);
	free(path);
	return yes;
}

static struct dv_packfile *find_open(struct dv_packset *s, const char *base)
{
	for (size_t i = s->attached; i < s->n; i++)
		if (!strcmp(s->all[i]->base, base) && !is_replaced(s->all[i]))
			return s->all[i];
	return NULL;
}

static void keep(struct dv_packset *s, struct dv_packfile *pf)
{
	dv_grow(&s->all, &s->cap, s->n + 1, sizeof(*s->all));
	s->all[s->n++] = pf;
}

/* One that is gone by now is no fault: its objects are in a newer pack. */
static void add_pack(struct dv_packset *s, struct list *l, const char *name)
{
	char *base = dv_asprintf("%s/%s", s->dir, name);
	struct dv_packfile *pf = find_open(s, base);
	struct dv_err err = DV_ERR_INIT;

	if (!pf && !dv_packfile_open(&pf, base, s->algo, &err))
		keep(s, pf);
	if (pf)
		l->l.v[l->l.n++] = pf;
	else if (err.code != DV_E_MISSING)
		l->l.bad = err;
	free(base);
}

/* Larger packs first: that is where most look-ups end. */
static int cmp_packs(const void *a, const void *b)
{
	const struct dv_packfile *x = *(struct dv_packfile *const *)a;
	const struct dv_packfile *y = *(struct dv_packfile *const *)b;

	if (x->idx.n != y->idx.n)
		return x->idx.n > y->idx.n ? -1 : 1;
	return strcmp(x->base, y->base);
}

static bool is_same_list(const struct dv_packlist *a,
			 const struct dv_packlist *b)
{
	return a->n == b->n && !a->bad.code && !b->bad.code &&
	       (!a->n || !memcmp(a->v, b->v, a->n * sizeof(*a->v)));
}

static uint64_t count_gone(const struct dv_packlist *old,
			   const struct dv_packlist *new)
{
	uint64_t n = 0;

	for (size_t i = 0; i < old->n; i++) {
		size_t k = 0;

		while (k < new->n && new->v[k] != old->v[i])
			k++;
		n += k == new->n;
	}
	return n;
}

/*
 * 1 if the list is another one than that before.  The same is not kept
 * again: until the directory has settled each miss comes here.
 */
static int publish(struct dv_packset *s, const struct dv_strlist *names)
{
	struct list *l = dv_calloc(1, sizeof(*l));

	l->l.v = dv_reallocarray(NULL, s->attached + names->n + 1,
				 sizeof(*l->l.v));
	for (size_t i = 0; i < s->attached; i++)
		l->l.v[l->l.n++] = s->all[i];
	for (size_t i = 0; i < names->n; i++)
		add_pack(s, l, names->v[i]);
	qsort(l->l.v, l->l.n, sizeof(*l->l.v), cmp_packs);
	if (s->list && is_same_list(&s->list->l, &l->l)) {
		free(l->l.v);
		free(l);
		return 0;
	}
	if (s->list)
		s->gone += count_gone(&s->list->l, &l->l);
	l->older = s->list;
	s->list = l;
	return 1;
}

/*
 * The directory's time: 1 and *st, or 0 where it is not there (yet, or any
 * more).  It is kept open: a look-up that misses asks each time.
 */
static int stat_dir(struct dv_packset *s, struct stat *st,
		    struct dv_err *err)
{
	if (s->fd >= 0 && !fstat(s->fd, st) && st->st_nlink)
		return 1;
	if (s->fd >= 0)
		close(s->fd);
	s->fd = open(s->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->fd < 0 && errno == ENOENT)
		return 0;
	if (s->fd < 0 || fstat(s->fd, st))
		return dv_err_sys(err, "cannot read '%s'", s->dir);
	s->settled = false;
	return 1;
}

static bool is_same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* 1: the list is new; 0: nothing has changed since the last one. */
static int read_dir(struct dv_packset *s, struct dv_err *err)
{
	struct dv_strlist names = DV_STRLIST_INIT;
	struct stat st;
	int rc;

	/* The time is taken before the names: what comes between shows. */
	rc = stat_dir(s, &st, err);
	if (rc < 0 || (!rc && s->list))
		return rc;
	if (rc) {
		if (s->list && s->settled &&
		    is_same_time(&st.st_mtim, &s->seen))
			return 0;
		s->settled = has_settled(&st.st_mtim);
		s->seen = st.st_mtim;
		rc = read_names(s, &names, err);
	}
	if (!rc)
		rc = publish(s, &names);
	dv_strlist_release(&names);
	return rc;
}

int dv_packset_refresh(struct dv_packset *s, struct dv_err *err)
{
	int rc;

	pthread_mutex_lock(&s->lock);
	rc = read_dir(s, err);
	pthread_mutex_unlock(&s->lock);
	return rc;
}

uint64_t dv_packset_gone(struct dv_packset *s)
{
	uint64_t n;

	pthread_mutex_lock(&s->lock);
	n = s->gone;
	pthread_mutex_unlock(&s->lock);
	return n;
}

int dv_packset_list(struct dv_packset *s, const struct dv_packlist **out,
		    struct dv_err *err)
{
	struct list *l = s->list;

	if (!l) {
		int rc = dv_packset_refresh(s, err);

		if (rc < 0)
			return rc;
		l = s->list;
	}
	*out = &l->l;
	return 0;
}

int dv_packset_attach(struct dv_packset *s, const char *base,
		      struct dv_packfile **out, struct dv_err *err)
{
	struct dv_packfile *pf;
	int rc = dv_packfile_open(&pf, base, s->algo, err);

	if (rc < 0)
		return rc;
	pthread_mutex_lock(&s->lock);
	keep(s, pf);
	s->all[s->n - 1] = s->all[s->attached];
	s->all[s->attached++] = pf;
	s->settled = false;
	rc = read_dir(s, err);
	pthread_mutex_unlock(&s->lock);
	if (rc < 0)
		return rc;
	*out = pf;
	return 0;
}

int dv_packset_find(struct dv_packset *s, const struct dv_digest *id,
		    size_t skip, struct dv_packref *out, struct dv_err *err)
{
	const struct dv_packlist *l;
	struct dv_packref ref;
	size_t hint;
	int rc = dv_packset_list(s, &l, err);

	if (rc < 0)
		return rc;
	hint = atomic_load_explicit(&s->hint, memory_order_relaxed);
	for (size_t k = 0; k < l->n; k++) {
		size_t at = hint < l->n ? (hint + k) % l->n : k;

		ref.pack = l->v[at];
		if (!dv_packidx_find(&ref.pack->idx, id, &ref.i))
			continue;
		if (skip--)
			continue;
		if (at != hint)
			atomic_store_explicit(&s->hint, at,
					      memory_order_relaxed);
		*out = ref;
		return 1;
	}
	return 0;
}
