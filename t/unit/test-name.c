/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "format/name.h"

#define CODE "3f2a1bc90d"
#define CONFIG "9d8e7f6a"
#define STEM_LAST "%(code)%(dirty)_%(config)_%(stem)%(ext)"
#define STEM_BETWEEN "%(config)=%(stem)=%(code)%(dirty)%(ext)"

static const char *const templates[] = {
	NULL, "", DV_NAME_TEMPLATE, STEM_LAST, STEM_BETWEEN,
	"v-%(config)~%(code)%(dirty)+%(stem)%(ext)",
	"%(code)%(dirty)-%(config)-%(stem)%(ext)",
	"%%%(stem) @%(code)%(dirty)-d_%(config)-gz%(ext)"
};
#define TEMPLATES (sizeof(templates) / sizeof(*templates))

/* path, and its name by the default template up to the directory */
static const struct {
	const char *path, *name;
} names[] = {
	{ "plot.png", "plot-" CODE "-" CONFIG ".png" },
	{ "foo.tar.gz", "foo-" CODE "-" CONFIG ".tar.gz" },
	{ "foo.TAR.GZ", "foo-" CODE "-" CONFIG ".TAR.GZ" },
	{ "x.y.csv.zst", "x.y-" CODE "-" CONFIG ".csv.zst" },
	{ "foo.gz", "foo-" CODE "-" CONFIG ".gz" },
	{ "v1.2-plot.png", "v1.2-plot-" CODE "-" CONFIG ".png" },
	{ "v1.2-plot.gz", "v1.2-plot-" CODE "-" CONFIG ".gz" },
	{ "a.2024.gz", "a.2024-" CODE "-" CONFIG ".gz" },
	{ "model-v1.2", "model-v1.2-" CODE "-" CONFIG },
	{ "noext", "noext-" CODE "-" CONFIG },
	{ "end.", "end.-" CODE "-" CONFIG },
	{ ".foo", ".foo-" CODE "-" CONFIG },
	{ ".foo.txt", ".foo-" CODE "-" CONFIG ".txt" },
	{ ".tar.gz", ".tar-" CODE "-" CONFIG ".gz" },
	{ "..gz", "..gz-" CODE "-" CONFIG },
	{ "...", "...-" CODE "-" CONFIG },
	{ "data/", "data-" CODE "-" CONFIG "/" },
	{ "data.d//", "data.d-" CODE "-" CONFIG "/" },
	{ "/a/b.c/plot.png", "/a/b.c/plot-" CODE "-" CONFIG ".png" },
	{ "./x", "./x-" CODE "-" CONFIG },
	{ "with space.csv", "with space-" CODE "-" CONFIG ".csv" },
	{ "new\nline.csv", "new\nline-" CODE "-" CONFIG ".csv" },
	{ "\xff\xfe.bin", "\xff\xfe-" CODE "-" CONFIG ".bin" },
	{ "a.\xc3\xa9t\xc3\xa9", "a.\xc3\xa9t\xc3\xa9-" CODE "-" CONFIG },
	{ "a.abcdefghijklmnopq", "a.abcdefghijklmnopq-" CODE "-" CONFIG },
	{ "a.abcdefghijklmnop", "a-" CODE "-" CONFIG ".abcdefghijklmnop" },
	{ "a.b_c", "a.b_c-" CODE "-" CONFIG },
	{ "plot-" CODE "-" CONFIG ".png",
	  "plot-" CODE "-" CONFIG "-" CODE "-" CONFIG ".png" },
	{ "deadbeefdeadbeef", "deadbeefdeadbeef-" CODE "-" CONFIG },
	{ "-dirty", "-dirty-" CODE "-" CONFIG },
	{ "a-dirty.png", "a-dirty-" CODE "-" CONFIG ".png" },
};
#define NAMES (sizeof(names) / sizeof(*names))

static void format(struct dv_buf *out, const char *template,
		   const char *path, bool dirty, const char *config)
{
	struct dv_err err = DV_ERR_INIT;

	if (dv_name_format(out, template, path, strlen(path),
			   CODE "ffffffffffffffffffffffffffffff", dirty,
			   config, &err) < 0)
		fail_msg("%s: %s", path, err.msg);
}

static void names_by_the_default_template(void **state)
{
	(void)state;
	for (size_t i = 0; i < NAMES; i++) {
		struct dv_buf out = DV_BUF_INIT;

		format(&out, NULL, names[i].path, false, CONFIG);
		assert_string_equal(dv_buf_cstr(&out), names[i].name);
		dv_buf_release(&out);
	}
}

