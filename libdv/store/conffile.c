/* SPDX-License-Identifier: MIT */
#include "store/conffile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"

#define PIECE (1u << 20)

static int add_stdin(struct dv_value *config, struct dv_err *err)
{
	struct dv_buf text = DV_BUF_INIT;
	int rc;

	rc = dv_fd_read(&text, 0, DV_CONFIG_FILE_MAX, "standard input", err);
	if (rc >= 0)
		rc = dv_config_add_text(config, DV_CONFIG_JSON,
					dv_buf_cstr(&text), text.len,
					"standard input", err);
	dv_buf_release(&text);
	return rc;
}

static int add_text(struct dv_value *config, int fd, const char *path,
		    struct dv_err *err)
{
	struct dv_buf text = DV_BUF_INIT;
	int rc;

	rc = dv_fd_read(&text, fd, DV_CONFIG_FILE_MAX, path, err);
	if (rc >= 0)
		rc = dv_config_add_text(config, dv_config_kind(path),
					dv_buf_cstr(&text), text.len, path,
					err);
	dv_buf_release(&text);
	return rc;
}

static int add_digest(struct dv_value *config, int fd, const char *path,
		      enum dv_algo algo, struct dv_err *err)
{
	struct dv_hasher *h = dv_hasher_new(algo);
	char *piece = dv_malloc(PIECE);
	struct dv_digest digest;
	ssize_t n;
	int rc;

	while ((n = dv_read_full(fd, piece, PIECE)) > 0)
		dv_hasher_update(h, piece, (size_t)n);
	if (n < 0) {
		rc = dv_err_sys(err, "cannot read '%s'", path);
	} else {
		dv_hasher_final(h, &digest);
		rc = dv_config_add_digest(config, path, &digest, err);
	}
	dv_hasher_free(h);
	free(piece);
	return rc;
}

static int add_file(struct dv_value *config, const char *path,
		    enum dv_algo algo, struct dv_err *err)
{
	struct stat st;
	int fd, rc;

	if (!strcmp(path, "-"))
		return add_stdin(config, err);

	/* A fifo that nobody writes to must not be waited for. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) < 0) {
		rc = dv_err_sys(err, "cannot open configuration file '%s'",
				path);
		if (rc == -DV_E_MISSING)
			dv_err_hint(err, "a setting is written <key>=<value>");
	} else if (!S_ISREG(st.st_mode)) {
		rc = dv_err_set(err, DV_E_INVALID, "configuration file '%s' "
				"is not a regular file", path);
	} else if (dv_config_kind(path) == DV_CONFIG_OTHER) {
		rc = add_digest(config, fd, path, algo, err);
	} else {
		rc = add_text(config, fd, path, err);
	}
	if (fd >= 0)
		close(fd);
	return rc;
}

int dv_conffile_load(struct dv_buf *out, const char *const *arg, size_t n,
		     enum dv_algo algo, struct dv_err *err)
{
	struct dv_value config = dv_value_map();
	int rc = 0;

	for (size_t i = 0; rc >= 0 && i < n; i++)
		if (!dv_config_is_setting(arg[i]))
			rc = add_file(&config, arg[i], algo, err);
	for (size_t i = 0; rc >= 0 && i < n; i++)
		if (dv_config_is_setting(arg[i]))
			rc = dv_config_add_setting(&config, arg[i], err);
	if (rc >= 0)
		rc = dv_config_canonical(out, &config, err);
	dv_value_release(&config);
	return rc;
}
