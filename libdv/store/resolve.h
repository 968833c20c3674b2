/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_RESOLVE_H
#define DV_STORE_RESOLVE_H

/*
 * What a user writes: <dataset>[@<what>][:<path>].
 *
 * <what>: a tag; a version id or unique prefix; `latest`; else a git
 * revision, meaning what the pointer says there.  `v:` and `git:` in
 * front choose.  Both a version prefix and a git revision: an error that
 * names both spellings.  Without @: the pointer in the work tree.  The
 * longest dataset name wins; a dataset may be written as a path from the
 * current directory, as the path of its pointer, or as commands print it,
 * from the top of the work tree; a path inside a dataset also as a path
 * from the current directory.
 */

#include "base/digest.h"
#include "base/err.h"
#include "store/repo.h"
#include "store/versions.h"

struct dv_spec {
	char *dataset;
	char *what;		/* NULL: no @ */
	char *path;		/* "" for all of it */
	struct dv_digest manifest;
	bool has_version;
	struct dv_version version;	/* if has_version */
};

/*
 * Resolve text.  A manifest that no version names (pointer, git
 * revision) is fine: has_version is then false, or the newest version
 * with that manifest.  Release *out with dv_spec_release().
 */
int dv_spec_resolve(struct dv_spec *out, struct dv_repo *r,
		    struct dv_versions *v, const char *text,
		    struct dv_err *err);
void dv_spec_release(struct dv_spec *s);

/*
 * The failure for a text that names no dataset: DV_E_MISSING, with a hint
 * for what people type instead: an artifact name, a version or a git
 * revision alone.
 */
int dv_spec_unknown(struct dv_repo *r, struct dv_versions *v,
		    const char *text, struct dv_err *err);

#endif
