/* SPDX-License-Identifier: MIT */
#include "remote/catalog-parts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "remote/rkey.h"

/* A record that is on its way. */
struct slot {
	bool used;
	size_t i;			/* the caller's */
	struct dv_record rec;
	char id[DV_VERSION_ID_MAX];
};

struct job {
	struct dv_conn *c;
	dv_catalog_next_fn *next;
	dv_catalog_published_fn *published;
	void *arg;
	struct slot *slots;		/* DV_CONN_REQUESTS */
	struct dv_buf key, bytes;
};

/*
 * Another record was there.  Recorded at another time it is as good as
 * ours; one that cannot be read, or means something else, is not.
 */
static int check_theirs(struct job *j, const struct slot *s,
			const void *bytes, size_t n, struct dv_err *err)
{
	const struct dv_record *ours = &s->rec;
	struct dv_record theirs;
	bool same;
	int rc;

	rc = dv_rkey_version(&j->key, ours->name_space, ours->dataset, s->id,
			     err);
	if (!rc)
		rc = dv_catalog_parse(j->c, j->key.data, ours->name_space,
				      ours->dataset, s->id, bytes, n, &theirs,
				      err);
	if (rc < 0)
		return rc;
	same = dv_digest_eq(&theirs.manifest, &ours->manifest) &&
	       dv_digest_eq(&theirs.config, &ours->config) &&
	       !strcmp(theirs.code, ours->code);
	dv_record_release(&theirs);
	if (same)
		return 0;
	return dv_err_set(err, DV_E_CONFLICT, "remote '%s': version '%s' of "
			  "'%s/%s' there is of other data, code or "
			  "configuration that begins with the same digits",
			  j->c->name, s->id, ours->name_space, ours->dataset);
}

static int check_ours(struct slot *s, struct dv_err *err)
{
	int rc = dv_catalog_check_text(&s->rec, err);

	dv_record_id(s->id, &s->rec);
	return rc < 0 ? dv_err_prefix(err, "version '%s'", s->id) : 0;
}

static struct slot *free_slot(struct job *j)
{
	for (size_t k = 0; k < DV_CONN_REQUESTS; k++)
		if (!j->slots[k].used)
			return &j->slots[k];
	return NULL;
}

static int next_object(void *arg, struct dv_conn_object *o,
		       struct dv_err *err)
{
	struct job *j = arg;
	struct slot *s = free_slot(j);
	int rc;

	assert(s);	/* no more than these are on their way */
	rc = j->next(j->arg, &s->rec, &s->i, err);
	if (rc <= 0)
		return rc;
	s->used = true;
	rc = check_ours(s, err);
	if (!rc)
		rc = dv_rkey_version(&j->key, s->rec.name_space,
				     s->rec.dataset, s->id, err);
	dv_buf_reset(&j->bytes);
	if (!rc)
		rc = dv_record_format(&j->bytes, &s->rec, err);
	*o = (struct dv_conn_object){ (size_t)(s - j->slots), j->key.data,
				      j->bytes.data, j->bytes.len };
	return rc < 0 ? rc : 1;
}

static int created(void *arg, size_t i, bool ours, const void *theirs,
		   size_t n, struct dv_err *err)
{
	struct job *j = arg;
	struct slot *s = &j->slots[i];
	int rc = 0;

	if (!ours)
		rc = check_theirs(j, s, theirs ? theirs : "", n, err);
	if (!rc)
		dv_catalog_note(j->c, &s->rec);
	if (!rc)
		rc = j->published(j->arg, s->i, ours, err);
	dv_record_release(&s->rec);
	s->used = false;
	return rc;
}

int dv_catalog_publish_all(struct dv_conn *c, dv_catalog_next_fn *next,
			   dv_catalog_published_fn *published, void *arg,
			   struct dv_err *err)
{
	struct job j = { .c = c, .next = next, .published = published,
			 .arg = arg };
	int rc;

	j.slots = dv_calloc(DV_CONN_REQUESTS, sizeof(*j.slots));
	rc = dv_conn_create_all(c, next_object, created, &j, DV_RECORD_MAX,
				err);
	for (size_t k = 0; k < DV_CONN_REQUESTS; k++)
		if (j.slots[k].used)
			dv_record_release(&j.slots[k].rec);
	free(j.slots);
	dv_buf_release(&j.key);
	dv_buf_release(&j.bytes);
	return rc;
}

/* --- one ------------------------------------------------------------------ */

struct single {
	const struct dv_record *rec;	/* NULL: it was given */
	bool ours;
};

static int next_single(void *arg, struct dv_record *rec, size_t *i,
		       struct dv_err *err)
{
	struct single *s = arg;

	(void)i, (void)err;
	if (!s->rec)
		return 0;
	dv_record_copy(rec, s->rec);
	s->rec = NULL;
	return 1;
}

static int single_published(void *arg, size_t i, bool ours,
			    struct dv_err *err)
{
	struct single *s = arg;

	(void)i, (void)err;
	s->ours = ours;
	return 0;
}

int dv_catalog_publish(struct dv_conn *c, const struct dv_record *rec,
		       struct dv_err *err)
{
	struct single s = { .rec = rec };
	int rc = dv_catalog_publish_all(c, next_single, single_published, &s,
					err);

	return rc < 0 ? rc : s.ours;
}
