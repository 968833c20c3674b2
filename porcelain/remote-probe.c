/* SPDX-License-Identifier: MIT */
#include "porcelain/remote-probe.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "format/headrec.h"
#include "remote/answer.h"
#include "remote/rkey.h"
#include "remote/small.h"

#define TEST_PREFIX "dv/test/"
#define LEFT_OVER_S (24 * 3600)
#define LEFT_OVER_MAX 100
#define ROUND_TRIPS 5
#define SAMPLE_FIRST (256u << 10)
#define SAMPLE_LAST (8u << 20)
#define SAMPLE_FAST 0.25	/* seconds: as fast, more is sent */

struct run {
	struct dv_probe *p;
	struct dv_conn *c;
	char nonce[DV_NONCE_HEX];
	char *key, *sample;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* What an answer says about something: no is an answer, too. */
static void note(struct run *r, enum dv_probe_what what,
		 const struct dv_answer *a)
{
	r->p->is[what] = a->class == DV_WIRE_OK ? DV_PROBE_YES :
			 a->class == DV_WIRE_UNSUPPORTED ? DV_PROBE_NO :
							   DV_PROBE_FAILED;
	if (a->class != DV_WIRE_OK)
		r->p->why[what] = a->err;
}

static void fail(struct run *r, enum dv_probe_what what,
		 const struct dv_err *err)
{
	r->p->is[what] = DV_PROBE_FAILED;
	r->p->why[what] = *err;
}

/* --- reading ----------------------------------------------------------------- */

static int head(struct run *r, const char *key, struct dv_answer *a,
		struct dv_err *err)
{
	*a = (struct dv_answer)DV_ANSWER_INIT;
	dv_transport_head(r->c->t, key, dv_answer_take, a);
	return dv_answer_wait(r->c->t, a, err);
}

static int cmp_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/*
 * The first request tells whether anybody is there.  It reads: a head that
 * is refused has no body that would say why.  The others are timed: the
 * connection stands then.
 */
static int probe_read(struct run *r, struct dv_err *err)
{
	double took[ROUND_TRIPS];
	int rc = dv_conn_look(r->c, err);

	if (rc < 0)
		return rc;
	r->p->is[DV_PROBE_READ] = DV_PROBE_YES;
	for (int i = 0; i < ROUND_TRIPS; i++) {
		struct dv_err ignored = DV_ERR_INIT;
		struct dv_answer a;
		double begin = now();

		head(r, DV_RKEY_FORMAT, &a, &ignored);
		took[i] = now() - begin;
	}
	qsort(took, ROUND_TRIPS, sizeof(*took), cmp_double);
	r->p->round_trip = took[ROUND_TRIPS / 2];
	return 0;
}

/* --- listing ------------------------------------------------------------------ */

struct listing {
	struct dv_answer a;	/* first: one argument is for both callbacks */
	struct dv_strlist keys;
};

static void see_test_key(void *arg, const char *key, int64_t size,
			 int64_t modified)
{
	(void)size;
	(void)modified;
	dv_strlist_add(&((struct listing *)arg)->keys, key);
}

static void delete(struct run *r, const char *key, struct dv_answer *a)
{
	struct dv_err ignored = DV_ERR_INIT;

	*a = (struct dv_answer)DV_ANSWER_INIT;
	dv_transport_delete(r->c->t, key, dv_answer_take, a);
	dv_answer_wait(r->c->t, a, &ignored);
}

/* Left by a test that was killed, by the remote's own clock? */
static bool is_left_over(struct run *r, const char *key)
{
	struct dv_answer a;
	struct dv_err ignored = DV_ERR_INIT;

	return !head(r, key, &a, &ignored) && a.now >= 0 && a.modified >= 0 &&
	       a.now - a.modified > LEFT_OVER_S;
}

static void probe_list(struct run *r)
{
	struct listing l = { DV_ANSWER_INIT, DV_STRLIST_INIT };
	struct dv_answer a;
	struct dv_err ignored = DV_ERR_INIT;

	if (!dv_transport_caps(r->c->t)->list) {
		r->p->is[DV_PROBE_LIST] = DV_PROBE_NO;
		return;
	}
	dv_transport_list(r->c->t, TEST_PREFIX, "", LEFT_OVER_MAX,
			  see_test_key, dv_answer_take, &l);
	dv_answer_wait(r->c->t, &l.a, &ignored);
	note(r, DV_PROBE_LIST, &l.a);
	for (size_t i = 0; i < l.keys.n; i++)
		if (is_left_over(r, l.keys.v[i]))
			delete(r, l.keys.v[i], &a);
	dv_strlist_release(&l.keys);
}

/* --- writing -------------------------------------------------------------------- */

static int put(struct run *r, const char *text, bool absent,
	       struct dv_answer *a, struct dv_err *err)
{
	char *bytes = dv_asprintf("%s %s\n", r->nonce, text);
	int rc = dv_answer_put(r->c->t, r->key, bytes, strlen(bytes), absent,
			       a, err);

