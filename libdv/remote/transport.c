/* SPDX-License-Identifier: MIT */
#include "remote/transport-parts.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/alloc.h"

int64_t dv_transport_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int dv_transport_blame(const struct dv_transport *t, struct dv_err *err)
{
	return dv_err_prefix(err, "remote '%s'", t->name);
}

int dv_transport_broke(const struct dv_transport *t, struct dv_err *err)
{
	return dv_err_prefix(err, "'%s' broke the transport protocol",
			     t->program);
}

/* --- bytes ------------------------------------------------------------ */

static int ended(const struct dv_transport *t, struct dv_err *err)
{
	return dv_err_set(err, DV_E_SYS, "'%s' ended before its work was "
			  "done", t->program);
}

static int send_some(struct dv_transport *t, struct dv_err *err)
{
	while (t->sent < t->to.len) {
		ssize_t put = send(t->child.in, t->to.data + t->sent,
				   t->to.len - t->sent, MSG_NOSIGNAL);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0 && errno == EAGAIN)
			return 0;
		/* Its last words may say why it wants no more. */
		if (put < 0 && errno == EPIPE)
			break;
		if (put < 0)
			return dv_err_sys(err, "cannot write to '%s'",
					  t->program);
		t->sent += (size_t)put;
	}
	dv_buf_reset(&t->to);
	t->sent = 0;
	return 0;
}

int dv_transport_exchange(struct dv_transport *t, int timeout_ms,
			  struct dv_err *err)
{
	struct pollfd p[2] = {
		{ .fd = t->child.out, .events = POLLIN },
		{ .fd = t->child.in, .events = POLLOUT },
	};
	int rc = send_some(t, err);

	if (rc < 0)
		return rc;
	rc = poll(p, t->to.len ? 2 : 1, timeout_ms);
	if (rc < 0 && errno != EINTR)
		return dv_err_sys(err, "cannot wait for '%s'", t->program);
	if (rc <= 0 || !p[0].revents)
		return 0;
	rc = dv_linein_fill(&t->in);
	if (rc == 0)
		return ended(t, err);
	if (rc < 0 && errno != EAGAIN && errno != EINTR)
		return dv_err_sys(err, "cannot read from '%s'", t->program);
	return 0;
}

/* --- the loop --------------------------------------------------------- */

static int next_timeout(const struct dv_transport *t, int timeout_ms)
{
	int64_t now = dv_transport_clock();
	int64_t best = timeout_ms < 0 ? INT_MAX : timeout_ms;

	for (size_t i = 0; i < t->n_timers; i++) {
		int64_t left = t->timers[i].due - now;

		if (left < best)
			best = left < 0 ? 0 : left;
	}
	return best == INT_MAX ? -1 : (int)best;
}

static void run_timers(struct dv_transport *t)
{
	int64_t now = dv_transport_clock();
	size_t i = 0;

	while (i < t->n_timers) {
		struct dv_transport_timer due = t->timers[i];

		if (due.due > now) {
			i++;
			continue;
		}
		t->timers[i] = t->timers[--t->n_timers];
		due.fn(due.arg);
		i = 0;
	}
}

/* The helper is of no use any more; err says why. */
static int give_up(struct dv_transport *t, struct dv_err *err)
{
	struct dv_err ignored = DV_ERR_INIT;

	dv_transport_blame(t, err);
	t->broken = *err;
	dv_proc_stop(&t->child, 0, &ignored);
	dv_transport_answer_all(t);
	return -err->code;
}

/* Timers make requests, and those are answered as well. */
static int answer_without_helper(struct dv_transport *t, struct dv_err *err)
{
	dv_transport_answer_all(t);
	while (t->n_timers) {
		t->timers[0].due = 0;
		run_timers(t);
		dv_transport_answer_all(t);
	}
	*err = t->broken;
	return -err->code;
}

/* Where the helper goes, what it said before counts. */
static int exchange_and_take(struct dv_transport *t, int timeout_ms,
			     struct dv_err *err)
{
	struct dv_err gone = DV_ERR_INIT;
	int left = dv_transport_exchange(t, timeout_ms, &gone);
	int rc = dv_transport_take_lines(t, err);

	if (rc == 0 && left < 0) {
		*err = gone;
		rc = left;
	}
	return rc;
}

int dv_transport_step(struct dv_transport *t, int timeout_ms,
		      struct dv_err *err)
{
	int rc;

	dv_transport_answer_refused(t);
	if (t->broken.code)
		return answer_without_helper(t, err);
	rc = dv_transport_take_lines(t, err);
	if (rc == 0 && !dv_transport_in_flight(t))
		return 0;
	if (rc == 0)
		rc = exchange_and_take(t, next_timeout(t, timeout_ms), err);
	if (rc < 0)
		return give_up(t, err);
	run_timers(t);
	return (int)dv_transport_in_flight(t);
}

int dv_transport_wait(struct dv_transport *t, unsigned below,
		      struct dv_err *err)
{
	while (dv_transport_in_flight(t) >= below || t->broken.code) {
		int rc = dv_transport_step(t, -1, err);

		if (rc <= 0)
			return rc;
	}
	return (int)dv_transport_in_flight(t);
}

unsigned dv_transport_in_flight(const struct dv_transport *t)
{
	return (unsigned)(t->n_jobs + t->n_timers);
}

uint64_t dv_transport_requests(const struct dv_transport *t)
{
	return t->last_id;
}

void dv_transport_after(struct dv_transport *t, unsigned ms,
			void (*fn)(void *arg), void *arg)
{
	dv_grow(&t->timers, &t->cap_timers, t->n_timers + 1,
		sizeof(*t->timers));
	t->timers[t->n_timers++] = (struct dv_transport_timer){
		dv_transport_clock() + ms, fn, arg
	};
}
