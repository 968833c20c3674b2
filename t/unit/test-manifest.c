/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "entries.h"
#include "memstore.h"

#include "base/digest.h"
#include "format/cut.h"
#include "format/manifest.h"

static const enum dv_algo algos[] = { DV_ALGO_XXH128, DV_ALGO_SHA256 };

/* Does e come out as it went in? */
static bool same(const struct dv_entry *a, const struct dv_entry *b)
{
	return entries_cmp(a, b) == 0 && dv_entry_same(a, b);
}

/*
 * Read all of the manifest and write it again.  0 and *again, or how
 * reading failed; n counts entries.
 */
static int reread(struct memstore *s, const struct dv_digest *id,
		  struct memstore *to, struct dv_manifest_info *again,
		  size_t *n, struct dv_err *err)
{
	struct dv_manifest_writer *w;
	struct dv_manifest_iter *it;
	const struct dv_entry *e;
	const uint8_t *meta;
	struct dv_manifest *m;
	size_t meta_len;
	int rc;

	*n = 0;
	rc = dv_manifest_open(&m, id, memstore_get, s, err);
	if (rc < 0)
		return rc;
	w = dv_manifest_writer_new(s->algo, memstore_put, to);
	assert_int_equal(dv_manifest_iter_open(&it, m, "", err), 0);
	while ((rc = dv_manifest_iter_next(it, &e, err)) > 0) {
		assert_int_equal(dv_manifest_writer_add(w, e, err), 0);
		(*n)++;
	}
	meta = dv_manifest_get_meta(m, &meta_len);
	if (!rc)
		rc = dv_manifest_writer_finish(w, meta, meta_len, again, err);
	dv_manifest_iter_close(it);
	dv_manifest_close(m);
	dv_manifest_writer_free(w);
	return rc;
}

static void what_is_read_is_what_was_written(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 60; seed++) {
		struct memstore s = { .algo = algos[seed % 2] };
		struct dv_err err = DV_ERR_INIT;
		struct entries l = { NULL, 0, 0 };
		struct dv_manifest_info info;
		struct dv_manifest_iter *it;
		const struct dv_entry *e;
		struct dv_manifest *m;
		size_t i = 0, n;

		entries_random(&l, s.algo, seed < 4 ? seed : seed * 100, seed);
		info = entries_write(&l, s.algo, seed % 3 ? NULL : "{\"a\":1}",
				     memstore_put, &s);
		assert_int_equal(info.entries, l.n);

		assert_int_equal(dv_manifest_open(&m, &info.id, memstore_get,
						  &s, &err), 0);
		assert_memory_equal(dv_manifest_get_info(m), &info,
				    sizeof(info));
		assert_int_equal(dv_manifest_get_meta(m, &n) == NULL,
				 seed % 3 != 0);
		assert_int_equal(dv_manifest_iter_open(&it, m, "", &err), 0);
		while (dv_manifest_iter_next(it, &e, &err) > 0)
			assert_true(same(e, &l.v[i++]));
		assert_int_equal(err.code, 0);
		assert_int_equal(i, l.n);
		assert_int_equal(dv_manifest_iter_next(it, &e, &err), 0);
		dv_manifest_iter_close(it);
		dv_manifest_close(m);
		entries_release(&l);
		memstore_release(&s);
	}
}

static void writing_what_was_read_gives_the_same_objects(void **state)
{
	(void)state;
	for (uint64_t seed = 100; seed < 140; seed++) {
		struct memstore s = { .algo = algos[seed % 2] };
		struct memstore to = { .algo = s.algo };
		struct dv_err err = DV_ERR_INIT;
		struct entries l = { NULL, 0, 0 };
		struct dv_manifest_info info, again;
		size_t n;

		entries_random(&l, s.algo, 2000, seed);
		info = entries_write(&l, s.algo, NULL, memstore_put, &s);
		assert_int_equal(reread(&s, &info.id, &to, &again, &n, &err),
				 0);
		assert_memory_equal(&info, &again, sizeof(info));
		assert_int_equal(s.n, to.n);
		for (size_t i = 0; i < s.n; i++)
			assert_non_null(memstore_find(&to, &s.v[i].id));
		entries_release(&l);
		memstore_release(&s);
		memstore_release(&to);
	}
}

static struct dv_entry *add_file(struct entries *l, const char *path,
				 uint64_t content)
{
	struct dv_entry *e = entries_add(l, path);
	uint64_t id[4] = { content, 5, 6, 7 };

	e->mode = DV_MODE_FILE;
	e->size = content;
	dv_digest_set(&e->id, DV_ALGO_XXH128, id);
	return e;
}

