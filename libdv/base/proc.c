/* SPDX-License-Identifier: MIT */
#include "base/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"

extern char **environ;

#define CHUNK (64 * 1024)

/* Our ends of the pipes; -1 where there is none or it is closed. */
struct talk {
	int to, from;
	const char *input;
	size_t n;
	struct dv_buf *out;
};

/* "K=V" and "K" are about the same variable as other, "K=W"? */
static bool same_name(const char *change, const char *other)
{
	size_t n = strcspn(change, "=");

	return !strncmp(change, other, n) && other[n] == '=';
}

static bool is_changed(const char *const *env, const char *var)
{
	for (; *env; env++)
		if (same_name(*env, var))
			return true;
	return false;
}

/* environ with env laid over it: an array to free, strings borrowed. */
static char **make_environ(const char *const *env)
{
	static const char *const none[] = { NULL };
	size_t n = 0, m = 0, k = 0;
	char **v;

	env = env ? env : none;
	while (environ && environ[n])
		n++;
	while (env[m])
		m++;
	v = dv_reallocarray(NULL, n + m + 1, sizeof(*v));
	for (size_t i = 0; i < n; i++)
		if (!is_changed(env, environ[i]))
			v[k++] = environ[i];
	for (size_t i = 0; i < m; i++)
		if (strchr(env[i], '='))
			v[k++] = (char *)(uintptr_t)env[i];
	v[k] = NULL;
	return v;
}

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/*
 * A pipe's ends must not be 0, 1 or 2, or the child would overwrite one
 * while it puts the other in place.
 */
static int make_pipe(int ends[2])
{
	int raw[2], rc = 0;

	if (pipe2(raw, O_CLOEXEC))
		return -1;
	for (int i = 0; i < 2; i++) {
		ends[i] = fcntl(raw[i], F_DUPFD_CLOEXEC, 3);
		rc |= ends[i] < 0;
	}
	close(raw[0]);
	close(raw[1]);
	if (rc) {
		int saved = errno;

		close_end(&ends[0]);
		close_end(&ends[1]);
		errno = saved;
	}
	return rc ? -1 : 0;
}

/* Returns 0 or an errno value.  in and out: descriptors, or -1. */
static int add_actions(posix_spawn_file_actions_t *fa, const char *dir,
		       int in, int out)
{
	int e;

	if (in >= 0)
		e = posix_spawn_file_actions_adddup2(fa, in, 0);
	else
		e = posix_spawn_file_actions_addopen(fa, 0, "/dev/null",
						     O_RDONLY, 0);
	if (!e && out >= 0)
		e = posix_spawn_file_actions_adddup2(fa, out, 1);
	if (!e && dir)
		e = posix_spawn_file_actions_addchdir_np(fa, dir);
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
	if (!e)
		e = posix_spawn_file_actions_addclosefrom_np(fa, 3);
#endif
	return e;
}

/* posix_spawn(3) reports why exec(2) failed; returns 0 or an errno. */
static int spawn(pid_t *pid, const char *const *argv, const char *dir,
		 const char *const *env, int in, int out)
{
	posix_spawn_file_actions_t fa;
	char **envp;
	int e;

	e = posix_spawn_file_actions_init(&fa);
	if (e)
		return e;
	envp = make_environ(env);
	e = add_actions(&fa, dir, in, out);
	if (!e)
		e = posix_spawnp(pid, argv[0], &fa, NULL,
				 (char *const *)(uintptr_t)argv, envp);
	free(envp);
	posix_spawn_file_actions_destroy(&fa);
	return e;
}

