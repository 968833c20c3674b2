/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "base/digest.h"
#include "base/path.h"
#include "format/windex.h"

/* The bytes of dv-format-index(5): a.csv, which holds "1,2\n". */
static const uint8_t worked[] = {
	0x44, 0x56, 0x57, 0x49, 0x01, 0x01, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x07,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04,
	0x5b, 0x61, 0x32, 0x0f, 0x84, 0xf6, 0xa9, 0x6b,
	0xaf, 0x53, 0xf2, 0x59, 0x1d, 0xad, 0xef, 0xc0,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x51, 0xc4, 0x7a, 0xcf, 0xb9, 0xb4, 0x6d, 0x2f,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x88, 0x81, 0x3c, 0x69, 0x5e, 0x40, 0x6d, 0x85,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04,
	0x18, 0x6a, 0xff, 0xed, 0x89, 0xa8, 0x8d, 0x15,
	0x18, 0x6a, 0xff, 0xed, 0x89, 0xa8, 0x8d, 0x15,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x83,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x05, 0x01, 0x00,
	0xd6, 0x55, 0x10, 0x79, 0xe6, 0x40, 0xa3, 0x98,
	0x93, 0x51, 0xd9, 0x83, 0x5e, 0x2f, 0x94, 0x1c,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x61, 0x2e, 0x63, 0x73, 0x76, 0x00,
};

struct file {
	const char *path;
	uint32_t mode;
	uint64_t size;
};

static const struct file files[] = {
	{ "README", DV_MODE_FILE, 10 },
	{ "a", DV_MODE_DIR, 0 },
	{ "b.c/x", DV_MODE_FILE, 1 },
	{ "b/c/1", DV_MODE_FILE, 2 },
	{ "b/c/2", DV_MODE_EXEC, 3 },
	{ "b/d", DV_MODE_LINK, 4 },
	{ "b/e/f/g", DV_MODE_FILE, 5 },
	{ "b0", DV_MODE_VALUE, 0 },
	{ "z", DV_MODE_FILE, 6 },
};

#define FILES (sizeof(files) / sizeof(files[0]))

static struct dv_entry entry(const struct file *f)
{
	static const uint8_t meta[] = { 0x81, 0xa1, 'k', 0x01 };
	static const uint8_t value[] = { 0x2a };
	struct dv_entry e = { .path = f->path, .path_len = strlen(f->path),
			      .mode = f->mode, .size = f->size };

	if (f->mode == DV_MODE_VALUE) {
		e.value = value;
		e.value_len = sizeof(value);
	} else if (f->mode != DV_MODE_DIR) {
		dv_digest_of(&e.id, DV_ALGO_XXH128, f->path, e.path_len);
	}
	if (!strcmp(f->path, "b/d")) {
		e.meta = meta;
		e.meta_len = sizeof(meta);
	}
	return e;
}

static void make(struct dv_buf *out)
{
	struct dv_windex_build *b = dv_windex_build_new(DV_ALGO_XXH128);
	static const uint8_t meta[] = { 0x81, 0xa1, 'd', 0x02 };
	struct dv_manifest_info info = { .entries = FILES, .files = 7,
					 .size = 31 };
	struct dv_err err = DV_ERR_INIT;

	dv_digest_of(&info.id, DV_ALGO_XXH128, "root", 4);
	for (size_t i = 0; i < FILES; i++) {
		struct dv_windex_stat st = { (int64_t)i + 1, -5, i };
		struct dv_entry e = entry(&files[i]);

		dv_windex_build_add(b, &e, i == 8 ? NULL : &st,
				    i == 0 ? DV_WINDEX_RACY :
				    i == 6 || i == 7 ? DV_WINDEX_ABSENT : 0);
	}
	assert_int_equal(dv_windex_build_finish(b, &info, "c0de-12345678",
						meta, sizeof(meta), out,
						&err), 0);
}

