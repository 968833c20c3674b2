/* SPDX-License-Identifier: MIT */
#include "remote/rfsck.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "remote/rdamage.h"
#include "remote/rfsck-parts.h"
#include "remote/rkey.h"
#include "remote/small.h"

void dv_rfsck_tell(struct dv_rfsck_job *j, const char *key, const char *fmt,
		   ...)
{
	/* An error's text: control characters of what was read do not pass. */
	struct dv_err text;
	struct dv_buf b = DV_BUF_INIT;
	va_list ap;

	if (j->f->faults++ >= DV_RFSCK_FAULTS_MAX)
		return;
	va_start(ap, fmt);
	dv_buf_vprintf(&b, fmt, ap);
	va_end(ap);
	dv_err_set(&text, DV_E_FORMAT, "'%s': %s", key, dv_buf_cstr(&b));
	j->f->fault(j->f->arg, text.msg);
	dv_buf_release(&b);
}

int dv_rfsck_check_faults(const struct dv_rfsck_job *j, struct dv_err *err)
{
	if (j->f->faults <= DV_RFSCK_FAULTS_MAX)
		return 0;
	return dv_err_set(err, DV_E_LIMIT, "remote '%s' has more than %d "
			  "faults; the rest is not looked at", j->c->name,
			  DV_RFSCK_FAULTS_MAX);
}

int dv_rfsck_hold(const struct dv_rfsck_job *j, struct dv_strlist *keys,
		  uint64_t *bytes, const char *key, const char *what,
		  struct dv_err *err)
{
	int rc = dv_rfsck_check_faults(j, err);

	*bytes += strlen(key);
	if (rc < 0)
		return rc;
	if (keys->n == DV_RFSCK_NAMES_MAX)
		return dv_err_set(err, DV_E_LIMIT, "remote '%s' has more than "
				  "%d %s", j->c->name, DV_RFSCK_NAMES_MAX,
				  what);
	if (*bytes > DV_RFSCK_BYTES_MAX)
		return dv_err_set(err, DV_E_LIMIT, "remote '%s': the names of "
				  "its %s are longer than %u MiB together",
				  j->c->name, what, DV_RFSCK_BYTES_MAX >> 20);
	dv_strlist_add(keys, key);
	return 0;
}

bool dv_rfsck_is_fault(const struct dv_err *err)
{
	switch (err->code) {
	case DV_E_MISSING:
	case DV_E_FORMAT:
	case DV_E_DIGEST:
	case DV_E_LIMIT:
	case DV_E_INVALID:
		return true;
	default:
		return false;
	}
}

const char *dv_rfsck_location_key(struct dv_buf *key,
				  const struct dv_rfsck_manifest *m)
{
	dv_rkey_manifest(key, &m->id);
	return dv_rkey_add_number(key, m->last);
}

/* --- reading ------------------------------------------------------------- */

struct reading {
	struct dv_rfsck_job *j;
	const struct dv_strlist *keys;
	dv_rfsck_object_fn *fn;
	void *arg;
	int rc;
	struct dv_err err;
};

struct one {
	struct reading *r;
	size_t i;
};

static void take(void *arg, enum dv_wire_class class, const void *data,
		 size_t n, const struct dv_err *err)
{
	struct one *o = arg;
	struct reading *r = o->r;
	const char *key = r->keys->v[o->i];

	if (r->rc < 0)
		goto out;
	dv_progress_add(r->j->f->progress, 1, 0);
	if (class == DV_WIRE_OK) {
		r->rc = r->fn(r->arg, o->i, data, n, &r->err);
	} else if (class == DV_WIRE_MISSING) {
		dv_rfsck_tell(r->j, key, "it is not there any more");
	} else if (err->code == DV_E_LIMIT) {
		dv_rfsck_tell(r->j, key, "it is larger than such a record "
			      "can be");
	} else {
		r->err = *err;
		r->rc = -err->code;
	}
out:
	free(o);
}

