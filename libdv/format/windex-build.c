/* SPDX-License-Identifier: MIT */
#include "format/windex.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/path.h"
#include "format/windex-layout.h"

struct dv_windex_build {
	enum dv_algo algo;
	struct dv_buf out;	/* header and entries */
	struct dv_buf dirs, extras, names, heap;
	uint32_t entries;
	uint32_t *open;		/* directories that may get more, deepest
				   last; [0] is the dataset */
	size_t depth, cap;
	struct dv_buf path;	/* of the deepest */
};

static uint32_t dir_count(const struct dv_windex_build *b)
{
	return (uint32_t)(b->dirs.len / D_BYTES);
}

static uint8_t *dir_at(struct dv_windex_build *b, uint32_t d)
{
	return (uint8_t *)b->dirs.data + (size_t)d * D_BYTES;
}

static uint8_t *add_zeros(struct dv_buf *buf, size_t n)
{
	char *p = dv_buf_reserve(buf, n);

	memset(p, 0, n);
	dv_buf_setlen(buf, buf->len + n);
	return (uint8_t *)p;
}

static void put_len(uint8_t *p, size_t n)
{
	p[0] = (uint8_t)(n >> 8);
	p[1] = (uint8_t)n;
}

static void push_dir(struct dv_windex_build *b, const char *path, size_t n)
{
	uint8_t *p = add_zeros(&b->dirs, D_BYTES);

	dv_put_be64(p + D_PATH, b->names.len);
	dv_put_be32(p + D_FIRST, b->entries);
	put_len(p + D_LEN, n);
	dv_buf_add(&b->names, path, n);
	dv_buf_char(&b->names, '\0');

	dv_grow(&b->open, &b->cap, b->depth + 1, sizeof(*b->open));
	b->open[b->depth++] = dir_count(b) - 1;
	dv_buf_reset(&b->path);
	dv_buf_add(&b->path, path, n);
}

/* Close the deepest directory: now its run is known. */
static void pop_dir(struct dv_windex_build *b)
{
	uint32_t d = b->open[--b->depth];
	uint8_t *p = dir_at(b, d);
	size_t slash;

	dv_put_be32(p + D_ENTRIES, b->entries - dv_get_be32(p + D_FIRST));
	dv_put_be32(p + D_DIRS, dir_count(b) - d - 1);

	for (slash = b->path.len; slash && b->path.data[slash] != '/';)
		slash--;
	if (b->path.len)
		dv_buf_setlen(&b->path, slash);
}

/* Make the directory of n bytes at path the deepest that is open. */
static void enter(struct dv_windex_build *b, const char *path, size_t n)
{
	while (b->depth > 1 &&
	       !(b->path.len == n && !memcmp(b->path.data, path, n)) &&
	       !dv_path_inside(b->path.data, b->path.len, path, n))
		pop_dir(b);

	while (b->path.len < n) {
		size_t from = b->path.len ? b->path.len + 1 : 0;
		const char *slash = memchr(path + from, '/', n - from);

		push_dir(b, path, slash ? (size_t)(slash - path) : n);
	}
}

struct dv_windex_build *dv_windex_build_new(enum dv_algo algo)
{
	struct dv_windex_build *b = dv_calloc(1, sizeof(*b));

	b->algo = algo;
	add_zeros(&b->out, DV_WINDEX_HEADER);
	push_dir(b, "", 0);
	return b;
}

static void add_extra(struct dv_windex_build *b, uint32_t entry,
		      uint32_t kind, const uint8_t *data, size_t n)
{
	uint8_t *p = add_zeros(&b->extras, X_BYTES);

	dv_put_be32(p + X_ENTRY, entry);
	dv_put_be32(p + X_KIND, kind);
	dv_put_be64(p + X_OFFSET, b->heap.len);
	dv_put_be32(p + X_LEN, (uint32_t)n);
	dv_buf_add(&b->heap, data, n);
}

static uint8_t mode_code(uint32_t mode)
{
	static const uint32_t modes[] = WINDEX_MODES;
	uint8_t code = 1;

	while (code + 1u < sizeof(modes) / sizeof(modes[0]) &&
	       modes[code] != mode)
		code++;
	return code;
}

static bool on_disk(uint32_t mode)
{
	return mode != DV_MODE_VALUE && mode != DV_MODE_REF;
}

void dv_windex_build_add(struct dv_windex_build *b, const struct dv_entry *e,
			 const struct dv_windex_stat *st, unsigned flags)
{
	size_t base = e->path_len, ds = dv_algo_size(b->algo);
	uint8_t *p;

	while (base && e->path[base - 1] != '/')
		base--;
	enter(b, e->path, base ? base - 1 : 0);

	if (flags & DV_WINDEX_ABSENT && on_disk(e->mode)) {
		flags = DV_WINDEX_ABSENT;
		st = NULL;
	} else {
		flags &= DV_WINDEX_RACY;
	}
	if (e->meta_len) {
		flags |= DV_WINDEX_META;
		add_extra(b, b->entries, WINDEX_X_META, e->meta, e->meta_len);
	}
	if (e->value_len) {
		flags |= DV_WINDEX_VALUE;
		add_extra(b, b->entries, WINDEX_X_VALUE, e->value,
			  e->value_len);
	}
	p = add_zeros(&b->out, E_ID + ds);
	dv_put_be64(p + E_SIZE, e->size);
	if (st) {
		dv_put_be64(p + E_MTIME, (uint64_t)st->mtime);
		dv_put_be64(p + E_CTIME, (uint64_t)st->ctime);
		dv_put_be64(p + E_INO, st->ino);
	}
	dv_put_be64(p + E_NAME, b->names.len);
	dv_put_be32(p + E_DIR, b->open[b->depth - 1]);
	put_len(p + E_LEN, e->path_len - base);
	p[E_MODE] = mode_code(e->mode);
	p[E_FLAGS] = (uint8_t)flags;
	memcpy(p + E_ID, e->id.b, ds);
	dv_buf_add(&b->names, e->path + base, e->path_len - base);
	dv_buf_char(&b->names, '\0');
	b->entries++;
}

