/* SPDX-License-Identifier: MIT */
#include "remote/small.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/file.h"

#define TRIES 8
#define FIRST_WAIT_MS 50

struct small {
	struct dv_transport *t;
	char *key;
	char *file;			/* temporary; NULL: none yet */
	int fd;
	size_t max;
	dv_small_fn *fn;
	void *arg;

	/* Creating: what is to be there, and how it goes. */
	bool create;
	bool plain, wrote;		/* without the condition */
	char *data;
	size_t n;
	unsigned tries;
	bool exists;			/* we were told that one is there */
	enum dv_wire_class class;	/* the last answer that was no */
	struct dv_err err;
};

static void put(void *arg);
static void read_back(void *arg);

static void release(struct small *s)
{
	if (s->fd >= 0)
		close(s->fd);
	dv_tmpfile_remove(s->file);
	free(s->file);
	free(s->key);
	free(s->data);
	free(s);
}

/* Answer, and end. */
static void finish(struct small *s, enum dv_wire_class class,
		   const void *data, size_t n)
{
	s->fn(s->arg, class, data, n, class == DV_WIRE_OK ? NULL : &s->err);
	release(s);
}

static void finish_later(void *arg)
{
	finish(arg, DV_WIRE_FATAL, NULL, 0);
}

static struct small *begin(struct dv_transport *t, const char *key,
			   size_t max, dv_small_fn *fn, void *arg)
{
	struct small *s = dv_calloc(1, sizeof(*s));
	const char *tmp = dv_transport_tmp(t);

	s->t = t;
	s->key = dv_strdup(key);
	s->max = max;
	s->fn = fn;
	s->arg = arg;
	s->fd = -1;
	dv_tmpfile(&s->fd, &s->file, tmp ? tmp : "/tmp", &s->err);
	return s;
}

/* --- reading ---------------------------------------------------------- */

static void keep(struct small *s, const struct dv_transport_result *r)
{
	s->class = r->class;
	s->err = *r->err;
}

/* What there is now, in place of what we wanted to make. */
static void compare(struct small *s, const void *data, size_t n, bool whole)
{
	if (whole && n == s->n && !memcmp(data, s->data, n)) {
		finish(s, DV_WIRE_OK, NULL, 0);
		return;
	}
	dv_err_set(&s->err, DV_E_EXISTS, "remote '%s': '%s' exists already",
		   dv_transport_name(s->t), s->key);
	finish(s, DV_WIRE_EXISTS, whole ? data : NULL, whole ? n : 0);
}

static void got(void *arg, const struct dv_transport_result *r)
{
	struct small *s = arg;
	struct dv_buf bytes = DV_BUF_INIT;
	size_t n = (size_t)r->count;
	char *at = dv_buf_reserve(&bytes, n + 1);

	if (dv_pread_full(s->fd, at, n, 0) != (ssize_t)n) {
		dv_err_sys(&s->err, "cannot read '%s'", s->file);
		finish(s, DV_WIRE_FATAL, NULL, 0);
	} else if (s->create) {
		compare(s, at, n, n <= s->max);
	} else if (n > s->max) {
		dv_err_set(&s->err, DV_E_LIMIT, "remote '%s': '%s' is larger "
			   "than the %zu bytes allowed for it",
			   dv_transport_name(s->t), s->key, s->max);
		finish(s, DV_WIRE_FATAL, NULL, 0);
	} else {
		at[n] = '\0';
		finish(s, DV_WIRE_OK, at, n);
	}
	dv_buf_release(&bytes);
}

static void get_done(void *arg, const struct dv_transport_result *r)
{
	struct small *s = arg;

	if (r->class == DV_WIRE_OK) {
		got(s, r);
		return;
	}
	s->err = *r->err;
	finish(s, r->class, NULL, 0);
}

void dv_small_get(struct dv_transport *t, const char *key, size_t max,
		  dv_small_fn *fn, void *arg)
{
	struct small *s = begin(t, key, max, fn, arg);

	if (s->err.code)
		dv_transport_after(t, 0, finish_later, s);
	else
		dv_transport_get(t, key, 0, (uint64_t)max + 1, s->file, 0,
				 get_done, s);
}

/* --- creating --------------------------------------------------------- */

/* Twice as long each time; others in the same race wait otherwise long. */
static unsigned wait_ms(const struct small *s)
{
	unsigned max = FIRST_WAIT_MS << (s->tries < 6 ? s->tries : 6);
	uint64_t seed[2] = { (uint64_t)getpid(), (uint64_t)(uintptr_t)s };

	seed[0] += (uint64_t)dv_transport_requests(s->t) << 32;
	return max / 2 + (unsigned)(dv_hash64(seed, sizeof(seed)) %
				    (max / 2 + 1));
}

/* Once more, or give up with the last answer. */
static void again(struct small *s)
{
	if (++s->tries < TRIES)
		dv_transport_after(s->t, wait_ms(s),
				   s->plain ? read_back : put, s);
	else
		finish(s, s->class, NULL, 0);
}

