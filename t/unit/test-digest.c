/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "base/digest.h"
#include "base/hex.h"
#include "base/xxh3.h"

/* What xxhsum -H2 and sha256sum say of the first n bytes of pattern(). */
static const struct {
	size_t n;
	const char *xxh128, *sha256;
} vectors[] = {
	{ 0, "99aa06d3014798d86001c324468d497f",
	  "e3b0c44298fc1c149afbf4c8996fb924"
	  "27ae41e4649b934ca495991b7852b855" },
	{ 1, "e1325e21416bcdb2929e358d27ae3ee2",
	  "e77b9a9ae9e30b0dbdb6f510a264ef9d"
	  "e781501d7b6b92ae89eb059c5ab743db" },
	{ 3, "6314f6269026169330069c90b99182f2",
	  "d92e9c8d6444b08457c02020fd2b25db"
	  "933f08012767e51cf8818bdaf1371b50" },
	{ 4, "1c0809605e05a2b1bee8c76c7e70385d",
	  "8d38f74eee5e4a3e8da8066602147492"
	  "7934d17e54d28c96212a855f3899164a" },
	{ 8, "f638c7d0289261a59dab33761e888bdc",
	  "92de7b45f9dbfb102437a78cf7d56766"
	  "be7e4d33a9063e65932c9a585fdca34c" },
	{ 9, "be5e2367d8076a4e80315196bcceb453",
	  "88854e41f2199f3b00f09baa224fe3e7"
	  "d4bc9241a2a75d0cec26100a1c27fd80" },
	{ 16, "b7c9f9df6d6bd8b075750de25ef8b2ce",
	  "3a7603f42bcd529525361d0f98af1ff4"
	  "bad3b6825e13f98c4126653f8e1e8ba2" },
	{ 17, "d633e30463db164a1210b42b2844b708",
	  "b4ea2a77e90ffa9bd117fc6703f203b0"
	  "3ff5b49a9020a565ba760747be162939" },
	{ 128, "1f89463d95789d07684810c47dfc23b1",
	  "d941b7e9ad66fb47d0c0b8507e56efc1"
	  "79ae6c42249057c251da4ccdb9f9a3b1" },
	{ 129, "817e37e4199c924846def383441ebd8f",
	  "3ea2bb22010cdef70edb0a7d9347c98f"
	  "0a9be655e152f9f34e01ea8187ee7081" },
	{ 240, "472680b6185360fad31a321f96c08b75",
	  "ea0f7889b4be05b36b34125d59f35c2f"
	  "19ca15d5d3eb15e501c62775ce77f61e" },
	{ 241, "5e38c3db94be612d8bd3aa0d9f127af5",
	  "e6cedeb6d4607866536de62a8f57ec2a"
	  "d9ec5a87d3855c0eab3da78e659648c6" },
	{ 1023, "6e269615e280835e45a5488a20b93e02",
	  "235550f98b7ea6582530f46f833ce2e8"
	  "795133a6e5ad90629de6cc7aec7a9f04" },
	{ 1024, "bd3b2335a50f9e323fa1d4d42c21189e",
	  "e9688cc53e92e721e3df5d36c510aa93"
	  "a3ee3a70ad811e0a0d4c60a55059b222" },
	{ 1025, "a4b856a83e68e5a6c3b964f69630a13c",
	  "b6d3f4bf03afb24f8311bea37bb069d4"
	  "83b604baa478e9da0a6e4c33745fe368" },
	{ 65536, "2497aac5909e7317870a6189669ea83e",
	  "dd2124a52884c396ffa9e94b64f6e1f9"
	  "d9df2fdb23ffe9bb3873494e071cef68" },
	{ 300007, "39c73dec7d74ecc60b071433dac15ec5",
	  "b94a6d1b7000c59efdaadd7f1b6f5cf3"
	  "75cdcb6ccb73e1da174b47e11cb1949a" },
};

#define N (sizeof(vectors) / sizeof(*vectors))
#define PATTERN_MAX 300007

