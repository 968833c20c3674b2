/* SPDX-License-Identifier: MIT */
#include "plumbing/common/command.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "plumbing/common/message.h"

struct dv_meter {
	struct dv_progress *progress;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool stop;
	const char *phase;	/* the one that began after since */
	struct timespec since;
	struct timespec shown;	/* when the last look was taken */
	void (*show)(struct dv_meter *m, bool last);
};

static void add_size(struct dv_buf *out, double bytes)
{
	static const char *const unit[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	size_t i = 0;

	while (bytes >= 1000 && i + 1 < sizeof(unit) / sizeof(unit[0])) {
		bytes /= 1024;
		i++;
	}
	dv_buf_printf(out, i ? "%.1f %s" : "%.0f %s", bytes, unit[i]);
}

static void add_time(struct dv_buf *out, double seconds)
{
	unsigned long s = (unsigned long)seconds;

	if (s >= 3600)
		dv_buf_printf(out, "%luh%02lum", s / 3600, s % 3600 / 60);
	else if (s >= 60)
		dv_buf_printf(out, "%lum%02lus", s / 60, s % 60);
	else
		dv_buf_printf(out, "%lus", s);
}

static double elapsed(const struct timespec *since)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - since->tv_sec) +
	       (double)(now.tv_nsec - since->tv_nsec) / 1e9;
}

static void add_counts(struct dv_buf *out, struct dv_progress *p)
{
	uint64_t files = atomic_load(&p->files);
	uint64_t all = atomic_load(&p->total_files);
	const char *what = atomic_load(&p->what);

	if (!what)
		what = "files";
	if (all)
		dv_buf_printf(out, "%" PRIu64 "/%" PRIu64 " %s", files, all,
			      what);
	else
		dv_buf_printf(out, "%" PRIu64 " %s", files, what);
}

/* "adding: 1200/2600 files, 1.2 GiB of 3.0 GiB, 350.1 MiB/s, 5s left" */
static void describe(struct dv_buf *out, struct dv_meter *m)
{
	struct dv_progress *p = m->progress;
	double bytes = (double)atomic_load(&p->bytes);
	double all = (double)atomic_load(&p->total_bytes);
	double t = elapsed(&m->since);

	dv_buf_printf(out, "%s: ", m->phase);
	add_counts(out, p);
	if (bytes <= 0)
		return;

	dv_buf_str(out, ", ");
	add_size(out, bytes);
	if (all > 0) {
		dv_buf_str(out, " of ");
		add_size(out, all);
	}
	if (t < 1)
		return;
	dv_buf_str(out, ", ");
	add_size(out, bytes / t);
	dv_buf_str(out, "/s");
	if (all > bytes) {
		dv_buf_str(out, ", ");
		add_time(out, (all - bytes) * t / bytes);
		dv_buf_str(out, " left");
	}
}

/* A line that wraps could not be taken back: cut it to the terminal. */
static void show_line(struct dv_meter *m, bool last)
{
	struct dv_buf line = DV_BUF_INIT;
	struct winsize size = { 0 };
	size_t columns;

	if (last) {
		dv_message_status("");
		return;
	}
	describe(&line, m);
	columns = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 &&
		  size.ws_col ? size.ws_col : 80;
	if (line.len >= columns)
		dv_buf_setlen(&line, columns - 1);
	dv_message_status(dv_buf_cstr(&line));
	dv_buf_release(&line);
}

static void add_field(struct dv_buf *out, const char *name, double value,
		      bool known)
{
	if (known)
		dv_buf_printf(out, ",\"%s\":%.0f", name, value);
	else
		dv_buf_printf(out, ",\"%s\":null", name);
}

/*
 * {"phase":"uploading","files":12,"total_files":40,"bytes":1048576,
 *  "total_bytes":null,"rate":524288,"seconds_left":null,"end":false}
 */
static void show_json(struct dv_meter *m, bool last)
{
	struct dv_progress *p = m->progress;
	struct dv_buf line = DV_BUF_INIT;
	double files = (double)atomic_load(&p->files);
	double all_files = (double)atomic_load(&p->total_files);
	double bytes = (double)atomic_load(&p->bytes);
	double all = (double)atomic_load(&p->total_bytes);
	double t = m->phase ? elapsed(&m->since) : 0;

	dv_buf_printf(&line, "{\"phase\":\"%s\"", m->phase ? m->phase : "");
	add_field(&line, "files", files, true);
	add_field(&line, "total_files", all_files, all_files > 0);
	add_field(&line, "bytes", bytes, true);
	add_field(&line, "total_bytes", all, all > 0);
	add_field(&line, "rate", bytes / t, t > 0);
	add_field(&line, "seconds_left", (all - bytes) * t / bytes,
		  bytes > 0 && all >= bytes);
	dv_buf_printf(&line, ",\"end\":%s}", last ? "true" : "false");
	dv_message("", dv_buf_cstr(&line));
	dv_buf_release(&line);
}

/* A phase began some time after the look before the one that sees it. */
static void look(struct dv_meter *m, bool last)
{
	const char *phase = atomic_load(&m->progress->phase);

	if (phase && phase != m->phase) {
		m->phase = phase;
		m->since = m->shown;
	}
	if (phase || last)
		m->show(m, last);
	clock_gettime(CLOCK_MONOTONIC, &m->shown);
}

static void *run(void *arg)
{
	struct dv_meter *m = arg;
	struct timespec next;

	clock_gettime(CLOCK_MONOTONIC, &next);
	pthread_mutex_lock(&m->lock);
	while (!m->stop) {
		next.tv_nsec += 500000000;
		if (next.tv_nsec >= 1000000000) {
			next.tv_nsec -= 1000000000;
			next.tv_sec++;
		}
		while (!m->stop && pthread_cond_timedwait(&m->wake, &m->lock,
							  &next) == 0)
			;
		if (!m->stop)
			look(m, false);
	}
	pthread_mutex_unlock(&m->lock);
	return NULL;
}

static struct dv_meter *start(struct dv_progress *p,
			      void (*show)(struct dv_meter *m, bool last))
{
	struct dv_meter *m = dv_calloc(1, sizeof(*m));
	pthread_condattr_t attr;

	m->progress = p;
	m->show = show;
	clock_gettime(CLOCK_MONOTONIC, &m->shown);
	pthread_mutex_init(&m->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&m->wake, &attr);
	pthread_condattr_destroy(&attr);
	if (pthread_create(&m->thread, NULL, run, m) != 0) {
		free(m);
		return NULL;
	}
	return m;
}

struct dv_meter *dv_meter_start(struct dv_progress *p, bool quiet)
{
	if (!p || quiet || !isatty(STDERR_FILENO))
		return NULL;
	return start(p, show_line);
}

struct dv_meter *dv_meter_start_json(struct dv_progress *p)
{
	return p ? start(p, show_json) : NULL;
}

void dv_meter_stop(struct dv_meter *m)
{
	if (!m)
		return;
	pthread_mutex_lock(&m->lock);
	m->stop = true;
	pthread_cond_signal(&m->wake);
	pthread_mutex_unlock(&m->lock);
	pthread_join(m->thread, NULL);

	look(m, true);
	pthread_cond_destroy(&m->wake);
	pthread_mutex_destroy(&m->lock);
	free(m);
}
