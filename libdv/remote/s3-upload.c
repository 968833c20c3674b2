/* SPDX-License-Identifier: MIT */
#include "remote/s3-parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"

#define PART_MIN (16u << 20)
#define PART_STEP (1u << 20)
#define PARTS_MAX 10000
#define COMPLETE_TRIES 4
#define LEFT_OVER (7 * 24 * 3600)	/* seconds; no push takes that long */
#define SWEEP_BYTES (4u << 20)

/* A put in parts, under way. */
struct dv_s3_upload {
	struct dv_s3 *s3;
	struct dv_s3_upload *next;
	uint64_t id, at, count;
	char *key, *upload_id;
	int file;
	uint64_t part_size, moved;
	unsigned n_parts, begun, done;
	char **etags;
	unsigned tries;			/* of the completion */
	enum dv_wire_class class;	/* why it is given up */
	struct dv_err err;
};

/* A part, on its way. */
struct part {
	struct dv_s3_upload *u;
	unsigned n;			/* from 0 on */
	uint64_t moved;			/* of it, as was told */
};

static void complete(void *arg);

static void forget(struct dv_s3_upload *u)
{
	struct dv_s3_upload **at = &u->s3->uploads;

	while (*at != u)
		at = &(*at)->next;
	*at = u->next;
	close(u->file);
	for (unsigned i = 0; i < u->n_parts; i++)
		free(u->etags[i]);
	free(u->etags);
	free(u->key);
	free(u->upload_id);
	free(u);
}

/* --- giving up -------------------------------------------------------- */

static void on_taken_back(void *arg, const struct dv_s3_answer *a)
{
	struct dv_s3 *s = arg;

	(void)a;
	s->cleaning--;
}

/* Parts that nobody will ever put together are paid for all the same. */
static void take_back(struct dv_s3 *s, const char *key, const char *upload_id)
{
	struct dv_s3_call *c = dv_s3_call_new(s, "DELETE", "take back", key);

	dv_strlist_take(&c->query, dv_asprintf("uploadId=%s", upload_id));
	c->cleans = true;
	s->cleaning++;
	dv_s3_call_start(c, on_taken_back, s);
}

static void give_up(struct dv_s3_upload *u)
{
	if (u->upload_id)
		take_back(u->s3, u->key, u->upload_id);
	dv_net_fail(&u->s3->net, u->id, u->class, &u->err);
	forget(u);
}

static void keep_failure(struct dv_s3_upload *u, const struct dv_s3_answer *a)
{
	if (u->class != DV_WIRE_OK)
		return;
	u->class = a->class;
	u->err = a->err;
}

void dv_s3_upload_abandon(struct dv_s3 *s)
{
	for (struct dv_s3_upload *u = s->uploads; u; u = u->next)
		if (u->upload_id)
			take_back(s, u->key, u->upload_id);
}

/* --- completing ------------------------------------------------------- */

static void succeed(struct dv_s3_upload *u)
{
	struct dv_wire_reply r = { .id = u->id, .kind = DV_WIRE_DONE };

	dv_net_reply(&u->s3->net, &r);
	forget(u);
}

/* Our own first request may have done it, its answer lost. */
static void on_looked(void *arg, const struct dv_s3_answer *a)
{
	struct dv_s3_upload *u = arg;

	if (a->class == DV_WIRE_OK && a->res->size == (int64_t)u->count)
		succeed(u);
	else
		give_up(u);
}