static void templates_put_the_parts_elsewhere(void **state)
{
	struct dv_buf out = DV_BUF_INIT;

	(void)state;
	format(&out, STEM_LAST, "d/foo.tar.gz", true, CONFIG);
	dv_buf_char(&out, ' ');
	format(&out, STEM_BETWEEN, "d/", true, CONFIG);
	dv_buf_char(&out, ' ');
	format(&out, "%%-%(stem)-%(code)%(dirty)-%(config)%(ext)", "x.y",
	       false, CONFIG "00");
	assert_string_equal(dv_buf_cstr(&out),
			    "d/" CODE "-dirty_" CONFIG "_foo.tar.gz "
			    CONFIG "=d=" CODE "-dirty/ "
			    "%-x-" CODE "-" CONFIG "00.y");
	dv_buf_release(&out);
}

static void check_back(const char *template, const char *path, bool dirty,
		       const char *config)
{
	struct dv_buf out = DV_BUF_INIT, back = DV_BUF_INIT;
	struct dv_err err = DV_ERR_INIT;
	struct dv_name was, is;

	format(&out, template, path, dirty, config);
	assert_int_equal(dv_name_split(&was, path, strlen(path), &err), 0);
	if (dv_name_parse(&is, template, out.data, out.len, &err) != 1)
		fail_msg("'%s' of '%s' is no artifact name", out.data, path);
	assert_string_equal(is.code, CODE);
	assert_string_equal(is.config, config);
	assert_int_equal(is.dirty, dirty);
	assert_int_equal(is.slash, was.slash);
	assert_int_equal(is.stem_len, was.stem_len);
	assert_memory_equal(is.stem, was.stem, was.stem_len);
	assert_int_equal(is.ext_len, was.ext_len);
	assert_memory_equal(is.ext, was.ext, was.ext_len);
	assert_int_equal(is.dir_len, was.dir_len);
	assert_memory_equal(is.dir, was.dir, was.dir_len);
	dv_buf_release(&back);
	dv_buf_release(&out);
}

static void what_was_put_in_comes_out(void **state)
{
	(void)state;
	for (size_t t = 0; t < TEMPLATES; t++) {
		for (size_t i = 0; i < NAMES; i++) {
			check_back(templates[t], names[i].path, false, CONFIG);
			check_back(templates[t], names[i].path, true, CONFIG);
			check_back(templates[t], names[i].path, true,
				   CONFIG CONFIG CONFIG CONFIG);
		}
	}
}

/* Names out of the pieces that could be mistaken for one another. */
static void names_made_to_confuse_come_out_too(void **state)
{
	static const char *const pieces[] = {
		"-", "_", ".", "=", "~", "+", "dirty", CODE, CONFIG, "gz",
		"tar", "a", "-dirty", ("." CONFIG), "0", " "
	};
	uint32_t x = 12345;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		char path[128] = "";

		for (int j = 0; j < 5; j++) {
			x = x * 1664525 + 1013904223;
			strcat(path, pieces[x >> 28]);
		}
		if (!strcmp(path, ".") || !strcmp(path, ".."))
			continue;
		check_back(templates[(size_t)i % TEMPLATES], path, x >> 20 & 1, CONFIG);
	}
}

static void other_names_are_none(void **state)
{
	static const char *const none[] = {
		"plot.png", "plot-" CODE ".png", CODE "-" CONFIG,
		"-" CODE "-" CONFIG, "plot-" CODE "_" CONFIG,
		"plot-3f2a1bc90-" CONFIG ".png", "plot-" CODE "-9d8e7f6.png",
		"plot-3F2A1BC90D-" CONFIG ".png", "plot-" CODE "-" CONFIG "x",
		"plot-" CODE "-dirt-" CONFIG, "plot-" CODE "-" CONFIG "-x",
		"plot-" CODE "-" CONFIG CONFIG CONFIG CONFIG "0",
		"plot-" CODE "-" CONFIG "/x", "plot-" CODE "-" CONFIG ".p-g",
	};
	struct dv_err err = DV_ERR_INIT;
	struct dv_name name;

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++) {
		if (dv_name_parse(&name, NULL, none[i], strlen(none[i]), &err))
			fail_msg("'%s' was taken apart", none[i]);
		assert_string_equal(name.code, "");
		assert_true(name.stem_len > 0);
	}
}

