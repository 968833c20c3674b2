/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_COMMIT_PARTS_H
#define DV_PORCELAIN_COMMIT_PARTS_H

/* The parts of dv commit: what is asked for, gathered, and recorded. */

#include "plumbing/common/command.h"
#include "porcelain/label.h"
#include "porcelain/runconfig.h"
#include "porcelain/session.h"
#include "store/git.h"

struct dv_commit {
	struct dv_session s;
	struct dv_odb_txn *txn;
	struct dv_labels *labels;
	struct dv_runconfig config;
	struct dv_record *recs;			/* one a dataset */
	size_t n, cap;

	/* what the command line says */
	struct dv_strlist messages, configs, settings, input_specs;
	const char *message_file, *code_rev, *command;
	bool allow_dirty, snapshot, dry_run, quiet, json;
	bool no_config;			/* where there was one before */

	/* what all of the records have */
	char *message, *ident;
	char code[DV_GIT_HEX];
	bool dirty;
	struct dv_strlist inputs;
	int64_t time;
	int tz;
};

/*
 * Fill in message, configuration, inputs, who and when, and the code
 * commit; DV_E_CONFLICT where the work tree is dirty and may not be.
 */
int dv_commit_gather(struct dv_commit *c, struct dv_err *err);

/*
 * Append the datasets whose content is here and has no version; says so
 * for none.
 */
int dv_commit_select_staged(struct dv_commit *c, struct dv_strlist *out,
			    struct dv_err *err);
/* Append the datasets that are named. */
int dv_commit_select_named(struct dv_commit *c, int argc, const char **argv,
			   struct dv_strlist *out, struct dv_err *err);

/* Read a dataset's pointer and make its record; nothing is written. */
int dv_commit_prepare(struct dv_commit *c, const char *dataset,
		      struct dv_err *err);
/* Write configuration and records (unless dry_run) and print their names. */
int dv_commit_write(struct dv_commit *c, struct dv_err *err);

#endif
