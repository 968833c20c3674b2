/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "format/json.h"
#include "format/yaml.h"

static void check_n(const char *text, size_t n, const char *expect)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT;
	struct dv_value v;

	if (dv_yaml_parse(&v, text, n, "x.yaml", NULL, &err) < 0)
		fail_msg("%s: %s", text, err.msg);
	dv_json_write(&out, &v);
	assert_string_equal(dv_buf_cstr(&out), expect);
	dv_value_release(&v);
	dv_buf_release(&out);
}

static void check(const char *text, const char *expect)
{
	check_n(text, strlen(text), expect);
}

static void refuse(const char *text, int code, const char *msg)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_value v = DV_VALUE_INIT;

	if (dv_yaml_parse(&v, text, strlen(text), "x.yaml", NULL, &err) !=
	    -code)
		fail_msg("%s: %d %s", text, err.code, err.msg);
	assert_int_equal(v.type, DV_VALUE_NULL);
	assert_string_equal(err.msg, msg);
}

static void collections_and_scalars(void **state)
{
	(void)state;
	check("a: 1\nb: [x, 2.5, null]\nc: {d: {}, e: []}\n",
	      "{\"a\":1,\"b\":[\"x\",2.5,null],\"c\":{\"d\":{},\"e\":[]}}");
	check("- |\n  a\n  b\n- >\n  a\n  b\n- 'it''s'\n- \"\\0\\x41\\u00e9\"\n",
	      "[\"a\\nb\\n\",\"a b\\n\",\"it's\",\"\\u0000A\xc3\xa9\"]");
	check("just text", "\"just text\"");
	check("a:\n", "{\"a\":null}");
	check("%YAML 1.1\n---\na: 1\n...\n", "{\"a\":1}");
}

static void quotes_tell_text_from_the_rest(void **state)
{
	(void)state;
	check("[no, \"no\", 'no', 1, \"1\", ~, '~', '', 0755, \"0755\"]",
	      "[{\"!plain\":\"no\"},\"no\",\"no\",1,\"1\",null,\"~\",\"\","
	      "{\"!plain\":\"0755\"},\"0755\"]");
	check("- |-\n  no\n- >-\n  1\n", "[\"no\",\"1\"]");
}

static void keys_are_their_text(void **state)
{
	(void)state;
	check("{no: 1, 2: 3, ~: 4, \"5\": 6, 2001-01-01: 7}",
	      "{\"no\":1,\"2\":3,\"~\":4,\"5\":6,\"2001-01-01\":7}");
	check("a: &k name\n*k : 1\n", "{\"a\":\"name\",\"name\":1}");
	check("? x\n: 1\n", "{\"x\":1}");
}

static void aliases_are_copies(void **state)
{
	(void)state;
	check("a: &x [1, &y {z: no}]\nb: *x\nc: *y\n",
	      "{\"a\":[1,{\"z\":{\"!plain\":\"no\"}}],"
	      "\"b\":[1,{\"z\":{\"!plain\":\"no\"}}],"
	      "\"c\":{\"z\":{\"!plain\":\"no\"}}}");
	check("a: &x 1\nb: &x 2\nc: *x\n", "{\"a\":1,\"b\":2,\"c\":2}");
	/* An alias means what its anchor was when it was written. */
	check("a: &x 1\nb: &y [*x]\nc: &x 2\nd: *y\n",
	      "{\"a\":1,\"b\":[1],\"c\":2,\"d\":[1]}");
}

static void merge_keys_stay_keys(void **state)
{
	(void)state;
	check("a: &x {k: 1}\nb:\n  <<: *x\n  l: 2\n",
	      "{\"a\":{\"k\":1},\"b\":{\"<<\":{\"k\":1},\"l\":2}}");
}

static void utf16_is_read(void **state)
{
	(void)state;
	check_n("\xff\xfe" "a\0:\0 \0\xe9\0\n", 12, "{\"a\":\"\xc3\xa9\"}");
	check("\xef\xbb\xbf" "a: 1\n", "{\"a\":1}");
}

static void a_file_without_content_says_so(void **state)
{
	static const char *const none[] = {
		"", "\n", "# x\n", "---\n", "\xef\xbb\xbf"
	};
	struct dv_err err = DV_ERR_INIT;
	struct dv_value v;
	bool empty;

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++) {
		empty = false;
		assert_int_equal(dv_yaml_parse(&v, none[i], strlen(none[i]),
					       "x", &empty, &err), 0);
		assert_true(empty);
		assert_int_equal(v.type, DV_VALUE_NULL);
	}
	empty = true;
	assert_int_equal(dv_yaml_parse(&v, "null", 4, "x", &empty, &err), 0);
	assert_false(empty);
}

