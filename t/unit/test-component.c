/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "format/component.h"

static const struct {
	const char *name, *text;
} pairs[] = {
	{ "data", "data" },
	{ "plot.png", "plot.png" },
	{ "a/b", "a=2Fb" },
	{ "with space", "with=20space" },
	{ "=", "=3D" },
	{ ".hidden", "=2Ehidden" },
	{ ".", "=2E" },
	{ "..", "=2E=2E" },
	{ "a..b", "a.=2Eb" },
	{ "a...b", "a.=2E=2Eb" },
	{ "x.lock", "x=2Elock" },
	{ "x.lock.y", "x.lock.y" },
	{ "x.locks", "x.locks" },
	{ "x/.lock", "x=2F=2Elock" },
	{ "end.", "end=2E" },
	{ "\xc3\xa4", "=C3=A4" },
	{ "a\nb\x7f", "a=0Ab=7F" },
	{ "~^:?*[\\@{", "=7E=5E=3A=3F=2A=5B=5C=40=7B" },
	{ "A-Z_09", "A-Z_09" },
};

static void names_are_written_and_read_back(void **state)
{
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		struct dv_buf out = DV_BUF_INIT;

		assert_int_equal(dv_component_encode(&out, pairs[i].name, &err),
				 0);
		assert_string_equal(out.data, pairs[i].text);
		dv_buf_reset(&out);
		assert_int_equal(dv_component_decode(&out, pairs[i].text, &err),
				 0);
		assert_string_equal(out.data, pairs[i].name);
		dv_buf_release(&out);
	}
}

static void only_what_is_written_is_read(void **state)
{
	static const char *const bad[] = {
		"", "=", "=4", "=4g", "=41", "=2f", "=00", "a=", "a/b", " ",
		".a", "a..b", "a.lock", "a.", "\xc3\xa4", "=2E.", "a=2Eb",
		"a.=2e", "a\n",
	};
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct dv_buf out = DV_BUF_INIT;

		if (dv_component_decode(&out, bad[i], &err) != -DV_E_FORMAT)
			fail_msg("'%s' is taken", bad[i]);
		assert_int_equal(out.len, 0);
		dv_buf_release(&out);
	}
}

/* git check-ref-format's rules hold for whatever comes out. */
static void any_byte_gives_a_part_of_a_ref(void **state)
{
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	for (int a = 1; a < 256; a++)
		for (int b = 1; b < 256; b++) {
			char name[] = { (char)a, (char)b, 0 };
			struct dv_buf out = DV_BUF_INIT, back = DV_BUF_INIT;

			assert_int_equal(dv_component_encode(&out, name, &err),
					 0);
			assert_null(strpbrk(out.data, " ~^:?*[\\/\x7f"));
			assert_null(strstr(out.data, ".."));
			assert_true(out.data[0] != '.');
			assert_true(out.data[out.len - 1] != '.');
			assert_int_equal(dv_component_decode(&back, out.data,
							     &err), 0);
			assert_string_equal(back.data, name);
			dv_buf_release(&out);
			dv_buf_release(&back);
		}
}

static void a_name_has_a_limit(void **state)
{
	struct dv_buf out = DV_BUF_INIT;
	struct dv_err err = DV_ERR_INIT;
	char name[DV_COMPONENT_MAX + 2];

	(void)state;
	memset(name, 'a', sizeof(name));
	name[DV_COMPONENT_MAX] = '\0';
	assert_int_equal(dv_component_encode(&out, name, &err), 0);
	assert_int_equal(out.len, DV_COMPONENT_MAX);

	name[0] = ' ';
	dv_buf_reset(&out);
	dv_buf_str(&out, "kept");
	assert_int_equal(dv_component_encode(&out, name, &err), -DV_E_LIMIT);
	name[DV_COMPONENT_MAX] = 'a';
	name[DV_COMPONENT_MAX + 1] = '\0';
	assert_int_equal(dv_component_encode(&out, name, &err), -DV_E_LIMIT);
	assert_string_equal(out.data, "kept");
	assert_int_equal(dv_component_encode(&out, "", &err), -DV_E_INVALID);
	dv_buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_written_and_read_back),
		cmocka_unit_test(only_what_is_written_is_read),
		cmocka_unit_test(any_byte_gives_a_part_of_a_ref),
		cmocka_unit_test(a_name_has_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
