/* SPDX-License-Identifier: MIT */
#include "odbtools.h"

#define HEAD (64u << 10)
#define STEP (256u << 10)

static void write_bytes(const void *p, size_t n)
{
	int fd = open("f", O_RDWR | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(dv_write_full(fd, p, n), 0);
	assert_int_equal(close(fd), 0);
}

/* What fd gives is the n bytes at p. */
static void assert_hashed(int fd, enum dv_algo algo, const void *p, size_t n)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_digest id, is;
	uint64_t size = 1;

	assert_true(fd >= 0);
	assert_int_equal(dv_odb_hash_fd(algo, fd, &id, &size, NULL, &err), 0);
	dv_digest_of(&is, algo, p, n);
	assert_true(dv_digest_eq(&id, &is));
	assert_int_equal(size, n);
	close(fd);
}

/* Sizes at which steps, one reader and two begin and end. */
static void a_file_of_any_size_has_its_digest(void **state)
{
	static const size_t sizes[] = {
		0, 1, HEAD - 1, HEAD, HEAD + 1, HEAD + STEP, HEAD + STEP + 1,
		8 * MIB - 1, 8 * MIB, 8 * MIB + HEAD, 8 * MIB + HEAD + 1,
		33 * MIB + 7,
	};
	uint8_t *p = noise(33 * MIB + 7, 3);

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
		for (int algo = DV_ALGO_XXH128; algo <= DV_ALGO_SHA256;
		     algo++) {
			write_bytes(p, sizes[i]);
			assert_hashed(open("f", O_RDONLY),
				      (enum dv_algo)algo, p, sizes[i]);
		}
	free(p);
}

static void it_is_what_comes_from_the_offset_on(void **state)
{
	uint8_t *p = noise(20 * MIB, 4);
	int fd;

	(void)state;
	write_bytes(p, 20 * MIB);
	fd = open("f", O_RDONLY);
	assert_int_equal(lseek(fd, 12345, SEEK_SET), 12345);
	assert_hashed(fd, DV_ALGO_XXH128, p + 12345, 20 * MIB - 12345);
	free(p);
}

static void what_cannot_be_read_is_a_failure(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_digest id;

	(void)state;
	assert_int_equal(dv_odb_hash_fd(DV_ALGO_XXH128, open(".", O_RDONLY),
					&id, NULL, NULL, &err), -DV_E_SYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TMP_TEST(a_file_of_any_size_has_its_digest),
		UNIT_TMP_TEST(it_is_what_comes_from_the_offset_on),
		UNIT_TMP_TEST(what_cannot_be_read_is_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
