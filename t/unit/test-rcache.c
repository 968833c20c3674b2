/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <inttypes.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "format/pack.h"
#include "format/packidx.h"
#include "remote/rcache.h"

#define URL "s3://lab/dv?region=x"

static const enum dv_algo algos[] = { DV_ALGO_XXH128, DV_ALGO_SHA256 };

static struct dv_rcache *open_cache(enum dv_algo algo)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_rcache *c;

	assert_int_equal(dv_rcache_open(&c, "store", URL, algo, &err), 0);
	return c;
}

/* <store>/cache/remote/<key>/<name>; the caller frees. */
static char *path_of(const char *name)
{
	char hex[2 * DV_DIGEST_MAX + 1];
	struct dv_digest key;

	dv_digest_of(&key, DV_ALGO_XXH128, URL, strlen(URL));
	return dv_asprintf("store/cache/remote/%s/%s",
			   dv_digest_hex(hex, &key), name);
}

static bool exists(const char *name)
{
	char *path = path_of(name);
	bool yes = !access(path, F_OK);

	free(path);
	return yes;
}

/* --- state -------------------------------------------------------------- */

static void set(struct dv_rcache *c, const char *key, const char *value)
{
	struct dv_err err = DV_ERR_INIT;

	assert_int_equal(dv_rcache_set(c, key, value, &err), 0);
}

/* NULL: it is not remembered. */
static void expect(struct dv_rcache *c, const char *key, const char *value)
{
	struct dv_buf out = DV_BUF_INIT;
	struct dv_err err = DV_ERR_INIT;

	assert_int_equal(dv_rcache_get(c, key, &out, &err), value != NULL);
	if (value)
		assert_string_equal(dv_buf_cstr(&out), value);
	dv_buf_release(&out);
}

/* What a cache that is opened now remembers. */
static void expect_later(const char *key, const char *value)
{
	struct dv_rcache *c = open_cache(DV_ALGO_XXH128);

	expect(c, key, value);
	dv_rcache_close(c);
}

static void looking_writes_nothing(void **state)
{
	(void)state;
	expect_later("create", NULL);
	assert_int_not_equal(access("store/cache", F_OK), 0);
}

static void what_was_set_is_there_later(void **state)
{
	struct dv_rcache *c = open_cache(DV_ALGO_XXH128);

	(void)state;
	set(c, "format", "xxh128");
	set(c, "head/lab/data", "12 40 1700000000 abc");
	set(c, "head/lab/dat", "");
	set(c, "create", "no");
	set(c, "create", "yes");
	expect(c, "create", "yes");
	dv_rcache_close(c);

	expect_later("format", "xxh128");
	expect_later("head/lab/data", "12 40 1700000000 abc");
	expect_later("head/lab/dat", "");
	expect_later("head/lab", NULL);
	expect_later("create", "yes");
}

static void what_was_removed_is_gone_later(void **state)
{
	struct dv_rcache *c = open_cache(DV_ALGO_XXH128);

	(void)state;
	set(c, "a", "1");
	set(c, "b", "2");
	dv_rcache_close(c);
	c = open_cache(DV_ALGO_XXH128);
	set(c, "a", NULL);
	set(c, "none", NULL);
	expect(c, "a", NULL);
	dv_rcache_close(c);
	expect_later("a", NULL);
	expect_later("b", "2");
}

static void two_at_once_both_are_kept(void **state)
{
	struct dv_rcache *a = open_cache(DV_ALGO_XXH128);
	struct dv_rcache *b = open_cache(DV_ALGO_XXH128);

	(void)state;
	set(a, "x", "of a");
	set(b, "y", "of b");
	set(a, "z", "of a");
	set(b, "z", "of b");
	dv_rcache_close(a);
	dv_rcache_close(b);
	expect_later("x", "of a");
	expect_later("y", "of b");
	expect_later("z", "of b");
}