	free(bytes);
	return rc;
}

/* What was put must come back. */
static void check_read(struct run *r, const char *text)
{
	char *bytes = dv_asprintf("%s %s\n", r->nonce, text);
	struct dv_buf is = DV_BUF_INIT;
	struct dv_err err = DV_ERR_INIT;
	int rc = dv_small_read(r->c->t, r->key, DV_HEADREC_MAX, &is, &err);

	if (!rc && strcmp(dv_buf_cstr(&is), bytes) != 0)
		rc = dv_err_set(&err, DV_E_DIGEST, "remote '%s': what was "
				"written to '%s' is not what is read back",
				r->c->name, r->key);
	if (rc < 0)
		fail(r, DV_PROBE_READ, &err);
	else
		r->p->is[DV_PROBE_READ] = DV_PROBE_YES;
	free(bytes);
	dv_buf_release(&is);
}

/* A second create of what is there must be refused, and change nothing. */
static int probe_create(struct run *r, struct dv_err *err)
{
	struct dv_answer a;
	int rc = put(r, "two", true, &a, err);

	if (rc < 0)
		return rc;
	if (a.class == DV_WIRE_EXISTS) {
		r->p->is[DV_PROBE_CREATE] = DV_PROBE_YES;
		check_read(r, "one");
	} else if (a.class == DV_WIRE_OK) {
		r->p->is[DV_PROBE_CREATE] = DV_PROBE_NO;
		check_read(r, "two");
	} else {
		note(r, DV_PROBE_CREATE, &a);
		check_read(r, "one");
	}
	return 0;
}

static void remember_create(struct run *r)
{
	enum dv_probe_is is = r->p->is[DV_PROBE_CREATE];
	struct dv_err ignored = DV_ERR_INIT;

	if (is == DV_PROBE_YES || is == DV_PROBE_NO)
		dv_rcache_set(r->c->cache, "create",
			      is == DV_PROBE_YES ? "yes" : "no", &ignored);
}

static int probe_write(struct run *r, struct dv_err *err)
{
	struct dv_answer a;
	int rc = put(r, "one", true, &a, err);

	if (rc < 0)
		return rc;
	if (a.class == DV_WIRE_UNSUPPORTED) {
		r->p->is[DV_PROBE_CREATE] = DV_PROBE_NO;
		rc = put(r, "one", false, &a, err);
		if (rc < 0)
			return rc;
	}
	note(r, DV_PROBE_WRITE, &a);
	if (a.class != DV_WIRE_OK)
		return 0;
	if (r->p->is[DV_PROBE_CREATE] == DV_PROBE_NO)
		check_read(r, "one");
	else
		rc = probe_create(r, err);
	remember_create(r);
	return rc;
}

static void probe_delete(struct run *r)
{
	struct dv_answer a;
	struct dv_err err = DV_ERR_INIT;

	delete(r, r->key, &a);
	note(r, DV_PROBE_DELETE, &a);
	if (a.class != DV_WIRE_OK)
		return;
	if (!head(r, r->key, &a, &err)) {
		dv_err_set(&err, DV_E_SYS, "remote '%s': '%s' was deleted and "
			   "is still there", r->c->name, r->key);
		fail(r, DV_PROBE_DELETE, &err);
	}
}

/* --- how fast ---------------------------------------------------------------------- */

/* Bytes that nothing on the way can make smaller. */
static uint8_t *noise(size_t n)
{
	uint8_t *p = dv_malloc(n);
	uint64_t x = (uint64_t)time(NULL) * 2654435761u + (uint64_t)getpid();

	for (size_t i = 0; i + 8 <= n; i += 8) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		memcpy(p + i, &x, 8);
	}
	return p;
}

