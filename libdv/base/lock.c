/* SPDX-License-Identifier: MIT */
#include "base/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"

#define HOLDER_MAX 256		/* bytes of "<pid> <command>" */
#define WAIT_FIRST_MS 1
#define WAIT_MAX_MS 100

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void sleep_ms(int64_t ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

/*
 * Who holds it writes into it, so a link would let others of the group
 * choose what is written over.
 */
#define FLAGS (O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)

/* A shared lock may be taken where we may only read. */
static int open_file(const char *path, enum dv_lock_kind kind)
{
	int fd = open(path, O_RDWR | FLAGS);

	if (fd < 0 && errno == ENOENT) {
		fd = open(path, O_RDWR | O_CREAT | FLAGS, 0666);
		if (fd >= 0)
			dv_share(AT_FDCWD, path);
	}
	if (fd < 0 && kind == DV_LOCK_SHARED &&
	    (errno == EACCES || errno == EROFS))
		fd = open(path, O_RDONLY | FLAGS);
	return fd;
}

/* 1: taken; 0: somebody else has it; -1 with errno. */
static int try_lock(int fd, enum dv_lock_kind kind)
{
	struct flock fl = {
		.l_type = kind == DV_LOCK_SHARED ? F_RDLCK : F_WRLCK,
		.l_whence = SEEK_SET,
	};

	if (!fcntl(fd, F_OFD_SETLK, &fl))
		return 1;
	return errno == EAGAIN || errno == EACCES || errno == EINTR ? 0 : -1;
}

/* Waits up to timeout_ms; results as try_lock(). */
static int wait_lock(int fd, enum dv_lock_kind kind, int timeout_ms)
{
	int64_t end = now_ms() + timeout_ms;
	int64_t pause = WAIT_FIRST_MS;

	for (;;) {
		int got = try_lock(fd, kind);
		int64_t left = end - now_ms();

		if (got || left <= 0)
			return got;
		sleep_ms(pause < left ? pause : left);
		pause = pause * 2 < WAIT_MAX_MS ? pause * 2 : WAIT_MAX_MS;
	}
}

/* It helps people only: a full disk must not keep us from working. */
static void write_holder(int fd)
{
	char text[HOLDER_MAX];
	int n = snprintf(text, sizeof(text), "%ld %.200s\n", (long)getpid(),
			 program_invocation_short_name);

	if (!ftruncate(fd, 0) && n > 0)
		(void)dv_pwrite_full(fd, text, (size_t)n, 0);
}

/*
 * "12345 dv-commit" out of the file, or "".  One that was killed leaves
 * its text behind; then somebody else holds the lock.
 */
static void read_holder(int fd, char text[HOLDER_MAX])
{
	ssize_t n = dv_pread_full(fd, text, HOLDER_MAX - 1, 0);
	long pid;

	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	pid = strtol(text, NULL, 10);
	if (pid <= 0 || (kill((pid_t)pid, 0) && errno == ESRCH))
		text[0] = '\0';
}

static int report_locked(int fd, const char *path, enum dv_lock_kind kind,
			 struct dv_err *err)
{
	struct flock fl = {
		.l_type = kind == DV_LOCK_SHARED ? F_RDLCK : F_WRLCK,
		.l_whence = SEEK_SET,
	};
	char text[HOLDER_MAX] = "";

	/* Who reads with a shared lock leaves no name. */
	if (fcntl(fd, F_OFD_GETLK, &fl) || fl.l_type != F_RDLCK)
		read_holder(fd, text);
	if (text[0])
		dv_err_set(err, DV_E_LOCKED, "'%s' is locked by process %s",
			   path, text);
	else
		dv_err_set(err, DV_E_LOCKED, "'%s' is locked by another "
			   "process", path);
	return dv_err_hint(err, "wait until that has ended and try again");
}

static int report_failed(const char *path, struct dv_err *err)
{
	if (errno == EINVAL || errno == ENOLCK || errno == ENOSYS ||
	    errno == EOPNOTSUPP)
		return dv_err_set(err, DV_E_UNSUPPORTED, "cannot lock '%s': "
				  "its file system has no locks", path);
	return dv_err_sys(err, "cannot lock '%s'", path);
}

int dv_lock_take(struct dv_lock *lock, const char *path,
		 enum dv_lock_kind kind, int timeout_ms, struct dv_err *err)
{
	int fd = open_file(path, kind);
	int got, rc;

	if (fd < 0)
		return dv_err_sys(err, "cannot open lock file '%s'", path);
	got = wait_lock(fd, kind, timeout_ms);
	if (got > 0) {
		if (kind == DV_LOCK_EXCLUSIVE)
			write_holder(fd);
		lock->fd = fd;
		return 0;
	}
	rc = got < 0 ? report_failed(path, err) :
		       report_locked(fd, path, kind, err);
	close(fd);
	return rc;
}

/*
 * Unlock before closing: a child between fork(2) and exec(2) has a copy
 * of the descriptor, which would keep the lock a moment longer.
 */
void dv_lock_release(struct dv_lock *lock)
{
	struct flock fl = { .l_type = F_UNLCK, .l_whence = SEEK_SET };

	if (lock->fd < 0)
		return;
	fcntl(lock->fd, F_OFD_SETLK, &fl);
	close(lock->fd);
	lock->fd = -1;
}
