/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "format/recipe.h"
#include "remote/answer.h"
#include "remote/rget-parts.h"
#include "remote/rkey.h"

/*
 * A file as it streams through: its pieces in order, those that lie one
 * behind the other asked for together.  While one range is written out the
 * next ones are on their way.
 */
#define AHEAD 4
#define RANGE (4u << 20)

struct segment {
	struct dv_rget_piece *v;
	size_t n, cap;
	uint64_t start, len;		/* in the pack of all of them */
	bool local;			/* one piece, in the store */
	char *file;
	int fd;
	struct dv_answer answer;
};

/* A recipe on the way down to the chunks. */
struct level {
	struct dv_buf bytes;
	struct dv_recipe recipe;
	uint32_t next;
};

struct stream {
	struct dv_rget_reader *r;
	uint64_t size;
	struct dv_hasher *hasher;
	struct dv_progress *progress;
	int fd;

	struct level levels[DV_RECIPE_DEPTH_MAX + 1];
	int depth;			/* levels in use */
	struct dv_rget_piece piece;	/* the next one, if has_piece */
	bool has_piece, local;

	struct segment segments[AHEAD];
	unsigned asked, taken;		/* counted from the start */
	struct dv_buf range, plain;
};

/* --- the pieces ------------------------------------------------------------ */

static int missing(struct stream *s, const struct dv_digest *id,
		   struct dv_err *err)
{
	char text[DV_DIGEST_TEXT];

	return dv_err_set(err, DV_E_MISSING, "remote '%s': object %s is in "
			  "none of its packs", s->r->c->name,
			  dv_digest_format(text, id));
}

/* Where id lies: s->piece, or s->local. */
static int locate(struct stream *s, const struct dv_digest *id,
		  struct dv_err *err)
{
	struct dv_location_pack pack;
	struct dv_rget_object x;
	int rc = 0;

	s->local = false;
	if (s->r->odb)
		rc = dv_odb_stat(s->r->odb, id, NULL, err);
	if (rc < 0)
		return rc;
	if (rc) {
		s->local = true;
		s->piece.x.id = *id;
		return 0;
	}
	rc = dv_rget_lookup(s->r, id, s->size, &pack, &x, err);
	if (rc <= 0)
		return rc < 0 ? rc : missing(s, id, err);
	dv_rget_piece_set(&s->piece, &pack.id, &x);
	return 0;
}

static int corrupt(struct stream *s, const char *why, struct dv_err *err)
{
	char id[DV_DIGEST_TEXT];

	return dv_err_set(err, DV_E_FORMAT, "remote '%s': recipe of object "
			  "%s: %s", s->r->c->name,
			  dv_digest_format(id, &s->piece.x.id), why);
}

/* s->piece, read alone and now. */
static int read_piece(struct stream *s, struct dv_buf *out,
		      struct dv_err *err)
{
	int rc;

	if (s->local)
		return dv_odb_read(s->r->odb, &s->piece.x.id, out,
				   DV_PACK_PLAIN_MAX, err);
	rc = dv_rget_read_range(s->r, &s->piece.pack, s->piece.at, s->piece.n,
				&s->range, err);
	if (!rc && s->range.len != s->piece.n)
		rc = corrupt(s, "its pack is cut short", err);
	return rc < 0 ? rc : dv_rget_piece_open(&s->piece, s->r->c->name,
						s->range.data, out, err);
}

/* Down to the recipe that s->piece is, which makes up size bytes. */
static int enter(struct stream *s, uint64_t size, int depth,
		 struct dv_err *err)
{
	struct level *l = &s->levels[s->depth];
	int rc;

	dv_buf_reset(&l->bytes);
	rc = read_piece(s, &l->bytes, err);
	if (rc < 0)
		return rc;
	if (dv_recipe_decode(&l->recipe, l->bytes.data, l->bytes.len, err) < 0)
		return corrupt(s, err->msg, err);
	if (l->recipe.size != size || l->recipe.algo != s->r->c->algo ||
	    (depth >= 0 && l->recipe.depth != (unsigned)depth))
		return corrupt(s, "it is not of the object it stands for",
			       err);
	l->next = 0;
	s->depth++;
	return 0;
}