static double fetch_sample(struct run *r, size_t n)
{
	char *file = dv_asprintf("%s/sample", dv_transport_tmp(r->c->t));
	struct dv_answer a = DV_ANSWER_INIT;
	struct dv_err ignored = DV_ERR_INIT;
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	double begin = now(), took = 0;

	if (fd >= 0) {
		close(fd);
		dv_transport_get(r->c->t, r->sample, 0, n, file, 0,
				 dv_answer_take, &a);
		if (!dv_answer_wait(r->c->t, &a, &ignored))
			took = now() - begin;
		unlink(file);
	}
	free(file);
	return took > 0 ? (double)n / took : 0;
}

/* There and back: seconds that sending took, negative where it failed. */
static double send_sample(struct run *r, size_t n)
{
	uint8_t *bytes = noise(n);
	struct dv_answer a;
	struct dv_err ignored = DV_ERR_INIT;
	double begin = now(), took = -1;

	if (!dv_answer_put(r->c->t, r->sample, bytes, n, false, &a,
			   &ignored) && a.class == DV_WIRE_OK) {
		took = now() - begin;
		r->p->up = (double)n / (took > 0 ? took : 1e-9);
		r->p->down = fetch_sample(r, n);
	}
	free(bytes);
	return took;
}

static void probe_speed(struct run *r)
{
	struct dv_answer a;
	double took = send_sample(r, SAMPLE_FIRST);

	if (took >= 0 && took < SAMPLE_FAST)
		send_sample(r, SAMPLE_LAST);
	delete(r, r->sample, &a);
}

/* --- all of it ------------------------------------------------------------------------ */

static int run(struct run *r, struct dv_err *err)
{
	int rc = probe_read(r, err);

	if (rc < 0)
		return rc;
	probe_list(r);
	if (!dv_transport_caps(r->c->t)->write) {
		r->p->is[DV_PROBE_WRITE] = DV_PROBE_NO;
		return 0;
	}
	rc = probe_write(r, err);
	if (!rc && r->p->is[DV_PROBE_WRITE] == DV_PROBE_YES)
		probe_speed(r);
	/* Also where it is not known whether anything was written. */
	probe_delete(r);
	if (r->p->is[DV_PROBE_WRITE] != DV_PROBE_YES)
		r->p->is[DV_PROBE_DELETE] = DV_PROBE_NOT_ASKED;
	return rc;
}

int dv_probe_run(struct dv_probe *p, struct dv_conn *c, struct dv_err *err)
{
	struct run r = { .p = p, .c = c };
	int rc = dv_nonce_make(r.nonce, err);

	if (rc < 0)
		return rc;
	memset(p, 0, sizeof(*p));
	r.key = dv_asprintf(TEST_PREFIX "%s", r.nonce);
	r.sample = dv_asprintf(TEST_PREFIX "%s-sample", r.nonce);
	rc = run(&r, err);
	free(r.key);
	free(r.sample);
	return rc;
}