static void what_is_read_is_what_was_written(void **state)
{
	struct dv_buf bytes = DV_BUF_INIT, hold = DV_BUF_INIT;
	struct dv_err err = DV_ERR_INIT;
	struct dv_windex ix;
	const uint8_t *meta;
	size_t n;

	(void)state;
	make(&bytes);
	assert_int_equal(dv_windex_open(&ix, bytes.data, bytes.len, &err), 0);
	assert_int_equal(dv_windex_check(&ix, &err), 0);
	assert_int_equal(ix.entries, FILES);
	assert_int_equal(ix.files, 7);
	assert_int_equal(ix.size, 31);
	assert_string_equal(ix.version, "c0de-12345678");
	meta = dv_windex_meta(&ix, &n);
	assert_int_equal(n, 4);
	assert_int_equal(meta[2], 'd');

	for (uint32_t i = 0; i < FILES; i++) {
		struct dv_entry want = entry(&files[i]), got;
		struct dv_windex_item item;
		uint32_t at;

		assert_int_equal(dv_windex_entry(&ix, i, &got, &hold, &err),
				 0);
		assert_string_equal(got.path, want.path);
		assert_true(dv_entry_same(&got, &want));
		assert_int_equal(dv_windex_get(&ix, i, &item, &err), 0);
		assert_int_equal(item.st.mtime,
				 i == 6 || i == 8 ? 0 : (int)i + 1);
		assert_int_equal(item.st.ctime, i == 6 || i == 8 ? 0 : -5);
		assert_int_equal(!!(item.flags & DV_WINDEX_ABSENT), i == 6);
		assert_int_equal(!!(item.flags & DV_WINDEX_RACY), i == 0);
		assert_int_equal(dv_windex_find(&ix, want.path,
						want.path_len, &at, &err), 1);
		assert_int_equal(at, i);
	}
	dv_buf_release(&hold);
	dv_buf_release(&bytes);
}

static void paths_that_are_not_there_are_not_found(void **state)
{
	static const char *const none[] = { "", "A", "b", "b/", "b/c", "b/c/3",
					    "b.c", "zz", "b/e/f", "b/e/f/g/h" };
	struct dv_buf bytes = DV_BUF_INIT;
	struct dv_err err = DV_ERR_INIT;
	struct dv_windex ix;
	uint32_t at;

	(void)state;
	make(&bytes);
	assert_int_equal(dv_windex_open(&ix, bytes.data, bytes.len, &err), 0);
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_int_equal(dv_windex_find(&ix, none[i], strlen(none[i]),
						&at, &err), 0);
	dv_buf_release(&bytes);
}

static void directories_are_found_and_hold_their_entries(void **state)
{
	static const struct {
		const char *path;
		uint32_t first, entries, dirs;
	} want[] = {
		{ "", 0, 9, 5 }, { "b.c", 2, 1, 0 }, { "b", 3, 4, 3 },
		{ "b/c", 3, 2, 0 }, { "b/e", 6, 1, 1 }, { "b/e/f", 6, 1, 0 },
	};
	struct dv_buf bytes = DV_BUF_INIT;
	struct dv_err err = DV_ERR_INIT;
	struct dv_windex ix;
	uint32_t d;

	(void)state;
	make(&bytes);
	assert_int_equal(dv_windex_open(&ix, bytes.data, bytes.len, &err), 0);
	assert_int_equal(ix.dirs, 6);
	for (size_t i = 0; i < 6; i++) {
		struct dv_windex_dir dir;

		assert_true(dv_windex_find_dir(&ix, want[i].path,
					       strlen(want[i].path), &d));
		assert_int_equal(d, i);
		dv_windex_get_dir(&ix, d, &dir);
		assert_string_equal(dir.path, want[i].path);
		assert_int_equal(dir.first, want[i].first);
		assert_int_equal(dir.entries, want[i].entries);
		assert_int_equal(dir.dirs, want[i].dirs);
	}
	assert_false(dv_windex_find_dir(&ix, "a", 1, &d));
	assert_false(dv_windex_find_dir(&ix, "b/", 2, &d));
	assert_false(dv_windex_find_dir(&ix, "b/c/1", 5, &d));
	dv_buf_release(&bytes);
}