int dv_rfsck_read_all(struct dv_rfsck_job *j, const struct dv_strlist *keys,
		      size_t max, dv_rfsck_object_fn *fn, void *arg,
		      struct dv_err *err)
{
	struct reading r = { .j = j, .keys = keys, .fn = fn, .arg = arg };
	struct dv_err why = DV_ERR_INIT;
	int rc = 0;

	for (size_t i = 0; rc >= 0 && !r.rc && i < keys->n; i++) {
		struct one *o = dv_calloc(1, sizeof(*o));

		*o = (struct one){ &r, i };
		dv_small_get(j->c->t, keys->v[i], max, take, o);
		rc = dv_transport_wait(j->c->t, DV_CONN_REQUESTS, &why);
	}
	if (rc >= 0)
		rc = dv_transport_wait(j->c->t, 1, &why);
	if (r.rc) {
		*err = r.err;
		return r.rc;
	}
	if (rc < 0)
		*err = why;
	return rc < 0 ? rc : 0;
}

/* --- all of it ----------------------------------------------------------- */

static int check_doom(void *arg, uint64_t n, const struct dv_doomrec *d,
		      int64_t modified, struct dv_err *err)
{
	(void)arg;
	(void)n;
	(void)d;
	(void)modified;
	(void)err;
	return 0;
}

/* A record of a gc that cannot be read stops each push. */
static int check_dooms(struct dv_rfsck_job *j, struct dv_err *err)
{
	int rc = dv_catalog_dooms(j->c, check_doom, NULL, err);

	if (rc >= 0 || !dv_rfsck_is_fault(err))
		return rc;
	dv_rfsck_tell(j, DV_RKEY_GC, "%s", err->msg);
	return 0;
}

/*
 * What of the packs was damaged is remembered; what they have inside was
 * only looked at with verify, so without it nothing is forgotten.
 */
static int remember(struct dv_rfsck_job *j, struct dv_err *err)
{
	struct dv_idmap damaged;
	int rc = 0;

	dv_idmap_init(&damaged, j->c->algo);
	if (!j->f->verify)
		rc = dv_rdamage_get(j->c->cache, &damaged, err);
	for (uint32_t i = 0; i < dv_rpacks_count(j->packs); i++) {
		if (!(j->there[i] & DV_RFSCK_TOLD))
			continue;
		j->f->damaged++;
		dv_idmap_add(&damaged, &dv_rpacks_get(j->packs, i)->info.id,
			     0);
	}
	if (!rc)
		rc = dv_rdamage_set(j->c->cache, &damaged, err);
	dv_idmap_release(&damaged);
	return rc;
}

static void release(struct dv_rfsck_job *j)
{
	for (size_t i = 0; i < j->manifests_n; i++)
		free(j->manifests[i].packs.v);
	free(j->there);
	free(j->manifests);
	free(j->versions);
	dv_strlist_release(&j->keys);
	dv_idmap_release(&j->places);
	dv_rpacks_free(j->packs);
}

int dv_rfsck_run(struct dv_conn *c, struct dv_rfsck *f, struct dv_err *err)
{
	struct dv_rfsck_job j = { .c = c, .f = f };
	int rc;

	if (!dv_transport_caps(c->t)->list)
		return dv_err_set(err, DV_E_UNSUPPORTED, "remote '%s' cannot "
				  "list, so what there is to check cannot be "
				  "found", c->name);
	if (!c->algo)
		return 0;
	j.packs = dv_rpacks_new(c);
	dv_idmap_init(&j.places, c->algo);
	rc = dv_rfsck_versions(&j, err);
	if (!rc)
		rc = dv_rfsck_locations(&j, err);
	if (!rc)
		rc = dv_rfsck_packs(&j, err);
	if (!rc)
		rc = dv_rfsck_check_faults(&j, err);
	if (!rc)
		rc = dv_rfsck_walk(&j, err);
	if (!rc && f->verify)
		rc = dv_rfsck_verify(&j, err);
	if (!rc)
		rc = remember(&j, err);
	if (!rc)
		rc = dv_rfsck_heads(&j, err);
	if (!rc)
		rc = check_dooms(&j, err);
	release(&j);
	return rc;
}