static void faults_are_named_with_line_and_column(void **state)
{
	(void)state;
	refuse("a: 1\nb: 2\na: 3\n", DV_E_EXISTS,
	       "'x.yaml', line 3, column 1: key 'a' is there already, "
	       "in line 1");
	refuse("x:\n  - {1: a, \"1\": b}\n", DV_E_EXISTS,
	       "'x.yaml', line 2, column 12: key '1' is there already, "
	       "in line 2");
	refuse("a: !!str 1\n", DV_E_UNSUPPORTED,
	       "'x.yaml', line 1, column 4: tags are not supported");
	refuse("a: ! 1\n", DV_E_UNSUPPORTED,
	       "'x.yaml', line 1, column 4: tags are not supported");
	refuse("- !<tag:x,2000:y> []\n", DV_E_UNSUPPORTED,
	       "'x.yaml', line 1, column 3: tags are not supported");
	refuse("- !m {}\n", DV_E_UNSUPPORTED,
	       "'x.yaml', line 1, column 3: tags are not supported");
	refuse("%TAG ! tag:x,2000:\n---\na: 1\n", DV_E_UNSUPPORTED,
	       "'x.yaml', line 1, column 1: tags are not supported");
	refuse("a: 1\n---\nb: 1\n", DV_E_UNSUPPORTED,
	       "'x.yaml', line 2, column 1: a second document begins");
	refuse("? [a]\n: 1\n", DV_E_UNSUPPORTED,
	       "'x.yaml', line 1, column 3: a key is a list or a map");
	refuse("a: &x {}\n*x : 1\n", DV_E_UNSUPPORTED,
	       "'x.yaml', line 2, column 1: a key is a list or a map");
	refuse("a: *x\n", DV_E_FORMAT, "'x.yaml', line 1, column 4: "
	       "the alias names no anchor before it");
	refuse("a: &x [1, *x]\n", DV_E_FORMAT, "'x.yaml', line 1, column 11: "
	       "the alias is inside what it names");
	refuse("a: b: c\n", DV_E_FORMAT, "'x.yaml', line 1, column 5: "
	       "mapping values are not allowed in this context");
	refuse("a: 1\nb: \xff\n", DV_E_FORMAT, "'x.yaml', line 2, column 4: "
	       "invalid leading UTF-8 octet");
}

static void alias_bombs_are_refused(void **state)
{
	struct dv_buf text = DV_BUF_INIT;
	struct dv_err err = DV_ERR_INIT;
	struct dv_value v;

	(void)state;
	dv_buf_str(&text, "- &a0 x\n");
	for (int i = 1; i < 12; i++) {
		dv_buf_printf(&text, "- &a%d [", i);
		for (int j = 0; j < 9; j++)
			dv_buf_printf(&text, "*a%d, ", i - 1);
		dv_buf_str(&text, "]\n");
	}
	assert_int_equal(dv_yaml_parse(&v, text.data, text.len, "x", NULL,
				       &err), -DV_E_LIMIT);
	assert_non_null(strstr(err.msg, "aliases expand to more"));
	dv_buf_release(&text);
}

/* Each level is no deeper than it looks; the aliases add up. */
static void aliases_do_not_pass_the_depth_limit(void **state)
{
	struct dv_buf text = DV_BUF_INIT;
	struct dv_err err = DV_ERR_INIT;
	struct dv_value v;

	(void)state;
	dv_buf_str(&text, "- &a0 x\n");
	for (int i = 1; i < 300; i++)
		dv_buf_printf(&text, "- &a%d [*a%d]\n", i, i - 1);
	assert_int_equal(dv_yaml_parse(&v, text.data, text.len, "x", NULL,
				       &err), -DV_E_LIMIT);
	assert_non_null(strstr(err.msg, "nested too deeply"));
	dv_buf_release(&text);
}

static void counts_have_limits(void **state)
{
	struct dv_buf text = DV_BUF_INIT;
	struct dv_err err = DV_ERR_INIT;
	struct dv_value v;

	(void)state;
	for (int i = 0; i <= DV_YAML_ANCHORS_MAX; i++)
		dv_buf_printf(&text, "- &a%d x\n", i);
	assert_int_equal(dv_yaml_parse(&v, text.data, text.len, "x", NULL,
				       &err), -DV_E_LIMIT);
	dv_buf_reset(&text);
	dv_buf_str(&text, "- &a x\n");
	for (int i = 0; i <= DV_YAML_ALIASES_MAX; i++)
		dv_buf_str(&text, "- *a\n");
	assert_int_equal(dv_yaml_parse(&v, text.data, text.len, "x", NULL,
				       &err), -DV_E_LIMIT);
	dv_buf_reset(&text);
	for (int i = 0; i <= DV_VALUE_DEPTH_MAX; i++)
		dv_buf_char(&text, '[');
	assert_int_equal(dv_yaml_parse(&v, text.data, text.len, "x", NULL,
				       &err), -DV_E_LIMIT);
	dv_buf_release(&text);
}

static void a_text_cut_anywhere_is_read_or_refused(void **state)
{
	static const char whole[] =
		"%YAML 1.1\n---\na: &x [1, \"\\u00e9\", 'q']\nb:\n  - *x\n"
		"  - |\n    text\n  - {c: \xc3\xa9, d: no}\n...\n";
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	for (size_t n = 0; n < sizeof(whole) - 1; n++) {
		char *cut = dv_malloc(n + 1);
		struct dv_value v = DV_VALUE_INIT;

		memcpy(cut, whole, n);
		dv_yaml_parse(&v, cut, n, "x", NULL, &err);
		dv_value_release(&v);
		free(cut);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(collections_and_scalars),
		cmocka_unit_test(quotes_tell_text_from_the_rest),
		cmocka_unit_test(keys_are_their_text),
		cmocka_unit_test(aliases_are_copies),
		cmocka_unit_test(merge_keys_stay_keys),
		cmocka_unit_test(utf16_is_read),
		cmocka_unit_test(a_file_without_content_says_so),
		cmocka_unit_test(faults_are_named_with_line_and_column),
		cmocka_unit_test(alias_bombs_are_refused),
		cmocka_unit_test(aliases_do_not_pass_the_depth_limit),
		cmocka_unit_test(counts_have_limits),
		cmocka_unit_test(a_text_cut_anywhere_is_read_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