static void spans_leave_out_what_is_deeper(void **state)
{
	struct dv_buf bytes = DV_BUF_INIT;
	struct dv_err err = DV_ERR_INIT;
	struct dv_windex_span span;
	struct dv_windex ix;
	size_t seen = 0;

	(void)state;
	make(&bytes);
	assert_int_equal(dv_windex_open(&ix, bytes.data, bytes.len, &err), 0);
	for (uint32_t max = 1; max < 4; max++) {
		seen = 0;
		for (uint32_t d = 0; d < ix.dirs; d++) {
			struct dv_windex_cursor cursor = { 0 };

			while (dv_windex_next_span(&ix, d, max, &cursor,
						   &span)) {
				struct dv_windex_item item;

				assert_true(span.end - span.first <= max);
				for (uint32_t i = span.first; i < span.end;
				     i++, seen++) {
					dv_windex_get(&ix, i, &item, &err);
					assert_int_equal(item.dir, d);
				}
			}
		}
		assert_int_equal(seen, FILES);
	}
	dv_buf_release(&bytes);
}

static void seek_finds_names_asked_for_in_order(void **state)
{
	struct dv_windex_seek seek = { .d = 0 };
	struct dv_buf bytes = DV_BUF_INIT;
	struct dv_err err = DV_ERR_INIT;
	struct dv_windex ix;

	(void)state;
	make(&bytes);
	assert_int_equal(dv_windex_open(&ix, bytes.data, bytes.len, &err), 0);
	assert_int_equal(dv_windex_seek(&ix, &seek, "A", &err), 0);
	assert_int_equal(dv_windex_seek(&ix, &seek, "README", &err), 1);
	assert_int_equal(seek.i, 0);
	assert_int_equal(dv_windex_seek(&ix, &seek, "b", &err), 0);
	assert_int_equal(dv_windex_seek(&ix, &seek, "b.c", &err), 0);
	assert_int_equal(dv_windex_seek(&ix, &seek, "b0", &err), 1);
	assert_int_equal(seek.i, 7);
	assert_int_equal(dv_windex_seek(&ix, &seek, "z", &err), 1);
	assert_int_equal(dv_windex_seek(&ix, &seek, "zz", &err), 0);
	assert_int_equal(dv_windex_seek(&ix, &seek, "zzz", &err), 0);
	dv_buf_release(&bytes);
}

/* "b/e/f/g" is; the value beside it, of which it was said, cannot be. */
static void what_is_absent_is_found_below_directories(void **state)
{
	static const char *const with[] = { "", "b", "b/e", "b/e/f" };
	static const char *const without[] = { "b.c", "b/c" };
	struct dv_windex_stat st = { 1, 2, 3 };
	struct dv_buf bytes = DV_BUF_INIT;
	struct dv_err err = DV_ERR_INIT;
	struct dv_windex_item item;
	struct dv_windex ix;
	uint32_t d;

	(void)state;
	make(&bytes);
	assert_int_equal(dv_windex_open(&ix, bytes.data, bytes.len, &err), 0);
	for (size_t i = 0; i < 4; i++) {
		assert_true(dv_windex_find_dir(&ix, with[i], strlen(with[i]),
					       &d));
		assert_true(dv_windex_absent_below(&ix, d));
	}
	for (size_t i = 0; i < 2; i++) {
		assert_true(dv_windex_find_dir(&ix, without[i],
					       strlen(without[i]), &d));
		assert_false(dv_windex_absent_below(&ix, d));
	}

	dv_windex_set_stat(&ix, (uint8_t *)bytes.data, 6, &st, false);
	dv_windex_set_absent(&ix, (uint8_t *)bytes.data, 0);
	dv_windex_seal((uint8_t *)bytes.data, bytes.len);
	assert_int_equal(dv_windex_check(&ix, &err), 0);
	assert_false(dv_windex_is_absent(&ix, 6));
	assert_true(dv_windex_is_absent(&ix, 0));
	assert_int_equal(dv_windex_get(&ix, 0, &item, &err), 0);
	assert_int_equal(item.flags, DV_WINDEX_ABSENT);
	assert_int_equal(item.st.mtime, 0);
	dv_buf_release(&bytes);
}