static void add_many(struct entries *l, size_t n)
{
	char path[64];

	for (size_t i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "dir%03zu/file-%06zu", i / 1000,
			 i);
		add_file(l, path, i);
	}
}

/* Wherever it is put in, blocks before and behind stay what they are. */
static void one_more_entry_changes_one_block_and_the_root(void **state)
{
	struct memstore s = { .algo = DV_ALGO_XXH128 };
	struct entries l = { NULL, 0, 0 };
	size_t before;

	(void)state;
	add_many(&l, 20000);
	entries_write(&l, s.algo, NULL, memstore_put, &s);
	before = s.n;
	assert_true(before > 20);
	for (size_t at = 0; at < 20000; at += 997) {
		struct entries more = { NULL, 0, 0 };
		char path[80];

		snprintf(path, sizeof(path), "%s+", l.v[at].path);
		before = s.n;
		for (size_t i = 0; i < l.n; i++) {
			add_file(&more, l.v[i].path, i);
			if (i == at)
				add_file(&more, path, i);
		}
		entries_write(&more, s.algo, NULL, memstore_put, &s);
		assert_in_range(s.n - before, 2, 3);
		entries_release(&more);
	}
	entries_release(&l);
	memstore_release(&s);
}

static void blocks_end_at_their_limits_too(void **state)
{
	struct memstore s = { .algo = DV_ALGO_XXH128 };
	struct dv_err err = DV_ERR_INIT;
	struct entries l = { NULL, 0, 0 };
	struct dv_manifest_info info, again;
	char *json = dv_malloc(DV_VALUE_INLINE_MAX);
	size_t n = 0;

	(void)state;
	/* Paths none of which ends a block: 4096 entries do. */
	for (size_t i = 0; n < 5000; i++) {
		char path[32];

		snprintf(path, sizeof(path), "f%07zu", i);
		if ((dv_hash64(path, strlen(path)) & DV_CUT_MASK) == 0)
			continue;
		add_file(&l, path, i);
		n++;
	}
	info = entries_write(&l, s.algo, NULL, memstore_put, &s);
	assert_int_equal(s.n, 3);
	assert_int_equal(reread(&s, &info.id, &s, &again, &n, &err), 0);
	entries_release(&l);
	memstore_release(&s);

	/* Values of 60,000 bytes: 14 of them take a block over 768 KiB. */
	s.algo = DV_ALGO_XXH128;
	memset(json, 'x', 60000);
	json[0] = json[59999] = '"';
	json[60000] = '\0';
	for (size_t i = 0; l.n < 20; i++) {
		char path[32];
		struct dv_entry *e;

		snprintf(path, sizeof(path), "f%07zu", i);
		if ((dv_hash64(path, strlen(path)) & DV_CUT_MASK) == 0)
			continue;
		e = entries_add(&l, path);
		e->mode = DV_MODE_VALUE;
		e->value = entries_json(json, &e->value_len);
		e->size = e->value_len;
	}
	info = entries_write(&l, s.algo, NULL, memstore_put, &s);
	assert_int_equal(s.n, 3);
	for (size_t i = 0; i < s.n; i++)
		assert_true(s.v[i].n <= DV_BLOCK_BYTES_MAX);
	assert_int_equal(reread(&s, &info.id, &s, &again, &n, &err), 0);
	assert_int_equal(n, 20);
	free(json);
	entries_release(&l);
	memstore_release(&s);
}

/* n paths each of which ends a block, so that there are n blocks. */
static void add_enders(struct entries *l, size_t n)
{
	char path[16] = "f000000000000";

	while (n) {
		size_t i = strlen(path);

		while (path[--i] == '9')
			path[i] = '0';
		path[i]++;
		if ((dv_hash64(path, strlen(path)) & DV_CUT_MASK) == 0) {
			add_file(l, path, n);
			n--;
		}
	}
}

