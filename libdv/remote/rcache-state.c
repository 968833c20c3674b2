/* SPDX-License-Identifier: MIT */
#include "remote/rcache-parts.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/*
 * state:	"dv-remote-state 1" LF
 *		"url" SP <url> LF
 *		<key> SP <value> LF		ascending by key, each once
 *		"check" SP <XXH3-64 of all before it, 16 hex> LF
 *
 * One that is not exactly so was cut short or damaged, and counts as
 * empty: nothing in it is worth a failure.
 */
#define FIRST "dv-remote-state 1\n"
#define STATE_MAX (64u << 20)
#define CHECK_LEN (sizeof("check 0123456789abcdef\n") - 1)

static int key_cmp(const char *line, const char *key, size_t n)
{
	size_t k = strcspn(line, " ");
	int d = strncmp(line, key, k < n ? k : n);

	return d ? d : (k > n) - (k < n);
}

/* Place of the first line that is not below key. */
static size_t lower(const struct dv_strlist *l, const char *key, size_t n)
{
	size_t lo = 0, hi = l->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (key_cmp(l->v[mid], key, n) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* The line of key, or NULL. */
static const char *find(const struct dv_strlist *l, const char *key, size_t n)
{
	size_t i = lower(l, key, n);

	return i < l->n && !key_cmp(l->v[i], key, n) ? l->v[i] : NULL;
}

/* Put line, which is owned now, in place of what has its key. */
static void put(struct dv_strlist *l, char *line)
{
	size_t n = strcspn(line, " "), i = lower(l, line, n);

	if (i < l->n && !key_cmp(l->v[i], line, n)) {
		free(l->v[i]);
		l->v[i] = line;
		return;
	}
	dv_strlist_take(l, line);
	memmove(l->v + i + 1, l->v + i, (l->n - 1 - i) * sizeof(*l->v));
	l->v[i] = line;
}

static void drop(struct dv_strlist *l, const char *key)
{
	size_t n = strlen(key), i = lower(l, key, n);

	if (i == l->n || key_cmp(l->v[i], key, n))
		return;
	free(l->v[i]);
	l->n--;
	memmove(l->v + i, l->v + i + 1, (l->n - i) * sizeof(*l->v));
	l->v[l->n] = NULL;
}

/* --- the file ------------------------------------------------------------ */

static void add_check(struct dv_buf *b)
{
	dv_buf_printf(b, "check %016" PRIx64 "\n", dv_hash64(b->data, b->len));
}

/* The n bytes at p, without the check, as lines; false: they are not. */
static bool parse_lines(struct dv_strlist *out, const char *p, size_t n)
{
	const char *end = p + n;

	while (p < end) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));
		size_t len = lf ? (size_t)(lf - p) : 0;
		const char *blank = memchr(p, ' ', len);

		if (!blank || blank == p || memchr(p, '\0', len) ||
		    (out->n && key_cmp(out->v[out->n - 1], p,
				       (size_t)(blank - p)) >= 0))
			return false;
		dv_strlist_take(out, dv_strndup(p, len));
		p = lf + 1;
	}
	return true;
}

static bool parse(struct dv_strlist *out, struct dv_buf *b, const char *url)
{
	char *head = dv_asprintf(FIRST "url %s\n", url);
	size_t n = strlen(head), body = b->len - CHECK_LEN;
	struct dv_buf again = DV_BUF_INIT;
	bool ok = b->len >= n + CHECK_LEN && !memcmp(b->data, head, n);

	if (ok) {
		dv_buf_add(&again, b->data, body);
		add_check(&again);
		ok = !memcmp(again.data, b->data, b->len) &&
		     parse_lines(out, b->data + n, body - n);
	}
	dv_buf_release(&again);
	free(head);
	return ok;
}

static void read_state(const struct dv_rcache *c, struct dv_strlist *out)
{
	char *path = dv_asprintf("%s/state", c->dir);
	struct dv_buf bytes = DV_BUF_INIT;
	struct dv_err ignored = DV_ERR_INIT;

	if (dv_file_read(&bytes, AT_FDCWD, path, STATE_MAX, &ignored) < 0 ||
	    !parse(out, &bytes, c->url))
		dv_strlist_release(out);
	dv_buf_release(&bytes);
	free(path);
}

static int write_state(const struct dv_rcache *c, const struct dv_strlist *l,
		       struct dv_err *err)
{
	struct dv_buf bytes = DV_BUF_INIT;
	int rc;

	dv_buf_init(&bytes, STATE_MAX);
	dv_buf_printf(&bytes, FIRST "url %s\n", c->url);
	for (size_t i = 0; i < l->n; i++)
		dv_buf_printf(&bytes, "%s\n", l->v[i]);
	add_check(&bytes);
	rc = dv_buf_check(&bytes, "what is remembered of the remote", err);
	if (!rc)
		rc = dv_rcache_replace(c, "state", &bytes, err);
	dv_buf_release(&bytes);
	return rc;
}

int dv_rcache_flush_state(struct dv_rcache *c, struct dv_err *err)
{
	struct dv_strlist now = DV_STRLIST_INIT;
	struct dv_lock lock = DV_LOCK_INIT;
	int rc;

	if (!c->changed.n)
		return 0;
	rc = dv_rcache_lock(c, &lock, err);
	if (rc < 0)
		return rc;
	read_state(c, &now);
	for (size_t i = 0; i < c->changed.n; i++) {
		const char *key = c->changed.v[i];
		const char *line = find(&c->state, key, strlen(key));

		if (line)
			put(&now, dv_strdup(line));
		else
			drop(&now, key);
	}
	rc = write_state(c, &now, err);
	dv_lock_release(&lock);
	dv_strlist_release(&now);
	dv_strlist_release(&c->changed);
	return rc;
}

/* --- values -------------------------------------------------------------- */

static void load(struct dv_rcache *c)
{
	if (!c->loaded)
		read_state(c, &c->state);
	c->loaded = true;
}

int dv_rcache_get(struct dv_rcache *c, const char *key, struct dv_buf *out,
		  struct dv_err *err)
{
	size_t n = strlen(key);
	const char *line;

	(void)err;
	load(c);
	line = find(&c->state, key, n);
	if (line)
		dv_buf_str(out, line + n + 1);
	return line != NULL;
}

int dv_rcache_set(struct dv_rcache *c, const char *key, const char *value,
		  struct dv_err *err)
{
	const char *line;
	size_t n = strlen(key);

	if (!n || strpbrk(key, " \n") || (value && strchr(value, '\n')))
		return dv_err_set(err, DV_E_INVALID, "'%s' cannot be "
				  "remembered of a remote", key);
	load(c);
	line = find(&c->state, key, n);
	if (line ? value && !strcmp(line + n + 1, value) : !value)
		return 0;
	if (value)
		put(&c->state, dv_asprintf("%s %s", key, value));
	else
		drop(&c->state, key);
	if (!dv_strlist_has(&c->changed, key))
		dv_strlist_add(&c->changed, key);
	return 0;
}
