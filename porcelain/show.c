/* SPDX-License-Identifier: MIT */
/*
 * dv show: everything that is known of versions: the record, the code
 * commit's subject, the configuration, the changes against the parent.
 */
#include "plumbing/common/command.h"

#include <stdlib.h>

#include "format/json.h"
#include "porcelain/deltaprint.h"
#include "porcelain/display.h"
#include "porcelain/entrytext.h"
#include "porcelain/human.h"
#include "porcelain/jsonout.h"
#include "porcelain/treediff.h"
#include "store/resolve.h"
#include "store/worktree.h"

#define STAT_LINES_MAX 40

static const char *const usage[] = {
	"dv show [--config | --json] [<spec>...]",
	NULL
};

struct show {
	struct dv_session s;
	struct dv_display display;
	bool config, json;
	uint64_t shown;
	struct dv_value list;
};

/* --- changes against the parent -------------------------------------- */

/* 1 and *out, or 0 where there is no parent, or not its content. */
static int diff_parent(struct show *s, const struct dv_version *v,
		       struct dv_deltas *out, struct dv_err *err)
{
	const struct dv_record *rec = &v->rec;
	struct dv_err why = DV_ERR_INIT;
	struct dv_version parent;
	int rc;

	if (!rec->parents.n)
		return 0;
	rc = dv_versions_find_parent(s->s.versions, rec->dataset,
				     rec->parents.v[0], &parent, &why);
	if (rc == -DV_E_MISSING)
		return 0;
	if (!rc) {
		rc = dv_treediff_manifests(out, s->s.odb, &parent.rec.manifest,
					   &rec->manifest, "", &why);
		dv_version_release(&parent);
	}
	if (rc == -DV_E_MISSING)
		return 0;
	if (rc < 0) {
		*err = why;
		return rc;
	}
	dv_deltas_find_renames(out);
	return 1;
}

static int put_changes(struct show *s, const struct dv_version *v,
		       struct dv_err *err)
{
	struct dv_deltas list = DV_DELTAS_INIT;
	struct dv_deltastat sum = { .changed = 0 };
	int rc;

	rc = diff_parent(s, v, &list, err);
	if (rc > 0 && list.n) {
		dv_out_char('\n');
		dv_deltaprint_stat(&list, v->rec.dataset, STAT_LINES_MAX,
				   &sum);
		dv_deltaprint_sum(&sum);
	} else if (rc > 0) {
		dv_out("\n the same content as its parent\n");
	}
	dv_deltas_release(&list);
	return rc < 0 ? rc : 0;
}

/* --- one version ----------------------------------------------------- */

static int json_config(struct show *s, const struct dv_record *rec,
		       struct dv_value *map, struct dv_err *err)
{
	struct dv_err why = DV_ERR_INIT;
	struct dv_buf text = DV_BUF_INIT;
	struct dv_value config = DV_VALUE_INIT;
	int rc;

	rc = dv_display_config(&s->display, rec, &text, &why);
	if (!rc)
		rc = dv_json_parse(&config, dv_buf_cstr(&text), text.len,
				   "configuration", &why);
	if (!rc)
		*dv_value_add(map, "configuration", 13) = config;
	else if (rc != -DV_E_MISSING)
		*err = why;
	dv_buf_release(&text);
	return rc == -DV_E_MISSING ? 0 : rc;
}

static int json_version(struct show *s, const struct dv_version *v,
			struct dv_err *err)
{
	struct dv_deltas list = DV_DELTAS_INIT;
	struct dv_value *map = dv_value_push(&s->list);
	char *subject = NULL;
	int rc;

	*map = dv_value_map();
	rc = dv_display_json(&s->display, v, map, err);
	if (!rc)
		rc = dv_display_code(&s->display, &v->rec, &subject, err);
	if (rc < 0)
		return rc;
	dv_jsonout_str(map, "code_subject", subject);
	free(subject);

	rc = json_config(s, &v->rec, map, err);
	if (!rc)
		rc = diff_parent(s, v, &list, err);
	if (rc > 0)
		rc = dv_deltaprint_json(&list, v->rec.dataset,
					dv_jsonout_array(map, "changes"), err);
	dv_deltas_release(&list);
	return rc;
}

static int show_version(struct show *s, const struct dv_version *v,
			struct dv_err *err)
{
	struct dv_buf text = DV_BUF_INIT;
	int rc;

	if (s->json)
		return json_version(s, v, err);
	if (s->config) {
		rc = dv_display_config(&s->display, &v->rec, &text, err);
		dv_buf_char(&text, '\n');
		if (!rc)
			dv_out_bytes(text.data, text.len);
		dv_buf_release(&text);
		return rc;
	}
	if (s->shown++)
		dv_out_char('\n');
	rc = dv_display_record(&s->display, v, err);
	return rc < 0 ? rc : put_changes(s, v, err);
}

/* --- content without a version, and single entries ------------------- */

static int show_content(struct show *s, const struct dv_spec *spec,
			struct dv_err *err)
{
	char id[DV_DIGEST_TEXT], count[DV_HUMAN_MAX], size[DV_HUMAN_MAX];
	const struct dv_manifest_info *info;
	struct dv_manifest *m = NULL;
	int rc;

