/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_COMMIT_CHECK_H
#define DV_PORCELAIN_COMMIT_CHECK_H

/*
 * What dv commit looks at before it believes that this code and this
 * configuration made that data.
 */

#include "base/err.h"
#include "base/strlist.h"
#include "format/record.h"
#include "porcelain/runconfig.h"
#include "porcelain/session.h"

/* A data set of more files is not compared with the disk again. */
#define DV_COMMIT_CHECK_FILES_MAX 200000

/*
 * 0 where git calls the work tree clean but for pointers, .dvconfig and
 * except; 1 where not; DV_E_CONFLICT lists the files where not and
 * refuse is set.
 */
int dv_commit_check_clean(struct dv_session *s, const struct dv_strlist *except,
			 bool refuse, struct dv_err *err);

/* Warn where the code or the configuration is newer than all of the data. */
int dv_commit_check_age(struct dv_session *s, const struct dv_record *rec,
		       const struct dv_runconfig *config, struct dv_err *err);

/*
 * Warn where there is no configuration and the version before had one;
 * returns 1 then.
 */
int dv_commit_check_config(struct dv_session *s, const struct dv_record *rec,
			   const struct dv_runconfig *config,
			   struct dv_err *err);

/* Warn where the work tree has changes that were not added. */
int dv_commit_check_added(struct dv_session *s, const struct dv_record *rec,
			 struct dv_err *err);

/*
 * Say where code and configuration were recorded before with other
 * content: not reproducible, other inputs, or not known why.
 */
int dv_commit_check_same(struct dv_session *s, const struct dv_record *rec,
			bool quiet, struct dv_err *err);

#endif
