/* SPDX-License-Identifier: MIT */
/*
 * dv remote-file: a directory as a remote, for others to talk to; speaks
 * dv-protocol-transport(5) on stdin and stdout.
 *
 * The main thread reads requests; workers take them from a short queue
 * and answer.  Where the client goes away, copies stop half way and their
 * temporary files are removed.
 */
#include "plumbing/common/command.h"

#include <pthread.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "remote/dirstore.h"
#include "remote/serve.h"
#include "remote/url.h"

#define JOBS_DEFAULT 4
#define JOBS_MAX 64
#define QUEUE 16

static const char *const usage[] = {
	"dv remote-file",
	NULL
};

struct work {
	struct dv_serve *serve;
	struct dv_dirstore *dir;
	pthread_mutex_t lock;
	pthread_cond_t change;
	struct dv_wire_request queue[QUEUE];
	size_t first, n;
	bool end;			/* nothing more comes in */
	uint64_t requests;
};

/* A request being worked on, for what is told on the way. */
struct told {
	struct dv_serve *serve;
	uint64_t id;
};

static void tell_moved(void *arg, uint64_t bytes)
{
	const struct told *t = arg;
	struct dv_wire_reply r = {
		.id = t->id, .kind = DV_WIRE_MOVED, .count = bytes
	};

	dv_serve_reply(t->serve, &r);
}

static void tell_item(void *arg, const char *key, int64_t size,
		      int64_t modified)
{
	const struct told *t = arg;
	struct dv_wire_reply r = {
		.id = t->id, .kind = DV_WIRE_ITEM, .size = size,
		.modified = modified
	};

	snprintf(r.key, sizeof(r.key), "%s", key);
	dv_serve_reply(t->serve, &r);
}

static void work_on(struct work *w, const struct dv_wire_request *q)
{
	struct told t = { w->serve, q->id };
	struct dv_wire_reply r = { .id = q->id, .kind = DV_WIRE_DONE };
	struct dv_err err = DV_ERR_INIT;
	enum dv_wire_class class = DV_WIRE_FATAL;

	switch (q->verb) {
	case DV_WIRE_GET:
		r.kind = DV_WIRE_GOT;
		class = dv_dirstore_get(w->dir, q, &r, tell_moved, &t, &err);
		break;
	case DV_WIRE_PUT:
		class = dv_dirstore_put(w->dir, q, tell_moved, &t, &err);
		break;
	case DV_WIRE_HEAD:
		r.kind = DV_WIRE_IS;
		class = dv_dirstore_head(w->dir, q, &r, &err);
		break;
	case DV_WIRE_LIST:
		r.kind = DV_WIRE_END;
		class = dv_dirstore_list(w->dir, q, tell_item, &t, &r.more,
					 &err);
		break;
	case DV_WIRE_DELETE:
		class = dv_dirstore_delete(w->dir, q, &err);
		break;
	}
	if (class == DV_WIRE_OK)
		dv_serve_reply(w->serve, &r);
	else
		dv_serve_error(w->serve, q->id, class, &err);
}

static void *worker(void *arg)
{
	struct work *w = arg;
	struct dv_wire_request q;

	for (;;) {
		pthread_mutex_lock(&w->lock);
		while (!w->n && !w->end)
			pthread_cond_wait(&w->change, &w->lock);
		if (!w->n) {
			pthread_mutex_unlock(&w->lock);
			return NULL;
		}
		q = w->queue[w->first];
		w->first = (w->first + 1) % QUEUE;
		w->n--;
		pthread_cond_broadcast(&w->change);
		pthread_mutex_unlock(&w->lock);
		work_on(w, &q);
	}
}

static void enqueue(struct work *w, const struct dv_wire_request *q)
{
	pthread_mutex_lock(&w->lock);
	while (w->n == QUEUE)
		pthread_cond_wait(&w->change, &w->lock);
	w->queue[(w->first + w->n++) % QUEUE] = *q;
	w->requests++;
	pthread_cond_broadcast(&w->change);
	pthread_mutex_unlock(&w->lock);
}

/* No more comes in; drop says that nobody waits for what did. */
static void end_queue(struct work *w, bool drop)
{
	if (drop)
		dv_dirstore_stop(w->dir);
	pthread_mutex_lock(&w->lock);
	if (drop)
		w->n = 0;
	w->end = true;
	pthread_cond_broadcast(&w->change);
	pthread_mutex_unlock(&w->lock);
}

/* Read requests until there are no more. */
static int receive(struct work *w, struct dv_err *err)
{
	struct dv_wire_request q;

	for (;;) {
		int event = dv_serve_next(w->serve, true, &q, err);

		if (event == DV_SERVE_REQUEST && !dv_serve_lost(w->serve)) {
			enqueue(w, &q);
			continue;
		}
		if (event < 0)
			dv_serve_refuse(w->serve, DV_WIRE_FATAL, err);
		end_queue(w, event != DV_SERVE_QUIT);
		return event;
	}
}