static void on_completed(void *arg, const struct dv_s3_answer *a)
{
	struct dv_s3_upload *u = arg;
	struct dv_s3_answer failed = *a;
	struct dv_s3_call *c;

	/* It may say 200 at once, and later that it could not. */
	dv_s3xml_parse_error(&failed.error, dv_buf_cstr(&a->res->body),
			     a->res->body.len);
	if (a->class == DV_WIRE_OK && !failed.error.code[0]) {
		succeed(u);
		return;
	}
	if (a->class == DV_WIRE_OK) {
		dv_err_set(&failed.err, DV_E_SYS, "cannot complete '%s': %s: "
			   "%s", u->key, failed.error.code,
			   failed.error.message);
		failed.class = DV_WIRE_LATER;
		if (++u->tries < COMPLETE_TRIES && !u->s3->net.abandoned) {
			dv_http_after(u->s3->net.http,
				      dv_http_backoff(u->tries), complete, u);
			return;
		}
	}
	keep_failure(u, &failed);
	if (failed.class != DV_WIRE_MISSING) {
		give_up(u);
		return;
	}
	free(u->upload_id);
	u->upload_id = NULL;
	c = dv_s3_call_new(u->s3, "HEAD", "look at", u->key);
	dv_s3_call_start(c, on_looked, u);
}

static void add_escaped(struct dv_buf *out, const char *s)
{
	for (; *s; s++) {
		if (*s == '"')
			dv_buf_str(out, "&quot;");
		else if (*s == '&')
			dv_buf_str(out, "&amp;");
		else if (*s == '<')
			dv_buf_str(out, "&lt;");
		else
			dv_buf_char(out, *s);
	}
}

static void complete(void *arg)
{
	struct dv_s3_upload *u = arg;
	struct dv_s3_call *c = dv_s3_call_new(u->s3, "POST", "complete",
					      u->key);

	dv_strlist_take(&c->query, dv_asprintf("uploadId=%s", u->upload_id));
	dv_strlist_add(&c->headers, "Content-Type: application/xml");
	c->has_body = true;
	dv_buf_str(&c->body, "<CompleteMultipartUpload>");
	for (unsigned i = 0; i < u->n_parts; i++) {
		dv_buf_printf(&c->body, "<Part><PartNumber>%u</PartNumber>"
			      "<ETag>", i + 1);
		add_escaped(&c->body, u->etags[i]);
		dv_buf_str(&c->body, "</ETag></Part>");
	}
	dv_buf_str(&c->body, "</CompleteMultipartUpload>");
	dv_s3_call_start(c, on_completed, u);
}

/* --- parts ------------------------------------------------------------ */

static void send_parts(struct dv_s3_upload *u);

/* Of a part that is sent again what was sent before counts once. */
static void on_moved(void *arg, uint64_t bytes)
{
	struct part *p = arg;
	struct dv_s3_upload *u = p->u;

	if (bytes <= p->moved)
		return;
	u->moved += bytes - p->moved;
	p->moved = bytes;
	dv_net_moved(&u->s3->net, u->id, u->moved);
}

static uint64_t size_of(const struct dv_s3_upload *u, unsigned n)
{
	uint64_t off = n * u->part_size;

	return u->count - off < u->part_size ? u->count - off : u->part_size;
}

static void on_part(void *arg, const struct dv_s3_answer *a)
{
	struct part *p = arg;
	struct dv_s3_upload *u = p->u;
	unsigned n = p->n;
	const char *etag = a->class == DV_WIRE_OK ?
		dv_http_header(a->res, "etag") : NULL;

	if (etag)
		on_moved(p, size_of(u, n));
	free(p);
	u->done++;
	if (etag) {
		u->etags[n] = dv_strdup(etag);
	} else if (a->class != DV_WIRE_OK) {
		keep_failure(u, a);
	} else if (u->class == DV_WIRE_OK) {
		u->class = DV_WIRE_FATAL;
		dv_err_set(&u->err, DV_E_FORMAT, "cannot write '%s': the "
			   "server took a part and named no ETag", u->key);
	}
	if (u->class != DV_WIRE_OK) {
		if (u->done == u->begun)
			give_up(u);
		return;
	}
	if (u->done == u->n_parts)
		complete(u);
	else
		send_parts(u);
}

