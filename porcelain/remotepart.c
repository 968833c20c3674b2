/* SPDX-License-Identifier: MIT */
#include "porcelain/remotepart.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "format/manifest.h"
#include "porcelain/bring.h"
#include "porcelain/human.h"
#include "remote/remotes.h"
#include "store/worktree.h"

/* --- which files ---------------------------------------------------------- */

void dv_remotepart_release(struct dv_remotepart *p)
{
	dv_strlist_release(&p->gaps);
}

struct text {
	const char *p;
	size_t n;
};

static int cmp_text(const void *key, const void *item)
{
	const struct text *t = key;
	const char *s = *(char *const *)item;

	return dv_path_cmp(t->p, t->n, s, strlen(s));
}

bool dv_remotepart_wants(void *arg, const char *path, size_t n)
{
	const struct dv_remotepart *p = arg;
	const char *top = p->path ? p->path : "";
	size_t len = strlen(top);
	struct text t = { path, n };

	if (len && (n != len || memcmp(path, top, n)) &&
	    !dv_path_inside(top, len, path, n))
		return false;
	if (p->only && !dv_only_wants(p->only, p->dataset, path, n))
		return false;
	return !p->gaps.n || !bsearch(&t, p->gaps.v, p->gaps.n,
				      sizeof(*p->gaps.v), cmp_text);
}

static int add_gap(struct dv_odb *odb, const struct dv_entry *e,
		   struct dv_strlist *gaps, uint64_t *bytes,
		   struct dv_err *err)
{
	int rc;

	if (!dv_digest_isset(&e->id))
		return 0;
	rc = dv_odb_stat(odb, &e->id, NULL, err);
	if (!rc) {
		dv_strlist_take(gaps, dv_strndup(e->path, e->path_len));
		*bytes += e->size;
	}
	return rc;
}

int dv_remotepart_find_gaps(struct dv_remotepart *p, struct dv_odb *odb,
			    const struct dv_digest *manifest,
			    struct dv_err *err)
{
	struct dv_strlist gaps = DV_STRLIST_INIT;
	struct dv_manifest_iter *it = NULL;
	struct dv_manifest *m = NULL;
	const struct dv_entry *e;
	uint64_t bytes = 0;
	int rc;

	rc = dv_manifest_open(&m, manifest, dv_odb_read, odb, err);
	if (rc >= 0)
		rc = dv_manifest_iter_open(&it, m, "", err);
	while (rc >= 0 && (rc = dv_manifest_iter_next(it, &e, err)) > 0)
		if (dv_remotepart_wants(p, e->path, e->path_len))
			rc = add_gap(odb, e, &gaps, &bytes, err);
	dv_manifest_iter_close(it);
	dv_manifest_close(m);
	if (rc >= 0) {
		p->gaps = gaps;		/* in the manifest's order */
		p->gap_bytes = bytes;
	} else {
		dv_strlist_release(&gaps);
	}
	return rc < 0 ? rc : 0;
}

/* --- which dataset --------------------------------------------------------- */

int dv_remotepart_dataset(struct dv_session *s, const char *text, char **out,
			  struct dv_err *err)
{
	struct dv_err why = DV_ERR_INIT;
	size_t n = strlen(text);
	char *name;
	int rc;

	/* the longest that is known here */
	for (;;) {
		name = dv_strndup(text, n);
		rc = dv_session_dataset(s, name, out, &why);
		if (rc >= 0 || rc != -DV_E_MISSING) {
			free(name);
			break;
		}
		while (n > 0 && name[n - 1] != '@' && name[n - 1] != ':')
			n--;
		free(name);
		if (!n)
			break;
		n--;
	}
	if (rc >= 0)
		return 0;
	if (rc != -DV_E_MISSING) {
		*err = why;
		return rc;
	}
	n = strcspn(text, "@:");
	if (!n)
		return dv_err_set(err, DV_E_INVALID, "'%s' names no dataset",
				  text);
	*out = dv_strndup(text, n);
	return 0;
}

bool dv_remotepart_is_here(struct dv_session *s, const char *dataset)
{
	struct dv_err ignored = DV_ERR_INIT;
	struct dv_pointer pointer;

	return dv_versions_has(s->versions, dataset) ||
	       (s->repo->workdir && dv_worktree_pointer(s->repo, dataset,
							&pointer, &ignored));
}

