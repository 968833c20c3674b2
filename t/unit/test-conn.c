/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <inttypes.h>
#include <limits.h>

#include "remote/conn.h"

/* A directory remote, in every object format. */

static const enum dv_algo algos[] = { DV_ALGO_XXH128, DV_ALGO_SHA256 };

/* Helpers are in core/ beside the t/unit/ that this program is in. */
static int find_helpers(void **state)
{
	char path[PATH_MAX + 20];
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX);

	(void)state;
	if (n <= 0)
		return -1;
	path[n] = '\0';
	for (int i = 0; i < 3; i++)
		*strrchr(path, '/') = '\0';
	strcat(path, "/core");
	return setenv("DV_EXEC_PATH", path, 1);
}

static int try_open(struct dv_conn **out, enum dv_algo algo,
		    struct dv_err *err)
{
	char *cwd = getcwd(NULL, 0), *url = dv_asprintf("%s/remote", cwd);
	char name[] = "origin";
	struct dv_remote r = { .name = name, .url = url, .trusted = true };
	struct dv_conn_opts opts = { .store_dir = "store", .algo = algo };
	int rc = dv_conn_open(out, &r, &opts, err);

	free(cwd);
	free(url);
	return rc;
}

static struct dv_conn *open_conn(enum dv_algo algo)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_conn *c;

	if (try_open(&c, algo, &err) < 0)
		fail_msg("%s", err.msg);
	return c;
}

/* Open to write; whatever was there. */
static struct dv_conn *open_begun(enum dv_algo algo)
{
	struct dv_conn *c = open_conn(algo);
	struct dv_err err = DV_ERR_INIT;

	assert_int_equal(dv_conn_begin_write(c, algo, &err), 1);
	return c;
}

static void put(const char *key, const char *text)
{
	char *path = dv_asprintf("remote/%s", key);
	char *slash = strrchr(path, '/');
	struct dv_err err = DV_ERR_INIT;

	*slash = '\0';
	assert_int_equal(dv_mkdirs(path, 0777, &err), 0);
	*slash = '/';
	unit_write(path, text);
	free(path);
}

static void expect_file(const char *key, const char *text)
{
	char *path = dv_asprintf("remote/%s", key);
	struct dv_buf b = DV_BUF_INIT;
	struct dv_err err = DV_ERR_INIT;

	assert_int_equal(dv_file_read(&b, AT_FDCWD, path, 4096, &err), 0);
	assert_string_equal(dv_buf_cstr(&b), text);
	dv_buf_release(&b);
	free(path);
}

/* --- opening -------------------------------------------------------------- */

static void opening_writes_nothing_there(void **state)
{
	struct dv_conn *c = open_conn(DV_ALGO_XXH128);

	(void)state;
	assert_int_equal(c->algo, 0);
	assert_true(c->fresh);
	dv_conn_close(c);
	assert_int_not_equal(access("remote", F_OK), 0);
}

static void the_first_write_makes_the_format(void **state)
{
	static const char *const text[] = {
		"dv-remote 1\nobject-format xxh128\n",
		"dv-remote 1\nobject-format sha256\n"
	};
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct dv_conn *c = open_begun(algos[i]);

		assert_int_equal(c->algo, algos[i]);
		assert_false(c->fresh);
		dv_conn_close(c);
		expect_file("dv/format", text[i]);
		assert_int_equal(dv_remove_tree(AT_FDCWD, "remote", &err), 0);
		assert_int_equal(dv_remove_tree(AT_FDCWD, "store", &err), 0);
	}
}

static void a_known_remote_is_opened_without_a_request(void **state)
{
	struct dv_conn *c = open_begun(DV_ALGO_SHA256);

	(void)state;
	dv_conn_close(c);
	c = open_conn(DV_ALGO_SHA256);
	assert_int_equal(c->algo, DV_ALGO_SHA256);
	assert_int_equal(dv_transport_requests(c->t), 0);
	dv_conn_close(c);
}