static void stat_data_and_version_change_in_place(void **state)
{
	struct dv_windex_stat st = { 77, 88, 99 };
	struct dv_buf bytes = DV_BUF_INIT;
	struct dv_err err = DV_ERR_INIT;
	struct dv_windex_item item;
	struct dv_windex_dir dir;
	struct dv_windex ix;
	char long_id[DV_WINDEX_VERSION_MAX + 1];
	uint8_t *p;

	(void)state;
	make(&bytes);
	p = (uint8_t *)bytes.data;
	assert_int_equal(dv_windex_open(&ix, p, bytes.len, &err), 0);
	dv_windex_set_stat(&ix, p, 0, &st, false);
	dv_windex_set_stat(&ix, p, 3, &st, true);
	dv_windex_set_dir(&ix, p, 2, &st);
	assert_int_equal(dv_windex_open(&ix, p, bytes.len, &err),
			 -DV_E_DIGEST);
	dv_windex_seal(p, bytes.len);
	assert_int_equal(dv_windex_set_version(p, "other", &err), 0);
	assert_int_equal(dv_windex_open(&ix, p, bytes.len, &err), 0);
	assert_string_equal(ix.version, "other");
	dv_windex_get(&ix, 0, &item, &err);
	assert_int_equal(item.st.ctime, 88);
	assert_int_equal(item.flags & DV_WINDEX_RACY, 0);
	dv_windex_get(&ix, 3, &item, &err);
	assert_true(item.flags & DV_WINDEX_RACY);
	dv_windex_get(&ix, 5, &item, &err);
	assert_true(item.flags & DV_WINDEX_META);
	dv_windex_get_dir(&ix, 2, &dir);
	assert_int_equal(dir.st.ino, 99);

	memset(long_id, 'x', sizeof(long_id) - 1);
	long_id[sizeof(long_id) - 1] = '\0';
	assert_int_equal(dv_windex_set_version(p, long_id, &err),
			 -DV_E_LIMIT);
	assert_int_equal(dv_windex_set_version(p, NULL, &err), 0);
	assert_int_equal(dv_windex_open(&ix, p, bytes.len, &err), 0);
	assert_string_equal(ix.version, "");
	dv_buf_release(&bytes);
}

/* What a reader of a damaged index may do: fail, or answer from inside. */
static void use(const uint8_t *p, size_t n)
{
	struct dv_buf hold = DV_BUF_INIT;
	struct dv_err err = DV_ERR_INIT;
	struct dv_windex ix;

	if (dv_windex_open(&ix, p, n, &err) < 0) {
		assert_true(*err.msg);
		return;
	}
	(void)dv_windex_check(&ix, &err);
	for (uint32_t i = 0; i < ix.entries; i++) {
		struct dv_entry e;
		uint32_t at;

		if (dv_windex_entry(&ix, i, &e, &hold, &err) < 0)
			continue;
		(void)dv_windex_find(&ix, e.path, e.path_len, &at, &err);
		assert_true(e.path_len == 1 ||
			    !dv_path_check(e.path, e.path_len, &err));
	}
	dv_buf_release(&hold);
}

static void cut_at_any_length_it_is_refused(void **state)
{
	struct dv_buf bytes = DV_BUF_INIT;
	struct dv_err err = DV_ERR_INIT;
	struct dv_windex ix;

	(void)state;
	make(&bytes);
	for (size_t n = 0; n < bytes.len; n++) {
		uint8_t *copy = dv_malloc(n);

		memcpy(copy, bytes.data, n);
		assert_true(dv_windex_open(&ix, copy, n, &err) < 0);
		free(copy);
	}
	dv_buf_char(&bytes, 0);
	assert_int_equal(dv_windex_open(&ix, bytes.data, bytes.len, &err),
			 -DV_E_FORMAT);
	dv_buf_release(&bytes);
}