static void no_name_no_artifact(void **state)
{
	static const char *const bad[] = { "", "/", "//", ".", "..", "a/.",
					   "a/../", "./" };
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(dv_name_format(&out, NULL, bad[i],
						strlen(bad[i]), CODE, false,
						CONFIG, &err),
				 -DV_E_INVALID);
	assert_int_equal(out.len, 0);
	dv_buf_release(&out);
}

static void hashes_have_a_form(void **state)
{
	static const char *const bad[][2] = {
		{ "3f2a1bc90", CONFIG }, { "3F2A1BC90D", CONFIG },
		{ "", CONFIG }, { CODE "g", CONFIG }, { CODE, "9d8e7f6" },
		{ CODE, CONFIG "/" }, { CODE, CONFIG CONFIG CONFIG CONFIG "0" },
	};
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(dv_name_format(&out, NULL, "x", 1, bad[i][0],
						false, bad[i][1], &err),
				 -DV_E_INVALID);
	dv_buf_release(&out);
}

static void refuse(const char *template, const char *why)
{
	struct dv_err err = DV_ERR_INIT;

	if (dv_name_check(template, &err) != -DV_E_INVALID)
		fail_msg("'%s' was accepted", template);
	if (!strstr(err.msg, why))
		fail_msg("'%s': %s", template, err.msg);
	assert_non_null(strstr(err.hint, DV_NAME_TEMPLATE));
}

static void templates_that_could_not_be_read_back(void **state)
{
	char text[300];

	(void)state;
	refuse("%(stem)-%(code)%(dirty)%(ext)", "it needs");
	refuse("%(stem)-%(config)%(ext)", "it needs");
	refuse("%(stem)-%(code)-%(config)%(ext)", "it needs");
	refuse("%(code)%(dirty)-%(config)%(ext)", "it needs");
	refuse("%(stem)-%(code)%(dirty)-%(config)", "it needs");
	refuse("x", "it needs");
	refuse("%(stem)-%(stem)-%(code)%(dirty)-%(config)%(ext)", "twice");
	refuse("%(stem)-%(sha)%(dirty)-%(config)%(ext)", "no part");
	refuse("%(stem", "no part");
	refuse("%stem", "write '%%'");
	refuse("%(ext)%", "write '%%'");
	refuse("a/%(stem)-%(code)%(dirty)-%(config)%(ext)", "'/' or '.'");
	refuse("%(stem).%(code)%(dirty)-%(config)%(ext)", "'/' or '.'");
	refuse("%(ext)-%(stem)-%(code)%(dirty)-%(config)", "come last");
	refuse("%(stem)-%(code)%(dirty)-%(config)%(ext)-", "come last");
	refuse("%(stem)-%(dirty)%(code)-%(config)%(ext)", "right after");
	refuse("%(stem)-%(code)-%(dirty)-%(config)%(ext)", "right after");
	refuse("%(stem)%(code)%(dirty)-%(config)%(ext)", "both sides");
	refuse("%(stem)-%(code)%(dirty)%(config)%(ext)", "both sides");
	refuse("%(stem)-x%(code)%(dirty)-%(config)%(ext)", "both sides");
	refuse("%(stem)-%(code)%(dirty)x-%(config)%(ext)", "both sides");
	refuse("%(code)%(dirty)_%(config)%(stem)%(ext)", "both sides");
	refuse("%(code)%(dirty)_%(config)_%(stem)gz%(ext)", "both sides");
	refuse("%(config)_%(code)%(dirty)-%(stem)%(ext)", "taken for it");
	refuse("%(stem)-%(code)%(dirty)-dirty-%(config)%(ext)",
	       "taken for it");
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	refuse(text, "longer than");
}

static void templates_that_can(void **state)
{
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	for (size_t t = 0; t < TEMPLATES; t++)
		assert_int_equal(dv_name_check(templates[t], &err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_by_the_default_template),
		cmocka_unit_test(templates_put_the_parts_elsewhere),
		cmocka_unit_test(what_was_put_in_comes_out),
		cmocka_unit_test(names_made_to_confuse_come_out_too),
		cmocka_unit_test(other_names_are_none),
		cmocka_unit_test(no_name_no_artifact),
		cmocka_unit_test(hashes_have_a_form),
		cmocka_unit_test(templates_that_could_not_be_read_back),
		cmocka_unit_test(templates_that_can),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