static void an_empty_one_is_asked_every_time(void **state)
{
	struct dv_conn *c = open_conn(DV_ALGO_XXH128);

	(void)state;
	dv_conn_close(c);
	put("dv/format", "dv-remote 1\nobject-format xxh128\n");
	c = open_conn(DV_ALGO_XXH128);
	assert_int_equal(c->algo, DV_ALGO_XXH128);
	assert_int_equal(dv_transport_requests(c->t), 1);
	dv_conn_close(c);
}

static void another_format_is_a_conflict(void **state)
{
	struct dv_conn *c = open_begun(DV_ALGO_XXH128);
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	dv_conn_close(c);
	assert_int_equal(try_open(&c, DV_ALGO_SHA256, &err), -DV_E_CONFLICT);
	assert_non_null(strstr(err.msg, "'origin' has object format xxh128"));
	assert_int_equal(dv_remove_tree(AT_FDCWD, "store", &err), 0);
	assert_int_equal(try_open(&c, DV_ALGO_SHA256, &err), -DV_E_CONFLICT);
	/* Whoever asks for none is told. */
	c = open_conn(0);
	assert_int_equal(c->algo, DV_ALGO_XXH128);
	dv_conn_close(c);
}

static void what_is_no_format_is_refused(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_conn *c;

	(void)state;
	put("dv/format", "dv-remote 2\nobject-format xxh128\n");
	assert_int_equal(try_open(&c, 0, &err), -DV_E_UNSUPPORTED);
	put("dv/format", "hello\n");
	assert_int_equal(try_open(&c, 0, &err), -DV_E_FORMAT);
	assert_non_null(strstr(err.msg, "remote 'origin': 'dv/format'"));
}

static void a_format_that_was_deleted_is_made_again_if_asked(void **state)
{
	struct dv_conn *c = open_begun(DV_ALGO_XXH128);
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	dv_conn_close(c);
	assert_int_equal(dv_remove_tree(AT_FDCWD, "remote", &err), 0);
	for (int i = 0; i < 2; i++) {
		c = open_conn(DV_ALGO_XXH128);
		assert_int_equal(dv_conn_begin_write(c, DV_ALGO_XXH128, &err),
				 -DV_E_CONFLICT);
		assert_non_null(strstr(err.msg, "is gone"));
		assert_true(c->lost);
		dv_conn_close(c);
		assert_int_not_equal(access("remote/dv", F_OK), 0);
	}
	c = open_conn(DV_ALGO_XXH128);
	c->anew = true;
	assert_int_equal(dv_conn_begin_write(c, DV_ALGO_XXH128, &err), 1);
	assert_false(c->lost);
	expect_file("dv/format", "dv-remote 1\nobject-format xxh128\n");
	dv_conn_close(c);

	/* By somebody else, with another one. */
	put("dv/format", "dv-remote 1\nobject-format sha256\n");
	c = open_conn(DV_ALGO_XXH128);
	assert_int_equal(dv_conn_begin_write(c, DV_ALGO_XXH128, &err),
			 -DV_E_CONFLICT);
	dv_conn_close(c);
}

/* As one that could only be asked by a second create. */
static void create_if_absent_is_probed_once(void **state)
{
	struct dv_conn *c = open_conn(DV_ALGO_XXH128);
	struct dv_err err = DV_ERR_INIT;
	uint64_t before;

	(void)state;
	c->create = -1;
	assert_int_equal(dv_conn_begin_write(c, DV_ALGO_XXH128, &err), 1);
	assert_int_equal(c->create, 1);
	before = dv_transport_requests(c->t);
	assert_int_equal(dv_conn_begin_write(c, DV_ALGO_XXH128, &err), 1);
	assert_int_equal(dv_transport_requests(c->t), before + 1);
	dv_conn_close(c);
	expect_file("dv/format", "dv-remote 1\nobject-format xxh128\n");
}

/* --- creating --------------------------------------------------------------- */

