/* SPDX-License-Identifier: MIT */
#include "store/resolve.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "format/component.h"

struct resolver {
	struct dv_repo *repo;
	struct dv_versions *versions;
	const char *text;
	struct dv_spec *out;
};

void dv_spec_release(struct dv_spec *s)
{
	free(s->dataset);
	free(s->what);
	free(s->path);
	if (s->has_version)
		dv_version_release(&s->version);
	memset(s, 0, sizeof(*s));
}

/* --- which dataset ------------------------------------------------------ */

static bool has_index(struct dv_repo *r, const char *name)
{
	struct dv_buf path = DV_BUF_INIT;
	struct dv_err ignored;
	bool there = false;

	dv_buf_printf(&path, "%s/index/", r->state_dir);
	if (!dv_component_encode(&path, name, &ignored))
		there = !access(path.data, F_OK);
	dv_buf_release(&path);
	return there;
}

/* Versions, a pointer (a damaged one too) or an index make a dataset. */
static bool is_dataset(struct resolver *s, const char *name)
{
	struct dv_err ignored;
	struct dv_pointer p;

	return dv_versions_has(s->versions, name) ||
	       dv_repo_pointer(s->repo, name, &p, &ignored) ||
	       has_index(s->repo, name);
}

/*
 * The first n bytes of the text as a name from the top of the work tree,
 * or NULL where it cannot be one.
 */
static char *name_of(struct resolver *s, size_t n)
{
	char *arg = dv_strndup(s->text, n), *name = NULL;
	struct dv_err ignored;

	if (!s->repo->workdir) {
		while (n && arg[n - 1] == '/')
			arg[--n] = '\0';
		name = dv_strdup(arg);
	} else if (dv_repo_path(s->repo, arg, &name, &ignored) < 0) {
		name = NULL;
	}
	free(arg);
	if (name && *name)
		return name;
	free(name);
	return NULL;
}

/* Where a dataset's name may end: at n, then at each '@' and ':' before. */
static bool next_end(const char *text, size_t *n)
{
	while (*n && text[*n - 1] != '@' && text[*n - 1] != ':')
		--*n;
	if (!*n)
		return false;
	--*n;
	return *n > 0;
}

typedef bool match_fn(struct resolver *s, const char *name, const char *rest);

static bool match_whole(struct resolver *s, const char *name,
			const char *rest)
{
	size_t n = strlen(name);
	char *dataset = dv_strdup(name);
	bool found = is_dataset(s, dataset);

	(void)rest;
	/* Shell completion types the pointer's name. */
	if (!found && n > 3 && !strcmp(name + n - 3, ".dv")) {
		dataset[n - 3] = '\0';
		found = is_dataset(s, dataset);
	}
	if (!found) {
		free(dataset);
		return false;
	}
	s->out->dataset = dataset;
	s->out->path = dv_strdup("");
	return true;
}

static bool is_on_disk(struct resolver *s, size_t n)
{
	char *name = name_of(s, n);
	struct stat st;
	bool there;

	there = name && !fstatat(s->repo->workfd, name, &st,
				 AT_SYMLINK_NOFOLLOW);
	free(name);
	return there;
}

/*
 * Commands print names from the top of the work tree, and what they print
 * can be typed in any directory; a file of that name in it comes first.
 */
static bool match_top(struct resolver *s, const char *name, const char *rest)
{
	size_t n = (size_t)(rest - s->text);
	char *top = dv_strndup(s->text, n);
	struct dv_err ignored;
	bool found;

	(void)name;
	while (n && top[n - 1] == '/')
		top[--n] = '\0';
	found = *s->repo->prefix && !dv_path_check(top, n, &ignored) &&
		(*rest || !is_on_disk(s, n)) && match_whole(s, top, rest);
	free(top);
	return found;
}

/* A path inside a dataset: the nearest directory that is one. */
static bool match_inside(struct resolver *s, const char *name,
			 const char *rest)
{
	char *dir = dv_strdup(name);
	char *slash;

	(void)rest;
	while ((slash = strrchr(dir, '/'))) {
		*slash = '\0';
		if (!is_dataset(s, dir))
			continue;
		s->out->path = dv_strdup(name + strlen(dir) + 1);
		s->out->dataset = dir;
		return true;
	}
	free(dir);
	return false;
}

/* The same where that path lies on disk, a '@' in its name and all. */
static bool match_here(struct resolver *s, const char *name, const char *rest)
{
	return is_on_disk(s, (size_t)(rest - s->text)) &&
	       match_inside(s, name, rest);
}

