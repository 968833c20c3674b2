/* SPDX-License-Identifier: MIT */
#ifndef DV_UNIT_H
#define DV_UNIT_H

/* What every unit test includes: cmocka, and a directory to work in. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/file.h"

/*
 * Setup and teardown of a test that works in a directory of its own:
 * *state is its path and it is the current one.
 */
static inline int unit_enter_tmp(void **state)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = dv_asprintf("%s/dv-unit-XXXXXX", tmp ? tmp : "/tmp");

	*state = dir;
	return mkdtemp(dir) && !chdir(dir) ? 0 : -1;
}

static inline int unit_leave_tmp(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	int rc = chdir("/");

	rc |= dv_remove_tree(AT_FDCWD, *state, &err);
	free(*state);
	return rc;
}

#define UNIT_TMP_TEST(fn) \
	cmocka_unit_test_setup_teardown(fn, unit_enter_tmp, unit_leave_tmp)

/* Make or replace a small file. */
static inline void unit_write(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

#endif