int dv_remotepart_hint(struct dv_session *s, const char *command,
		       const char *text, struct dv_err *err)
{
	const char *ns = s->repo->name_space;
	struct dv_strlist remotes = DV_STRLIST_INIT;
	struct dv_err ignored = DV_ERR_INIT;
	size_t n = strlen(ns);

	if (!dv_remote_names(s->repo, &remotes, &ignored) &&
	    dv_strlist_has(&remotes, text))
		dv_err_hint(err, "to %s from the remote of that name: "
			    "dv %s --remote=%s", command, command, text);
	else if (!strncmp(text, ns, n) && text[n] == '/')
		dv_err_hint(err, "without the name space, which is that of "
			    "this repository: dv %s '%s'", command,
			    text + n + 1);
	else
		dv_err_hint(err, "list what is published: dv ls -r");
	dv_strlist_release(&remotes);
	return -err->code;
}

int dv_remotepart_open(struct dv_remotecmd *c, struct dv_repo *repo,
		       const char *remote, struct dv_err *err)
{
	int rc;

	rc = dv_remotecmd_open(c, repo, remote, NULL, 0, false, err);
	if (rc < 0 || !c->conn->fresh)
		return rc;
	dv_err_set(err, DV_E_MISSING, "remote '%s': nothing was published "
		   "there yet", c->conn->name);
	return dv_err_hint(err, "dv push publishes, if that is the right "
			   "place: dv remote list -v");
}

int dv_remotepart_open_any(struct dv_remotecmd *c, struct dv_repo **repo,
			   const char *remote, struct dv_err *err)
{
	int rc = dv_remotecmd_repo(repo, remote, err);

	if (rc == -DV_E_MISSING && remote)
		dv_err_hint(err, "'%s' would be a remote of a repository; a "
			    "directory is written ./%s", remote, remote);
	return rc < 0 ? rc : dv_remotepart_open(c, *repo, remote, err);
}

/* --- what came ------------------------------------------------------------- */

void dv_remotepart_bad(void *arg, const char *sentence)
{
	(void)arg;
	dv_error("%s", sentence);
}

bool dv_remotepart_tell(const char *dataset, const struct dv_obtain *o)
{
	char count[DV_HUMAN_MAX];
	struct dv_buf text = DV_BUF_INIT;

	for (size_t i = 0; i < o->moved.n; i++)
		dv_warn("tag '%s@%s' is at another version there; dv fetch "
			"--force moves it here", dataset, o->moved.v[i]);
	if (o->records)
		dv_buf_printf(&text, ", %s",
			      dv_human_count(count, o->records, "new version",
					     "new versions"));
	if (o->tags)
		dv_buf_printf(&text, ", %s",
			      dv_human_count(count, o->tags, "tag", "tags"));
	if (text.len)
		dv_say("%s: %s", dataset, text.data + 2);
	dv_buf_release(&text);
	return o->records || o->tags;
}

static void add_count(struct dv_buf *text, uint64_t files, const char *what)
{
	char count[DV_HUMAN_MAX];

	if (files)
		dv_buf_printf(text, ", %s %s",
			      dv_human_count(count, files, "file", "files"),
			      what);
}

void dv_remotepart_say(const struct dv_remotepart *p, const char *name,
		       const struct dv_obtain *o, uint64_t removed)
{
	char count[DV_HUMAN_MAX], size[DV_HUMAN_MAX];
	struct dv_buf text = DV_BUF_INIT;

	if (o->files > p->gaps.n || !p->gaps.n)
		dv_buf_printf(&text, ", %s, %s",
			      dv_human_count(count, o->files - p->gaps.n,
					     "file", "files"),
			      dv_human_size(size, o->size - p->gap_bytes));
	if (o->here && text.len)
		dv_buf_printf(&text, " (%s were here already)",
			      dv_human_size(size, o->here));
	add_count(&text, removed, "removed");
	add_count(&text, p->gaps.n, "could not be had");
	dv_say("%s: %s", name, text.data + 2);
	dv_buf_release(&text);
}

bool dv_remotepart_tell_data(const struct dv_remotepart *p,
			     const struct dv_obtain *o,
			     const struct dv_checkout *c)
{
	if (o->size == o->here) {
		dv_bring_tell(p->dataset, c);
		return c->written || c->removed;
	}
	dv_remotepart_say(p, p->dataset, o, c->removed);
	return true;
}