static void append(struct dv_buf *out, struct dv_buf *part)
{
	dv_buf_add(out, part->data, part->len);
	dv_buf_release(part);
}

static void write_header(struct dv_windex_build *b, uint32_t dirs,
			 const struct dv_manifest_info *info)
{
	uint8_t *h = (uint8_t *)b->out.data;

	memcpy(h, WINDEX_MAGIC, 4);
	h[H_FORMAT] = WINDEX_FORMAT;
	h[H_ALGO] = (uint8_t)b->algo;
	dv_put_be32(h + H_ENTRIES, b->entries);
	dv_put_be32(h + H_DIRS, dirs);
	dv_put_be32(h + H_EXTRAS, (uint32_t)(b->extras.len / X_BYTES));
	dv_put_be64(h + H_NAMES, b->names.len);
	dv_put_be64(h + H_HEAP, b->heap.len);
	dv_put_be64(h + H_FILES, info->files);
	dv_put_be64(h + H_SIZE, info->size);
	memcpy(h + H_MANIFEST, info->id.b, DV_DIGEST_MAX);
}

int dv_windex_build_finish(struct dv_windex_build *b,
			   const struct dv_manifest_info *info,
			   const char *version, const uint8_t *meta,
			   size_t meta_len, struct dv_buf *out,
			   struct dv_err *err)
{
	int rc;

	while (b->depth)
		pop_dir(b);
	if (meta_len)
		add_extra(b, WINDEX_ROOT, WINDEX_X_META, meta, meta_len);
	write_header(b, dir_count(b), info);
	append(&b->out, &b->dirs);
	append(&b->out, &b->extras);
	append(&b->out, &b->names);
	append(&b->out, &b->heap);
	rc = dv_windex_set_version((uint8_t *)b->out.data, version, err);
	if (rc < 0)
		goto out;
	dv_windex_seal((uint8_t *)b->out.data, b->out.len);

	dv_buf_release(out);
	*out = b->out;
	b->out = (struct dv_buf)DV_BUF_INIT;
out:
	dv_windex_build_free(b);
	return rc;
}

void dv_windex_build_free(struct dv_windex_build *b)
{
	if (!b)
		return;
	dv_buf_release(&b->out);
	dv_buf_release(&b->dirs);
	dv_buf_release(&b->extras);
	dv_buf_release(&b->names);
	dv_buf_release(&b->heap);
	dv_buf_release(&b->path);
	free(b->open);
	free(b);
}

static void put_stat(uint8_t *p, const struct dv_windex_stat *st)
{
	dv_put_be64(p, (uint64_t)st->mtime);
	dv_put_be64(p + 8, (uint64_t)st->ctime);
	dv_put_be64(p + 16, st->ino);
}

void dv_windex_set_stat(const struct dv_windex *ix, uint8_t *bytes,
			uint32_t i, const struct dv_windex_stat *st,
			bool racy)
{
	uint8_t *p = bytes + (ix->entry - ix->data) +
		     (size_t)i * ix->entry_size;

	put_stat(p + E_MTIME, st);
	p[E_FLAGS] &= (uint8_t)~(DV_WINDEX_RACY | DV_WINDEX_ABSENT);
	if (racy)
		p[E_FLAGS] |= DV_WINDEX_RACY;
}

void dv_windex_set_absent(const struct dv_windex *ix, uint8_t *bytes,
			  uint32_t i)
{
	static const struct dv_windex_stat none;

	dv_windex_set_stat(ix, bytes, i, &none, false);
	bytes[(ix->entry - ix->data) + (size_t)i * ix->entry_size +
	      E_FLAGS] |= DV_WINDEX_ABSENT;
}

void dv_windex_set_dir(const struct dv_windex *ix, uint8_t *bytes,
		       uint32_t d, const struct dv_windex_stat *st)
{
	put_stat(bytes + (ix->dir - ix->data) + (size_t)d * D_BYTES + D_MTIME,
		 st);
}

static void seal_header(uint8_t *header)
{
	dv_put_be64(header + H_CHECK, dv_hash64(header, H_CHECK));
}

void dv_windex_seal(uint8_t *bytes, size_t n)
{
	dv_put_be64(bytes + H_BODY, dv_hash64(bytes + DV_WINDEX_HEADER,
					      n - DV_WINDEX_HEADER));
	seal_header(bytes);
}

int dv_windex_set_version(uint8_t header[DV_WINDEX_HEADER],
			  const char *version, struct dv_err *err)
{
	size_t n = version ? strlen(version) : 0;

	if (n >= DV_WINDEX_VERSION_MAX)
		return dv_err_set(err, DV_E_LIMIT,
				  "version id '%.40s...' is too long",
				  version);
	memset(header + H_VERSION, 0, DV_WINDEX_VERSION_MAX);
	if (n)
		memcpy(header + H_VERSION, version, n);
	seal_header(header);
	return 0;
}