static void check_create(struct dv_conn *c, const char *key)
{
	struct dv_buf out = DV_BUF_INIT;
	struct dv_err err = DV_ERR_INIT;

	assert_int_equal(dv_conn_create(c, key, "mine", 4, &out, 100, &err),
			 1);
	assert_int_equal(out.len, 0);
	assert_int_equal(dv_conn_create(c, key, "mine", 4, &out, 100, &err),
			 1);
	assert_int_equal(dv_conn_create(c, key, "yours!", 6, &out, 100, &err),
			 0);
	assert_string_equal(dv_buf_cstr(&out), "mine");
	dv_buf_reset(&out);
	/* What is too long is not handed over. */
	assert_int_equal(dv_conn_create(c, key, "x", 1, &out, 2, &err), 0);
	assert_int_equal(out.len, 0);
	assert_int_equal(dv_conn_create(c, key, "x", 1, NULL, 0, &err), 0);
	expect_file(key, "mine");
	dv_buf_release(&out);
}

static void of_two_who_create_one_key_the_first_does(void **state)
{
	struct dv_conn *c = open_begun(DV_ALGO_XXH128);

	(void)state;
	check_create(c, "dv/a");
	dv_conn_close(c);
}

static void without_the_condition_what_is_there_stays_too(void **state)
{
	struct dv_conn *c = open_begun(DV_ALGO_XXH128);

	(void)state;
	c->create = 0;
	check_create(c, "dv/b");
	dv_conn_close(c);
}

/* --- creating many ---------------------------------------------------------- */

#define MANY 300

/* Each is begun when the one ten before it is done. */
struct line {
	unsigned next, flying, most;
	bool done[MANY], ours[MANY];
	unsigned bad;			/* this one's body cannot be had */
	char key[40], body[20];
};

static int next_of_line(void *arg, struct dv_conn_object *o,
			struct dv_err *err)
{
	struct line *l = arg;

	if (l->next == MANY || (l->next >= 10 && !l->done[l->next - 10]))
		return 0;
	if (l->next == l->bad)
		return dv_err_set(err, DV_E_INVALID, "no body");
	snprintf(l->key, sizeof(l->key), "dv/m/%u", l->next);
	snprintf(l->body, sizeof(l->body), "mine %u", l->next);
	*o = (struct dv_conn_object){ l->next++, l->key, l->body,
				      strlen(l->body) };
	if (++l->flying > l->most)
		l->most = l->flying;
	return 1;
}

static int line_created(void *arg, size_t i, bool ours, const void *theirs,
			size_t n, struct dv_err *err)
{
	struct line *l = arg;

	(void)err;
	assert_false(l->done[i]);
	l->done[i] = true;
	l->ours[i] = ours;
	l->flying--;
	if (i % 7)
		assert_true(ours && !theirs && !n);
	else if (i % 2)		/* what is longer than 10 */
		assert_true(!ours && !theirs && !n);
	else
		assert_true(!ours && n == 5 && !memcmp(theirs, "yours", 5));
	return 0;
}

static void check_line(struct dv_conn *c)
{
	struct line l = { .bad = MANY };
	struct dv_err err = DV_ERR_INIT;
	char key[40], body[20];

	for (unsigned i = 0; i < MANY; i += 7) {
		snprintf(key, sizeof(key), "dv/m/%u", i);
		put(key, i % 2 ? "another one" : "yours");
	}
	assert_int_equal(dv_conn_create_all(c, next_of_line, line_created, &l,
					    10, &err), 0);
	assert_int_equal(l.most, 10);
	assert_int_equal(l.flying, 0);
	for (unsigned i = 0; i < MANY; i++) {
		assert_true(l.done[i]);
		snprintf(key, sizeof(key), "dv/m/%u", i);
		snprintf(body, sizeof(body), "mine %u", i);
		expect_file(key, i % 7 ? body : i % 2 ? "another one" :
							"yours");
	}
}

static void many_are_created_each_behind_those_it_waits_for(void **state)
{
	struct dv_conn *c = open_begun(DV_ALGO_XXH128);

	(void)state;
	check_line(c);
	dv_conn_close(c);
}

