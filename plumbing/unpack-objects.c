/* SPDX-License-Identifier: MIT */
/*
 * dv unpack-objects: put the objects of a pack into the store, each
 * checked against its id.  Prints nothing.
 */
#include "plumbing/common/command.h"
#include "plumbing/common/packarg.h"

#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "store/locate.h"
#include "store/odb-transfer.h"

static const char *const usage[] = {
	"dv unpack-objects [-q] [--] <file.pack>...",
	"dv unpack-objects [-q] < <file.pack>",
	NULL
};

#define STEP (256u << 10)

static int copy_stdin(int fd, const char *path, struct dv_err *err)
{
	char *buf = dv_malloc(STEP);
	ssize_t got;
	int rc = 0;

	while (!rc && (got = dv_read_full(STDIN_FILENO, buf, STEP))) {
		if (got < 0)
			rc = dv_err_sys(err, "cannot read standard input");
		else if (dv_write_full(fd, buf, (size_t)got))
			rc = dv_err_sys(err, "cannot write '%s'", path);
	}
	free(buf);
	return rc;
}

/*
 * A pack is read from its end: one from a pipe becomes a file in the
 * store's tmp/ first, whose lock tells that somebody is at work.
 */
static int unpack_stdin(struct dv_odb *odb, const char *dir,
			struct dv_progress *p, struct dv_err *err)
{
	char *tmp_dir = dv_asprintf("%s/tmp", dir);
	char *tmp = NULL, *pack = NULL;
	int fd = -1, rc;

	rc = dv_mkdirs(tmp_dir, 0777, err);
	if (!rc)
		rc = dv_tmpfile(&fd, &tmp, tmp_dir, err);
	if (rc < 0)
		goto out;
	flock(fd, LOCK_EX | LOCK_NB);
	pack = dv_asprintf("%s.pack", tmp);
	if (dv_tmpfile_rename(tmp, pack))
		rc = dv_err_sys(err, "cannot make '%s'", pack);
	if (!rc)
		rc = copy_stdin(fd, pack, err);
	if (!rc)
		rc = dv_odb_unpack(odb, tmp, NULL, p, err);
	dv_tmpfile_remove(pack);
	dv_tmpfile_remove(tmp);
	close(fd);
out:
	free(pack);
	free(tmp);
	free(tmp_dir);
	return rc;
}

static int unpack_file(struct dv_odb *odb, const char *path,
		       struct dv_progress *p, struct dv_err *err)
{
	char *base = dv_packarg_base(path, false, err);
	int rc;

	if (!base)
		return -err->code;
	rc = dv_odb_unpack(odb, base, NULL, p, err);
	free(base);
	return rc;
}

static int cmd_unpack_objects(int argc, const char **argv,
			      const struct dv_ctx *ctx)
{
	bool quiet = false;
	const struct dv_opt spec[] = {
		DV_OPT_BOOL('q', "quiet", &quiet, "show no progress"),
		DV_OPT_END
	};
	struct dv_progress progress = { .phase = NULL };
	struct dv_err err = DV_ERR_INIT;
	struct dv_meter *meter = NULL;
	struct dv_odb *odb = NULL;
	enum dv_algo algo = 0;
	char *dir = NULL;
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	rc = dv_locate_store(&dir, &algo, &err);
	if (!rc)
		rc = dv_odb_open(&odb, dir, algo, &err);
	if (rc < 0)
		goto out;
	dv_progress_phase(&progress, "unpacking", 0, 0);
	meter = dv_meter_start(&progress, quiet);
	if (!argc)
		rc = unpack_stdin(odb, dir, &progress, &err);
	for (int i = 0; !rc && i < argc; i++)
		rc = unpack_file(odb, argv[i], &progress, &err);
	dv_meter_stop(meter);
out:
	dv_odb_close(odb);
	free(dir);
	return dv_exit(rc, &err);
}

DV_MAIN("unpack-objects", cmd_unpack_objects)
