/* SPDX-License-Identifier: MIT */
#ifndef DV_PORCELAIN_FORGETREMOTE_PARTS_H
#define DV_PORCELAIN_FORGETREMOTE_PARTS_H

/* What forgetremote*.c share and nobody else needs. */

#include "base/strlist.h"
#include "porcelain/forgetremote.h"
#include "remote/rforget.h"

/* A published version. */
struct dv_forgetremote_row {
	const char *place;		/* "<ns>/<dataset>", of places */
	char *name;			/* "<ns>/<dataset>@<id>" */
	size_t ns_len;
	int64_t time;
	struct dv_strlist parents;	/* ids */
	struct dv_strlist inputs;	/* "<dataset>@<id>" */
	bool goes;
	bool seen;			/* by the search that runs */
};

/* latest of a dataset, or a tag, that names something. */
struct dv_forgetremote_head {
	char *place;			/* "<ns>/<dataset>" */
	size_t ns_len;
	char *tag;			/* "": latest */
	struct dv_catalog_head at;
};

/* A dataset that goes whole. */
struct dv_forgetremote_whole {
	char *place;
	size_t ns_len;
};

struct dv_forgetremote_job {
	const struct dv_forgetremote *o;
	struct dv_remotecmd *cmd;
	const char *own_ns;		/* or NULL */
	struct dv_forgetremote_row *rows;	/* by place, the newest first */
	size_t n, cap;
	struct dv_strlist places;
	uint64_t bytes;			/* of all rows */
	struct dv_forgetremote_row **names;	/* the same, by name */
	struct dv_forgetremote_head *heads;
	size_t heads_n, heads_cap;
	struct dv_forgetremote_whole *whole;
	size_t whole_n, whole_cap;
	size_t named, goes;
	bool deleted;			/* rows that go have gone */
	/* What is moved, and the place of each in heads. */
	struct dv_rforget_head *moves;
	size_t *moves_of;
	size_t moves_n;
};

/* --- forgetremote-rows.c -------------------------------------------------- */

/* Read which versions and heads there are. */
int dv_forgetremote_read(struct dv_forgetremote_job *job,
			 struct dv_err *err);
void dv_forgetremote_release(struct dv_forgetremote_job *job);
struct dv_forgetremote_row *
dv_forgetremote_find(const struct dv_forgetremote_job *job,
		     const char *name);
/* "<id>" of it. */
const char *dv_forgetremote_id(const struct dv_forgetremote_row *r);
/* The row that a head names, or NULL. */
struct dv_forgetremote_row *
dv_forgetremote_named(const struct dv_forgetremote_job *job,
		      const struct dv_forgetremote_head *h);
/* Does that dataset go whole? */
bool dv_forgetremote_is_whole(const struct dv_forgetremote_job *job,
			      const char *place);
/* Does a tag name it? */
bool dv_forgetremote_is_tagged(const struct dv_forgetremote_job *job,
			       const struct dv_forgetremote_row *r);

/* --- forgetremote-names.c ------------------------------------------------- */

/*
 * What names one that goes: told, and DV_E_CONFLICT; with force what is to
 * be moved, in moves.
 */
int dv_forgetremote_check(struct dv_forgetremote_job *job,
			  struct dv_err *err);
/* Move them: nothing names one that goes any more. */
int dv_forgetremote_move(struct dv_forgetremote_job *job,
			 struct dv_err *err);
/* Say where they are now, or would be. */
void dv_forgetremote_say_moves(const struct dv_forgetremote_job *job);

#endif
