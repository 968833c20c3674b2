/* SPDX-License-Identifier: MIT */
/*
 * dv fsck: check that everything is here and whole.
 *
 * One sentence a fault, on stdout.  Exit status is 1 where there was one.
 */
#include "plumbing/common/command.h"

#include <stdlib.h>

#include "porcelain/completeness.h"
#include "porcelain/fsckremote.h"
#include "porcelain/human.h"
#include "porcelain/mark.h"
#include "porcelain/published.h"
#include "porcelain/session.h"
#include "porcelain/worktreelist.h"
#include "store/verscan.h"
#include "store/worktree.h"

static const char *const usage[] = {
	"dv fsck [--full] [--verbose] [-q] [<dataset>...]",
	"dv fsck --remote [<name>] [--verify] [<option>...]",
	NULL
};

struct fsck {
	struct dv_session s;
	struct dv_completeness *check;
	struct dv_strlist only;		/* datasets; none: all */
	struct dv_idmap published;	/* as dv_published_read() */
	size_t remotes;
	struct dv_progress progress;
	bool full, verbose, quiet;
};

static void tell(void *arg, const char *sentence)
{
	(void)arg;
	dv_out("%s\n", sentence);
}

/* A fault that something below found. */
static void note_fault(void *arg, const char *sentence)
{
	struct fsck *f = arg;

	dv_completeness_tell(f->check, "%s", sentence);
}

static bool is_asked(const struct fsck *f, const char *dataset)
{
	return !f->only.n || dv_strlist_has(&f->only, dataset);
}

/* --- versions -------------------------------------------------------- */

/* The records are read from refs and files, whatever the cache says. */
static int check_records(struct fsck *f, struct dv_err *err)
{
	struct dv_strlist faults = DV_STRLIST_INIT;
	uint8_t key[DV_VCACHE_KEY] = { 0 };
	struct dv_buf bytes = DV_BUF_INIT;
	int rc;

	rc = dv_verscan_build(&bytes, f->s.repo, NULL, key, 0, &faults, err);
	for (size_t i = 0; !rc && i < faults.n; i++)
		note_fault(f, faults.v[i]);
	dv_buf_release(&bytes);
	dv_strlist_release(&faults);
	return rc;
}

static int check_version(void *arg, const struct dv_version *v,
			 struct dv_err *err)
{
	struct fsck *f = arg;
	char *who;
	int rc;

	if (!is_asked(f, v->rec.dataset))
		return 0;
	who = dv_asprintf("version '%s@%s'", v->rec.dataset, v->id);
	rc = dv_completeness_object(f->check, who, "its configuration",
				    &v->rec.config, err);
	if (!rc)
		rc = dv_completeness_manifest(f->check, who,
					      &v->rec.manifest, err);
	if (!rc && *v->tag) {
		rc = dv_git_has_commit(f->s.repo->git, v->rec.code, err);
		if (!rc)
			dv_completeness_tell(f->check, "%s: its code commit "
					     "%s is missing", who,
					     v->rec.code);
	}
	free(who);
	return rc < 0 ? rc : 0;
}

static int check_tag(void *arg, const char *dataset, const char *tag,
		     const char *id, struct dv_err *err)
{
	struct dv_err why = DV_ERR_INIT;
	struct fsck *f = arg;
	struct dv_version v;
	int rc;

	(void)err;
	if (!is_asked(f, dataset))
		return 0;
	rc = dv_versions_find(f->s.versions, dataset, id, &v, &why);
	if (rc < 0)
		dv_completeness_tell(f->check, "tag '%s' of '%s': %s", tag,
				     dataset, why.msg);
	else
		dv_version_release(&v);
	return 0;
}

/* --- the work tree --------------------------------------------------- */

static int check_pointer(struct fsck *f, const char *dataset,
			 struct dv_err *err)
{
	struct dv_err why = DV_ERR_INIT;
	struct dv_pointer ptr;
	char *who;
	int rc;

	rc = dv_worktree_pointer(f->s.repo, dataset, &ptr, &why);
	if (rc < 0)
		dv_completeness_tell(f->check, "%s", why.msg);
	if (rc <= 0)
		return 0;
	who = dv_asprintf("pointer '%s.dv'", dataset);
	rc = dv_completeness_manifest(f->check, who, &ptr.manifest, err);
	free(who);
	return rc;
}