static void more_than_4096_blocks_are_in_lists(void **state)
{
	static const struct {
		size_t blocks;
		unsigned lists;
	} cases[] = { { 4096, 0 }, { 4097, 257 }, { 70000, 4375 + 274 } };
	struct entries l = { NULL, 0, 0 };

	(void)state;
	add_enders(&l, 70000);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct memstore s = { .algo = DV_ALGO_XXH128 };
		struct memstore to = { .algo = DV_ALGO_XXH128 };
		struct entries part = { l.v, cases[i].blocks, 0 };
		struct dv_err err = DV_ERR_INIT;
		struct dv_manifest_info info, again;
		struct dv_buf hold = DV_BUF_INIT;
		struct dv_manifest *m;
		struct dv_entry e;
		size_t n;

		info = entries_write(&part, s.algo, NULL, memstore_put, &s);
		assert_int_equal(s.n, part.n + cases[i].lists + 1);
		assert_int_equal(reread(&s, &info.id, &to, &again, &n, &err),
				 0);
		assert_int_equal(n, part.n);
		assert_true(dv_digest_eq(&info.id, &again.id));

		s.gets = 0;
		assert_int_equal(dv_manifest_open(&m, &info.id, memstore_get,
						  &s, &err), 0);
		assert_int_equal(dv_manifest_find(m, l.v[4000].path,
						  l.v[4000].path_len, &e,
						  &hold, &err), 1);
		assert_true(same(&e, &l.v[4000]));
		assert_int_equal(s.gets, i + 2);
		dv_manifest_close(m);
		dv_buf_release(&hold);
		memstore_release(&s);
		memstore_release(&to);
	}
	entries_release(&l);
}

static void find_gives_what_is_there_and_nothing_else(void **state)
{
	struct memstore s = { .algo = DV_ALGO_SHA256 };
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf hold = DV_BUF_INIT;
	struct entries l = { NULL, 0, 0 };
	struct dv_manifest_info info;
	struct dv_manifest *m;
	struct dv_entry e;

	(void)state;
	entries_random(&l, s.algo, 3000, 7);
	info = entries_write(&l, s.algo, NULL, memstore_put, &s);
	assert_int_equal(dv_manifest_open(&m, &info.id, memstore_get, &s,
					  &err), 0);
	for (size_t i = 0; i < l.n; i++) {
		char *gone = dv_asprintf("%s\x01", l.v[i].path);

		assert_int_equal(dv_manifest_find(m, l.v[i].path,
						  l.v[i].path_len, &e, &hold,
						  &err), 1);
		assert_true(same(&e, &l.v[i]));
		assert_int_equal(dv_manifest_find(m, gone, strlen(gone), &e,
						  &hold, &err), 0);
		free(gone);
	}
	assert_int_equal(dv_manifest_find(m, "", 0, &e, &hold, &err), 0);
	assert_int_equal(dv_manifest_find(m, "\xff\xff", 2, &e, &hold, &err),
			 0);
	dv_manifest_close(m);
	dv_buf_release(&hold);
	entries_release(&l);
	memstore_release(&s);
}

static void a_prefix_is_an_entry_and_all_below_it(void **state)
{
	static const char *const prefixes[] = {
		"a", "a-b", "b", "a/a", "a/a-b", "\xff", "0", "nothing", ".",
		"a/", "long-name-of-a-file.csv", "ab/b", "Z/Z/Z"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		struct memstore s = { .algo = DV_ALGO_XXH128 };
		struct dv_err err = DV_ERR_INIT;
		struct entries l = { NULL, 0, 0 };
		const char *p = prefixes[i];
		struct dv_manifest_info info;
		struct dv_manifest_iter *it;
		const struct dv_entry *e;
		struct dv_manifest *m;

		entries_random(&l, s.algo, 4000, 50 + i);
		info = entries_write(&l, s.algo, NULL, memstore_put, &s);
		assert_int_equal(dv_manifest_open(&m, &info.id, memstore_get,
						  &s, &err), 0);
		assert_int_equal(dv_manifest_iter_open(&it, m, p, &err), 0);
		for (size_t k = 0; k < l.n; k++) {
			if (strcmp(l.v[k].path, p) &&
			    !dv_path_inside(p, strlen(p), l.v[k].path,
					    l.v[k].path_len))
				continue;
			assert_int_equal(dv_manifest_iter_next(it, &e, &err),
					 1);
			assert_true(same(e, &l.v[k]));
		}
		assert_int_equal(dv_manifest_iter_next(it, &e, &err), 0);
		dv_manifest_iter_close(it);
		dv_manifest_close(m);
		entries_release(&l);
		memstore_release(&s);
	}
}

static void only_blocks_that_can_hold_the_prefix_are_read(void **state)
{
	struct memstore s = { .algo = DV_ALGO_XXH128 };
	struct dv_err err = DV_ERR_INIT;
	struct entries l = { NULL, 0, 0 };
	struct dv_manifest_info info;
	struct dv_manifest_iter *it;
	const struct dv_entry *e;
	struct dv_manifest *m;
	size_t n = 0;

	(void)state;
	add_many(&l, 50000);
	info = entries_write(&l, s.algo, NULL, memstore_put, &s);
	assert_int_equal(dv_manifest_open(&m, &info.id, memstore_get, &s,
					  &err), 0);
	s.gets = 0;
	assert_int_equal(dv_manifest_iter_open(&it, m, "dir013/file-013500",
					       &err), 0);
	while (dv_manifest_iter_next(it, &e, &err) > 0)
		n++;
	assert_int_equal(n, 1);
	assert_in_range(s.gets, 1, 2);
	dv_manifest_iter_close(it);
	dv_manifest_close(m);
	entries_release(&l);
	memstore_release(&s);
}

