/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_WHENCE_PARTS_H
#define DV_PORCELAIN_WHENCE_PARTS_H

/* The parts of dv whence: asking about a file, and answering. */

#include <stdbool.h>

#include "base/digest.h"
#include "base/err.h"
#include "format/value.h"
#include "porcelain/display.h"
#include "porcelain/label.h"
#include "porcelain/provenance.h"
#include "porcelain/session.h"

/* A version that holds the file, and where in it. */
struct dv_whence_place {
	struct dv_version v;
	char *path;
	/* How much the file's name says this version. */
	enum { DV_NAMED_NOT, DV_NAMED_ALIKE, DV_NAMED } named;
};

enum dv_verdict { DV_VERDICT_KNOWN, DV_VERDICT_LIES, DV_VERDICT_UNKNOWN };

/* One file that is asked about. */
struct dv_whence_query {
	const char *file;
	struct dv_digest id;
	struct dv_whence_place *places;
	size_t n, cap;
	bool has_label;			/* its name is an artifact name */
	struct dv_label label;
	bool version_known;		/* and that version is here */
	enum dv_verdict verdict;
};

/* What dv whence has open, and how it answers. */
struct dv_whence {
	struct dv_session s;
	struct dv_display display;
	struct dv_labels *labels;
	struct dv_provenance *provenance;
	bool porcelain, json;
	char eol;
	bool no, failed;
	struct dv_value list;
};

/* Find out about q->file; dv_whence_release() in any case. */
int dv_whence_ask(struct dv_whence *w, struct dv_whence_query *q,
		  struct dv_err *err);
void dv_whence_release(struct dv_whence_query *q);

/* Answer as w says: on stdout, or into w->list. */
int dv_whence_answer(struct dv_whence *w, const struct dv_whence_query *q,
		     struct dv_err *err);

#endif
