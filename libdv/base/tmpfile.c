/* SPDX-License-Identifier: MIT */
#include "base/tmpfile.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"

#define TRIES 100

/*
 * The list only grows, and a node that is free is used again: so a handler
 * can walk it at any moment, whatever the threads are doing.  A name is
 * whole while its node is KNOWN; who changes that state first, one who
 * forgets it or the handler, is the one who may use the name.
 */
enum state { FREE, KNOWN, TAKEN };

struct node {
	struct node *next;
	_Atomic int state;
	int dirfd;
	bool dir;
	char *name;
};

static _Atomic(struct node *) nodes;
/* Of those who look for a node; the handler takes no lock. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* Threads that are making a file which is not in the list yet. */
static atomic_int making;
static atomic_bool ending;

/* --- the end ------------------------------------------------------------ */

static const int signals[] = {
	SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGALRM, SIGXCPU
};
#define SIGNALS (sizeof(signals) / sizeof(*signals))

static void sleep_ms(long ms)
{
	struct timespec t = { 0, ms * 1000000 };

	nanosleep(&t, NULL);
}

struct entry {			/* of getdents64(2) */
	uint64_t ino;
	int64_t off;
	unsigned short len;
	unsigned char type;
	char name[];
};

/* readdir(3) allocates. */
static void empty_dir(const char *path)
{
	_Alignas(struct entry) char buf[4096];
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	long n;

	if (fd < 0)
		return;
	while ((n = syscall(SYS_getdents64, fd, buf, sizeof(buf))) > 0) {
		for (long at = 0; at < n; ) {
			const struct entry *e = (void *)(buf + at);

			unlinkat(fd, e->name, 0);
			at += e->len;
		}
	}
	close(fd);
}

/* From a handler: nothing but system calls and atomic variables. */
void dv_tmpfile_remove_all(void)
{
	atomic_store(&ending, true);
	/* Who makes one has these signals blocked, and is soon done. */
	for (int i = 0; i < 1000 && atomic_load(&making); i++)
		sleep_ms(1);
	for (struct node *n = atomic_load(&nodes); n; n = n->next) {
		int known = KNOWN;

		if (!atomic_compare_exchange_strong(&n->state, &known, TAKEN))
			continue;
		if (n->dir) {
			empty_dir(n->name);
			rmdir(n->name);
		} else {
			unlinkat(n->dirfd, n->name, 0);
		}
	}
}

/* A second signal waits for the first one. */
static void on_end(int sig)
{
	static atomic_bool begun;

	if (atomic_exchange(&begun, true))
		return;
	dv_tmpfile_remove_all();
	signal(sig, SIG_DFL);
	raise(sig);
}

void dv_tmpfile_catch_signals(void)
{
	struct sigaction act = { .sa_handler = on_end }, now;

	sigemptyset(&act.sa_mask);
	for (size_t i = 0; i < SIGNALS; i++)
		sigaddset(&act.sa_mask, signals[i]);
	for (size_t i = 0; i < SIGNALS; i++)
		if (!sigaction(signals[i], NULL, &now) &&
		    now.sa_handler == SIG_DFL)
			sigaction(signals[i], &act, NULL);
}

/* --- the list ----------------------------------------------------------- */

void dv_tmpfile_begin(sigset_t *before)
{
	sigset_t all;

	sigemptyset(&all);
	for (size_t i = 0; i < SIGNALS; i++)
		sigaddset(&all, signals[i]);
	pthread_sigmask(SIG_BLOCK, &all, before);
	atomic_fetch_add(&making, 1);
	if (!atomic_load(&ending))
		return;
	/* Nothing is made any more. */
	atomic_fetch_sub(&making, 1);
	for (;;)
		pause();
}

void dv_tmpfile_end(const sigset_t *before)
{
	int saved = errno;

	atomic_fetch_sub(&making, 1);
	pthread_sigmask(SIG_SETMASK, before, NULL);
	errno = saved;
}

static struct node *find(int state, int dirfd, const char *name)
{
	struct node *n;

	for (n = atomic_load(&nodes); n; n = n->next)
		if (atomic_load(&n->state) == state &&
		    (!name || (n->dirfd == dirfd && !strcmp(n->name, name))))
			break;
	return n;
}

static void know(int dirfd, const char *name, bool dir)
{
	struct node *n;

	pthread_mutex_lock(&lock);
	n = find(FREE, 0, NULL);
	if (!n) {
		n = dv_calloc(1, sizeof(*n));
		n->next = atomic_load(&nodes);
		atomic_store(&nodes, n);
	}
	n->dirfd = dirfd;
	n->dir = dir;
	n->name = dv_strdup(name);
	atomic_store(&n->state, KNOWN);
	pthread_mutex_unlock(&lock);
}

