/* SPDX-License-Identifier: MIT */
#include "remote/rcache-parts.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"

/*
 * journal:	<algo>:<hex of the pack> SP <seconds since 1970> LF
 *
 * Lines that are not so are left out: a pack that is not known of is
 * uploaded again.
 */
#define KEEP_S (7 * 24 * 3600)
#define JOURNAL_MAX (64u << 20)

static char *journal_path(const struct dv_rcache *c)
{
	return dv_asprintf("%s/journal", c->dir);
}

static int read_journal(const struct dv_rcache *c, struct dv_buf *out,
			struct dv_err *err)
{
	char *path = journal_path(c);
	int rc = dv_file_read(out, AT_FDCWD, path, JOURNAL_MAX, err);

	free(path);
	if (rc == -DV_E_MISSING) {
		err->code = 0;
		return 0;
	}
	return rc;
}

/* One from the future is of a clock that was wrong. */
static bool is_fresh(const char *text, size_t n)
{
	int64_t when = 0, now = (int64_t)time(NULL);

	if (!n || n > 12)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		when = when * 10 + (text[i] - '0');
	}
	return when >= now - KEEP_S && when <= now + KEEP_S;
}

/* A line of n bytes: a pack that may still be counted on? */
static bool parse_line(const struct dv_rcache *c, const char *line, size_t n,
		       struct dv_digest *pack)
{
	const char *blank = memchr(line, ' ', n);
	struct dv_err ignored = DV_ERR_INIT;

	if (!blank || dv_digest_parse(pack, line, (size_t)(blank - line), 0,
				      &ignored) < 0)
		return false;
	return (!c->algo || pack->algo == c->algo) &&
	       is_fresh(blank + 1, (size_t)(line + n - blank - 1));
}

/* The next line that holds: its length, LF included; 0 at the end. */
static size_t next_line(const struct dv_rcache *c, const struct dv_buf *b,
			size_t *at, struct dv_digest *pack)
{
	while (*at < b->len) {
		const char *p = b->data + *at;
		const char *lf = memchr(p, '\n', b->len - *at);
		size_t n = lf ? (size_t)(lf - p) : b->len - *at;

		*at += n + (lf != NULL);
		if (lf && parse_line(c, p, n, pack))
			return n + 1;
	}
	return 0;
}

static bool is_among(const struct dv_digest *pack,
		     const struct dv_digest *packs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (dv_digest_eq(pack, &packs[i]))
			return true;
	return false;
}

/* Write it again without these n, and without what does not hold. */
static int rewrite(struct dv_rcache *c, const struct dv_digest *packs,
		   size_t n, struct dv_err *err)
{
	struct dv_buf was = DV_BUF_INIT, now = DV_BUF_INIT;
	struct dv_lock lock = DV_LOCK_INIT;
	struct dv_digest pack;
	size_t at = 0, len;
	char *path;
	int rc = dv_rcache_lock(c, &lock, err);

	if (rc < 0)
		return rc;
	rc = read_journal(c, &was, err);
	while (!rc && (len = next_line(c, &was, &at, &pack)))
		if (!is_among(&pack, packs, n))
			dv_buf_add(&now, was.data + at - len, len);
	if (!rc && now.len) {
		rc = dv_rcache_replace(c, "journal", &now, err);
	} else if (!rc) {
		path = journal_path(c);
		if (unlink(path) && errno != ENOENT)
			rc = dv_err_sys(err, "cannot remove '%s'", path);
		free(path);
	}
	dv_lock_release(&lock);
	dv_buf_release(&was);
	dv_buf_release(&now);
	return rc;
}

int dv_rcache_journal_each(struct dv_rcache *c, dv_rcache_pack_fn *fn,
			   void *arg, struct dv_err *err)
{
	struct dv_buf bytes = DV_BUF_INIT;
	struct dv_digest pack;
	size_t at = 0, n, kept = 0;
	int rc = read_journal(c, &bytes, err);

	while (!rc && (n = next_line(c, &bytes, &at, &pack))) {
		kept += n;
		rc = fn(arg, &pack, err);
	}
	if (!rc && kept < bytes.len)
		rc = rewrite(c, NULL, 0, err);
	dv_buf_release(&bytes);
	return rc;
}

int dv_rcache_journal_add(struct dv_rcache *c, const struct dv_digest *pack,
			  struct dv_err *err)
{
	char text[DV_DIGEST_TEXT], *path = journal_path(c), *line;
	struct dv_lock lock = DV_LOCK_INIT;
	int fd = -1, rc;

	line = dv_asprintf("%s %" PRId64 "\n", dv_digest_format(text, pack),
			   (int64_t)time(NULL));
	/* A rewrite must not take this line for one that was not there. */
	rc = dv_rcache_lock(c, &lock, err);
	if (!rc) {
		fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC,
			  0666);
		if (fd < 0 || dv_write_full(fd, line, strlen(line)))
			rc = dv_err_sys(err, "cannot write '%s'", path);
		else
			dv_share(AT_FDCWD, path);
	}
	if (fd >= 0)
		close(fd);
	dv_lock_release(&lock);
	free(line);
	free(path);
	return rc;
}

int dv_rcache_journal_done(struct dv_rcache *c, const struct dv_digest *packs,
			   size_t n, struct dv_err *err)
{
	return n ? rewrite(c, packs, n, err) : 0;
}