/* Without the condition: what is there now, or nothing yet. */
static void plain_read_done(struct small *s,
			    const struct dv_transport_result *r)
{
	if (r->class == DV_WIRE_MISSING && !s->wrote) {
		put(s);
		return;
	}
	s->err = *r->err;
	finish(s, r->class, NULL, 0);
}

static void read_back_done(void *arg, const struct dv_transport_result *r)
{
	struct small *s = arg;

	if (r->class == DV_WIRE_OK) {
		got(s, r);
		return;
	}
	if (s->plain) {
		plain_read_done(s, r);
		return;
	}
	/* It exists, and nobody may look at it. */
	if (s->exists && r->class != DV_WIRE_MISSING) {
		dv_err_set(&s->err, DV_E_EXISTS, "remote '%s': '%s' exists "
			   "already", dv_transport_name(s->t), s->key);
		finish(s, DV_WIRE_EXISTS, NULL, 0);
		return;
	}
	again(s);
}

static void read_back(void *arg)
{
	struct small *s = arg;
	size_t max = s->max > s->n ? s->max : s->n;

	s->max = max;
	dv_transport_get(s->t, s->key, 0, (uint64_t)max + 1, s->file, 0,
			 read_back_done, s);
}

static void put_done(void *arg, const struct dv_transport_result *r)
{
	struct small *s = arg;

	switch (r->class) {
	case DV_WIRE_OK:
		s->wrote = true;
		if (s->plain)
			read_back(s);
		else
			finish(s, DV_WIRE_OK, NULL, 0);
		break;
	case DV_WIRE_EXISTS:
		keep(s, r);
		s->exists = true;
		read_back(s);
		break;
	case DV_WIRE_UNKNOWN:
		keep(s, r);
		s->exists = false;
		dv_transport_after(s->t, wait_ms(s), read_back, s);
		break;
	case DV_WIRE_LATER:
		keep(s, r);
		again(s);
		break;
	default:
		keep(s, r);
		finish(s, r->class, NULL, 0);
	}
}

/* What was read back is in the file: write it again. */
static void put(void *arg)
{
	struct small *s = arg;

	if (dv_pwrite_full(s->fd, s->data, s->n, 0)) {
		dv_err_sys(&s->err, "cannot write '%s'", s->file);
		finish(s, DV_WIRE_FATAL, NULL, 0);
		return;
	}
	dv_transport_put(s->t, s->key, s->file, 0, s->n, !s->plain, put_done,
			 s);
}

static struct small *begin_create(struct dv_transport *t, const char *key,
				  const void *data, size_t n, size_t max,
				  dv_small_fn *fn, void *arg)
{
	struct small *s = begin(t, key, max, fn, arg);

	s->create = true;
	s->data = dv_malloc(n);
	if (n)
		memcpy(s->data, data, n);
	s->n = n;
	return s;
}

void dv_small_create(struct dv_transport *t, const char *key,
		     const void *data, size_t n, size_t max,
		     dv_small_fn *fn, void *arg)
{
	struct small *s = begin_create(t, key, data, n, max, fn, arg);

	dv_transport_after(t, 0, s->err.code ? finish_later : put, s);
}

void dv_small_create_plain(struct dv_transport *t, const char *key,
			   const void *data, size_t n, size_t max,
			   dv_small_fn *fn, void *arg)
{
	struct small *s = begin_create(t, key, data, n, max, fn, arg);

	s->plain = true;
	dv_transport_after(t, 0, s->err.code ? finish_later : read_back, s);
}

/* --- waiting ---------------------------------------------------------- */

struct waiter {
	bool done;
	struct dv_buf *out;
	struct dv_err *err;
};

static void wake(void *arg, enum dv_wire_class class, const void *data,
		 size_t n, const struct dv_err *err)
{
	struct waiter *w = arg;

	(void)class;
	w->done = true;
	if (err)
		*w->err = *err;
	if (w->out && n)
		dv_buf_add(w->out, data, n);
}

/* Whatever a broken helper costs, the waiter has been woken. */
static int wait_for(struct dv_transport *t, const struct waiter *w)
{
	struct dv_err ignored = DV_ERR_INIT;

	while (!w->done)
		dv_transport_step(t, -1, &ignored);
	return -w->err->code;
}

int dv_small_read(struct dv_transport *t, const char *key, size_t max,
		  struct dv_buf *out, struct dv_err *err)
{
	struct waiter w = { false, out, err };

	err->code = 0;
	dv_small_get(t, key, max, wake, &w);
	return wait_for(t, &w);
}

int dv_small_write(struct dv_transport *t, const char *key, const void *data,
		   size_t n, struct dv_buf *out, size_t max,
		   struct dv_err *err)
{
	struct waiter w = { false, out, err };

	err->code = 0;
	dv_small_create(t, key, data, n, max, wake, &w);
	return wait_for(t, &w);
}