void dv_tmpfile_know_at(int dirfd, const char *name)
{
	know(dirfd, name, false);
}

void dv_tmpfile_forget_at(int dirfd, const char *name)
{
	struct node *n;
	int known = KNOWN;

	pthread_mutex_lock(&lock);
	n = find(KNOWN, dirfd, name);
	if (n && atomic_compare_exchange_strong(&n->state, &known, TAKEN)) {
		free(n->name);
		atomic_store(&n->state, FREE);
	}
	pthread_mutex_unlock(&lock);
}

/* Is it a directory that is known itself? */
static bool is_known_dir(const char *path)
{
	const struct node *n;
	bool yes;

	pthread_mutex_lock(&lock);
	n = find(KNOWN, AT_FDCWD, path);
	yes = n && n->dir;
	pthread_mutex_unlock(&lock);
	return yes;
}

/* --- files --------------------------------------------------------------- */

int dv_tmpfile_open(int dirfd, const char *name, int flags, mode_t mode)
{
	sigset_t before;
	int fd;

	dv_tmpfile_begin(&before);
	fd = openat(dirfd, name, flags | O_CREAT | O_EXCL | O_NOFOLLOW |
		    O_CLOEXEC, mode);
	if (fd >= 0)
		know(dirfd, name, false);
	dv_tmpfile_end(&before);
	return fd;
}

/*
 * "tmp_<pid>_<random>".  The random part keeps apart those who see the
 * directory from machines or containers of their own.
 */
int dv_tmpfile_name(char *name, size_t n)
{
	uint64_t r;

	if (getrandom(&r, sizeof(r), 0) != sizeof(r))
		return -1;
	snprintf(name, n, "tmp_%ld_%016" PRIx64, (long)getpid(), r);
	return 0;
}

static int make(const char *path, bool known)
{
	sigset_t before;
	int fd;

	if (!known)
		return dv_tmpfile_open(AT_FDCWD, path, O_RDWR, 0600);
	dv_tmpfile_begin(&before);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
		  0600);
	dv_tmpfile_end(&before);
	return fd;
}

int dv_tmpfile(int *fd, char **path, const char *dir, struct dv_err *err)
{
	bool known = is_known_dir(dir);

	for (int i = 1;; i++) {
		char name[DV_TMPFILE_NAME], *p;
		int got;

		if (dv_tmpfile_name(name, sizeof(name)))
			return dv_err_sys(err, "cannot make a temporary file "
					  "in '%s'", dir);
		p = dv_asprintf("%s/%s", dir, name);
		got = make(p, known);
		if (got >= 0) {
			*fd = got;
			*path = p;
			return 0;
		}
		free(p);
		if (errno != EEXIST || i == TRIES)
			return dv_err_sys(err, "cannot make a temporary file "
					  "in '%s'", dir);
	}
}

void dv_tmpfile_forget(const char *path)
{
	dv_tmpfile_forget_at(AT_FDCWD, path);
}

void dv_tmpfile_remove(const char *path)
{
	if (!path)
		return;
	unlink(path);
	dv_tmpfile_forget(path);
}

int dv_tmpfile_rename(const char *from, const char *to)
{
	sigset_t before;
	int rc;

	dv_tmpfile_begin(&before);
	rc = rename(from, to);
	if (!rc)
		know(AT_FDCWD, to, false);
	dv_tmpfile_end(&before);
	if (!rc)
		dv_tmpfile_forget(from);
	return rc;
}

/* --- directories ---------------------------------------------------------- */

int dv_tmpfile_dir(char **path, const char *prefix, struct dv_err *err)
{
	char *p = dv_asprintf("%sXXXXXX", prefix);
	sigset_t before;
	bool made;

	dv_tmpfile_begin(&before);
	made = mkdtemp(p) != NULL;
	if (made)
		know(AT_FDCWD, p, true);
	dv_tmpfile_end(&before);
	if (!made) {
		dv_err_sys(err, "cannot make a directory '%s'", p);
		free(p);
		return -err->code;
	}
	*path = p;
	return 0;
}

void dv_tmpfile_dir_remove(const char *path)
{
	struct dv_err ignored = DV_ERR_INIT;

	if (!path)
		return;
	dv_remove_tree(AT_FDCWD, path, &ignored);
	dv_tmpfile_forget(path);
}
