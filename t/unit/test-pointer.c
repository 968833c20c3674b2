/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "format/pointer.h"

#define XXH "xxh128:be28bb8e70b411302e455dbee8c95604"
#define SHA "sha256:" \
	"5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"
#define GOOD "dv-pointer 1\nmanifest " XXH "\nfiles 31\nsize 104857600\n"

static int parse(struct dv_pointer *out, const char *text, struct dv_err *err)
{
	return dv_pointer_parse(out, text, strlen(text), "data.dv", err);
}

static void what_is_read_is_what_was_written(void **state)
{
	static const char *const good[] = {
		GOOD,
		"dv-pointer 1\nmanifest " SHA "\nfiles 0\nsize 0\n",
		"dv-pointer 1\nmanifest " XXH
		"\nfiles 9223372036854775807\nsize 9223372036854775807\n",
	};
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct dv_buf out = DV_BUF_INIT;
		struct dv_pointer p;

		assert_int_equal(parse(&p, good[i], &err), 0);
		dv_pointer_format(&out, &p);
		assert_string_equal(out.data, good[i]);
		dv_buf_release(&out);
	}
}

static void lines_may_end_as_autocrlf_ends_them(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_pointer p;

	(void)state;
	assert_int_equal(parse(&p, "dv-pointer 1\r\nmanifest " XXH
			       "\r\nfiles 31\r\nsize 104857600\r\n", &err), 0);
	assert_int_equal(p.files, 31);
	assert_int_equal(p.size, 104857600);
}

static void anything_else_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"dv-pointer",
		"dv-pointer 1",
		"dv-pointer 1\n",
		"dv-pointer  1\nmanifest " XXH "\nfiles 1\nsize 1\n",
		"dv-pointer 01\nmanifest " XXH "\nfiles 1\nsize 1\n",
		" " GOOD,
		"\n" GOOD,
		GOOD "\n",
		GOOD "x",
		GOOD "size 1\n",
		"dv-pointer 1\nfiles 1\nmanifest " XXH "\nsize 1\n",
		"dv-pointer 1\nmanifest " XXH "\nsize 1\nfiles 1\n",
		"dv-pointer 1\nmanifest  " XXH "\nfiles 1\nsize 1\n",
		"dv-pointer 1\nmanifest\t" XXH "\nfiles 1\nsize 1\n",
		"dv-pointer 1\nmanifest be28bb8e70b411302e455dbee8c95604\nfiles 1\nsize 1\n",
		"dv-pointer 1\nmanifest xxh128:be28\nfiles 1\nsize 1\n",
		"dv-pointer 1\nmanifest xxh128:BE28BB8E70B411302E455DBEE8C95604\nfiles 1\nsize 1\n",
		"dv-pointer 1\nmanifest md5:be28bb8e70b411302e455dbee8c95604\nfiles 1\nsize 1\n",
		"dv-pointer 1\nmanifest " XXH " \nfiles 1\nsize 1\n",
		"dv-pointer 1\nmanifest " XXH "\nfiles 01\nsize 1\n",
		"dv-pointer 1\nmanifest " XXH "\nfiles +1\nsize 1\n",
		"dv-pointer 1\nmanifest " XXH "\nfiles -1\nsize 1\n",
		"dv-pointer 1\nmanifest " XXH "\nfiles \nsize 1\n",
		"dv-pointer 1\nmanifest " XXH "\nfiles 1 \nsize 1\n",
		"dv-pointer 1\nmanifest " XXH "\nfiles 0x1\nsize 1\n",
		"dv-pointer 1\nmanifest " XXH "\nfiles 1\nsize 9223372036854775808\n",
		"dv-pointer 1\nmanifest " XXH "\nfiles 1\nsize 99999999999999999999\n",
	};
	struct dv_err err = DV_ERR_INIT;
	struct dv_pointer p;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		int rc = parse(&p, bad[i], &err);

		if (rc != -DV_E_FORMAT && rc != -DV_E_UNSUPPORTED)
			fail_msg("taken: %s", bad[i]);
		assert_non_null(strstr(err.msg, "'data.dv'"));
	}
}

static void a_newer_version_is_told_as_such(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_pointer p;

	(void)state;
	assert_true(dv_pointer_is("dv-pointer 2\nx\n", 15));
	assert_int_equal(parse(&p, "dv-pointer 2\nx\n", &err),
			 -DV_E_UNSUPPORTED);
	assert_false(dv_pointer_is("dv-pointer x\n", 13));
	assert_false(dv_pointer_is("dv-pointer ", 11));
}

static void conflict_markers_have_their_own_sentence(void **state)
{
	static const char *const bad[] = {
		"dv-pointer 1\n<<<<<<< HEAD\nmanifest " XXH "\n=======\nmanifest "
		SHA "\n>>>>>>> topic\nfiles 1\nsize 1\n",
		"<<<<<<< HEAD\n" GOOD "=======\n" GOOD ">>>>>>> topic\n",
	};
	struct dv_err err = DV_ERR_INIT;
	struct dv_pointer p;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(parse(&p, bad[i], &err), -DV_E_FORMAT);
		assert_non_null(strstr(err.msg, "conflict"));
		assert_non_null(strstr(err.hint, "git checkout --ours"));
	}
}

static void a_long_one_is_refused_unread(void **state)
{
	char text[DV_POINTER_MAX + 1];
	struct dv_err err = DV_ERR_INIT;
	struct dv_pointer p;

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text, GOOD, sizeof(GOOD) - 1);
	assert_int_equal(dv_pointer_parse(&p, text, sizeof(text), "x", &err),
			 -DV_E_LIMIT);
}

static void no_cut_is_taken(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_pointer p;

	(void)state;
	for (size_t n = 0; n < sizeof(GOOD) - 1; n++)
		assert_true(dv_pointer_parse(&p, GOOD, n, "x", &err) < 0);
}

/* A changed bit is refused, or is another pointer as it would be written. */
static void no_flipped_bit_is_overlooked(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_pointer p;

	(void)state;
	for (size_t bit = 0; bit < 8 * (sizeof(GOOD) - 1); bit++) {
		struct dv_buf out = DV_BUF_INIT;
		char text[] = GOOD;

		text[bit / 8] ^= (char)(1 << bit % 8);
		if (dv_pointer_parse(&p, text, sizeof(text) - 1, "x", &err) < 0)
			continue;
		dv_pointer_format(&out, &p);
		assert_string_equal(out.data, text);
		dv_buf_release(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_read_is_what_was_written),
		cmocka_unit_test(lines_may_end_as_autocrlf_ends_them),
		cmocka_unit_test(anything_else_is_refused),
		cmocka_unit_test(a_newer_version_is_told_as_such),
		cmocka_unit_test(conflict_markers_have_their_own_sentence),
		cmocka_unit_test(a_long_one_is_refused_unread),
		cmocka_unit_test(no_cut_is_taken),
		cmocka_unit_test(no_flipped_bit_is_overlooked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