static void many_keys_come_back(void **state)
{
	struct dv_rcache *c = open_cache(DV_ALGO_XXH128);
	char key[40];

	(void)state;
	for (unsigned i = 0; i < 2000; i++) {
		snprintf(key, sizeof(key), "k/%u", i * 7919 % 2000);
		set(c, key, key);
	}
	dv_rcache_close(c);
	c = open_cache(DV_ALGO_XXH128);
	for (unsigned i = 0; i < 2000; i++) {
		snprintf(key, sizeof(key), "k/%u", i);
		expect(c, key, key);
	}
	dv_rcache_close(c);
}

static void a_line_of_its_own_is_no_value(void **state)
{
	struct dv_rcache *c = open_cache(DV_ALGO_XXH128);
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	assert_int_equal(dv_rcache_set(c, "a", "x\ncreate yes", &err),
			 -DV_E_INVALID);
	assert_int_equal(dv_rcache_set(c, "a b", "x", &err), -DV_E_INVALID);
	assert_int_equal(dv_rcache_set(c, "", "x", &err), -DV_E_INVALID);
	dv_rcache_close(c);
	assert_false(exists("state"));
}

static void read_state(struct dv_buf *out)
{
	struct dv_err err = DV_ERR_INIT;
	char *path = path_of("state");

	assert_int_equal(dv_file_read(out, AT_FDCWD, path, 1u << 20, &err), 0);
	free(path);
}

static void write_state(const void *p, size_t n)
{
	char *path = path_of("state");
	int fd = open(path, O_WRONLY | O_TRUNC);

	assert_true(fd >= 0);
	assert_int_equal(dv_write_full(fd, p, n), 0);
	close(fd);
	free(path);
}

static void make_state(struct dv_buf *whole)
{
	struct dv_rcache *c = open_cache(DV_ALGO_XXH128);

	set(c, "create", "yes");
	set(c, "format", "xxh128");
	dv_rcache_close(c);
	read_state(whole);
}

static void one_that_is_cut_short_counts_as_empty(void **state)
{
	struct dv_buf whole = DV_BUF_INIT;

	(void)state;
	make_state(&whole);
	for (size_t n = 0; n < whole.len; n++) {
		write_state(whole.data, n);
		expect_later("create", NULL);
	}
	write_state(whole.data, whole.len);
	expect_later("create", "yes");
	dv_buf_release(&whole);
}

static void every_flipped_bit_counts_as_empty(void **state)
{
	struct dv_buf whole = DV_BUF_INIT;

	(void)state;
	make_state(&whole);
	for (size_t i = 0; i < 8 * whole.len; i++) {
		whole.data[i / 8] = (char)(whole.data[i / 8] ^ (1 << i % 8));
		write_state(whole.data, whole.len);
		expect_later("create", NULL);
		whole.data[i / 8] = (char)(whole.data[i / 8] ^ (1 << i % 8));
	}
	dv_buf_release(&whole);
}

static void one_of_another_url_counts_as_empty(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf whole = DV_BUF_INIT;
	struct dv_rcache *c;

	(void)state;
	assert_int_equal(dv_rcache_open(&c, "store", "s3://other", 0, &err),
			 0);
	set(c, "create", "yes");
	dv_rcache_close(c);
	expect_later("create", NULL);

	/* The same bytes, under the key of another URL. */
	make_state(&whole);
	assert_int_equal(dv_rcache_open(&c, "store", "s3://other", 0, &err),
			 0);
	expect(c, "format", NULL);
	dv_rcache_close(c);
	dv_buf_release(&whole);
}

/* --- indexes -------------------------------------------------------------- */

