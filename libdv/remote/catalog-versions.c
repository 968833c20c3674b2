/* SPDX-License-Identifier: MIT */
#include "remote/catalog-parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/control.h"
#include "remote/rkey.h"
#include "remote/small.h"

/* Records whose keys are kept at a time, however many are asked for. */
#define BATCH 4096

int dv_catalog_refuse(const struct dv_conn *c, const char *key,
		      struct dv_err *err)
{
	return dv_err_prefix(err, "remote '%s': '%s'", c->name, key);
}

/* --- which there are ------------------------------------------------------ */

struct lister {
	const char *dataset;	/* NULL: all */
	dv_catalog_version_fn *fn;
	void *arg;
	struct dv_buf ns, name;
};

/* What is no key of a version is none that anybody could ask for. */
static int list_version(void *arg, const char *key, int64_t size,
			int64_t modified, struct dv_err *err)
{
	struct lister *l = arg;
	char id[DV_VERSION_ID_MAX];

	(void)size;
	if (!dv_rkey_parse_version(key, &l->ns, &l->name, id) ||
	    (l->dataset && strcmp(l->dataset, l->name.data)))
		return 0;
	return l->fn(l->arg, l->ns.data, l->name.data, id, modified, err);
}

int dv_catalog_versions(struct dv_conn *c, const char *ns,
			const char *dataset, dv_catalog_version_fn *fn,
			void *arg, struct dv_err *err)
{
	struct lister l = { .dataset = dataset, .fn = fn, .arg = arg };
	struct dv_buf prefix = DV_BUF_INIT;
	int rc = dv_rkey_below(&prefix, DV_RKEY_VERSIONS, ns,
			       ns ? dataset : NULL, err);

	if (!rc)
		rc = dv_conn_each_key(c, prefix.data, DV_CATALOG_KEYS_MAX,
				      list_version, &l, err);
	dv_buf_release(&l.ns);
	dv_buf_release(&l.name);
	dv_buf_release(&prefix);
	return rc;
}

struct many {
	const struct dv_strlist *prefixes;
	dv_catalog_listed_fn *fn;
	void *arg;
	struct dv_buf ns, name;
};

/* Below the prefix of a dataset there are no keys of another. */
static int list_of(void *arg, size_t i, const char *key, int64_t size,
		   int64_t modified, struct dv_err *err)
{
	struct many *m = arg;
	char id[DV_VERSION_ID_MAX];

	(void)size, (void)modified;
	if (strncmp(key, m->prefixes->v[i], strlen(m->prefixes->v[i])) ||
	    !dv_rkey_parse_version(key, &m->ns, &m->name, id))
		return 0;
	return m->fn(m->arg, i, id, err);
}

int dv_catalog_versions_of(struct dv_conn *c,
			   const struct dv_catalog_name *names, size_t n,
			   dv_catalog_listed_fn *fn, void *arg,
			   struct dv_err *err)
{
	struct dv_strlist prefixes = DV_STRLIST_INIT;
	struct many m = { .prefixes = &prefixes, .fn = fn, .arg = arg };
	struct dv_buf prefix = DV_BUF_INIT;
	int rc = 0;

	for (size_t i = 0; i < n && !rc; i++) {
		rc = dv_rkey_below(&prefix, DV_RKEY_VERSIONS, names[i].ns,
				   names[i].dataset, err);
		if (!rc)
			dv_strlist_add(&prefixes, prefix.data);
	}
	if (!rc)
		rc = dv_conn_each_key_below(c, &prefixes, DV_CATALOG_KEYS_MAX,
					    list_of, &m, err);
	dv_strlist_release(&prefixes);
	dv_buf_release(&prefix);
	dv_buf_release(&m.ns);
	dv_buf_release(&m.name);
	return rc;
}

/* --- what is in them -------------------------------------------------------- */

static bool has_control(const char *s)
{
	for (; s && *s; s++)
		if (dv_control(s) && !strchr("\t\r\n", *s))
			return true;
	return false;
}

int dv_catalog_check_text(const struct dv_record *rec, struct dv_err *err)
{
	bool bad = has_control(rec->tagger) || has_control(rec->message) ||
		   has_control(rec->name_space) || has_control(rec->dataset) ||
		   has_control(rec->command);

	for (size_t i = 0; i < rec->inputs.n; i++)
		bad |= has_control(rec->inputs.v[i]);
	for (size_t i = 0; i < rec->extra.n; i++)
		bad |= has_control(rec->extra.v[i]);
	if (!bad)
		return 0;
	return dv_err_set(err, DV_E_FORMAT, "the record has control "
					    "characters");
}

/* Does the record belong under this name? */
static int check_place(const struct dv_conn *c, const struct dv_record *rec,
		       const char *ns, const char *dataset, const char *id,
		       struct dv_err *err)
{
	char is[DV_VERSION_ID_MAX];

