/* SPDX-License-Identifier: MIT */
#include "remote/sftp-parts.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "remote/url.h"

#define JOBS_DEFAULT 4
#define JOBS_MAX 32

/* --- opening ---------------------------------------------------------- */

static char *in_home(const char *name)
{
	const char *home = getenv("HOME");

	return dv_asprintf("%s/.ssh/%s", home ? home : "", name);
}

/* Of the keys that ssh makes, the first there is; libcurl takes one. */
static char *find_key(void)
{
	static const char *const names[] = {
		"id_ed25519", "id_ecdsa", "id_rsa"
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char *path = in_home(names[i]);

		if (!access(path, R_OK))
			return path;
		free(path);
	}
	return NULL;
}

static char *describe_keys(const char *file)
{
	const char *agent = getenv("SSH_AUTH_SOCK");
	char *home, *out;

	if (agent && *agent)
		return dv_asprintf("the keys of the agent%s%s", file ? " or " :
				   "", file ? file : "");
	if (file)
		return dv_asprintf("the key '%s' (no agent runs)", file);
	home = in_home("");
	out = dv_asprintf("no key at all: there is no id_ed25519, id_ecdsa or "
			  "id_rsa in '%s', and no agent runs", home);
	free(home);
	return out;
}

static char *own_name(void)
{
	const char *user = getenv("USER");
	struct passwd *pw;

	if (user && *user)
		return dv_strdup(user);
	pw = getpwuid(getuid());
	return dv_strdup(pw ? pw->pw_name : "root");
}

static int set_root(struct dv_sftp *s, const struct dv_url *u,
		    struct dv_err *err)
{
	struct dv_buf path = DV_BUF_INIT;
	int rc = dv_url_decode_path(&path, u, err);

	while (path.len && path.data[path.len - 1] == '/')
		dv_buf_setlen(&path, path.len - 1);
	if (rc == 0 && !path.len)
		rc = dv_err_set(err, DV_E_INVALID, "the remote's URL has no "
				"path: sftp://<host>/<path>, or "
				"sftp://<host>/~/<path> below your home");
	if (rc == 0)
		s->root = dv_strdup(path.data);
	dv_buf_release(&path);
	return rc;
}

static int set_place(struct dv_sftp *s, const struct dv_url *u,
		     struct dv_err *err)
{
	const char *key = dv_url_param(u, "key");
	const char *hosts = dv_url_param(u, "known-hosts");
	const char *none = dv_serve_setting(s->net.serve, "credentials");
	struct dv_buf origin = DV_BUF_INIT;
	int rc;

	if (strcmp(u->scheme, "sftp") || !u->host[0])
		return dv_err_set(err, DV_E_INVALID, "the remote's URL is not "
				  "sftp://<host>/<path>");
	if (none && !strcmp(none, "none"))
		return dv_err_set(err, DV_E_INVALID, "nobody is let in by "
				  "'%s' without a key, and none may be used",
				  u->host);
	rc = dv_url_check_own(u, err);
	if (rc == 0)
		rc = set_root(s, u, err);
	if (rc < 0)
		return rc;
	dv_url_origin(&origin, u);
	s->origin = dv_buf_detach(&origin, NULL);
	s->user = u->user ? dv_strdup(u->user) : own_name();
	s->key_file = key ? dv_strdup(key) : find_key();
	s->keys = describe_keys(s->key_file);
	s->known_hosts = hosts ? dv_strdup(hosts) : in_home("known_hosts");
	s->ssh = (struct dv_http_ssh){ s->user, s->known_hosts, s->key_file };
	return 0;
}

static int open_transfers(struct dv_sftp *s, struct dv_err *err)
{
	struct dv_http_opts opts = { .protocols = "sftp" };

	return dv_net_open(&s->net, &opts, JOBS_DEFAULT, JOBS_MAX, err);
}

struct greeting {
	bool done;
	enum dv_wire_class class;
	struct dv_err err;
};

static void on_greeted(void *arg, const struct dv_sftp_answer *a)
{
	struct greeting *g = arg;

	g->done = true;
	g->class = a->class;
	g->err = a->err;
}

