/* SPDX-License-Identifier: MIT */
#include "remote/sftp-parts.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"

/* A request for one object, being answered. */
struct op {
	struct dv_sftp *s;
	uint64_t id;
	char *key, *tmp;
	int file;
	int64_t size, modified;
};

static struct op *begin(struct dv_sftp *s, const struct dv_wire_request *r)
{
	struct op *o = dv_calloc(1, sizeof(*o));

	o->s = s;
	o->id = r->id;
	o->key = dv_strdup(r->key);
	o->file = -1;
	return o;
}

static void end(struct op *o)
{
	if (o->file >= 0)
		close(o->file);
	free(o->key);
	free(o->tmp);
	free(o);
}

static void fail(struct op *o, const struct dv_sftp_answer *a)
{
	dv_net_fail(&o->s->net, o->id, a->class, &a->err);
	end(o);
}

/* --- get -------------------------------------------------------------- */

static void on_got(void *arg, const struct dv_sftp_answer *a)
{
	struct op *o = arg;
	struct dv_wire_reply r = {
		.id = o->id, .kind = DV_WIRE_GOT, .count = a->done, .size = -1
	};

	if (a->class != DV_WIRE_OK) {
		fail(o, a);
		return;
	}
	if (o->file < 0)
		r.size = a->res->size;
	dv_net_reply(&o->s->net, &r);
	end(o);
}

static void on_moved(void *arg, uint64_t bytes)
{
	struct op *o = arg;

	dv_net_moved(&o->s->net, o->id, bytes);
}

void dv_sftp_get(struct dv_sftp *s, const struct dv_wire_request *r)
{
	int fd = dv_net_target(&s->net, r);
	struct dv_sftp_call *c;
	struct op *o;

	if (fd < 0)
		return;
	o = begin(s, r);
	o->file = fd;
	c = dv_sftp_call_new(s, "read", r->key);
	if (!r->count) {
		close(o->file);
		o->file = -1;
		c->stat_only = true;
	} else {
		c->out = o->file;
		c->out_at = r->at;
		c->from = r->off;
		c->count = r->count;
		c->moved = on_moved;
	}
	dv_sftp_call_start(c, on_got, o);
}

/* --- head ------------------------------------------------------------- */

static void answer_head(struct op *o)
{
	struct dv_wire_reply r = {
		.id = o->id, .kind = DV_WIRE_IS, .size = o->size,
		.modified = o->modified, .now = -1
	};

	if (o->s->clock_known)
		r.now = time(NULL) + o->s->clock_ahead;
	dv_net_reply(&o->s->net, &r);
	end(o);
}

static void ignore(void *arg, const struct dv_sftp_answer *a)
{
	(void)arg;
	(void)a;
}

/* What the server stamped our file with is what its clock says. */
static void on_stamp(void *arg, const struct dv_sftp_answer *a)
{
	struct op *o = arg;
	struct dv_sftp_call *c;

	if (a->class == DV_WIRE_OK && a->res->mtime > 0) {
		o->s->clock_known = true;
		o->s->clock_ahead = a->res->mtime - time(NULL);
	}
	c = dv_sftp_commands(o->s, "delete", o->tmp);
	dv_sftp_command(&c->before, o->s, true, "rm", o->tmp, NULL);
	dv_sftp_call_start(c, ignore, NULL);
	answer_head(o);
}

static void on_stamped(void *arg, const struct dv_sftp_answer *a)
{
	struct op *o = arg;
	struct dv_sftp_call *c;

	if (a->class != DV_WIRE_OK) {
		answer_head(o);
		return;
	}
	c = dv_sftp_call_new(o->s, "look at", o->tmp);
	c->stat_only = true;
	dv_sftp_call_start(c, on_stamp, o);
}

/* SFTP has no clock: make a file, and look when that was. */
static void ask_clock(struct op *o)
{
	struct dv_sftp_call *c;

	o->tmp = dv_sftp_tmp();
	o->file = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (o->file < 0) {
		answer_head(o);
		return;
	}
	c = dv_sftp_call_new(o->s, "write", o->tmp);
	c->in = o->file;
	dv_sftp_call_start(c, on_stamped, o);
}

static void on_head(void *arg, const struct dv_sftp_answer *a)
{
	struct op *o = arg;

	if (a->class != DV_WIRE_OK) {
		fail(o, a);
		return;
	}
	o->size = a->res->size;
	o->modified = a->res->mtime;
	if (o->s->clock_known)
		answer_head(o);
	else
		ask_clock(o);
}

void dv_sftp_head(struct dv_sftp *s, const struct dv_wire_request *r)
{
	struct dv_sftp_call *c = dv_sftp_call_new(s, "look at", r->key);

	c->stat_only = true;
	dv_sftp_call_start(c, on_head, begin(s, r));
}

/* --- delete ----------------------------------------------------------- */

static void on_deleted(void *arg, const struct dv_sftp_answer *a)
{
	struct op *o = arg;
	struct dv_wire_reply r = { .id = o->id, .kind = DV_WIRE_DONE };

	/* No root, or no such file: it is not there. */
	if (a->class != DV_WIRE_OK && a->class != DV_WIRE_MISSING &&
	    !(a->command_failed && strstr(a->res->text, "No such"))) {
		fail(o, a);
		return;
	}
	dv_net_reply(&o->s->net, &r);
	end(o);
}

void dv_sftp_delete(struct dv_sftp *s, const struct dv_wire_request *r)
{
	struct dv_sftp_call *c = dv_sftp_commands(s, "delete", r->key);

	dv_sftp_command(&c->before, s, false, "rm", r->key, NULL);
	dv_sftp_command_dirs(&c->before, s, r->key, true);
	dv_sftp_call_start(c, on_deleted, begin(s, r));
}