/* --- what a writer refuses -------------------------------------------- */

/* Add files at a, then e; what is said about e. */
static const char *said(const char *a, const struct dv_entry *e,
			struct dv_err *err)
{
	struct memstore s = { .algo = DV_ALGO_XXH128 };
	struct dv_manifest_writer *w;
	struct entries l = { NULL, 0, 0 };
	int rc = 0;

	*err = (struct dv_err)DV_ERR_INIT;
	w = dv_manifest_writer_new(s.algo, memstore_put, &s);
	if (a)
		rc = dv_manifest_writer_add(w, add_file(&l, a, 1), err);
	assert_int_equal(rc, 0);
	rc = dv_manifest_writer_add(w, e, err);
	assert_true(rc == 0 || rc == -DV_E_INVALID);
	dv_manifest_writer_free(w);
	entries_release(&l);
	memstore_release(&s);
	return rc ? err->msg : "";
}

static const char *said_of_path(const char *a, const char *path,
				struct dv_err *err)
{
	struct entries l = { NULL, 0, 0 };
	const char *msg;

	msg = said(a, add_file(&l, path, 1), err);
	entries_release(&l);
	return msg;
}

static void paths_that_cannot_be_are_refused(void **state)
{
	static const char *const bad[] = {
		"", "/x", "../x", "a/../b", "a//b", "a/", "./a", ".git/x",
		".GIT/x", "x/.git", "git~1", ".git ", "a/."
	};
	struct dv_err err;
	char *path = dv_malloc(DV_PATH_MAX + 2);

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_string_not_equal(said_of_path(NULL, bad[i], &err), "");
	memset(path, 'x', DV_PATH_MAX + 1);
	path[DV_PATH_MAX + 1] = '\0';
	assert_string_not_equal(said_of_path(NULL, path, &err), "");
	path[DV_PATH_MAX] = '\0';
	assert_string_equal(said_of_path(NULL, path, &err), "");
	free(path);
}

static void order_and_places_are_checked(void **state)
{
	struct dv_err err;

	(void)state;
	assert_string_equal(said_of_path("b", "a", &err),
			    "'a' follows 'b': paths ascend by their bytes");
	assert_string_equal(said_of_path("ab", "a", &err),
			    "'a' follows 'ab': paths ascend by their bytes");
	assert_string_equal(said_of_path("a", "a", &err),
			    "'a' follows 'a': a path comes once");
	assert_string_equal(said_of_path("a", "a/b", &err),
			    "'a/b' is below 'a', which is not a directory");
	assert_string_equal(said_of_path(".", "a", &err),
			    "'a' follows '.', which is the path of the only entry");
	assert_string_equal(said_of_path("!", ".", &err),
			    "'.' follows '!', though it is the path of the only entry");
	assert_string_equal(said_of_path(NULL, ".", &err), "");
	assert_string_equal(said_of_path("a", "a-b", &err), "");
	assert_string_equal(said_of_path("a/b", "a0", &err), "");
}

/* Others stand between a file and what would be below it: '-' < '/'. */
static void a_file_is_no_prefix_however_far_away(void **state)
{
	struct memstore s = { .algo = DV_ALGO_XXH128 };
	struct dv_err err = DV_ERR_INIT;
	struct dv_manifest_writer *w;
	struct entries l = { NULL, 0, 0 };
	char path[32];

	(void)state;
	w = dv_manifest_writer_new(s.algo, memstore_put, &s);
	assert_int_equal(dv_manifest_writer_add(w, add_file(&l, "a", 1),
						&err), 0);
	for (int i = 0; i < 5000; i++) {
		snprintf(path, sizeof(path), "a-%04d", i);
		assert_int_equal(dv_manifest_writer_add(w,
					add_file(&l, path, 1), &err), 0);
	}
	assert_true(s.n > 1);	/* blocks away */
	assert_int_equal(dv_manifest_writer_add(w, add_file(&l, "a/x", 1),
						&err), -DV_E_INVALID);
	assert_string_equal(err.msg,
			    "'a/x' is below 'a', which is not a directory");
	dv_manifest_writer_free(w);
	entries_release(&l);
	memstore_release(&s);
}

