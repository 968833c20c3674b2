/* SPDX-License-Identifier: MIT */
#include "porcelain/push-parts.h"

#include <stdlib.h>

#include "base/proc.h"
#include "store/verscan.h"

#define OUT_MAX (64u << 20)
#define REFS_AT_ONCE 500
#define TOLD_MAX 5		/* commits that are named in warnings */

/* Output of git, without the last newline; NULL where it fails. */
static char *ask_git(const char *const *argv, const struct dv_buf *input)
{
	struct dv_err ignored = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT;
	int rc;

	dv_buf_init(&out, OUT_MAX);
	rc = dv_proc_run(argv, NULL, NULL, input ? input->data : NULL,
			 input ? input->len : 0, &out, &ignored);
	if (rc) {
		dv_buf_release(&out);
		return NULL;
	}
	while (out.len && out.data[out.len - 1] == '\n')
		dv_buf_setlen(&out, out.len - 1);
	dv_buf_char(&out, '\0');
	return dv_buf_detach(&out, NULL);
}

/* --- is the code known elsewhere? ------------------------------------------- */

/* Call fn for each version that is new there. */
typedef int version_fn(void *arg, const struct dv_version *v,
		       struct dv_err *err);

static int each_published(struct dv_push *p, version_fn *fn, void *arg,
			  struct dv_err *err)
{
	const struct dv_strlist *l = &p->pub.published;
	int rc = 0;

	for (size_t i = 0; !rc && i < l->n; i++) {
		const char *at = strrchr(l->v[i], '@');
		char *dataset = dv_strndup(l->v[i], (size_t)(at - l->v[i]));
		struct dv_version v;

		rc = dv_versions_find(p->s.versions, dataset, at + 1, &v, err);
		if (!rc) {
			rc = fn(arg, &v, err);
			dv_version_release(&v);
		}
		free(dataset);
	}
	return rc;
}

static int add_code(void *arg, const struct dv_version *v, struct dv_err *err)
{
	(void)err;
	dv_buf_printf(arg, "%s\n", v->rec.code);
	return 0;
}

/* Commits that no remote is known to have, and versions of each. */
struct lonely {
	const char *commits;
	struct {
		char code[DV_GIT_HEX];
		char *name;		/* of the first */
		uint64_t versions;
	} v[TOLD_MAX];
	size_t n;
	uint64_t more;			/* versions of others */
};

static int note_lonely(void *arg, const struct dv_version *v,
		       struct dv_err *err)
{
	struct lonely *l = arg;
	size_t i = 0;

	(void)err;
	if (!strstr(l->commits, v->rec.code))
		return 0;
	while (i < l->n && strcmp(l->v[i].code, v->rec.code))
		i++;
	if (i == TOLD_MAX) {
		l->more++;
		return 0;
	}
	if (i == l->n) {
		snprintf(l->v[i].code, sizeof(l->v[i].code), "%s",
			 v->rec.code);
		l->v[i].name = dv_asprintf("%s@%s", v->rec.dataset, v->id);
		l->n++;
	}
	l->v[i].versions++;
	return 0;
}

/* A line a commit, however many versions it has made. */
static void tell_lonely(const struct lonely *l)
{
	for (size_t i = 0; i < l->n; i++) {
		if (l->v[i].versions == 1)
			dv_warn("the code of '%s', commit %.10s, is in no "
				"branch of git's remotes", l->v[i].name,
				l->v[i].code);
		else
			dv_warn("the code of %" PRIu64 " versions, commit "
				"%.10s, is in no branch of git's remotes",
				l->v[i].versions, l->v[i].code);
	}
	if (l->more)
		dv_warn("and so is that of %" PRIu64 " more version%s",
			l->more, l->more == 1 ? "" : "s");
	if (l->n)
		dv_hint("git push brings it there; where it is in no branch: "
			"dv push --refs");
}

/* Once for each remote: it may well be meant so. */
static void tell_alone(struct dv_push *p)
{
	static const char *const key = "code-alone-told";
	struct dv_err ignored = DV_ERR_INIT;
	struct dv_buf told = DV_BUF_INIT;
	struct dv_conn *c = p->remote.conn;

	if (p->remote.quiet || p->porcelain || p->pub.dry_run)
		return;
	if (dv_rcache_get(c->cache, key, &told, &ignored) <= 0) {
		dv_warn("git has no remote: the code that made these versions "
			"is in this repository alone");
		dv_hint("git remote add origin <url>, and git push, bring it "
			"to where others find it");
	}
	dv_rcache_set(c->cache, key, "yes", &ignored);
	dv_buf_release(&told);
}