/* The next piece of the file: 1, and s->has_piece, or 0 at the end. */
static int next_piece(struct stream *s, struct dv_err *err)
{
	while (!s->has_piece && s->depth) {
		struct level *l = &s->levels[s->depth - 1];
		struct dv_recipe_item item;
		int rc;

		if (l->next == l->recipe.n) {
			s->depth--;
			continue;
		}
		dv_recipe_get(&l->recipe, l->next++, &item);
		rc = locate(s, &item.id, err);
		if (!rc && !s->local && (s->piece.x.o.type != DV_PACK_PLAIN ||
		    (!l->recipe.depth && s->piece.x.o.size != item.size)))
			rc = corrupt(s, "a chunk is not what it says", err);
		if (!rc && l->recipe.depth)
			rc = enter(s, item.size, (int)l->recipe.depth - 1, err);
		else if (!rc)
			s->has_piece = true;
		if (rc < 0)
			return rc;
	}
	return s->has_piece;
}

/* --- asking --------------------------------------------------------------- */

/* May the next piece come with those before it? */
static bool fits(const struct stream *s, const struct segment *g)
{
	const struct dv_rget_piece *p = &s->piece;

	if (!g->n)
		return true;
	return !s->local && dv_digest_eq(&p->pack, &g->v->pack) &&
	       p->at >= g->start && p->at <= g->start + g->len + DV_RGET_GAP &&
	       p->at + p->n - g->start <= RANGE;
}

static void add_piece(struct stream *s, struct segment *g)
{
	const struct dv_rget_piece *p = &s->piece;

	dv_grow(&g->v, &g->cap, g->n + 1, sizeof(*g->v));
	g->v[g->n++] = *p;
	s->has_piece = false;
	if (g->n == 1) {
		g->local = s->local;
		g->start = p->at;
		g->len = 0;
	}
	if (p->at + p->n > g->start + g->len)
		g->len = p->at + p->n - g->start;
}

static int open_file(struct stream *s, struct segment *g, struct dv_err *err)
{
	const char *tmp;

	if (g->file)
		return 0;
	tmp = dv_rcache_tmp(s->r->c->cache, err);
	return tmp ? dv_tmpfile(&g->fd, &g->file, tmp, err) : -err->code;
}

/* Make up the next segment and ask for it: 1, or 0 where nothing is left. */
static int ask(struct stream *s, struct dv_err *err)
{
	struct segment *g = &s->segments[s->asked % AHEAD];
	struct dv_buf key = DV_BUF_INIT;
	int rc;

	g->n = 0;
	while ((rc = next_piece(s, err)) > 0 && fits(s, g)) {
		add_piece(s, g);
		if (g->local)
			break;
	}
	if (rc < 0 || !g->n)
		return rc;
	if (!g->local) {
		rc = open_file(s, g, err);
		if (rc < 0)
			return rc;
		/* Of an empty object nothing is to be asked. */
		g->answer = (struct dv_answer){ .done = !g->len };
		dv_rkey_pack(&key, &g->v->pack, ".pack");
		if (g->len)
			dv_transport_get(s->r->c->t, key.data, g->start,
					 g->len, g->file, 0, dv_answer_take,
					 &g->answer);
		dv_buf_release(&key);
	}
	s->asked++;
	return 1;
}

/* --- writing --------------------------------------------------------------- */

static int emit(struct stream *s, struct dv_err *err)
{
	dv_hasher_update(s->hasher, s->plain.data, s->plain.len);
	if (dv_write_full(s->fd, s->plain.data, s->plain.len))
		return dv_err_sys(err, "cannot write the object");
	dv_progress_add(s->progress, 0, s->plain.len);
	return 0;
}