/* The index of a pack of one object, in a file; *id is the pack's name. */
static void make_idx(const char *file, enum dv_algo algo, struct dv_digest *id)
{
	struct dv_packidx_builder b;
	struct dv_pack_block block = {
		.offset = DV_PACK_HEADER, .check = 1, .stored = 5, .plain = 5,
		.codec = DV_PACK_STORED
	};
	struct dv_pack_object object = {
		.block = 0, .offset = 0, .length = 5, .type = DV_PACK_PLAIN,
		.size = 5
	};
	struct dv_buf out = DV_BUF_INIT;
	struct dv_digest of;
	FILE *f = fopen(file, "w");

	dv_digest_of(&of, algo, "hello", 5);
	dv_packidx_builder_init(&b, algo);
	dv_packidx_builder_block(&b, &block);
	dv_packidx_builder_object(&b, &of, &object);
	dv_packidx_builder_encode(&b, DV_PACK_DATA, DV_PACK_HEADER + 5, &out);
	dv_packidx_builder_release(&b);
	dv_digest_of(id, algo, out.data, out.len);
	assert_non_null(f);
	assert_int_equal(fwrite(out.data, 1, out.len, f), out.len);
	assert_int_equal(fclose(f), 0);
	dv_buf_release(&out);
}

static char *idx_path(const struct dv_digest *id)
{
	char hex[2 * DV_DIGEST_MAX + 1];
	char *name = dv_asprintf("idx/%s.idx", dv_digest_hex(hex, id));
	char *path = path_of(name);

	free(name);
	return path;
}

static int get_idx(struct dv_rcache *c, const struct dv_digest *id)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_map map = DV_MAP_INIT;
	struct dv_packidx x;
	int rc = dv_rcache_get_idx(c, id, &map, &x, &err);

	if (rc > 0)
		assert_int_equal(x.n, 1);
	dv_map_release(&map);
	return rc;
}

static void an_index_is_taken_in_and_found(void **state)
{
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct dv_rcache *c = open_cache(algos[i]);
		struct dv_digest id;

		make_idx("file", algos[i], &id);
		assert_int_equal(get_idx(c, &id), 0);
		assert_int_equal(dv_rcache_put_idx(c, &id, "file", &err), 0);
		assert_int_not_equal(access("file", F_OK), 0);
		assert_int_equal(get_idx(c, &id), 1);
		dv_rcache_close(c);
	}
}

static void an_index_of_another_name_is_refused(void **state)
{
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct dv_rcache *c = open_cache(algos[i]);
		struct dv_digest id;

		make_idx("file", algos[i], &id);
		id.b[0] ^= 1;
		assert_int_equal(dv_rcache_put_idx(c, &id, "file", &err),
				 -DV_E_DIGEST);
		assert_int_equal(get_idx(c, &id), 0);
		dv_rcache_close(c);
	}
}

static void what_hashes_right_and_is_no_index_is_refused(void **state)
{
	struct dv_rcache *c = open_cache(DV_ALGO_XXH128);
	struct dv_err err = DV_ERR_INIT;
	struct dv_digest id;

	(void)state;
	unit_write("file", "no index");
	dv_digest_of(&id, DV_ALGO_XXH128, "no index", 8);
	assert_int_equal(dv_rcache_put_idx(c, &id, "file", &err),
			 -DV_E_FORMAT);
	unit_write("file", "");
	dv_digest_of(&id, DV_ALGO_XXH128, "", 0);
	assert_int_equal(dv_rcache_put_idx(c, &id, "file", &err),
			 -DV_E_FORMAT);
	dv_rcache_close(c);
}

static void a_damaged_index_is_not_believed_and_goes(void **state)
{
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct dv_rcache *c = open_cache(algos[i]);
		struct dv_digest id;
		char *path;
		FILE *f;

		make_idx("file", algos[i], &id);
		assert_int_equal(dv_rcache_put_idx(c, &id, "file", &err), 0);
		path = idx_path(&id);
		assert_int_equal(chmod(path, 0600), 0);
		f = fopen(path, "r+");
		assert_non_null(f);
		assert_int_equal(fseek(f, 40, SEEK_SET), 0);
		fputc(0x5a, f);
		fclose(f);
		assert_int_equal(get_idx(c, &id), 0);
		assert_int_not_equal(access(path, F_OK), 0);

		make_idx("file", algos[i], &id);
		assert_int_equal(dv_rcache_put_idx(c, &id, "file", &err), 0);
		assert_int_equal(truncate(path, 30), 0);
		assert_int_equal(get_idx(c, &id), 0);
		free(path);
		dv_rcache_close(c);
	}
}

