/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <stdio.h>

#include "porcelain/deltas.h"

/* A file whose content is named by one word. */
static struct dv_entry file(const char *content, uint32_t mode)
{
	struct dv_entry e = { .mode = mode, .size = strlen(content) };

	dv_digest_of(&e.id, DV_ALGO_XXH128, content, strlen(content));
	return e;
}

static void add(struct dv_deltas *d, const char *path, const char *before,
		const char *after)
{
	struct dv_entry a, b;

	if (before)
		a = file(before, DV_MODE_FILE);
	if (after)
		b = file(after, DV_MODE_FILE);
	dv_deltas_add(d, path, strlen(path), before ? &a : NULL,
		      after ? &b : NULL);
}

/* "R old>new" words in order. */
static void expect(const struct dv_deltas *d, const char *want)
{
	char got[1000] = "";

	for (size_t i = 0; i < d->n; i++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got),
			 "%s%c %s%s%s", i ? " " : "", d->v[i].status,
			 d->v[i].from ? d->v[i].from : "",
			 d->v[i].from ? ">" : "", d->v[i].path);
	assert_string_equal(got, want);
}

static void status_is_as_git_says(void **state)
{
	struct dv_deltas d = DV_DELTAS_INIT;
	struct dv_entry plain = file("x", DV_MODE_FILE);
	struct dv_entry exec = file("x", DV_MODE_EXEC);
	struct dv_entry link = file("x", DV_MODE_LINK);

	(void)state;
	add(&d, "a", NULL, "x");
	add(&d, "d", "x", NULL);
	add(&d, "m", "x", "y");
	add(&d, "same", "x", "x");
	dv_deltas_add(&d, "mode", 4, &plain, &exec);
	dv_deltas_add(&d, "type", 4, &plain, &link);
	expect(&d, "A a D d M m M mode T type");
	dv_deltas_release(&d);
}

static void equal_content_gone_and_new_is_a_rename(void **state)
{
	struct dv_deltas d = DV_DELTAS_INIT;

	(void)state;
	add(&d, "a", "x", NULL);
	add(&d, "b", NULL, "x");
	add(&d, "c", NULL, "y");
	add(&d, "d", "z", NULL);
	dv_deltas_find_renames(&d);
	expect(&d, "R a>b A c D d");
	dv_deltas_release(&d);
}

static void a_file_is_the_source_of_one_rename(void **state)
{
	struct dv_deltas d = DV_DELTAS_INIT;

	(void)state;
	add(&d, "a", "x", NULL);
	add(&d, "b", NULL, "x");
	add(&d, "c", NULL, "x");
	dv_deltas_find_renames(&d);
	expect(&d, "R a>b A c");
	dv_deltas_release(&d);
}

static void the_same_base_name_is_preferred(void **state)
{
	struct dv_deltas d = DV_DELTAS_INIT;

	(void)state;
	add(&d, "new/p", NULL, "x");
	add(&d, "new/q", NULL, "x");
	add(&d, "old/q", "x", NULL);
	add(&d, "old/r", "x", NULL);
	add(&d, "old/s", "y", NULL);
	dv_deltas_find_renames(&d);
	expect(&d, "R old/r>new/p R old/q>new/q D old/s");
	dv_deltas_release(&d);

	add(&d, "new/q", NULL, "x");
	add(&d, "old/p", "x", NULL);
	add(&d, "old/q", "x", NULL);
	dv_deltas_find_renames(&d);
	expect(&d, "R old/q>new/q D old/p");
	dv_deltas_release(&d);
}

static void empty_files_and_other_types_are_no_renames(void **state)
{
	struct dv_deltas d = DV_DELTAS_INIT;
	struct dv_entry link = file("x", DV_MODE_LINK);

	(void)state;
	add(&d, "a", "", NULL);
	add(&d, "b", NULL, "");
	add(&d, "c", "x", NULL);
	dv_deltas_add(&d, "l", 1, NULL, &link);
	dv_deltas_find_renames(&d);
	expect(&d, "D a A b D c A l");
	dv_deltas_release(&d);
}

static void many_equal_files_take_no_quadratic_time(void **state)
{
	struct dv_deltas d = DV_DELTAS_INIT;
	char path[32];

	(void)state;
	for (int i = 0; i < 200000; i++) {
		snprintf(path, sizeof(path), "%c%06d", i & 1 ? 'a' : 'b', i);
		add(&d, path, i & 1 ? "x" : NULL, i & 1 ? NULL : "x");
	}
	dv_deltas_find_renames(&d);
	assert_int_equal(d.n, 100000);
	for (size_t i = 0; i < d.n; i++)
		assert_int_equal(d.v[i].status, 'R');
	dv_deltas_release(&d);
}

static void value_and_metadata_are_kept(void **state)
{
	struct dv_entry e = {
		.mode = DV_MODE_VALUE, .value = (const uint8_t *)"\x01",
		.value_len = 1, .meta = (const uint8_t *)"\x80", .meta_len = 1
	};
	struct dv_deltas d = DV_DELTAS_INIT;
	struct dv_entry back;

	(void)state;
	dv_deltas_add(&d, "v", 1, NULL, &e);
	dv_side_entry(&back, &d.v[0].after);
	assert_true(dv_entry_same(&e, &back));
	assert_null(dv_side_value(&d.v[0].before));
	assert_null(dv_side_meta(&d.v[0].before));
	dv_deltas_release(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(status_is_as_git_says),
		cmocka_unit_test(equal_content_gone_and_new_is_a_rename),
		cmocka_unit_test(a_file_is_the_source_of_one_rename),
		cmocka_unit_test(the_same_base_name_is_preferred),
		cmocka_unit_test(empty_files_and_other_types_are_no_renames),
		cmocka_unit_test(many_equal_files_take_no_quadratic_time),
		cmocka_unit_test(value_and_metadata_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
