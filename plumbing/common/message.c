/* SPDX-License-Identifier: MIT */
#include "plumbing/common/message.h"

#include <pthread.h>
#include <stdarg.h>
#include <unistd.h>

#include "base/control.h"
#include "plumbing/common/command.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool status_shown;

/* Stderr that does not take our bytes leaves nobody to tell. */
static void put(const char *p, size_t n)
{
	while (n > 0) {
		ssize_t done = write(STDERR_FILENO, p, n);

		if (done <= 0)
			return;
		p += done;
		n -= (size_t)done;
	}
}

static void add_line(struct dv_buf *out, const char *prefix,
		     const char *line, size_t n)
{
	size_t i;
	int skip;

	dv_buf_str(out, prefix);
	for (i = 0; i < n; i += (size_t)skip) {
		skip = line[i] == '\t' ? 0 : dv_control(line + i);
		dv_buf_char(out, skip ? '?' : line[i]);
		skip += !skip;
	}
	dv_buf_char(out, '\n');
}

void dv_message(const char *prefix, const char *text)
{
	struct dv_buf out = DV_BUF_INIT;
	const char *end;

	pthread_mutex_lock(&lock);
	if (status_shown)
		dv_buf_str(&out, "\r\033[K");
	status_shown = false;

	for (; (end = strchr(text, '\n')); text = end + 1)
		add_line(&out, prefix, text, (size_t)(end - text));
	if (*text || !out.len)
		add_line(&out, prefix, text, strlen(text));
	put(out.data, out.len);
	pthread_mutex_unlock(&lock);
	dv_buf_release(&out);
}

void dv_message_status(const char *text)
{
	struct dv_buf out = DV_BUF_INIT;

	pthread_mutex_lock(&lock);
	if (status_shown || *text) {
		dv_buf_str(&out, "\r\033[K");
		dv_buf_str(&out, text);
		put(out.data, out.len);
	}
	status_shown = *text;
	pthread_mutex_unlock(&lock);
	dv_buf_release(&out);
}

static void format(const char *prefix, const char *fmt, va_list ap)
{
	struct dv_buf text = DV_BUF_INIT;

	dv_buf_vprintf(&text, fmt, ap);
	dv_message(prefix, dv_buf_cstr(&text));
	dv_buf_release(&text);
}

void dv_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	format("warning: ", fmt, ap);
	va_end(ap);
}

void dv_hint(const char *fmt, ...)
{
	va_list ap;

	dv_out_push();
	va_start(ap, fmt);
	format("hint: ", fmt, ap);
	va_end(ap);
}

void dv_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	format("error: ", fmt, ap);
	va_end(ap);
}

void dv_say(const char *fmt, ...)
{
	va_list ap;

	dv_out_push();
	va_start(ap, fmt);
	format("", fmt, ap);
	va_end(ap);
}

int dv_exit(int rc, struct dv_err *err)
{
	struct dv_err out_err = DV_ERR_INIT;

	/* What was answered before the fault is an answer still. */
	if (dv_out_flush(&out_err) < 0 && rc >= 0) {
		err = &out_err;
		rc = -err->code;
	}
	if (rc >= 0)
		return rc;

	dv_message("fatal: ", err->msg);
	if (err->hint[0])
		dv_message("hint: ", err->hint);
	return 128;
}
