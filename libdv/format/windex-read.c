/* SPDX-License-Identifier: MIT */
#include "format/windex.h"

#include <string.h>

#include "base/path.h"
#include "format/windex-layout.h"

static const uint32_t modes[] = WINDEX_MODES;

#define MODES (sizeof(modes) / sizeof(modes[0]))
#define FLAGS (DV_WINDEX_RACY | DV_WINDEX_META | DV_WINDEX_VALUE | \
	       DV_WINDEX_ABSENT)

/*
 * A name that could be taken for ".git" begins in one of few ways; others
 * need no closer look.
 */
static bool name_ok(const char *s, size_t n)
{
	unsigned char c = (unsigned char)s[0];

	if (!n || strlen(s) != n || memchr(s, '/', n))
		return false;
	if (c == '.' || c == 'g' || c == 'G' || c >= 0x80)
		return dv_path_component_ok(s, n);
	return true;
}

static int bad_entry(uint32_t i, struct dv_err *err)
{
	return dv_err_set(err, DV_E_FORMAT, "index: entry %u is not valid",
			  i);
}

/* What is not on disk has no stat data. */
static bool absent_ok(const struct dv_windex_item *item)
{
	if (!(item->flags & DV_WINDEX_ABSENT))
		return true;
	return item->mode != DV_MODE_VALUE && item->mode != DV_MODE_REF &&
	       !(item->flags & DV_WINDEX_RACY) && !item->st.mtime &&
	       !item->st.ctime && !item->st.ino;
}

int dv_windex_get(const struct dv_windex *ix, uint32_t i,
		  struct dv_windex_item *out, struct dv_err *err)
{
	const uint8_t *p = ix->entry + (size_t)i * ix->entry_size;
	uint64_t off = dv_get_be64(p + E_NAME);
	size_t len = (size_t)p[E_LEN] << 8 | p[E_LEN + 1];

	out->dir = dv_get_be32(p + E_DIR);
	if (out->dir >= ix->dirs || !p[E_MODE] || p[E_MODE] >= MODES ||
	    p[E_FLAGS] & ~FLAGS || off >= ix->names_len ||
	    len >= ix->names_len - off || ix->names[off + len])
		return bad_entry(i, err);
	out->name = ix->names + off;
	out->name_len = len;
	if (!name_ok(out->name, len) &&
	    !(ix->entries == 1 && len == 1 && *out->name == '.'))
		return bad_entry(i, err);
	out->mode = modes[p[E_MODE]];
	out->flags = p[E_FLAGS];
	out->size = dv_get_be64(p + E_SIZE);
	out->st.mtime = (int64_t)dv_get_be64(p + E_MTIME);
	out->st.ctime = (int64_t)dv_get_be64(p + E_CTIME);
	out->st.ino = dv_get_be64(p + E_INO);
	out->id = p + E_ID;
	return absent_ok(out) ? 0 : bad_entry(i, err);
}

void dv_windex_get_dir(const struct dv_windex *ix, uint32_t d,
		       struct dv_windex_dir *out)
{
	const uint8_t *p = ix->dir + (size_t)d * D_BYTES;

	out->st.mtime = (int64_t)dv_get_be64(p + D_MTIME);
	out->st.ctime = (int64_t)dv_get_be64(p + D_CTIME);
	out->st.ino = dv_get_be64(p + D_INO);
	out->path_len = (size_t)p[D_LEN] << 8 | p[D_LEN + 1];
	out->path = ix->names + dv_get_be64(p + D_PATH);
	out->first = dv_get_be32(p + D_FIRST);
	out->entries = dv_get_be32(p + D_ENTRIES);
	out->dirs = dv_get_be32(p + D_DIRS);
}

void dv_windex_path(const struct dv_windex *ix,
		    const struct dv_windex_item *item, struct dv_buf *path)
{
	struct dv_windex_dir dir;

	dv_windex_get_dir(ix, item->dir, &dir);
	dv_buf_reset(path);
	if (dir.path_len) {
		dv_buf_add(path, dir.path, dir.path_len);
		dv_buf_char(path, '/');
	}
	dv_buf_add(path, item->name, item->name_len);
}

static const uint8_t *extra(const struct dv_windex *ix, uint32_t entry,
			    uint32_t kind, size_t *n)
{
	uint64_t want = (uint64_t)entry << 32 | kind;
	uint32_t lo = 0, hi = ix->extras;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		const uint8_t *p = ix->extra + (size_t)mid * X_BYTES;
		uint64_t key = dv_get_be64(p);

		if (key == want) {
			*n = dv_get_be32(p + X_LEN);
			return ix->heap + dv_get_be64(p + X_OFFSET);
		}
		if (key < want)
			lo = mid + 1;
		else
			hi = mid;
	}
	*n = 0;
	return NULL;
}

const uint8_t *dv_windex_meta(const struct dv_windex *ix, size_t *n)
{
	return extra(ix, WINDEX_ROOT, WINDEX_X_META, n);
}

static bool has_id(const struct dv_windex *ix, const uint8_t *id)
{
	for (size_t i = 0; i < dv_algo_size(ix->algo); i++)
		if (id[i])
			return true;
	return false;
}

int dv_windex_entry(const struct dv_windex *ix, uint32_t i,
		    struct dv_entry *out, struct dv_buf *hold,
		    struct dv_err *err)
{
	struct dv_windex_item item;
	int rc;