static uint8_t *pattern(void)
{
	uint8_t *p = dv_malloc(PATTERN_MAX);

	for (size_t i = 0; i < PATTERN_MAX; i++)
		p[i] = (uint8_t)(i * 131 + (i >> 8) * 7 + 5);
	return p;
}

static void whole_strings_have_the_known_digests(void **state)
{
	uint8_t *p = pattern();
	char hex[DV_DIGEST_TEXT];
	struct dv_digest d;

	(void)state;
	for (size_t i = 0; i < N; i++) {
		dv_digest_of(&d, DV_ALGO_XXH128, p, vectors[i].n);
		assert_string_equal(dv_digest_hex(hex, &d), vectors[i].xxh128);
		dv_digest_of(&d, DV_ALGO_SHA256, p, vectors[i].n);
		assert_string_equal(dv_digest_hex(hex, &d), vectors[i].sha256);
	}
	free(p);
}

static void stream(enum dv_algo algo, const uint8_t *p, size_t n,
		   size_t step, struct dv_digest *out)
{
	struct dv_hasher *h = dv_hasher_new(algo);

	assert_int_equal((uintptr_t)h % 64, 0);
	for (size_t i = 0; i < n; i += step)
		dv_hasher_update(h, p + i, n - i < step ? n - i : step);
	dv_hasher_update(h, NULL, 0);
	dv_hasher_final(h, out);
	dv_hasher_free(h);
}

static void streams_agree_however_they_are_cut(void **state)
{
	static const size_t steps[] = { 1, 7, 64, 255, 4096, PATTERN_MAX };
	uint8_t *p = pattern();
	struct dv_digest whole, d;

	(void)state;
	for (size_t i = 0; i < 2 * N; i++) {
		enum dv_algo algo = i & 1 ? DV_ALGO_SHA256 : DV_ALGO_XXH128;
		size_t n = vectors[i / 2].n;

		dv_digest_of(&whole, algo, p, n);
		for (size_t k = 0; k < sizeof(steps) / sizeof(*steps); k++) {
			stream(algo, p, n, steps[k], &d);
			assert_true(dv_digest_eq(&whole, &d));
		}
	}
	dv_hasher_free(NULL);
	free(p);
}

static void check_variant(const struct dv_xxh3 *x, const uint8_t *p)
{
	void *s = aligned_alloc(64, (x->state_size + 63) / 64 * 64);
	uint8_t a[16], b[16];

	assert_non_null(s);
	for (size_t n = 0; n < 3000; n++) {
		/* From an odd address, too. */
		const uint8_t *from = p + n % 3;

		dv_xxh3_plain.of(from, n, a);
		x->of(from, n, b);
		assert_memory_equal(a, b, 16);
		x->reset(s);
		x->update(s, from, n / 3);
		x->update(s, from + n / 3, n - n / 3);
		x->final(s, b);
		assert_memory_equal(a, b, 16);
		assert_true(dv_xxh3_plain.hash64(from, n) ==
			    x->hash64(from, n));
	}
	free(s);
}

static void every_instruction_set_gives_the_same(void **state)
{
	uint8_t *p = pattern();

	(void)state;
	check_variant(&dv_xxh3_plain, p);
#if defined(__x86_64__)
	if (__builtin_cpu_supports("avx2"))
		check_variant(&dv_xxh3_avx2, p);
	if (__builtin_cpu_supports("avx512f"))
		check_variant(&dv_xxh3_avx512, p);
#endif
	free(p);
}

static void hash64_is_xxh3_64_with_seed_0(void **state)
{
	uint8_t *p = pattern();

	(void)state;
	assert_true(dv_hash64("", 0) == 0x2d06800538d394c2);
	assert_true(dv_hash64(p, 16) == 0x98ea59f608d94941);
	assert_true(dv_hash64(p, PATTERN_MAX) == 0x0b071433dac15ec5);
	free(p);
}

#define HEX32 "99aa06d3014798d86001c324468d497f"
#define HEX64 "e3b0c44298fc1c149afbf4c8996fb924" \
	      "27ae41e4649b934ca495991b7852b855"