/* --- what is published ------------------------------------------------------ */

static void id_of(struct dv_digest *d, enum dv_algo algo, int i)
{
	dv_digest_of(d, algo, &i, sizeof(i));
}

static void publish(struct dv_rcache *c, enum dv_algo algo, int first, int end)
{
	struct dv_digest d;

	for (int i = first; i < end; i++) {
		id_of(&d, algo, i);
		dv_rcache_published_add(c, &d);
	}
}

static int count_id(const struct dv_digest *id, uint64_t value, void *arg)
{
	(void)id, (void)value;
	++*(int *)arg;
	return 0;
}

/* How many a cache that is opened now knows; those of first .. end. */
static void expect_published(enum dv_algo algo, int first, int end, int all)
{
	struct dv_rcache *c = open_cache(algo);
	struct dv_digest d;
	int n = 0;

	assert_int_equal(dv_rcache_published_each(c, count_id, &n), 0);
	assert_int_equal(n, all);
	for (int i = first; i < end; i++) {
		id_of(&d, algo, i);
		assert_true(dv_rcache_published_has(c, &d));
	}
	dv_rcache_close(c);
}

static void what_is_published_is_remembered(void **state)
{
	char *path = path_of("published");

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct dv_rcache *c = open_cache(algos[i]);
		struct dv_err err = DV_ERR_INIT;
		struct dv_digest none = { .algo = 0 }, d;

		expect_published(algos[i], 0, 0, 0);
		dv_rcache_published_add(c, &none);
		assert_false(exists("published"));
		publish(c, algos[i], 0, 1000);
		publish(c, algos[i], 0, 1000);
		expect_published(algos[i], 0, 0, 0);
		assert_int_equal(dv_rcache_published_flush(c, &err), 0);
		expect_published(algos[i], 0, 1000, 1000);
		id_of(&d, algos[1 - i], 0);
		dv_rcache_published_add(c, &d);
		dv_rcache_published_off(c);
		publish(c, algos[i], 1000, 1001);
		dv_rcache_close(c);
		expect_published(algos[i], 0, 1000, 1000);
		unlink(path);
	}
	free(path);
}

static void what_was_withdrawn_is_forgotten(void **state)
{
	struct dv_rcache *c = open_cache(DV_ALGO_XXH128), *other;
	struct dv_digest d, e;

	(void)state;
	publish(c, DV_ALGO_XXH128, 0, 10);
	dv_rcache_close(c);
	c = open_cache(DV_ALGO_XXH128);
	id_of(&d, DV_ALGO_XXH128, 0);
	id_of(&e, DV_ALGO_XXH128, 1);
	dv_rcache_published_withdraw(c, &d);
	dv_rcache_published_withdraw(c, &e);
	assert_false(dv_rcache_published_has(c, &d));
	dv_rcache_published_add(c, &e);
	assert_true(dv_rcache_published_has(c, &e));
	other = open_cache(DV_ALGO_XXH128);
	publish(other, DV_ALGO_XXH128, 10, 20);
	dv_rcache_close(other);
	dv_rcache_close(c);
	expect_published(DV_ALGO_XXH128, 1, 20, 19);
}

/* One that was cut short costs its last line, and no line behind it. */
static void a_damaged_list_costs_what_is_damaged(void **state)
{
	char *path = path_of("published");
	struct dv_rcache *c;
	struct stat st;

	(void)state;
	for (int cut = 1; cut < 41; cut++) {
		unlink(path);
		c = open_cache(DV_ALGO_XXH128);
		publish(c, DV_ALGO_XXH128, 0, 3);
		dv_rcache_close(c);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(truncate(path, st.st_size - cut), 0);
		expect_published(DV_ALGO_XXH128, 0, 2, 2);
		c = open_cache(DV_ALGO_XXH128);
		publish(c, DV_ALGO_XXH128, 3, 5);
		dv_rcache_close(c);
		expect_published(DV_ALGO_XXH128, 3, 5, 4 + (cut == 1));
	}
	free(path);
}

