/* SPDX-License-Identifier: MIT */
/*
 * test-proxy <dir> [<port>]: an HTTP proxy on 127.0.0.1 that goes wrong as
 * it is told, before the server on 127.0.0.1:<port>, or on the port in
 * <dir>/server once that is there.  Its own port goes into <dir>/port.  It
 * ends with its standard input.
 *
 * Each request is one line in <dir>/log, "<method> <target> <action>",
 * and all of its head in <dir>/heads.  The first line of <dir>/rules that
 * fits and is not used up says what happens to it:
 *
 *	<times or *> <method> <target> <action> [<argument>]
 *
 * method and target are shell patterns.  Actions:
 *	pass, delay <ms>
 *	hold		make <dir>/held, and pass once there is <dir>/go
 *	answer <file>	send the file, a whole answer; ask nobody
 *	gather <file>	that, once as many have come as the rule is for
 *	later <file>	ask the server, then send the file all the same
 *	drop		close the connection
 *	lose		ask the server, then close it
 *	cut <n>		the answer's body ends after n bytes
 *	flip <n>	a bit of byte n of the answer's body is turned over
 *	hang		say nothing until the client goes
 *	wait <file>	go on when the file is there
 *	slow <n>	n bytes of the answer a second
 * Files are in <dir>.  Rules that are written anew count anew.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fnmatch.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"

#define RULES 64
#define HEAD_MAX (256u << 10)

static const char *dir;
static int server_port;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t more_came = PTHREAD_COND_INITIALIZER;
static unsigned came;			/* to be gathered, by these rules */

struct request {
	int client;
	struct dv_buf head;		/* with the empty line */
	struct dv_buf rest;		/* of the body, what came with it */
	char method[16], target[8192];
	long long body;
	bool expect;
	char action[16], arg[256];
	unsigned times;			/* of its rule */
};

/* --- rules ------------------------------------------------------------ */

static char *in_dir(const char *name)
{
	return dv_asprintf("%s/%s", dir, name);
}

static int read_file(struct dv_buf *out, const char *name)
{
	struct dv_err err = DV_ERR_INIT;
	char *path = in_dir(name);
	int rc = dv_file_read(out, -100, path, 64u << 20, &err);

	dv_buf_str(out, "");
	free(path);
	return rc;
}

static void append(const char *name, const void *p, size_t n)
{
	char *path = in_dir(name);
	FILE *f = fopen(path, "a");

	if (f) {
		fwrite(p, 1, n, f);
		fclose(f);
	}
	free(path);
}

/* Which action it is to be; under the lock. */
static void choose(struct request *q)
{
	static char *last;
	static unsigned used[RULES];
	struct dv_buf rules = DV_BUF_INIT;
	char *line, *at;
	unsigned i = 0;

	strcpy(q->action, "pass");
	read_file(&rules, "rules");
	if (!last || strcmp(last, rules.data)) {
		free(last);
		last = dv_strdup(rules.data);
		memset(used, 0, sizeof(used));
		came = 0;
	}
	at = rules.data;
	while ((line = strsep(&at, "\n")) && i < RULES) {
		char times[16], method[16], target[1024];
		char action[16], arg[256] = "";

		if (sscanf(line, "%15s %15s %1023s %15s %255s", times, method,
			   target, action, arg) < 4)
			continue;
		if ((times[0] == '*' || used[i] < (unsigned)atoi(times)) &&
		    !fnmatch(method, q->method, 0) &&
		    !fnmatch(target, q->target, 0)) {
			used[i]++;
			strcpy(q->action, action);
			strcpy(q->arg, arg);
			q->times = (unsigned)atoi(times);
			break;
		}
		i++;
	}
	dv_buf_release(&rules);
}

/* --- bytes ------------------------------------------------------------ */

static void pause_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

static void wait_for(const char *name)
{
	char *path = in_dir(name);

	while (access(path, F_OK))
		pause_ms(10);
	free(path);
}

static bool send_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t put = send(fd, p, n, MSG_NOSIGNAL);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		p += put;
		n -= (size_t)put;
	}
	return true;
}

static const char *header(const struct dv_buf *head, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = head->data; p; p = strstr(p, "\r\n")) {
		p += p == head->data ? 0 : 2;
		if (!strncasecmp(p, name, n) && p[n] == ':')
			return p + n + 1 + strspn(p + n + 1, " ");
	}
	return NULL;
}

