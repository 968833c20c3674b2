/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_SFTP_PARTS_H
#define DV_REMOTE_SFTP_PARTS_H

/*
 * What the files sftp*.c, which together are sftp.h, share: calls, each
 * one transfer or some commands until they have an answer.
 */

#include "remote/net.h"
#include "remote/sftp.h"

#define DV_SFTP_TMP ".dv-tmp"

struct dv_sftp {
	struct dv_net net;
	struct dv_http_ssh ssh;
	char *user, *known_hosts, *key_file;
	char *keys;			/* in words: what we show */
	char *origin;			/* "sftp://host:port" */
	char *root;			/* "/a/b", no '/' at its end */
	bool swept;			/* left-overs were looked for */
	bool clock_known;
	int64_t clock_ahead;		/* its clock before ours, seconds */
};

struct dv_sftp_answer {
	enum dv_wire_class class;
	struct dv_err err;		/* unless DV_WIRE_OK */
	bool command_failed;		/* one of the commands */
	const struct dv_http_response *res;
	uint64_t done;			/* bytes in the file, all tries */
};

typedef void dv_sftp_fn(void *arg, const struct dv_sftp_answer *a);

struct dv_sftp_call {
	struct dv_sftp *s;
	char *what;			/* "read 'a/b'": for messages */
	char *path;			/* below root; "" is root itself */
	bool list;			/* path is a directory to be read */
	bool stat_only;
	struct dv_strlist before, after;

	int in;				/* sent: of this file; -1: not */
	uint64_t in_at, in_count;
	int out;			/* received: into it; -1: not */
	uint64_t out_at, from, count, done;

	bool once;			/* to try again would lie */
	unsigned tries;
	void (*moved)(void *arg, uint64_t bytes);
	dv_sftp_fn *fn;
	void *arg;
};

struct dv_sftp_call *dv_sftp_call_new(struct dv_sftp *s, const char *doing,
				      const char *path);
/* call is taken; fn(arg) is called once, from a step. */
void dv_sftp_call_start(struct dv_sftp_call *c, dv_sftp_fn *fn, void *arg);
/* Commands alone: path need not be there, root must. */
struct dv_sftp_call *dv_sftp_commands(struct dv_sftp *s, const char *doing,
				      const char *path);

/*
 * Add a command; paths are below root.  quiet: it may fail.  to may be
 * NULL.
 */
void dv_sftp_command(struct dv_strlist *l, const struct dv_sftp *s,
		     bool quiet, const char *verb, const char *path,
		     const char *to);
/* mkdir, or rmdir where up is set, for each directory above path. */
void dv_sftp_command_dirs(struct dv_strlist *l, const struct dv_sftp *s,
			  const char *path, bool up);

/* A name for a temporary file, below root; the caller frees. */
char *dv_sftp_tmp(void);

void dv_sftp_put(struct dv_sftp *s, const struct dv_wire_request *r);
void dv_sftp_get(struct dv_sftp *s, const struct dv_wire_request *r);
void dv_sftp_head(struct dv_sftp *s, const struct dv_wire_request *r);
void dv_sftp_delete(struct dv_sftp *s, const struct dv_wire_request *r);
void dv_sftp_list(struct dv_sftp *s, const struct dv_wire_request *r);
/* Remove what is left of uploads that died a week ago, once. */
void dv_sftp_sweep(struct dv_sftp *s);

/* An entry of a directory, from a line as `ls -l` prints it. */
struct dv_sftp_entry {
	char type;			/* '-', 'd', 'l', … */
	int64_t size;			/* -1 not known */
	const char *name;		/* inside the line, NUL-ended by it */
};
/* Does the line hold one?  It must end in NUL. */
bool dv_sftp_parse_entry(struct dv_sftp_entry *e, const char *line);

#endif
