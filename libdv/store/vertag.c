/* SPDX-License-Identifier: MIT */
#include "store/versions.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "format/component.h"
#include "store/verscan.h"

#define TAGS "refs/dv-tags/"

/* Could it be read as a version id, whole or short? */
static bool like_version(const char *tag)
{
	return strchr(tag, '-') && dv_record_id_like(tag);
}

int dv_version_tag_check(const char *tag, struct dv_err *err)
{
	const char *p;

	for (p = tag; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f || *p == ':' ||
		    *p == '@')
			break;
	if (*tag && !*p && strcmp(tag, "latest") && !like_version(tag))
		return 0;
	dv_err_set(err, DV_E_INVALID, "'%s' cannot be the name of a tag", tag);
	return dv_err_hint(err, "a tag is not empty, not 'latest', not a "
				"version id or the beginning of one, and has "
				"no ':', '@' or control character");
}

static int tag_ref(char **out, const char *dataset, const char *tag,
		   struct dv_err *err)
{
	struct dv_buf ref = DV_BUF_INIT;
	int rc;

	dv_buf_str(&ref, TAGS);
	rc = dv_component_encode(&ref, dataset, err);
	if (!rc) {
		dv_buf_char(&ref, '/');
		rc = dv_component_encode(&ref, tag, err);
	}
	if (!rc)
		*out = dv_buf_detach(&ref, NULL);
	dv_buf_release(&ref);
	return rc;
}

/*
 * The git object that a tag points at: the version's own tag object, or,
 * where the version is a file as its commit is not here, a blob of the
 * same bytes, which names no commit to git.
 */
static int target_of(struct dv_repo *r, const char *dataset, const char *id,
		     char hex[DV_GIT_HEX], struct dv_err *err)
{
	struct dv_strlist files = DV_STRLIST_INIT;
	struct dv_buf text = DV_BUF_INIT;
	char *ref = NULL;
	int rc;

	rc = dv_verscan_ref(&ref, dataset, id, err);
	if (!rc)
		rc = dv_git_ref_get(r->git, ref, hex, err);
	free(ref);
	if (rc)
		return rc < 0 ? rc : 0;

	rc = dv_verscan_files(r, dataset, id, &files, err);
	if (!rc && !files.n)
		rc = dv_err_set(err, DV_E_MISSING,
				"'%s' has no version '%s' here", dataset, id);
	if (!rc)
		rc = dv_file_read(&text, AT_FDCWD, files.v[0], DV_RECORD_MAX,
				  err);
	if (!rc)
		rc = dv_git_blob_write(r->git, text.data, text.len, hex, err);
	dv_strlist_release(&files);
	dv_buf_release(&text);
	return rc;
}

/* The version id in the object hex, a tag or a blob. */
static int id_of(struct dv_repo *r, const char *hex, char *id,
		 struct dv_err *err)
{
	struct dv_buf text = DV_BUF_INIT;
	struct dv_record rec;
	int rc;

	rc = dv_git_tag_read(r->git, hex, &text, DV_RECORD_MAX, err);
	if (rc == -DV_E_FORMAT)
		rc = dv_git_blob_read(r->git, hex, &text, DV_RECORD_MAX, err);
	if (!rc)
		rc = dv_record_parse(&rec, text.data, text.len, err);
	if (!rc) {
		dv_record_id(id, &rec);
		dv_record_release(&rec);
	}
	dv_buf_release(&text);
	return rc;
}

/*
 * The object that the ref must be at, for one who names the version: the
 * one it is at, if that is the version.
 */
static int find_old(struct dv_repo *r, const char *ref, const char *old,
		    char hex[DV_GIT_HEX], struct dv_err *err)
{
	char id[DV_VERSION_ID_MAX] = "";
	int rc;

	rc = dv_git_ref_get(r->git, ref, hex, err);
	if (rc > 0)
		rc = id_of(r, hex, id, err);
	if (rc < 0)
		return rc;
	if (strcmp(id, old))
		return dv_err_set(err, DV_E_CONFLICT,
				  "ref '%s' names '%s', not '%s'", ref,
				  *id ? id : "nothing", old);
	return 0;
}

int dv_version_tag_update(struct dv_repo *r, const char *dataset,
			  const char *tag, const char *id, const char *old,
			  struct dv_err *err)
{
	char hex[DV_GIT_HEX], was[DV_GIT_HEX];
	char *ref = NULL;
	int rc = 0;

