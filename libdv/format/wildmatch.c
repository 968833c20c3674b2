/* SPDX-License-Identifier: MIT */
#include "format/wildmatch.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum kind {
	LITERAL,
	SET,		/* one byte out of a set */
	STAR,		/* any bytes, not '/' where paths are matched */
	ANYTHING,	/* any bytes */
	DIRS		/* nothing, or any bytes and then '/' */
};

struct token {
	uint8_t kind, c;
	uint16_t set;
};

struct set {
	uint8_t has[256];
};

struct dv_wildmatch {
	struct token *token;
	size_t n, cap;
	struct set *set;
	size_t sets, sets_cap;
	bool path;
	size_t prefix;		/* LITERAL tokens at the start */
};

struct parser {
	const uint8_t *p, *end, *start;
	struct dv_wildmatch *w;
};

static void add(struct dv_wildmatch *w, enum kind kind, uint8_t c)
{
	struct token t = { (uint8_t)kind, c, 0 };

	dv_grow(&w->token, &w->cap, w->n + 1, sizeof(*w->token));
	if (kind == SET)
		t.set = (uint16_t)(w->sets - 1);
	w->token[w->n++] = t;
}

static struct set *add_set(struct dv_wildmatch *w)
{
	dv_grow(&w->set, &w->sets_cap, w->sets + 1, sizeof(*w->set));
	memset(&w->set[w->sets], 0, sizeof(*w->set));
	return &w->set[w->sets++];
}

static bool add_class(struct set *set, const char *name, size_t n)
{
	static const struct {
		const char *name;
		int (*is)(int c);
	} classes[] = {
		{ "alnum", isalnum }, { "alpha", isalpha },
		{ "blank", isblank }, { "cntrl", iscntrl },
		{ "digit", isdigit }, { "graph", isgraph },
		{ "lower", islower }, { "print", isprint },
		{ "punct", ispunct }, { "space", isspace },
		{ "upper", isupper }, { "xdigit", isxdigit },
	};

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		if (strlen(classes[i].name) != n ||
		    memcmp(classes[i].name, name, n))
			continue;
		for (int c = 0; c < 128; c++)
			if (classes[i].is(c))
				set->has[c] = 1;
		return true;
	}
	return false;
}

/* "[:name:]" at ps->p + 1: 1 taken, 0 none, -1 no such class. */
static int parse_class(struct parser *ps, struct set *set)
{
	const uint8_t *s = ps->p + 2, *e;

	if (ps->end - ps->p < 2 || ps->p[1] != ':')
		return 0;
	for (e = s; e < ps->end && *e != ']'; e++)
		;
	if (e == ps->end)
		return -1;
	if (e == s || e[-1] != ':')
		return 0;
	if (!add_class(set, (const char *)s, (size_t)(e - 1 - s)))
		return -1;
	ps->p = e + 1;
	return 1;
}

/* One byte of a set, quoted or not. */
static bool set_byte(struct parser *ps, uint8_t *c)
{
	if (ps->p < ps->end && *ps->p == '\\')
		ps->p++;
	if (ps->p >= ps->end)
		return false;
	*c = *ps->p++;
	return true;
}

/* What follows '['. */
static bool parse_set(struct parser *ps)
{
	struct set *set = add_set(ps->w);
	bool negated = false, first = true;

	if (ps->p < ps->end && (*ps->p == '!' || *ps->p == '^')) {
		negated = true;
		ps->p++;
	}
	for (;; first = false) {
		uint8_t from, to;
		int rc = 0;

		if (ps->p >= ps->end)
			return false;
		if (*ps->p == ']' && !first)
			break;
		if (*ps->p == '[')
			rc = parse_class(ps, set);
		if (rc < 0)
			return false;
		if (rc)
			continue;
		if (!set_byte(ps, &from))
			return false;
		to = from;
		if (ps->end - ps->p >= 2 && *ps->p == '-' && ps->p[1] != ']') {
			ps->p++;
			if (!set_byte(ps, &to))
				return false;
		}
		for (unsigned c = from; c <= to; c++)
			set->has[c] = 1;
	}
	ps->p++;
	if (negated)
		for (unsigned c = 0; c < 256; c++)
			set->has[c] = !set->has[c];
	if (ps->w->path)
		set->has['/'] = 0;
	add(ps->w, SET, 0);
	return true;
}

