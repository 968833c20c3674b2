/* SPDX-License-Identifier: MIT */
#include "porcelain/label.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hex.h"
#include "format/manifest.h"
#include "format/name.h"

#define MANIFEST_DIGITS 8

struct known {
	char *dataset;
	char id[DV_VERSION_ID_MAX];
	char config[DV_NAME_CONFIG_MAX + 1];	/* "": not read yet */
};

struct dv_labels {
	struct dv_session *s;
	char *template;
	struct known *v;
	size_t n, cap;
	bool sorted;
};

static struct known *add_known(struct dv_labels *l, const char *dataset,
			       const char *id)
{
	struct known *k;

	dv_grow(&l->v, &l->cap, l->n + 1, sizeof(*l->v));
	k = &l->v[l->n++];
	memset(k, 0, sizeof(*k));
	k->dataset = dv_strdup(dataset);
	snprintf(k->id, sizeof(k->id), "%s", id);
	l->sorted = false;
	return k;
}

static void set_config(struct known *k, const struct dv_record *rec)
{
	snprintf(k->config, sizeof(k->config), "%.*s", DV_NAME_CONFIG_MAX,
		 rec->config_hash);
}

void dv_labels_add(struct dv_labels *l, const struct dv_record *rec)
{
	char id[DV_VERSION_ID_MAX];

	set_config(add_known(l, rec->dataset, dv_record_id(id, rec)), rec);
}

static int add_row(void *arg, const struct dv_version_row *row,
		   struct dv_err *err)
{
	(void)err;
	add_known(arg, row->dataset, row->id);
	return 0;
}

int dv_labels_open(struct dv_labels **out, struct dv_session *s,
		   struct dv_err *err)
{
	struct dv_labels *l = dv_calloc(1, sizeof(*l));
	int rc;

	l->s = s;
	rc = dv_git_config_str(s->repo->git, "dv.nameformat", &l->template,
			       err);
	if (rc > 0) {
		rc = dv_name_check(l->template, err);
		if (rc < 0)
			dv_err_prefix(err, "dv.nameFormat");
	}
	if (rc >= 0)
		rc = dv_versions_each_row(s->versions, NULL, add_row, l, err);
	if (rc < 0)
		dv_labels_close(l);
	else
		*out = l;
	return rc < 0 ? rc : 0;
}

void dv_labels_close(struct dv_labels *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].dataset);
	free(l->v);
	free(l->template);
	free(l);
}

static int cmp_known(const void *a, const void *b)
{
	const struct known *x = a, *y = b;
	int cmp = strcmp(x->dataset, y->dataset);

	return cmp ? cmp : strcmp(x->id, y->id);
}