int dv_push_check_code(struct dv_push *p, struct dv_err *err)
{
	static const char *const list_remotes[] = { "git", "remote", NULL };
	static const char *const list_commits[] = {
		"git", "rev-list", "--ignore-missing", "--stdin", "--not",
		"--remotes", NULL
	};
	struct dv_buf codes = DV_BUF_INIT;
	struct lonely l = { .n = 0 };
	char *remotes = NULL, *commits = NULL;
	int rc = each_published(p, add_code, &codes, err);

	if (rc < 0 || !codes.len)
		goto out;
	remotes = ask_git(list_remotes, NULL);
	if (remotes && !*remotes)
		tell_alone(p);
	if (!remotes || !*remotes)
		goto out;
	commits = ask_git(list_commits, &codes);
	if (!commits)
		goto out;
	l.commits = commits;
	rc = each_published(p, note_lonely, &l, err);
	if (!rc)
		tell_lonely(&l);
out:
	for (size_t i = 0; i < l.n; i++)
		free(l.v[i].name);
	dv_buf_release(&codes);
	free(remotes);
	free(commits);
	return rc;
}

/* --- refs --------------------------------------------------------------------- */

/* The remote of the current branch's upstream, else origin. */
static char *git_remote(struct dv_push *p)
{
	static const char *const ask_branch[] = {
		"git", "symbolic-ref", "--short", "-q", "HEAD", NULL
	};
	struct dv_err ignored = DV_ERR_INIT;
	char *branch = ask_git(ask_branch, NULL), *key, *name = NULL;

	if (branch) {
		key = dv_asprintf("branch.%s.remote", branch);
		if (dv_git_config_str(p->s.repo->git, key, &name,
				      &ignored) <= 0)
			name = NULL;
		free(key);
		free(branch);
	}
	if (name && strcmp(name, "."))
		return name;
	free(name);
	return dv_strdup("origin");
}

static int add_ref(struct dv_push *p, const char *dataset, const char *id,
		   struct dv_strlist *out, struct dv_err *err)
{
	struct dv_version v;
	char *ref;
	int rc = dv_versions_find(p->s.versions, dataset, id, &v, err);

	if (rc < 0)
		return rc;
	if (*v.tag) {		/* else it is a file, and git has none */
		rc = dv_verscan_ref(&ref, dataset, id, err);
		if (!rc)
			dv_strlist_take(out, dv_asprintf("%s:%s", ref, ref));
		if (!rc)
			free(ref);
	}
	dv_version_release(&v);
	return rc;
}

static int collect_refs(struct dv_push *p, struct dv_strlist *out,
			struct dv_err *err)
{
	const struct dv_strlist *l = &p->pub.published;
	int rc = 0;

	for (size_t i = 0; !rc && i < p->wants_n; i++)
		rc = add_ref(p, p->wants[i].dataset, p->wants[i].id, out, err);
	for (size_t i = 0; !rc && i < l->n; i++) {
		const char *at = strrchr(l->v[i], '@');
		char *dataset = dv_strndup(l->v[i], (size_t)(at - l->v[i]));

		rc = add_ref(p, dataset, at + 1, out, err);
		free(dataset);
	}
	dv_strlist_uniq(out);
	return rc;
}

static int push_some(struct dv_push *p, const char *remote,
		     const struct dv_strlist *refs, size_t first,
		     struct dv_err *err)
{
	const char *argv[REFS_AT_ONCE + 8];
	struct dv_buf out = DV_BUF_INIT;
	size_t n = 0;
	int rc;

	argv[n++] = "git";
	argv[n++] = "push";
	if (!p->remote.verbose)
		argv[n++] = "-q";
	if (p->pub.dry_run)
		argv[n++] = "--dry-run";
	argv[n++] = "--";
	argv[n++] = remote;
	for (size_t i = first; i < refs->n && i < first + REFS_AT_ONCE; i++)
		argv[n++] = refs->v[i];
	argv[n] = NULL;
	rc = dv_proc_run(argv, NULL, NULL, NULL, 0, &out, err);
	dv_buf_release(&out);
	if (rc <= 0)
		return rc;
	dv_err_set(err, DV_E_SYS, "git push to '%s' failed; the versions are "
		   "published, their refs are not", remote);
	return dv_err_hint(err, "then again: dv push --refs");
}

int dv_push_refs(struct dv_push *p, struct dv_err *err)
{
	struct dv_strlist refs = DV_STRLIST_INIT;
	char *remote = git_remote(p);
	int rc = collect_refs(p, &refs, err);

	for (size_t i = 0; !rc && i < refs.n; i += REFS_AT_ONCE)
		rc = push_some(p, remote, &refs, i, err);
	if (!rc && refs.n && !p->remote.quiet && !p->porcelain)
		dv_say("git remote '%s': %zu ref%s %s", remote, refs.n,
		       refs.n == 1 ? "" : "s", p->pub.dry_run ?
		       "would be there" : "there");
	dv_strlist_release(&refs);
	free(remote);
	return rc;
}
