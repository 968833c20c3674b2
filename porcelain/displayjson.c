/* SPDX-License-Identifier: MIT */
#include "porcelain/display.h"

#include <stdlib.h>
#include <string.h>

#include "porcelain/human.h"
#include "porcelain/jsonout.h"

static void put_who(struct dv_value *map, const struct dv_record *rec)
{
	char date[DV_HUMAN_MAX];

	dv_jsonout_str(map, "author", rec->tagger);
	*dv_value_add(map, "time", 4) = dv_value_int(rec->time);
	dv_jsonout_str(map, "date",
		       dv_human_iso_date(date, rec->time, rec->tz));
	dv_jsonout_str(map, "message", rec->message);
	dv_jsonout_str(map, "made_by", rec->made_by);
	dv_jsonout_bool(map, "observed",
			!strcmp(dv_display_trust(rec), "observed"));
	dv_jsonout_str(map, "command", rec->command);
}

int dv_display_json(struct dv_display *d, const struct dv_version *v,
		    struct dv_value *map, struct dv_err *err)
{
	struct dv_strlist tags = DV_STRLIST_INIT;
	const struct dv_record *rec = &v->rec;
	char *artifact = NULL, *short_id;
	int rc;

	rc = dv_display_artifact(d, rec, &artifact, err);
	if (rc < 0)
		return rc;
	short_id = dv_versions_show_id(d->s->versions, rec->dataset, v->id);
	dv_decor_tags(d->decor, rec->dataset, v->id, &tags);

	dv_jsonout_str(map, "namespace", rec->name_space);
	dv_jsonout_str(map, "dataset", rec->dataset);
	dv_jsonout_str(map, "version", v->id);
	dv_jsonout_str(map, "short", short_id);
	dv_jsonout_str(map, "artifact", artifact);
	dv_jsonout_list(map, "tags", &tags);
	dv_jsonout_str(map, "code", rec->code);
	dv_jsonout_bool(map, "dirty", rec->dirty);
	dv_jsonout_bool(map, "snapshot", rec->snapshot);
	dv_jsonout_id(map, "config", &rec->config);
	dv_jsonout_str(map, "config_hash", rec->config_hash);
	put_who(map, rec);
	dv_jsonout_list(map, "inputs", &rec->inputs);
	dv_jsonout_list(map, "parents", &rec->parents);
	dv_jsonout_id(map, "manifest", &rec->manifest);
	dv_jsonout_uint(map, "files", rec->files);
	dv_jsonout_uint(map, "size", rec->size);

	dv_strlist_release(&tags);
	free(short_id);
	free(artifact);
	return 0;
}