static void send_part(struct dv_s3_upload *u, unsigned n)
{
	struct dv_s3_call *c = dv_s3_call_new(u->s3, "PUT", "write", u->key);
	struct part *p = dv_malloc(sizeof(*p));

	*p = (struct part){ u, n, 0 };
	dv_strlist_take(&c->query, dv_asprintf("partNumber=%u", n + 1));
	dv_strlist_take(&c->query, dv_asprintf("uploadId=%s", u->upload_id));
	c->has_body = true;
	c->in = u->file;
	c->in_at = u->at + n * u->part_size;
	c->in_count = size_of(u, n);
	c->moved = on_moved;
	dv_s3_call_start(c, on_part, p);
}

/* As many at once as there may be transfers. */
static void send_parts(struct dv_s3_upload *u)
{
	while (u->begun < u->n_parts && u->begun - u->done < u->s3->net.jobs &&
	       u->class == DV_WIRE_OK)
		send_part(u, u->begun++);
}

static void on_begun(void *arg, const struct dv_s3_answer *a)
{
	struct dv_s3_upload *u = arg;

	if (a->class != DV_WIRE_OK) {
		keep_failure(u, a);
		give_up(u);
		return;
	}
	if (dv_s3xml_parse_upload_id(&u->upload_id, dv_buf_cstr(&a->res->body),
				     a->res->body.len, &u->err)) {
		u->class = DV_WIRE_FATAL;
		give_up(u);
		return;
	}
	send_parts(u);
}

/* --- what others have left -------------------------------------------- */

static void on_uploads(void *arg, const struct dv_s3_answer *a)
{
	struct dv_s3 *s = arg;
	struct dv_s3_page page = DV_S3_PAGE_INIT;
	struct dv_err unsaid = DV_ERR_INIT;
	size_t n = strlen(s->place.prefix);
	int64_t now = dv_http_date(dv_http_header(a->res, "date"));

	/* Not to be allowed to look is no reason not to push. */
	if (a->class != DV_WIRE_OK ||
	    dv_s3xml_parse_uploads(&page, dv_buf_cstr(&a->res->body),
				   a->res->body.len, &unsaid))
		return;
	for (size_t i = 0; i < page.n; i++) {
		struct dv_s3_item *item = &page.items[i];

		if (strncmp(item->key, s->place.prefix, n) ||
		    !item->upload_id || item->time < 0 || now < 0 ||
		    now - item->time < LEFT_OVER)
			continue;
		dv_serve_note(s->net.serve, "taking back a part of '%s' "
			      "that was left over", item->key + n);
		take_back(s, item->key + n, item->upload_id);
	}
	dv_s3_page_release(&page);
}

/* Once a session: take back uploads of ours that died long ago. */
static void sweep(struct dv_s3 *s)
{
	struct dv_s3_call *c;

	if (s->swept)
		return;
	s->swept = true;
	c = dv_s3_call_new(s, "GET", "list uploads", NULL);
	dv_strlist_add(&c->query, "uploads");
	dv_strlist_add(&c->query, "encoding-type=url");
	dv_strlist_take(&c->query, dv_asprintf("prefix=%s", s->place.prefix));
	c->answer_max = SWEEP_BYTES;
	dv_s3_call_start(c, on_uploads, s);
}

void dv_s3_upload(struct dv_s3 *s, const struct dv_wire_request *r, int file)
{
	struct dv_s3_upload *u = dv_calloc(1, sizeof(*u));
	struct dv_s3_call *c;

	u->s3 = s;
	u->next = s->uploads;
	s->uploads = u;
	u->id = r->id;
	u->at = r->at;
	u->count = r->count;
	u->key = dv_strdup(r->key);
	u->file = file;
	u->part_size = (r->count / PARTS_MAX / PART_STEP + 1) * PART_STEP;
	if (u->part_size < PART_MIN)
		u->part_size = PART_MIN;
	u->n_parts = (unsigned)((r->count + u->part_size - 1) /
				u->part_size);
	u->etags = dv_calloc(u->n_parts, sizeof(*u->etags));
	sweep(s);
	c = dv_s3_call_new(s, "POST", "write", r->key);
	dv_strlist_add(&c->query, "uploads");
	c->has_body = true;
	dv_s3_call_start(c, on_begun, u);
}
