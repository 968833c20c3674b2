/* SPDX-License-Identifier: MIT */
/* Packs of chosen objects, and what an object needs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "format/pack.h"
#include "store/odb-transfer.h"

#define LARGE (5u << 20)

static int synced;
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
	synced++;
	return __real_fsync(fd);
}

struct store {
	char dir[32], out[40];
	struct dv_odb *odb;
	struct dv_digest small, large;
};

static int setup(void **state)
{
	struct store *s = dv_calloc(1, sizeof(*s));
	struct dv_err err = DV_ERR_INIT;
	struct dv_odb_txn *t;
	uint8_t *bytes = dv_malloc(LARGE);
	uint32_t x = 1;

	for (size_t i = 0; i < LARGE; i++) {
		x = x * 1664525 + 1013904223;
		bytes[i] = (uint8_t)(x >> 24);
	}
	strcpy(s->dir, "/tmp/dv-odb-pack-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	snprintf(s->out, sizeof(s->out), "%s/out", s->dir);
	assert_int_equal(mkdir(s->out, 0777), 0);
	assert_int_equal(dv_odb_open(&s->odb, s->dir, DV_ALGO_XXH128, &err),
			 0);
	assert_int_equal(dv_odb_txn_begin(&t, s->odb, &err), 0);
	assert_int_equal(dv_odb_txn_put(t, DV_ODB_DATA, "small", 5,
					&s->small, &err), 0);
	assert_int_equal(dv_odb_txn_put(t, DV_ODB_DATA, bytes, LARGE,
					&s->large, &err), 0);
	assert_int_equal(dv_odb_txn_sync(t, &err), 0);
	dv_odb_txn_end(t);
	free(bytes);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct store *s = *state;

	dv_odb_close(s->odb);
	dv_remove_tree(AT_FDCWD, s->dir, &err);
	free(s);
	return 0;
}

struct needed {
	size_t n, lists;
	uint64_t bytes;
	struct dv_digest first, last;
};

static int count(void *arg, const struct dv_digest *id, uint64_t bytes,
		 bool list, struct dv_err *err)
{
	struct needed *x = arg;

	(void)err;
	if (!x->n++)
		x->first = *id;
	x->last = *id;
	x->lists += list;
	x->bytes += bytes;
	return 0;
}

static void an_object_comes_before_its_chunks(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct needed x = { .n = 0 };
	struct store *s = *state;

	assert_int_equal(dv_odb_each_needed(s->odb, &s->large, count, &x,
					    &err), 0);
	assert_true(x.n > 5);
	assert_int_equal(x.lists, 1);
	assert_true(dv_digest_eq(&x.first, &s->large));
	assert_true(x.bytes > LARGE);
	assert_true(x.bytes < LARGE + 65536);
}

static void a_small_one_needs_itself(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct needed x = { .n = 0 };
	struct store *s = *state;

	assert_int_equal(dv_odb_each_needed(s->odb, &s->small, count, &x,
					    &err), 0);
	assert_int_equal(x.n, 1);
	assert_int_equal(x.lists, 0);
	assert_int_equal(x.bytes, 5);
}

static int stop(void *arg, const struct dv_digest *id, uint64_t bytes,
		bool list, struct dv_err *err)
{
	(void)id;
	(void)bytes;
	(void)list;
	++*(int *)arg;
	return dv_err_set(err, DV_E_LIMIT, "enough");
}

static void a_failure_of_the_caller_ends_it(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct store *s = *state;
	int n = 0;

	assert_int_equal(dv_odb_each_needed(s->odb, &s->large, stop, &n,
					    &err), -DV_E_LIMIT);
	assert_int_equal(n, 1);
}

static void what_is_not_here_is_missing(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct needed x = { .n = 0 };
	struct store *s = *state;
	struct dv_digest gone;

	dv_digest_of(&gone, DV_ALGO_XXH128, "gone", 4);
	assert_int_equal(dv_odb_each_needed(s->odb, &gone, count, &x, &err),
			 -DV_E_MISSING);
	assert_int_equal(x.n, 0);
}

/* The pack of that name in s->out, whose index is opened. */
static void open_pack(struct store *s, const struct dv_digest *name,
		      struct dv_buf *bytes, struct dv_pack *pack)
{
	struct dv_err err = DV_ERR_INIT;
	char hex[DV_DIGEST_TEXT];
	char *path = dv_asprintf("%s/%s.pack", s->out,
				 dv_digest_hex(hex, name));

	assert_int_equal(dv_file_read(bytes, AT_FDCWD, path, 64u << 20, &err),
			 0);
	assert_int_equal(dv_pack_open(pack, bytes->data, bytes->len, &err), 0);
	assert_int_equal(dv_pack_check(pack, &err), 0);
	free(path);
}

static void pack_only_takes_no_chunks_along_and_syncs_nothing(void **state)
{
	struct dv_buf bytes = DV_BUF_INIT;
	struct dv_err err = DV_ERR_INIT;
	struct store *s = *state;
	struct dv_digest name;
	struct dv_pack pack;
	uint32_t i;

	synced = 0;
	assert_int_equal(dv_odb_pack_only(s->odb, &s->large, 1, DV_ODB_DATA,
					  0, false, s->out, &name, NULL,
					  &err), 1);
	assert_int_equal(synced, 0);
	open_pack(s, &name, &bytes, &pack);
	assert_int_equal(pack.idx.n, 1);
	assert_true(dv_packidx_find(&pack.idx, &s->large, &i));
	dv_buf_release(&bytes);

	assert_int_equal(dv_odb_pack(s->odb, &s->large, 1, DV_ODB_DATA, 0,
				     s->out, &name, NULL, &err), 1);
	assert_true(synced > 0);
	open_pack(s, &name, &bytes, &pack);
	assert_true(pack.idx.n > 5);
	dv_buf_release(&bytes);
}

static void salt_makes_another_pack_each_time(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct store *s = *state;
	struct dv_digest name[4];

	for (int i = 0; i < 4; i++)
		assert_int_equal(dv_odb_pack_only(s->odb, &s->small, 1,
						  DV_ODB_DATA, 0, i > 1,
						  s->out, &name[i], NULL,
						  &err), 1);
	assert_true(dv_digest_eq(&name[0], &name[1]));
	assert_false(dv_digest_eq(&name[1], &name[2]));
	assert_false(dv_digest_eq(&name[2], &name[3]));
}

static void of_nothing_there_is_no_pack(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct store *s = *state;
	struct dv_digest name;

	assert_int_equal(dv_odb_pack_only(s->odb, NULL, 0, DV_ODB_DATA, 0,
					  false, s->out, &name, NULL, &err),
			 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_object_comes_before_its_chunks),
		cmocka_unit_test(a_small_one_needs_itself),
		cmocka_unit_test(a_failure_of_the_caller_ends_it),
		cmocka_unit_test(what_is_not_here_is_missing),
		cmocka_unit_test(pack_only_takes_no_chunks_along_and_syncs_nothing),
		cmocka_unit_test(salt_makes_another_pack_each_time),
		cmocka_unit_test(of_nothing_there_is_no_pack),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