static void many_are_created_without_the_condition(void **state)
{
	struct dv_conn *c = open_begun(DV_ALGO_XXH128);

	(void)state;
	c->create = 0;
	check_line(c);
	dv_conn_close(c);
}

static void what_cannot_be_created_ends_it(void **state)
{
	struct dv_conn *c = open_begun(DV_ALGO_XXH128);
	struct line l = { .bad = 100 };
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	for (unsigned i = 0; i < MANY; i += 7) {
		snprintf(l.key, sizeof(l.key), "dv/m/%u", i);
		put(l.key, i % 2 ? "another one" : "yours");
	}
	assert_int_equal(dv_conn_create_all(c, next_of_line, line_created, &l,
					    10, &err), -DV_E_INVALID);
	assert_string_equal(err.msg, "no body");
	assert_int_equal(dv_transport_in_flight(c->t), 0);
	dv_conn_close(c);
}

/* --- numbers ------------------------------------------------------------------ */

static void put_number(unsigned n)
{
	char key[60];

	snprintf(key, sizeof(key), "dv/heads/lab/x/latest/%010u", n);
	put(key, "x");
}

static void drop_number(unsigned n)
{
	char path[60];

	snprintf(path, sizeof(path), "remote/dv/heads/lab/x/latest/%010u", n);
	assert_int_equal(unlink(path), 0);
}

/* 0: none is found. */
static void expect_highest(struct dv_conn *c, uint64_t after, uint64_t n)
{
	struct dv_err err = DV_ERR_INIT;
	uint64_t is = 0;
	int rc = dv_conn_highest(c, "dv/heads/lab/x/latest/", after, &is,
				 &err);

	assert_int_equal(rc, n != 0);
	assert_int_equal(is, n);
}

static void check_highest(struct dv_conn *c)
{
	expect_highest(c, 0, 0);
	expect_highest(c, 7, 0);
	put_number(1);
	expect_highest(c, 0, 1);
	expect_highest(c, 1, 1);
	for (unsigned n = 2; n <= 40; n++)
		put_number(n);
	expect_highest(c, 0, 40);
	expect_highest(c, 1, 40);
	expect_highest(c, 39, 40);
	expect_highest(c, 40, 40);
	/* What was remembered has gone: all are looked at. */
	expect_highest(c, 41, 40);
	expect_highest(c, 5000, 40);
	drop_number(1);
	drop_number(2);
	expect_highest(c, 0, 40);
	expect_highest(c, 1, 40);
}

static void the_highest_number_is_found_by_listing(void **state)
{
	struct dv_conn *c = open_begun(DV_ALGO_XXH128);
	uint64_t before;

	(void)state;
	check_highest(c);
	put("dv/heads/lab/x/latest/0000000099x", "x");
	put("dv/heads/lab/x/latest/99", "x");
	put("dv/heads/lab/x/latest/0000000100/x", "x");
	before = dv_transport_requests(c->t);
	expect_highest(c, 40, 40);
	assert_int_equal(dv_transport_requests(c->t), before + 1);
	dv_conn_close(c);
}

static void where_nothing_is_listed_it_is_found_by_asking(void **state)
{
	struct dv_conn *c = open_begun(DV_ALGO_XXH128);
	struct dv_transport_caps *caps =
		(struct dv_transport_caps *)dv_transport_caps(c->t);

	(void)state;
	caps->list = false;
	check_highest(c);
	for (unsigned n = 41; n <= 3000; n++)
		put_number(n);
	expect_highest(c, 0, 3000);
	expect_highest(c, 40, 3000);
	dv_conn_close(c);
}

