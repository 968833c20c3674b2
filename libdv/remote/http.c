/* SPDX-License-Identifier: MIT */
#include "remote/http-curl.h"

#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/alloc.h"

#define BACKOFF_FIRST_MS 100
#define BACKOFF_MAX_MS 20000

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void global_init(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

int dv_http_open(struct dv_http **out, const struct dv_http_opts *opts,
		 struct dv_err *err)
{
	struct dv_http *h;
	CURLM *multi;

	pthread_once(&once, global_init);
	multi = curl_multi_init();
	if (!multi)
		return dv_err_set(err, DV_E_SYS, "cannot start libcurl");
	curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)opts->jobs + 2);
	h = dv_calloc(1, sizeof(*h));
	h->opts = *opts;
	h->protocols = dv_strdup(opts->protocols);
	h->ca_file = opts->ca_file ? dv_strdup(opts->ca_file) : NULL;
	h->multi = multi;
	*out = h;
	return 0;
}

void dv_http_close(struct dv_http *h)
{
	if (!h)
		return;
	for (size_t i = 0; i < h->n_active; i++) {
		curl_multi_remove_handle(h->multi, h->active[i]->easy);
		curl_easy_cleanup(h->active[i]->easy);
		dv_http_transfer_free(h->active[i]);
	}
	for (size_t i = 0; i < h->n_queue; i++)
		dv_http_request_free(h->queue[h->first + i]);
	for (size_t i = 0; i < h->n_idle; i++)
		curl_easy_cleanup(h->idle[i]);
	curl_multi_cleanup(h->multi);
	free(h->active);
	free(h->queue);
	free(h->timers);
	free(h->idle);
	free(h->sockets);
	free(h->protocols);
	free(h->ca_file);
	free(h);
}

/* --- requests --------------------------------------------------------- */

struct dv_http_request *dv_http_request_new(const char *method)
{
	struct dv_http_request *r = dv_calloc(1, sizeof(*r));

	r->method = dv_strdup(method);
	r->in = r->out = -1;
	return r;
}

void dv_http_request_free(struct dv_http_request *r)
{
	if (!r)
		return;
	free(r->method);
	free(r->url);
	dv_strlist_release(&r->headers);
	dv_strlist_release(&r->before);
	dv_strlist_release(&r->after);
	dv_buf_release(&r->send);
	free(r);
}

void dv_http_response_release(struct dv_http_response *r)
{
	dv_strlist_release(&r->headers);
	dv_buf_release(&r->body);
}

void dv_http_start(struct dv_http *h, struct dv_http_request *r)
{
	if (h->first && h->first + h->n_queue == h->cap_queue) {
		memmove(h->queue, h->queue + h->first,
			h->n_queue * sizeof(*h->queue));
		h->first = 0;
	}
	dv_grow(&h->queue, &h->cap_queue, h->first + h->n_queue + 1,
		sizeof(*h->queue));
	h->queue[h->first + h->n_queue++] = r;
}

void dv_http_after(struct dv_http *h, unsigned ms, void (*fn)(void *arg),
		   void *arg)
{
	dv_grow(&h->timers, &h->cap_timers, h->n_timers + 1,
		sizeof(*h->timers));
	h->timers[h->n_timers++] = (struct dv_http_timer){
		now_ms() + ms, fn, arg
	};
}

unsigned dv_http_busy(const struct dv_http *h)
{
	return (unsigned)(h->n_queue + h->n_active + h->n_timers);
}

/* --- the loop --------------------------------------------------------- */

/* The allowed rate, shared out among those that move. */
static void share_rate(struct dv_http *h)
{
	curl_off_t rate;

	if (!h->opts.limit_rate || !h->n_active)
		return;
	rate = (curl_off_t)(h->opts.limit_rate / h->n_active) + 1;
	for (size_t i = 0; i < h->n_active; i++) {
		curl_easy_setopt(h->active[i]->easy,
				 CURLOPT_MAX_RECV_SPEED_LARGE, rate);
		curl_easy_setopt(h->active[i]->easy,
				 CURLOPT_MAX_SEND_SPEED_LARGE, rate);
	}
}

static int launch(struct dv_http *h, struct dv_err *err)
{
	CURL *easy = h->n_idle ? h->idle[--h->n_idle] : curl_easy_init();
	struct dv_http_request *r = h->queue[h->first];
	struct dv_http_transfer *t;

	h->first++;
	h->n_queue--;
	t = easy ? dv_http_transfer_new(h, easy, r) : NULL;
	if (!t || curl_multi_add_handle(h->multi, easy))
		return dv_err_set(err, DV_E_SYS, "libcurl refuses a request");
	dv_grow(&h->active, &h->cap_active, h->n_active + 1,
		sizeof(*h->active));
	h->active[h->n_active++] = t;
	return 0;
}

static int launch_all(struct dv_http *h, struct dv_err *err)
{
	bool any = false;
	int rc = 0;

	while (rc == 0 && h->n_queue && h->n_active < h->opts.jobs) {
		rc = launch(h, err);
		any = true;
	}
	if (any)
		share_rate(h);
	return rc;
}

