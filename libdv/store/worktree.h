/* SPDX-License-Identifier: MIT */
#ifndef DV_STORE_WORKTREE_H
#define DV_STORE_WORKTREE_H

/*
 * Datasets in the work tree: what add, status and checkout do to them.
 * State per dataset is a mapped index, dv-format-index(5), at
 * <state_dir>/index/<dataset as component>: the entries last added or
 * checked out, with what lstat said of them.
 *
 * Order of an add: objects synced, then index, then pointer, then
 * exclude.  A crash between leaves a state that status reads rightly and
 * the next add completes.  Functions that change take the work tree's
 * lock (dv_repo_lock) themselves.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/progress.h"
#include "base/strlist.h"
#include "format/manifest.h"
#include "format/pointer.h"
#include "store/repo.h"
#include "store/wtready.h"

/* --- which datasets ---------------------------------------------------- */

/* All datasets: those with an index here and those whose pointer git
 * tracks or that lie beside; sorted. */
int dv_worktree_datasets(struct dv_repo *r, struct dv_strlist *out,
			 struct dv_err *err);
/* The dataset that path (below workdir) is or lies in: 1 and *dataset
 * (caller frees), or 0. */
int dv_worktree_dataset_of(struct dv_repo *r, const char *path,
			   char **dataset, struct dv_err *err);
/* The pointer in the work tree: 1, or 0 where there is none. */
int dv_worktree_pointer(struct dv_repo *r, const char *dataset,
			struct dv_pointer *out, struct dv_err *err);
/* The manifest that the index was last written for (that lies in the work
 * tree but for local changes): 1, or 0.  *version (caller frees, may be
 * NULL when none or not asked) is the version it descends from. */
int dv_worktree_base(struct dv_repo *r, const char *dataset,
		     struct dv_digest *manifest, char **version,
		     struct dv_err *err);
/* Note that the work tree's content of dataset descends from version. */
int dv_worktree_set_version(struct dv_repo *r, const char *dataset,
			    const char *version, struct dv_err *err);
/* Newest mtime (seconds) among the files of the index; 0 if none. */
int dv_worktree_newest(struct dv_repo *r, const char *dataset,
		       int64_t *mtime, struct dv_err *err);

/*
 * Where an add was killed between index and pointer, and neither has
 * changed since, write the pointer: out has these datasets.  Nothing is
 * done where another is at work, or where it cannot be.
 */
void dv_worktree_resume(struct dv_repo *r, struct dv_strlist *out);

/* --- add, remove -------------------------------------------------------- */

struct dv_add {
	bool dry_run;
	bool keep_missing;	/* files gone from disk stay (--no-all) */
	bool drop_absent;	/* what is absent of the parts goes, too */
	bool partial;		/* content that is not here is elsewhere: where
				   not even the pointer's manifest is here,
				   nothing is taken anew (DV_E_MISSING) */
	struct dv_progress *progress;
	/* a file that could not be added: told, the others go on */
	void (*bad)(void *arg, const char *sentence);
	/* one path that was added, changed or removed: 'A' 'M' 'D' */
	void (*note)(void *arg, char what, const char *path, size_t n);
	void *arg;
	/* out: */
	struct dv_digest manifest;
	uint64_t files, size, bad_files;
	bool changed;		/* the pointer is new or another */
	bool fresh;		/* a new dataset */
	bool overruled;		/* the pointer named something else than lay
				   here (base), and than what was added */
	struct dv_digest base;
};
/*
 * Add path: a new dataset, a whole dataset, or a part of one (the rest of
 * the index is kept).  Refused as the list of bad input says,
 * each with its sentence.  If any file was bad nothing is changed and
 * DV_E_INVALID follows the sentences.
 */
int dv_worktree_add(struct dv_repo *r, const char *path, struct dv_add *a,
		    struct dv_err *err);
/* The same for several paths, all in one dataset, at once. */
int dv_worktree_add_paths(struct dv_repo *r, const struct dv_strlist *paths,
			  struct dv_add *a, struct dv_err *err);
/* Stop tracking: pointer, index and exclude line go, files stay. */
int dv_worktree_forget(struct dv_repo *r, const char *dataset,
		       struct dv_err *err);
/* Rename a dataset in the work tree: files, pointer, index, exclude. */
int dv_worktree_rename(struct dv_repo *r, const char *from, const char *to,
		       struct dv_err *err);

/* --- drop ----------------------------------------------------------------- */

struct dv_drop {
	const struct dv_strlist *rel;	/* parts, as struct dv_wttarget */
	/* is the content held elsewhere, so that the file may go? */
	bool (*held)(void *arg, const struct dv_digest *id);
	void *arg;
	bool dry_run;
	struct dv_progress *progress;
	/* out, added to: files removed, and what they took on disk */
	uint64_t files, bytes;
	bool is_here;		/* the current directory was emptied; it stays */
};
/*
 * Remove the files of these parts of dataset from the work tree; they are
 * absent then.  DV_E_CONFLICT names those that are not as the index has
 * them, or not held: nothing is touched then.
 */
