/* SPDX-License-Identifier: MIT */
#include "store/resolve.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hex.h"
#include "format/name.h"

#define MANIFEST_DIGITS 8

/*
 * Where "-<manifest, 8>" is in the last component of text, or NULL; names
 * of two versions that share the rest have it.
 */
static const char *find_manifest(const char *text)
{
	const char *base = strrchr(text, '/');
	const char *p = text + strlen(text);

	base = base ? base + 1 : text;
	while (p-- > base)
		if (*p == '-' && dv_hex_is(p + 1, MANIFEST_DIGITS) &&
		    dv_hex_digit(p[1 + MANIFEST_DIGITS]) < 0)
			return p;
	return NULL;
}

/* "<dataset>@<version>" of an artifact name; NULL where it is none. */
static char *spec_of_name(struct dv_repo *r, struct dv_versions *v,
			  const char *text)
{
	struct dv_err ignored = DV_ERR_INIT;
	char *template = NULL, *dataset, *spec = NULL;
	struct dv_name name;

	dv_git_config_str(r->git, "dv.nameformat", &template, &ignored);
	if (dv_name_parse(&name, template, text, strlen(text), &ignored) > 0) {
		dataset = dv_asprintf("%.*s%.*s%.*s", (int)name.dir_len,
				      name.dir, (int)name.stem_len, name.stem,
				      (int)name.ext_len, name.ext);
		if (dv_versions_has(v, dataset))
			spec = dv_asprintf("%s@%s%s-%.8s", dataset, name.code,
					   name.dirty ? "-dirty" : "",
					   name.config);
		free(dataset);
	}
	free(template);
	return spec;
}

/* The same of a name with a manifest's digits in it. */
static char *spec_of_long_name(struct dv_repo *r, struct dv_versions *v,
			       const char *text)
{
	const char *at = find_manifest(text);
	char *name, *spec, *whole = NULL;

	if (!at)
		return NULL;
	name = dv_asprintf("%.*s%s", (int)(at - text), text,
			   at + 1 + MANIFEST_DIGITS);
	spec = spec_of_name(r, v, name);
	if (spec)
		whole = dv_asprintf("%s%.*s", spec, 1 + MANIFEST_DIGITS, at);
	free(spec);
	free(name);
	return whole;
}

int dv_spec_unknown(struct dv_repo *r, struct dv_versions *v,
		    const char *text, struct dv_err *err)
{
	struct dv_err ignored = DV_ERR_INIT;
	char *spec = spec_of_name(r, v, text);
	char hex[DV_GIT_HEX];

	if (!spec)
		spec = spec_of_long_name(r, v, text);
	dv_err_set(err, DV_E_MISSING, "'%s' is no dataset here", text);
	if (spec)
		dv_err_hint(err, "it is an artifact name; its version is '%s'",
			    spec);
	else if (dv_record_id_like(text) || (*text &&
		 dv_git_revparse(r->git, text, hex, &ignored) >= 0))
		dv_err_hint(err, "say of which dataset: <dataset>@%s", text);
	else
		dv_err_hint(err, "list the datasets: dv ls; begin one: dv add");
	free(spec);
	return -err->code;
}
