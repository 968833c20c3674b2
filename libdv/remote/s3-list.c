/* SPDX-License-Identifier: MIT */
#include "remote/s3-parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define PAGE 1000			/* as many as S3 gives at once */
#define PAGE_BYTES (16u << 20)

struct list {
	struct dv_s3 *s3;
	struct dv_wire_request r;
	char *last;			/* the last key that was sent on */
	char *next;			/* continuation token; NULL: begin */
	unsigned left;
	unsigned empty;			/* pages in a row without a key of use */
};

#define EMPTY_MAX 1000

static void next_page(struct list *l);

static void end(struct list *l)
{
	free(l->last);
	free(l->next);
	free(l);
}

static void fail(struct list *l, enum dv_wire_class class,
		 const struct dv_err *err)
{
	dv_net_fail(&l->s3->net, l->r.id, class, err);
	end(l);
}

static void finish(struct list *l, bool more)
{
	struct dv_wire_reply r = {
		.id = l->r.id, .kind = DV_WIRE_END, .more = more
	};

	dv_net_reply(&l->s3->net, &r);
	end(l);
}

/*
 * The key below our prefix, or NULL for one that is none of ours: objects
 * that others made, and what comes before the beginning where a server
 * does not know start-after.
 */
static const char *own_key(const struct list *l, const char *key)
{
	const char *prefix = l->s3->place.prefix;
	size_t n = strlen(prefix);

	if (strncmp(key, prefix, n) != 0)
		return NULL;
	key += n;
	if (!dv_wire_key_ok(key, strlen(key)) ||
	    strncmp(key, l->r.key, strlen(l->r.key)) != 0 ||
	    strcmp(key, l->r.after) <= 0)
		return NULL;
	return key;
}

static void send_item(struct list *l, const char *key,
		      const struct dv_s3_item *item)
{
	struct dv_wire_reply r = {
		.id = l->r.id, .kind = DV_WIRE_ITEM, .size = item->size,
		.modified = item->time
	};

	free(l->last);
	l->last = dv_strdup(key);
	snprintf(r.key, sizeof(r.key), "%s", key);
	l->left--;
	l->empty = 0;
	dv_net_tell(&l->s3->net, &r);
}

/* One page; more says whether keys of use were left over. */
static int take_page(struct list *l, struct dv_s3_page *p, bool *more,
		     struct dv_err *err)
{
	*more = false;
	for (size_t i = 0; i < p->n; i++) {
		const char *key = own_key(l, p->items[i].key);

		if (!key)
			continue;
		if (strcmp(key, l->last) <= 0)
			return dv_err_set(err, DV_E_FORMAT, "a list is not in "
					  "the order of bytes at '%s'", key);
		if (!l->left) {
			*more = true;
			break;
		}
		send_item(l, key, &p->items[i]);
	}
	return 0;
}

static void on_page(void *arg, const struct dv_s3_answer *a)
{
	struct list *l = arg;
	struct dv_s3_page page = DV_S3_PAGE_INIT;
	struct dv_err err = DV_ERR_INIT;
	bool more;

	if (a->class != DV_WIRE_OK) {
		fail(l, a->class, &a->err);
		return;
	}
	if (dv_s3xml_parse_list(&page, dv_buf_cstr(&a->res->body),
				a->res->body.len, &err)) {
		fail(l, DV_WIRE_FATAL, &err);
		return;
	}
	l->empty++;
	free(l->next);
	l->next = page.next;
	page.next = NULL;
	if (take_page(l, &page, &more, &err)) {
		fail(l, DV_WIRE_FATAL, &err);
	} else if (page.truncated && !l->next) {
		dv_err_set(&err, DV_E_FORMAT, "a list goes on and does not "
			   "say where");
		fail(l, DV_WIRE_FATAL, &err);
	} else if (page.truncated && l->empty > EMPTY_MAX) {
		dv_err_set(&err, DV_E_FORMAT, "a list goes on without an "
			   "end");
		fail(l, DV_WIRE_FATAL, &err);
	} else if (!l->left || !page.truncated) {
		finish(l, more || page.truncated);
	} else {
		next_page(l);
	}
	dv_s3_page_release(&page);
}

static void next_page(struct list *l)
{
	struct dv_s3_call *c = dv_s3_call_new(l->s3, "GET", "list", NULL);
	const char *prefix = l->s3->place.prefix;
	unsigned n = l->left < PAGE ? l->left : PAGE;

	free(c->what);
	c->what = dv_asprintf("list '%s%s'", prefix, l->r.key);
	c->answer_max = PAGE_BYTES;
	dv_strlist_add(&c->query, "list-type=2");
	dv_strlist_add(&c->query, "encoding-type=url");
	dv_strlist_take(&c->query, dv_asprintf("max-keys=%u", n));
	dv_strlist_take(&c->query, dv_asprintf("prefix=%s%s", prefix,
					       l->r.key));
	if (l->next)
		dv_strlist_take(&c->query, dv_asprintf("continuation-token=%s",
						       l->next));
	else if (*l->last)
		dv_strlist_take(&c->query, dv_asprintf("start-after=%s%s",
						       prefix, l->last));
	dv_s3_call_start(c, on_page, l);
}

void dv_s3_list(struct dv_s3 *s, const struct dv_wire_request *r)
{
	struct list *l = dv_calloc(1, sizeof(*l));

	l->s3 = s;
	l->r = *r;
	l->last = dv_strdup(r->after);
	l->left = r->limit;
	next_page(l);
}
