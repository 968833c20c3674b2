/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "base/buf.h"

static void text_is_nul_ended_all_along(void **state)
{
	struct dv_buf b = DV_BUF_INIT;

	(void)state;
	assert_string_equal(dv_buf_cstr(&b), "");
	for (int i = 0; i < 1000; i++) {
		dv_buf_char(&b, 'x');
		assert_int_equal(strlen(dv_buf_cstr(&b)), i + 1);
	}
	dv_buf_str(&b, "yz");
	assert_string_equal(b.data + 1000, "yz");
	dv_buf_setlen(&b, 3);
	assert_string_equal(dv_buf_cstr(&b), "xxx");
	dv_buf_reset(&b);
	assert_string_equal(dv_buf_cstr(&b), "");
	dv_buf_release(&b);
	assert_null(b.data);
	dv_buf_release(&b);
}

static void adding_nothing_is_fine(void **state)
{
	struct dv_buf b = DV_BUF_INIT;

	(void)state;
	dv_buf_add(&b, NULL, 0);
	assert_int_equal(b.len, 0);
	assert_string_equal(dv_buf_cstr(&b), "");
	dv_buf_setlen(&b, 0);
	dv_buf_release(&b);
}

static void past_max_nothing_is_appended(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf b;

	(void)state;
	dv_buf_init(&b, 5);
	dv_buf_str(&b, "12345");
	assert_false(b.overflow);
	assert_int_equal(dv_buf_check(&b, "the name", &err), 0);

	dv_buf_char(&b, '6');
	assert_true(b.overflow);
	assert_string_equal(dv_buf_cstr(&b), "12345");
	assert_int_equal(dv_buf_check(&b, "the name", &err), -DV_E_LIMIT);
	assert_string_equal(err.msg, "the name is larger than 5 bytes");

	/* Nothing after a gap, even if it would fit. */
	dv_buf_setlen(&b, 2);
	dv_buf_char(&b, 'x');
	assert_string_equal(dv_buf_cstr(&b), "12");
	assert_null(dv_buf_reserve(&b, 1));

	dv_buf_reset(&b);
	dv_buf_printf(&b, "%d", 123456);
	assert_true(b.overflow);
	assert_string_equal(dv_buf_cstr(&b), "");

	dv_buf_reset(&b);
	dv_buf_add(&b, "x", 1);
	assert_null(dv_buf_reserve(&b, SIZE_MAX));
	assert_true(b.overflow);
	assert_int_equal(b.max, 5);
	dv_buf_release(&b);
}

static void printf_grows_as_needed(void **state)
{
	struct dv_buf b = DV_BUF_INIT;

	(void)state;
	for (int n = 0; n < 300; n++) {
		dv_buf_reset(&b);
		dv_buf_str(&b, ">");
		dv_buf_printf(&b, "%*s|%d", n, "x", 42);
		assert_int_equal(b.len, 1 + (n ? n : 1) + 3);
		assert_int_equal(strlen(b.data), b.len);
		assert_string_equal(b.data + b.len - 4, "x|42");
		if (n % 50 == 0)
			dv_buf_release(&b);
	}
	dv_buf_release(&b);
}

static void reserved_room_is_taken_in_by_setlen(void **state)
{
	struct dv_buf b = DV_BUF_INIT;

	(void)state;
	dv_buf_str(&b, "ab");
	memcpy(dv_buf_reserve(&b, 100), "cdef", 4);
	dv_buf_setlen(&b, 5);
	assert_string_equal(dv_buf_cstr(&b), "abcde");
	dv_buf_release(&b);
}

static void detach_gives_the_bytes_away(void **state)
{
	struct dv_buf b = DV_BUF_INIT;
	size_t n;
	char *p;

	(void)state;
	dv_buf_add(&b, "a\0b", 3);
	p = dv_buf_detach(&b, &n);
	assert_int_equal(n, 3);
	assert_memory_equal(p, "a\0b", 4);
	assert_null(b.data);
	free(p);

	p = dv_buf_detach(&b, NULL);
	assert_string_equal(p, "");
	free(p);
}

static void integers_are_big_endian(void **state)
{
	struct dv_buf b = DV_BUF_INIT;

	(void)state;
	dv_buf_be32(&b, 0x81020304);
	dv_buf_be64(&b, 0x8102030405060708);
	assert_memory_equal(b.data, "\x81\2\3\4\x81\2\3\4\5\6\7\x08", 12);
	assert_int_equal(dv_get_be32(b.data), 0x81020304);
	assert_true(dv_get_be64(b.data + 4) == 0x8102030405060708);
	dv_buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_nul_ended_all_along),
		cmocka_unit_test(adding_nothing_is_fine),
		cmocka_unit_test(past_max_nothing_is_appended),
		cmocka_unit_test(printf_grows_as_needed),
		cmocka_unit_test(reserved_room_is_taken_in_by_setlen),
		cmocka_unit_test(detach_gives_the_bytes_away),
		cmocka_unit_test(integers_are_big_endian),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
