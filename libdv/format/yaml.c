/* SPDX-License-Identifier: MIT */
#include "format/yaml.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/alloc.h"
#include "format/scalar.h"

/*
 * libyaml's events are kept, all of them, and the value is built from the
 * list.  An alias knows the number of the event it names, so that its
 * copy is built by reading the list again from there: nothing is copied
 * before the size of the copy is accounted for.
 */
struct event {
	yaml_event_t ev;
	size_t target;			/* of an alias */
};

struct document {
	const char *name;
	struct event *v;
	size_t n, cap;
	size_t anchor[DV_YAML_ANCHORS_MAX], nanchor;
	size_t open[DV_VALUE_DEPTH_MAX], nopen;	/* lists and maps */
	size_t naliases;
	size_t expanded;		/* bytes that aliases made */
	int copying;			/* aliases we are inside of */
};

static int fail_at(const struct document *doc, const yaml_mark_t *mark,
		   enum dv_code code, const char *what, struct dv_err *err)
{
	return dv_err_set(err, code, "'%s', line %zu, column %zu: %s",
			  doc->name, mark->line + 1, mark->column + 1, what);
}

static const char *anchor_of(const yaml_event_t *ev)
{
	switch (ev->type) {
	case YAML_SCALAR_EVENT:
		return (const char *)ev->data.scalar.anchor;
	case YAML_SEQUENCE_START_EVENT:
		return (const char *)ev->data.sequence_start.anchor;
	case YAML_MAPPING_START_EVENT:
		return (const char *)ev->data.mapping_start.anchor;
	default:
		return NULL;
	}
}

static bool has_tag(const yaml_event_t *ev)
{
	switch (ev->type) {
	case YAML_SCALAR_EVENT:
		return ev->data.scalar.tag;
	case YAML_SEQUENCE_START_EVENT:
		return ev->data.sequence_start.tag;
	case YAML_MAPPING_START_EVENT:
		return ev->data.mapping_start.tag;
	case YAML_DOCUMENT_START_EVENT:
		return ev->data.document_start.tag_directives.start !=
		       ev->data.document_start.tag_directives.end;
	default:
		return false;
	}
}

/* The newest anchor of that name counts; it must not be open still. */
static int resolve(struct document *doc, struct event *alias,
		   struct dv_err *err)
{
	const char *name = (const char *)alias->ev.data.alias.anchor;
	const yaml_mark_t *mark = &alias->ev.start_mark;
	size_t i = doc->nanchor;

	if (++doc->naliases > DV_YAML_ALIASES_MAX)
		return fail_at(doc, mark, DV_E_LIMIT, "too many aliases",
			       err);
	while (i && strcmp(anchor_of(&doc->v[doc->anchor[i - 1]].ev), name))
		i--;
	if (!i)
		return fail_at(doc, mark, DV_E_FORMAT,
			       "the alias names no anchor before it", err);
	alias->target = doc->anchor[i - 1];
	for (i = 0; i < doc->nopen; i++)
		if (doc->open[i] == alias->target)
			return fail_at(doc, mark, DV_E_FORMAT,
				       "the alias is inside what it names",
				       err);
	return 0;
}

static int check_event(struct document *doc, struct event *e,
		       struct dv_err *err)
{
	const yaml_mark_t *mark = &e->ev.start_mark;
	size_t self = (size_t)(e - doc->v);

	if (has_tag(&e->ev))
		return fail_at(doc, mark, DV_E_UNSUPPORTED,
			       "tags are not supported", err);
	if (anchor_of(&e->ev)) {
		if (doc->nanchor == DV_YAML_ANCHORS_MAX)
			return fail_at(doc, mark, DV_E_LIMIT,
				       "too many anchors", err);
		doc->anchor[doc->nanchor++] = self;
	}
	switch (e->ev.type) {
	case YAML_DOCUMENT_START_EVENT:
		if (self)
			return fail_at(doc, mark, DV_E_UNSUPPORTED,
				       "a second document begins", err);
		return 0;
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		if (doc->nopen == DV_VALUE_DEPTH_MAX)
			return fail_at(doc, mark, DV_E_LIMIT,
				       "nested too deeply", err);
		doc->open[doc->nopen++] = self;
		return 0;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		doc->nopen--;
		return 0;
	case YAML_ALIAS_EVENT:
		return resolve(doc, e, err);
	default:
		return 0;
	}
}

