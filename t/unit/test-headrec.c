/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "format/headrec.h"

#define NONCE "00112233445566778899aabbccddeeff"
#define ID "0123456789-01234567-89abcdef"
#define A "11111111111111111111111111111111"
#define B "22222222222222222222222222222222"
#define C "33333333333333333333333333333333"

static const char format[] = "dv-remote 1\nobject-format xxh128\n";
static const char head[] =
	"dv-head 1\nversion " ID "\nnonce " NONCE "\n";
static const char nowhere[] = "dv-head 1\nversion -\nnonce " NONCE "\n";
static const char dooms[] =
	"dv-gc 1\nnonce " NONCE "\n"
	"manifests 2\nmanifest " A " 7\nmanifest " B " 1\n"
	"packs 1\npack " C "\n";
static const char no_dooms[] =
	"dv-gc 1\nnonce " NONCE "\nmanifests 0\npacks 0\n";

/*
 * Parse text of n bytes, copied to where a sanitizer sees each byte that
 * is read behind its end, and format it again.
 */
typedef int parse_fn(const char *text, size_t n, struct dv_buf *again,
		     struct dv_err *err);

static int parse_format(const char *text, size_t n, struct dv_buf *again,
			struct dv_err *err)
{
	enum dv_algo algo;
	int rc = dv_remotefmt_parse(text, n, &algo, err);

	if (!rc)
		dv_remotefmt_format(again, algo);
	return rc;
}

static int parse_head(const char *text, size_t n, struct dv_buf *again,
		      struct dv_err *err)
{
	struct dv_headrec h;
	int rc = dv_headrec_parse(&h, text, n, err);

	if (!rc)
		dv_headrec_format(again, &h);
	return rc;
}

static int parse_dooms(const char *text, size_t n, struct dv_buf *again,
		       struct dv_err *err)
{
	struct dv_doomrec d;
	int rc = dv_doomrec_parse(&d, DV_ALGO_XXH128, text, n, err);

	if (!rc) {
		dv_doomrec_format(again, &d);
		dv_doomrec_release(&d);
	}
	return rc;
}

static int try(parse_fn *parse, const char *text, size_t n)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf again = DV_BUF_INIT;
	char *copy = dv_malloc(n);
	int rc;

	if (n)
		memcpy(copy, text, n);
	rc = parse(copy, n, &again, &err);
	if (!rc) {
		assert_int_equal(again.len, n);
		assert_memory_equal(again.data, copy, n);
	} else {
		assert_int_equal(-rc, err.code);
		assert_true(*err.msg);
	}
	dv_buf_release(&again);
	free(copy);
	return rc;
}

static const struct {
	parse_fn *parse;
	const char *text;
} good[] = {
	{ parse_format, format },
	{ parse_format, "dv-remote 1\nobject-format sha256\n" },
	{ parse_head, head },
	{ parse_head, nowhere },
	{ parse_dooms, dooms },
	{ parse_dooms, no_dooms },
};
#define GOOD (sizeof(good) / sizeof(*good))

static void what_dv_writes_is_read(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_doomrec d;
	struct dv_headrec h;

	(void)state;
	for (size_t i = 0; i < GOOD; i++)
		assert_int_equal(try(good[i].parse, good[i].text,
				     strlen(good[i].text)), 0);
	assert_int_equal(dv_headrec_parse(&h, head, strlen(head), &err), 0);
	assert_string_equal(h.version, ID);
	assert_string_equal(h.nonce, NONCE);
	assert_int_equal(dv_headrec_parse(&h, nowhere, strlen(nowhere), &err),
			 0);
	assert_string_equal(h.version, "");
	assert_int_equal(dv_doomrec_parse(&d, DV_ALGO_XXH128, dooms,
					  strlen(dooms), &err), 0);
	assert_int_equal(d.manifests_n, 2);
	assert_int_equal(d.numbers[0], 7);
	assert_int_equal(d.packs_n, 1);
	assert_int_equal(d.packs[0].b[15], 0x33);
	dv_doomrec_release(&d);
}

static void every_truncation_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < GOOD; i++)
		for (size_t n = 0; n < strlen(good[i].text); n++)
			assert_int_equal(try(good[i].parse, good[i].text, n),
					 -DV_E_FORMAT);
}

/* Or it is another text that dv writes: try() sees to that. */
static void every_flipped_bit_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < GOOD; i++) {
		char *copy = dv_strdup(good[i].text);
		size_t n = strlen(copy);

		for (size_t bit = 0; bit < 8 * n; bit++) {
			copy[bit / 8] ^= (char)(1 << bit % 8);
			try(good[i].parse, copy, n);
			copy[bit / 8] ^= (char)(1 << bit % 8);
		}
		free(copy);
	}
}