static int serve(struct work *w, uint64_t jobs, struct dv_err *err)
{
	pthread_t threads[JOBS_MAX];
	uint64_t n = 0;
	int rc;

	while (n < jobs && !pthread_create(&threads[n], NULL, worker, w))
		n++;
	if (!n) {
		rc = dv_err_set(err, DV_E_SYS, "cannot start a thread");
		dv_serve_refuse(w->serve, DV_WIRE_FATAL, err);
		return rc;
	}
	dv_serve_ready(w->serve);
	rc = receive(w, err);
	while (n > 0)
		pthread_join(threads[--n], NULL);
	if (rc == DV_SERVE_QUIT)
		dv_serve_bye(w->serve, w->requests, 0);
	return rc;
}

/* As whom files are read and made. */
static void tell_user(struct dv_serve *serve)
{
	const struct passwd *user = getpwuid(geteuid());

	if (user)
		dv_serve_info(serve, "credentials", "user '%s' of this machine",
			      user->pw_name);
	else
		dv_serve_info(serve, "credentials", "user %lu of this machine",
			      (unsigned long)geteuid());
}

/* The directory that the settings name. */
static int open_dir(struct work *w, struct dv_err *err)
{
	static const char *const no_params[] = { NULL };
	const char *text = dv_serve_setting(w->serve, "url");
	struct dv_url url = DV_URL_INIT;
	struct dv_buf path = DV_BUF_INIT;
	uint64_t rate;
	int rc;

	if (!text)
		return dv_err_set(err, DV_E_INVALID, "no URL was set");
	rc = dv_url_parse(&url, text, err);
	if (rc == 0)
		rc = dv_url_check_params(&url, no_params, err);
	if (rc == 0 && (strcmp(url.scheme, "file") || url.host[0]))
		rc = dv_err_set(err, DV_E_INVALID, "the remote's location is "
				"not a directory: /<path> or file:///<path>");
	/* A path that is no URL is taken as it is. */
	if (rc == 0 && !strncmp(text, "file:", 5))
		rc = dv_url_decode_path(&path, &url, err);
	else if (rc == 0)
		dv_buf_str(&path, text);
	if (rc == 0)
		rc = dv_serve_number(w->serve, "limit-rate", 0, 0, INT64_MAX,
				     &rate, err);
	if (rc == 0)
		rc = dv_dirstore_open(&w->dir, dv_buf_cstr(&path), rate, err);
	if (rc == 0) {
		dv_serve_info(w->serve, "directory", "%s", dv_buf_cstr(&path));
		tell_user(w->serve);
	}
	dv_url_release(&url);
	dv_buf_release(&path);
	return rc;
}

static int start(struct work *w, uint64_t *jobs, struct dv_err *err)
{
	int rc = open_dir(w, err);

	if (rc == 0)
		rc = dv_serve_jobs(w->serve, JOBS_DEFAULT, JOBS_MAX, jobs,
				   err);
	if (rc < 0) {
		dv_serve_refuse(w->serve, DV_WIRE_FATAL, err);
		return rc;
	}
	dv_serve_can(w->serve, "write",
		     dv_dirstore_writable(w->dir) ? "yes" : "no");
	dv_serve_can(w->serve, "create", "yes");
	dv_serve_can(w->serve, "list", "yes");
	return 0;
}

static int cmd_remote_file(int argc, const char **argv,
			   const struct dv_ctx *ctx)
{
	const struct dv_opt spec[] = { DV_OPT_END };
	struct dv_err err = DV_ERR_INIT;
	struct work w = { .serve = NULL };
	uint64_t jobs = 0;
	int rc;

	(void)ctx;
	if (dv_opt_parse(argc, argv, spec, usage))
		dv_usage(usage, spec, "it takes no arguments: other commands "
			 "run it and say the rest on its standard input");
	pthread_mutex_init(&w.lock, NULL);
	pthread_cond_init(&w.change, NULL);

	dv_serve_outlive();
	rc = dv_serve_open(&w.serve, STDIN_FILENO, STDOUT_FILENO, &err);
	if (rc == -DV_E_MISSING)
		return dv_exit(rc, &err);
	if (rc < 0)
		return 128;
	rc = start(&w, &jobs, &err);
	if (rc == 0)
		rc = serve(&w, jobs, &err);

	dv_dirstore_close(w.dir);
	dv_serve_free(w.serve);
	/* What the client was told is not said twice. */
	return rc < 0 ? 128 : 0;
}

DV_MAIN("remote-file", cmd_remote_file)
