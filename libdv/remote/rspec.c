/* SPDX-License-Identifier: MIT */
#include "remote/rspec-parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/path.h"
#include "remote/rkey.h"

#define LISTED_MAX 10

struct finder {
	struct dv_conn *c;
	const char *own_ns, *text;
	struct dv_rspec out;
	struct dv_catalog_head latest;	/* of out's dataset */
};

void dv_rspec_release(struct dv_rspec *s)
{
	free(s->ns);
	free(s->dataset);
	free(s->path);
	free(s->what);
	dv_record_release(&s->record);
	memset(s, 0, sizeof(*s));
}

/* --- which dataset ---------------------------------------------------------- */

static int stop(void *arg, const char *ns, const char *dataset,
		const char *id, int64_t published, struct dv_err *err)
{
	(void)arg;
	(void)ns;
	(void)dataset;
	(void)id;
	(void)published;
	(void)err;
	return 1;
}

/*
 * A head that names something makes a dataset, and so do versions whose
 * push was cut off.
 */
static int exists(struct dv_conn *c, const char *ns, const char *dataset,
		  struct dv_catalog_head *latest, struct dv_err *err)
{
	int rc = dv_catalog_head(c, ns, dataset, NULL, latest, err);

	if (rc)
		return rc;
	rc = dv_catalog_versions(c, ns, dataset, stop, NULL, err);
	return rc == -DV_E_UNSUPPORTED ? 0 : rc;
}

/* Take this reading of the name, if there is such a dataset. */
static int try(struct finder *f, const char *ns, const char *dataset,
	       struct dv_err *err)
{
	struct dv_catalog_head latest;
	struct dv_buf key = DV_BUF_INIT;
	struct dv_err ignored;
	int rc = dv_rkey_below(&key, "", ns, dataset, &ignored);

	dv_buf_release(&key);
	if (rc < 0)		/* no dataset can be called that */
		return 0;
	rc = exists(f->c, ns, dataset, &latest, err);
	if (rc <= 0)
		return rc;
	if (f->out.ns) {
		dv_err_set(err, DV_E_AMBIGUOUS, "remote '%s' has '%s' in the "
			   "name space '%s' and '%s' in '%s'", f->c->name,
			   f->out.dataset, f->out.ns, dataset, ns);
		return dv_err_hint(err, "for the first write '/%s/%s', for the "
				   "second '%s/%s'", f->out.ns, f->out.dataset,
				   ns, dataset);
	}
	f->out.ns = dv_strdup(ns);
	f->out.dataset = dv_strdup(dataset);
	f->latest = latest;
	return 0;
}

/*
 * The first n bytes of the text as a name: <ns>/<dataset>, and (not with a
 * '/' in front) a dataset of our own name space.
 */
static int try_name(struct finder *f, size_t n, struct dv_err *err)
{
	char *name = dv_strndup(f->text, n), *ns;
	bool rooted = *name == '/';
	const char *slash;
	int rc = 0;

	while (n > 1 && name[n - 1] == '/')
		name[--n] = '\0';
	slash = strchr(name + rooted, '/');
	if (slash) {
		ns = dv_strndup(name + rooted, (size_t)(slash - name) - rooted);
		rc = try(f, ns, slash + 1, err);
		free(ns);
	}
	if (!rc && f->own_ns && !rooted)
		rc = try(f, f->own_ns, name, err);
	free(name);
	return rc;
}

struct known {
	struct dv_buf text;
	char *last;
	unsigned n;
};

static int list_name(void *arg, const char *ns, const char *dataset,
		     const char *id, int64_t published, struct dv_err *err)
{
	struct known *k = arg;
	char *name = dv_asprintf("%s/%s", ns, dataset);

	(void)id, (void)published, (void)err;
	if (k->last && !strcmp(k->last, name)) {
		free(name);
		return 0;
	}
	free(k->last);
	k->last = name;
	if (k->n++ == LISTED_MAX) {
		dv_buf_str(&k->text, ", ...");
		return 1;
	}
	dv_buf_printf(&k->text, "%s'%s'", k->text.len ? ", " : "", name);
	return 0;
}

static int unknown(struct finder *f, struct dv_err *err)
{
	struct known k = { .last = NULL };
	struct dv_err ignored = DV_ERR_INIT;

	dv_err_set(err, DV_E_MISSING, "remote '%s' has no dataset '%.*s'",
		   f->c->name, (int)strcspn(f->text, "@:"), f->text);
	if (dv_catalog_versions(f->c, NULL, NULL, list_name, &k,
				&ignored) >= 0)
		dv_err_hint(err, k.n ? "it has %s" : "nothing is published "
			    "there%s", dv_buf_cstr(&k.text));
	dv_buf_release(&k.text);
	free(k.last);
	return -DV_E_MISSING;
}

/*
 * A name ends at a '@' or ':' or with the text.  The shortest that there
 * is counts: each other one would cost requests.
 */
static int find_dataset(struct finder *f, const char **rest,
			struct dv_err *err)
{
	size_t n = 0;
	int rc = 0;

	while (!rc && !f->out.ns && f->text[n]) {
		n += strcspn(f->text + n + 1, "@:") + 1;
		rc = try_name(f, n, err);
	}
	if (rc < 0)
		return rc;
	if (!f->out.ns)
		return unknown(f, err);
	*rest = f->text + n;
	return 0;
}

/* --- what of it --------------------------------------------------------------- */

/* The end of <what>: a ':', but for that of "v:" or "git:". */
static size_t what_len(const char *s)
{
	size_t n = !strncmp(s, "v:", 2) ? 2 : !strncmp(s, "git:", 4) ? 4 : 0;

	return n + strcspn(s + n, ":");
}

static int split_rest(struct dv_rspec *out, const char *rest,
		      struct dv_err *err)
{
	size_t n;

	if (*rest == '@') {
		n = what_len(rest + 1);
		if (!n)
			return dv_err_set(err, DV_E_INVALID,
					  "nothing follows the '@' behind '%s'",
					  out->dataset);
		out->what = dv_strndup(rest + 1, n);
		rest += 1 + n;
	}
	rest += *rest == ':';
	n = strlen(rest);
	while (n && rest[n - 1] == '/')
		n--;
	out->path = dv_strndup(rest, n);
	if (!n || !strcmp(out->path, "."))
		return 0;
	return dv_path_check(out->path, n, err);
}

static int resolve(struct dv_rspec *out, struct dv_conn *c,
		   const char *own_ns, const char *text, bool version,
		   struct dv_err *err)
{
	struct finder f = { .c = c, .own_ns = own_ns, .text = text };
	const char *rest;
	int rc = find_dataset(&f, &rest, err);

	if (!rc)
		rc = split_rest(&f.out, rest, err);
	if (!rc && version)
		rc = dv_rspec_find_version(&f.out, c, &f.latest, err);
	if (rc < 0)
		dv_rspec_release(&f.out);
	else
		*out = f.out;
	return rc;
}

int dv_rspec_resolve(struct dv_rspec *out, struct dv_conn *c,
		     const char *own_ns, const char *text,
		     struct dv_err *err)
{
	return resolve(out, c, own_ns, text, true, err);
}

int dv_rspec_dataset(struct dv_rspec *out, struct dv_conn *c,
		     const char *own_ns, const char *text,
		     struct dv_err *err)
{
	return resolve(out, c, own_ns, text, false, err);
}