/* First place whose dataset and id are not below these. */
static size_t lower_bound(struct dv_labels *l, const char *dataset,
			  const char *id)
{
	size_t lo = 0, hi = l->n, mid;
	int cmp;

	if (!l->sorted && l->n)
		qsort(l->v, l->n, sizeof(*l->v), cmp_known);
	l->sorted = true;
	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		cmp = strcmp(l->v[mid].dataset, dataset);
		if (!cmp)
			cmp = strcmp(l->v[mid].id, id);
		if (cmp < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

bool dv_labels_shared(struct dv_labels *l, const struct dv_record *rec)
{
	char id[DV_VERSION_ID_MAX], begin[DV_VERSION_ID_MAX];
	size_t i, n;

	dv_record_id(id, rec);
	dv_record_short_id(begin, id);
	n = strlen(begin);
	for (i = lower_bound(l, rec->dataset, begin); i < l->n; i++) {
		const struct known *k = &l->v[i];

		if (strcmp(k->dataset, rec->dataset) ||
		    strncmp(k->id, begin, n))
			break;
		if (k->id[n] == '-' && strcmp(k->id, id))
			return true;
	}
	return false;
}

/* "…-<config, 8>-<manifest, 8>" */
static bool same_short_config(const char *id, const struct dv_record *rec)
{
	size_t n = strlen(id), tail = DV_NAME_CONFIG_MIN + 1 + MANIFEST_DIGITS;

	return n > tail && !strncmp(id + n - tail, rec->config_hash,
				    DV_NAME_CONFIG_MIN);
}

/*
 * As many digits as tell rec's configuration from all others here.  Only
 * records whose first digits are the same are read.
 */
static int config_digits(struct dv_labels *l, const struct dv_record *rec,
			 size_t *digits, struct dv_err *err)
{
	struct dv_version v;
	size_t same;
	int rc;

	*digits = DV_NAME_CONFIG_MIN;
	for (size_t i = 0; i < l->n; i++) {
		struct known *k = &l->v[i];

		if (!same_short_config(k->id, rec))
			continue;
		if (!*k->config) {
			rc = dv_versions_find(l->s->versions, k->dataset,
					      k->id, &v, err);
			if (rc < 0)
				return rc;
			set_config(k, &v.rec);
			dv_version_release(&v);
		}
		for (same = 0; k->config[same] &&
		     k->config[same] == rec->config_hash[same]; same++)
			;
		if (k->config[same] && same + 1 > *digits)
			*digits = same + 1;
	}
	return 0;
}

/*
 * data.v2/ has no extension, data.v2 has one: where the name leaves it
 * open, the manifest says which it is.  Content that is not here counts as
 * a file.
 */
static int is_directory(struct dv_labels *l, const struct dv_record *rec,
			struct dv_err *err)
{
	struct dv_err ignored = DV_ERR_INIT;
	struct dv_buf hold = DV_BUF_INIT;
	struct dv_manifest *m = NULL;
	struct dv_entry e;
	struct dv_name name;
	int rc;

	rc = dv_name_split(&name, rec->dataset, strlen(rec->dataset), err);
	if (rc < 0 || !name.ext_len)
		return rc;
	if (dv_manifest_open(&m, &rec->manifest, dv_odb_read, l->s->odb,
			     &ignored) < 0)
		return 0;
	rc = dv_manifest_find(m, ".", 1, &e, &hold, err);
	dv_manifest_close(m);
	dv_buf_release(&hold);
	return rc < 0 ? rc : !rc;
}

/* Put "-<manifest>" behind the config hash. */
static void insert_manifest(struct dv_buf *name, const char *config,
			    const struct dv_digest *manifest)
{
	char hex[2 * DV_DIGEST_MAX + 1];
	struct dv_buf out = DV_BUF_INIT;
	char *at = NULL, *next = name->data;

	while ((next = strstr(next, config)))
		at = next++;
	if (!at)
		return;
	at += strlen(config);
	dv_buf_add(&out, name->data, (size_t)(at - name->data));
	dv_buf_printf(&out, "-%.*s", MANIFEST_DIGITS,
		      dv_digest_hex(hex, manifest));
	dv_buf_str(&out, at);
	dv_buf_release(name);
	*name = out;
}

int dv_labels_name(struct dv_labels *l, const struct dv_record *rec,
		   char **out, struct dv_err *err)
{
	struct dv_buf name = DV_BUF_INIT, path = DV_BUF_INIT;
	char config[DV_NAME_CONFIG_MAX + 1];
	size_t digits;
	int rc, dir;

	rc = dir = is_directory(l, rec, err);
	if (rc >= 0)
		rc = config_digits(l, rec, &digits, err);
	if (rc < 0)
		return rc;
	snprintf(config, sizeof(config), "%.*s", (int)digits,
		 rec->config_hash);
	dv_buf_str(&path, rec->dataset);
	if (dir)
		dv_buf_char(&path, '/');

	rc = dv_name_format(&name, l->template, path.data, path.len,
			    rec->code, rec->dirty, config, err);
	if (rc < 0)
		goto out;
	if (dir)
		dv_buf_setlen(&name, name.len - 1);
	if (dv_labels_shared(l, rec))
		insert_manifest(&name, config, &rec->manifest);
	*out = dv_buf_detach(&name, NULL);
out:
	dv_buf_release(&name);
	dv_buf_release(&path);
	return rc;
}

/*
 * Take "-<8 hex>" out of the last component where it follows something
 * that makes an artifact name: the long form of a version.
 */
static int parse_long(struct dv_labels *l, const char *path,
		      struct dv_name *name, char *manifest, struct dv_buf *cut,
		      struct dv_err *err)
{
	const char *base = strrchr(path, '/');
	const char *p = path + strlen(path);
	int rc = 0;

	base = base ? base + 1 : path;
	while (!rc && p-- > base) {
		if (*p != '-' || !dv_hex_is(p + 1, MANIFEST_DIGITS) ||
		    dv_hex_digit(p[1 + MANIFEST_DIGITS]) >= 0)
			continue;
		dv_buf_reset(cut);
		dv_buf_add(cut, path, (size_t)(p - path));
		dv_buf_str(cut, p + 1 + MANIFEST_DIGITS);
		rc = dv_name_parse(name, l->template, cut->data, cut->len,
				   err);
		if (rc > 0)
			snprintf(manifest, MANIFEST_DIGITS + 1, "%s", p + 1);
	}
	return rc;
}

int dv_labels_parse(struct dv_labels *l, const char *path,
		    struct dv_label *out, struct dv_err *err)
{
	struct dv_buf cut = DV_BUF_INIT;
	struct dv_name name;
	int rc;

	memset(out, 0, sizeof(*out));
	rc = dv_name_parse(&name, l->template, path, strlen(path), err);
	if (!rc)
		rc = parse_long(l, path, &name, out->manifest, &cut, err);
	if (rc > 0) {
		out->dataset = dv_asprintf("%.*s%.*s", (int)name.stem_len,
					   name.stem, (int)name.ext_len,
					   name.ext);
		snprintf(out->code, sizeof(out->code), "%s", name.code);
		snprintf(out->config, sizeof(out->config), "%s", name.config);
		out->dirty = name.dirty;
		snprintf(out->short_id, sizeof(out->short_id), "%s%s-%.8s",
			 name.code, name.dirty ? "-dirty" : "", name.config);
	}
	dv_buf_release(&cut);
	return rc;
}

void dv_label_release(struct dv_label *l)
{
	free(l->dataset);
	memset(l, 0, sizeof(*l));
}
