/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "remote/catalog-parts.h"
#include "remote/rfsck-parts.h"
#include "remote/rkey.h"

/* --- versions ------------------------------------------------------------ */

static int note_version(void *arg, const char *key, int64_t size,
			int64_t modified, struct dv_err *err)
{
	struct dv_rfsck_job *j = arg;
	struct dv_buf ns = DV_BUF_INIT, dataset = DV_BUF_INIT;
	char id[DV_VERSION_ID_MAX];
	int rc;

	(void)size;
	(void)modified;
	if (dv_rkey_parse_version(key, &ns, &dataset, id)) {
		rc = dv_rfsck_hold(j, &j->keys, &j->keys_bytes, key,
				   "versions", err);
	} else {
		dv_rfsck_tell(j, key, "this is no key of a version");
		rc = dv_rfsck_check_faults(j, err);
	}
	dv_buf_release(&ns);
	dv_buf_release(&dataset);
	return rc;
}

/* What makes rec unfit for its key, or NULL. */
static const char *misplaced(const char *key, const struct dv_record *rec,
			     enum dv_algo algo)
{
	struct dv_buf ns = DV_BUF_INIT, dataset = DV_BUF_INIT;
	char id[DV_VERSION_ID_MAX], own[DV_VERSION_ID_MAX];
	const char *why = NULL;

	if (!dv_rkey_parse_version(key, &ns, &dataset, id))
		why = "this is no key of a version";
	else if (strcmp(id, dv_record_id(own, rec)))
		why = "its record is of another version";
	else if (!rec->name_space || strcmp(rec->name_space, ns.data))
		why = "its record is of another name space";
	else if (strcmp(rec->dataset, dataset.data))
		why = "its record is of another dataset";
	else if (rec->manifest.algo != algo)
		why = "its manifest is of another object format";
	dv_buf_release(&ns);
	dv_buf_release(&dataset);
	return why;
}

static int take_record(void *arg, size_t i, const void *data, size_t n,
		       struct dv_err *err)
{
	struct dv_rfsck_job *j = arg;
	struct dv_err why = DV_ERR_INIT;
	const char *key = j->keys.v[i], *bad;
	struct dv_record rec;

	(void)err;
	if (dv_record_parse(&rec, data, n, &why) < 0) {
		dv_rfsck_tell(j, key, "%s", why.msg);
		return 0;
	}
	bad = misplaced(key, &rec, j->c->algo);
	if (!bad && dv_catalog_check_text(&rec, &why) < 0)
		bad = why.msg;
	if (bad) {
		dv_rfsck_tell(j, key, "%s", bad);
	} else {
		dv_grow(&j->versions, &j->cap, j->n + 1,
			sizeof(*j->versions));
		j->versions[j->n++] = (struct dv_rfsck_version){
			rec.manifest, rec.config, i
		};
	}
	dv_record_release(&rec);
	return 0;
}

static int cmp_versions(const void *a, const void *b)
{
	const struct dv_rfsck_version *x = a, *y = b;
	int c = dv_digest_cmp(&x->manifest, &y->manifest);

	return c ? c : (x->key > y->key) - (x->key < y->key);
}

static void group_manifests(struct dv_rfsck_job *j)
{
	j->manifests = dv_calloc(j->n + 1, sizeof(*j->manifests));
	for (size_t i = 0; i < j->n; i++) {
		struct dv_rfsck_manifest *m = &j->manifests[j->manifests_n];

		if (!i || dv_digest_cmp(&j->versions[i].manifest,
					&j->versions[i - 1].manifest)) {
			m->id = j->versions[i].manifest;
			m->version = i;
			j->manifests_n++;
		} else {
			m--;
		}
		m->n++;
	}
	j->f->versions = j->keys.n;
	j->f->manifests = j->manifests_n;
}

