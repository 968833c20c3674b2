/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "base/strlist.h"
#include "remote/sigv4.h"

#define EMPTY "e3b0c44298fc1c149afbf4c8996fb924" \
	      "27ae41e4649b934ca495991b7852b855"

/* One request of aws-sig-v4-test-suite, and what it is to be signed as. */
struct vector {
	const char *method, *path;
	const char *query[3], *headers[5];
	const char *body, *token;
	const char *signed_headers, *signature;
};

static void fill(struct dv_strlist *l, const char *const *v, size_t max)
{
	for (size_t i = 0; i < max && v[i]; i++)
		dv_strlist_add(l, v[i]);
}

static void check_last(const struct dv_strlist *out, const char *credential,
		       const char *names, const char *signature)
{
	char *want = dv_asprintf("Authorization: %s, SignedHeaders=%s, "
				 "Signature=%s", credential, names,
				 signature);

	assert_string_equal(out->v[out->n - 1], want);
	free(want);
}

static const struct vector suite[] = {
	{ .method = "GET", .path = "/",
	  .signed_headers = "host;x-amz-date", .signature =
	  "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31" },
	{ .method = "POST", .path = "/",
	  .signed_headers = "host;x-amz-date", .signature =
	  "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b" },
	/* get-vanilla-query-order-key-case */
	{ .method = "GET", .path = "/",
	  .query = { "Param2=value2", "Param1=value1" },
	  .signed_headers = "host;x-amz-date", .signature =
	  "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500" },
	/* get-unreserved */
	{ .method = "GET", .path = "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	  "abcdefghijklmnopqrstuvwxyz",
	  .signed_headers = "host;x-amz-date", .signature =
	  "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f" },
	/* get-utf8 */
	{ .method = "GET", .path = "/\xe1\x88\xb4",
	  .signed_headers = "host;x-amz-date", .signature =
	  "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85" },
	/* get-vanilla-utf8-query */
	{ .method = "GET", .path = "/", .query = { "\xe1\x88\xb4=bar" },
	  .signed_headers = "host;x-amz-date", .signature =
	  "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04" },
	/* get-header-key-duplicate */
	{ .method = "GET", .path = "/",
	  .headers = { "My-Header1:value2", "My-Header1:value2",
		       "My-Header1:value1" },
	  .signed_headers = "host;my-header1;x-amz-date", .signature =
	  "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea" },
	/* get-header-value-trim */
	{ .method = "GET", .path = "/",
	  .headers = { "My-Header1: value1", "My-Header2: \"a   b   c\"" },
	  .signed_headers = "host;my-header1;my-header2;x-amz-date",
	  .signature =
	  "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736" },
	/* post-x-www-form-urlencoded */
	{ .method = "POST", .path = "/", .body = "Param1=value1",
	  .headers = { "Content-Type:application/x-www-form-urlencoded" },
	  .signed_headers = "content-type;host;x-amz-date", .signature =
	  "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a" },
	/* post-sts-header-before */
	{ .method = "POST", .path = "/", .token =
	  "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQ"
	  "WLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMc"
	  "GdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp7"
	  "5YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZb"
	  "qBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/o"
	  "LxBA==",
	  .signed_headers = "host;x-amz-date;x-amz-security-token",
	  .signature =
	  "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead" },
};

static void the_test_suite_of_aws_is_signed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(suite) / sizeof(*suite); i++) {
		const struct vector *v = &suite[i];
		struct dv_strlist query = DV_STRLIST_INIT;
		struct dv_strlist headers = DV_STRLIST_INIT;
		struct dv_strlist out = DV_STRLIST_INIT;
		struct dv_sigv4_key key = {
			"AKIDEXAMPLE",
			"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", v->token
		};
		char payload[DV_SIGV4_HEX];
		struct dv_sigv4_request r = {
			.method = v->method, .host = "example.amazonaws.com",
			.path = v->path, .query = &query,
			.headers = &headers, .payload = payload,
			.region = "us-east-1", .service = "service",
			.when = 1440938160
		};

		fill(&query, v->query, 3);
		fill(&headers, v->headers, 5);
		dv_sigv4_hash(payload, v->body ? v->body : "",
			      v->body ? strlen(v->body) : 0);
		dv_sigv4_sign(&out, &r, &key);
		assert_string_equal(out.v[0], "x-amz-date: 20150830T123600Z");
		check_last(&out, "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"
			   "20150830/us-east-1/service/aws4_request",
			   v->signed_headers, v->signature);
		dv_strlist_release(&query);
		dv_strlist_release(&headers);
		dv_strlist_release(&out);
	}
}

/* "Signature Calculations for the Authorization Header", Amazon S3. */
static const struct vector s3[] = {
	{ .method = "GET", .path = "/test.txt",
	  .headers = { "Range: bytes=0-9" },
	  .signed_headers = "host;range;x-amz-content-sha256;x-amz-date",
	  .signature =
	  "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41" },
	{ .method = "PUT", .path = "/test$file.text",
	  .headers = { "Date: Fri, 24 May 2013 00:00:00 GMT",
		       "x-amz-storage-class: REDUCED_REDUNDANCY" },
	  .body = "Welcome to Amazon S3.",
	  .signed_headers = "date;host;x-amz-content-sha256;x-amz-date;"
	  "x-amz-storage-class", .signature =
	  "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd" },
	{ .method = "GET", .path = "/", .query = { "lifecycle" },
	  .signed_headers = "host;x-amz-content-sha256;x-amz-date",
	  .signature =
	  "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543" },
	{ .method = "GET", .path = "/",
	  .query = { "prefix=J", "max-keys=2" },
	  .signed_headers = "host;x-amz-content-sha256;x-amz-date",
	  .signature =
	  "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7" },
};