static void parse_takes_whole_ids_and_bare_hex(void **state)
{
	static const struct {
		const char *text;
		enum dv_algo algo, is;
	} good[] = {
		{ "xxh128:" HEX32, 0, DV_ALGO_XXH128 },
		{ "xxh128:" HEX32, DV_ALGO_XXH128, DV_ALGO_XXH128 },
		{ HEX32, DV_ALGO_XXH128, DV_ALGO_XXH128 },
		{ "sha256:" HEX64, 0, DV_ALGO_SHA256 },
		{ "sha256:" HEX64, DV_ALGO_SHA256, DV_ALGO_SHA256 },
		{ HEX64, DV_ALGO_SHA256, DV_ALGO_SHA256 },
	};
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		const char *hex = good[i].is == DV_ALGO_SHA256 ? HEX64 : HEX32;
		char text[DV_DIGEST_TEXT];
		struct dv_digest d;

		memset(&d, 0xff, sizeof(d));
		assert_int_equal(dv_digest_parse(&d, good[i].text,
						 strlen(good[i].text),
						 good[i].algo, &err), 0);
		assert_int_equal(d.algo, good[i].is);
		assert_string_equal(dv_digest_hex(text, &d), hex);
		assert_string_equal(dv_digest_format(text, &d) + 7, hex);
		for (size_t k = dv_algo_size(d.algo); k < DV_DIGEST_MAX; k++)
			assert_int_equal(d.b[k], 0);
	}
}