/* --- journal --------------------------------------------------------------- */

static struct dv_digest pack_of(enum dv_algo algo, const char *text)
{
	struct dv_digest d;

	dv_digest_of(&d, algo, text, strlen(text));
	return d;
}

static int count_pack(void *arg, const struct dv_digest *pack,
		      struct dv_err *err)
{
	(void)pack;
	(void)err;
	++*(int *)arg;
	return 0;
}

static int journal_count(enum dv_algo algo)
{
	struct dv_rcache *c = open_cache(algo);
	struct dv_err err = DV_ERR_INIT;
	int n = 0;

	assert_int_equal(dv_rcache_journal_each(c, count_pack, &n, &err), 0);
	dv_rcache_close(c);
	return n;
}

static void the_journal_holds_packs_until_they_are_done(void **state)
{
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct dv_rcache *c = open_cache(algos[i]);
		struct dv_digest p[3] = {
			pack_of(algos[i], "a"), pack_of(algos[i], "b"),
			pack_of(algos[i], "c")
		};

		assert_int_equal(journal_count(algos[i]), 0);
		for (size_t k = 0; k < 3; k++)
			assert_int_equal(dv_rcache_journal_add(c, &p[k], &err),
					 0);
		assert_int_equal(journal_count(algos[i]), 3);
		assert_int_equal(dv_rcache_journal_done(c, p, 2, &err), 0);
		assert_int_equal(journal_count(algos[i]), 1);
		assert_int_equal(dv_rcache_journal_done(c, p + 2, 1, &err), 0);
		assert_int_equal(journal_count(algos[i]), 0);
		assert_false(exists("journal"));
		dv_rcache_close(c);
	}
}

/* A line of the journal, written so many seconds ago. */
static void add_line(FILE *f, const char *text, int64_t ago)
{
	struct dv_digest d = pack_of(DV_ALGO_XXH128, text);
	char id[DV_DIGEST_TEXT];

	fprintf(f, "%s %" PRId64 "\n", dv_digest_format(id, &d),
		(int64_t)time(NULL) - ago);
}

static void lines_that_are_old_or_damaged_are_left_out_and_go(void **state)
{
	struct dv_rcache *c = open_cache(DV_ALGO_XXH128);
	struct dv_err err = DV_ERR_INIT;
	struct dv_digest p = pack_of(DV_ALGO_XXH128, "made");
	struct stat before, after;
	char *path = path_of("journal");
	FILE *f;

	(void)state;
	assert_int_equal(dv_rcache_journal_add(c, &p, &err), 0);
	f = fopen(path, "a");
	assert_non_null(f);
	add_line(f, "young", 6 * 24 * 3600);
	add_line(f, "old", 8 * 24 * 3600);
	add_line(f, "from the future", -30 * 24 * 3600);
	fputs("xxh128:00 12\n", f);
	fputs("nonsense\n\n", f);
	fputs("sha256:0123456789abcdef0123456789abcdef"
	      "0123456789abcdef0123456789abcdef 1700000000\n", f);
	fwrite("\0\0\0\n", 1, 4, f);
	fputs("xxh128:0123456789abcdef0123456789abcdef 17", f);
	fclose(f);
	assert_int_equal(stat(path, &before), 0);
	assert_int_equal(journal_count(DV_ALGO_XXH128), 2);
	assert_int_equal(stat(path, &after), 0);
	assert_true(after.st_size < before.st_size);
	assert_int_equal(journal_count(DV_ALGO_XXH128), 2);
	dv_rcache_close(c);
	free(path);
}

#define WRITERS 4
#define LINES 50

/* What each of several processes does: adds, and takes its even ones out. */
static void write_journal(int who)
{
	struct dv_rcache *c = open_cache(DV_ALGO_XXH128);
	struct dv_err err = DV_ERR_INIT;
	char text[40];

	for (int i = 0; i < LINES; i++) {
		struct dv_digest d;

		snprintf(text, sizeof(text), "%d %d", who, i);
		d = pack_of(DV_ALGO_XXH128, text);
		if (dv_rcache_journal_add(c, &d, &err) < 0 ||
		    (i % 2 && dv_rcache_journal_done(c, &d, 1, &err) < 0))
			_exit(1);
	}
	_exit(0);
}

