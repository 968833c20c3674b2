/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_DISPLAY_H
#define DV_PORCELAIN_DISPLAY_H

/* A version on stdout, for people and as JSON. */

#include "base/err.h"
#include "format/value.h"
#include "porcelain/decor.h"
#include "porcelain/label.h"
#include "porcelain/session.h"

struct dv_display {
	struct dv_session *s;
	struct dv_decor *decor;
	struct dv_labels *labels;	/* read when first needed */
};
#define DV_DISPLAY_INIT { NULL, NULL, NULL }

/* s must outlive d; dv_display_close() in any case. */
int dv_display_open(struct dv_display *d, struct dv_session *s,
		    struct dv_err *err);
void dv_display_close(struct dv_display *d);

/* "data@3f2a1bc90d-9d8e7f6a (here, latest, tag: october)", no newline. */
int dv_display_title(struct dv_display *d, const struct dv_version *v,
		     struct dv_err *err);
/* The title, and the first line of the message; no newline. */
int dv_display_oneline(struct dv_display *d, const struct dv_version *v,
		       struct dv_err *err);
/* As `git log` shows a commit: title, a few lines, the message. */
int dv_display_entry(struct dv_display *d, const struct dv_version *v,
		     struct dv_err *err);
/* Everything that the record says, and the message. */
int dv_display_record(struct dv_display *d, const struct dv_version *v,
		      struct dv_err *err);

/* Fill map with everything that the record says. */
int dv_display_json(struct dv_display *d, const struct dv_version *v,
		    struct dv_value *map, struct dv_err *err);

/*
 * Text of others on stdout, prefix before each line, a newline at the
 * end; control characters, which could steer a terminal, become '?'.
 */
void dv_display_text(const char *prefix, const char *text);
/* The first line of a message (NULL: none), in the same way; no newline. */
void dv_display_subject(const char *message);
/* The artifact name; *out is the caller's. */
int dv_display_artifact(struct dv_display *d, const struct dv_record *rec,
			char **out, struct dv_err *err);
/* "observed" where dv ran the command itself, else "claimed". */
const char *dv_display_trust(const struct dv_record *rec);
/* Subject of the code commit, the caller's; NULL where it is not here. */
int dv_display_code(struct dv_display *d, const struct dv_record *rec,
		    char **subject, struct dv_err *err);

/*
 * The canonical configuration of a version, at most DV_DISPLAY_CONFIG_MAX
 * bytes, appended to out.
 */
#define DV_DISPLAY_CONFIG_MAX (16u << 20)
int dv_display_config(struct dv_display *d, const struct dv_record *rec,
		      struct dv_buf *out, struct dv_err *err);

#endif
