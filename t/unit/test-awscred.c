/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "remote/awscred.h"

static void times_are_parsed(void **state)
{
	static const struct {
		const char *text;
		int64_t when;
	} known[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "2015-08-30T12:36:00Z", 1440938160 },
		{ "2015-08-30T12:36:00.123456Z", 1440938160 },
		{ "2015-08-30T14:36:00+02:00", 1440938160 },
		{ "2015-08-30T11:06:00-0130", 1440938160 },
		{ "2015-08-30T12:36:00", -1 },
		{ "2015-08-30", -1 },
		{ "2015-08-30T12:36:00Zx", -1 },
		{ "2015-08-30T12:36:00+", -1 },
		{ "soon", -1 }, { "", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		assert_int_equal(dv_awscred_parse_time(known[i].text),
				 known[i].when);
}

static int json(struct dv_awscred *c, const char *text, struct dv_err *err)
{
	return dv_awscred_parse_json(c, text, strlen(text), "it", err);
}

static void json_is_taken_apart(void **state)
{
	struct dv_awscred c = DV_AWSCRED_INIT;
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	assert_int_equal(json(&c, "{\"AccessKeyId\":\"A\",\"Other\":[1],"
			      "\"SecretAccessKey\":\"S\"}", &err), 0);
	assert_string_equal(c.access, "A");
	assert_string_equal(c.secret, "S");
	assert_null(c.token);
	assert_int_equal(c.expires, 0);
	assert_int_equal(json(&c, "{\"AccessKeyId\":\"B\",\"Token\":\"T\","
			      "\"SecretAccessKey\":\"S\",\"Expiration\":"
			      "\"2015-08-30T12:36:00Z\"}", &err), 0);
	assert_string_equal(c.access, "B");
	assert_string_equal(c.token, "T");
	assert_int_equal(c.expires, 1440938160);
	dv_awscred_release(&c);
}

static void what_holds_none_is_refused_and_not_shown(void **state)
{
	static const char *const bad[] = {
		"", "{", "[]", "{\"secret\"}", "{\"AccessKeyId\":\"A\"}",
		"{\"AccessKeyId\":1,\"SecretAccessKey\":\"secret\"}",
		"{\"AccessKeyId\":\"\",\"SecretAccessKey\":\"secret\"}",
		"{\"AccessKeyId\":\"A\\nB\",\"SecretAccessKey\":\"secret\"}",
		"{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"secret\","
		"\"Token\":\"a\\r\\nHost: evil\"}",
		"{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"secret\","
		"\"Expiration\":\"soon\"}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct dv_awscred c = DV_AWSCRED_INIT;
		struct dv_err err = DV_ERR_INIT;

		assert_int_equal(json(&c, bad[i], &err), -DV_E_FORMAT);
		assert_null(c.access);
		assert_null(strstr(err.msg, "secret"));
	}
}

static void the_token_service_is_understood(void **state)
{
	static const char good[] =
		"<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/"
		"2011-06-15/\"><AssumeRoleResult><AssumedRoleUser><Arn>x</Arn>"
		"</AssumedRoleUser><Credentials><AccessKeyId>A</AccessKeyId>"
		"<SecretAccessKey>S&amp;</SecretAccessKey><SessionToken>T"
		"</SessionToken><Expiration>2015-08-30T12:36:00Z</Expiration>"
		"</Credentials></AssumeRoleResult></AssumeRoleResponse>";
	struct dv_awscred c = DV_AWSCRED_INIT;
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	assert_int_equal(dv_awscred_parse_sts(&c, good, strlen(good), "it",
					      &err), 0);
	assert_string_equal(c.access, "A");
	assert_string_equal(c.secret, "S&");
	assert_string_equal(c.token, "T");
	assert_int_equal(c.expires, 1440938160);
	dv_awscred_release(&c);
	for (size_t n = 0; n < sizeof(good) - 1; n++) {
		assert_int_equal(dv_awscred_parse_sts(&c, good, n, "it",
						      &err), -DV_E_FORMAT);
		assert_null(c.access);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_parsed),
		cmocka_unit_test(json_is_taken_apart),
		cmocka_unit_test(what_holds_none_is_refused_and_not_shown),
		cmocka_unit_test(the_token_service_is_understood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