static void the_examples_of_s3_are_signed(void **state)
{
	static const struct dv_sigv4_key key = {
		"AKIAIOSFODNN7EXAMPLE",
		"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", NULL
	};

	(void)state;
	for (size_t i = 0; i < sizeof(s3) / sizeof(*s3); i++) {
		const struct vector *v = &s3[i];
		struct dv_strlist query = DV_STRLIST_INIT;
		struct dv_strlist headers = DV_STRLIST_INIT;
		struct dv_strlist out = DV_STRLIST_INIT;
		char payload[DV_SIGV4_HEX];
		struct dv_sigv4_request r = {
			.method = v->method,
			.host = "examplebucket.s3.amazonaws.com",
			.path = v->path, .query = &query,
			.headers = &headers, .payload = payload,
			.region = "us-east-1", .service = "s3",
			.when = 1369353600
		};

		fill(&query, v->query, 3);
		fill(&headers, v->headers, 5);
		dv_sigv4_hash(payload, v->body ? v->body : "",
			      v->body ? strlen(v->body) : 0);
		if (!v->body)
			assert_string_equal(payload, EMPTY);
		dv_sigv4_sign(&out, &r, &key);
		assert_int_equal(out.n, 3);
		check_last(&out, "AWS4-HMAC-SHA256 Credential="
			   "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/"
			   "aws4_request", v->signed_headers, v->signature);
		dv_strlist_release(&query);
		dv_strlist_release(&headers);
		dv_strlist_release(&out);
	}
}

/*
 * Google publishes no vector.  That its dialect differs in these words
 * alone is what "Signatures" of the Cloud Storage manual says, and with
 * the words of AWS the same code gives the vectors above.
 */
static void googles_dialect_has_its_own_words(void **state)
{
	static const struct dv_sigv4_key key = { "GOOG1E", "secret", "tok" };
	struct dv_strlist out = DV_STRLIST_INIT;
	struct dv_sigv4_request r = {
		.kind = DV_SIGV4_GOOG, .method = "PUT",
		.host = "storage.googleapis.com", .path = "/b/k",
		.payload = DV_SIGV4_UNSIGNED, .region = "auto",
		.service = "storage", .when = 1369353600
	};

	(void)state;
	dv_sigv4_sign(&out, &r, &key);
	assert_int_equal(out.n, 4);
	assert_string_equal(out.v[0], "x-goog-date: 20130524T000000Z");
	assert_string_equal(out.v[1],
			    "x-goog-content-sha256: UNSIGNED-PAYLOAD");
	assert_string_equal(out.v[2], "x-goog-security-token: tok");
	assert_non_null(strstr(out.v[3], "GOOG4-HMAC-SHA256 Credential="
			       "GOOG1E/20130524/auto/storage/goog4_request, "
			       "SignedHeaders=host;x-goog-content-sha256;"
			       "x-goog-date;x-goog-security-token, "
			       "Signature="));
	dv_strlist_release(&out);
}

static void target_is(const char *path, const char *pair, const char *want)
{
	struct dv_strlist query = DV_STRLIST_INIT;
	struct dv_buf out = DV_BUF_INIT;

	if (pair)
		dv_strlist_add(&query, pair);
	dv_sigv4_target(&out, path, &query);
	assert_string_equal(dv_buf_cstr(&out), want);
	dv_strlist_release(&query);
	dv_buf_release(&out);
}

static void odd_keys_are_encoded_once(void **state)
{
	char key[1026] = "/", want[3 * 1024 + 2] = "/";

	(void)state;
	target_is("/a b", NULL, "/a%20b");
	target_is("/a+b", NULL, "/a%2Bb");
	target_is("/a%2Fb", NULL, "/a%252Fb");
	target_is("/\xc3\xbc", NULL, "/%C3%BC");
	target_is("/a//b/../c", NULL, "/a//b/../c");
	target_is("/", "prefix=a/b c&d=e", "/?prefix=a%2Fb%20c%26d%3De");
	target_is("/", "uploads", "/?uploads=");
	for (size_t i = 1; i < 1025; i++) {
		key[i] = '+';
		memcpy(want + 3 * i - 2, "%2B", 3);
	}
	target_is(key, NULL, want);
}

static void names_are_sorted_before_values(void **state)
{
	struct dv_strlist query = DV_STRLIST_INIT;
	struct dv_buf out = DV_BUF_INIT;

	(void)state;
	dv_strlist_add(&query, "a-b=1");
	dv_strlist_add(&query, "a=2");
	dv_strlist_add(&query, "a=1");
	dv_strlist_add(&query, "B=1");
	dv_sigv4_target(&out, "/", &query);
	assert_string_equal(dv_buf_cstr(&out), "/?B=1&a=1&a=2&a-b=1");
	dv_strlist_release(&query);
	dv_buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_test_suite_of_aws_is_signed),
		cmocka_unit_test(the_examples_of_s3_are_signed),
		cmocka_unit_test(googles_dialect_has_its_own_words),
		cmocka_unit_test(odd_keys_are_encoded_once),
		cmocka_unit_test(names_are_sorted_before_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
