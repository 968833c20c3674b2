/* SPDX-License-Identifier: MIT */
#include "remote/sftp-parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define DEPTH_MAX 512			/* components of the longest key */

/* A directory that is being gone through. */
struct level {
	char *path;			/* below root, "" or "a/b/" */
	struct dv_strlist names;	/* "<name>\n<size>", "<directory>/\n" */
	size_t next;
};

struct list {
	struct dv_sftp *s;
	struct dv_wire_request r;
	struct level levels[DEPTH_MAX];
	size_t depth;
	unsigned left;
	bool more;
};

static void go_on(struct list *l);

/* --- lines ------------------------------------------------------------ */

/* Mode, links, user, group, size, and three words of a date. */
bool dv_sftp_parse_entry(struct dv_sftp_entry *e, const char *line)
{
	const char *p = line;

	e->type = *p;
	e->size = -1;
	for (int field = 0; field < 8; field++) {
		size_t n = strcspn(p, " ");

		if (!n)
			return false;
		if (field == 4 && strspn(p, "0123456789") == n && n < 19)
			e->size = strtoll(p, NULL, 10);
		p += n;
		if (field < 7)
			p += strspn(p, " ");
	}
	if (*p != ' ' || !p[1])
		return false;
	e->name = p + 1;
	return e->type != 'l' || strstr(e->name, " -> ");
}

/* It stands where a directory may have been: go_on() stops there. */
static void add_link(struct level *v, const char *line)
{
	dv_strlist_take(&v->names,
			dv_asprintf("%.*s/\nlink",
				    (int)(strstr(line, " -> ") - line), line));
}

static void add_entry(struct level *v, const struct dv_sftp_entry *e)
{
	if (e->type == 'l') {
		add_link(v, e->name);
		return;
	}
	/* What a key has no component of, and our own directory, is hidden. */
	if (!dv_wire_key_ok(e->name, strlen(e->name)) ||
	    strchr(e->name, '/') ||
	    (!*v->path && !strcmp(e->name, DV_SFTP_TMP)))
		return;
	if (e->type == 'd')
		dv_strlist_take(&v->names, dv_asprintf("%s/\n", e->name));
	else if (e->type == '-')
		dv_strlist_take(&v->names, dv_asprintf("%s\n%lld", e->name,
						(long long)e->size));
}

/* Order by the name, before the '\n', as bytes. */
static int cmp_names(const void *a, const void *b)
{
	const char *x = *(char *const *)a, *y = *(char *const *)b;
	size_t xn = strcspn(x, "\n"), yn = strcspn(y, "\n");
	int c = memcmp(x, y, xn < yn ? xn : yn);

	return c ? c : xn < yn ? -1 : xn > yn;
}

static void read_lines(struct level *v, const struct dv_buf *body)
{
	char *text = dv_strdup(dv_buf_cstr(body));
	char *at = text, *line;
	struct dv_sftp_entry e;

	while ((line = strsep(&at, "\n")))
		if (dv_sftp_parse_entry(&e, line))
			add_entry(v, &e);
	if (v->names.n)
		qsort(v->names.v, v->names.n, sizeof(*v->names.v),
		      cmp_names);
	free(text);
}

/* --- the walk --------------------------------------------------------- */

static void pop(struct list *l)
{
	struct level *v = &l->levels[--l->depth];

	free(v->path);
	dv_strlist_release(&v->names);
	*v = (struct level){ .path = NULL };
}

static void end(struct list *l)
{
	while (l->depth)
		pop(l);
	free(l);
}

/* Can a key that begins with path be one that was asked for? */
static bool is_wanted(const struct list *l, const char *path)
{
	const char *prefix = l->r.key, *after = l->r.after;
	size_t n = strlen(path), pn = strlen(prefix);
	bool is_dir = path[n - 1] == '/';

	if (n > DV_WIRE_KEY_MAX ||
	    strncmp(path, prefix, n < pn ? n : pn) != 0)
		return false;
	if (!is_dir)
		return n >= pn && strcmp(path, after) > 0;
	return strcmp(path, after) > 0 || !strncmp(path, after, n);
}

static void on_listed(void *arg, const struct dv_sftp_answer *a)
{
	struct list *l = arg;

	if (a->class == DV_WIRE_OK) {
		read_lines(&l->levels[l->depth - 1], &a->res->body);
	} else if (a->class != DV_WIRE_MISSING) {
		dv_net_fail(&l->s->net, l->r.id, a->class, &a->err);
		end(l);
		return;
	}
	go_on(l);
}

/* path is taken. */
static void enter(struct list *l, char *path)
{
	struct level *v = &l->levels[l->depth++];
	struct dv_sftp_call *c = dv_sftp_call_new(l->s, "list", path);
	size_t n = strlen(c->path);

	*v = (struct level){ .path = path };
	if (n)
		c->path[n - 1] = '\0';
	c->list = true;
	dv_sftp_call_start(c, on_listed, l);
}

static void emit(struct list *l, const char *key, int64_t size)
{
	struct dv_wire_reply r = {
		.id = l->r.id, .kind = DV_WIRE_ITEM, .size = size,
		.modified = -1
	};

	if (!l->left) {
		l->more = true;
		return;
	}
	l->left--;
	snprintf(r.key, sizeof(r.key), "%s", key);
	dv_net_tell(&l->s->net, &r);
}

/*
 * Not to list what a link leads to would be to say that it has gone, and a
 * gc would believe that.
 */
static void refuse_link(struct list *l, char *path)
{
	struct dv_err err = DV_ERR_INIT;

	path[strlen(path) - 1] = '\0';
	dv_err_set(&err, DV_E_SYS, "cannot list '%s': a symbolic link is in "
		   "the way", path);
	free(path);
	dv_net_fail(&l->s->net, l->r.id, DV_WIRE_FATAL, &err);
	end(l);
}

static void go_on(struct list *l)
{
	struct dv_wire_reply r = { .id = l->r.id, .kind = DV_WIRE_END };

	while (l->depth && !l->more) {
		struct level *v = &l->levels[l->depth - 1];
		const char *name;
		size_t n;
		char *path;

		if (v->next == v->names.n) {
			pop(l);
			continue;
		}
		name = v->names.v[v->next++];
		n = strcspn(name, "\n");
		path = dv_asprintf("%s%.*s", v->path, (int)n, name);
		if (is_wanted(l, path)) {
			if (name[n + 1] == 'l') {
				refuse_link(l, path);
				return;
			}
			if (name[n - 1] == '/' && l->depth < DEPTH_MAX) {
				enter(l, path);
				return;
			}
			emit(l, path, strtoll(name + n + 1, NULL, 10));
		}
		free(path);
	}
	r.more = l->more;
	dv_net_reply(&l->s->net, &r);
	end(l);
}

void dv_sftp_list(struct dv_sftp *s, const struct dv_wire_request *r)
{
	struct list *l = dv_calloc(1, sizeof(*l));

	l->s = s;
	l->r = *r;
	l->left = r->limit;
	enter(l, dv_strdup(""));
}