/* And where it does not: its name then ends at the first '@' or ':'. */
static bool match_gone(struct resolver *s, const char *name, const char *rest)
{
	size_t n = (size_t)(rest - s->text);

	return n == strcspn(s->text, "@:") && match_inside(s, name, rest);
}

/* The end of <what> behind the '@': a ':' outside of braces, or the end. */
static size_t what_len(const char *s)
{
	size_t i = 0;
	int depth = 0;

	if (!strncmp(s, "v:", 2))
		i = 2;
	else if (!strncmp(s, "git:", 4))
		i = 4;
	for (; s[i]; i++) {
		depth += s[i] == '{';
		depth -= s[i] == '}' && depth;
		if (s[i] == ':' && !depth)
			break;
	}
	return i;
}

/* Content of the pointer at a git revision: 1, or 0 where there is none. */
static int pointer_at(struct dv_repo *r, const char *dataset,
		      const char *rev, struct dv_pointer *out,
		      struct dv_err *err)
{
	struct dv_buf text = DV_BUF_INIT;
	char hex[DV_GIT_HEX];
	char *path = dv_asprintf("%s.dv", dataset);
	int rc;

	rc = dv_git_revparse(r->git, rev, hex, err);
	if (!rc)
		rc = dv_git_blob_at(r->git, hex, path, &text, DV_POINTER_MAX,
				    err);
	if (rc > 0 && !dv_pointer_is(dv_buf_cstr(&text), text.len))
		rc = 0;
	if (rc > 0) {
		rc = dv_pointer_parse(out, text.data, text.len, path, err);
		rc = rc < 0 ? rc : 1;
	}
	dv_buf_release(&text);
	free(path);
	return rc;
}

/* A dataset of which nothing is left here but what git remembers. */
static bool match_git(struct resolver *s, const char *name, const char *rest)
{
	struct dv_err ignored;
	struct dv_pointer p;
	char *rev;
	int rc;

	if (*rest != '@')
		return false;
	rest++;
	rev = dv_strndup(rest, what_len(rest));
	rc = pointer_at(s->repo, name, strncmp(rev, "git:", 4) ? rev : rev + 4,
			&p, &ignored);
	free(rev);
	if (rc <= 0)
		return false;
	s->out->dataset = dv_strdup(name);
	s->out->path = dv_strdup("");
	return true;
}

/* The longest name that matches; what follows it, or NULL. */
static const char *find_dataset(struct resolver *s, match_fn *match)
{
	size_t n = strlen(s->text);

	do {
		char *name = name_of(s, n);
		bool found = name && match(s, name, s->text + n);

		free(name);
		if (found)
			return s->text + n;
	} while (next_end(s->text, &n));
	return NULL;
}

/* --- what of it --------------------------------------------------------- */

/* Append `:<path>` to the path that the name may already have had. */
static int add_path(struct dv_spec *out, const char *path, struct dv_err *err)
{
	size_t n = strlen(path);
	char *whole;

	while (n && path[n - 1] == '/')
		n--;
	if (!n)
		return 0;
	whole = dv_asprintf("%s%s%.*s", out->path, *out->path ? "/" : "",
			    (int)n, path);
	free(out->path);
	out->path = whole;
	if (!strcmp(whole, "."))
		return 0;
	return dv_path_check(whole, strlen(whole), err);
}

static int split_rest(struct dv_spec *out, const char *rest,
		      struct dv_err *err)
{
	if (*rest == '@') {
		size_t n = what_len(++rest);

		out->what = dv_strndup(rest, n);
		rest += n;
		if (!n)
			return dv_err_set(err, DV_E_INVALID,
					  "nothing follows the '@' behind '%s'",
					  out->dataset);
	}
	return *rest == ':' ? add_path(out, rest + 1, err) : 0;
}

static int take_version(struct resolver *s, int found)
{
	if (found < 0)
		return found;
	s->out->has_version = true;
	s->out->manifest = s->out->version.rec.manifest;
	return 0;
}

/* A manifest that is known: the newest version that has it, if any. */
static int take_manifest(struct resolver *s, const struct dv_pointer *p,
			 struct dv_err *err)
{
	int rc;

	if (p->manifest.algo != s->repo->algo)
		return dv_err_set(err, DV_E_FORMAT,
				  "the pointer of '%s' has object format %s, "
				  "and this repository %s",
				  s->out->dataset, dv_algo_name(p->manifest.algo),
				  dv_algo_name(s->repo->algo));
	s->out->manifest = p->manifest;
	rc = dv_versions_newest(s->versions, s->out->dataset, &p->manifest,
				&s->out->version, err);
	s->out->has_version = rc > 0;
	return rc < 0 ? rc : 0;
}