static void a_directory_is_listed_empty_or_with_metadata(void **state)
{
	for (int with_meta = 0; with_meta < 2; with_meta++) {
		struct memstore s = { .algo = DV_ALGO_XXH128 };
		struct dv_err err = DV_ERR_INIT;
		struct dv_manifest_writer *w;
		struct entries l = { NULL, 0, 0 };
		struct dv_entry *dir = entries_add(&l, "d");
		int rc;

		(void)state;
		dir->mode = DV_MODE_DIR;
		if (with_meta)
			dir->meta = entries_json("{\"a\":1}", &dir->meta_len);
		w = dv_manifest_writer_new(s.algo, memstore_put, &s);
		assert_int_equal(dv_manifest_writer_add(w, dir, &err), 0);
		rc = dv_manifest_writer_add(w, add_file(&l, "d/x", 1), &err);
		assert_int_equal(rc, with_meta ? 0 : -DV_E_INVALID);
		dv_manifest_writer_free(w);
		entries_release(&l);
		memstore_release(&s);
	}
}

static void fields_that_do_not_go_together_are_refused(void **state)
{
	static const uint8_t one[] = { 1 }, cut[] = { 0x92, 1 };
	static const uint8_t empty[] = { 0x80 };
	struct dv_digest id, other;
	struct dv_err err;
	struct dv_entry e;

	(void)state;
	dv_digest_of(&id, DV_ALGO_XXH128, "x", 1);
	dv_digest_of(&other, DV_ALGO_SHA256, "x", 1);
#define TRY(want, ...) do { \
	e = (struct dv_entry){ .path = "p", .path_len = 1, __VA_ARGS__ }; \
	assert_string_equal(said(NULL, &e, &err), want); \
} while (0)
	TRY("", .mode = DV_MODE_FILE, .id = id, .size = 1);
	TRY("'p' has an unknown mode", .mode = 0100600, .id = id);
	TRY("'p' has no id", .mode = DV_MODE_FILE);
	TRY("'p' has an id of another object format", .mode = DV_MODE_EXEC,
	    .id = other);
	TRY("'p' has a value, which its mode does not allow",
	    .mode = DV_MODE_FILE, .id = id, .value = one, .value_len = 1);
	TRY("'p' has an impossible size", .mode = DV_MODE_FILE, .id = id,
	    .size = UINT64_MAX);
	TRY("'p' is a link to a target of no possible length",
	    .mode = DV_MODE_LINK, .id = id);
	TRY("'p' is a link to a target of no possible length",
	    .mode = DV_MODE_LINK, .id = id, .size = 4096);
	TRY("'p' is a directory with content", .mode = DV_MODE_DIR, .id = id);
	TRY("'p' is a directory with content", .mode = DV_MODE_DIR, .size = 1);
	TRY("'p' has neither a value nor an id for one",
	    .mode = DV_MODE_VALUE);
	TRY("'p' has a value and an id too", .mode = DV_MODE_VALUE, .id = id,
	    .value = one, .value_len = 1, .size = 1);
	TRY("'p' has a size that is not that of its value",
	    .mode = DV_MODE_VALUE, .value = one, .value_len = 1, .size = 2);
	TRY("'p' has a value that is not valid MessagePack",
	    .mode = DV_MODE_VALUE, .value = cut, .value_len = 2, .size = 2);
	TRY("'p' has an id for a value that fits in its place",
	    .mode = DV_MODE_VALUE, .id = id, .size = 65536);
	TRY("", .mode = DV_MODE_VALUE, .id = id, .size = 65537);
	TRY("'p' is a reference without its URL", .mode = DV_MODE_REF);
	TRY("'p' has a reference that is no map", .mode = DV_MODE_REF,
	    .value = one, .value_len = 1);
	TRY("'p' has metadata that is no map", .mode = DV_MODE_DIR,
	    .meta = one, .meta_len = 1);
	TRY("'p' has metadata that is empty", .mode = DV_MODE_DIR,
	    .meta = empty, .meta_len = 1);
	e.path = ".";
	e.meta = NULL;
	assert_string_equal(said(NULL, &e, &err),
			    "'.' is a directory, though it stands for a dataset that is one file");
#undef TRY
}

