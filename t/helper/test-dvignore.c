/* SPDX-License-Identifier: MIT */
/*
 * test-dvignore: of the paths on stdin, those that .dvignore files of the
 * current directory and those below it leave out, as dv add would walk.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plumbing/common/command.h"
#include "store/wtignore.h"

/* A path is left out when a directory above it is. */
static int is_left_out(int dir, char *path, bool *yes, struct dv_err *err)
{
	size_t n = strlen(path);
	struct stat st;
	bool is_dir = !lstat(path, &st) && S_ISDIR(st.st_mode);
	int rc = 0;

	*yes = false;
	for (size_t i = 1; i <= n && !*yes && rc >= 0; i++) {
		struct dv_wtignore *chain = NULL;
		char save = path[i];

		if (save && save != '/')
			continue;
		path[i] = '\0';
		rc = dv_wtignore_chain(&chain, dir, path, false, err);
		if (rc >= 0)
			*yes = dv_wtignore_has(chain, path, i,
					       save || is_dir);
		dv_wtignore_free_chain(chain);
		path[i] = save;
	}
	return rc;
}

static int cmd_ignore(int argc, const char **argv, const struct dv_ctx *ctx)
{
	struct dv_reader in = DV_READER_INIT;
	struct dv_err err = DV_ERR_INIT;
	int dir = open(".", O_RDONLY | O_DIRECTORY);
	bool yes;
	int rc;

	(void)argc;
	(void)argv;
	(void)ctx;
	while ((rc = dv_reader_next(&in, stdin, '\n', &err)) > 0) {
		char *path = dv_strdup(in.line);

		rc = is_left_out(dir, path, &yes, &err);
		free(path);
		if (rc < 0)
			break;
		if (yes)
			dv_out("%s\n", in.line);
	}
	dv_reader_release(&in);
	close(dir);
	return dv_exit(rc, &err);
}

DV_MAIN("test-dvignore", cmd_ignore)
