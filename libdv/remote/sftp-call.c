/* SPDX-License-Identifier: MIT */
#include "remote/sftp-parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/alloc.h"
#include "remote/url.h"

#define PROGRESS (1u << 20)		/* bytes that make a try a good one */
#define LIST_MAX (64u << 20)		/* bytes of a directory's listing */
#define HOME_DIR "/~"			/* as a URL has it */

struct dv_sftp_call *dv_sftp_call_new(struct dv_sftp *s, const char *doing,
				      const char *path)
{
	struct dv_sftp_call *c = dv_calloc(1, sizeof(*c));

	c->s = s;
	c->what = dv_asprintf("%s '%s'", doing, path);
	c->path = dv_strdup(path);
	c->in = c->out = -1;
	return c;
}

struct dv_sftp_call *dv_sftp_commands(struct dv_sftp *s, const char *doing,
				      const char *path)
{
	struct dv_sftp_call *c = dv_sftp_call_new(s, doing, path);

	c->stat_only = true;
	c->path[0] = '\0';
	return c;
}

static void finish(struct dv_sftp_call *c, struct dv_sftp_answer *a)
{
	a->done = c->done;
	c->fn(c->arg, a);
	free(c->what);
	free(c->path);
	dv_strlist_release(&c->before);
	dv_strlist_release(&c->after);
	free(c);
}

/* --- commands --------------------------------------------------------- */

static void add_escaped(struct dv_buf *out, const char *path)
{
	for (; *path; path++) {
		if (*path == '"' || *path == '\\')
			dv_buf_char(out, '\\');
		dv_buf_char(out, *path);
	}
}

/*
 * What stands between quotes goes to the server as it is: "~" is nothing to
 * it, but a path that is not absolute is below the home directory.
 */
static void add_quoted(struct dv_buf *out, const struct dv_sftp *s,
		       const char *path)
{
	const char *root = s->root;

	dv_buf_str(out, " \"");
	if (!strncmp(root, HOME_DIR "/", strlen(HOME_DIR "/")))
		root += strlen(HOME_DIR "/");
	if (strcmp(root, HOME_DIR)) {
		add_escaped(out, root);
		dv_buf_char(out, '/');
	}
	add_escaped(out, path);
	dv_buf_char(out, '"');
}

void dv_sftp_command(struct dv_strlist *l, const struct dv_sftp *s,
		     bool quiet, const char *verb, const char *path,
		     const char *to)
{
	struct dv_buf b = DV_BUF_INIT;

	dv_buf_printf(&b, "%s%s", quiet ? "*" : "", verb);
	add_quoted(&b, s, path);
	if (to)
		add_quoted(&b, s, to);
	dv_strlist_take(l, dv_buf_detach(&b, NULL));
}

void dv_sftp_command_dirs(struct dv_strlist *l, const struct dv_sftp *s,
			  const char *path, bool up)
{
	char *dir = dv_strdup(path);
	char *slash;

	if (up) {
		while ((slash = strrchr(dir, '/'))) {
			*slash = '\0';
			dv_sftp_command(l, s, true, "rmdir", dir, NULL);
		}
	} else {
		for (slash = dir; (slash = strchr(slash, '/')); slash++) {
			*slash = '\0';
			dv_sftp_command(l, s, true, "mkdir", dir, NULL);
			*slash = '/';
		}
	}
	free(dir);
}

char *dv_sftp_tmp(void)
{
	uint64_t r = 0;

	if (getrandom(&r, sizeof(r), 0) != sizeof(r))
		r = (uint64_t)(uintptr_t)&r;
	return dv_asprintf(DV_SFTP_TMP "/tmp_%lld_%016" PRIx64,
			   (long long)time(NULL), r);
}

/* --- sending ---------------------------------------------------------- */

static void on_response(void *arg, const struct dv_http_response *r);

static void on_moved(void *arg, uint64_t bytes)
{
	struct dv_sftp_call *c = arg;

	if (c->moved)
		c->moved(c->arg, c->done + bytes);
}

static void copy_list(struct dv_strlist *to, const struct dv_strlist *from)
{
	for (size_t i = 0; i < from->n; i++)
		dv_strlist_add(to, from->v[i]);
}