	if (id)
		rc = dv_version_tag_check(tag, err);
	if (!rc)
		rc = tag_ref(&ref, dataset, tag, err);
	if (!rc && id)
		rc = target_of(r, dataset, id, hex, err);
	if (!rc && old && *old) {
		rc = find_old(r, ref, old, was, err);
		old = was;
	}
	if (!rc)
		rc = id ? dv_git_ref_set(r->git, ref, hex, old,
					 "dv: tag a version", err) :
		     dv_git_ref_delete(r->git, ref, old, err);
	free(ref);
	return rc;
}

int dv_version_tag_set(struct dv_repo *r, const char *dataset,
		       const char *tag, const char *id, bool force,
		       struct dv_err *err)
{
	int rc;

	rc = dv_version_tag_update(r, dataset, tag, id, force ? NULL : "",
				   err);
	if (rc == -DV_E_EXISTS) {
		dv_err_set(err, DV_E_EXISTS, "'%s' has a tag '%s' already",
			   dataset, tag);
		dv_err_hint(err, "move it: dv tag -f '%s' '%s@%s'", tag,
			    dataset, id);
	}
	return rc;
}

int dv_version_tag_delete(struct dv_repo *r, const char *dataset,
			  const char *tag, struct dv_err *err)
{
	int rc;

	rc = dv_version_tag_update(r, dataset, tag, NULL, NULL, err);
	if (rc == -DV_E_MISSING)
		dv_err_set(err, DV_E_MISSING, "'%s' has no tag '%s'", dataset,
			   tag);
	return rc;
}

int dv_version_tag_get(struct dv_repo *r, const char *dataset,
		       const char *tag, char *id, struct dv_err *err)
{
	char own[DV_VERSION_ID_MAX], hex[DV_GIT_HEX];
	char *ref = NULL;
	int rc;

	rc = tag_ref(&ref, dataset, tag, err);
	if (!rc)
		rc = dv_git_ref_get(r->git, ref, hex, err);
	free(ref);
	if (rc <= 0)
		return rc;
	rc = id_of(r, hex, own, err);
	if (rc < 0)
		return dv_err_prefix(err, "tag '%s@%s'", dataset, tag);
	memcpy(id, own, sizeof(own));
	return 1;
}

/* --- listing ------------------------------------------------------------ */

struct walk {
	struct dv_repo *repo;
	const char *dataset;
	dv_version_tag_fn *fn;
	void *arg;
};

static int on_ref(void *arg, const char *ref, const char *hex,
		  struct dv_err *err)
{
	struct walk *w = arg;
	struct dv_buf dataset = DV_BUF_INIT, tag = DV_BUF_INIT;
	const char *name = ref + strlen(TAGS);
	const char *slash = strchr(name, '/');
	char id[DV_VERSION_ID_MAX];
	char *component;
	int rc;

	if (!slash)
		return 0;
	component = dv_strndup(name, (size_t)(slash - name));
	rc = dv_component_decode(&dataset, component, err);
	free(component);
	if (!rc)
		rc = dv_component_decode(&tag, slash + 1, err);
	if (rc < 0) {
		rc = 0;		/* somebody else's */
	} else if (!w->dataset || !strcmp(w->dataset, dataset.data)) {
		rc = id_of(w->repo, hex, id, err);
		if (rc < 0)
			dv_err_prefix(err, "ref '%s'", ref);
		else
			rc = w->fn(w->arg, dataset.data, tag.data, id, err);
	}
	dv_buf_release(&dataset);
	dv_buf_release(&tag);
	return rc;
}

int dv_version_tag_each(struct dv_repo *r, const char *dataset,
			dv_version_tag_fn *fn, void *arg, struct dv_err *err)
{
	struct walk w = { r, dataset, fn, arg };
	struct dv_buf prefix = DV_BUF_INIT;
	int rc = 0;

	dv_buf_str(&prefix, TAGS);
	if (dataset) {
		rc = dv_component_encode(&prefix, dataset, err);
		dv_buf_char(&prefix, '/');
	}
	if (!rc)
		rc = dv_git_ref_each(r->git, prefix.data, on_ref, &w, err);
	dv_buf_release(&prefix);
	return rc;
}
