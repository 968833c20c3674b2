/* SPDX-License-Identifier: MIT */
#include "remote/serve.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "remote/linein.h"

struct setting {
	char *name, *value;
};

struct dv_serve {
	struct dv_linein in;
	int to;
	struct setting settings[DV_SERVE_SETTINGS_MAX];
	size_t n_settings;
	pthread_mutex_t lock;		/* of writing */
	atomic_bool lost;
};

/* --- out ------------------------------------------------------------- */

static void put(struct dv_serve *s, const struct dv_buf *line)
{
	pthread_mutex_lock(&s->lock);
	if (!s->lost && dv_write_full(s->to, line->data, line->len))
		s->lost = true;
	pthread_mutex_unlock(&s->lock);
}

static void put_session(struct dv_serve *s, const struct dv_wire_session *w)
{
	struct dv_buf line = DV_BUF_INIT;

	dv_wire_format_session(&line, w);
	put(s, &line);
	dv_buf_release(&line);
}

static void put_text(struct dv_serve *s, enum dv_wire_word word,
		     const char *name, const char *value)
{
	struct dv_wire_session w = { .word = word };

	snprintf(w.name, sizeof(w.name), "%s", name);
	snprintf(w.value, sizeof(w.value), "%s", value);
	put_session(s, &w);
}

void dv_serve_can(struct dv_serve *s, const char *name, const char *value)
{
	put_text(s, DV_WIRE_CAN, name, value);
}

void dv_serve_info(struct dv_serve *s, const char *name, const char *fmt, ...)
{
	char text[DV_WIRE_TEXT_MAX + 1];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	put_text(s, DV_WIRE_INFO, name, text);
}

void dv_serve_note(struct dv_serve *s, const char *fmt, ...)
{
	char text[DV_WIRE_TEXT_MAX + 1];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	put_text(s, DV_WIRE_NOTE, "", text);
}

void dv_serve_ready(struct dv_serve *s)
{
	put_text(s, DV_WIRE_READY, "", "");
}

void dv_serve_refuse(struct dv_serve *s, enum dv_wire_class class,
		     const struct dv_err *err)
{
	struct dv_wire_session w = {
		.word = DV_WIRE_REFUSED, .class = class
	};

	snprintf(w.value, sizeof(w.value), "%.*s", DV_WIRE_TEXT_MAX,
		 err->msg);
	put_session(s, &w);
}

void dv_serve_reply(struct dv_serve *s, const struct dv_wire_reply *r)
{
	struct dv_buf line = DV_BUF_INIT;

	dv_wire_format_reply(&line, r);
	put(s, &line);
	dv_buf_release(&line);
}

void dv_serve_done(struct dv_serve *s, uint64_t id)
{
	struct dv_wire_reply r = { .id = id, .kind = DV_WIRE_DONE };

	dv_serve_reply(s, &r);
}

void dv_serve_error(struct dv_serve *s, uint64_t id, enum dv_wire_class class,
		    const struct dv_err *err)
{
	struct dv_wire_reply r = {
		.id = id, .kind = DV_WIRE_ERROR, .class = class
	};

	snprintf(r.text, sizeof(r.text), "%.*s", DV_WIRE_TEXT_MAX, err->msg);
	dv_serve_reply(s, &r);
}

void dv_serve_bye(struct dv_serve *s, uint64_t requests, uint64_t retries)
{
	struct dv_wire_session w = {
		.word = DV_WIRE_BYE, .requests = requests, .retries = retries
	};

	put_session(s, &w);
}

bool dv_serve_lost(const struct dv_serve *s)
{
	return s->lost;
}

/* --- in -------------------------------------------------------------- */

/*
 * The next line: 1, 0 if none is here and wait is not set, or a failure;
 * DV_E_MISSING where the client has gone.
 */
