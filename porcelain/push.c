/* SPDX-License-Identifier: MIT */
/*
 * dv push: publish versions and their data on a remote.
 *
 * Without arguments the versions of the contents that the current commit's
 * pointers name, with their history.  What was done is told on stderr; with
 * --porcelain on stdout, a line for each version and tag asked for:
 *	(version | tag) TAB <outcome> TAB (sent | there) TAB <version id>
 *		TAB <where latest or the tag is, or -> TAB <name>
 * Exit status is 1 where a tag was refused, or content has no version.
 */
#include "porcelain/push-parts.h"

#include <stdlib.h>

static const char *const usage[] = {
	"dv push [--all] [--tags] [--refs] [--repair] [-f] [-n] [--porcelain] "
		"[--remote=<name>] [<option>...] [<dataset>[@<what>]...]",
	"dv push --delete [-n] [--porcelain] [--remote=<name>] [<option>...] "
		"<dataset>@<tag>...",
	NULL
};

/* Once for each remote: who pushes there should have read it. */
static void tell_no_create(struct dv_push *p)
{
	static const char *const key = "no-create-told";
	struct dv_err ignored = DV_ERR_INIT;
	struct dv_buf told = DV_BUF_INIT;
	struct dv_conn *c = p->remote.conn;

	if (dv_rcache_get(c->cache, key, &told, &ignored) <= 0)
		dv_warn("remote '%s': %s", c->name, dv_conn_no_create());
	dv_rcache_set(c->cache, key, "yes", &ignored);
	dv_buf_release(&told);
}

/* What was sent before that may have gone with it. */
static void tell_forgotten(struct dv_push *p, const char *dataset)
{
	dv_warn("somebody removed '%s' from remote '%s' while this ran; what "
		"was pushed at the end is there, and older versions may not "
		"be", dataset, p->remote.conn->name);
	dv_hint("dv push --all '%s' publishes all that is recorded here",
		dataset);
}

static int publish(struct dv_push *p, struct dv_err *err)
{
	struct dv_repo *r = p->s.repo;
	struct dv_conn *c;
	int rc;

	rc = dv_remotecmd_open(&p->remote, r, p->remote_name, r->store_dir,
			       r->algo, !p->pub.dry_run, err);
	if (rc < 0)
		return rc;
	c = p->remote.conn;
	p->pub.progress = &p->remote.progress;
	p->pub.told = dv_push_tell;
	p->pub.lack = dv_push_tell_lack;
	p->pub.arg = p;
	rc = dv_publish_versions(c, r, p->s.versions, p->wants, p->wants_n,
				 &p->pub, err);
	if (!rc && p->tags_n)
		rc = dv_publish_tags(c, p->tags, p->tags_n, &p->pub, err);
	if (p->pub.no_create)
		tell_no_create(p);
	for (size_t i = 0; i < p->pub.forgotten.n; i++)
		tell_forgotten(p, p->pub.forgotten.v[i]);
	return rc;
}

static int push(struct dv_push *p, int argc, const char **argv,
		struct dv_err *err)
{
	int rc = dv_push_choose(p, argc, argv, err);

	if (rc < 0)
		return rc;
	if (!p->wants_n) {
		if (!p->refused && !p->remote.quiet)
			dv_say("there is no version here to push");
		return 0;
	}
	rc = publish(p, err);
	dv_meter_stop(p->remote.meter);
	p->remote.meter = NULL;
	if (!rc)
		dv_push_tell_total(p);
	if (!rc && p->refs)
		rc = dv_push_refs(p, err);
	else if (!rc)
		rc = dv_push_check_code(p, err);
	return rc;
}

static int cmd_push(int argc, const char **argv, const struct dv_ctx *ctx)
{
	struct dv_push p = { .s = DV_SESSION_INIT,
		.remote = DV_REMOTECMD_INIT, .pub = { .level = -1 } };
	bool delete = false;
	const struct dv_opt spec[] = {
		DV_OPT_STR(0, "remote", &p.remote_name, "<name>",
			   "the remote, or its URL"),
		DV_OPT_BOOL(0, "all", &p.all, "all versions"),
		DV_OPT_BOOL(0, "tags", &p.with_tags, "their tags, too"),
		DV_OPT_BOOL(0, "refs", &p.refs,
			    "push the versions' refs through git, too"),
		DV_OPT_BOOL('d', "delete", &delete, "delete tags there"),
		DV_OPT_BOOL('f', "force", &p.pub.force,
			    "move latest and tags wherever they are"),
		DV_OPT_BOOL(0, "repair", &p.pub.repair,
			    "send again what is lost or damaged there"),
		DV_OPT_BOOL('n', "dry-run", &p.pub.dry_run,
			    "tell what would be done"),
		DV_OPT_BOOL(0, "porcelain", &p.porcelain,
			    "lines for programs on stdout"),
		DV_REMOTECMD_OPTS(&p.remote),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (delete && (!argc || p.all || p.with_tags || p.refs || p.pub.force ||
		       p.pub.repair))
		dv_usage(usage, spec, "--delete takes tags, and no other "
				      "choice");
	rc = dv_session_open(&p.s, 0, &err);
	if (rc >= 0)
		rc = delete ? dv_push_delete(&p, argc, argv, &err) :
		     push(&p, argc, argv, &err);
	dv_remotecmd_close(&p.remote);
	dv_publish_release(&p.pub);
	dv_push_release_wants(&p);
	dv_session_close(&p.s);
	return dv_exit(rc < 0 ? rc : p.refused, &err);
}

DV_MAIN("push", cmd_push)
