/* SPDX-License-Identifier: MIT */
#include "remote/rforget.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "remote/rkey.h"
#include "remote/rmark.h"

/* Records that are held at once, to publish them again. */
#define BATCH 4096
#define BATCH_BYTES (32u << 20)

/* --- records that are held --------------------------------------------------- */

struct held {
	struct dv_conn *c;
	struct dv_strlist keys;
	struct dv_buf *bytes;		/* of each; empty: it is not there */
	size_t cap, total;
	size_t first;			/* of those that are read now */
	bool *again;			/* is to be published again */
	size_t next;
};

static void held_release(struct held *h)
{
	for (size_t i = 0; i < h->keys.n; i++)
		dv_buf_release(&h->bytes[i]);
	free(h->bytes);
	free(h->again);
	dv_strlist_release(&h->keys);
	*h = (struct held){ .c = h->c };
}

static int hold(void *arg, size_t i, const void *data, size_t n,
		struct dv_err *err)
{
	struct held *h = arg;

	(void)err;
	if (data)
		dv_buf_add(&h->bytes[h->first + i], data, n);
	h->total += n;
	return 0;
}

/* Read those behind the first n of keys. */
static int held_read(struct held *h, size_t n, struct dv_err *err)
{
	struct dv_strlist some = h->keys;

	some.v += n;
	some.n -= n;
	dv_grow(&h->bytes, &h->cap, h->keys.n, sizeof(*h->bytes));
	for (size_t i = n; i < h->keys.n; i++)
		h->bytes[i] = (struct dv_buf)DV_BUF_INIT;
	h->first = n;
	return dv_conn_read_all(h->c, &some, DV_RECORD_MAX, hold, h, err);
}

static int next_again(void *arg, struct dv_conn_object *o,
		      struct dv_err *err)
{
	struct held *h = arg;

	(void)err;
	for (; h->next < h->keys.n; h->next++)
		if (h->again[h->next] && h->bytes[h->next].len)
			break;
	if (h->next == h->keys.n)
		return 0;
	*o = (struct dv_conn_object){ h->next, h->keys.v[h->next],
				      h->bytes[h->next].data,
				      h->bytes[h->next].len };
	h->next++;
	return 1;
}

/* Who was faster has published the same. */
static int created_again(void *arg, size_t i, bool ours, const void *theirs,
			 size_t n, struct dv_err *err)
{
	(void)arg, (void)i, (void)ours, (void)theirs, (void)n, (void)err;
	return 0;
}

static int held_publish(struct held *h, struct dv_err *err)
{
	h->next = 0;
	return dv_conn_create_all(h->c, next_again, created_again, h, 0, err);
}

/* --- moving heads ------------------------------------------------------------- */

static int hold_targets(struct held *h, const struct dv_rforget_head *heads,
			size_t n, struct dv_err *err)
{
	struct dv_buf key = DV_BUF_INIT;
	int rc = 0;

	for (size_t i = 0; i < n && !rc; i++) {
		const struct dv_catalog_name *name = &heads[i].name;

		if (!*heads[i].to)
			continue;
		rc = dv_rkey_version(&key, name->ns, name->dataset,
				     heads[i].to, err);
		if (!rc)
			dv_strlist_add(&h->keys, key.data);
	}
	if (!rc)
		rc = held_read(h, 0, err);
	for (size_t i = 0; i < h->keys.n && !rc; i++)
		if (!h->bytes[i].len)
			rc = dv_err_set(err, DV_E_MISSING, "remote '%s': '%s' "
					"has gone meanwhile", h->c->name,
					h->keys.v[i]);
	dv_buf_release(&key);
	return rc;
}

static int note_gone(void *arg, size_t i, const void *data, size_t n,
		     struct dv_err *err)
{
	struct held *h = arg;

	(void)n, (void)err;
	h->again[i] = !data;
	return 0;
}

static int keep_targets(struct held *h, struct dv_err *err)
{
	int rc;

	h->again = dv_calloc(h->keys.n + 1, sizeof(*h->again));
	rc = dv_conn_read_all(h->c, &h->keys, DV_RECORD_MAX, note_gone, h,
			      err);
	return rc < 0 ? rc : held_publish(h, err);
}

static int move(struct dv_conn *c, struct dv_rforget_head *heads, size_t n,
		struct dv_err *err)
{
	struct dv_catalog_step *steps = dv_calloc(n + 1, sizeof(*steps));
	int rc;

