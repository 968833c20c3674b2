/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "remote/rkey.h"

#define HEX "d6551079e640a3989351d9835e2f941c"
#define HEX64 HEX HEX
#define ID "0123456789-dirty-01234567-89abcdef"

static void digest(struct dv_digest *d, enum dv_algo algo, const char *hex)
{
	struct dv_err err = DV_ERR_INIT;

	assert_int_equal(dv_digest_parse(d, hex, strlen(hex), algo, &err), 0);
}

static void keys_are_those_of_the_page(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf b = DV_BUF_INIT;
	struct dv_digest d;

	(void)state;
	digest(&d, DV_ALGO_XXH128, HEX);
	assert_string_equal(dv_rkey_pack(&b, &d, ".pack"),
			    "dv/packs/" HEX ".pack");
	assert_string_equal(dv_rkey_manifest(&b, &d), "dv/manifests/" HEX "/");
	assert_string_equal(dv_rkey_add_number(&b, 12),
			    "dv/manifests/" HEX "/0000000012");
	assert_int_equal(dv_rkey_version(&b, "lab", "raw/a b", ID, &err), 0);
	assert_string_equal(b.data, "dv/versions/lab/raw=2Fa=20b/" ID);
	assert_int_equal(dv_rkey_version(&b, "lab", "data", NULL, &err), 0);
	assert_string_equal(b.data, "dv/versions/lab/data/");
	assert_int_equal(dv_rkey_head(&b, "lab", "data", NULL, &err), 0);
	assert_string_equal(b.data, "dv/heads/lab/data/latest/");
	assert_int_equal(dv_rkey_head(&b, "lab", "data", "v1/x", &err), 0);
	assert_string_equal(dv_rkey_add_number(&b, DV_RKEY_NUMBER_MAX),
			    "dv/heads/lab/data/tags/v1=2Fx/9999999999");
	dv_buf_release(&b);
}

static void names_that_no_key_can_have_are_refused(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf b = DV_BUF_INIT;
	char longest[300];

	(void)state;
	memset(longest, 'x', sizeof(longest));
	longest[299] = '\0';
	assert_int_equal(dv_rkey_version(&b, "", "data", ID, &err),
			 -DV_E_INVALID);
	assert_int_equal(dv_rkey_version(&b, "lab", "../x", ID, &err),
			 -DV_E_INVALID);
	assert_int_equal(dv_rkey_version(&b, "lab", longest, ID, &err),
			 -DV_E_LIMIT);
	assert_int_equal(dv_rkey_head(&b, "lab", "data", "", &err),
			 -DV_E_INVALID);
	assert_non_null(strstr(err.msg, "tag ''"));
	dv_buf_release(&b);
}

static void keys_are_taken_apart(void **state)
{
	struct dv_buf ns = DV_BUF_INIT, ds = DV_BUF_INIT, tag = DV_BUF_INIT;
	char id[DV_VERSION_ID_MAX];
	const char *suffix;
	struct dv_digest d, e;
	uint64_t n;

	(void)state;
	assert_true(dv_rkey_parse_version("dv/versions/lab/a=2Fb/" ID, &ns,
					  &ds, id));
	assert_string_equal(ns.data, "lab");
	assert_string_equal(ds.data, "a/b");
	assert_string_equal(id, ID);
	assert_true(dv_rkey_parse_head("dv/heads/l/d/latest/0000000007", &ns,
				       &ds, &tag, &n));
	assert_string_equal(dv_buf_cstr(&tag), "");
	assert_int_equal(n, 7);
	assert_true(dv_rkey_parse_head("dv/heads/l/d/tags/a=40b/9999999999",
				       &ns, &ds, &tag, &n));
	assert_string_equal(tag.data, "a@b");
	assert_int_equal(n, DV_RKEY_NUMBER_MAX);

	digest(&d, DV_ALGO_XXH128, HEX);
	assert_true(dv_rkey_parse_pack("dv/packs/" HEX ".idx", DV_ALGO_XXH128,
				       &e, &suffix));
	assert_string_equal(suffix, ".idx");
	assert_true(dv_digest_eq(&d, &e));
	digest(&d, DV_ALGO_SHA256, HEX64);
	assert_true(dv_rkey_parse_manifest("dv/manifests/" HEX64
					   "/0000000001",
					   DV_ALGO_SHA256, &e, &n));
	assert_true(dv_digest_eq(&d, &e));
	assert_int_equal(n, 1);
	assert_true(dv_rkey_parse_number("dv/gc/0000000300", DV_RKEY_GC, &n));
	assert_int_equal(n, 300);
	dv_buf_release(&ns);
	dv_buf_release(&ds);
	dv_buf_release(&tag);
}

static void what_would_not_have_been_made_is_no_key(void **state)
{
	static const char *const bad[] = {
		"", "dv/", "dv/versions/", "dv/versions/lab/", "xv/packs/",
		"dv/versions/lab/data/", "dv/versions/lab/data/" ID "x",
		"dv/versions/lab/data/" ID "/", "dv/versions//data/" ID,
		"dv/versions/lab/a/b/" ID, "dv/versions/lab/a=2fb/" ID,
		"dv/versions/lab/a b/" ID, "dv/versions/lab/=2E./" ID,
		"dv/versions/lab/=2F" "a/" ID, "dv/versions/lab/=61/" ID,
		"dv/versions/lab/data/0123456789-01234567-89ABCDEF",
		"dv/heads/l/d/latest/", "dv/heads/l/d/latest/0000000000",
		"dv/heads/l/d/latest/000000001", "dv/heads/l/d/latest/1",
		"dv/heads/l/d/latest/00000000001",
		"dv/heads/l/d/latest/000000000a",
		"dv/heads/l/d/latest/+000000001",
		"dv/heads/l/d/tags/0000000001",
		"dv/heads/l/d/tags//0000000001",
		"dv/heads/l/d/other/0000000001",
		"dv/packs/" HEX, "dv/packs/" HEX ".pac", "dv/packs/.pack",
		"dv/packs/" HEX ".packs", "dv/packs/" HEX64 ".pack",
		"dv/packs/D6551079e640a3989351d9835e2f941c.pack",
		"dv/manifests/" HEX, "dv/manifests/" HEX "/",
		"dv/manifests/" HEX "0000000001",
		"dv/manifests/" HEX "//0000000001",
		"dv/gc/0000000001x", "dv/gc/", "dv/gc/x",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct dv_buf a = DV_BUF_INIT, b = DV_BUF_INIT;
		struct dv_buf c = DV_BUF_INIT;
		char id[DV_VERSION_ID_MAX];
		const char *suffix;
		struct dv_digest d;
		uint64_t n;

		assert_false(dv_rkey_parse_version(bad[i], &a, &b, id));
		assert_false(dv_rkey_parse_head(bad[i], &a, &b, &c, &n));
		assert_false(dv_rkey_parse_pack(bad[i], DV_ALGO_XXH128, &d,
						&suffix));
		assert_false(dv_rkey_parse_manifest(bad[i], DV_ALGO_XXH128,
						    &d, &n));
		assert_false(dv_rkey_parse_number(bad[i], DV_RKEY_GC, &n));
		dv_buf_release(&a);
		dv_buf_release(&b);
		dv_buf_release(&c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_those_of_the_page),
		cmocka_unit_test(names_that_no_key_can_have_are_refused),
		cmocka_unit_test(keys_are_taken_apart),
		cmocka_unit_test(what_would_not_have_been_made_is_no_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