static void other_texts_are_refused(void **state)
{
	static const struct {
		parse_fn *parse;
		const char *text;
		enum dv_code code;
	} bad[] = {
		{ parse_format, "dv-remote 2\nwhatever", DV_E_UNSUPPORTED },
		{ parse_format, "dv-remote 01\nobject-format xxh128\n",
		  DV_E_FORMAT },
		{ parse_format, "dv-remote x\nobject-format xxh128\n",
		  DV_E_FORMAT },
		{ parse_format, "dv-remote 1\nobject-format md5\n",
		  DV_E_FORMAT },
		{ parse_format, "dv-remote 1\nobject-format xxh128\n\n",
		  DV_E_FORMAT },
		{ parse_format, "dv-remote 1\r\nobject-format xxh128\r\n",
		  DV_E_FORMAT },
		{ parse_format, "<html><body>hello\n", DV_E_FORMAT },
		{ parse_head, "dv-head 3\n", DV_E_UNSUPPORTED },
		{ parse_head, "dv-head 1\nversion \nnonce " NONCE "\n",
		  DV_E_FORMAT },
		{ parse_head, "dv-head 1\nversion 012345\nnonce " NONCE "\n",
		  DV_E_FORMAT },
		{ parse_head, "dv-head 1\nversion " ID "\033\nnonce " NONCE
		  "\n", DV_E_FORMAT },
		{ parse_head, "dv-head 1\nversion " ID "\nnonce x" NONCE "\n",
		  DV_E_FORMAT },
		{ parse_head, "dv-head 1\nversion " ID "\nnonce 1\n",
		  DV_E_FORMAT },
		{ parse_head, "dv-head 1\nnonce " NONCE "\nversion " ID "\n",
		  DV_E_FORMAT },
		{ parse_dooms, "dv-gc 2\n", DV_E_UNSUPPORTED },
		{ parse_dooms, "dv-gc 1\nnonce " NONCE "\nmanifests 01\n"
		  "manifest " A " 1\npacks 0\n", DV_E_FORMAT },
		{ parse_dooms, "dv-gc 1\nnonce " NONCE "\nmanifests 1\n"
		  "manifest " A "\npacks 0\n", DV_E_FORMAT },
		{ parse_dooms, "dv-gc 1\nnonce " NONCE "\nmanifests 1\n"
		  "manifest " A " 0\npacks 0\n", DV_E_FORMAT },
		{ parse_dooms, "dv-gc 1\nnonce " NONCE "\nmanifests 1\n"
		  "manifest " A " 01\npacks 0\n", DV_E_FORMAT },
		{ parse_dooms, "dv-gc 1\nnonce " NONCE "\nmanifests 1\n"
		  "manifest " A " 12345678901\npacks 0\n", DV_E_FORMAT },
		{ parse_dooms, "dv-gc 1\nnonce " NONCE "\nmanifests 0\n"
		  "packs 1\npack " A " 1\n", DV_E_FORMAT },
		{ parse_dooms, "dv-gc 1\nnonce " NONCE "\nmanifests 0\n"
		  "packs 999999999999999\n", DV_E_FORMAT },
		{ parse_dooms, "dv-gc 1\nnonce " NONCE "\nmanifests 0\n"
		  "packs 2\npack " B "\npack " A "\n", DV_E_FORMAT },
		{ parse_dooms, "dv-gc 1\nnonce " NONCE "\nmanifests 0\n"
		  "packs 2\npack " A "\npack " A "\n", DV_E_FORMAT },
		{ parse_dooms, "dv-gc 1\nnonce " NONCE "\nmanifests 0\n"
		  "packs 1\npack xxh128:" A "\n", DV_E_FORMAT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(try(bad[i].parse, bad[i].text,
				     strlen(bad[i].text)), -(int)bad[i].code);
}

static void a_nonce_is_made_once(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	char a[DV_NONCE_HEX], b[DV_NONCE_HEX];

	(void)state;
	assert_int_equal(dv_nonce_make(a, &err), 0);
	assert_int_equal(dv_nonce_make(b, &err), 0);
	assert_int_equal(strlen(a), DV_NONCE_HEX - 1);
	assert_string_not_equal(a, b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_dv_writes_is_read),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(every_flipped_bit_is_refused),
		cmocka_unit_test(other_texts_are_refused),
		cmocka_unit_test(a_nonce_is_made_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
