/* SPDX-License-Identifier: MIT */
#include "remote/transport-parts.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"

/* A field cut short would be another key; one that is too long is none. */
static void copy_field(char *dst, size_t size, const char *src)
{
	size_t n = strnlen(src, size);

	if (n == size)
		n = 0;
	memcpy(dst, src, n);
	dst[n] = '\0';
}

static void copy_file(char dst[DV_WIRE_FILE_MAX + 1], const char *file)
{
	char *dir = file[0] == '/' ? NULL : getcwd(NULL, 0);
	char *path = dir ? dv_asprintf("%s/%s", dir, file) :
			   dv_strdup(file);

	copy_field(dst, DV_WIRE_FILE_MAX + 1, path);
	free(dir);
	free(path);
}

/* Why the helper would not take the request, or NULL. */
static const char *check(const struct dv_wire_request *r,
			 const struct dv_transport *t)
{
	bool list = r->verb == DV_WIRE_LIST;
	bool file = r->verb == DV_WIRE_GET || r->verb == DV_WIRE_PUT;

	if (!list && !dv_wire_key_ok(r->key, strlen(r->key)))
		return "a key is empty, longer than 1024 bytes, or has a "
		       "component or a character that no key has";
	if (list && (!dv_wire_prefix_ok(r->key, strlen(r->key)) ||
		     !dv_wire_prefix_ok(r->after, strlen(r->after)) ||
		     !r->limit || r->limit > DV_WIRE_LIST_MAX))
		return "a list is asked for in a way that no key can match";
	if (file && r->file[0] != '/')
		return "a file's path is longer than 4095 bytes";
	if (file && (r->count > DV_WIRE_SIZE_MAX ||
		     r->at > DV_WIRE_SIZE_MAX - r->count ||
		     r->off > DV_WIRE_SIZE_MAX - r->count))
		return "a range ends nowhere";
	if (r->verb == DV_WIRE_PUT && r->count > t->caps.max_put)
		return "an object is larger than this remote can hold";
	if (r->absent && r->count > t->caps.max_create)
		return "an object is larger than this remote can create "
		       "with a condition";
	return NULL;
}

static struct dv_transport_job *add_job(struct dv_transport *t,
					enum dv_wire_verb verb,
					dv_transport_fn *fn, void *arg)
{
	struct dv_transport_job *j;

	dv_grow(&t->jobs, &t->cap_jobs, t->n_jobs + 1, sizeof(*t->jobs));
	j = &t->jobs[t->n_jobs++];
	*j = (struct dv_transport_job){
		.id = ++t->last_id, .verb = verb, .fn = fn, .arg = arg
	};
	return j;
}

/*
 * Queue the request.  One that cannot be meant, and all where the helper
 * is broken, are not sent: the next step answers.
 */
static void queue(struct dv_transport *t, struct dv_wire_request *r,
		  struct dv_transport_job *j)
{
	r->id = j->id;
	r->verb = j->verb;
	j->refused = check(r, t);
	if (!j->refused && !t->broken.code)
		dv_wire_format_request(&t->to, r);
}

void dv_transport_get(struct dv_transport *t, const char *key, uint64_t off,
		      uint64_t count, const char *file, uint64_t at,
		      dv_transport_fn *fn, void *arg)
{
	struct dv_wire_request r = { .off = off, .count = count, .at = at };
	struct dv_transport_job *j = add_job(t, DV_WIRE_GET, fn, arg);

	j->count = count;
	copy_field(r.key, sizeof(r.key), key);
	copy_file(r.file, file);
	queue(t, &r, j);
}

void dv_transport_put(struct dv_transport *t, const char *key,
		      const char *file, uint64_t at, uint64_t count,
		      bool absent, dv_transport_fn *fn, void *arg)
{
	struct dv_wire_request r = {
		.count = count, .at = at, .absent = absent
	};
	struct dv_transport_job *j = add_job(t, DV_WIRE_PUT, fn, arg);

	j->count = count;
	copy_field(r.key, sizeof(r.key), key);
	copy_file(r.file, file);
	queue(t, &r, j);
}

void dv_transport_head(struct dv_transport *t, const char *key,
		       dv_transport_fn *fn, void *arg)
{
	struct dv_wire_request r = { .id = 0 };

	copy_field(r.key, sizeof(r.key), key);
	queue(t, &r, add_job(t, DV_WIRE_HEAD, fn, arg));
}

void dv_transport_list(struct dv_transport *t, const char *prefix,
		       const char *after, unsigned limit,
		       dv_transport_item_fn *item, dv_transport_fn *fn,
		       void *arg)
{
	struct dv_wire_request r = { .limit = limit };
	struct dv_transport_job *j = add_job(t, DV_WIRE_LIST, fn, arg);

	j->limit = limit;
	j->item = item;
	j->prefix = dv_strdup(prefix);
	j->last = dv_strdup(after);
	copy_field(r.key, sizeof(r.key), prefix);
	copy_field(r.after, sizeof(r.after), after);
	queue(t, &r, j);
}

void dv_transport_delete(struct dv_transport *t, const char *key,
			 dv_transport_fn *fn, void *arg)
{
	struct dv_wire_request r = { .id = 0 };

	copy_field(r.key, sizeof(r.key), key);
	queue(t, &r, add_job(t, DV_WIRE_DELETE, fn, arg));
}