/* Wait for what is said of path: DV_WIRE_OK where it is there. */
static int stat_now(struct dv_sftp *s, const char *path, struct greeting *g,
		    struct dv_err *err)
{
	struct dv_sftp_call *c = dv_sftp_call_new(s, "look at", path);

	*g = (struct greeting){ false, DV_WIRE_OK, DV_ERR_INIT };
	free(c->what);
	c->what = dv_asprintf("look at '%s'", s->root);
	c->stat_only = true;
	dv_sftp_call_start(c, on_greeted, g);
	while (!g->done) {
		int rc = dv_http_step(s->net.http, -1, 1000, err);

		if (rc < 0)
			return rc;
	}
	return 0;
}

/*
 * Are we let in?  A root that is not there yet is made by the first put, but
 * not where it is a file: there is no "." in one.
 */
static int greet(struct dv_sftp *s, enum dv_wire_class *class,
		 struct dv_err *err)
{
	struct greeting g, whole;
	int rc = stat_now(s, ".", &g, err);

	if (rc < 0 || g.class == DV_WIRE_OK)
		return rc;
	if (g.class == DV_WIRE_MISSING) {
		rc = stat_now(s, "", &whole, err);
		if (rc == 0 && whole.class == DV_WIRE_OK)
			rc = dv_err_set(err, DV_E_INVALID, "'%s' is there and "
					"not a directory", s->root);
		return rc;
	}
	*class = g.class;
	*err = g.err;
	return -err->code;
}

static int open_sftp(void *b, struct dv_serve *serve,
		     enum dv_wire_class *class, struct dv_err *err)
{
	struct dv_url u = DV_URL_INIT;
	struct dv_sftp *s = b;
	int rc;

	s->net.serve = serve;
	rc = dv_net_url(&s->net, &u, err);
	if (rc == 0)
		rc = set_place(s, &u, err);
	if (rc == 0)
		rc = open_transfers(s, err);
	if (rc == 0)
		rc = greet(s, class, err);
	dv_url_release(&u);
	if (rc < 0)
		return rc;
	dv_serve_can(s->net.serve, "write", "yes");
	dv_serve_can(s->net.serve, "list", "yes");
	dv_serve_can(s->net.serve, "create", "probe");
	dv_serve_info(s->net.serve, "endpoint", "%s", s->origin);
	dv_serve_info(s->net.serve, "directory", "%s", s->root);
	dv_serve_info(s->net.serve, "credentials", "user '%s', %s", s->user,
		      s->keys);
	return 0;
}

static void close_sftp(void *b)
{
	struct dv_sftp *s = b;

	dv_net_close(&s->net);
	free(s->user);
	free(s->known_hosts);
	free(s->key_file);
	free(s->keys);
	free(s->origin);
	free(s->root);
}

/* --- working ---------------------------------------------------------- */

/* Is the key in the directory of temporary files, which has no objects? */
static bool is_own(const char *key)
{
	size_t n = strlen(DV_SFTP_TMP);

	return !strncmp(key, DV_SFTP_TMP, n) && (!key[n] || key[n] == '/');
}

static void (*const verbs[])(struct dv_sftp *, const struct dv_wire_request *) = {
	[DV_WIRE_GET] = dv_sftp_get, [DV_WIRE_PUT] = dv_sftp_put,
	[DV_WIRE_HEAD] = dv_sftp_head, [DV_WIRE_LIST] = dv_sftp_list,
	[DV_WIRE_DELETE] = dv_sftp_delete
};

static void ask(void *b, const struct dv_wire_request *r)
{
	struct dv_sftp *s = b;
	struct dv_err err = DV_ERR_INIT;

	s->net.asked++;
	if (r->verb != DV_WIRE_LIST && is_own(r->key)) {
		dv_err_set(&err, DV_E_MISSING, "'%s' is no place for objects",
			   r->key);
		dv_net_fail(&s->net, r->id, r->verb == DV_WIRE_PUT ?
			     DV_WIRE_DENIED : DV_WIRE_MISSING, &err);
		return;
	}
	verbs[r->verb](s, r);
}

const struct dv_backend dv_sftp_backend = {
	sizeof(struct dv_sftp), open_sftp, close_sftp, ask, dv_net_has_room,
	dv_net_is_busy, dv_net_step, dv_net_abandon, dv_net_counts
};