	for (size_t i = 0; i < n; i++)
		steps[i] = (struct dv_catalog_step){
			.name = heads[i].name, .version = heads[i].to,
			.was = &heads[i].was
		};
	rc = dv_catalog_move_all(c, steps, n, err);
	for (size_t i = 0; i < n && !rc; i++) {
		const struct dv_catalog_name *name = &heads[i].name;

		heads[i].moved = steps[i].moved;
		if (!heads[i].moved)
			rc = dv_catalog_head(c, name->ns, name->dataset,
					     name->what, &heads[i].was, err);
		rc = rc < 0 ? rc : 0;
	}
	free(steps);
	return rc;
}

int dv_rforget_move(struct dv_conn *c, struct dv_rforget_head *heads,
		    size_t n, struct dv_err *err)
{
	struct held h = { .c = c };
	int rc = hold_targets(&h, heads, n, err);

	if (!rc)
		rc = move(c, heads, n, err);
	if (!rc && h.keys.n)
		rc = keep_targets(&h, err);
	held_release(&h);
	return rc;
}

/* --- deleting versions --------------------------------------------------------- */

struct job {
	const struct dv_catalog_name *names;	/* of this batch on */
	size_t first;			/* its place in all */
	struct held h;
	dv_rforget_stays_fn *stays;
	void *arg;
};

/* As many as are to be held at once: *n. */
static int begin_batch(struct job *j, size_t left, size_t *n,
		       struct dv_err *err)
{
	struct dv_buf key = DV_BUF_INIT;
	size_t i = 0;
	int rc = 0;

	while (!rc && i < left && i < BATCH && j->h.total < BATCH_BYTES) {
		size_t first = i;

		for (; !rc && i < left && i < first + DV_CONN_REQUESTS; i++) {
			const struct dv_catalog_name *name = &j->names[i];

			rc = dv_rkey_version(&key, name->ns, name->dataset,
					     name->what, err);
			if (!rc)
				dv_strlist_add(&j->h.keys, key.data);
		}
		if (!rc)
			rc = held_read(&j->h, first, err);
	}
	j->h.again = dv_calloc(i + 1, sizeof(*j->h.again));
	*n = i;
	dv_buf_release(&key);
	return rc;
}

/* Does a head name one that was deleted? */
static int take_head(void *arg, const char *ns, const char *dataset,
		     const char *tag, const struct dv_catalog_head *head,
		     struct dv_err *err)
{
	struct job *j = arg;

	(void)err;
	for (size_t i = 0; *head->version && i < j->h.keys.n; i++) {
		const struct dv_catalog_name *name = &j->names[i];

		if (strcmp(name->what, head->version) ||
		    strcmp(name->dataset, dataset) || strcmp(name->ns, ns) ||
		    !j->h.bytes[i].len)
			continue;
		if (!j->h.again[i] && j->stays)
			j->stays(j->arg, j->first + i, tag);
		j->h.again[i] = true;
	}
	return 0;
}

static bool is_same_place(const struct dv_catalog_name *a,
			  const struct dv_catalog_name *b)
{
	return !strcmp(a->dataset, b->dataset) && !strcmp(a->ns, b->ns);
}

static int look_at_heads(struct job *j, size_t n, struct dv_err *err)
{
	for (size_t i = 0, k; i < n; i = k) {
		const struct dv_catalog_name *name = &j->names[i];
		int rc;

		for (k = i + 1; k < n && is_same_place(name, &j->names[k]);)
			k++;
		rc = dv_catalog_read_heads(j->h.c, name->ns, name->dataset,
					   take_head, j, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* Where it is cut off by a failure, some may be gone all the same. */
static int forget_batch(struct job *j, size_t n, struct dv_progress *p,
			struct dv_err *err)
{
	struct dv_err ignored = DV_ERR_INIT, *why = err;
	int failed = dv_rmark_delete(j->h.c, &j->h.keys, p, err), rc;

	if (failed < 0)
		why = &ignored;
	rc = look_at_heads(j, n, why);
	if (!rc)
		rc = held_publish(&j->h, why);
	return failed < 0 ? failed : rc;
}

int dv_rforget_versions(struct dv_conn *c,
			const struct dv_catalog_name *names, size_t n,
			dv_rforget_stays_fn *stays, void *arg,
			struct dv_progress *p, struct dv_err *err)
{
	struct job j = { .h = { .c = c }, .stays = stays, .arg = arg };
	int rc = 0;

	while (j.first < n && !rc) {
		size_t some = 0;

		j.names = names + j.first;
		rc = begin_batch(&j, n - j.first, &some, err);
		if (!rc)
			rc = forget_batch(&j, some, p, err);
		held_release(&j.h);
		j.first += some;
	}
	return rc;
}
