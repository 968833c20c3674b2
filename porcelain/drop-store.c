/* SPDX-License-Identifier: MIT */
#include "porcelain/drop-parts.h"

#include "porcelain/mark.h"
#include "remote/rheld.h"
#include "store/odb-drop.h"
#include "store/wttarget.h"

struct drop {
	struct dv_drop_job *job;
	struct dv_mark *mark;		/* what must stay */
	const struct dv_strlist *there;	/* of a dataset */
};

static int note_published(void *arg, const struct dv_version_row *row,
			  struct dv_err *err)
{
	struct drop *d = arg;

	(void)err;
	if (row->manifest.algo == d->job->published.algo &&
	    dv_strlist_has(d->there, row->id) &&
	    !dv_idmap_get(&d->job->stay, &row->manifest, NULL))
		dv_idmap_add(&d->job->published, &row->manifest, 0);
	return 0;
}

/* Which of the versions here are on the remote, too? */
static int find_published(struct drop *d, struct dv_err *err)
{
	struct dv_session *s = &d->job->s;
	struct dv_strlist names = DV_STRLIST_INIT;
	int rc;

	rc = dv_versions_datasets(s->versions, &names, err);
	for (size_t i = 0; i < names.n && rc >= 0; i++) {
		struct dv_strlist there = DV_STRLIST_INIT;

		rc = dv_rheld_versions(d->job->remote.conn,
				       s->repo->name_space, names.v[i],
				       &there, err);
		d->there = &there;
		if (rc >= 0)
			rc = dv_versions_each_row(s->versions, names.v[i],
						  note_published, d, err);
		dv_strlist_release(&there);
	}
	dv_strlist_release(&names);
	return rc;
}

static bool is_elsewhere(void *arg, const struct dv_digest *manifest)
{
	struct drop *d = arg;

	return dv_idmap_get(&d->job->published, manifest, NULL);
}

/* Files that stay in the work tree, though their content leaves the store. */
static bool is_going(void *arg, const char *state_dir, const char *dataset,
		     const char *path, size_t n)
{
	const struct dv_drop_job *job = ((struct drop *)arg)->job;

	if (job->old || (!job->cached && !job->dry_run))
		return false;
	for (size_t i = 0; i < job->parts_n; i++) {
		const struct dv_drop_part *part = &job->parts[i];

		if (part->ok && !strcmp(part->dataset, dataset) &&
		    !strcmp(job->s.repo->state_dir, state_dir))
			return dv_wttarget_has(&part->rel, path, n);
	}
	return false;
}

static bool is_needed(void *arg, const struct dv_digest *id)
{
	struct drop *d = arg;

	return dv_mark_has(d->mark, id);
}

static int mark(void *arg, struct dv_err *err)
{
	struct drop *d = arg;

	return dv_mark_all(d->mark, err);
}

static int remark(void *arg, struct dv_err *err)
{
	struct drop *d = arg;

	return dv_mark_again(d->mark, err);
}

struct present {
	struct dv_odb *odb;
	uint64_t n;
	struct dv_err *err;
};

static int count_present(const struct dv_digest *id, uint64_t value, void *arg)
{
	struct present *p = arg;
	int rc = dv_odb_stat(p->odb, id, NULL, p->err);

	(void)value;
	p->n += rc > 0;
	return rc < 0 ? rc : 0;
}

int dv_drop_store(struct dv_drop_job *job, struct dv_err *err)
{
	struct drop d = { .job = job };
	struct dv_mark_filter filter = { is_elsewhere, is_going, &d };
	struct present present = { .odb = job->s.odb, .err = err };
	struct dv_odb_drop o = {
		.needed = is_needed, .mark = mark, .remark = remark,
		.arg = &d, .dry_run = job->dry_run, .progress = &job->remote.progress
	};
	int rc;

	rc = find_published(&d, err);
	if (rc >= 0)
		rc = dv_mark_open(&d.mark, job->s.repo, &job->remote.progress,
				  err);
	if (rc < 0)
		goto out;
	dv_mark_set_filter(d.mark, &filter);
	dv_progress_phase(o.progress, "marking", 0, 0);
	rc = mark(&d, err);
	if (rc >= 0)
		rc = dv_idmap_each(&job->ids, count_present, &present);
	if (rc >= 0)
		rc = dv_odb_drop(job->s.odb, &job->ids, &o, err);
	if (rc < 0)
		goto out;
	job->objects = o.objects;
	job->object_bytes = o.bytes;
	if (present.n > o.objects)
		job->needed = present.n - o.objects;
out:
	dv_mark_close(d.mark);
	return rc;
}
