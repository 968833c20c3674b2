/* SPDX-License-Identifier: MIT */
#include "porcelain/whence-parts.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

static int hash_file(struct dv_whence *w, struct dv_whence_query *q,
		     struct dv_err *err)
{
	struct stat st;
	int fd, rc;

	fd = open(q->file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) < 0) {
		rc = dv_err_sys(err, "cannot read '%s'", q->file);
	} else if (S_ISDIR(st.st_mode)) {
		rc = dv_err_set(err, DV_E_INVALID, "'%s' is a directory; name "
				"files in it", q->file);
	} else if (!S_ISREG(st.st_mode)) {
		rc = dv_err_set(err, DV_E_INVALID, "'%s' is no regular file",
				q->file);
	} else {
		rc = dv_odb_hash_fd(w->s.repo->algo, fd, &q->id, NULL, NULL,
				    err);
		if (rc < 0)
			dv_err_prefix(err, "'%s'", q->file);
	}
	if (fd >= 0)
		close(fd);
	return rc;
}

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

/* Is this the version that the name says? */
static bool label_fits(const struct dv_label *l, const struct dv_version *v)
{
	char hex[2 * DV_DIGEST_MAX + 1];

	return begins(v->rec.code, l->code) && v->rec.dirty == l->dirty &&
	       begins(v->rec.config_hash, l->config) &&
	       begins(dv_digest_hex(hex, &v->rec.manifest), l->manifest);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool dataset_fits(const struct dv_label *l, const struct dv_version *v)
{
	return !strcmp(base_name(v->rec.dataset), l->dataset);
}

static int add_place(void *arg, const struct dv_version *v, const char *path,
		     size_t n, struct dv_err *err)
{
	struct dv_whence_query *q = arg;
	struct dv_whence_place *p;

	(void)err;
	dv_grow(&q->places, &q->cap, q->n + 1, sizeof(*q->places));
	p = &q->places[q->n++];
	dv_version_copy(&p->v, v);
	p->path = dv_strndup(path, n);
	p->named = DV_NAMED_NOT;
	if (q->has_label && label_fits(&q->label, v))
		p->named = dataset_fits(&q->label, v) ? DV_NAMED :
							DV_NAMED_ALIKE;
	return 0;
}

static int see_version(void *arg, const struct dv_version *v,
		       struct dv_err *err)
{
	struct dv_whence_query *q = arg;

	(void)err;
	q->version_known = label_fits(&q->label, v) &&
			   dataset_fits(&q->label, v);
	return q->version_known;
}

/* The named version first, the others as they came. */
static void put_named_first(struct dv_whence_query *q)
{
	struct dv_whence_place p;
	size_t i = 0;

	for (size_t k = 1; k < q->n; k++)
		if (q->places[k].named > q->places[i].named)
			i = k;
	if (!i)
		return;
	p = q->places[i];
	memmove(q->places + 1, q->places, i * sizeof(p));
	q->places[0] = p;
}

int dv_whence_ask(struct dv_whence *w, struct dv_whence_query *q,
		  struct dv_err *err)
{
	int rc;

	rc = hash_file(w, q, err);
	if (rc < 0)
		return rc;
	rc = dv_labels_parse(w->labels, q->file, &q->label, err);
	if (rc < 0)
		return rc;
	q->has_label = rc;

	rc = dv_provenance_find(w->provenance, &q->id, add_place, q, err);
	if (rc < 0)
		return rc;
	put_named_first(q);

	q->verdict = q->n ? DV_VERDICT_LIES : DV_VERDICT_UNKNOWN;
	if (q->n && (!q->has_label || q->places[0].named))
		q->verdict = DV_VERDICT_KNOWN;
	if (q->n && q->places[0].named == DV_NAMED)
		return 0;
	/* Of another dataset, it is a name of no version, or a lie. */
	if (q->has_label)
		rc = dv_versions_each(w->s.versions, NULL, see_version, q,
				      err);
	if (q->version_known)
		q->verdict = DV_VERDICT_LIES;
	return rc < 0 ? rc : 0;
}

void dv_whence_release(struct dv_whence_query *q)
{
	for (size_t i = 0; i < q->n; i++) {
		dv_version_release(&q->places[i].v);
		free(q->places[i].path);
	}
	free(q->places);
	dv_label_release(&q->label);
}
