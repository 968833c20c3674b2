/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "remote/http.h"
#include "remote/sftp-parts.h"

static void joined(const char *url, const char *location, const char *want)
{
	char *got = dv_http_join(url, location);

	if (want)
		assert_string_equal(got, want);
	else
		assert_null(got);
	free(got);
}

static void locations_are_joined(void **state)
{
	(void)state;
	joined("http://h/a/b", "c", "http://h/a/c");
	joined("http://h/a/b", "/c%2Fd", "http://h/c%2Fd");
	joined("http://h/a/b", "//o:8/c", "http://o:8/c");
	joined("http://h:9/a", "https://o/c?d", "https://o/c?d");
	joined("http://h/a", "http://me:secret@o/", NULL);
	joined("http://h/a", "http://me@o/", NULL);
	joined("no url", "http://o/", NULL);
}

static void dates_are_parsed(void **state)
{
	(void)state;
	assert_int_equal(dv_http_date("Sun, 30 Aug 2015 12:36:00 GMT"),
			 1440938160);
	assert_int_equal(dv_http_date("soon"), -1);
	assert_int_equal(dv_http_date(NULL), -1);
}

static void pauses_grow_to_a_limit(void **state)
{
	(void)state;
	for (unsigned n = 1; n < 40; n++) {
		unsigned full = n < 9 ? 100u << (n - 1) : 20000;
		unsigned ms = dv_http_backoff(n);

		assert_in_range(ms, full / 2, full > 20000 ? 20000 : full);
	}
}

static void entry(const char *line, char type, int64_t size,
		  const char *name)
{
	struct dv_sftp_entry e;

	assert_int_equal(dv_sftp_parse_entry(&e, line), name != NULL);
	if (!name)
		return;
	assert_int_equal(e.type, type);
	assert_int_equal(e.size, size);
	assert_string_equal(e.name, name);
}

static void directories_are_read_as_ls_prints_them(void **state)
{
	(void)state;
	entry("-rw-r--r--    1 root     root            6 Nov 20 07:20 f1",
	      '-', 6, "f1");
	entry("drwxr-xr-x    2 u g 4096 Nov 20  2025 d 1", 'd', 4096, "d 1");
	entry("-rw------- 1 u g 18446744073709551615 Nov 20 07:20 x", '-', -1,
	      "x");
	entry("-rw------- 1 u g 5 Nov 20 07:20   two blanks", '-', 5,
	      "  two blanks");
	entry("lrwxrwxrwx 1 u g 2 Nov 20 07:20 l -> f1", 'l', 2, "l -> f1");
	entry("total 12", 0, 0, NULL);
	entry("", 0, 0, NULL);
	entry("-rw------- 1 u g 5 Nov 20 07:20", 0, 0, NULL);
	entry("-rw------- 1 u g 5 Nov 20 07:20 ", 0, 0, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(locations_are_joined),
		cmocka_unit_test(dates_are_parsed),
		cmocka_unit_test(pauses_grow_to_a_limit),
		cmocka_unit_test(directories_are_read_as_ls_prints_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