static char *url_of(const struct dv_sftp_call *c)
{
	struct dv_buf b = DV_BUF_INIT;

	dv_buf_str(&b, c->s->origin);
	dv_url_encode(&b, c->s->root, strlen(c->s->root), "/");
	if (*c->path) {
		dv_buf_char(&b, '/');
		dv_url_encode(&b, c->path, strlen(c->path), "/");
	}
	/* Only with a slash behind it libcurl knows the home directory. */
	if (c->list || (!*c->path && !strcmp(c->s->root, HOME_DIR)))
		dv_buf_char(&b, '/');
	return dv_buf_detach(&b, NULL);
}

static void send_call(void *arg)
{
	struct dv_sftp_call *c = arg;
	struct dv_http_request *h = dv_http_request_new("");

	h->url = url_of(c);
	h->ssh = &c->s->ssh;
	h->stat_only = c->stat_only;
	copy_list(&h->before, &c->before);
	copy_list(&h->after, &c->after);
	h->upload = c->in >= 0;
	h->in = c->in;
	h->in_at = c->in_at;
	h->in_count = c->in_count;
	h->out = c->out;
	h->out_at = c->out_at + c->done;
	h->from = c->from + c->done;
	h->max = c->out >= 0 ? c->count - c->done : LIST_MAX;
	h->moved = on_moved;
	h->fn = on_response;
	h->arg = c;
	c->s->net.requests++;
	dv_http_start(c->s->net.http, h);
}

void dv_sftp_call_start(struct dv_sftp_call *c, dv_sftp_fn *fn, void *arg)
{
	c->fn = fn;
	c->arg = arg;
	send_call(c);
}

/* --- what comes back -------------------------------------------------- */

static void explain(const struct dv_sftp_call *c,
		    const struct dv_http_response *r,
		    struct dv_sftp_answer *a)
{
	const char *host = c->s->origin + strlen("sftp://");

	switch (r->fault) {
	case DV_HTTP_MISSING:
		a->class = DV_WIRE_MISSING;
		dv_err_set(&a->err, DV_E_MISSING, "cannot %s: there is no "
			   "such file at '%s'", c->what, host);
		break;
	case DV_HTTP_DENIED:
		a->class = DV_WIRE_DENIED;
		dv_err_set(&a->err, DV_E_SYS, "not allowed to %s: %s", c->what,
			   r->text);
		break;
	case DV_HTTP_HOST_UNKNOWN:
		a->class = DV_WIRE_FATAL;
		dv_err_set(&a->err, DV_E_SYS, "the key of '%s' is not in "
			   "'%s'; connect once with ssh and compare it", host,
			   c->s->known_hosts);
		break;
	case DV_HTTP_HOST_KEY:
		a->class = DV_WIRE_FATAL;
		dv_err_set(&a->err, DV_E_SYS, "the key of '%s' is another one "
			   "than in '%s': it was set up anew, or is somebody "
			   "else; compare it before you replace the old one",
			   host, c->s->known_hosts);
		break;
	case DV_HTTP_LOGIN:
		a->class = DV_WIRE_AUTH;
		dv_err_set(&a->err, DV_E_SYS, "'%s' does not let '%s' in with "
			   "%s; a key with a passphrase must be in the agent, "
			   "and an RSA key is of no use (type: ssh-keygen -t "
			   "ed25519)", host, c->s->user, c->s->keys);
		break;
	default:
		a->class = dv_net_explain(r, host, c->what, &a->err);
		/* It may have been done. */
		if (r->fault == DV_HTTP_BROKEN && c->once)
			a->class = DV_WIRE_UNKNOWN;
		break;
	}
}

static void on_response(void *arg, const struct dv_http_response *r)
{
	struct dv_sftp_call *c = arg;
	struct dv_sftp_answer a = { .class = DV_WIRE_OK, .res = r };

	c->done += r->stored;
	if (r->stored >= PROGRESS)
		c->tries = 0;
	if (!r->fault) {
		finish(c, &a);
		return;
	}
	explain(c, r, &a);
	a.command_failed = r->fault == DV_HTTP_COMMAND;
	c->tries++;
	if (a.class == DV_WIRE_LATER && !c->s->net.abandoned &&
	    dv_net_may_retry(&c->s->net, c->tries, r))
		dv_net_retry(&c->s->net, c->tries, &a.err, send_call, c);
	else
		finish(c, &a);
}