/* A byte that is no text has an offset and no mark. */
static int fail_yaml(const struct document *doc, const yaml_parser_t *parser,
		     const char *text, size_t n, struct dv_err *err)
{
	yaml_mark_t mark = parser->problem_mark;

	if (parser->error == YAML_MEMORY_ERROR)
		return dv_err_set(err, DV_E_SYS, "'%s': out of memory",
				  doc->name);
	if (parser->error == YAML_READER_ERROR) {
		memset(&mark, 0, sizeof(mark));
		for (size_t i = 0; i < parser->problem_offset && i < n; i++) {
			mark.column++;
			if (text[i] == '\n')
				mark.line++, mark.column = 0;
		}
	}
	return fail_at(doc, &mark, DV_E_FORMAT,
		       parser->problem ? parser->problem : "not YAML", err);
}

/* The events between those of the stream go into doc->v. */
static int read_events(struct document *doc, const char *text, size_t n,
		       struct dv_err *err)
{
	yaml_event_type_t type = YAML_NO_EVENT;
	yaml_parser_t parser;
	int rc = 0;

	if (!yaml_parser_initialize(&parser))
		return dv_err_set(err, DV_E_SYS, "'%s': out of memory",
				  doc->name);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, n);

	while (rc >= 0 && type != YAML_STREAM_END_EVENT) {
		struct event *e;

		dv_grow(&doc->v, &doc->cap, doc->n + 1, sizeof(*e));
		e = &doc->v[doc->n];
		if (!yaml_parser_parse(&parser, &e->ev)) {
			rc = fail_yaml(doc, &parser, text, n, err);
			break;
		}
		type = e->ev.type;
		if (type == YAML_STREAM_START_EVENT ||
		    type == YAML_STREAM_END_EVENT) {
			yaml_event_delete(&e->ev);
			continue;
		}
		doc->n++;
		rc = check_event(doc, e, err);
		if (rc >= 0 && doc->n > DV_YAML_NODES_MAX)
			rc = fail_at(doc, &e->ev.start_mark, DV_E_LIMIT,
				     "too many values", err);
	}
	yaml_parser_delete(&parser);
	return rc;
}

/* What an alias makes is counted, roughly as malloc() will see it. */
static int account(struct document *doc, const struct event *e, size_t n,
		   struct dv_err *err)
{
	if (!doc->copying)
		return 0;
	doc->expanded += sizeof(struct dv_member) + 32 + n;
	if (doc->expanded > DV_YAML_EXPANDED_MAX)
		return fail_at(doc, &e->ev.start_mark, DV_E_LIMIT,
			       "the aliases expand to more than 64 MiB",
			       err);
	return 0;
}

static int build(struct dv_value *out, struct document *doc, size_t *pos,
		 size_t depth, struct dv_err *err);