static int take_piece(struct stream *s, const struct segment *g,
		      const struct dv_rget_piece *p, struct dv_err *err)
{
	char hex[DV_DIGEST_TEXT];
	char *to;
	int rc;

	dv_buf_reset(&s->plain);
	dv_buf_reset(&s->range);
	if (g->local) {
		rc = dv_odb_read(s->r->odb, &p->x.id, &s->plain,
				 DV_PACK_PLAIN_MAX, err);
		return rc < 0 ? rc : emit(s, err);
	}
	to = dv_buf_reserve(&s->range, p->n);
	if (p->at + p->n - g->start > g->answer.count ||
	    dv_pread_full(g->fd, to, p->n, p->at - g->start) != (ssize_t)p->n)
		return dv_err_set(err, DV_E_FORMAT, "remote '%s': pack %s is "
				  "cut short", s->r->c->name,
				  dv_digest_hex(hex, &p->pack));
	rc = dv_rget_piece_open(p, s->r->c->name, to, &s->plain, err);
	return rc < 0 ? rc : emit(s, err);
}

static int take(struct stream *s, struct dv_err *err)
{
	struct segment *g = &s->segments[s->taken++ % AHEAD];
	int rc = 0;

	if (!g->local)
		rc = dv_answer_wait(s->r->c->t, &g->answer, err);
	for (size_t i = 0; !rc && i < g->n; i++)
		rc = take_piece(s, g, &g->v[i], err);
	return rc;
}

static int run(struct stream *s, struct dv_err *err)
{
	struct dv_err ignored = DV_ERR_INIT;
	int rc = 1;

	while (rc >= 0 && (rc > 0 || s->taken < s->asked)) {
		while (rc > 0 && s->asked - s->taken < AHEAD)
			rc = ask(s, err);
		if (rc >= 0 && s->taken < s->asked) {
			int one = take(s, err);

			if (one < 0)
				rc = one;
		}
	}
	/* Nobody may write into what is about to go. */
	for (; s->taken < s->asked; s->taken++)
		if (!s->segments[s->taken % AHEAD].local)
			dv_answer_wait(s->r->c->t,
				       &s->segments[s->taken % AHEAD].answer,
				       &ignored);
	return rc;
}

static void release(struct stream *s)
{
	for (int i = 0; i < AHEAD; i++) {
		struct segment *g = &s->segments[i];

		free(g->v);
		if (!g->file)
			continue;
		close(g->fd);
		unlink(g->file);
		free(g->file);
	}
	for (int i = 0; i <= DV_RECIPE_DEPTH_MAX; i++)
		dv_buf_release(&s->levels[i].bytes);
	dv_hasher_free(s->hasher);
	dv_buf_release(&s->range);
	dv_buf_release(&s->plain);
	free(s);
}

/* The object itself: one piece, or a recipe that lists them. */
static int begin(struct stream *s, const struct dv_digest *id,
		 struct dv_err *err)
{
	int rc = locate(s, id, err);

	if (rc < 0)
		return rc;
	if (s->piece.x.o.size != s->size)
		return corrupt(s, "it is of another size than its manifest "
			       "says", err);
	if (s->piece.x.o.type == DV_PACK_RECIPE)
		return enter(s, s->size, -1, err);
	s->has_piece = true;
	return 0;
}

int dv_rget_copy(struct dv_rget_reader *r, const struct dv_digest *id,
		 uint64_t size, int fd, struct dv_progress *p,
		 struct dv_err *err)
{
	char text[DV_DIGEST_TEXT];
	struct dv_digest is;
	struct stream *s;
	int rc = r->odb ? dv_odb_stat(r->odb, id, NULL, err) : 0;

	if (rc < 0)
		return rc;
	if (rc)
		return dv_odb_copy(r->odb, id, fd, p, err);
	s = dv_calloc(1, sizeof(*s));
	s->r = r;
	s->size = size;
	s->fd = fd;
	s->progress = p;
	s->hasher = dv_hasher_new(id->algo);
	rc = begin(s, id, err);
	if (!rc)
		rc = run(s, err);
	if (!rc) {
		dv_hasher_final(s->hasher, &is);
		if (!dv_digest_eq(&is, id))
			rc = dv_err_set(err, DV_E_DIGEST, "remote '%s': what "
					"came is not object %s", r->c->name,
					dv_digest_format(text, id));
	}
	release(s);
	return rc;
}
