/* SPDX-License-Identifier: MIT */
#include "porcelain/provenance.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/idmap.h"
#include "base/strlist.h"
#include "format/manifest.h"

/*
 * A manifest object (root, list or block) is known to be without the
 * content once all that was read below it was.  The walk tells blocks by
 * what follows them: entries.  A list is followed by other objects and is
 * read again for each root that has it, which costs little: lists are
 * there only above two million entries.
 */
struct dv_provenance {
	struct dv_session *s;
	const struct dv_digest *id;	/* what is looked for */
	struct dv_idmap without;	/* blocks and roots that lack it */
	struct dv_digest block;		/* being read; algo 0: none */
	bool entries, hit;		/* seen in that block */
	struct dv_strlist paths;	/* in the manifest being read */
	dv_provenance_fn *fn;
	void *arg;
};

int dv_provenance_open(struct dv_provenance **out, struct dv_session *s,
		       struct dv_err *err)
{
	struct dv_provenance *p = dv_calloc(1, sizeof(*p));

	(void)err;
	p->s = s;
	dv_idmap_init(&p->without, s->repo->algo);
	*out = p;
	return 0;
}

void dv_provenance_close(struct dv_provenance *p)
{
	if (!p)
		return;
	dv_idmap_release(&p->without);
	dv_strlist_release(&p->paths);
	free(p);
}

static void end_block(struct dv_provenance *p)
{
	if (p->block.algo && p->entries && !p->hit)
		dv_idmap_add(&p->without, &p->block, 0);
	p->block.algo = 0;
}

static int see_object(void *arg, const struct dv_digest *id, bool meta,
		      const struct dv_entry *e, struct dv_err *err)
{
	struct dv_provenance *p = arg;
	int rc;

	if (!meta) {
		p->entries = true;
		/* a file that holds a link's target is not the link */
		if (dv_digest_eq(id, p->id) && e->mode != DV_MODE_LINK) {
			p->hit = true;
			dv_strlist_take(&p->paths,
					dv_strndup(e->path, e->path_len));
		}
		return 0;
	}
	end_block(p);
	if (dv_idmap_get(&p->without, id, NULL))
		return 1;
	/* what was dropped from here cannot be asked */
	rc = dv_odb_stat(p->s->odb, id, NULL, err);
	if (rc <= 0)
		return rc < 0 ? rc : 1;
	p->block = *id;
	p->entries = p->hit = false;
	return 0;
}

/* Read the record of a version that has places, and tell them. */
static int tell_places(struct dv_provenance *p,
		       const struct dv_version_row *row, struct dv_err *err)
{
	struct dv_version v;
	int rc;

	rc = dv_versions_find(p->s->versions, row->dataset, row->id, &v, err);
	if (rc < 0)
		return rc;
	for (size_t i = 0; !rc && i < p->paths.n; i++)
		rc = p->fn(p->arg, &v, p->paths.v[i], strlen(p->paths.v[i]),
			   err);
	dv_version_release(&v);
	return rc;
}

static int see_version(void *arg, const struct dv_version_row *row,
		       struct dv_err *err)
{
	struct dv_provenance *p = arg;
	int rc;

	if (dv_idmap_get(&p->without, &row->manifest, NULL))
		return 0;
	dv_strlist_release(&p->paths);
	rc = dv_manifest_each_object(&row->manifest, dv_odb_read, p->s->odb,
				     see_object, p, err);
	if (rc < 0)
		return dv_err_prefix(err, "version '%s@%s'", row->dataset,
				     row->id);
	end_block(p);
	if (!p->paths.n)
		dv_idmap_add(&p->without, &row->manifest, 0);
	return p->paths.n ? tell_places(p, row, err) : 0;
}

int dv_provenance_find(struct dv_provenance *p, const struct dv_digest *id,
		       dv_provenance_fn *fn, void *arg, struct dv_err *err)
{
	dv_idmap_release(&p->without);
	p->id = id;
	p->fn = fn;
	p->arg = arg;
	return dv_versions_each_row(p->s->versions, NULL, see_version, p,
				    err);
}
