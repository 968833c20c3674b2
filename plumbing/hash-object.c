/* SPDX-License-Identifier: MIT */
/*
 * dv hash-object: the id of each file, and with -w the content into the
 * store.
 *
 * One line out for each file in, in the same order:
 *	<algo>:<hex>
 */
#include "plumbing/common/command.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "store/locate.h"
#include "store/odb.h"
#include "store/repo.h"

static const char *const usage[] = {
	"dv hash-object [-w [--repair]] [--object-format=<format>] [-z] "
		"[--] <file>...",
	"dv hash-object [-w [--repair]] [--object-format=<format>] [-z] "
		"--stdin",
	"dv hash-object [-w [--repair]] [--object-format=<format>] [-z] "
		"--stdin-paths",
	NULL
};

struct hash {
	enum dv_algo algo;
	struct dv_odb *odb;	/* with -w */
	struct dv_odb_txn *txn;
	struct dv_progress progress;
	char eol;
};

static int hash_fd(struct hash *h, int fd, uint64_t hint, struct dv_err *err)
{
	char text[DV_DIGEST_TEXT];
	struct dv_digest id;
	uint64_t size;
	int rc;

	if (h->txn)
		rc = dv_odb_txn_put_fd(h->txn, fd, hint, &id, &size,
				       &h->progress, err);
	else
		rc = dv_odb_hash_fd(h->algo, fd, &id, &size, &h->progress,
				    err);
	if (rc < 0)
		return rc;
	dv_progress_add(&h->progress, 1, 0);
	dv_out("%s%c", dv_digest_format(text, &id), h->eol);
	return 0;
}

static int hash_file(struct hash *h, const char *path, struct dv_err *err)
{
	struct stat st = { 0 };
	int fd, rc;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return dv_err_sys(err, "cannot open '%s'", path);
	if (fstat(fd, &st))
		rc = dv_err_sys(err, "cannot stat '%s'", path);
	else if (S_ISDIR(st.st_mode))
		rc = dv_err_set(err, DV_E_INVALID, "'%s' is a directory",
				path);
	else
		rc = hash_fd(h, fd, (uint64_t)st.st_size, err);
	if (rc < 0 && st.st_mode && !S_ISDIR(st.st_mode))
		dv_err_prefix(err, "'%s'", path);
	close(fd);
	return rc;
}

/* Answers that nothing was lost behind are given as they come. */
static int hash_paths(struct hash *h, struct dv_err *err)
{
	struct dv_reader in = DV_READER_INIT;
	struct dv_buf path = DV_BUF_INIT;
	int rc;

	while ((rc = dv_reader_next(&in, stdin, h->eol, err)) > 0) {
		rc = dv_reader_path(&in, h->eol, &path, err);
		if (!rc)
			rc = hash_file(h, dv_buf_cstr(&path), err);
		if (!rc && !h->txn && in.start == in.end)
			rc = dv_out_flush(err);
		if (rc < 0)
			break;
	}
	dv_buf_release(&path);
	dv_reader_release(&in);
	return rc;
}

static int hash_all(struct hash *h, int argc, const char **argv,
		    bool from_stdin, bool paths, struct dv_err *err)
{
	int rc = 0;

	if (paths)
		return hash_paths(h, err);
	if (from_stdin)
		return hash_fd(h, STDIN_FILENO, 0, err);
	for (int i = 0; !rc && i < argc; i++)
		rc = hash_file(h, argv[i], err);
	return rc;
}

/* The format that is asked for, or that of the store, or of .dvconfig. */
static int prepare(struct hash *h, const char *format, bool write,
		   struct dv_err *err)
{
	enum dv_algo asked = 0;
	int rc = 0;

	if (format)
		rc = dv_algo_parse(&asked, format, err);
	if (!rc && !write && !format)
		rc = dv_repo_guess_algo(&asked, err);
	h->algo = asked;
	if (rc < 0 || !write)
		return rc;

	rc = dv_locate_odb(&h->odb, err);
	if (rc < 0)
		return rc;
	h->algo = dv_odb_algo(h->odb);
	if (asked && asked != h->algo)
		return dv_err_set(err, DV_E_INVALID, "the store is of object "
				  "format %s, not %s", dv_algo_name(h->algo),
				  dv_algo_name(asked));
	return dv_odb_txn_begin(&h->txn, h->odb, err);
}

static int cmd_hash_object(int argc, const char **argv, const struct dv_ctx *ctx)
{
	bool write = false, from_stdin = false, paths = false, nul = false;
	bool repair = false;
	const char *format = NULL;
	const struct dv_opt spec[] = {
		DV_OPT_BOOL('w', NULL, &write, "put the content into the store"),
		DV_OPT_BOOL(0, "repair", &repair,
			    "with -w, again where the store's copy is damaged"),
		DV_OPT_BOOL(0, "stdin", &from_stdin, "read content from stdin"),
		DV_OPT_BOOL(0, "stdin-paths", &paths,
			    "read file names from stdin"),
		DV_OPT_STR(0, "object-format", &format, "<format>",
			   "xxh128 or sha256"),
		DV_OPT_BOOL('z', NULL, &nul, "records end in NUL, not LF"),
		DV_OPT_END
	};
	struct hash h = { 0 };
	struct dv_err err = DV_ERR_INIT;
	struct dv_meter *meter = NULL;
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (from_stdin + paths + (argc > 0) != 1)
		dv_usage(usage, spec,
			 "give files, --stdin or --stdin-paths, one of them");
	if (repair && !write)
		dv_usage(usage, spec, "--repair goes with -w");
	h.eol = nul ? '\0' : '\n';

	rc = prepare(&h, format, write, &err);
	if (rc < 0)
		goto out;
	if (repair)
		dv_odb_txn_set_repair(h.txn);
	dv_progress_phase(&h.progress, "hashing", 0, 0);
	meter = dv_meter_start(&h.progress, false);
	rc = hash_all(&h, argc, argv, from_stdin, paths, &err);
	if (!rc && h.txn)
		rc = dv_odb_txn_sync(h.txn, &err);
	dv_meter_stop(meter);
out:
	dv_odb_txn_end(h.txn);
	dv_odb_close(h.odb);
	return dv_exit(rc, &err);
}

DV_MAIN("hash-object", cmd_hash_object)
