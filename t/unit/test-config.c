/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "format/config.h"

static void add(struct dv_value *config, const char *name, const char *text)
{
	struct dv_err err = DV_ERR_INIT;

	if (dv_config_add_text(config, dv_config_kind(name), text,
			       strlen(text), name, &err) < 0)
		fail_msg("%s: %s", text, err.msg);
}

static void set(struct dv_value *config, const char *arg)
{
	struct dv_err err = DV_ERR_INIT;

	if (dv_config_add_setting(config, arg, &err) < 0)
		fail_msg("%s: %s", arg, err.msg);
}

/* Compares and releases. */
static void check(struct dv_value *config, const char *expect)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT;

	assert_int_equal(dv_config_canonical(&out, config, &err), 0);
	assert_string_equal(dv_buf_cstr(&out), expect);
	dv_buf_release(&out);
	dv_value_release(config);
}

static void suffixes_say_the_kind(void **state)
{
	(void)state;
	assert_int_equal(dv_config_kind("a.json"), DV_CONFIG_JSON);
	assert_int_equal(dv_config_kind("a.b/c.JSON"), DV_CONFIG_JSON);
	assert_int_equal(dv_config_kind("a.yaml"), DV_CONFIG_YAML);
	assert_int_equal(dv_config_kind("a.Yml"), DV_CONFIG_YAML);
	assert_int_equal(dv_config_kind("a.toml"), DV_CONFIG_OTHER);
	assert_int_equal(dv_config_kind("yaml"), DV_CONFIG_OTHER);
	assert_int_equal(dv_config_kind("a.yaml/x"), DV_CONFIG_OTHER);
}

static void an_equal_sign_before_any_slash_is_a_setting(void **state)
{
	(void)state;
	assert_true(dv_config_is_setting("a=b"));
	assert_true(dv_config_is_setting("a=b/c"));
	assert_true(dv_config_is_setting("=b"));
	assert_false(dv_config_is_setting("a"));
	assert_false(dv_config_is_setting("./a=b"));
	assert_false(dv_config_is_setting("a/b=c.json"));
	assert_false(dv_config_is_setting("-"));
}

static void nothing_is_an_empty_map(void **state)
{
	struct dv_value c = dv_value_map();

	(void)state;
	check(&c, "{}");
	c = dv_value_map();
	add(&c, "a.yaml", "# nothing but this\n");
	check(&c, "{}");
}

static void maps_merge_and_all_else_replaces(void **state)
{
	struct dv_value c = dv_value_map();

	(void)state;
	add(&c, "a.json", "{\"z\":1,\"m\":{\"x\":[1,2],\"y\":{\"k\":1}},"
	    "\"l\":[1,2,3],\"s\":{\"t\":1}}");
	add(&c, "b.yaml", "m: {x: [3], y: {l: 2}, a: null}\nl: [4]\ns: 5\n"
	    "n: {o: {p: q}}\n");
	add(&c, "c.yaml", "");
	check(&c, "{\"l\":[4],\"m\":{\"a\":null,\"x\":[3],\"y\":{\"k\":1,"
	      "\"l\":2}},\"n\":{\"o\":{\"p\":\"q\"}},\"s\":5,\"z\":1}");
}

static void a_root_that_is_no_map_replaces_all(void **state)
{
	struct dv_value c = dv_value_map();

	(void)state;
	add(&c, "a.json", "{\"a\":1}");
	add(&c, "b.json", "[1]");
	check(&c, "[1]");
	c = dv_value_map();
	add(&c, "b.json", "[1]");
	add(&c, "a.json", "{\"a\":1}");
	check(&c, "{\"a\":1}");
}

static void settings_are_json_or_text(void **state)
{
	struct dv_value c = dv_value_map();

	(void)state;
	set(&c, "a=1");
	set(&c, "b=1e-4");
	set(&c, "c=no");
	set(&c, "d=");
	set(&c, "e=[1,{\"x\":null}]");
	set(&c, "f=[1,");
	set(&c, "g=\"1\"");
	set(&c, "h=x=y");
	set(&c, "i=123456789012345678901");
	set(&c, "j=0755");
	set(&c, "k= true");
	set(&c, "l=NaN");
	check(&c, "{\"a\":1,\"b\":0.0001,\"c\":\"no\",\"d\":\"\",\"e\":[1,"
	      "{\"x\":null}],\"f\":\"[1,\",\"g\":\"1\",\"h\":\"x=y\","
	      "\"i\":123456789012345678901,\"j\":\"0755\",\"k\":true,"
	      "\"l\":\"NaN\"}");
}

static void dots_nest_and_what_is_named_is_replaced(void **state)
{
	struct dv_value c = dv_value_map();

	(void)state;
	add(&c, "a.yaml", "a: {b: {c: 1, d: 2}, e: 3}\nf: 4\n");
	set(&c, "a.b.c=9");
	set(&c, "f.g.h=5");
	set(&c, "new.er=6");
	set(&c, "a.e={}");
	check(&c, "{\"a\":{\"b\":{\"c\":9,\"d\":2},\"e\":{}},\"f\":{\"g\":"
	      "{\"h\":5}},\"new\":{\"er\":6}}");
	c = dv_value_map();
	add(&c, "a.yaml", "a: {b: 1}");
	set(&c, "a={\"c\":2}");
	check(&c, "{\"a\":{\"c\":2}}");
}