/* With the checksums made right again the checks behind them are met. */
static void any_bit_flipped_is_refused_or_harmless(void **state)
{
	struct dv_buf bytes = DV_BUF_INIT;
	struct dv_err err = DV_ERR_INIT;
	struct dv_windex ix;
	uint8_t *copy;

	(void)state;
	make(&bytes);
	copy = dv_malloc(bytes.len);
	for (size_t bit = 0; bit < 8 * bytes.len; bit++) {
		memcpy(copy, bytes.data, bytes.len);
		copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_true(dv_windex_open(&ix, copy, bytes.len, &err) < 0);
		dv_windex_seal(copy, bytes.len);
		use(copy, bytes.len);
	}
	free(copy);
	dv_buf_release(&bytes);
}

static void refused(size_t at, uint8_t value, enum dv_code code)
{
	struct dv_buf bytes = DV_BUF_INIT;
	struct dv_err err = DV_ERR_INIT;
	struct dv_windex ix;
	uint8_t *p;
	int rc;

	make(&bytes);
	p = (uint8_t *)bytes.data;
	assert_int_not_equal(p[at], value);
	p[at] = value;
	dv_windex_seal(p, bytes.len);
	rc = dv_windex_open(&ix, p, bytes.len, &err);
	if (!rc)
		rc = dv_windex_check(&ix, &err);
	assert_int_equal(rc, -(int)code);
	dv_buf_release(&bytes);
}

/* Offsets as dv-format-index(5) has them. */
static void what_the_page_lists_is_refused(void **state)
{
	const size_t entry = 256, dir = 256 + FILES * 64;

	(void)state;
	refused(0, 'X', DV_E_FORMAT);
	refused(4, 2, DV_E_UNSUPPORTED);
	refused(5, 3, DV_E_FORMAT);
	refused(6, 1, DV_E_FORMAT);
	refused(11, 200, DV_E_FORMAT);		/* entries */
	refused(15, 7, DV_E_FORMAT);		/* directories */
	refused(23, 5, DV_E_FORMAT);		/* reserved */
	refused(31, 0, DV_E_FORMAT);		/* names */
	refused(47, 99, DV_E_FORMAT);		/* files */
	refused(75, 1, DV_E_FORMAT);		/* behind the id */
	refused(88, ' ', DV_E_FORMAT);		/* version */
	refused(200, 'x', DV_E_FORMAT);
	refused(230, 1, DV_E_FORMAT);
	refused(entry + 35, 1, DV_E_FORMAT);	/* name far away */
	refused(entry + 39, 3, DV_E_FORMAT);	/* name, another's end */
	refused(entry + 43, 1, DV_E_FORMAT);	/* wrong directory */
	refused(entry + 43, 9, DV_E_FORMAT);	/* none */
	refused(entry + 45, 5, DV_E_FORMAT);	/* name's length */
	refused(entry + 46, 0, DV_E_FORMAT);	/* mode */
	refused(entry + 46, 7, DV_E_FORMAT);
	refused(entry + 47, 16, DV_E_FORMAT);	/* flags */
	refused(entry + 47, 9, DV_E_FORMAT);	/* absent and racy */
	refused(entry + 64 + 47, 8, DV_E_FORMAT);	/* and stat data */
	refused(entry + 7 * 64 + 47, 12, DV_E_FORMAT);	/* and a value */
	refused(dir + 35, 1, DV_E_FORMAT);	/* first of all */
	refused(dir + 39, 8, DV_E_FORMAT);	/* not all entries */
	refused(dir + 43, 4, DV_E_FORMAT);	/* not all directories */
	refused(dir + 48 + 39, 0, DV_E_FORMAT);	/* an empty directory */
	refused(dir + 48 + 43, 1, DV_E_FORMAT);	/* nesting */
	refused(dir + 48 + 47, 1, DV_E_FORMAT);	/* reserved */
}