static int next_line(struct dv_serve *s, bool wait, const char **line,
		     size_t *n, struct dv_err *err)
{
	for (;;) {
		struct pollfd p = { .fd = s->in.fd, .events = POLLIN };
		int rc = dv_linein_next(&s->in, line, n, err);

		if (rc)
			return rc;
		rc = poll(&p, 1, wait ? -1 : 0);
		if (rc == 0)
			return 0;
		if (rc > 0)
			rc = dv_linein_fill(&s->in);
		if (rc < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (rc <= 0)
			return dv_err_set(err, DV_E_MISSING, "standard input "
					  "ended before 'start': this "
					  "program is run by others");
	}
}

/* The next word of the session; waits for it. */
static int next_word(struct dv_serve *s, struct dv_wire_session *w,
		     struct dv_err *err)
{
	const char *line;
	size_t n;
	int rc = next_line(s, true, &line, &n, err);

	return rc < 0 ? rc : dv_wire_parse_session(w, line, n, err);
}

static int greet(struct dv_serve *s, struct dv_err *err)
{
	struct dv_wire_session w;
	char version[8];
	int rc;

	rc = next_word(s, &w, err);
	if (rc < 0)
		return rc;
	if (w.word != DV_WIRE_HELLO)
		return dv_err_set(err, DV_E_FORMAT, "the first line is not "
				  "'dv-transport %d'", DV_WIRE_VERSION);

	/* The client learns from our number what it has to speak. */
	snprintf(version, sizeof(version), "%d", DV_WIRE_VERSION);
	put_text(s, DV_WIRE_HELLO, "", version);
	if (strcmp(w.value, version) != 0)
		return dv_err_set(err, DV_E_UNSUPPORTED, "version '%s' of the "
				  "transport protocol is not known here, "
				  "only %s", w.value, version);
	return 0;
}

static int keep_setting(struct dv_serve *s, const struct dv_wire_session *w,
			struct dv_err *err)
{
	if (dv_serve_setting(s, w->name))
		return dv_err_set(err, DV_E_FORMAT, "'%s' is set twice",
				  w->name);
	if (s->n_settings == DV_SERVE_SETTINGS_MAX)
		return dv_err_set(err, DV_E_FORMAT, "more than %d settings",
				  DV_SERVE_SETTINGS_MAX);
	s->settings[s->n_settings].name = dv_strdup(w->name);
	s->settings[s->n_settings].value = dv_strdup(w->value);
	s->n_settings++;
	return 0;
}

static int read_settings(struct dv_serve *s, struct dv_err *err)
{
	struct dv_wire_session w;
	int rc;

	for (;;) {
		rc = next_word(s, &w, err);
		if (rc < 0)
			return rc;
		if (w.word == DV_WIRE_START)
			return 0;
		if (w.word != DV_WIRE_SET)
			return dv_err_set(err, DV_E_FORMAT, "neither 'set' "
					  "nor 'start'");
		rc = keep_setting(s, &w, err);
		if (rc < 0)
			return rc;
	}
}

/* Longer than cleaning up takes. */
#define END_S 15

static void end_soon(int sig)
{
	(void)sig;
	alarm(END_S);
}

void dv_serve_outlive(void)
{
	struct sigaction act = { .sa_handler = end_soon,
				 .sa_flags = SA_RESTART };

	sigemptyset(&act.sa_mask);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGTERM, &act, NULL);
}

int dv_serve_open(struct dv_serve **out, int in, int to, struct dv_err *err)
{
	struct dv_serve *s = dv_calloc(1, sizeof(*s));
	int rc;

	dv_linein_init(&s->in, in);
	s->to = to;
	pthread_mutex_init(&s->lock, NULL);

	rc = greet(s, err);
	if (rc == 0)
		rc = read_settings(s, err);
	if (rc < 0) {
		if (rc != -DV_E_MISSING)
			dv_serve_refuse(s, DV_WIRE_FATAL, err);
		dv_serve_free(s);
		return rc;
	}
	*out = s;
	return 0;
}

void dv_serve_free(struct dv_serve *s)
{
	if (!s)
		return;
	while (s->n_settings > 0) {
		s->n_settings--;
		free(s->settings[s->n_settings].name);
		free(s->settings[s->n_settings].value);
	}
	pthread_mutex_destroy(&s->lock);
	free(s);
}

const char *dv_serve_setting(const struct dv_serve *s, const char *name)
{
	for (size_t i = 0; i < s->n_settings; i++)
		if (!strcmp(s->settings[i].name, name))
			return s->settings[i].value;
	return NULL;
}

int dv_serve_number(const struct dv_serve *s, const char *name, uint64_t def,
		    uint64_t min, uint64_t max, uint64_t *out,
		    struct dv_err *err)
{
	const char *text = dv_serve_setting(s, name);
	unsigned long long v;
	char *end;

	if (!text) {
		*out = def;
		return 0;
	}
	errno = 0;
	v = strtoull(text, &end, 10);
	if (errno || text[0] < '0' || text[0] > '9' || *end || v < min ||
	    v > max)
		return dv_err_set(err, DV_E_INVALID, "setting '%s' is '%s', "
				  "not a number from %llu to %llu", name,
				  text, (unsigned long long)min,
				  (unsigned long long)max);
	*out = v;
	return 0;
}

int dv_serve_jobs(const struct dv_serve *s, uint64_t usual, uint64_t most,
		  uint64_t *out, struct dv_err *err)
{
	int rc = dv_serve_number(s, "jobs", usual, 1, DV_WIRE_JOBS_MAX, out,
				 err);

	if (rc == 0 && *out > most)
		*out = most;
	return rc;
}

int dv_serve_fd(const struct dv_serve *s)
{
	return s->in.fd;
}

int dv_serve_next(struct dv_serve *s, bool wait, struct dv_wire_request *r,
		  struct dv_err *err)
{
	struct dv_wire_session w;
	const char *line;
	size_t n;
	int rc = next_line(s, wait, &line, &n, err);

	if (rc == -DV_E_MISSING)
		return DV_SERVE_GONE;
	if (rc <= 0)
		return rc < 0 ? rc : DV_SERVE_NONE;
	if (dv_wire_is_numbered(line, n)) {
		rc = dv_wire_parse_request(r, line, n, err);
		return rc < 0 ? rc : DV_SERVE_REQUEST;
	}
	rc = dv_wire_parse_session(&w, line, n, err);
	if (rc < 0)
		return rc;
	if (w.word != DV_WIRE_QUIT)
		return dv_err_set(err, DV_E_FORMAT, "'%.*s' is not a request",
				  n > 100 ? 100 : (int)n, line);
	return DV_SERVE_QUIT;
}
