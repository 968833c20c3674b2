/* SPDX-License-Identifier: MIT */
#include "format/windex.h"

#include <string.h>

#include "base/path.h"
#include "format/windex-layout.h"

static int bad(struct dv_err *err, const char *what)
{
	return dv_err_set(err, DV_E_FORMAT, "index: %s", what);
}

static bool all_zero(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i])
			return false;
	return true;
}

/* Version id: printable, NUL-ended, zeros behind. */
static bool version_ok(const uint8_t *p)
{
	size_t n = strnlen((const char *)p, DV_WINDEX_VERSION_MAX);

	if (n == DV_WINDEX_VERSION_MAX)
		return false;
	for (size_t i = 0; i < n; i++)
		if (p[i] <= ' ' || p[i] > '~')
			return false;
	return all_zero(p + n, DV_WINDEX_VERSION_MAX - n);
}

/* Take size bytes off the front of what is left. */
static bool take(const uint8_t **out, const uint8_t **p, size_t *left,
		 uint64_t size)
{
	if (size > *left)
		return false;
	*out = *p;
	*p += size;
	*left -= (size_t)size;
	return true;
}

static int open_header(struct dv_windex *ix, struct dv_err *err)
{
	const uint8_t *h = ix->data;
	size_t ds;

	if (ix->len < DV_WINDEX_HEADER)
		return bad(err, "shorter than its header");
	if (memcmp(h, WINDEX_MAGIC, 4))
		return bad(err, "not an index");
	if (h[H_FORMAT] != WINDEX_FORMAT)
		return dv_err_set(err, DV_E_UNSUPPORTED,
				  "index: format %u is newer than this dv",
				  h[H_FORMAT]);
	if (dv_get_be64(h + H_CHECK) != dv_hash64(h, H_CHECK))
		return dv_err_set(err, DV_E_DIGEST,
				  "index: the header's checksum differs");
	if (h[H_ALGO] != DV_ALGO_XXH128 && h[H_ALGO] != DV_ALGO_SHA256)
		return bad(err, "unknown digest algorithm");
	if (!all_zero(h + 6, 2) || !all_zero(h + H_ZERO, 4) ||
	    !all_zero(h + H_END, H_CHECK - H_END))
		return bad(err, "reserved bytes are set");

	ix->algo = h[H_ALGO];
	ds = dv_algo_size(ix->algo);
	ix->entry_size = E_ID + ds;
	ix->entries = dv_get_be32(h + H_ENTRIES);
	ix->dirs = dv_get_be32(h + H_DIRS);
	ix->extras = dv_get_be32(h + H_EXTRAS);
	ix->files = dv_get_be64(h + H_FILES);
	ix->size = dv_get_be64(h + H_SIZE);
	dv_digest_set(&ix->manifest, ix->algo, h + H_MANIFEST);
	if (!all_zero(h + H_MANIFEST + ds, DV_DIGEST_MAX - ds))
		return bad(err, "bytes behind the manifest's id are set");
	if (!version_ok(h + H_VERSION))
		return bad(err, "the version is not valid");
	memcpy(ix->version, h + H_VERSION, DV_WINDEX_VERSION_MAX);
	return 0;
}

static int open_sections(struct dv_windex *ix, struct dv_err *err)
{
	const uint8_t *p = ix->data + DV_WINDEX_HEADER;
	uint64_t names = dv_get_be64(ix->data + H_NAMES);
	uint64_t heap = dv_get_be64(ix->data + H_HEAP);
	size_t left = ix->len - DV_WINDEX_HEADER;
	const uint8_t *s;

	if (!take(&ix->entry, &p, &left,
		  (uint64_t)ix->entries * ix->entry_size) ||
	    !take(&ix->dir, &p, &left, (uint64_t)ix->dirs * D_BYTES) ||
	    !take(&ix->extra, &p, &left, (uint64_t)ix->extras * X_BYTES) ||
	    !take(&s, &p, &left, names))
		return bad(err, "shorter than its header says");
	ix->names = (const char *)s;
	ix->names_len = (size_t)names;
	if (!take(&ix->heap, &p, &left, heap) || left)
		return bad(err, "not as long as its header says");
	ix->heap_len = (size_t)heap;

	if (dv_get_be64(ix->data + H_BODY) !=
	    dv_hash64(ix->data + DV_WINDEX_HEADER,
		      ix->len - DV_WINDEX_HEADER))
		return dv_err_set(err, DV_E_DIGEST,
				  "index: the checksum differs");
	return 0;
}

/* A NUL-ended string of len bytes at off of the names. */
static const char *name_at(const struct dv_windex *ix, uint64_t off,
			   size_t len)
{
	if (off >= ix->names_len || len >= ix->names_len - off ||
	    ix->names[off + len])
		return NULL;
	return ix->names + off;
}

/* Is path directly below the directory up? */
static bool is_child(const struct dv_windex_dir *up, const char *path,
		     size_t n)
{
	size_t skip = up->path_len ? up->path_len + 1 : 0;

	if (n <= skip || !dv_path_inside(up->path, up->path_len, path, n))
		return false;
	return !memchr(path + skip, '/', n - skip);
}

/* Ascending with '/' behind both? */
static bool in_order(const struct dv_windex_dir *a,
		     const struct dv_windex_dir *b)
{
	size_t n = a->path_len < b->path_len ? a->path_len : b->path_len;
	int c = memcmp(a->path, b->path, n);
	unsigned char ac, bc;

	if (c)
		return c < 0;
	ac = n < a->path_len ? (unsigned char)a->path[n] : '/';
	bc = n < b->path_len ? (unsigned char)b->path[n] : '/';
	return ac < bc;
}

/*
 * Read directory d, which is directly below up; before is the sibling in
 * front of it, or NULL.
 */
