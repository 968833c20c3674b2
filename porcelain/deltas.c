/* SPDX-License-Identifier: MIT */
#include "porcelain/deltas.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/idmap.h"

#define SOURCES_LOOKED_AT 100

const uint8_t *dv_side_value(const struct dv_side *s)
{
	return s->value_len ? s->extra : NULL;
}

const uint8_t *dv_side_meta(const struct dv_side *s)
{
	return s->meta_len ? s->extra + s->value_len : NULL;
}

void dv_side_entry(struct dv_entry *e, const struct dv_side *s)
{
	memset(e, 0, sizeof(*e));
	e->mode = s->mode;
	e->size = s->size;
	e->id = s->id;
	e->value = dv_side_value(s);
	e->value_len = s->value_len;
	e->meta = dv_side_meta(s);
	e->meta_len = s->meta_len;
}

static void fill_side(struct dv_side *s, const struct dv_entry *e)
{
	if (!e)
		return;
	s->mode = e->mode;
	s->size = e->size;
	s->id = e->id;
	if (!e->value_len && !e->meta_len)
		return;

	s->value_len = (uint32_t)e->value_len;
	s->meta_len = (uint32_t)e->meta_len;
	s->extra = dv_malloc(e->value_len + e->meta_len);
	if (e->value_len)
		memcpy(s->extra, e->value, e->value_len);
	if (e->meta_len)
		memcpy(s->extra + e->value_len, e->meta, e->meta_len);
}

/* Files with and without the executable bit are one type. */
static uint32_t type_of(uint32_t mode)
{
	return mode == DV_MODE_EXEC ? DV_MODE_FILE : mode;
}

void dv_deltas_add(struct dv_deltas *c, const char *path, size_t n,
		    const struct dv_entry *a, const struct dv_entry *b)
{
	struct dv_delta *ch;

	if ((!a && !b) || (a && b && dv_entry_same(a, b)))
		return;

	dv_grow(&c->v, &c->cap, c->n + 1, sizeof(*c->v));
	ch = &c->v[c->n++];
	memset(ch, 0, sizeof(*ch));
	ch->path = dv_strndup(path, n);
	ch->path_len = (uint32_t)n;
	fill_side(&ch->before, a);
	fill_side(&ch->after, b);

	if (!a)
		ch->status = 'A';
	else if (!b)
		ch->status = 'D';
	else
		ch->status = type_of(a->mode) == type_of(b->mode) ? 'M' : 'T';
}

static bool can_be_renamed(const struct dv_side *s)
{
	return s->size > 0 && dv_digest_isset(&s->id);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool same_base(const struct dv_delta *a, const struct dv_delta *b)
{
	return !strcmp(base_name(a->path), base_name(b->path));
}

/*
 * Deleted files of one content are a chain: `first` maps the content to
 * the first one's number, next[] leads on.  SIZE_MAX ends it.
 */
struct chains {
	struct dv_idmap first;
	size_t *next;
};

static void chain_deleted(struct chains *ch, const struct dv_deltas *c)
{
	uint64_t head;

	for (size_t i = c->n; i-- > 0;) {
		const struct dv_delta *d = &c->v[i];

		if (d->status != 'D' || !can_be_renamed(&d->before))
			continue;
		ch->next[i] = SIZE_MAX;
		if (dv_idmap_add(&ch->first, &d->before.id, i))
			continue;
		dv_idmap_get(&ch->first, &d->before.id, &head);
		ch->next[i] = ch->next[head];
		ch->next[head] = i;
	}
}

/*
 * A deleted file that still is one, or SIZE_MAX.  Those used up
 * behind the head are unlinked and few are looked at, so that many equal
 * files do not take quadratic time.
 */
static size_t find_source(struct chains *ch, const struct dv_deltas *c,
			  const struct dv_delta *added, bool any_name)
{
	size_t looked = 0;
	uint64_t head;

	if (!dv_idmap_get(&ch->first, &added->after.id, &head))
		return SIZE_MAX;
	while (ch->next[head] != SIZE_MAX && !c->v[ch->next[head]].status)
		ch->next[head] = ch->next[ch->next[head]];

	for (size_t i = head; i != SIZE_MAX && looked < SOURCES_LOOKED_AT;
	     i = ch->next[i], looked++) {
		const struct dv_delta *d = &c->v[i];

		if (d->status == 'D' &&
		    type_of(d->before.mode) == type_of(added->after.mode) &&
		    (any_name || same_base(d, added)))
			return i;
	}
	return SIZE_MAX;
}

static void release_delta(struct dv_delta *ch)
{
	free(ch->path);
	free(ch->from);
	free(ch->before.extra);
	free(ch->after.extra);
}

static void join(struct dv_delta *to, struct dv_delta *d)
{
	to->status = 'R';
	to->from = d->path;
	to->from_len = d->path_len;
	to->before = d->before;
	d->path = NULL;
	d->before.extra = NULL;
	d->status = 0;
}

static void join_added(struct chains *ch, struct dv_deltas *c, bool any_name)
{
	size_t src;

	for (size_t i = 0; i < c->n; i++) {
		struct dv_delta *a = &c->v[i];

		if (a->status != 'A' || !can_be_renamed(&a->after))
			continue;
		src = find_source(ch, c, a, any_name);
		if (src != SIZE_MAX)
			join(a, &c->v[src]);
	}
}

static void drop_joined(struct dv_deltas *c)
{
	size_t kept = 0;

	for (size_t i = 0; i < c->n; i++) {
		if (!c->v[i].status)
			release_delta(&c->v[i]);
		else
			c->v[kept++] = c->v[i];
	}
	c->n = kept;
}

void dv_deltas_find_renames(struct dv_deltas *c)
{
	struct chains ch = { .next = NULL };
	size_t i = 0;

	while (i < c->n && (c->v[i].status != 'D' ||
			    !can_be_renamed(&c->v[i].before)))
		i++;
	if (i == c->n)
		return;

	dv_idmap_init(&ch.first, c->v[i].before.id.algo);
	ch.next = dv_reallocarray(NULL, c->n, sizeof(*ch.next));
	chain_deleted(&ch, c);
	join_added(&ch, c, false);
	join_added(&ch, c, true);
	drop_joined(c);
	free(ch.next);
	dv_idmap_release(&ch.first);
}

void dv_deltas_release(struct dv_deltas *c)
{
	for (size_t i = 0; i < c->n; i++)
		release_delta(&c->v[i]);
	free(c->v);
	*c = (struct dv_deltas)DV_DELTAS_INIT;
}