static void end_transfer(struct dv_http *h, CURL *easy, CURLcode rc)
{
	struct dv_http_transfer *t;
	size_t i = 0;

	while (h->active[i]->easy != easy)
		i++;
	t = h->active[i];
	h->active[i] = h->active[--h->n_active];
	dv_http_transfer_finish(t, rc);
	curl_multi_remove_handle(h->multi, easy);
	dv_grow(&h->idle, &h->cap_idle, h->n_idle + 1, sizeof(*h->idle));
	h->idle[h->n_idle++] = easy;
	share_rate(h);
	t->r->fn(t->r->arg, &t->res);
	dv_http_transfer_free(t);
}

/* What has ended: callbacks run, and may begin more.  Was there any? */
static bool end_transfers(struct dv_http *h)
{
	bool any = false;
	CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(h->multi, &left))) {
		if (msg->msg != CURLMSG_DONE)
			continue;
		end_transfer(h, msg->easy_handle, msg->data.result);
		any = true;
	}
	return any;
}

static bool run_timers(struct dv_http *h)
{
	int64_t now = now_ms();
	bool any = false;
	size_t i = 0;

	while (i < h->n_timers) {
		struct dv_http_timer due = h->timers[i];

		if (due.due > now) {
			i++;
			continue;
		}
		h->timers[i] = h->timers[--h->n_timers];
		due.fn(due.arg);
		any = true;
		i = 0;
	}
	return any;
}

static void cancel_queued(struct dv_http *h)
{
	struct dv_http_response res = {
		.fault = DV_HTTP_NOT_SENT, .text = "given up", .size = -1,
		.mtime = -1
	};
	struct dv_http_request *r = h->queue[h->first];

	h->first++;
	h->n_queue--;
	r->fn(r->arg, &res);
	dv_http_request_free(r);
}

void dv_http_cancel(struct dv_http *h)
{
	while (dv_http_busy(h)) {
		while (h->n_active)
			end_transfer(h, h->active[0]->easy,
				     CURLE_ABORTED_BY_CALLBACK);
		while (h->n_queue)
			cancel_queued(h);
		for (size_t i = 0; i < h->n_timers; i++)
			h->timers[i].due = 0;
		run_timers(h);
	}
}

static int next_timeout(const struct dv_http *h, int timeout_ms)
{
	int64_t now = now_ms();
	int64_t best = timeout_ms < 0 ? INT_MAX : timeout_ms;

	for (size_t i = 0; i < h->n_timers; i++) {
		int64_t left = h->timers[i].due - now;

		if (left < best)
			best = left < 0 ? 0 : left;
	}
	/* There is work that can begin at once. */
	if (h->n_queue && h->n_active < h->opts.jobs)
		best = 0;
	return (int)best;
}

int dv_http_step(struct dv_http *h, int fd, int timeout_ms,
		 struct dv_err *err)
{
	struct curl_waitfd extra = { .fd = fd, .events = CURL_WAIT_POLLIN };
	int running, rc;
	CURLMcode mc;
	bool any;

	rc = launch_all(h, err);
	if (rc < 0)
		return rc;
	mc = curl_multi_perform(h->multi, &running);
	any = end_transfers(h);
	any |= run_timers(h);
	/* The caller may have waited for what has just been done. */
	if (mc == CURLM_OK)
		mc = curl_multi_poll(h->multi, &extra, fd >= 0, any ? 0 :
				     next_timeout(h, timeout_ms), NULL);
	if (mc != CURLM_OK)
		return dv_err_set(err, DV_E_SYS, "libcurl: %s",
				  curl_multi_strerror(mc));
	return fd >= 0 && extra.revents;
}

/* --- waiting for one -------------------------------------------------- */

struct waiter {
	bool done;
	struct dv_http_response *out;
};

static void wake(void *arg, const struct dv_http_response *r)
{
	struct waiter *w = arg;

	*w->out = *r;
	memset(&w->out->headers, 0, sizeof(w->out->headers));
	memset(&w->out->body, 0, sizeof(w->out->body));
	for (size_t i = 0; i < r->headers.n; i++)
		dv_strlist_add(&w->out->headers, r->headers.v[i]);
	dv_buf_add(&w->out->body, dv_buf_cstr(&r->body), r->body.len);
	w->done = true;
}

int dv_http_ask(struct dv_http *h, struct dv_http_request *r,
		struct dv_http_response *out, struct dv_err *err)
{
	struct waiter w = { false, out };

	r->fn = wake;
	r->arg = &w;
	dv_http_start(h, r);
	while (!w.done) {
		int rc = dv_http_step(h, -1, 1000, err);

		if (rc < 0)
			return rc;
	}
	return 0;
}

unsigned dv_http_backoff(unsigned n)
{
	unsigned max = BACKOFF_FIRST_MS;
	uint32_t r = 0;

	while (n-- > 1 && max < BACKOFF_MAX_MS)
		max *= 2;
	if (max > BACKOFF_MAX_MS)
		max = BACKOFF_MAX_MS;
	if (getrandom(&r, sizeof(r), 0) != sizeof(r))
		r = 0;
	return max / 2 + r % (max / 2 + 1);
}
