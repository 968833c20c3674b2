/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "base/path.h"

static const struct {
	const char *plain;
	size_t n;
	const char *quoted;
} vectors[] = {
	{ "", 0, "" },
	{ "a b'c", 5, "a b'c" },
	{ "a\"b", 3, "\"a\\\"b\"" },
	{ "a\\b", 3, "\"a\\\\b\"" },
	{ "\a\b\t\n\v\f\r", 7, "\"\\a\\b\\t\\n\\v\\f\\r\"" },
	{ "\0x", 2, "\"\\000x\"" },
	{ "\1\33\177", 3, "\"\\001\\033\\177\"" },
	{ "\xc3\xa4", 2, "\"\\303\\244\"" },
	{ "\"", 1, "\"\\\"\"" },
	{ "dir/f\xff", 6, "\"dir/f\\377\"" },
};

static void quotes_as_git_does_and_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(*vectors); i++) {
		struct dv_err err = DV_ERR_INIT;
		struct dv_buf q = DV_BUF_INIT, p = DV_BUF_INIT;
		size_t used;

		dv_path_quote(&q, vectors[i].plain, vectors[i].n);
		assert_string_equal(dv_buf_cstr(&q), vectors[i].quoted);
		assert_int_equal(dv_path_unquote(&p, dv_buf_cstr(&q), q.len,
						 &used, &err), 0);
		assert_int_equal(used, q.len);
		assert_int_equal(p.len, vectors[i].n);
		assert_memory_equal(dv_buf_cstr(&p), vectors[i].plain, p.len);
		dv_buf_release(&q);
		dv_buf_release(&p);
	}
}

static void every_pair_of_bytes_comes_back(void **state)
{
	struct dv_buf q = DV_BUF_INIT, p = DV_BUF_INIT;
	struct dv_err err = DV_ERR_INIT;
	size_t used;

	(void)state;
	for (int i = 0; i < 65536; i++) {
		char in[2] = { (char)(i >> 8), (char)i };

		dv_buf_reset(&q);
		dv_buf_reset(&p);
		dv_path_quote(&q, in, 2);
		for (size_t k = 0; k < q.len; k++)
			assert_in_range((uint8_t)q.data[k], ' ', '~');
		dv_buf_str(&q, "\"rest");
		if (q.data[0] != '"')
			dv_buf_setlen(&q, q.len - 5);
		assert_int_equal(dv_path_unquote(&p, q.data, q.len, &used,
						 &err), 0);
		assert_int_equal(p.len, 2);
		assert_memory_equal(p.data, in, 2);
	}
	dv_buf_release(&q);
	dv_buf_release(&p);
}

static void broken_quotes_are_refused(void **state)
{
	static const char *const bad[] = {
		"\"", "\"a", "\"a\\", "\"a\\\"", "\"\\x41\"", "\"\\q\"",
		"\"\\4\"", "\"\\400\"", "\"\\37\"", "\"\\378\"", "\"\\0",
		"\"\\00", "\"\\000", "\"\\8\"", "\"\\ \"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct dv_err err = DV_ERR_INIT;
		struct dv_buf p = DV_BUF_INIT;
		size_t used = 77, n = strlen(bad[i]);
		char *copy = dv_malloc(n);	/* no NUL behind it */

		memcpy(copy, bad[i], n);
		dv_buf_str(&p, "kept");
		if (dv_path_unquote(&p, copy, n, &used, &err) !=
		    -DV_E_INVALID)
			fail_msg("%s passes", bad[i]);
		assert_string_equal(p.data, "kept");
		assert_int_equal(used, 77);
		dv_buf_release(&p);
		free(copy);
	}
}

static void plain_text_is_taken_whole(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf p = DV_BUF_INIT;
	size_t used;

	(void)state;
	assert_int_equal(dv_path_unquote(&p, "a\\n\"b", 5, &used, &err), 0);
	assert_string_equal(p.data, "a\\n\"b");
	assert_int_equal(used, 5);
	dv_buf_reset(&p);
	assert_int_equal(dv_path_unquote(&p, "\"\"x", 3, &used, &err), 0);
	assert_int_equal(used, 2);
	assert_int_equal(p.len, 0);
	dv_buf_release(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quotes_as_git_does_and_back),
		cmocka_unit_test(every_pair_of_bytes_comes_back),
		cmocka_unit_test(broken_quotes_are_refused),
		cmocka_unit_test(plain_text_is_taken_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