static int by_version(struct resolver *s, const char *id, struct dv_err *err)
{
	return take_version(s, dv_versions_find(s->versions, s->out->dataset,
						id, &s->out->version, err));
}

static int by_git(struct resolver *s, const char *rev, struct dv_err *err)
{
	struct dv_pointer p;
	int rc;

	rc = pointer_at(s->repo, s->out->dataset, rev, &p, err);
	if (!rc)
		return dv_err_set(err, DV_E_MISSING,
				  "git revision '%s' has no pointer '%s.dv'",
				  rev, s->out->dataset);
	return rc < 0 ? rc : take_manifest(s, &p, err);
}

static int by_latest(struct resolver *s, struct dv_err *err)
{
	int rc;

	rc = dv_versions_newest(s->versions, s->out->dataset, NULL,
				&s->out->version, err);
	if (rc)
		return take_version(s, rc);
	dv_err_set(err, DV_E_MISSING, "'%s' has no version here",
		   s->out->dataset);
	return dv_err_hint(err, "record one: dv commit");
}

/* The same digits may begin a version's id and be a git revision. */
static int check_not_git(struct resolver *s, const char *what,
			 struct dv_err *err)
{
	const char *name = s->out->dataset;
	char hex[DV_GIT_HEX];
	struct dv_err ignored;

	if (dv_record_id_is(what) ||
	    dv_git_revparse(s->repo->git, what, hex, &ignored) < 0)
		return 0;
	dv_err_set(err, DV_E_AMBIGUOUS,
		   "'%s' is the version '%s' of '%s' and a git revision: write "
		   "'%s@v:%s' or '%s@git:%s'",
		   what, s->out->version.id, name, name, what, name, what);
	return -DV_E_AMBIGUOUS;
}

static int by_guess(struct resolver *s, const char *what, struct dv_err *err)
{
	int rc;

	if (dv_record_id_like(what)) {
		rc = by_version(s, what, err);
		if (!rc)
			rc = check_not_git(s, what, err);
		if (rc != -DV_E_MISSING)
			return rc;
	}
	if (!strcmp(what, "latest"))
		return by_latest(s, err);

	rc = by_git(s, what, err);
	if (rc == -DV_E_MISSING && strncmp(err->msg, "git revision", 12)) {
		dv_err_set(err, DV_E_MISSING,
			   "'%s' has no tag or version '%s' here, and it is no "
			   "git revision",
			   s->out->dataset, what);
		dv_err_hint(err, "list the versions: dv log '%s'",
			    s->out->dataset);
	}
	return rc;
}

static int by_what(struct resolver *s, const char *what, struct dv_err *err)
{
	char id[DV_VERSION_ID_MAX];
	int rc;

	if (!strncmp(what, "v:", 2))
		return by_version(s, what + 2, err);
	if (!strncmp(what, "git:", 4))
		return by_git(s, what + 4, err);
	rc = dv_version_tag_get(s->repo, s->out->dataset, what, id, err);
	if (rc < 0)
		return rc;
	return rc ? by_version(s, id, err) : by_guess(s, what, err);
}

static int by_pointer(struct resolver *s, struct dv_err *err)
{
	struct dv_pointer p;
	int rc;

	rc = dv_repo_pointer(s->repo, s->out->dataset, &p, err);
	if (rc)
		return rc < 0 ? rc : take_manifest(s, &p, err);
	dv_err_set(err, DV_E_MISSING, "'%s' has no pointer '%s.dv' in the work "
				      "tree",
		   s->out->dataset, s->out->dataset);
	return dv_err_hint(err, "name a version: '%s@latest'", s->out->dataset);
}

int dv_spec_resolve(struct dv_spec *out, struct dv_repo *r,
		    struct dv_versions *v, const char *text,
		    struct dv_err *err)
{
	struct dv_spec spec;
	struct resolver s = { r, v, text, &spec };
	const char *rest;
	int rc;

	memset(&spec, 0, sizeof(spec));
	rest = find_dataset(&s, match_whole);
	if (!rest && r->workdir)
		rest = find_dataset(&s, match_top);
	if (!rest)
		rest = find_dataset(&s, match_here);
	if (!rest)
		rest = find_dataset(&s, match_gone);
	if (!rest)
		rest = find_dataset(&s, match_git);
	if (!rest)
		return dv_spec_unknown(r, v, text, err);

	rc = split_rest(&spec, rest, err);
	if (!rc)
		rc = spec.what ? by_what(&s, spec.what, err) :
		     by_pointer(&s, err);
	if (rc < 0)
		dv_spec_release(&spec);
	else
		*out = spec;
	return rc;
}