static int check_pointers(struct fsck *f, struct dv_err *err)
{
	struct dv_strlist all = DV_STRLIST_INIT;
	int rc;

	if (!f->s.repo->workdir)
		return 0;
	rc = dv_worktree_datasets(f->s.repo, &all, err);
	for (size_t i = 0; !rc && i < all.n; i++)
		if (is_asked(f, all.v[i]))
			rc = check_pointer(f, all.v[i], err);
	dv_strlist_release(&all);
	return rc;
}

static int check_entries(struct fsck *f, const struct dv_windex *ix,
			 const char *who, struct dv_err *err)
{
	struct dv_err why = DV_ERR_INIT;

	if (!dv_windex_check(ix, &why))
		return dv_completeness_manifest(f->check, who, &ix->manifest,
						err);
	dv_completeness_tell(f->check, "%s: %s", who, why.msg);
	return 0;
}

/* Every index of every work tree: its bytes, and the content it names. */
static int check_index(void *arg, struct dv_repo *there, const char *dataset,
		       struct dv_err *err)
{
	struct dv_wtindex x = DV_WTINDEX_INIT;
	struct dv_err why = DV_ERR_INIT;
	struct fsck *f = arg;
	char *who;
	int rc;

	if (!is_asked(f, dataset))
		return 0;
	who = dv_asprintf("index of '%s' in '%s'", dataset, there->state_dir);
	rc = dv_wtindex_open(&x, there, dataset, &why);
	if (rc > 0) {
		rc = check_entries(f, &x.ix, who, err);
	} else if (rc == -DV_E_SYS) {
		*err = why;
	} else if (rc < 0) {
		dv_completeness_tell(f->check, "%s", why.msg);
		rc = 0;
	}
	dv_wtindex_release(&x);
	free(who);
	return rc;
}

/* --- the store ------------------------------------------------------- */

static int check_packs(struct fsck *f, struct dv_err *err)
{
	int64_t n;

	dv_progress_phase(&f->progress, "checking packs", 0, 0);
	n = dv_odb_fsck(f->s.odb, f->full, note_fault, f, &f->progress, err);
	return n < 0 ? (int)n : 0;
}

static bool keep(void *arg, const struct dv_digest *id)
{
	return dv_mark_has(arg, id);
}

/* What gc would remove is no fault; it is told to who asks. */
static int count_dangling(struct fsck *f, struct dv_err *err)
{
	char count[DV_HUMAN_MAX], size[DV_HUMAN_MAX];
	struct dv_odb_repack r = { .keep = keep, .dry_run = true };
	struct dv_mark *mark = NULL;
	int rc;

	rc = dv_mark_open(&mark, f->s.repo, &f->progress, err);
	if (!rc)
		rc = dv_mark_all(mark, err);
	r.arg = mark;
	if (!rc)
		rc = dv_odb_repack(f->s.odb, &r, err);
	if (!rc && r.objects_dropped)
		dv_say("%s, %s: named by nothing here; dv gc removes them",
		       dv_human_count(count, r.objects_dropped, "object",
				      "objects"),
		       dv_human_size(size, r.bytes_dropped));
	dv_mark_close(mark);
	return rc;
}

static int run(struct fsck *f, struct dv_err *err)
{
	int rc;

	rc = check_packs(f, err);
	dv_progress_phase(&f->progress, "checking versions", 0, 0);
	if (!rc)
		rc = check_records(f, err);
	if (!rc)
		rc = dv_versions_each(f->s.versions, NULL, check_version, f,
				      err);
	if (!rc)
		rc = dv_version_tag_each(f->s.repo, NULL, check_tag, f, err);
	if (!rc)
		rc = check_pointers(f, err);
	if (!rc)
		rc = dv_worktreelist_indexes(f->s.repo, check_index, f, err);
	if (!rc)
		dv_completeness_end(f->check);
	if (!rc && f->verbose && !dv_completeness_faults(f->check))
		rc = count_dangling(f, err);
	return rc;
}