	if (s->config || s->json) {
		rc = dv_err_set(err, DV_E_MISSING, "the content of '%s' has "
				"no version", spec->dataset);
		dv_err_hint(err, "dv commit %s records one", spec->dataset);
		return rc;
	}
	rc = dv_session_held(&s->s, spec->dataset, &spec->manifest, err);
	if (!rc)
		rc = dv_manifest_open(&m, &spec->manifest, dv_odb_read,
				      s->s.odb, err);
	if (rc < 0)
		return rc;
	info = dv_manifest_get_info(m);
	if (s->shown++)
		dv_out_char('\n');
	dv_out_path(spec->dataset, strlen(spec->dataset), '\n');
	dv_out(": content that no version has; dv commit records one\n");
	dv_out("Manifest: %s\n", dv_digest_format(id, &spec->manifest));
	dv_out("Data:     %s, %s\n",
	       dv_human_count(count, info->files, "file", "files"),
	       dv_human_size(size, info->size));
	dv_manifest_close(m);
	return 0;
}

static int put_entry(const struct dv_spec *spec, const struct dv_entry *e,
		     struct dv_err *err)
{
	struct dv_value map = dv_value_map();
	struct dv_buf text = DV_BUF_INIT;
	int rc;

	rc = dv_entrytext_describe(&map, e, err);
	if (rc < 0)
		goto out;
	dv_out_path(spec->dataset, strlen(spec->dataset), '\n');
	dv_out_char(':');
	dv_out_path(spec->path, strlen(spec->path), '\n');
	dv_out_char('\n');
	for (size_t i = 0; i < map.u.map.n; i++) {
		dv_buf_reset(&text);
		dv_entrytext_member(&text, &map.u.map.m[i]);
		dv_out("    %s\n", text.data);
	}
out:
	dv_buf_release(&text);
	dv_value_release(&map);
	return rc;
}

static int show_entry(struct show *s, const struct dv_spec *spec,
		      struct dv_err *err)
{
	struct dv_buf hold = DV_BUF_INIT;
	struct dv_manifest *m = NULL;
	struct dv_entry e;
	int rc;

	rc = dv_session_held(&s->s, spec->dataset, &spec->manifest, err);
	if (!rc)
		rc = dv_manifest_open(&m, &spec->manifest, dv_odb_read,
				      s->s.odb, err);
	if (!rc)
		rc = dv_manifest_find(m, spec->path, strlen(spec->path), &e,
				      &hold, err);
	if (rc > 0) {
		if (!s->json && s->shown++)
			dv_out_char('\n');
		if (s->json) {
			struct dv_value *map = dv_value_push(&s->list);

			*map = dv_value_map();
			rc = dv_entrytext_describe(map, &e, err);
		} else {
			rc = put_entry(spec, &e, err);
		}
	} else if (!rc) {
		rc = dv_err_set(err, DV_E_MISSING, "'%s' has no file '%s'",
				spec->dataset, spec->path);
		dv_err_hint(err, "dv ls %s lists what there is",
			    spec->dataset);
	}
	dv_manifest_close(m);
	dv_buf_release(&hold);
	return rc;
}

static int show(struct show *s, const char *arg, struct dv_err *err)
{
	struct dv_spec spec = { .dataset = NULL };
	int rc;

	rc = dv_spec_resolve(&spec, s->s.repo, s->s.versions, arg, err);
	if (rc < 0)
		return rc;
	if (*spec.path && !s->config)
		rc = show_entry(s, &spec, err);
	else if (spec.has_version)
		rc = show_version(s, &spec.version, err);
	else
		rc = show_content(s, &spec, err);
	dv_spec_release(&spec);
	return rc;
}

static int show_here(struct show *s, struct dv_err *err)
{
	struct dv_strlist all = DV_STRLIST_INIT;
	int rc;

	rc = dv_worktree_datasets(s->s.repo, &all, err);
	for (size_t i = 0; !rc && i < all.n; i++)
		rc = show(s, all.v[i], err);
	dv_strlist_release(&all);
	return rc;
}

static int cmd_show(int argc, const char **argv, const struct dv_ctx *ctx)
{
	struct show s = {
		.s = DV_SESSION_INIT, .display = DV_DISPLAY_INIT,
		.list = dv_value_array()
	};
	const struct dv_opt spec[] = {
		DV_OPT_BOOL(0, "config", &s.config,
			    "only the canonical configuration"),
		DV_OPT_BOOL(0, "json", &s.json, "one JSON array"),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (s.config && s.json)
		dv_usage(usage, spec, "--config and --json exclude each other");

	rc = dv_session_open(&s.s, argc ? 0 : DV_REPO_WORKTREE, &err);
	if (!rc)
		rc = dv_display_open(&s.display, &s.s, &err);
	if (rc < 0)
		goto out;

	for (int i = 0; !rc && i < argc; i++)
		rc = show(&s, argv[i], &err);
	if (!argc)
		rc = show_here(&s, &err);
	if (!rc && s.json)
		dv_jsonout_print(&s.list);
out:
	dv_value_release(&s.list);
	dv_display_close(&s.display);
	dv_session_close(&s.s);
	return dv_exit(rc, &err);
}

DV_MAIN("show", cmd_show)
