/* SPDX-License-Identifier: MIT */
/*
 * dv update-ref: create, move or delete a tag or a version's ref.
 *
 * A tag, <dataset>@<tag> or refs/dv-tags/<dataset>/<tag>, has a version
 * id as its value.  A version's ref, refs/dv/<dataset>/<version id>, has
 * the git id of its tag object, which must be the record of just that
 * version.  Prints nothing.
 */
#include "plumbing/common/command.h"

#include <stdlib.h>

#include "format/component.h"
#include "store/resolve.h"
#include "store/versions.h"

static const char *const usage[] = {
	"dv update-ref <name> <value> [<old-value>]",
	"dv update-ref -d <name> [<old-value>]",
	NULL
};

#define TAGS "refs/dv-tags/"
#define VERSIONS "refs/dv/"

/* What a name means: a tag of a dataset, or (tag NULL) a version's ref. */
struct name {
	char *dataset, *tag, *id;
};

static void release(struct name *n)
{
	free(n->dataset);
	free(n->tag);
	free(n->id);
}

static int bad_name(const char *text, struct dv_err *err)
{
	dv_err_set(err, DV_E_INVALID, "'%s' names neither a tag nor a "
				      "version's ref",
		   text);
	return dv_err_hint(err, "write <dataset>@<tag>, " TAGS
			   "<dataset>/<tag> or "
			   VERSIONS "<dataset>/<version id>");
}

static int decode(char **out, const char *s, size_t n, struct dv_err *err)
{
	struct dv_buf plain = DV_BUF_INIT;
	char *component = dv_strndup(s, n);
	int rc;

	rc = dv_component_decode(&plain, component, err);
	if (!rc)
		*out = dv_strdup(plain.data);
	dv_buf_release(&plain);
	free(component);
	return rc;
}

/* "<component>/<rest>" behind the ref's first part. */
static int parse_ref(struct name *out, const char *text, const char *s,
		     bool tag, struct dv_err *err)
{
	const char *slash = strchr(s, '/');
	int rc;

	if (!slash || (!tag && !dv_record_id_is(slash + 1)))
		return bad_name(text, err);
	rc = decode(&out->dataset, s, (size_t)(slash - s), err);
	if (rc < 0)
		return rc;
	if (tag)
		return decode(&out->tag, slash + 1, strlen(slash + 1), err);
	out->id = dv_strdup(slash + 1);
	return 0;
}

static int parse_name(struct name *out, struct dv_repo *repo,
		      const char *text, struct dv_err *err)
{
	const char *at = strrchr(text, '@');
	char *arg;
	int rc = 0;

	if (!strncmp(text, TAGS, strlen(TAGS)))
		return parse_ref(out, text, text + strlen(TAGS), true, err);
	if (!strncmp(text, VERSIONS, strlen(VERSIONS)))
		return parse_ref(out, text, text + strlen(VERSIONS), false, err);
	if (!at || at == text || !at[1])
		return bad_name(text, err);
	arg = dv_strndup(text, (size_t)(at - text));
	if (repo->workdir)
		rc = dv_repo_path(repo, arg, &out->dataset, err);
	else
		out->dataset = dv_strdup(arg);
	if (!rc)
		out->tag = dv_strdup(at + 1);
	free(arg);
	return rc;
}

/* --- tags --------------------------------------------------------------- */

/* Whole version ids of what the user writes; "" stays. */
static int whole_id(struct dv_versions *versions, const char *dataset,
		    const char *text, char *out, struct dv_err *err)
{
	struct dv_version v;
	int rc;

	out[0] = '\0';
	if (!*text)
		return 0;
	rc = dv_versions_find(versions, dataset, text, &v, err);
	if (rc < 0)
		return rc;
	memcpy(out, v.id, sizeof(v.id));
	dv_version_release(&v);
	return 0;
}

static int update_tag(struct dv_repo *repo, const struct name *n,
		      const char *value, const char *old, struct dv_err *err)
{
	char id[DV_VERSION_ID_MAX], was[DV_VERSION_ID_MAX];
	struct dv_versions *versions;
	int rc;

	rc = dv_versions_open(&versions, repo, err);
	if (rc < 0)
		return rc;
	if (value)
		rc = whole_id(versions, n->dataset, value, id, err);
	if (!rc && value && !*id)
		rc = dv_err_set(err, DV_E_INVALID, "the value is empty");
	if (!rc && old)
		rc = whole_id(versions, n->dataset, old, was, err);
	if (!rc)
		rc = dv_version_tag_update(repo, n->dataset, n->tag,
					   value ? id : NULL, old ? was : NULL,
					   err);
	dv_versions_close(versions);
	return rc;
}

/* --- versions ----------------------------------------------------------- */

/* Is the git object the record of that version of that dataset? */
static int check_object(struct dv_repo *repo, const struct name *n,
			const char *hex, struct dv_err *err)
{
	struct dv_buf text = DV_BUF_INIT;
	char id[DV_VERSION_ID_MAX];
	struct dv_record rec;
	int rc;

	rc = dv_git_tag_read(repo->git, hex, &text, DV_RECORD_MAX, err);
	if (!rc)
		rc = dv_record_parse(&rec, text.data, text.len, err);
	dv_buf_release(&text);
	if (rc < 0)
		return rc;
	dv_record_id(id, &rec);
	if (strcmp(rec.dataset, n->dataset) || strcmp(id, n->id))
		rc = dv_err_set(err, DV_E_INVALID,
				"the object '%s' is the record of '%s@%s'",
				hex, rec.dataset, id);
	dv_record_release(&rec);
	return rc;
}

static int update_version(struct dv_repo *repo, const struct name *n,
			  const char *ref, const char *value, const char *old,
			  struct dv_err *err)
{
	int rc;

	if (!value)
		return dv_git_ref_delete(repo->git, ref, old, err);
	rc = check_object(repo, n, value, err);
	return rc < 0 ? rc : dv_git_ref_set(repo->git, ref, value, old,
					    "dv: update-ref", err);
}

static int update(const char *text, const char *value, const char *old,
		  struct dv_err *err)
{
	struct name n = { NULL, NULL, NULL };
	struct dv_repo *repo = NULL;
	int rc;

	rc = dv_repo_open(&repo, 0, err);
	if (!rc)
		rc = parse_name(&n, repo, text, err);
	if (!rc)
		rc = n.tag ? update_tag(repo, &n, value, old, err) :
		     update_version(repo, &n, text, value, old, err);
	release(&n);
	dv_repo_close(repo);
	return rc;
}

static int cmd_update_ref(int argc, const char **argv,
			  const struct dv_ctx *ctx)
{
	bool delete = false;
	const struct dv_opt spec[] = {
		DV_OPT_BOOL('d', "delete", &delete, "delete it"),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	int least, rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	least = delete ? 1 : 2;
	if (argc < least || argc > least + 1)
		dv_usage(usage, spec, "give a name and a value, or -d and a "
				      "name");

	rc = update(argv[0], delete ? NULL : argv[1],
		    argc > least ? argv[least] : NULL, &err);
	return dv_exit(rc, &err);
}

DV_MAIN("update-ref", cmd_update_ref)