static void parse_refuses_all_else_and_says_what(void **state)
{
	static const struct {
		const char *text;
		enum dv_algo algo;
	} bad[] = {
		{ "", 0 }, { ":", 0 }, { "xxh128", 0 }, { "xxh128:", 0 },
		{ HEX32, 0 }, { HEX64, 0 },
		{ HEX32, DV_ALGO_SHA256 }, { HEX64, DV_ALGO_XXH128 },
		{ "xxh128:" HEX32, DV_ALGO_SHA256 },
		{ "sha256:" HEX64, DV_ALGO_XXH128 },
		{ "xxh128:" HEX64, 0 }, { "sha256:" HEX32, 0 },
		{ "xxh128:" HEX32 "0", 0 }, { "xxh128:0" HEX32, 0 },
		{ "XXH128:" HEX32, 0 }, { " xxh128:" HEX32, 0 },
		{ "xxh128: " HEX32, 0 }, { "md5:" HEX32, 0 },
		{ "xxh128:99AA06d3014798d86001c324468d497f", 0 },
		{ "99aa06d3014798d86001c324468d497g", DV_ALGO_XXH128 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct dv_err err = DV_ERR_INIT;
		struct dv_digest d = { .algo = 77 };
		char quoted[200];

		snprintf(quoted, sizeof(quoted), "'%s'", bad[i].text);
		assert_int_equal(dv_digest_parse(&d, bad[i].text,
						 strlen(bad[i].text),
						 bad[i].algo, &err),
				 -DV_E_INVALID);
		assert_non_null(strstr(err.msg, quoted));
		assert_int_equal(d.algo, 77);
	}
}

static void parse_reads_no_further_than_told(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_digest d;

	(void)state;
	assert_int_equal(dv_digest_parse(&d, "xxh128:" HEX32 "\tpath", 39, 0,
					 &err), 0);
	for (size_t n = 0; n < 39; n++) {
		char *text = dv_malloc(n);

		memcpy(text, "xxh128:" HEX32, n);
		assert_int_equal(dv_digest_parse(&d, text, n, 0, &err),
				 -DV_E_INVALID);
		free(text);
	}
}

static void order_is_algorithm_then_bytes(void **state)
{
	struct dv_digest a, b, c;

	(void)state;
	dv_digest_set(&a, DV_ALGO_XXH128, "\xff\xff\xff\xff\xff\xff\xff\xff"
		      "\xff\xff\xff\xff\xff\xff\xff\xff");
	dv_digest_of(&b, DV_ALGO_SHA256, "", 0);
	c = b;
	c.b[31]++;
	assert_true(dv_digest_cmp(&a, &b) < 0);
	assert_true(dv_digest_cmp(&c, &b) > 0);
	assert_true(dv_digest_eq(&b, &b));
	assert_false(dv_digest_eq(&b, &c));
	assert_true(dv_digest_isset(&a));
	assert_false(dv_digest_isset(&(struct dv_digest){ .algo = 0 }));
}

static void algorithms_have_names(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	enum dv_algo algo = 0;

	(void)state;
	assert_int_equal(dv_algo_parse(&algo, "xxh128", &err), 0);
	assert_int_equal(algo, DV_ALGO_XXH128);
	assert_int_equal(dv_algo_parse(&algo, "sha256", &err), 0);
	assert_int_equal(algo, DV_ALGO_SHA256);
	assert_int_equal(dv_algo_parse(&algo, "sha1", &err), -DV_E_INVALID);
	assert_string_equal(err.msg, "unknown object format 'sha1': "
			    "there are 'xxh128' and 'sha256'");
}

/* RFC 4231, test cases 1, 2, 3, 6 and 7. */
static void hmac_sha256_has_the_known_answers(void **state)
{
	static const struct {
		char key_byte;
		const char *key;
		size_t key_len;
		const char *data;
		size_t n;
		const char *hex;
	} known[] = {
		{ 0x0b, NULL, 20, "Hi There", 8,
		  "b0344c61d8db38535ca8afceaf0bf12b"
		  "881dc200c9833da726e9376c2e32cff7" },
		{ 0, "Jefe", 4, "what do ya want for nothing?", 28,
		  "5bdcc146bf60754e6a042426089575c7"
		  "5a003f089d2739839dec58b964ec3843" },
		{ (char)0xaa, NULL, 20, NULL, 50,
		  "773ea91e36800e46854db8ebd09181a7"
		  "2959098b3ef8c122d9635514ced565fe" },
		{ (char)0xaa, NULL, 131, "Test Using Larger Than Block-Size "
		  "Key - Hash Key First", 54,
		  "60e431591ee0b67f0d8a26aacbf5b77f"
		  "8e0bc6213728c5140546040f0ee37f54" },
		{ (char)0xaa, NULL, 131, "This is a test using a larger than "
		  "block-size key and a larger than block-size data. The key "
		  "needs to be hashed before being used by the HMAC "
		  "algorithm.", 152,
		  "9b09ffa71b942fcb27635fbcd5b0e944"
		  "bfdc63644f0713938a7f51535c3a35e2" },
	};
	char key[131], dd[50];

	(void)state;
	memset(dd, 0xdd, sizeof(dd));
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		uint8_t out[32];
		char hex[65];

		memset(key, known[i].key_byte, sizeof(key));
		dv_hmac_sha256(out, known[i].key ? known[i].key : key,
			       known[i].key_len,
			       known[i].data ? known[i].data : dd,
			       known[i].n);
		dv_hex_format(hex, out, 32);
		assert_string_equal(hex, known[i].hex);
	}
}

/* Keys of SigV4 are made by signing with the last one, in its place. */
static void hmac_sha256_may_write_over_its_key(void **state)
{
	uint8_t apart[32], key[32] = "key";

	(void)state;
	dv_hmac_sha256(apart, key, sizeof(key), "x", 1);
	dv_hmac_sha256(key, key, sizeof(key), "x", 1);
	assert_memory_equal(apart, key, sizeof(key));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_strings_have_the_known_digests),
		cmocka_unit_test(streams_agree_however_they_are_cut),
		cmocka_unit_test(every_instruction_set_gives_the_same),
		cmocka_unit_test(hash64_is_xxh3_64_with_seed_0),
		cmocka_unit_test(parse_takes_whole_ids_and_bare_hex),
		cmocka_unit_test(parse_refuses_all_else_and_says_what),
		cmocka_unit_test(parse_reads_no_further_than_told),
		cmocka_unit_test(order_is_algorithm_then_bytes),
		cmocka_unit_test(algorithms_have_names),
		cmocka_unit_test(hmac_sha256_has_the_known_answers),
		cmocka_unit_test(hmac_sha256_may_write_over_its_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
