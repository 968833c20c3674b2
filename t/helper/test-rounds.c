/* SPDX-License-Identifier: MIT */
/*
 * test-rounds <file> [no-create]: a transport for rounds::<directory>, that
 * tells how many round trips are made one after the other: answers are held
 * back until nothing more is asked, and the one who asks sleeps.  At its end
 * <file> gets a line, "<rounds> <requests> <most at once>".  no-create: the
 * directory is said not to honour create-if-absent.  With ROUNDS_LOG in the
 * environment that file gets the requests, an empty line behind each round.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"

#define QUIET_MS 15
#define URL "set url rounds::"

static int to_helper, from_helper;
static bool no_create;
static unsigned long rounds, requests, asked, most;
static struct dv_buf held;
static FILE *requests_log;

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(128);
}

static void open_log(void)
{
	const char *name = getenv("ROUNDS_LOG");

	if (!name || !*name)
		return;
	requests_log = fopen(name, "a");
	must(requests_log != NULL, name);
}

static void start_helper(void)
{
	int in[2], out[2];

	must(!pipe(in) && !pipe(out), "pipe");
	if (!fork()) {
		must(dup2(in[0], 0) >= 0 && dup2(out[1], 1) >= 0, "dup2");
		close(in[1]);
		close(out[0]);
		execlp("dv", "dv", "remote-file", (char *)NULL);
		must(false, "dv");
	}
	close(in[0]);
	close(out[1]);
	to_helper = in[1];
	from_helper = out[0];
}

static void write_all(int fd, const void *p, size_t n)
{
	must(!dv_write_full(fd, p, n), "write");
}

static void ask(const char *line, size_t n)
{
	if (isdigit((unsigned char)*line)) {
		requests++;
		if (++asked > most)
			most = asked;
		if (requests_log)
			fwrite(line, 1, n, requests_log);
	}
	if (n > strlen(URL) && !memcmp(line, URL, strlen(URL))) {
		write_all(to_helper, "set url ", 8);
		line += strlen(URL);
		n -= strlen(URL);
	}
	write_all(to_helper, line, n);
}

/* Answers wait for others; all else is passed on. */
static void answer(const char *line, size_t n)
{
	if (isdigit((unsigned char)*line)) {
		const char *kind = memchr(line, ' ', n);

		dv_buf_add(&held, line, n);
		if (kind && memcmp(kind, " item ", 6) &&
		    memcmp(kind, " moved ", 7))
			asked--;
	} else if (no_create && !memcmp(line, "can create", 10)) {
		write_all(1, "can create no\n", 14);
	} else {
		write_all(1, line, n);
	}
}

/* Pass what has come to fn, line by line.  False at the end. */
static bool take(int fd, struct dv_buf *b, void (*fn)(const char *, size_t))
{
	ssize_t n = read(fd, dv_buf_reserve(b, 65536), 65536);
	size_t at = 0;
	char *lf;

	if (n <= 0)
		return false;
	dv_buf_setlen(b, b->len + (size_t)n);
	while ((lf = memchr(b->data + at, '\n', b->len - at))) {
		fn(b->data + at, (size_t)(lf + 1 - b->data) - at);
		at = (size_t)(lf + 1 - b->data);
	}
	memmove(b->data, b->data + at, b->len - at);
	dv_buf_setlen(b, b->len - at);
	return true;
}

/* On a busy machine it may be about to ask more. */
static bool asker_sleeps(void)
{
	struct dv_buf text = DV_BUF_INIT;
	struct dv_err ignored = DV_ERR_INIT;
	char path[64], *state;
	bool sleeps = true;

	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)getppid());
	if (dv_file_read(&text, AT_FDCWD, path, 4096, &ignored) >= 0) {
		state = strrchr(dv_buf_cstr(&text), ')');
		sleeps = state && state[1] == ' ' && state[2] == 'S';
	}
	dv_buf_release(&text);
	return sleeps;
}

static void deliver(void)
{
	if (!held.len || asked || !asker_sleeps())
		return;
	rounds++;
	if (requests_log)
		fputc('\n', requests_log);
	write_all(1, held.data, held.len);
	dv_buf_reset(&held);
}

static void relay(void)
{
	struct dv_buf in = DV_BUF_INIT, out = DV_BUF_INIT;
	struct pollfd p[2] = {
		{ .fd = 0, .events = POLLIN },
		{ .fd = from_helper, .events = POLLIN }
	};
	bool more = true;

	while (more) {
		int n = poll(p, 2, held.len && !asked ? QUIET_MS : -1);

		must(n >= 0 || errno == EINTR, "poll");
		if (!n)
			deliver();
		if (n > 0 && p[0].revents && !take(0, &in, ask)) {
			close(to_helper);
			p[0].fd = -1;
		}
		if (n > 0 && p[1].revents)
			more = take(from_helper, &out, answer);
	}
	dv_buf_release(&in);
	dv_buf_release(&out);
	dv_buf_release(&held);
}

int main(int argc, char **argv)
{
	FILE *f;

	if (argc < 2)
		return 129;
	no_create = argc > 2;
	open_log();
	start_helper();
	relay();
	wait(NULL);
	f = fopen(argv[1], "a");
	must(f != NULL, argv[1]);
	fprintf(f, "%lu %lu %lu\n", rounds, requests, most);
	must(!fclose(f), argv[1]);
	return 0;
}
