/* SPDX-License-Identifier: MIT */
#include "store/repofile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/path.h"

#define FORMAT_MAX 4096
#define STORE_LINE "dv-store "
#define ALGO_LINE "object-format "

int dv_repofile_config(struct dv_dvconfig *out, int dirfd,
		       struct dv_err *err)
{
	struct dv_buf text = DV_BUF_INIT;
	int fd, rc;

	*out = (struct dv_dvconfig)DV_DVCONFIG_INIT;
	fd = dv_path_open(dirfd, ".dvconfig", O_RDONLY | O_NONBLOCK, 0);
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0 && errno == ELOOP)
		return dv_err_set(err, DV_E_INVALID,
				  "'.dvconfig' is a symbolic link, which dv "
				  "does not follow");
	if (fd < 0)
		return dv_err_sys(err, "cannot read '.dvconfig'");
	rc = dv_fd_read(&text, fd, DV_DVCONFIG_MAX, ".dvconfig", err);
	close(fd);
	if (!rc)
		rc = dv_dvconfig_parse(out, text.data, text.len, ".dvconfig",
				       err);
	dv_buf_release(&text);
	return rc < 0 ? rc : 1;
}

int dv_repofile_algo(enum dv_algo *out, const struct dv_dvconfig *config,
		     struct dv_err *err)
{
	const char *name = dv_dvconfig_get(config, "dv.objectformat");
	int rc;

	if (!name)
		return 0;
	rc = dv_algo_parse(out, name, err);
	return rc < 0 ? dv_err_prefix(err, "'.dvconfig'") : 1;
}

static int bad_format(const char *path, struct dv_err *err)
{
	dv_err_set(err, DV_E_FORMAT, "'%s' is damaged", path);
	return dv_err_hint(err, "write again the two lines: dv-store 1, and "
				"object-format with the word of '.dvconfig'");
}

/* "dv-store 1\nobject-format <name>\n", and nothing else. */
static int parse_format(enum dv_algo *out, char *text, size_t n,
			const char *path, struct dv_err *err)
{
	char *eol = memchr(text, '\n', n);
	char *name;

	if (!eol || text[n - 1] != '\n' || memchr(text, '\0', n) ||
	    strncmp(text, STORE_LINE, strlen(STORE_LINE)))
		return bad_format(path, err);
	*eol = '\0';
	if (strcmp(text + strlen(STORE_LINE), "1")) {
		dv_err_set(err, DV_E_UNSUPPORTED,
			   "'%s' is a store of version '%.20s', and this dv "
			   "knows version 1",
			   path, text + strlen(STORE_LINE));
		return dv_err_hint(err, "install a newer dv");
	}
	name = eol + 1;
	text[n - 1] = '\0';
	if (strncmp(name, ALGO_LINE, strlen(ALGO_LINE)) || name == text + n)
		return bad_format(path, err);
	if (dv_algo_parse(out, name + strlen(ALGO_LINE), err) < 0)
		return bad_format(path, err);
	return 1;
}

int dv_repofile_store(enum dv_algo *out, const char *store_dir,
		      struct dv_err *err)
{
	char *path = dv_asprintf("%s/format", store_dir);
	struct dv_buf text = DV_BUF_INIT;
	int rc;

	rc = dv_file_read(&text, AT_FDCWD, path, FORMAT_MAX, err);
	if (rc == -DV_E_MISSING)
		rc = 0;
	else if (!rc)
		rc = text.len ? parse_format(out, text.data, text.len, path,
					     err) : bad_format(path, err);
	dv_buf_release(&text);
	free(path);
	return rc;
}

static int write_format(const char *store_dir, enum dv_algo algo,
			struct dv_err *err)
{
	char *path = dv_asprintf("%s/format", store_dir);
	char *text = dv_asprintf(STORE_LINE "1\n" ALGO_LINE "%s\n",
				 dv_algo_name(algo));
	int rc;

	rc = dv_mkdirs(store_dir, 0777, err);
	if (!rc)
		rc = dv_file_create(AT_FDCWD, path, text, strlen(text), 0666,
				    err);
	free(path);
	free(text);
	return rc;
}

int dv_repofile_make_store(const char *store_dir, enum dv_algo algo,
			   struct dv_err *err)
{
	enum dv_algo there;
	bool fresh = false;
	int rc;

	rc = dv_repofile_store(&there, store_dir, err);
	if (!rc) {
		rc = write_format(store_dir, algo, err);
		fresh = !rc;
		/* another one may have been faster */
		if (!rc || rc == -DV_E_EXISTS)
			rc = dv_repofile_store(&there, store_dir, err);
	}
	if (rc < 0)
		return rc;
	if (rc && there != algo)
		return dv_err_set(err, DV_E_EXISTS,
				  "the store '%s' has the object format %s, "
				  "not %s, and there is no conversion",
				  store_dir, dv_algo_name(there),
				  dv_algo_name(algo));
	return fresh;
}