static void refuse_setting(const char *arg, int code)
{
	struct dv_value c = dv_value_map();
	struct dv_err err = DV_ERR_INIT;

	if (dv_config_add_setting(&c, arg, &err) != -code)
		fail_msg("%s: %d %s", arg, err.code, err.msg);
	check(&c, "{}");
}

static void settings_that_cannot_be_meant(void **state)
{
	char deep[2 * DV_VALUE_DEPTH_MAX + 8];

	(void)state;
	refuse_setting("=1", DV_E_INVALID);
	refuse_setting(".a=1", DV_E_INVALID);
	refuse_setting("a.=1", DV_E_INVALID);
	refuse_setting("a..b=1", DV_E_INVALID);
	refuse_setting("a", DV_E_INVALID);
	refuse_setting("\xff=1", DV_E_INVALID);
	refuse_setting("a=\xff", DV_E_INVALID);
	refuse_setting("a={\"b\":1,\"b\":2}", DV_E_EXISTS);
	refuse_setting("a=1e999", DV_E_LIMIT);
	for (size_t i = 0; i <= DV_VALUE_DEPTH_MAX; i++)
		memcpy(deep + 2 * i, "a.", 2);
	strcpy(deep + 2 * DV_VALUE_DEPTH_MAX, "a=1");
	refuse_setting(deep, DV_E_LIMIT);
}

static void other_files_count_by_digest(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_value c = dv_value_map();
	struct dv_digest hello, a;

	(void)state;
	dv_digest_of(&hello, DV_ALGO_XXH128, "hello\n", 6);
	dv_digest_of(&a, DV_ALGO_XXH128, "a", 1);
	assert_int_equal(dv_config_add_digest(&c, "x/m.toml", &hello, &err),
			 0);
	assert_int_equal(dv_config_add_digest(&c, "y/m.toml", &hello, &err),
			 0);
	assert_int_equal(dv_config_add_digest(&c, "y/m.toml", &a, &err),
			 -DV_E_EXISTS);
	assert_int_equal(dv_config_add_digest(&c, "y/\xff", &a, &err),
			 -DV_E_INVALID);
	check(&c, "{\"m.toml\":\"xxh128:6bba86c7e069f56d5a10b435f1c8e49c\"}");
}

static void marked_text_has_one_spelling_in_json(void **state)
{
	struct dv_value c = dv_value_map();

	(void)state;
	add(&c, "a.yaml", "a: no\nb: {c: 0755}\n");
	check(&c, "{\"a\":{\"!plain\":\"no\"},\"b\":{\"c\":"
	      "{\"!plain\":\"0755\"}}}");

	/* Read from JSON it is the same scalar: nothing merges into it. */
	c = dv_value_map();
	add(&c, "a.json", "{\"a\":{\"!plain\":\"no\"}}");
	add(&c, "b.json", "{\"a\":{\"x\":1}}");
	check(&c, "{\"a\":{\"x\":1}}");
	c = dv_value_map();
	set(&c, "a={\"!plain\":\"no\"}");
	add(&c, "b.json", "{\"a\":{\"x\":1}}");
	check(&c, "{\"a\":{\"x\":1}}");

	/* Anything else with that key is a map. */
	c = dv_value_map();
	add(&c, "a.json", "{\"a\":{\"!plain\":1},\"b\":{\"!plain\":\"x\","
	    "\"y\":2}}");
	add(&c, "b.json", "{\"a\":{\"z\":3}}");
	check(&c, "{\"a\":{\"!plain\":1,\"z\":3},\"b\":{\"!plain\":\"x\","
	      "\"y\":2}}");
}

static void a_failure_leaves_the_configuration(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_value c = dv_value_map();

	(void)state;
	add(&c, "a.json", "{\"a\":1}");
	assert_int_equal(dv_config_add_text(&c, DV_CONFIG_JSON, "{\"b\":2,", 7,
					    "x", &err), -DV_E_FORMAT);
	assert_int_equal(dv_config_add_text(&c, DV_CONFIG_JSON, "",
					    DV_CONFIG_FILE_MAX + 1, "x",
					    &err), -DV_E_LIMIT);
	check(&c, "{\"a\":1}");
}

/* The vectors of dv-format-config(5). */
static void hashes_are_xxh128_of_the_canonical_form(void **state)
{
	char hash[DV_CONFIG_HASH_MAX + 1];

	(void)state;
	assert_string_equal(dv_config_hash(hash, "{}", 2, 8), "dc7048f8");
	assert_string_equal(dv_config_hash(hash, "{}", 2, 32),
			    "dc7048f8f8747f561349cde127705c16");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(suffixes_say_the_kind),
		cmocka_unit_test(an_equal_sign_before_any_slash_is_a_setting),
		cmocka_unit_test(nothing_is_an_empty_map),
		cmocka_unit_test(maps_merge_and_all_else_replaces),
		cmocka_unit_test(a_root_that_is_no_map_replaces_all),
		cmocka_unit_test(settings_are_json_or_text),
		cmocka_unit_test(dots_nest_and_what_is_named_is_replaced),
		cmocka_unit_test(settings_that_cannot_be_meant),
		cmocka_unit_test(other_files_count_by_digest),
		cmocka_unit_test(marked_text_has_one_spelling_in_json),
		cmocka_unit_test(a_failure_leaves_the_configuration),
		cmocka_unit_test(hashes_are_xxh128_of_the_canonical_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