/* Head and what came with it of the body.  False where none came. */
static bool read_head(int fd, struct dv_buf *head, struct dv_buf *rest)
{
	for (;;) {
		char *p = dv_buf_reserve(head, 65536);
		ssize_t got = p ? recv(fd, p, 65535, 0) : -1;
		char *end;

		if (got <= 0)
			return false;
		dv_buf_setlen(head, head->len + (size_t)got);
		head->data[head->len] = '\0';
		end = strstr(head->data, "\r\n\r\n");
		if (end) {
			size_t n = (size_t)(end + 4 - head->data);

			dv_buf_add(rest, head->data + n, head->len - n);
			dv_buf_setlen(head, n);
			head->data[n] = '\0';
			return true;
		}
		if (head->len > HEAD_MAX)
			return false;
	}
}

/* --- the server ------------------------------------------------------- */

static int port_now(void)
{
	struct dv_buf text = DV_BUF_INIT;
	int port = server_port;

	if (read_file(&text, "server") == 0)
		port = atoi(text.data);
	dv_buf_release(&text);
	return port;
}

static int connect_server(void)
{
	int port = port_now();
	struct sockaddr_in sa = {
		.sin_family = AF_INET,
		.sin_port = htons((unsigned short)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (!port || connect(fd, (void *)&sa, sizeof(sa))) {
		close(fd);
		return -1;
	}
	return fd;
}

/* The head, but that one request is all there will be. */
static bool send_head(int fd, const struct request *q)
{
	struct dv_buf out = DV_BUF_INIT;
	const char *p = q->head.data;
	bool ok;

	while (strncmp(p, "\r\n", 2)) {
		const char *end = strstr(p, "\r\n") + 2;

		if (strncasecmp(p, "connection:", 11) &&
		    strncasecmp(p, "expect:", 7))
			dv_buf_add(&out, p, (size_t)(end - p));
		p = end;
	}
	dv_buf_str(&out, "Connection: close\r\n\r\n");
	ok = send_all(fd, out.data, out.len);
	dv_buf_release(&out);
	return ok;
}

static bool send_body(int fd, struct request *q)
{
	static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
	long long left = q->body - (long long)q->rest.len;
	char buf[65536];

	if (q->expect && !send_all(q->client, go_on, strlen(go_on)))
		return false;
	if (q->rest.len && !send_all(fd, q->rest.data, q->rest.len))
		return false;
	while (left > 0) {
		ssize_t got = recv(q->client, buf, left < 65536 ?
				   (size_t)left : sizeof(buf), 0);

		if (got <= 0 || !send_all(fd, buf, (size_t)got))
			return false;
		left -= got;
	}
	return true;
}

/* Its answer to the client, spoilt as the action says. */
static void relay(struct request *q, int fd)
{
	struct dv_buf head = DV_BUF_INIT, body = DV_BUF_INIT;
	long long arg = atoll(q->arg), seen = 0;
	bool cut = !strcmp(q->action, "cut");
	bool flip = !strcmp(q->action, "flip");
	bool slow = !strcmp(q->action, "slow");
	char buf[65536];

	if (!read_head(fd, &head, &body) ||
	    !send_all(q->client, head.data, head.len))
		goto out;
	for (;;) {
		ssize_t n;

		if (body.len) {
			n = body.len < sizeof(buf) ? (ssize_t)body.len :
						     (ssize_t)sizeof(buf);
			memcpy(buf, body.data, (size_t)n);
			memmove(body.data, body.data + n,
				body.len - (size_t)n);
			dv_buf_setlen(&body, body.len - (size_t)n);
		} else {
			n = recv(fd, buf, slow ? (size_t)arg / 10 + 1 :
						 sizeof(buf), 0);
		}
		if (n <= 0)
			break;
		if (flip && arg >= seen && arg < seen + n)
			buf[arg - seen] ^= 1;
		if (cut && seen + n > arg)
			n = (ssize_t)(arg - seen);
		if (!send_all(q->client, buf, (size_t)n))
			break;
		seen += n;
		if (cut && seen >= arg)
			break;
		if (slow)
			pause_ms(100);
	}
out:
	dv_buf_release(&head);
	dv_buf_release(&body);
}

/* Let the server do it, and hear it out. */
static void discard(int fd)
{
	char buf[65536];

	while (recv(fd, buf, sizeof(buf), 0) > 0)
		;
}

static void ask_server(struct request *q, bool silent)
{
	static const char none[] = "HTTP/1.1 502 Bad Gateway\r\n"
		"Content-Length: 0\r\nConnection: close\r\n\r\n";
	int fd = connect_server();

	if (fd < 0) {
		send_all(q->client, none, strlen(none));
		return;
	}
	if (send_head(fd, q) && send_body(fd, q)) {
		if (silent)
			discard(fd);
		else
			relay(q, fd);
	}
	close(fd);
}

/* --- the client ------------------------------------------------------- */

static void send_file(struct request *q)
{
	struct dv_buf text = DV_BUF_INIT;

	if (read_file(&text, q->arg) == 0)
		send_all(q->client, text.data, text.len);
	dv_buf_release(&text);
}

/* Where too few come, it goes on all the same, after a minute. */
static void wait_for_others(const struct request *q)
{
	struct timespec end;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += 60;
	pthread_mutex_lock(&lock);
	came++;
	pthread_cond_broadcast(&more_came);
	while (came < q->times &&
	       !pthread_cond_timedwait(&more_came, &lock, &end))
		;
	pthread_mutex_unlock(&lock);
}

/* Whoever told us to hold may have died. */
static void wait_for_go(void)
{
	char *go = in_dir("go");

	append("held", "", 0);
	for (int i = 0; i < 6000 && access(go, F_OK); i++)
		pause_ms(50);
	free(go);
}

/* Read on until the client has heard and closed, lest it is reset. */
static void linger(struct request *q)
{
	struct pollfd p = { .fd = q->client, .events = POLLIN };
	char buf[65536];

	shutdown(q->client, SHUT_WR);
	while (poll(&p, 1, 2000) > 0 &&
	       recv(q->client, buf, sizeof(buf), 0) > 0)
		;
}

static void act(struct request *q)
{
	const char *a = q->action;

	if (!strcmp(a, "drop"))
		return;
	if (!strcmp(a, "hang")) {
		char c;

		while (recv(q->client, &c, 1, 0) > 0)
			;
		return;
	}
	if (!strcmp(a, "delay"))
		pause_ms(atol(q->arg));
	if (!strcmp(a, "wait"))
		wait_for(q->arg);
	if (!strcmp(a, "hold"))
		wait_for_go();
	if (!strcmp(a, "gather"))
		wait_for_others(q);
	if (!strcmp(a, "answer") || !strcmp(a, "gather")) {
		send_file(q);
	} else if (!strcmp(a, "later") || !strcmp(a, "lose")) {
		ask_server(q, true);
		if (!strcmp(a, "lose"))
			return;
		send_file(q);
	} else {
		ask_server(q, false);
	}
	linger(q);
}

static void note(struct request *q)
{
	char *line = dv_asprintf("%s %s %s\n", q->method, q->target,
				 q->action);

	append("log", line, strlen(line));
	append("heads", q->head.data, q->head.len);
	free(line);
}

static void *serve(void *arg)
{
	struct request *q = arg;
	const char *h;

	if (read_head(q->client, &q->head, &q->rest) &&
	    sscanf(q->head.data, "%15s %8191s", q->method, q->target) == 2) {
		h = header(&q->head, "content-length");
		q->body = h ? atoll(h) : 0;
		q->expect = header(&q->head, "expect") != NULL;
		pthread_mutex_lock(&lock);
		choose(q);
		note(q);
		pthread_mutex_unlock(&lock);
		act(q);
	}
	close(q->client);
	dv_buf_release(&q->head);
	dv_buf_release(&q->rest);
	free(q);
	return NULL;
}

static void *end_with_stdin(void *arg)
{
	char c;

	(void)arg;
	while (read(0, &c, 1) > 0)
		;
	_exit(0);
}

static int listen_here(void)
{
	struct sockaddr_in sa = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)
	};
	socklen_t n = sizeof(sa);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char *path = in_dir("port"), *tmp = in_dir("port.new");
	FILE *f;

	if (bind(fd, (void *)&sa, sizeof(sa)) || listen(fd, 512) ||
	    getsockname(fd, (void *)&sa, &n))
		return -1;
	f = fopen(tmp, "w");
	if (!f)
		return -1;
	fprintf(f, "%d\n", ntohs(sa.sin_port));
	if (fclose(f) || rename(tmp, path))
		return -1;
	free(path);
	free(tmp);
	return fd;
}

int main(int argc, char **argv)
{
	pthread_t t;
	int fd;

	if (argc < 2)
		return 129;
	dir = argv[1];
	server_port = argc > 2 ? atoi(argv[2]) : 0;
	signal(SIGPIPE, SIG_IGN);
	fd = listen_here();
	if (fd < 0 || pthread_create(&t, NULL, end_with_stdin, NULL))
		return 128;
	for (;;) {
		struct request *q = dv_calloc(1, sizeof(*q));

		q->client = accept(fd, NULL, NULL);
		if (q->client < 0 || pthread_create(&t, NULL, serve, q)) {
			free(q);
			continue;
		}
		pthread_detach(t);
	}
}
