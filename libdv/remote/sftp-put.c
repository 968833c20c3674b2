/* SPDX-License-Identifier: MIT */
#include "remote/sftp-parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"

#define PLACE_TRIES 5
#define LEFT_OVER (7 * 24 * 3600)	/* seconds; no put takes that long */

/* An object on its way: uploaded, then given its name. */
struct put {
	struct dv_sftp *s;
	uint64_t id;
	char *key, *tmp;
	int file;
	bool absent;
	unsigned tries;			/* to give it its name */
	enum dv_wire_class class;	/* why it failed */
	struct dv_err err;
};

static void place(struct put *p);

static void end(struct put *p)
{
	close(p->file);
	free(p->key);
	free(p->tmp);
	free(p);
}

static void succeed(struct put *p)
{
	struct dv_wire_reply r = { .id = p->id, .kind = DV_WIRE_DONE };

	dv_net_reply(&p->s->net, &r);
	end(p);
}

/* --- giving up -------------------------------------------------------- */

static void on_removed(void *arg, const struct dv_sftp_answer *a)
{
	struct put *p = arg;

	(void)a;
	dv_net_fail(&p->s->net, p->id, p->class, &p->err);
	end(p);
}

/* Answer no, once what was uploaded is gone again. */
static void give_up(struct put *p, enum dv_wire_class class,
		    const struct dv_err *err)
{
	struct dv_sftp_call *c = dv_sftp_commands(p->s, "delete", p->tmp);

	p->class = class;
	p->err = *err;
	dv_sftp_command(&c->before, p->s, true, "rm", p->tmp, NULL);
	dv_sftp_call_start(c, on_removed, p);
}

/* --- giving it its name ----------------------------------------------- */

/* It could not be renamed: because there is one already? */
static void on_looked(void *arg, const struct dv_sftp_answer *a)
{
	struct put *p = arg;
	struct dv_err err = DV_ERR_INIT;

	if (a->class == DV_WIRE_OK) {
		dv_err_set(&err, DV_E_EXISTS, "'%s' exists already", p->key);
		give_up(p, DV_WIRE_EXISTS, &err);
	} else if (a->class != DV_WIRE_MISSING) {
		give_up(p, a->class, &a->err);
	} else if (p->tries < PLACE_TRIES) {
		place(p);
	} else {
		give_up(p, p->class, &p->err);
	}
}

static void look(struct put *p)
{
	struct dv_sftp_call *c = dv_sftp_call_new(p->s, "look at", p->key);

	c->stat_only = true;
	dv_sftp_call_start(c, on_looked, p);
}

static void on_placed(void *arg, const struct dv_sftp_answer *a)
{
	struct put *p = arg;

	if (a->class == DV_WIRE_OK) {
		succeed(p);
		return;
	}
	p->class = a->class;
	p->err = a->err;
	if (!a->command_failed)
		give_up(p, a->class, &a->err);
	else if (p->absent)
		look(p);
	else if (p->tries < PLACE_TRIES)
		place(p);
	else
		give_up(p, a->class, &a->err);
}

/* Make the directories above it, and rename. */
static void place(struct put *p)
{
	struct dv_sftp_call *c = dv_sftp_commands(p->s, "write", p->key);

	p->tries++;
	dv_sftp_command_dirs(&c->before, p->s, p->key, false);
	if (!p->absent)
		dv_sftp_command(&c->before, p->s, true, "rm", p->key, NULL);
	dv_sftp_command(&c->before, p->s, false, "rename", p->tmp, p->key);
	c->once = true;
	dv_sftp_call_start(c, on_placed, p);
}

/* Uploaded and, where the directory was there and no such file, renamed. */
static void on_sent(void *arg, const struct dv_sftp_answer *a)
{
	struct put *p = arg;

	if (a->class == DV_WIRE_OK)
		succeed(p);
	else if (!a->command_failed)
		give_up(p, a->class, &a->err);
	else if (p->absent)
		look(p);
	else
		place(p);
}

static void on_moved(void *arg, uint64_t bytes)
{
	struct put *p = arg;

	dv_net_moved(&p->s->net, p->id, bytes);
}

void dv_sftp_put(struct dv_sftp *s, const struct dv_wire_request *r)
{
	struct dv_sftp_call *c;
	struct put *p;
	int fd = dv_net_source(&s->net, r);

	if (fd < 0)
		return;
	dv_sftp_sweep(s);
	p = dv_calloc(1, sizeof(*p));
	p->s = s;
	p->id = r->id;
	p->file = fd;
	p->absent = r->absent;
	p->key = dv_strdup(r->key);
	p->tmp = dv_sftp_tmp();
	c = dv_sftp_call_new(s, "write", p->tmp);
	free(c->what);
	c->what = dv_asprintf("write '%s'", r->key);
	c->in = fd;
	c->in_at = r->at;
	c->in_count = r->count;
	c->once = r->absent;
	c->moved = on_moved;
	dv_sftp_command(&c->after, s, false, "rename", p->tmp, p->key);
	dv_sftp_call_start(c, on_sent, p);
}

/* --- what others have left -------------------------------------------- */

static void ignore(void *arg, const struct dv_sftp_answer *a)
{
	(void)arg;
	(void)a;
}

static void sweep_entry(struct dv_sftp_call *c, const char *name)
{
	long long made;
	char *path;

	/* When it was made is part of its name. */
	if (sscanf(name, "tmp_%lld_", &made) != 1 ||
	    time(NULL) - made < LEFT_OVER)
		return;
	path = dv_asprintf(DV_SFTP_TMP "/%s", name);
	dv_sftp_command(&c->before, c->s, true, "rm", path, NULL);
	free(path);
}

static void on_left_overs(void *arg, const struct dv_sftp_answer *a)
{
	struct dv_sftp *s = arg;
	struct dv_sftp_entry e;
	struct dv_sftp_call *c;
	char *text, *at, *line;

	if (a->class != DV_WIRE_OK)
		return;
	c = dv_sftp_commands(s, "delete", DV_SFTP_TMP);
	text = dv_strdup(dv_buf_cstr(&a->res->body));
	at = text;
	while ((line = strsep(&at, "\n")))
		if (dv_sftp_parse_entry(&e, line) && e.type == '-')
			sweep_entry(c, e.name);
	free(text);
	dv_sftp_call_start(c, ignore, NULL);
}

void dv_sftp_sweep(struct dv_sftp *s)
{
	struct dv_sftp_call *c;

	if (s->swept)
		return;
	s->swept = true;
	c = dv_sftp_call_new(s, "list", DV_SFTP_TMP);
	c->list = true;
	dv_sftp_call_start(c, on_left_overs, s);
}