int dv_rfsck_versions(struct dv_rfsck_job *j, struct dv_err *err)
{
	int rc;

	dv_progress_phase(j->f->progress, "listing versions", 0, 0);
	rc = dv_conn_each_key(j->c, DV_RKEY_VERSIONS, DV_CATALOG_KEYS_MAX,
			      note_version, j, err);
	dv_progress_phase(j->f->progress, "reading versions", j->keys.n, 0);
	if (!rc)
		rc = dv_rfsck_read_all(j, &j->keys, DV_RECORD_MAX,
				       take_record, j, err);
	if (j->n)
		qsort(j->versions, j->n, sizeof(*j->versions), cmp_versions);
	group_manifests(j);
	return rc;
}

/* --- heads --------------------------------------------------------------- */

struct heads {
	struct dv_rfsck_job *j;
	struct dv_strlist newest;	/* key of each head's highest number */
	uint64_t bytes;			/* of newest */
	struct dv_buf place;		/* of the head that is listed now */
	uint64_t last;
};

static int note_head(void *arg, const char *key, int64_t size,
		     int64_t modified, struct dv_err *err)
{
	struct heads *h = arg;
	struct dv_buf ns = DV_BUF_INIT, dataset = DV_BUF_INIT;
	struct dv_buf tag = DV_BUF_INIT;
	size_t n = (size_t)(strrchr(key, '/') - key);
	uint64_t number;
	bool same;
	int rc = 0;

	(void)size;
	(void)modified;
	if (!dv_rkey_parse_head(key, &ns, &dataset, &tag, &number)) {
		dv_rfsck_tell(h->j, key, "this is no key of a head");
		rc = dv_rfsck_check_faults(h->j, err);
		goto out;
	}
	same = h->place.len == n && !memcmp(h->place.data, key, n);
	if (number != (same ? h->last + 1 : 1))
		dv_rfsck_tell(h->j, key, "the number before it is not there");
	if (same) {
		h->newest.n--;
		h->bytes -= strlen(h->newest.v[h->newest.n]);
		free(h->newest.v[h->newest.n]);
	}
	rc = dv_rfsck_hold(h->j, &h->newest, &h->bytes, key, "heads", err);
	dv_buf_reset(&h->place);
	dv_buf_add(&h->place, key, n);
	h->last = number;
out:
	dv_buf_release(&ns);
	dv_buf_release(&dataset);
	dv_buf_release(&tag);
	return rc;
}

static int cmp_keys(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool has_version(const struct dv_rfsck_job *j, const char *key)
{
	return j->keys.n && bsearch(&key, j->keys.v, j->keys.n, sizeof(key),
				    cmp_keys);
}

static int take_head(void *arg, size_t i, const void *data, size_t n,
		     struct dv_err *err)
{
	struct heads *h = arg;
	struct dv_err why = DV_ERR_INIT;
	struct dv_buf ns = DV_BUF_INIT, dataset = DV_BUF_INIT;
	struct dv_buf tag = DV_BUF_INIT, key = DV_BUF_INIT;
	struct dv_headrec rec;
	uint64_t number;
	int rc = 0;

	if (dv_headrec_parse(&rec, data, n, &why) < 0) {
		dv_rfsck_tell(h->j, h->newest.v[i], "%s", why.msg);
		return 0;
	}
	if (*rec.version &&
	    dv_rkey_parse_head(h->newest.v[i], &ns, &dataset, &tag, &number)) {
		rc = dv_rkey_version(&key, ns.data, dataset.data, rec.version,
				     err);
		if (!rc && !has_version(h->j, key.data))
			dv_rfsck_tell(h->j, h->newest.v[i], "it names the "
				      "version '%s', which is not there",
				      rec.version);
	}
	dv_buf_release(&ns);
	dv_buf_release(&dataset);
	dv_buf_release(&tag);
	dv_buf_release(&key);
	return rc;
}

int dv_rfsck_heads(struct dv_rfsck_job *j, struct dv_err *err)
{
	struct heads h = { .j = j };
	int rc;

	dv_progress_phase(j->f->progress, "reading heads", 0, 0);
	rc = dv_conn_each_key(j->c, DV_RKEY_HEADS, DV_CATALOG_KEYS_MAX,
			      note_head, &h, err);
	if (!rc)
		rc = dv_rfsck_read_all(j, &h.newest, DV_HEADREC_MAX,
				       take_head, &h, err);
	dv_strlist_release(&h.newest);
	dv_buf_release(&h.place);
	return rc;
}