static int build_scalar(struct dv_value *out, struct document *doc,
			const struct event *e, struct dv_err *err)
{
	const char *s = (const char *)e->ev.data.scalar.value;
	size_t n = e->ev.data.scalar.length;

	if (!dv_value_is_text(s, n))
		return fail_at(doc, &e->ev.start_mark, DV_E_FORMAT,
			       "text is not UTF-8", err);
	if (e->ev.data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
		dv_scalar_parse(out, s, n);
	else
		*out = dv_value_str(s, n);
	return 0;
}

static int build_alias(struct dv_value *out, struct document *doc,
		       const struct event *e, size_t depth,
		       struct dv_err *err)
{
	size_t pos = e->target;
	int rc;

	doc->copying++;
	rc = build(out, doc, &pos, depth, err);
	doc->copying--;
	return rc;
}

static int build_list(struct dv_value *out, struct document *doc,
		      size_t *pos, size_t depth, struct dv_err *err)
{
	*out = dv_value_array();
	while (doc->v[*pos].ev.type != YAML_SEQUENCE_END_EVENT) {
		int rc = build(dv_value_push(out), doc, pos, depth, err);

		if (rc < 0)
			return rc;
	}
	++*pos;
	return 0;
}

/* A key's event, through an alias if that is what stands there. */
static int key_event(const struct event **key, const struct document *doc,
		     size_t pos, struct dv_err *err)
{
	const struct event *e = &doc->v[pos];

	*key = e;
	if (e->ev.type == YAML_ALIAS_EVENT)
		*key = &doc->v[e->target];
	if ((*key)->ev.type != YAML_SCALAR_EVENT)
		return fail_at(doc, &e->ev.start_mark, DV_E_UNSUPPORTED,
			       "a key is a list or a map", err);
	if (!dv_value_is_text((const char *)(*key)->ev.data.scalar.value,
			      (*key)->ev.data.scalar.length))
		return fail_at(doc, &e->ev.start_mark, DV_E_FORMAT,
			       "text is not UTF-8", err);
	return 0;
}

/* Where a key stands and what it is. */
struct key {
	size_t pos, n;
	const char *s;
};

static int key_cmp(const void *pa, const void *pb)
{
	const struct key *a = pa, *b = pb;
	int c = memcmp(a->s, b->s, a->n < b->n ? a->n : b->n);

	if (!c)
		c = (a->n > b->n) - (a->n < b->n);
	return c ? c : (a->pos > b->pos) - (a->pos < b->pos);
}

static int check_keys(const struct document *doc, struct key *keys, size_t n,
		      struct dv_err *err)
{
	if (n)
		qsort(keys, n, sizeof(*keys), key_cmp);
	for (size_t i = 1; i < n; i++) {
		const struct key *a = &keys[i - 1], *b = &keys[i];
		const yaml_mark_t *mark = &doc->v[b->pos].ev.start_mark;

		if (a->n == b->n && !memcmp(a->s, b->s, a->n))
			return dv_err_set(err, DV_E_EXISTS,
				"'%s', line %zu, column %zu: key '%.100s' is "
				"there already, in line %zu", doc->name,
				mark->line + 1, mark->column + 1, b->s,
				doc->v[a->pos].ev.start_mark.line + 1);
	}
	return 0;
}

static int build_members(struct dv_value *out, struct document *doc,
			 size_t *pos, size_t depth, struct key **keys,
			 struct dv_err *err)
{
	size_t cap = 0, n = 0;

	while (doc->v[*pos].ev.type != YAML_MAPPING_END_EVENT) {
		const struct event *e;
		struct dv_value *v;
		int rc = key_event(&e, doc, *pos, err);

		if (rc < 0)
			return rc;
		dv_grow(keys, &cap, n + 1, sizeof(**keys));
		(*keys)[n].pos = *pos;
		(*keys)[n].s = (const char *)e->ev.data.scalar.value;
		(*keys)[n].n = e->ev.data.scalar.length;
		rc = account(doc, e, (*keys)[n].n, err);
		if (rc < 0)
			return rc;
		v = dv_value_add(out, (*keys)[n].s, (*keys)[n].n);
		n++;
		++*pos;
		rc = build(v, doc, pos, depth, err);
		if (rc < 0)
			return rc;
	}
	++*pos;
	/* What is copied was checked where it stands. */
	return doc->copying ? 0 : check_keys(doc, *keys, n, err);
}

static int build_map(struct dv_value *out, struct document *doc, size_t *pos,
		     size_t depth, struct dv_err *err)
{
	struct key *keys = NULL;
	int rc;

	*out = dv_value_map();
	rc = build_members(out, doc, pos, depth, &keys, err);
	free(keys);
	return rc;
}

/* Build what begins at *pos and move *pos behind it. */
static int build(struct dv_value *out, struct document *doc, size_t *pos,
		 size_t depth, struct dv_err *err)
{
	const struct event *e = &doc->v[(*pos)++];
	int rc;

	if (e->ev.type == YAML_ALIAS_EVENT)
		return build_alias(out, doc, e, depth, err);
	rc = account(doc, e, 0, err);
	if (rc < 0)
		return rc;
	if (e->ev.type == YAML_SCALAR_EVENT) {
		rc = account(doc, e, e->ev.data.scalar.length, err);
		return rc < 0 ? rc : build_scalar(out, doc, e, err);
	}
	if (depth == DV_VALUE_DEPTH_MAX)
		return fail_at(doc, &e->ev.start_mark, DV_E_LIMIT,
			       "nested too deeply, through aliases", err);
	if (e->ev.type == YAML_SEQUENCE_START_EVENT)
		return build_list(out, doc, pos, depth + 1, err);
	return build_map(out, doc, pos, depth + 1, err);
}

/* Event 0 starts the document, event 1 is its root. */
static bool is_empty(const struct document *doc)
{
	return !doc->n ||
	       (doc->v[1].ev.type == YAML_SCALAR_EVENT &&
		doc->v[1].ev.data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
		!doc->v[1].ev.data.scalar.length);
}

int dv_yaml_parse(struct dv_value *out, const char *text, size_t n,
		  const char *name, bool *empty, struct dv_err *err)
{
	struct document *doc = dv_calloc(1, sizeof(*doc));
	struct dv_value v = DV_VALUE_INIT;
	size_t pos = 1;
	int rc;

	doc->name = name;
	rc = read_events(doc, text, n, err);
	if (rc >= 0 && doc->n)
		rc = build(&v, doc, &pos, 0, err);
	if (rc >= 0) {
		if (empty)
			*empty = is_empty(doc);
		*out = v;
	} else {
		dv_value_release(&v);
	}

	for (size_t i = 0; i < doc->n; i++)
		yaml_event_delete(&doc->v[i].ev);
	free(doc->v);
	free(doc);
	return rc < 0 ? rc : 0;
}