/* 70 prefixes: some empty, some remembered, of some what was has gone. */
static void check_newest_of_many(struct dv_conn *c)
{
	struct dv_strlist prefixes = DV_STRLIST_INIT;
	struct dv_conn_number out[70];
	struct dv_err err = DV_ERR_INIT;
	uint64_t after[70];
	char key[60];

	for (unsigned i = 0; i < 70; i++) {
		for (unsigned n = 1; n <= i % 5; n++) {
			snprintf(key, sizeof(key), "dv/n/%u/%010u", i, n);
			put(key, "x");
		}
		after[i] = i % 3 ? i % 7 : 0;
		dv_strlist_take(&prefixes, dv_asprintf("dv/n/%u/", i));
	}
	assert_int_equal(dv_conn_newest_all(c, &prefixes, after, out, &err),
			 0);
	for (unsigned i = 0; i < 70; i++)
		assert_int_equal(out[i].n, i % 5);
	assert_int_equal(dv_conn_newest_all(c, &prefixes, NULL, out, &err),
			 0);
	for (unsigned i = 0; i < 70; i++)
		assert_int_equal(out[i].n, i % 5);
	dv_strlist_release(&prefixes);
}

static void the_highest_numbers_of_many_are_found(void **state)
{
	struct dv_conn *c = open_begun(DV_ALGO_XXH128);

	(void)state;
	check_newest_of_many(c);
	((struct dv_transport_caps *)dv_transport_caps(c->t))->list = false;
	check_newest_of_many(c);
	dv_conn_close(c);
}

/* --- many keys, many objects ------------------------------------------------- */

static int count_key(void *arg, const char *key, int64_t size,
		     int64_t modified, struct dv_err *err)
{
	unsigned *left = arg;

	(void)modified;
	assert_true(!strncmp(key, "dv/k/", 5));
	assert_true(size == 1 || size == -1);
	if (!--*left)
		return dv_err_set(err, DV_E_INVALID, "enough");
	return 0;
}

static void put_many(unsigned n)
{
	char key[40];

	for (unsigned i = 0; i < n; i++) {
		snprintf(key, sizeof(key), "dv/k/%u/%u", i % 10, i);
		put(key, "x");
	}
}

static void each_key_is_told_once(void **state)
{
	struct dv_conn *c = open_begun(DV_ALGO_XXH128);
	struct dv_err err = DV_ERR_INIT;
	unsigned left = 1000;

	(void)state;
	put_many(300);
	put("dv/other", "x");
	assert_int_equal(dv_conn_each_key(c, "dv/k/", 300, count_key, &left,
					  &err), 0);
	assert_int_equal(left, 700);
	left = 1000;
	assert_int_equal(dv_conn_each_key(c, "dv/k/", 299, count_key, &left,
					  &err), -DV_E_LIMIT);
	left = 5;
	assert_int_equal(dv_conn_each_key(c, "dv/k/", 300, count_key, &left,
					  &err), -DV_E_INVALID);
	assert_string_equal(err.msg, "enough");
	dv_conn_close(c);
}

struct below {
	unsigned n[100];
	uint64_t left;
};

static int count_below(void *arg, size_t i, const char *key, int64_t size,
		       int64_t modified, struct dv_err *err)
{
	struct below *b = arg;
	char prefix[40];

	(void)size, (void)modified;
	snprintf(prefix, sizeof(prefix), "dv/k/%zu/", i);
	assert_true(!strncmp(key, prefix, strlen(prefix)));
	b->n[i]++;
	return --b->left ? 0 : dv_err_set(err, DV_E_INVALID, "enough");
}

static void keys_below_many_are_told_each_once(void **state)
{
	struct dv_conn *c = open_begun(DV_ALGO_XXH128);
	struct dv_strlist prefixes = DV_STRLIST_INIT;
	struct below b = { .left = 10000 };
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	put_many(300);
	for (unsigned i = 0; i < 100; i++)
		dv_strlist_take(&prefixes, dv_asprintf("dv/k/%u/", i));
	assert_int_equal(dv_conn_each_key_below(c, &prefixes, 300,
						count_below, &b, &err), 0);
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(b.n[i], i < 10 ? 30 : 0);
	/* The limit is of all together. */
	assert_int_equal(dv_conn_each_key_below(c, &prefixes, 299,
						count_below, &b, &err),
			 -DV_E_LIMIT);
	b.left = 100;
	assert_int_equal(dv_conn_each_key_below(c, &prefixes, 300,
						count_below, &b, &err),
			 -DV_E_INVALID);
	assert_int_equal(dv_transport_in_flight(c->t), 0);
	dv_strlist_release(&prefixes);
	dv_conn_close(c);
}