/*
 * A repository with a remote need not have all that is published: what was
 * never pulled, or dropped, is no fault.
 */
static int look_for_remote(struct fsck *f, struct dv_err *err)
{
	int rc;

	dv_idmap_init(&f->published, f->s.repo->algo);
	rc = dv_published_read(&f->published, f->s.repo, &f->remotes, err);
	if (!rc && f->remotes)
		dv_completeness_set_published(f->check, &f->published);
	return rc;
}

static void tell_absent(const struct fsck *f)
{
	char count[DV_HUMAN_MAX], size[DV_HUMAN_MAX];
	struct dv_completeness_absent a;

	dv_completeness_absent(f->check, &a);
	if (f->quiet)
		return;
	if (a.files) {
		dv_say("%s, %s: published, and not here",
		       dv_human_count(count, a.files, "file", "files"),
		       dv_human_size(size, a.bytes));
		dv_hint("dv pull brings those of the work tree, dv fetch "
			"--all --data those of all versions");
	}
	if (a.lists)
		dv_say("lists of files of %s: published, and brought by dv "
		       "fetch --all",
		       dv_human_count(count, a.lists, "version", "versions"));
	if (a.configs)
		dv_say("%s: published, and not here; dv fetch brings them",
		       dv_human_count(count, a.configs, "configuration",
				      "configurations"));
	if (f->remotes && dv_completeness_missing(f->check))
		dv_hint("what others have published is known here after dv "
			"fetch; what is missing then was never published, "
			"or is gone");
}

static int read_datasets(struct fsck *f, int argc, const char **argv,
			 struct dv_err *err)
{
	char *dataset;
	int rc = 0;

	for (int i = 0; !rc && i < argc; i++) {
		rc = dv_session_dataset(&f->s, argv[i], &dataset, err);
		if (!rc)
			dv_strlist_take(&f->only, dataset);
	}
	return rc;
}

/* Returns 1 where there was a fault. */
static int fsck_here(struct fsck *f, int argc, const char **argv,
		     struct dv_err *err)
{
	struct dv_meter *meter;
	int rc, faults = 0;

	rc = dv_session_open(&f->s, 0, err);
	if (!rc)
		rc = read_datasets(f, argc, argv, err);
	if (!rc)
		rc = dv_completeness_open(&f->check, f->s.repo, &f->progress,
					  tell, NULL, err);
	if (!rc)
		rc = look_for_remote(f, err);
	if (!rc) {
		meter = dv_meter_start(&f->progress, f->quiet);
		rc = run(f, err);
		dv_meter_stop(meter);
		faults = dv_completeness_faults(f->check) > 0;
	}
	if (!rc)
		tell_absent(f);
	dv_completeness_close(f->check);
	dv_idmap_release(&f->published);
	dv_strlist_release(&f->only);
	dv_session_close(&f->s);
	return rc < 0 ? rc : faults;
}

static int cmd_fsck(int argc, const char **argv, const struct dv_ctx *ctx)
{
	struct fsck f = { .s = DV_SESSION_INIT };
	struct dv_remotecmd remote = DV_REMOTECMD_INIT;
	const char *where = NULL;
	bool verify = false;
	const struct dv_opt spec[] = {
		DV_OPT_BOOL(0, "full", &f.full,
			    "compute the digest of every object"),
		DV_OPT_OPTSTR('r', "remote", &where, "<name>",
			      "check a remote and nothing here"),
		DV_OPT_BOOL(0, "verify", &verify,
			    "with --remote: read all of its packs"),
		DV_REMOTECMD_OPTS(&remote),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (where && !*where && argc == 1)
		where = argv[--argc];
	if (where && (argc || f.full))
		dv_usage(usage, spec, "--remote checks all of a remote, and "
			 "with --verify the digests");
	if (verify && !where)
		dv_usage(usage, spec, "--verify is for --remote; here it is "
			 "--full");

	f.verbose = remote.verbose;
	f.quiet = remote.quiet;
	rc = where ? dv_fsckremote(where, verify, &remote, &err) :
	     fsck_here(&f, argc, argv, &err);
	return dv_exit(rc, &err);
}

DV_MAIN("fsck", cmd_fsck)
