/* SPDX-License-Identifier: MIT */
#include "plumbing/common/command.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"

#define READER_CHUNK (1u << 16)

/*
 * Records are handed out where they lie in buf, their end overwritten by
 * NUL; one byte beyond end is kept free for a last record without an end.
 */
static void make_room(struct dv_reader *r)
{
	if (r->start > 0) {
		memmove(r->buf, r->buf + r->start, r->end - r->start);
		r->end -= r->start;
		r->start = 0;
	}
	dv_grow(&r->buf, &r->cap, r->end + READER_CHUNK + 1, 1);
}

/* read(2) gives what is there, so that nobody waits for a full buffer. */
static ssize_t fill(struct dv_reader *r, FILE *f, struct dv_err *err)
{
	ssize_t n;

	make_room(r);
	do
		n = read(fileno(f), r->buf + r->end, r->cap - r->end - 1);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return dv_err_sys(err, "cannot read standard input");
	r->end += (size_t)n;
	return n;
}

/* Callers take a record for a C string: what is behind a NUL was lost. */
static int has_nul(struct dv_err *err)
{
	dv_err_set(err, DV_E_INVALID,
		   "a record on standard input has a NUL byte in it");
	return dv_err_hint(err, "use -z where records end in NUL");
}

static int take(struct dv_reader *r, size_t n, size_t skip, struct dv_err *err)
{
	r->line = r->buf + r->start;
	if (memchr(r->line, '\0', n))
		return has_nul(err);
	r->line[n] = '\0';
	r->len = n;
	r->start += n + skip;
	return 1;
}

static int too_long(struct dv_err *err)
{
	return dv_err_set(err, DV_E_LIMIT,
			  "a record on standard input is longer than %u bytes",
			  DV_READER_LINE_MAX);
}

int dv_reader_next(struct dv_reader *r, FILE *f, char eol,
		   struct dv_err *err)
{
	size_t seen = 0;	/* of this record, without an end in it */

	for (;;) {
		size_t have = r->end - r->start;
		char *p = NULL;
		ssize_t n;

		if (have > seen)
			p = memchr(r->buf + r->start + seen, eol, have - seen);
		if (p)
			have = (size_t)(p - (r->buf + r->start));
		if (have > DV_READER_LINE_MAX)
			return too_long(err);
		if (p)
			return take(r, have, 1, err);

		seen = have;
		n = fill(r, f, err);
		if (n < 0)
			return (int)n;
		if (n == 0)
			return have ? take(r, have, 0, err) : 0;
	}
}

int dv_reader_path(const struct dv_reader *r, char eol, struct dv_buf *path,
		   struct dv_err *err)
{
	size_t used = r->len;
	int rc = 0;

	dv_buf_reset(path);
	if (eol)
		rc = dv_path_unquote(path, r->line, r->len, &used, err);
	else
		dv_buf_add(path, r->line, r->len);
	if (!rc && (used != r->len || strlen(dv_buf_cstr(path)) != path->len))
		rc = dv_err_set(err, DV_E_INVALID,
				"'%s' is not the name of a file", r->line);
	return rc;
}

int dv_reader_each_path(char eol, dv_reader_path_fn *fn, void *arg,
			struct dv_err *err)
{
	struct dv_reader in = DV_READER_INIT;
	struct dv_buf path = DV_BUF_INIT;
	int rc;

	while ((rc = dv_reader_next(&in, stdin, eol, err)) > 0) {
		rc = dv_reader_path(&in, eol, &path, err);
		if (rc >= 0)
			rc = fn(arg, dv_buf_cstr(&path), path.len, err);
		if (rc >= 0)
			rc = dv_out_flush(err);
		if (rc < 0)
			break;
	}
	dv_buf_release(&path);
	dv_reader_release(&in);
	return rc;
}

void dv_reader_release(struct dv_reader *r)
{
	free(r->buf);
	*r = (struct dv_reader)DV_READER_INIT;
}