static void one_that_cannot_list_says_so(void **state)
{
	struct dv_conn *c = open_begun(DV_ALGO_XXH128);
	struct dv_err err = DV_ERR_INIT;
	unsigned left = 1000;

	(void)state;
	((struct dv_transport_caps *)dv_transport_caps(c->t))->list = false;
	assert_int_equal(dv_conn_each_key(c, "dv/k/", 300, count_key, &left,
					  &err), -DV_E_UNSUPPORTED);
	dv_conn_close(c);
}

static int take_object(void *arg, size_t i, const void *data, size_t n,
		       struct dv_err *err)
{
	bool *seen = arg;

	assert_false(seen[i]);
	seen[i] = true;
	if (i == 500) {
		assert_null(data);
		return 0;
	}
	assert_int_equal(n, 1);
	assert_memory_equal(data, "x", 1);
	return i == 400 && seen[501] ?
	       dv_err_set(err, DV_E_INVALID, "stop") : 0;
}

static void many_objects_are_read_each_once(void **state)
{
	struct dv_conn *c = open_begun(DV_ALGO_XXH128);
	struct dv_strlist keys = DV_STRLIST_INIT;
	struct dv_err err = DV_ERR_INIT;
	bool seen[502] = { false };

	(void)state;
	put_many(500);
	for (unsigned i = 0; i <= 500; i++)
		dv_strlist_take(&keys, dv_asprintf("dv/k/%u/%u", i % 10, i));
	assert_int_equal(dv_conn_read_all(c, &keys, 10, take_object, seen,
					  &err), 0);
	for (unsigned i = 0; i <= 500; i++)
		assert_true(seen[i]);

	memset(seen, 0, sizeof(seen));
	seen[501] = true;
	assert_int_equal(dv_conn_read_all(c, &keys, 10, take_object, seen,
					  &err), -DV_E_INVALID);
	assert_string_equal(err.msg, "stop");

	memset(seen, 0, sizeof(seen));
	put("dv/k/3/333", "much too long");
	assert_int_equal(dv_conn_read_all(c, &keys, 10, take_object, seen,
					  &err), -DV_E_LIMIT);
	dv_strlist_release(&keys);
	dv_conn_close(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TMP_TEST(opening_writes_nothing_there),
		UNIT_TMP_TEST(the_first_write_makes_the_format),
		UNIT_TMP_TEST(a_known_remote_is_opened_without_a_request),
		UNIT_TMP_TEST(an_empty_one_is_asked_every_time),
		UNIT_TMP_TEST(another_format_is_a_conflict),
		UNIT_TMP_TEST(what_is_no_format_is_refused),
		UNIT_TMP_TEST(a_format_that_was_deleted_is_made_again_if_asked),
		UNIT_TMP_TEST(create_if_absent_is_probed_once),
		UNIT_TMP_TEST(of_two_who_create_one_key_the_first_does),
		UNIT_TMP_TEST(without_the_condition_what_is_there_stays_too),
		UNIT_TMP_TEST(many_are_created_each_behind_those_it_waits_for),
		UNIT_TMP_TEST(many_are_created_without_the_condition),
		UNIT_TMP_TEST(what_cannot_be_created_ends_it),
		UNIT_TMP_TEST(the_highest_number_is_found_by_listing),
		UNIT_TMP_TEST(where_nothing_is_listed_it_is_found_by_asking),
		UNIT_TMP_TEST(the_highest_numbers_of_many_are_found),
		UNIT_TMP_TEST(each_key_is_told_once),
		UNIT_TMP_TEST(keys_below_many_are_told_each_once),
		UNIT_TMP_TEST(one_that_cannot_list_says_so),
		UNIT_TMP_TEST(many_objects_are_read_each_once),
	};

	return cmocka_run_group_tests(tests, find_helpers, NULL);
}