	dv_record_id(is, rec);
	if (strcmp(is, id) || strcmp(rec->name_space, ns) ||
	    strcmp(rec->dataset, dataset))
		return dv_err_set(err, DV_E_FORMAT, "this is the record of "
				  "version '%s' of '%s/%s'", is,
				  rec->name_space, rec->dataset);
	if (!c->algo)
		return dv_err_set(err, DV_E_FORMAT, "there is no '%s' that "
				  "says of which object format it is",
				  DV_RKEY_FORMAT);
	if (rec->manifest.algo != c->algo)
		return dv_err_set(err, DV_E_FORMAT, "the record is of object "
				  "format %s, and the remote of %s",
				  dv_algo_name(rec->manifest.algo),
				  dv_algo_name(c->algo));
	return 0;
}

int dv_catalog_parse(const struct dv_conn *c, const char *key,
		     const char *ns, const char *dataset, const char *id,
		     const void *bytes, size_t n, struct dv_record *out,
		     struct dv_err *err)
{
	struct dv_record rec;
	int rc = dv_record_parse(&rec, bytes, n, err);

	if (rc < 0)
		return dv_catalog_refuse(c, key, err);
	rc = check_place(c, &rec, ns, dataset, id, err);
	if (!rc)
		rc = dv_catalog_check_text(&rec, err);
	if (rc < 0) {
		dv_record_release(&rec);
		return dv_catalog_refuse(c, key, err);
	}
	*out = rec;
	return 0;
}

void dv_catalog_note(const struct dv_conn *c, const struct dv_record *rec)
{
	dv_rcache_published_add(c->cache, &rec->manifest);
	dv_rcache_published_add(c->cache, &rec->config);
}

struct reader {
	struct dv_conn *c;
	const struct dv_catalog_name *names;
	size_t first;		/* place in names of the first key */
	struct dv_strlist keys;
	dv_catalog_record_fn *fn;
	void *arg;
};

static int take_record(void *arg, size_t k, const void *data, size_t n,
		       struct dv_err *err)
{
	struct reader *r = arg;
	const struct dv_catalog_name *name = &r->names[r->first + k];
	struct dv_record rec;
	int rc;

	if (!data)
		return r->fn(r->arg, r->first + k, NULL, NULL, 0, err);
	rc = dv_catalog_parse(r->c, r->keys.v[k], name->ns, name->dataset,
			      name->what, data, n, &rec, err);
	if (rc < 0)
		return rc;
	dv_catalog_note(r->c, &rec);
	rc = r->fn(r->arg, r->first + k, &rec, data, n, err);
	dv_record_release(&rec);
	return rc;
}

static int read_batch(struct reader *r, size_t n, struct dv_err *err)
{
	struct dv_buf key = DV_BUF_INIT;
	int rc = 0;

	for (size_t k = 0; k < n && !rc; k++) {
		const struct dv_catalog_name *name = &r->names[r->first + k];

		rc = dv_rkey_version(&key, name->ns, name->dataset,
				     name->what, err);
		if (!rc)
			dv_strlist_add(&r->keys, key.data);
	}
	if (!rc)
		rc = dv_conn_read_all(r->c, &r->keys, DV_RECORD_MAX,
				      take_record, r, err);
	dv_strlist_release(&r->keys);
	dv_buf_release(&key);
	return rc;
}

int dv_catalog_records_of(struct dv_conn *c,
			  const struct dv_catalog_name *names, size_t n,
			  dv_catalog_record_fn *fn, void *arg,
			  struct dv_err *err)
{
	struct reader r = { .c = c, .names = names, .fn = fn, .arg = arg };
	int rc = 0;

	while (r.first < n && !rc) {
		size_t some = n - r.first;

		if (some > BATCH)
			some = BATCH;
		rc = read_batch(&r, some, err);
		r.first += some;
	}
	return rc;
}

int dv_catalog_records(struct dv_conn *c, const char *ns,
		       const char *dataset, const struct dv_strlist *ids,
		       dv_catalog_record_fn *fn, void *arg,
		       struct dv_err *err)
{
	struct dv_catalog_name *names = dv_calloc(ids->n + 1, sizeof(*names));
	int rc;

	for (size_t i = 0; i < ids->n; i++)
		names[i] = (struct dv_catalog_name){ ns, dataset, ids->v[i] };
	rc = dv_catalog_records_of(c, names, ids->n, fn, arg, err);
	free(names);
	return rc;
}

int dv_catalog_record(struct dv_conn *c, const char *ns, const char *dataset,
		      const char *id, struct dv_record *out,
		      struct dv_err *err)
{
	struct dv_buf key = DV_BUF_INIT, bytes = DV_BUF_INIT;
	int rc = dv_rkey_version(&key, ns, dataset, id, err);

	if (!rc)
		rc = dv_small_read(c->t, key.data, DV_RECORD_MAX, &bytes, err);
	if (!rc)
		rc = dv_catalog_parse(c, key.data, ns, dataset, id,
				      dv_buf_cstr(&bytes), bytes.len, out,
				      err);
	if (!rc)
		dv_catalog_note(c, out);
	dv_buf_release(&key);
	dv_buf_release(&bytes);
	return rc;
}