	rc = dv_windex_get(ix, i, &item, err);
	if (rc < 0)
		return rc;
	dv_windex_path(ix, &item, hold);
	memset(out, 0, sizeof(*out));
	out->path = hold->data;
	out->path_len = hold->len;
	out->mode = item.mode;
	out->size = item.size;
	if (has_id(ix, item.id))
		dv_digest_set(&out->id, ix->algo, item.id);
	if (item.flags & DV_WINDEX_META)
		out->meta = extra(ix, i, WINDEX_X_META, &out->meta_len);
	if (item.flags & DV_WINDEX_VALUE)
		out->value = extra(ix, i, WINDEX_X_VALUE, &out->value_len);
	return 0;
}

/* Directories are ordered with '/' behind them. */
bool dv_windex_find_dir(const struct dv_windex *ix, const char *path,
			size_t n, uint32_t *d)
{
	uint32_t lo = 1, hi = ix->dirs;

	if (!n) {
		*d = 0;
		return true;
	}
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		struct dv_windex_dir dir;
		size_t min;
		int c;

		dv_windex_get_dir(ix, mid, &dir);
		min = dir.path_len < n ? dir.path_len : n;
		c = memcmp(dir.path, path, min);
		if (!c && dir.path_len == n) {
			*d = mid;
			return true;
		}
		if (!c && dir.path_len < n)
			c = '/' <= (unsigned char)path[min] ? -1 : 1;
		else if (!c)
			c = (unsigned char)dir.path[min] < '/' ? -1 : 1;
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

int dv_windex_find(const struct dv_windex *ix, const char *path, size_t n,
		   uint32_t *i, struct dv_err *err)
{
	struct dv_buf buf = DV_BUF_INIT;
	uint32_t lo = 0, hi = ix->entries;
	int rc = 0;

	while (lo < hi && !rc) {
		uint32_t mid = lo + (hi - lo) / 2;
		struct dv_windex_item item;
		int c;

		rc = dv_windex_get(ix, mid, &item, err);
		if (rc < 0)
			break;
		dv_windex_path(ix, &item, &buf);
		c = dv_path_cmp(buf.data, buf.len, path, n);
		if (!c) {
			*i = mid;
			rc = 1;
		} else if (c < 0) {
			lo = mid + 1;
		} else {
			hi = mid;
		}
	}
	dv_buf_release(&buf);
	return rc;
}

/* Step to where the next directory below begins, and over it. */
static void next_child(const struct dv_windex *ix,
		       struct dv_windex_cursor *c)
{
	struct dv_windex_dir dir;

	dv_windex_get_dir(ix, c->child, &dir);
	c->next = dir.first + dir.entries;
	c->child += 1 + dir.dirs;
}

bool dv_windex_next_span(const struct dv_windex *ix, uint32_t d,
			 uint32_t max, struct dv_windex_cursor *c,
			 struct dv_windex_span *out)
{
	struct dv_windex_dir dir;
	uint32_t end;

	if (!c->begun) {
		dv_windex_get_dir(ix, d, &dir);
		c->begun = true;
		c->next = dir.first;
		c->end = dir.first + dir.entries;
		c->child = d + 1;
		c->end_child = d + 1 + dir.dirs;
	}
	for (;;) {
		end = c->end;
		if (c->child < c->end_child) {
			dv_windex_get_dir(ix, c->child, &dir);
			end = dir.first;
		}
		if (c->next < end)
			break;
		if (c->child >= c->end_child)
			return false;
		next_child(ix, c);
	}
	if (end - c->next > max)
		end = c->next + max;
	out->dir = d;
	out->first = c->next;
	out->end = end;
	c->next = end;
	return true;
}

/* Step to the next entry in the directory. */
static int seek_next(const struct dv_windex *ix, struct dv_windex_seek *s,
		     struct dv_err *err)
{
	int rc;

	if (s->i < s->span.end)
		s->i++;
	if (s->i >= s->span.end) {
		s->end = !dv_windex_next_span(ix, s->d, UINT32_MAX, &s->cursor,
					      &s->span);
		s->i = s->span.first;
	}
	s->has = !s->end;
	if (s->end)
		return 0;
	rc = dv_windex_get(ix, s->i, &s->item, err);
	if (rc >= 0 && s->item.dir != s->d)
		rc = bad_entry(s->i, err);
	return rc;
}

int dv_windex_seek(const struct dv_windex *ix, struct dv_windex_seek *s,
		   const char *name, struct dv_err *err)
{
	while (!s->end) {
		int c = s->has ? strcmp(s->item.name, name) : -1;
		int rc;

		if (c >= 0)
			return !c;
		rc = seek_next(ix, s, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

bool dv_windex_is_absent(const struct dv_windex *ix, uint32_t i)
{
	return ix->entry[(size_t)i * ix->entry_size + E_FLAGS] &
	       DV_WINDEX_ABSENT;
}

bool dv_windex_absent_below(const struct dv_windex *ix, uint32_t d)
{
	struct dv_windex_dir dir;

	dv_windex_get_dir(ix, d, &dir);
	for (uint32_t i = dir.first; i < dir.first + dir.entries; i++)
		if (dv_windex_is_absent(ix, i))
			return true;
	return false;
}