/* Stars: ps->p is behind the first. */
static void parse_stars(struct parser *ps)
{
	bool open = ps->p - 1 == ps->start || ps->p[-2] == '/';
	bool two = ps->p < ps->end && *ps->p == '*';

	while (ps->p < ps->end && *ps->p == '*')
		ps->p++;
	if (!ps->w->path || !two || !open) {
		add(ps->w, ps->w->path ? STAR : ANYTHING, 0);
	} else if (ps->p == ps->end) {
		add(ps->w, ANYTHING, 0);
	} else if (*ps->p == '/') {
		ps->p++;
		add(ps->w, DIRS, 0);
	} else if (*ps->p == '\\' && ps->end - ps->p >= 2 &&
		   ps->p[1] == '/') {
		add(ps->w, ANYTHING, 0);
	} else {
		add(ps->w, STAR, 0);
	}
}

static bool parse(struct parser *ps)
{
	while (ps->p < ps->end) {
		uint8_t c = *ps->p++;

		if (c == '*') {
			parse_stars(ps);
		} else if (c == '?') {
			struct set *set = add_set(ps->w);

			memset(set->has, 1, sizeof(set->has));
			if (ps->w->path)
				set->has['/'] = 0;
			add(ps->w, SET, 0);
		} else if (c == '[') {
			if (!parse_set(ps))
				return false;
		} else {
			if (c == '\\') {
				if (ps->p == ps->end)
					return false;
				c = *ps->p++;
			}
			add(ps->w, LITERAL, c);
		}
	}
	return true;
}

struct dv_wildmatch *dv_wildmatch_new(const char *pattern, size_t n,
				      bool path)
{
	struct dv_wildmatch *w;
	struct parser ps;

	if (n > DV_WILDMATCH_MAX)
		return NULL;
	w = dv_calloc(1, sizeof(*w));
	w->path = path;
	ps.start = ps.p = (const uint8_t *)pattern;
	ps.end = ps.p + n;
	ps.w = w;
	if (!parse(&ps)) {
		dv_wildmatch_free(w);
		return NULL;
	}
	while (w->prefix < w->n && w->token[w->prefix].kind == LITERAL)
		w->prefix++;
	return w;
}

void dv_wildmatch_free(struct dv_wildmatch *w)
{
	if (!w)
		return;
	free(w->token);
	free(w->set);
	free(w);
}

/* A place is "before token i"; INSIDE: a DIRS that has begun. */
#define BEFORE 1
#define INSIDE 2

/* What may match nothing is stepped over at once. */
static void reach(const struct dv_wildmatch *w, uint8_t *at, size_t i)
{
	for (;;) {
		at[i] |= BEFORE;
		if (i == w->n || w->token[i].kind < STAR)
			return;
		i++;
	}
}

/* Where byte c leads from before (or inside) token i. */
static void step(const struct dv_wildmatch *w, uint8_t *next, size_t i,
		 uint8_t c)
{
	const struct token *t = &w->token[i];

	switch (t->kind) {
	case LITERAL:
		if (t->c == c)
			reach(w, next, i + 1);
		break;
	case SET:
		if (w->set[t->set].has[c])
			reach(w, next, i + 1);
		break;
	case STAR:
		if (c != '/')
			reach(w, next, i);
		break;
	case ANYTHING:
		reach(w, next, i);
		break;
	case DIRS:
		next[i] |= INSIDE;
		if (c == '/')
			reach(w, next, i + 1);
		break;
	}
}

bool dv_wildmatch_match(const struct dv_wildmatch *w, const char *text,
			size_t n)
{
	uint8_t places[2][DV_WILDMATCH_MAX + 2];
	uint8_t *now = places[0], *next = places[1];

	if (n < w->prefix)
		return false;
	for (size_t i = 0; i < w->prefix; i++)
		if (w->token[i].c != (uint8_t)text[i])
			return false;

	memset(now, 0, w->n + 1);
	reach(w, now, w->prefix);
	for (size_t k = w->prefix; k < n; k++) {
		uint8_t *swap = now;
		bool any = false;

		memset(next, 0, w->n + 1);
		for (size_t i = w->prefix; i < w->n; i++) {
			if (!now[i])
				continue;
			any = true;
			step(w, next, i, (uint8_t)text[k]);
		}
		if (!any)
			return false;
		now = next;
		next = swap;
	}
	return now[w->n] & BEFORE;
}