static void no_line_of_others_is_lost(void **state)
{
	int status;

	(void)state;
	for (int i = 0; i < WRITERS; i++)
		if (!fork())
			write_journal(i);
	for (int i = 0; i < WRITERS; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	assert_int_equal(journal_count(DV_ALGO_XXH128), WRITERS * LINES / 2);
}

/* --- temporary files --------------------------------------------------------- */

static void tmp_goes_with_the_cache_that_made_it(void **state)
{
	struct dv_rcache *c = open_cache(DV_ALGO_XXH128);
	struct dv_err err = DV_ERR_INIT;
	const char *tmp = dv_rcache_tmp(c, &err);
	char *path = dv_strdup(tmp), *file = dv_asprintf("%s/body", tmp);

	(void)state;
	assert_ptr_equal(dv_rcache_tmp(c, &err), tmp);
	assert_int_equal(*tmp, '/');
	unit_write(file, "x");
	dv_rcache_close(c);
	assert_int_not_equal(access(path, F_OK), 0);
	free(path);
	free(file);
}

static void left_over_tmp_goes_and_that_of_the_living_stays(void **state)
{
	struct dv_rcache *c, *living = open_cache(DV_ALGO_XXH128);
	struct dv_err err = DV_ERR_INIT;
	const char *theirs = dv_rcache_tmp(living, &err);
	pid_t dead = fork();
	char *left;

	(void)state;
	if (!dead)
		_exit(0);
	waitpid(dead, NULL, 0);
	left = dv_asprintf("store/tmp/remote-%ld-abcdef", (long)dead);
	assert_int_equal(mkdir(left, 0700), 0);
	assert_int_equal(mkdir("store/tmp/remote-x", 0700), 0);

	c = open_cache(DV_ALGO_XXH128);
	assert_non_null(dv_rcache_tmp(c, &err));
	assert_int_not_equal(access(left, F_OK), 0);
	assert_int_equal(access(theirs, F_OK), 0);
	assert_int_equal(access("store/tmp/remote-x", F_OK), 0);
	dv_rcache_close(c);
	dv_rcache_close(living);
	free(left);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TMP_TEST(looking_writes_nothing),
		UNIT_TMP_TEST(what_was_set_is_there_later),
		UNIT_TMP_TEST(what_was_removed_is_gone_later),
		UNIT_TMP_TEST(two_at_once_both_are_kept),
		UNIT_TMP_TEST(many_keys_come_back),
		UNIT_TMP_TEST(a_line_of_its_own_is_no_value),
		UNIT_TMP_TEST(one_that_is_cut_short_counts_as_empty),
		UNIT_TMP_TEST(every_flipped_bit_counts_as_empty),
		UNIT_TMP_TEST(one_of_another_url_counts_as_empty),
		UNIT_TMP_TEST(an_index_is_taken_in_and_found),
		UNIT_TMP_TEST(an_index_of_another_name_is_refused),
		UNIT_TMP_TEST(what_hashes_right_and_is_no_index_is_refused),
		UNIT_TMP_TEST(a_damaged_index_is_not_believed_and_goes),
		UNIT_TMP_TEST(what_is_published_is_remembered),
		UNIT_TMP_TEST(what_was_withdrawn_is_forgotten),
		UNIT_TMP_TEST(a_damaged_list_costs_what_is_damaged),
		UNIT_TMP_TEST(the_journal_holds_packs_until_they_are_done),
		UNIT_TMP_TEST(lines_that_are_old_or_damaged_are_left_out_and_go),
		UNIT_TMP_TEST(no_line_of_others_is_lost),
		UNIT_TMP_TEST(tmp_goes_with_the_cache_that_made_it),
		UNIT_TMP_TEST(left_over_tmp_goes_and_that_of_the_living_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