static void references_need_a_url_and_a_pin(void **state)
{
	static const struct {
		const char *json, *fault;
	} cases[] = {
		{ "{\"url\":\"https://h/p\",\"etag\":\"x\"}", "" },
		{ "{\"url\":\"s3://b/k\",\"version\":\"x\"}", "" },
		{ "{\"url\":\"file:/a\",\"digest\":\"md5:00ff\"}", "" },
		{ "{\"etag\":\"x\"}", "without 'url'" },
		{ "{\"url\":\"https://h/p\"}",
		  "without 'digest', 'etag' or 'version'" },
		{ "{\"url\":\"/p\",\"etag\":\"x\"}", "with a bad 'url'" },
		{ "{\"url\":\"https:\",\"etag\":\"x\"}", "with a bad 'url'" },
		{ "{\"url\":\"https://a b\",\"etag\":\"x\"}",
		  "with a bad 'url'" },
		{ "{\"url\":\"https://a\\n\",\"etag\":\"x\"}",
		  "with a bad 'url'" },
		{ "{\"url\":\"a:b\",\"etag\":\"\"}",
		  "with a bad 'etag' or 'version'" },
		{ "{\"url\":\"a:b\",\"etag\":\"\\r\"}",
		  "with a bad 'etag' or 'version'" },
		{ "{\"url\":\"a:b\",\"digest\":\"00ff\"}",
		  "with a bad 'digest'" },
		{ "{\"url\":\"a:b\",\"digest\":\"md5:00f\"}",
		  "with a bad 'digest'" },
		{ "{\"url\":\"a:b\",\"digest\":\"md5:00FF\"}",
		  "with a bad 'digest'" },
		{ "{\"url\":\"a:b\",\"etag\":1}",
		  "with a value that is no text" },
		{ "{\"url\":\"a:b\",\"etag\":\"x\",\"size\":\"1\"}",
		  "with an unknown key" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct entries l = { NULL, 0, 0 };
		struct dv_entry *e = entries_add(&l, "p");
		struct dv_err err;
		char want[100] = "";

		e->mode = DV_MODE_REF;
		e->value = entries_json(cases[i].json, &e->value_len);
		if (*cases[i].fault)
			snprintf(want, sizeof(want), "'p' has a reference %s",
				 cases[i].fault);
		assert_string_equal(said(NULL, e, &err), want);
		entries_release(&l);
	}
}

static void metadata_of_a_dataset_is_a_map_with_something_in_it(void **state)
{
	static const uint8_t one[] = { 1 }, empty[] = { 0x80 };
	struct memstore s = { .algo = DV_ALGO_XXH128 };
	struct dv_err err = DV_ERR_INIT;
	struct dv_manifest_writer *w;
	struct dv_manifest_info info;

	(void)state;
	w = dv_manifest_writer_new(s.algo, memstore_put, &s);
	assert_int_equal(dv_manifest_writer_finish(w, one, 1, &info, &err),
			 -DV_E_INVALID);
	assert_string_equal(err.msg, "the dataset has metadata that is no map");
	assert_int_equal(dv_manifest_writer_finish(w, empty, 1, &info, &err),
			 -DV_E_INVALID);
	assert_int_equal(s.n, 0);
	dv_manifest_writer_free(w);
	memstore_release(&s);
}

static int put_nothing(void *arg, const void *buf, size_t n,
		       struct dv_digest *id, struct dv_err *err)
{
	(void)arg;
	(void)buf;
	(void)n;
	(void)id;
	return dv_err_set(err, DV_E_SPACE, "no room");
}

static void a_store_that_fails_is_heard(void **state)
{
	struct entries l = { NULL, 0, 0 };
	struct dv_err err = DV_ERR_INIT;
	struct dv_manifest_writer *w;
	struct dv_manifest_info info;

	(void)state;
	w = dv_manifest_writer_new(DV_ALGO_XXH128, put_nothing, NULL);
	assert_int_equal(dv_manifest_writer_add(w, add_file(&l, "a", 1),
						&err), 0);
	assert_int_equal(dv_manifest_writer_finish(w, NULL, 0, &info, &err),
			 -DV_E_SPACE);
	dv_manifest_writer_free(w);
	entries_release(&l);
}

/* --- what a reader refuses -------------------------------------------- */

/*
 * Replace object i of s by n bytes.  If all can still be read, these must
 * be bytes that a writer makes of what was read.
 */
static void check_forged(struct memstore *s, const struct dv_digest *root,
			 size_t i, const uint8_t *bytes, size_t n)
{
	struct memstore to = { .algo = s->algo };
	struct dv_err err = DV_ERR_INIT;
	struct dv_manifest_info again;
	struct dv_digest id;
	char text[DV_DIGEST_TEXT];
	size_t entries;
	int rc;

	memstore_forge(s, &s->v[i].id, bytes, n);
	rc = reread(s, root, &to, &again, &entries, &err);
	if (rc < 0) {
		assert_true(rc == -DV_E_FORMAT || rc == -DV_E_MISSING ||
			    rc == -DV_E_UNSUPPORTED || rc == -DV_E_LIMIT);
		assert_non_null(strstr(err.msg,
				       dv_digest_format(text, root)));
	} else {
		dv_digest_of(&id, s->algo, bytes, n);
		assert_non_null(memstore_find(&to, &id));
	}
	memstore_release(&to);
}

static void flipped_bits_are_refused_or_another_manifest(void **state)
{
	struct memstore s = { .algo = DV_ALGO_XXH128 };
	struct entries l = { NULL, 0, 0 };
	struct dv_manifest_info info;

	(void)state;
	entries_random(&l, s.algo, 30, 3);
	info = entries_write(&l, s.algo, "{\"k\":[1,2.5,\"x\"]}",
			     memstore_put, &s);
	for (size_t i = 0; i < s.n; i++) {
		size_t n = s.v[i].n;
		uint8_t *bytes = dv_malloc(n);

		memcpy(bytes, s.v[i].bytes, n);
		for (size_t bit = 0; bit < 8 * n; bit++) {
			bytes[bit / 8] ^= 1u << bit % 8;
			check_forged(&s, &info.id, i, bytes, n);
			bytes[bit / 8] ^= 1u << bit % 8;
		}
		memstore_forge(&s, &s.v[i].id, bytes, n);
		free(bytes);
	}
	entries_release(&l);
	memstore_release(&s);
}

static void an_object_cut_short_or_long_is_refused(void **state)
{
	struct memstore s = { .algo = DV_ALGO_SHA256 };
	struct dv_err err = DV_ERR_INIT;
	struct entries l = { NULL, 0, 0 };
	struct dv_manifest_info info, again;

	(void)state;
	entries_random(&l, s.algo, 40, 11);
	info = entries_write(&l, s.algo, "{\"k\":1}", memstore_put, &s);
	for (size_t i = 0; i < s.n; i++) {
		size_t n = s.v[i].n, read;
		char *bytes = dv_calloc(n + 1, 1);

		memcpy(bytes, s.v[i].bytes, n);
		for (size_t cut = 0; cut <= n + 1; cut++) {
			memstore_forge(&s, &s.v[i].id, bytes, cut);
			assert_int_equal(reread(&s, &info.id, &s, &again,
						&read, &err),
					 cut == n ? 0 : -DV_E_FORMAT);
		}
		memstore_forge(&s, &s.v[i].id, bytes, n);
		free(bytes);
	}
	entries_release(&l);
	memstore_release(&s);
}

static void a_missing_block_is_named(void **state)
{
	struct memstore s = { .algo = DV_ALGO_XXH128 };
	struct memstore part = { .algo = DV_ALGO_XXH128 };
	struct dv_err err = DV_ERR_INIT;
	struct entries l = { NULL, 0, 0 };
	struct dv_manifest_info info, again;
	char root[DV_DIGEST_TEXT], block[DV_DIGEST_TEXT], want[400];
	struct memobject *o;
	struct dv_digest id;
	size_t n;

	(void)state;
	add_file(&l, "a", 1);
	info = entries_write(&l, s.algo, NULL, memstore_put, &s);
	o = memstore_find(&s, &info.id);
	memstore_put(&part, o->bytes, o->n, &id, &err);
	assert_int_equal(reread(&part, &info.id, &s, &again, &n, &err),
			 -DV_E_MISSING);
	dv_digest_format(root, &info.id);
	dv_digest_format(block, &s.v[0].id);
	snprintf(want, sizeof(want),
		 "manifest '%s': block '%s': object '%s' is not here", root,
		 block, block);
	assert_string_equal(err.msg, want);

	memstore_release(&part);
	assert_int_equal(reread(&part, &info.id, &s, &again, &n, &err),
			 -DV_E_MISSING);
	snprintf(want, sizeof(want), "manifest '%s': object '%s' is not here",
		 root, root);
	assert_string_equal(err.msg, want);
	entries_release(&l);
	memstore_release(&s);
}

static void what_is_no_manifest_is_said_to_be_none(void **state)
{
	static const char *const texts[] = { "", "hello\n", "\x90", "\x99\xc0" };
	struct memstore s = { .algo = DV_ALGO_XXH128 };
	struct dv_err err = DV_ERR_INIT;
	struct dv_manifest *m;
	struct dv_digest id;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		memstore_put(&s, texts[i], strlen(texts[i]), &id, &err);
		assert_int_equal(dv_manifest_open(&m, &id, memstore_get, &s,
						  &err), -DV_E_FORMAT);
		assert_non_null(strstr(err.msg, "': its bytes are not those of a manifest"));
	}
	memstore_release(&s);
}

