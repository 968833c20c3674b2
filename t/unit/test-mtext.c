/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "entries.h"

#include "format/mjson.h"
#include "format/mtext.h"

static void entries_come_back_from_their_text(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 40; seed++) {
		enum dv_algo algo = seed % 2 ? DV_ALGO_XXH128 : DV_ALGO_SHA256;
		struct dv_mtext text = DV_MTEXT_INIT;
		struct entries l = { NULL, 0, 0 };
		struct dv_err err = DV_ERR_INIT;
		struct dv_buf out = DV_BUF_INIT;
		bool raw = seed / 2 % 2;

		entries_random(&l, algo, 500, seed);
		for (size_t i = 0; i < l.n; i++) {
			struct dv_entry e;

			dv_buf_reset(&out);
			assert_int_equal(dv_mtext_format(&out, &l.v[i], raw,
							 &err), 0);
			if (!raw)
				assert_null(memchr(out.data, '\n', out.len));
			if (dv_mtext_parse(&text, &e, out.data, out.len, algo,
					   raw, &err) < 0)
				fail_msg("%s", err.msg);
			assert_int_equal(entries_cmp(&e, &l.v[i]), 0);
			assert_true(dv_entry_same(&e, &l.v[i]));
		}
		dv_mtext_release(&text);
		dv_buf_release(&out);
		entries_release(&l);
	}
}

#define ID "xxh128:00112233445566778899aabbccddeeff"

static void text_of_each_kind_is_as_documented(void **state)
{
	static const char *const lines[] = {
		"100644 5 " ID "\ta.csv",
		"100755 5 " ID " {\"a\":1,\"b\":[1.0,null]}\tbin/run",
		"120000 7 " ID "\t\"tab\\there\"",
		"040000 0 -\tempty",
		"040000 0 - {\"unit\":\"m s\"}\twith metadata",
		"010000 13 {\"a b\":[1,2.5]}\tvalue",
		"010000 1 null\tnothing",
		"010000 4 \"x} \" {\"k\":\"{ \\\" \"}\tb",
		"010000 65537 " ID "\tlarge",
		"020000 9 {\"etag\":\"x y\",\"url\":\"https://h/p\"}\tr"
	};
	struct dv_mtext text = DV_MTEXT_INIT;
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct dv_entry e;

		if (dv_mtext_parse(&text, &e, lines[i], strlen(lines[i]),
				   DV_ALGO_XXH128, false, &err) < 0)
			fail_msg("%s: %s", lines[i], err.msg);
		dv_buf_reset(&out);
		assert_int_equal(dv_mtext_format(&out, &e, false, &err), 0);
		assert_string_equal(dv_buf_cstr(&out), lines[i]);
	}
	dv_mtext_release(&text);
	dv_buf_release(&out);
}

/* What people write and what is printed for it. */
static void text_may_be_written_in_other_ways(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "010000 - 1\tv", "010000 1 1\tv" },
		{ "040000 - -\td", "040000 0 -\td" },
		{ "010000 - { \"b\" : 1e2 , \"a\" : [ ] }\tv",
		  "010000 15 {\"a\":[],\"b\":100.0}\tv" },
		{ "040000 0 - {}\td", "040000 0 -\td" },
		{ "100644 5 00112233445566778899aabbccddeeff\tx",
		  "100644 5 " ID "\tx" },
		{ "040000 0 -\t\"plain\"", "040000 0 -\tplain" },
	};
	struct dv_mtext text = DV_MTEXT_INIT;
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dv_entry e;

		if (dv_mtext_parse(&text, &e, cases[i].in,
				   strlen(cases[i].in), DV_ALGO_XXH128, false,
				   &err) < 0)
			fail_msg("%s: %s", cases[i].in, err.msg);
		dv_buf_reset(&out);
		assert_int_equal(dv_mtext_format(&out, &e, false, &err), 0);
		assert_string_equal(dv_buf_cstr(&out), cases[i].out);
	}
	dv_mtext_release(&text);
	dv_buf_release(&out);
}