/* 0, or -1 with errno.  A child that wants no more is no failure. */
static int feed(struct talk *t)
{
	ssize_t put = write(t->to, t->input, t->n);

	if (put < 0 && errno == EPIPE) {
		close_end(&t->to);
		return 0;
	}
	if (put < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	t->input += put;
	t->n -= (size_t)put;
	if (!t->n)
		close_end(&t->to);
	return 0;
}

/* 0, or -1 with errno: EFBIG where out would pass its max. */
static int drain(struct talk *t)
{
	char chunk[CHUNK];
	ssize_t got = read(t->from, chunk, sizeof(chunk));

	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	if (got == 0) {
		close_end(&t->from);
		return 0;
	}
	dv_buf_add(t->out, chunk, (size_t)got);
	if (t->out->overflow) {
		errno = EFBIG;
		return -1;
	}
	return 0;
}

/* Write and read at once, whichever the child is ready for. */
static int converse(struct talk *t)
{
	if (t->to >= 0 && !t->n)
		close_end(&t->to);
	while (t->to >= 0 || t->from >= 0) {
		struct pollfd p[2] = {
			{ .fd = t->to, .events = POLLOUT },
			{ .fd = t->from, .events = POLLIN },
		};

		if (poll(p, 2, -1) < 0) {
			if (errno == EINTR)
				continue;
			return -1;
		}
		if (p[0].revents && feed(t))
			return -1;
		if (p[1].revents && drain(t))
			return -1;
	}
	return 0;
}

/*
 * Converse with SIGPIPE blocked in this thread, and take away the one
 * that our own write may have raised.
 */
static int converse_no_sigpipe(struct talk *t)
{
	struct timespec now = { 0, 0 };
	sigset_t pipe_set, before, pending;
	int rc, saved;

	sigemptyset(&pipe_set);
	sigaddset(&pipe_set, SIGPIPE);
	sigpending(&pending);
	pthread_sigmask(SIG_BLOCK, &pipe_set, &before);

	rc = converse(t);
	saved = errno;

	if (!sigismember(&pending, SIGPIPE))
		while (sigtimedwait(&pipe_set, NULL, &now) < 0 &&
		       errno == EINTR)
			;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = saved;
	return rc;
}

/* Returns the status as the shell counts it, or -1 with errno. */
static int reap(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	if (WIFSIGNALED(status))
		return 128 + WTERMSIG(status);
	return WEXITSTATUS(status);
}

static int run(pid_t pid, struct talk *t, const char *name,
	       struct dv_err *err)
{
	int rc = 0, status;

	if (converse_no_sigpipe(t)) {
		rc = t->out && t->out->overflow ?
			dv_err_set(err, DV_E_LIMIT, "output of '%s' is larger "
				   "than %zu bytes", name, t->out->max) :
			dv_err_sys(err, "cannot talk to '%s'", name);
		kill(pid, SIGKILL);
	}
	close_end(&t->to);
	close_end(&t->from);
	status = reap(pid);
	if (rc)
		return rc;
	if (status < 0)
		return dv_err_sys(err, "cannot wait for '%s'", name);
	return status;
}

int dv_proc_run(const char *const *argv, const char *dir,
		const char *const *env, const void *input, size_t n,
		struct dv_buf *out, struct dv_err *err)
{
	int in[2] = { -1, -1 }, from[2] = { -1, -1 };
	struct talk t = { .to = -1, .from = -1 };
	pid_t pid;
	int rc, e;

	if ((input && make_pipe(in)) || (out && make_pipe(from)) ||
	    (input && fcntl(in[1], F_SETFL, O_NONBLOCK))) {
		rc = dv_err_sys(err, "cannot make a pipe for '%s'", argv[0]);
		goto out;
	}
	e = spawn(&pid, argv, dir, env, in[0], from[1]);
	if (e) {
		errno = e;
		rc = dir ? dv_err_sys(err, "cannot run '%s' in '%s'",
				      argv[0], dir) :
			   dv_err_sys(err, "cannot run '%s'", argv[0]);
		goto out;
	}
	close_end(&in[0]);
	close_end(&from[1]);

	t = (struct talk){ in[1], from[0], input, n, out };
	in[1] = from[0] = -1;
	rc = run(pid, &t, argv[0], err);
out:
	close_end(&in[0]);
	close_end(&in[1]);
	close_end(&from[0]);
	close_end(&from[1]);
	return rc;
}

int dv_proc_start(struct dv_child *c, const char *const *argv,
		  const char *const *env, struct dv_err *err)
{
	int in[2] = { -1, -1 }, from[2] = { -1, -1 };
	int rc = 0, e;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in) ||
	    make_pipe(from) || fcntl(in[1], F_SETFL, O_NONBLOCK) ||
	    fcntl(from[0], F_SETFL, O_NONBLOCK)) {
		rc = dv_err_sys(err, "cannot make a pipe for '%s'", argv[0]);
		goto out;
	}
	e = spawn(&pid, argv, NULL, env, in[0], from[1]);
	if (e) {
		errno = e;
		rc = dv_err_sys(err, "cannot run '%s'", argv[0]);
		goto out;
	}
	*c = (struct dv_child){ pid, in[1], from[0] };
	in[1] = from[0] = -1;
out:
	close_end(&in[0]);
	close_end(&in[1]);
	close_end(&from[0]);
	close_end(&from[1]);
	return rc;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Has the child ended before the clock says until?  It is not reaped. */
static bool ends_until(pid_t pid, int64_t until)
{
	struct timespec pause = { 0, 1000000 };
	siginfo_t info;

	for (;;) {
		info.si_pid = 0;
		if (waitid(P_PID, (id_t)pid, &info,
			   WEXITED | WNOHANG | WNOWAIT) || info.si_pid)
			return true;
		if (now_ms() >= until)
			return false;
		nanosleep(&pause, NULL);
		if (pause.tv_nsec < 20000000)
			pause.tv_nsec *= 2;
	}
}

int dv_proc_stop(struct dv_child *c, int grace_ms, struct dv_err *err)
{
	int status;

	close_end(&c->in);
	close_end(&c->out);
	if (c->pid < 0)
		return 0;
	if (!ends_until(c->pid, now_ms() + grace_ms))
		kill(c->pid, SIGKILL);
	status = reap(c->pid);
	c->pid = -1;
	if (status < 0)
		return dv_err_sys(err, "cannot wait for a child");
	return status;
}
