/* SPDX-License-Identifier: MIT */
#include "remote/transport-parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static struct dv_transport_job *find_job(struct dv_transport *t, uint64_t id)
{
	for (size_t i = 0; i < t->n_jobs; i++)
		if (t->jobs[i].id == id)
			return &t->jobs[i];
	return NULL;
}

/* Answer a request and forget it.  fn may make new ones, so it is last. */
static void answer(struct dv_transport *t, struct dv_transport_job *j,
		   const struct dv_transport_result *r)
{
	struct dv_transport_job job = *j;

	*j = t->jobs[--t->n_jobs];
	free(job.prefix);
	free(job.last);
	if (job.fn)
		job.fn(job.arg, r);
}

void dv_transport_answer_refused(struct dv_transport *t)
{
	size_t i = 0;

	while (i < t->n_jobs) {
		struct dv_transport_result res = {
			.class = DV_WIRE_FATAL, .size = -1, .modified = -1,
			.now = -1
		};
		struct dv_err err = DV_ERR_INIT;

		if (!t->jobs[i].refused) {
			i++;
			continue;
		}
		dv_err_set(&err, DV_E_INVALID, "%s", t->jobs[i].refused);
		dv_transport_blame(t, &err);
		res.err = &err;
		answer(t, &t->jobs[i], &res);
		i = 0;
	}
}

static void answer_error(struct dv_transport *t, struct dv_transport_job *j,
			 const struct dv_wire_reply *r)
{
	struct dv_transport_result res = {
		.class = r->class, .size = -1, .modified = -1, .now = -1
	};
	struct dv_err err = DV_ERR_INIT;

	dv_err_set(&err, dv_wire_class_code(r->class), "%s", r->text);
	dv_transport_blame(t, &err);
	res.err = &err;
	if (j->verb == DV_WIRE_LIST && r->class == DV_WIRE_DENIED)
		t->caps.list = false;
	answer(t, j, &res);
}

void dv_transport_answer_all(struct dv_transport *t)
{
	/* A callback may make more: they are answered as well. */
	while (t->n_jobs) {
		struct dv_transport_job *j = &t->jobs[0];
		struct dv_transport_result res = {
			.class = j->verb == DV_WIRE_PUT ? DV_WIRE_UNKNOWN :
							  DV_WIRE_FATAL,
			.size = -1, .modified = -1, .now = -1,
			.err = &t->broken
		};

		answer(t, j, &res);
	}
}

static bool fits(enum dv_wire_verb verb, enum dv_wire_kind kind)
{
	switch (kind) {
	case DV_WIRE_GOT:
		return verb == DV_WIRE_GET;
	case DV_WIRE_DONE:
		return verb == DV_WIRE_PUT || verb == DV_WIRE_DELETE;
	case DV_WIRE_IS:
		return verb == DV_WIRE_HEAD;
	case DV_WIRE_ITEM:
	case DV_WIRE_END:
		return verb == DV_WIRE_LIST;
	case DV_WIRE_MOVED:
		return verb == DV_WIRE_GET || verb == DV_WIRE_PUT;
	case DV_WIRE_ERROR:
		return true;
	}
	return false;
}

/* As bytes: strcmp(3) compares unsigned ones. */
static const char *check_item(const struct dv_transport_job *j,
			      const char *key)
{
	if (j->items == j->limit)
		return "a list is longer than was asked for";
	if (strncmp(key, j->prefix, strlen(j->prefix)) != 0)
		return "a list has a key that was not asked for";
	if (strcmp(key, j->last) <= 0)
		return "a list is not in order";
	return NULL;
}

static const char *take_item(struct dv_transport_job *j,
			     const struct dv_wire_reply *r)
{
	const char *bad = check_item(j, r->key);
	dv_transport_item_fn *item = j->item;

	if (bad)
		return bad;
	j->items++;
	free(j->last);
	j->last = dv_strdup(r->key);
	/* j may have moved once this comes back. */
	if (item)
		item(j->arg, r->key, r->size, r->modified);
	return NULL;
}

static void take_moved(struct dv_transport *t, struct dv_transport_job *j,
		       uint64_t count)
{
	if (count > j->count)
		count = j->count;
	if (count <= j->moved)
		return;
	dv_progress_add(t->progress, 0, count - j->moved);
	j->moved = count;
}

/* What is wrong with a reply, or NULL once it has been dealt with. */
static const char *take_reply(struct dv_transport *t,
			      const struct dv_wire_reply *r)
{
	struct dv_transport_job *j = find_job(t, r->id);
	struct dv_transport_result res = {
		.class = DV_WIRE_OK, .count = r->count, .size = r->size,
		.modified = r->modified, .now = r->now, .more = r->more
	};

	if (!j)
		return "a reply is to no request";
	if (!fits(j->verb, r->kind))
		return "a reply is not one to its request";
	switch (r->kind) {
	case DV_WIRE_ITEM:
		return take_item(j, r);
	case DV_WIRE_MOVED:
		take_moved(t, j, r->count);
		return NULL;
	case DV_WIRE_ERROR:
		answer_error(t, j, r);
		return NULL;
	case DV_WIRE_GOT:
		if (r->count > j->count)
			return "more bytes came than were asked for";
		take_moved(t, j, r->count);
		break;
	case DV_WIRE_DONE:
		if (j->verb == DV_WIRE_PUT)
			take_moved(t, j, j->count);
		break;
	case DV_WIRE_END:
		/* Asking for what follows would bring the same. */
		if (r->more && !j->items)
			return "a list goes on and has nothing in it";
		break;
	default:
		break;
	}
	answer(t, j, &res);
	return NULL;
}

static int take_word(struct dv_transport *t, const char *line, size_t n,
		     struct dv_err *err)
{
	struct dv_wire_session w;
	int rc = dv_wire_parse_session(&w, line, n, err);

	if (rc < 0)
		return dv_transport_broke(t, err);
	if (w.word == DV_WIRE_NOTE) {
		if (t->note)
			t->note(t->note_arg, w.value);
		return 0;
	}
	if (w.word == DV_WIRE_REFUSED)
		return dv_err_set(err, dv_wire_class_code(w.class), "%s",
				  w.value);
	dv_err_set(err, DV_E_FORMAT, "'%.*s' is out of place",
		   n > 200 ? 200 : (int)n, line);
	return dv_transport_broke(t, err);
}

static int take_line(struct dv_transport *t, const char *line, size_t n,
		     struct dv_err *err)
{
	struct dv_wire_reply r;
	const char *bad;

	if (!dv_wire_is_numbered(line, n))
		return take_word(t, line, n, err);
	if (dv_wire_parse_reply(&r, line, n, err) < 0)
		return dv_transport_broke(t, err);
	bad = take_reply(t, &r);
	if (!bad)
		return 0;
	dv_err_set(err, DV_E_FORMAT, "%s: '%.*s'", bad,
		   n > 200 ? 200 : (int)n, line);
	return dv_transport_broke(t, err);
}

int dv_transport_take_lines(struct dv_transport *t, struct dv_err *err)
{
	for (;;) {
		const char *line;
		size_t n;
		int rc = dv_linein_next(&t->in, &line, &n, err);

		if (rc < 0)
			return dv_transport_broke(t, err);
		if (rc == 0)
			return 0;
		rc = take_line(t, line, n, err);
		if (rc < 0)
			return rc;
	}
}