static void malformed_records_are_refused(void **state)
{
	static const char *const bad[] = {
		"", "x", "\t", "100644", "100644 5 " ID, "100644 5 " ID " x",
		"100644 5\tx", "644 5 " ID "\tx", "100600 5 " ID "\tx",
		"100644  5 " ID "\tx", "100644 05 " ID "\tx",
		"100644 -1 " ID "\tx", "100644 +5 " ID "\tx",
		"100644 5. " ID "\tx", "100644 - " ID "\tx",
		"100644 18446744073709551616 " ID "\tx",
		"100644 5 -\tx", "100644 5 xxh128:0011\tx",
		"100644 5 sha256:00112233445566778899aabbccddeeff"
			"00112233445566778899aabbccddeeff\tx",
		"100644 5 " ID " \"meta\"\tx", "100644 5 " ID " {\"a\":1\tx",
		"100644 5 " ID " {\"a\":1,\"a\":2}\tx",
		"100644 5 " ID " {\"a\":1} {}\tx",
		"100644 5 " ID "\t\"x", "100644 5 " ID "\t\"x\"y",
		"100644 5 " ID "\t\"\\x\"",
		"040000 0 " ID "\tx", "010000 - nope\tx", "010000 - \tx",
		"010000 - [1,\tx", "020000 1 \tx",
		"#root {}\tx"
	};
	struct dv_mtext text = DV_MTEXT_INIT;
	struct dv_entry e;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct dv_err err = DV_ERR_INIT;
		int rc = dv_mtext_parse(&text, &e, bad[i], strlen(bad[i]),
					DV_ALGO_XXH128, false, &err);

		if (rc != -DV_E_INVALID)
			fail_msg("accepted: %s", bad[i]);
		assert_null(strchr(err.msg, '\n'));
	}
	dv_mtext_release(&text);
}

static void failures_say_which_field(void **state)
{
	struct dv_mtext text = DV_MTEXT_INIT;
	struct dv_err err = DV_ERR_INIT;
	const char *line = "100644 5x " ID "\tx";
	struct dv_entry e;

	(void)state;
	dv_mtext_parse(&text, &e, line, strlen(line), DV_ALGO_XXH128, false,
		       &err);
	assert_string_equal(err.msg,
			    "size '5x' is not a decimal number below 2^64");
	dv_mtext_release(&text);
}

static void metadata_of_a_dataset_has_a_record(void **state)
{
	static const struct {
		const char *in;
		int rc;
		const char *out;
	} cases[] = {
		{ "#root {\"b\":1,\"a\":\"x y\"}", 1,
		  "#root {\"a\":\"x y\",\"b\":1}" },
		{ "#root {}", 1, NULL },
		{ "#root []", -DV_E_INVALID, NULL },
		{ "#root ", -DV_E_INVALID, NULL },
		{ "#root {\"a\":1} {}", -DV_E_INVALID, NULL },
		{ "#rootx", 0, NULL },
		{ "100644 5 " ID "\t#root {}", 0, NULL },
		{ "", 0, NULL }
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dv_buf meta = DV_BUF_INIT, out = DV_BUF_INIT;
		struct dv_err err = DV_ERR_INIT;

		assert_int_equal(dv_mtext_parse_root(&meta, cases[i].in,
						     strlen(cases[i].in),
						     &err), cases[i].rc);
		if (cases[i].out) {
			assert_int_equal(dv_mtext_format_root(&out,
					(uint8_t *)meta.data, meta.len, &err),
					0);
			assert_string_equal(dv_buf_cstr(&out), cases[i].out);
		} else if (cases[i].rc >= 0) {
			assert_int_equal(meta.len, 0);
		}
		dv_buf_release(&meta);
		dv_buf_release(&out);
	}
}

static void json_has_the_fields_that_there_are(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT;
	struct entries l = { NULL, 0, 0 };
	struct dv_entry *e = entries_add(&l, "a\"b");

	(void)state;
	e->mode = DV_MODE_VALUE;
	e->value = entries_json("[1.0]", &e->value_len);
	e->size = e->value_len;
	e->meta = entries_json("{\"k\":null}", &e->meta_len);
	dv_mjson_write_path(&out, e->path, e->path_len);
	dv_buf_char(&out, ',');
	assert_int_equal(dv_mjson_write_fields(&out, e, &err), 0);
	assert_string_equal(dv_buf_cstr(&out),
		"\"path\":\"a\\\"b\",\"mode\":\"010000\",\"size\":10,"
		"\"value\":[1.0],\"meta\":{\"k\":null}");

	dv_buf_reset(&out);
	dv_mjson_write_path(&out, "\xff/a", 3);
	assert_string_equal(dv_buf_cstr(&out), "\"path_hex\":\"ff2f61\"");
	dv_buf_release(&out);
	entries_release(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_come_back_from_their_text),
		cmocka_unit_test(text_of_each_kind_is_as_documented),
		cmocka_unit_test(text_may_be_written_in_other_ways),
		cmocka_unit_test(malformed_records_are_refused),
		cmocka_unit_test(failures_say_which_field),
		cmocka_unit_test(metadata_of_a_dataset_has_a_record),
		cmocka_unit_test(json_has_the_fields_that_there_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
