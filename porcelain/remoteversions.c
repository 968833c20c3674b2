/* SPDX-License-Identifier: MIT */
#include "porcelain/remoteversions.h"

#include "base/alloc.h"
#include "format/manifest.h"
#include "store/worktree.h"

/* Objects that are looked at: to miss one that lacks costs requests. */
#define LOOKED_AT 4096

struct sample {
	struct dv_odb *odb;
	unsigned looked;
	bool lacks;
};

static int look(void *arg, const struct dv_digest *id, bool meta,
		const struct dv_entry *e, struct dv_err *err)
{
	struct sample *s = arg;
	int rc;

	(void)e;
	if (meta)
		return 0;
	rc = dv_odb_stat(s->odb, id, NULL, err);
	s->lacks = !rc;
	return s->lacks || ++s->looked == LOOKED_AT ? -DV_E_LIMIT : rc;
}

/* Is the manifest, or some of what it names, not here? */
static int lacks(struct dv_session *s, const struct dv_digest *manifest,
		 bool data, struct dv_err *err)
{
	struct sample sample = { .odb = s->odb };
	struct dv_err ignored = DV_ERR_INIT;
	int rc = dv_odb_stat(s->odb, manifest, NULL, err);

	if (rc <= 0 || !data)
		return rc < 0 ? rc : !rc;
	rc = dv_manifest_each_object(manifest, dv_odb_read, s->odb, look,
				     &sample, &ignored);
	return rc == -DV_E_MISSING || sample.lacks;
}

int dv_remoteversions_pointers(struct dv_session *s, struct dv_obtain_many *m,
			       struct dv_digest **ids, struct dv_err *err)
{
	struct dv_pointer pointer;
	int rc = 0;

	*ids = dv_calloc(m->datasets.n + 1, sizeof(**ids));
	m->manifests = *ids;
	if (!s->repo->workdir)
		return 0;
	for (size_t i = 0; i < m->datasets.n; i++) {
		rc = dv_worktree_pointer(s->repo, m->datasets.v[i], &pointer,
					 err);
		if (rc > 0)
			rc = lacks(s, &pointer.manifest, m->data, err);
		if (rc < 0)
			return rc;
		if (rc)
			(*ids)[m->n++] = pointer.manifest;
	}
	return 0;
}

static int bring_one(struct dv_session *s, struct dv_conn *c,
		     struct dv_obtain_many *m, size_t i,
		     dv_remoteversions_fn *fn, void *arg, struct dv_err *err)
{
	struct dv_obtain o = { .progress = m->all.progress,
			       .bad = m->all.bad, .bad_arg = m->all.bad_arg,
			       .where = m->all.where };
	int rc;

	rc = dv_obtain_versions(c, s->repo, s->versions, m->datasets.v[i],
				m->force, &o, err);
	m->all.faults += o.faults;
	if (rc != -DV_E_SYS)
		fn(arg, m->datasets.v[i], rc < 0 ? NULL : &o, err);
	dv_obtain_release(&o);
	return rc == -DV_E_SYS ? rc : 0;
}

int dv_remoteversions_bring(struct dv_session *s, struct dv_conn *c,
			    struct dv_obtain_many *m,
			    dv_remoteversions_fn *fn, void *arg,
			    struct dv_err *err)
{
	int rc = dv_obtain_versions_all(c, s->repo, s->versions, m, err);
	bool together = rc >= 0;

	if (!m->each || rc == -DV_E_SYS)
		return rc;
	if (!together)
		*err = (struct dv_err)DV_ERR_INIT;
	for (size_t i = rc = 0; i < m->datasets.n && !rc; i++) {
		if (together)
			fn(arg, m->datasets.v[i], &m->each[i], err);
		else
			rc = bring_one(s, c, m, i, fn, arg, err);
	}
	return rc;
}
