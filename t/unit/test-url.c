/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "remote/url.h"

static void check(const char *text, const char *scheme, const char *user,
		  const char *host, unsigned port, const char *path)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_url u = DV_URL_INIT;

	assert_int_equal(dv_url_parse(&u, text, &err), 0);
	assert_string_equal(u.scheme, scheme);
	if (user)
		assert_string_equal(u.user, user);
	else
		assert_null(u.user);
	assert_string_equal(u.host, host);
	assert_int_equal(u.port, port);
	assert_string_equal(u.path, path);
	dv_url_release(&u);
}

static void parts_are_taken_apart(void **state)
{
	(void)state;
	check("s3://lab-data/dv?endpoint=http://127.0.0.1:7480", "s3", NULL,
	      "lab-data", 0, "/dv");
	check("SFTP://m%40e@Host.Example:2222/a//b/../c", "sftp", "m@e",
	      "host.example", 2222, "/a//b/../c");
	check("https://[::1]:8443", "https", NULL, "[::1]", 8443, "");
	check("https://[fe80::1]/x", "https", NULL, "[fe80::1]", 0, "/x");
	check("https://h?a=b", "https", NULL, "h", 0, "");
	check("file:///a%20b", "file", NULL, "", 0, "/a%20b");
	check("/mnt/share/dv", "file", NULL, "", 0, "/mnt/share/dv");
	check("../x://y", "file", NULL, "", 0, "../x://y");
	check(".", "file", NULL, "", 0, ".");
	check("rclone::box:path", "rclone", NULL, "", 0, "box:path");
}

static void what_is_no_location_is_refused(void **state)
{
	static const char *const bad[] = {
		"", "host:path", "dv", "s3:/b", "://h/", "1s://h/",
		"a_b://h/", "s3://b/#x", "s3://b/?x", "s3://b/?=x",
		"s3://b/?x=%", "s3://b/?x=%zz", "s3://b/?x=%00",
		"http://h:0/", "http://h:65536/", "http://h:8x/",
		"http://h:/", "http://h i/", "http://h\n/", "http://[::1/",
		"http://a@b@c:d/x", "thisschemeisfartoolong://h/",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct dv_err err = DV_ERR_INIT;
		struct dv_url u = DV_URL_INIT;

		assert_int_equal(dv_url_parse(&u, bad[i], &err),
				 -DV_E_INVALID);
		assert_null(u.scheme);
	}
}

static void a_password_is_refused_and_not_shown(void **state)
{
	static const char *const bad[] = {
		"sftp://me:hunter2@host/", "https://:hunter2@host/",
		"https://me:hunter2@x@host/", "s3://k:hunter2@bucket"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct dv_err err = DV_ERR_INIT;
		struct dv_url u = DV_URL_INIT;

		assert_int_equal(dv_url_parse(&u, bad[i], &err),
				 -DV_E_INVALID);
		assert_non_null(strstr(err.msg, "password"));
		assert_null(strstr(err.msg, "hunter2"));
	}
}

static void parameters_are_decoded_and_checked(void **state)
{
	static const char *const known[] = { "endpoint", "region", NULL };
	static const char *const one[] = { "endpoint", NULL };
	struct dv_err err = DV_ERR_INIT;
	struct dv_url u = DV_URL_INIT;

	(void)state;
	assert_int_equal(dv_url_parse(&u, "s3://b?endpoint=http%3A//h&region="
				      "a+b&", &err), 0);
	assert_string_equal(dv_url_param(&u, "endpoint"), "http://h");
	assert_string_equal(dv_url_param(&u, "region"), "a+b");
	assert_null(dv_url_param(&u, "reg"));
	assert_int_equal(dv_url_check_params(&u, known, &err), 0);
	assert_int_equal(dv_url_check_params(&u, one, &err), -DV_E_INVALID);
	assert_non_null(strstr(err.msg, "'region'"));
	dv_url_release(&u);

	assert_int_equal(dv_url_parse(&u, "s3://b?region=a&region=b", &err),
			 0);
	assert_int_equal(dv_url_check_params(&u, known, &err), -DV_E_INVALID);
	assert_non_null(strstr(err.msg, "twice"));
	dv_url_release(&u);
}

static void origins_are_compared_with_their_ports(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} pairs[] = {
		{ "https://h/x", "https://H:443/y", true },
		{ "http://h/x", "http://h:80", true },
		{ "http://h/x", "https://h/x", false },
		{ "http://h/x", "http://h:8080/x", false },
		{ "http://h/x", "http://h.evil/x", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		struct dv_err err = DV_ERR_INIT;
		struct dv_url a = DV_URL_INIT, b = DV_URL_INIT;

		assert_int_equal(dv_url_parse(&a, pairs[i].a, &err), 0);
		assert_int_equal(dv_url_parse(&b, pairs[i].b, &err), 0);
		assert_int_equal(dv_url_same_origin(&a, &b), pairs[i].same);
		dv_url_release(&a);
		dv_url_release(&b);
	}
}

static void an_origin_has_no_usual_port(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_url u = DV_URL_INIT;
	struct dv_buf out = DV_BUF_INIT;

	(void)state;
	assert_int_equal(dv_url_parse(&u, "https://h:443/p", &err), 0);
	dv_url_origin(&out, &u);
	dv_url_release(&u);
	dv_buf_char(&out, ' ');
	assert_int_equal(dv_url_parse(&u, "https://h:444/p", &err), 0);
	dv_url_origin(&out, &u);
	dv_url_release(&u);
	assert_string_equal(dv_buf_cstr(&out), "https://h https://h:444");
	dv_buf_release(&out);
}

static void encoding_leaves_the_unreserved(void **state)
{
	struct dv_buf out = DV_BUF_INIT;

	(void)state;
	dv_url_encode(&out, "a-._~/ +%\xc3\xbc\0", 11, "/");
	assert_string_equal(dv_buf_cstr(&out), "a-._~/%20%2B%25%C3%BC");
	dv_buf_reset(&out);
	dv_url_encode(&out, "/\0", 2, "");
	assert_string_equal(dv_buf_cstr(&out), "%2F%00");
	dv_buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_are_taken_apart),
		cmocka_unit_test(what_is_no_location_is_refused),
		cmocka_unit_test(a_password_is_refused_and_not_shown),
		cmocka_unit_test(parameters_are_decoded_and_checked),
		cmocka_unit_test(origins_are_compared_with_their_ports),
		cmocka_unit_test(an_origin_has_no_usual_port),
		cmocka_unit_test(encoding_leaves_the_unreserved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