static int check_dir(const struct dv_windex *ix, uint32_t d,
		     const struct dv_windex_dir *up,
		     const struct dv_windex_dir *before,
		     struct dv_windex_dir *out, struct dv_err *err)
{
	const uint8_t *p = ix->dir + (size_t)d * D_BYTES;
	size_t len = (size_t)p[D_LEN] << 8 | p[D_LEN + 1];
	uint32_t min = before ? before->first + before->entries : up->first;

	if (!name_at(ix, dv_get_be64(p + D_PATH), len) ||
	    !all_zero(p + D_ZERO, 2))
		return bad(err, "a directory's record is not valid");
	dv_windex_get_dir(ix, d, out);
	if (dv_path_check(out->path, len, err) < 0)
		return bad(err, "a directory's path is not valid");
	if (!is_child(up, out->path, len))
		return bad(err, "a directory is not below its parent");
	if (before && !in_order(before, out))
		return bad(err, "directories are out of order");
	if (!out->entries || out->first < min ||
	    out->first - up->first > up->entries ||
	    out->entries > up->entries - (out->first - up->first))
		return bad(err, "a directory's entries are out of bounds");
	return 0;
}

/* Each level is a component, so that no path is too long to recurse. */
static int check_below(const struct dv_windex *ix, uint32_t d,
		       const struct dv_windex_dir *up, struct dv_err *err)
{
	struct dv_windex_dir dir[2];
	const struct dv_windex_dir *before = NULL;
	uint32_t left = up->dirs;
	int k = 0;

	while (left) {
		int rc = check_dir(ix, ++d, up, before, &dir[k], err);

		if (rc < 0)
			return rc;
		if (dir[k].dirs > --left)
			return bad(err, "directories are out of bounds");
		rc = check_below(ix, d, &dir[k], err);
		if (rc < 0)
			return rc;
		left -= dir[k].dirs;
		d += dir[k].dirs;
		before = &dir[k];
		k = !k;
	}
	return 0;
}

static int check_dirs(const struct dv_windex *ix, struct dv_err *err)
{
	struct dv_windex_dir root;

	if (!ix->dirs)
		return bad(err, "no directory");
	if (!name_at(ix, dv_get_be64(ix->dir + D_PATH), 0) ||
	    !all_zero(ix->dir + D_LEN, 4))
		return bad(err, "the first directory is not valid");
	dv_windex_get_dir(ix, 0, &root);
	if (root.first || root.entries != ix->entries ||
	    root.dirs != ix->dirs - 1)
		return bad(err, "the first directory does not hold all");
	return check_below(ix, 0, &root, err);
}

static int check_extras(const struct dv_windex *ix, struct dv_err *err)
{
	uint64_t last = 0;

	for (uint32_t i = 0; i < ix->extras; i++) {
		const uint8_t *p = ix->extra + (size_t)i * X_BYTES;
		uint32_t entry = dv_get_be32(p + X_ENTRY);
		uint32_t kind = dv_get_be32(p + X_KIND);
		uint64_t off = dv_get_be64(p + X_OFFSET);
		uint32_t len = dv_get_be32(p + X_LEN);
		uint64_t key = (uint64_t)entry << 32 | kind;

		if ((entry >= ix->entries && entry != WINDEX_ROOT) ||
		    (kind != WINDEX_X_META && kind != WINDEX_X_VALUE) ||
		    (entry == WINDEX_ROOT && kind != WINDEX_X_META) ||
		    key <= last || !len || off > ix->heap_len ||
		    len > ix->heap_len - off || !all_zero(p + X_ZERO, 4))
			return bad(err, "an extra record is not valid");
		last = key;
	}
	return 0;
}

int dv_windex_open(struct dv_windex *out, const void *buf, size_t n,
		   struct dv_err *err)
{
	struct dv_windex ix = { .data = buf, .len = n };
	int rc;

	rc = open_header(&ix, err);
	if (rc >= 0)
		rc = open_sections(&ix, err);
	if (rc >= 0)
		rc = check_dirs(&ix, err);
	if (rc >= 0)
		rc = check_extras(&ix, err);
	if (rc >= 0)
		*out = ix;
	return rc;
}

/* Does an entry's directory have no deeper one that has entry i? */
static bool is_direct(const struct dv_windex *ix, uint32_t d, uint32_t i)
{
	struct dv_windex_cursor cursor = { 0 };
	struct dv_windex_span span;

	while (dv_windex_next_span(ix, d, UINT32_MAX, &cursor, &span))
		if (i >= span.first && i < span.end)
			return true;
	return false;
}

int dv_windex_check(const struct dv_windex *ix, struct dv_err *err)
{
	struct dv_buf path = DV_BUF_INIT, last = DV_BUF_INIT;
	struct dv_windex_item item;
	uint64_t files = 0, size = 0;
	int rc = 0;

	for (uint32_t i = 0; i < ix->entries && rc >= 0; i++) {
		rc = dv_windex_get(ix, i, &item, err);
		if (rc < 0)
			break;
		dv_windex_path(ix, &item, &path);
		if (!is_direct(ix, item.dir, i))
			rc = bad(err, "an entry is not in its directory");
		else if (i && dv_path_cmp(last.data, last.len, path.data,
					  path.len) >= 0)
			rc = bad(err, "entries are out of order");
		if (item.mode == DV_MODE_FILE || item.mode == DV_MODE_EXEC ||
		    item.mode == DV_MODE_LINK) {
			files++;
			size += item.size;
		}
		dv_buf_reset(&last);
		dv_buf_add(&last, path.data, path.len);
	}
	if (rc >= 0 && (files != ix->files || size != ix->size))
		rc = bad(err, "its totals differ");

	dv_buf_release(&path);
	dv_buf_release(&last);
	return rc;
}