int dv_worktree_drop(struct dv_repo *r, const char *dataset,
		     struct dv_drop *d, struct dv_err *err);

/* --- status -------------------------------------------------------------- */

enum dv_change {
	DV_CHANGE_NEW = 'A',		/* on disk, not in the index */
	DV_CHANGE_MODIFIED = 'M',
	DV_CHANGE_MISSING = 'D',	/* in the index, not on disk */
	DV_CHANGE_MODE = 'X',		/* only the executable bit */
	DV_CHANGE_TYPE = 'T'		/* file, link, directory changed places */
};
/* e: the index's entry, NULL for NEW; path relative to the dataset ("."
 * for a file).  in_store: the content on disk is held by the store. */
typedef int dv_status_fn(void *arg, enum dv_change what, const char *path,
			 size_t n, const struct dv_entry *e, bool in_store,
			 struct dv_err *err);
/* Files and links of the index that are absent: not here on purpose. */
struct dv_absent {
	uint64_t files, size;
	bool in_store;		/* the store has the content of the first */
};
/*
 * Compare the disk with the index: directories are read and files are
 * lstat'ed on more threads; a file is read only where stat cannot tell
 * (and then the index learns it).  Changes come sorted by path.  know:
 * hash changed files to set in_store (else it is false).  No index:
 * compares with the pointer's manifest, all of which may be absent.
 * What is absent is no change, and counted in *absent (may be NULL).
 */
int dv_worktree_status(struct dv_repo *r, const char *dataset, bool know,
		       struct dv_absent *absent, dv_status_fn *fn, void *arg,
		       struct dv_err *err);

/* Each entry of the index in order (files as last added). */
typedef int dv_index_fn(void *arg, const struct dv_entry *e,
			struct dv_err *err);
int dv_worktree_each(struct dv_repo *r, const char *dataset,
		     dv_index_fn *fn, void *arg, struct dv_err *err);

/* Metadata of the dataset as msgpack appended to out: 1, or 0 for none. */
int dv_worktree_meta(struct dv_repo *r, const char *dataset,
		     struct dv_buf *out, struct dv_err *err);

/* --- checkout -------------------------------------------------------------- */

struct dv_checkout {
	bool force;		/* overwrite local changes */
	bool keep_changes;	/* local changes stay where the index and the
				   manifest have the same, as git switches
				   branches */
	bool keep_absent;	/* what is absent stays so, and what is new is
				   as its neighbours are */
	bool partial;		/* files whose content is not in the store
				   become absent (else DV_E_MISSING, but for
				   those that are absent already) */
	bool dry_run;
	/*
	 * Only this part of the dataset; "" or NULL all.  The rest stays as it
	 * is if the pointer is written, which then names the mixture.
	 * Otherwise it is, too, as the manifest has it, but that nothing of it
	 * is brought: what the manifest has there anew is absent.
	 */
	const char *path;
	/*
	 * Only files (paths from the dataset) that it wants are brought; NULL:
	 * all.  The others become absent in the index, but for those that are
	 * in the work tree already.
	 */
	bool (*want)(void *arg, const char *path, size_t n);
	void *want_arg;
	const char *version;	/* what the content is; NULL: unknown */
	bool write_pointer;	/* and make the pointer say so */
	struct dv_wtready *ready;	/* contents that need not be copied, or
					   NULL */
	struct dv_progress *progress;
	/* out: files; bytes are those written */
	uint64_t written, removed, kept, bytes;
	/* of what was asked for: not here now, and those of them that are
	   not in the store either */
	uint64_t absent, absent_bytes, unheld;
	uint64_t left;		/* of the rest: absent since this checkout */
};
/*
 * Make dataset in the work tree equal manifest (NULL: remove it, if
 * unmodified).  Local changes whose content the store does not hold are
 * listed in err (DV_E_CONFLICT) before anything is touched; so is a lack
 * of space (DV_E_SPACE).  Files are made on more threads through
 * descriptors that follow no link, under a temporary name where one is
 * replaced.
 */
int dv_worktree_checkout(struct dv_repo *r, const char *dataset,
			 const struct dv_digest *manifest,
			 struct dv_checkout *c, struct dv_err *err);
/*
 * Write a manifest (or the part at path) into another directory, which
 * need not be in a work tree; no index, no pointer.  ready: as in struct
 * dv_checkout.
 */
int dv_worktree_export(struct dv_odb *odb, const struct dv_digest *manifest,
		       const char *path, const char *dest, bool force,
		       struct dv_wtready *ready, struct dv_progress *p,
		       struct dv_err *err);

#endif
