/* SPDX-License-Identifier: MIT */
/* What writers and readers of manifests refuse. */
#include "unit.h"

#include "entries.h"
#include "memstore.h"
#include "reread.h"

#include "base/digest.h"
#include "format/manifest.h"

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
		rc = dv_manifest_writer_add(w, entries_add_file(&l, a, 1), err);
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

	msg = said(a, entries_add_file(&l, path, 1), err);
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
	assert_int_equal(dv_manifest_writer_add(w, entries_add_file(&l, "a", 1),
						&err), 0);
	for (int i = 0; i < 5000; i++) {
		snprintf(path, sizeof(path), "a-%04d", i);
		assert_int_equal(dv_manifest_writer_add(w,
					entries_add_file(&l, path, 1), &err), 0);
	}
	assert_true(s.n > 1);	/* blocks away */
	assert_int_equal(dv_manifest_writer_add(w, entries_add_file(&l, "a/x", 1),
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
		rc = dv_manifest_writer_add(w, entries_add_file(&l, "d/x", 1), &err);
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
	assert_int_equal(dv_manifest_writer_add(w, entries_add_file(&l, "a", 1),
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
	entries_add_file(&l, "a", 1);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