static void a_newer_version_is_unsupported(void **state)
{
	struct memstore s = { .algo = DV_ALGO_XXH128 };
	struct entries l = { NULL, 0, 0 };
	struct dv_err err = DV_ERR_INIT;
	struct dv_manifest_info info;
	struct memobject *o;
	struct dv_manifest *m;

	(void)state;
	info = entries_write(&l, s.algo, NULL, memstore_put, &s);
	o = memstore_find(&s, &info.id);
	assert_int_equal(o->bytes[13], 1);
	o->bytes[13] = 2;
	assert_int_equal(dv_manifest_open(&m, &info.id, memstore_get, &s,
					  &err), -DV_E_UNSUPPORTED);
	memstore_release(&s);
}

/* --- objects ----------------------------------------------------------- */

struct seen {
	size_t meta, content;
	size_t skip_after;		/* metas that are read */
};

static int see(void *arg, const struct dv_digest *id, bool meta,
	       const struct dv_entry *e, struct dv_err *err)
{
	struct seen *seen = arg;

	(void)err;
	assert_int_equal(meta, e == NULL);
	if (e)
		assert_true(dv_digest_eq(&e->id, id));
	seen->meta += meta;
	seen->content += !meta;
	return meta && seen->meta > seen->skip_after;
}

static int stop(void *arg, const struct dv_digest *id, bool meta,
		const struct dv_entry *e, struct dv_err *err)
{
	(void)arg;
	(void)id;
	(void)e;
	return meta ? 0 : dv_err_set(err, DV_E_CONFLICT, "enough");
}