static void a_path_that_leads_out_is_refused(void **state)
{
	static const char *const bad[] = { "../x", ".git/x", "a/../b", "..",
					   ".", "x/.GIT", "a//b" };
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct dv_windex_build *b = dv_windex_build_new(DV_ALGO_SHA256);
		struct dv_manifest_info info = { .entries = 2 };
		struct dv_buf bytes = DV_BUF_INIT;
		struct dv_entry e = { .path = bad[i],
				      .path_len = strlen(bad[i]),
				      .mode = DV_MODE_FILE };
		struct dv_windex ix;
		int rc;

		info.id.algo = DV_ALGO_SHA256;
		info.files = 2;
		dv_windex_build_add(b, &e, NULL, 0);
		e.path = "zz";
		e.path_len = 2;
		dv_windex_build_add(b, &e, NULL, 0);
		assert_int_equal(dv_windex_build_finish(b, &info, NULL, NULL,
							0, &bytes, &err), 0);
		rc = dv_windex_open(&ix, bytes.data, bytes.len, &err);
		if (!rc)
			rc = dv_windex_check(&ix, &err);
		assert_int_equal(rc, -DV_E_FORMAT);
		dv_buf_release(&bytes);
	}
}

static void one_file_and_none_are_fine(void **state)
{
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	for (int n = 0; n < 2; n++) {
		struct dv_windex_build *b = dv_windex_build_new(DV_ALGO_SHA256);
		struct dv_manifest_info info = { 0 };
		struct dv_entry e = { .path = ".", .path_len = 1,
				      .mode = DV_MODE_FILE, .size = 3 };
		struct dv_buf bytes = DV_BUF_INIT;
		struct dv_windex ix;

		info.files = (uint64_t)n;
		info.size = 3 * (uint64_t)n;
		if (n)
			dv_windex_build_add(b, &e, NULL, 0);
		assert_int_equal(dv_windex_build_finish(b, &info, NULL, NULL,
							0, &bytes, &err), 0);
		assert_int_equal(dv_windex_open(&ix, bytes.data, bytes.len,
						&err), 0);
		assert_int_equal(dv_windex_check(&ix, &err), 0);
		assert_int_equal(ix.entries, n);
		dv_buf_release(&bytes);
	}
}

static void the_bytes_of_the_page_are_made(void **state)
{
	struct dv_windex_build *b = dv_windex_build_new(DV_ALGO_XXH128);
	struct dv_manifest_info info = { .entries = 1, .files = 1, .size = 4 };
	struct dv_windex_stat st = { 1759500000123456789, 1759500000123456789,
				     131 };
	struct dv_entry e = { .path = "a.csv", .path_len = 5,
			      .mode = DV_MODE_FILE, .size = 4 };
	struct dv_buf bytes = DV_BUF_INIT;
	struct dv_err err = DV_ERR_INIT;
	struct dv_windex ix;

	(void)state;
	dv_digest_of(&e.id, DV_ALGO_XXH128, "1,2\n", 4);
	dv_digest_of(&info.id, DV_ALGO_XXH128, "root", 4);
	dv_windex_build_add(b, &e, &st, 0);
	assert_int_equal(dv_windex_build_finish(b, &info, NULL, NULL, 0,
						&bytes, &err), 0);
	assert_int_equal(bytes.len, sizeof(worked));
	assert_memory_equal(bytes.data, worked, sizeof(worked));
	assert_int_equal(dv_windex_open(&ix, worked, sizeof(worked), &err),
			 0);
	dv_buf_release(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_read_is_what_was_written),
		cmocka_unit_test(paths_that_are_not_there_are_not_found),
		cmocka_unit_test(directories_are_found_and_hold_their_entries),
		cmocka_unit_test(spans_leave_out_what_is_deeper),
		cmocka_unit_test(seek_finds_names_asked_for_in_order),
		cmocka_unit_test(what_is_absent_is_found_below_directories),
		cmocka_unit_test(stat_data_and_version_change_in_place),
		cmocka_unit_test(cut_at_any_length_it_is_refused),
		cmocka_unit_test(any_bit_flipped_is_refused_or_harmless),
		cmocka_unit_test(what_the_page_lists_is_refused),
		cmocka_unit_test(a_path_that_leads_out_is_refused),
		cmocka_unit_test(one_file_and_none_are_fine),
		cmocka_unit_test(the_bytes_of_the_page_are_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
