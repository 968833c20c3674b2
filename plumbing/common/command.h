/* SPDX-License-Identifier: MIT */
#ifndef DV_COMMON_COMMAND_H
#define DV_COMMON_COMMAND_H

/*
 * What every command stands on: options, records in, buffered output,
 * messages and exit codes.  Only this folder prints and exits.
 *
 * Exit: 0 done or yes, 1 answered "no", 128 failed, 129 misused.
 */

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/progress.h"
#include "base/strlist.h"

/* What a command is given besides its arguments. */
struct dv_ctx {
	const char *name;	/* "hash-object" */
};

typedef int dv_cmd_fn(int argc, const char **argv, const struct dv_ctx *ctx);

/*
 * The last line of a command's file: DV_MAIN(cmd_hash_object) makes it a
 * program.  argv handed to the command has no program name in it.
 */
int dv_main(int argc, char **argv, const char *name, dv_cmd_fn *fn);
#define DV_MAIN(name, fn) \
	int main(int argc, char **argv) \
	{ \
		return dv_main(argc, argv, name, fn); \
	}

/* --- options ------------------------------------------------------- */

enum dv_opt_type {
	DV_OPT_T_END, DV_OPT_T_BOOL, DV_OPT_T_STR, DV_OPT_T_LIST,
	DV_OPT_T_INT, DV_OPT_T_OPTSTR
};

struct dv_opt {
	enum dv_opt_type type;
	char letter;		/* 0: none */
	const char *name;	/* long name without "--"; NULL: none */
	void *value;
	const char *arg;	/* "<file>" in help; NULL for a bool */
	const char *help;
	/* What it takes, in words, where the value is none; else NULL. */
	const char *(*check)(const char *value);
};

/* --name sets true, --no-name false. */
#define DV_OPT_BOOL(c, n, v, h) { DV_OPT_T_BOOL, c, n, v, NULL, h, NULL }
/* const char *; the last one given counts. */
#define DV_OPT_STR(c, n, v, a, h) { DV_OPT_T_STR, c, n, v, a, h, NULL }
/* struct dv_strlist; each one given is added. */
#define DV_OPT_LIST(c, n, v, a, h) { DV_OPT_T_LIST, c, n, v, a, h, NULL }
/* int64_t; decimal, refused when it is not a whole number. */
#define DV_OPT_INT(c, n, v, a, h) { DV_OPT_T_INT, c, n, v, a, h, NULL }
/* A value that is no good is a misuse. */
#define DV_OPT_CHECKED(t, c, n, v, a, h, f) { t, c, n, v, a, h, f }
/* const char *; --name sets "", --name=x sets "x". */
#define DV_OPT_OPTSTR(c, n, v, a, h) { DV_OPT_T_OPTSTR, c, n, v, a, h, NULL }
#define DV_OPT_END { DV_OPT_T_END, 0, NULL, NULL, NULL, NULL, NULL }

/*
 * Parse as git does: bundled letters, -ofile and -o file, --name=x and
 * --name x, unique abbreviations, options after arguments, "--" ends.
 * Removes what it took; returns how many arguments are left in argv,
 * which is NULL-ended.  "-h" prints usage on stdout and exits 129, as
 * git does; a misuse prints it on stderr and exits 129.  A "--" is
 * removed; *dashdash (may be NULL) in dv_opt_parse_dd() is the number of
 * arguments before it, or -1 where there was none.
 */
int dv_opt_parse(int argc, const char **argv, const struct dv_opt *spec,
		 const char *const *usage);
int dv_opt_parse_dd(int argc, const char **argv, const struct dv_opt *spec,
		    const char *const *usage, int *dashdash);
/* "error: <why>" and the usage on stderr; exits 129. */
void dv_usage(const char *const *usage, const struct dv_opt *spec,
	      const char *why) __attribute__((noreturn));

/* --- output -------------------------------------------------------- */

/* Buffered stdout; the first write error is kept and reported at flush. */
void dv_out(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void dv_out_bytes(const void *p, size_t n);
void dv_out_char(char c);
/* path C-quoted with "\n", or as it is with NUL: by eol. */
void dv_out_path(const char *path, size_t n, char eol);
/* Write out.  DV_E_SYS naming stdout; EPIPE ends the program quietly. */
int dv_out_flush(struct dv_err *err);
/* Write out; what fails is for dv_out_flush() to tell, later. */
void dv_out_push(void);

/* To stderr: "warning: ...", "hint: ...", "error: ..."; newline added. */
void dv_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/*
 * Hints and plain lines are about the answer, and come behind what dv_out()
 * was given of it where both streams are one.  Main thread only.
 */
void dv_hint(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void dv_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Plain line for people on stderr, "dv: " not prefixed. */
void dv_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * End a command: rc negative prints "fatal: <err->msg>" and each line of
 * the hint as "hint: ...", and gives 128; otherwise flushes stdout and
 * gives rc, or 128 where that failed.
 */
int dv_exit(int rc, struct dv_err *err);

/* --- records in ----------------------------------------------------- */

#define DV_READER_LINE_MAX (1u << 20)

struct dv_reader {
	char *line;		/* the record, NUL-ended, without its end */
	size_t len;
	size_t cap;
	char *buf;		/* private */
	size_t start, end;
};
#define DV_READER_INIT { NULL, 0, 0, NULL, 0, 0 }

/*
 * Next record of f, ended by eol or the end of input.  1 and r->line set,
 * 0 at the end, negative on a read error, a record over
 * DV_READER_LINE_MAX or one with a NUL in it.  Does not wait for more than
 * it needs.
 */
int dv_reader_next(struct dv_reader *r, FILE *f, char eol,
		   struct dv_err *err);
void dv_reader_release(struct dv_reader *r);

/*
 * The path that the record is: as it is where eol is NUL, else C-quoted, as
 * git prints them, where it begins with '"'.  DV_E_INVALID for one that no
 * file can have.
 */
int dv_reader_path(const struct dv_reader *r, char eol, struct dv_buf *path,
		   struct dv_err *err);
/*
 * Call fn with each path on standard input.  Output is flushed behind each,
 * so that a caller can converse over a pipe.  Negative from fn ends it.
 */
typedef int dv_reader_path_fn(void *arg, const char *path, size_t n,
			      struct dv_err *err);
int dv_reader_each_path(char eol, dv_reader_path_fn *fn, void *arg,
			struct dv_err *err);

/* --- progress ------------------------------------------------------- */

/*
 * Show p on stderr twice a second while work goes on, if stderr is a
 * terminal and quiet is not set: phase, files, bytes of total, rate, time
 * left.  dv_meter_stop() clears the line; NULL is fine for both.
 */
struct dv_meter;
struct dv_meter *dv_meter_start(struct dv_progress *p, bool quiet);
/*
 * The same for programs, terminal or not: one JSON object a line, and one
 * more from dv_meter_stop(), with "end" true.  Members: phase ("" before
 * the first), files, total_files, bytes, total_bytes, rate (bytes a
 * second), seconds_left, end; what is not known is null.
 */
struct dv_meter *dv_meter_start_json(struct dv_progress *p);
void dv_meter_stop(struct dv_meter *m);

#endif
