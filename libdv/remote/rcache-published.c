/* SPDX-License-Identifier: MIT */
#include "remote/rcache-parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

/*
 * published:	<algo>:<hex of a manifest or configuration> LF
 *
 * Lines that are not so are left out, and learned again by the next fetch.
 * One appended behind a line that was cut short begins with a LF.
 */
#define PUBLISHED_MAX (512u << 20)

static char *published_path(const struct dv_rcache *c)
{
	return dv_asprintf("%s/published", c->dir);
}

static void parse(struct dv_rcache *c, const struct dv_buf *b)
{
	for (size_t at = 0; at < b->len; ) {
		const char *p = b->data + at;
		const char *lf = memchr(p, '\n', b->len - at);
		size_t n = lf ? (size_t)(lf - p) : b->len - at;
		struct dv_err ignored = DV_ERR_INIT;
		struct dv_digest id;

		at += n + 1;
		if (lf && !dv_digest_parse(&id, p, n, 0, &ignored) &&
		    id.algo == c->published.algo)
			dv_idmap_add(&c->published, &id, 0);
	}
}

static void load(struct dv_rcache *c)
{
	char *path;
	struct dv_buf bytes = DV_BUF_INIT;
	struct dv_err why = DV_ERR_INIT;

	if (c->published_loaded)
		return;
	c->published_loaded = true;
	path = published_path(c);
	if (!dv_file_read(&bytes, AT_FDCWD, path, PUBLISHED_MAX, &why))
		parse(c, &bytes);
	else if (why.code == DV_E_LIMIT)
		unlink(path);
	dv_buf_release(&bytes);
	free(path);
}

static void init(struct dv_rcache *c, enum dv_algo algo)
{
	dv_idmap_init(&c->published, algo);
	dv_idmap_init(&c->withdrawn, algo);
	dv_idmap_init(&c->again, algo);
	c->published_loaded = false;
}

/* Outside of a repository the first id says of which format all are. */
static bool is_ours(struct dv_rcache *c, const struct dv_digest *id)
{
	if (!c->published.algo)
		init(c, c->algo ? c->algo : (enum dv_algo)id->algo);
	return id->algo == c->published.algo;
}

static bool is_withdrawn(const struct dv_rcache *c, const struct dv_digest *id)
{
	return dv_idmap_get(&c->withdrawn, id, NULL) &&
	       !dv_idmap_get(&c->again, id, NULL);
}

bool dv_rcache_published_has(struct dv_rcache *c, const struct dv_digest *id)
{
	if (!is_ours(c, id))
		return false;
	load(c);
	return dv_idmap_get(&c->published, id, NULL) && !is_withdrawn(c, id);
}

void dv_rcache_published_add(struct dv_rcache *c, const struct dv_digest *id)
{
	char text[DV_DIGEST_TEXT];

	if (c->published_off || !dv_digest_isset(id) || !is_ours(c, id))
		return;
	load(c);
	if (dv_idmap_add(&c->published, id, 0))
		dv_buf_printf(&c->to_publish, "%s\n",
			      dv_digest_format(text, id));
	else if (is_withdrawn(c, id))
		dv_idmap_add(&c->again, id, 0);
}

void dv_rcache_published_withdraw(struct dv_rcache *c,
				  const struct dv_digest *id)
{
	if (dv_rcache_published_has(c, id))
		dv_idmap_add(&c->withdrawn, id, 0);
}

void dv_rcache_published_off(struct dv_rcache *c)
{
	c->published_off = true;
}

int dv_rcache_published_each(struct dv_rcache *c, dv_idmap_fn *fn, void *arg)
{
	if (!c->published.algo && !c->algo)
		return 0;
	if (!c->published.algo)
		init(c, c->algo);
	load(c);
	return dv_idmap_each(&c->published, fn, arg);
}

/* --- writing ------------------------------------------------------------- */

static int append(struct dv_rcache *c, struct dv_err *err)
{
	char *path = published_path(c), last = '\n';
	struct stat st;
	int fd, rc = 0;

	fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	if (fd >= 0 && !fstat(fd, &st) && st.st_size &&
	    pread(fd, &last, 1, st.st_size - 1) == 1 && last != '\n' &&
	    dv_write_full(fd, "\n", 1))
		rc = dv_err_sys(err, "cannot write '%s'", path);
	if (!rc && (fd < 0 || dv_write_full(fd, c->to_publish.data,
					    c->to_publish.len)))
		rc = dv_err_sys(err, "cannot write '%s'", path);
	if (!rc)
		dv_share(AT_FDCWD, path);
	if (fd >= 0)
		close(fd);
	free(path);
	return rc;
}

struct lines {
	const struct dv_rcache *c;
	struct dv_buf text;
};

static int add_line(const struct dv_digest *id, uint64_t value, void *arg)
{
	char text[DV_DIGEST_TEXT];
	struct lines *l = arg;

	(void)value;
	if (!is_withdrawn(l->c, id))
		dv_buf_printf(&l->text, "%s\n", dv_digest_format(text, id));
	return 0;
}

/* Once more what others have added, too, without what was withdrawn. */
static int rewrite(struct dv_rcache *c, struct dv_err *err)
{
	struct lines l = { c, DV_BUF_INIT };
	int rc;

	c->published_loaded = false;
	load(c);
	dv_idmap_each(&c->published, add_line, &l);
	rc = dv_rcache_replace(c, "published", &l.text, err);
	dv_buf_release(&l.text);
	return rc;
}

/* What is held in memory, and must be read again for what others did. */
static void forget(struct dv_rcache *c)
{
	enum dv_algo algo = c->published.algo;

	dv_idmap_release(&c->published);
	dv_idmap_release(&c->withdrawn);
	dv_idmap_release(&c->again);
	init(c, algo);
}

int dv_rcache_published_flush(struct dv_rcache *c, struct dv_err *err)
{
	struct dv_lock lock = DV_LOCK_INIT;
	int rc;

	if (!c->to_publish.len && !c->withdrawn.n)
		return 0;
	rc = dv_rcache_lock(c, &lock, err);
	if (rc < 0)
		return rc;
	rc = c->withdrawn.n ? rewrite(c, err) : append(c, err);
	dv_lock_release(&lock);
	if (rc < 0)
		return rc;
	dv_buf_reset(&c->to_publish);
	if (c->withdrawn.n)
		forget(c);
	return 0;
}

void dv_rcache_published_release(struct dv_rcache *c)
{
	dv_idmap_release(&c->published);
	dv_idmap_release(&c->withdrawn);
	dv_idmap_release(&c->again);
	dv_buf_release(&c->to_publish);
}