static void every_object_is_named_once_per_place(void **state)
{
	struct memstore s = { .algo = DV_ALGO_XXH128 };
	struct dv_err err = DV_ERR_INIT;
	struct entries l = { NULL, 0, 0 };
	struct seen seen = { .skip_after = SIZE_MAX };
	struct dv_manifest_info info;
	size_t content = 0;

	(void)state;
	entries_random(&l, s.algo, 5000, 21);
	for (size_t i = 0; i < l.n; i++)
		content += dv_digest_isset(&l.v[i].id);
	info = entries_write(&l, s.algo, NULL, memstore_put, &s);
	assert_int_equal(dv_manifest_each_object(&info.id, memstore_get, &s,
						 see, &seen, &err), 0);
	assert_int_equal(seen.content, content);
	assert_int_equal(seen.meta, s.n);

	/* The root alone is read, of the blocks only their names. */
	seen = (struct seen){ .skip_after = 1 };
	s.gets = 0;
	assert_int_equal(dv_manifest_each_object(&info.id, memstore_get, &s,
						 see, &seen, &err), 0);
	assert_int_equal(seen.content, 0);
	assert_int_equal(seen.meta, s.n);
	assert_int_equal(s.gets, 1);

	seen = (struct seen){ .skip_after = 0 };
	assert_int_equal(dv_manifest_each_object(&info.id, memstore_get, &s,
						 see, &seen, &err), 0);
	assert_int_equal(s.gets, 1);

	assert_int_equal(dv_manifest_each_object(&info.id, memstore_get, &s,
						 stop, NULL, &err),
			 -DV_E_CONFLICT);
	entries_release(&l);
	memstore_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_read_is_what_was_written),
		cmocka_unit_test(writing_what_was_read_gives_the_same_objects),
		cmocka_unit_test(one_more_entry_changes_one_block_and_the_root),
		cmocka_unit_test(blocks_end_at_their_limits_too),
		cmocka_unit_test(more_than_4096_blocks_are_in_lists),
		cmocka_unit_test(find_gives_what_is_there_and_nothing_else),
		cmocka_unit_test(a_prefix_is_an_entry_and_all_below_it),
		cmocka_unit_test(only_blocks_that_can_hold_the_prefix_are_read),
		cmocka_unit_test(paths_that_cannot_be_are_refused),
		cmocka_unit_test(order_and_places_are_checked),
		cmocka_unit_test(a_file_is_no_prefix_however_far_away),
		cmocka_unit_test(a_directory_is_listed_empty_or_with_metadata),
		cmocka_unit_test(fields_that_do_not_go_together_are_refused),
		cmocka_unit_test(references_need_a_url_and_a_pin),
		cmocka_unit_test(metadata_of_a_dataset_is_a_map_with_something_in_it),
		cmocka_unit_test(a_store_that_fails_is_heard),
		cmocka_unit_test(flipped_bits_are_refused_or_another_manifest),
		cmocka_unit_test(an_object_cut_short_or_long_is_refused),
		cmocka_unit_test(a_missing_block_is_named),
		cmocka_unit_test(what_is_no_manifest_is_said_to_be_none),
		cmocka_unit_test(a_newer_version_is_unsupported),
		cmocka_unit_test(every_object_is_named_once_per_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
