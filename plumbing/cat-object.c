/* SPDX-License-Identifier: MIT */
/*
 * dv cat-object: the content of an object, its size, or whether it is
 * here.
 *
 * Without an option the bytes of each object, one after another.
 *	--size			<size> LF
 *	--exists		nothing; exit 1 if one is missing
 *	--batch-check		<id> SP <size> LF, or <what was asked> SP
 *				"missing" LF
 *	--batch			the same, then the bytes and LF
 */
#include "plumbing/common/command.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/digest.h"
#include "store/locate.h"
#include "store/odb.h"

static const char *const usage[] = {
	"dv cat-object [--] <id>...",
	"dv cat-object --size [-z] [--] <id>...",
	"dv cat-object --exists [--] <id>...",
	"dv cat-object (--batch | --batch-check) [--batch-all-objects] [-z]",
	NULL
};

enum mode { CONTENT, SIZE, EXISTS, BATCH, BATCH_CHECK };

/* 1 and the id and size, 0 if there is no such object here. */
static int look_up(struct dv_odb *odb, const char *arg, struct dv_digest *id,
		   uint64_t *size, struct dv_err *err)
{
	int rc = dv_odb_resolve(odb, arg, id, err);

	if (rc == -DV_E_MISSING)
		return 0;
	return rc < 0 ? rc : dv_odb_stat(odb, id, size, err);
}

/* What is buffered goes first. */
static int write_content(struct dv_odb *odb, const struct dv_digest *id,
			 struct dv_err *err)
{
	int rc = dv_out_flush(err);

	return rc < 0 ? rc : dv_odb_copy(odb, id, STDOUT_FILENO, NULL, err);
}

static int answer(struct dv_odb *odb, const char *arg, enum mode mode,
		  char eol, struct dv_err *err)
{
	char text[DV_DIGEST_TEXT];
	struct dv_digest id;
	uint64_t size;
	int rc = look_up(odb, arg, &id, &size, err);

	if (rc < 0)
		return rc;
	if (mode == EXISTS)
		return !rc;
	if (!rc && (mode == BATCH || mode == BATCH_CHECK)) {
		dv_out("%s missing%c", arg, eol);
		return 0;
	}
	if (!rc)
		return dv_err_set(err, DV_E_MISSING,
				  "object '%.100s' is not in the store", arg);

	if (mode == SIZE)
		dv_out("%" PRIu64 "%c", size, eol);
	if (mode == BATCH || mode == BATCH_CHECK)
		dv_out("%s %" PRIu64 "%c", dv_digest_format(text, &id), size,
		       eol);
	if (mode == BATCH || mode == CONTENT)
		rc = write_content(odb, &id, err);
	if (rc >= 0 && mode == BATCH)
		dv_out_char(eol);
	return rc < 0 ? rc : 0;
}

/* Each answer is flushed when the next question is not there yet. */
static int answer_stdin(struct dv_odb *odb, enum mode mode, char eol,
			struct dv_err *err)
{
	struct dv_reader in = DV_READER_INIT;
	int rc;

	while ((rc = dv_reader_next(&in, stdin, eol, err)) > 0) {
		rc = answer(odb, in.line, mode, eol, err);
		if (rc >= 0 && in.start == in.end)
			rc = dv_out_flush(err);
		if (rc < 0)
			break;
	}
	dv_reader_release(&in);
	return rc;
}

struct all {
	struct dv_digest *v;
	size_t n, cap;
};

static int note(void *arg, const struct dv_digest *id, uint64_t size,
		enum dv_odb_kind kind)
{
	struct all *all = arg;

	(void)size;
	(void)kind;
	dv_grow(&all->v, &all->cap, all->n + 1, sizeof(*all->v));
	all->v[all->n++] = *id;
	return 0;
}

static int cmp_ids(const void *a, const void *b)
{
	return dv_digest_cmp(a, b);
}

/* Each object of the store, in the order of the ids. */
static int answer_all(struct dv_odb *odb, enum mode mode, char eol,
		      struct dv_err *err)
{
	struct all all = { NULL, 0, 0 };
	char text[DV_DIGEST_TEXT];
	int rc = dv_odb_each(odb, note, &all, err);

	if (all.n)
		qsort(all.v, all.n, sizeof(*all.v), cmp_ids);
	for (size_t i = 0; rc >= 0 && i < all.n; i++)
		rc = answer(odb, dv_digest_format(text, &all.v[i]), mode, eol,
			    err);
	free(all.v);
	return rc;
}

static int cmd_cat_object(int argc, const char **argv, const struct dv_ctx *ctx)
{
	bool size = false, exists = false, batch = false, check = false;
	bool all = false, nul = false;
	const struct dv_opt spec[] = {
		DV_OPT_BOOL(0, "size", &size, "print the size"),
		DV_OPT_BOOL(0, "exists", &exists,
			    "print nothing; exit 1 if one is not here"),
		DV_OPT_BOOL(0, "batch", &batch,
			    "id, size and content of each id on stdin"),
		DV_OPT_BOOL(0, "batch-check", &check,
			    "id and size of each id on stdin"),
		DV_OPT_BOOL(0, "batch-all-objects", &all,
			    "each object of the store, not those on stdin"),
		DV_OPT_BOOL('z', NULL, &nul, "records end in NUL, not LF"),
		DV_OPT_END
	};
	enum mode mode;
	struct dv_err err = DV_ERR_INIT;
	struct dv_odb *odb = NULL;
	int rc, missing = 0;
	char eol;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (size + exists + batch + check > 1)
		dv_usage(usage, spec, "only one of these options can be given");
	if (all && !batch && !check)
		dv_usage(usage, spec, "--batch-all-objects needs --batch or "
			 "--batch-check");
	if ((batch || check) == (argc > 0))
		dv_usage(usage, spec, "give ids, or --batch or --batch-check");
	mode = size ? SIZE : exists ? EXISTS : batch ? BATCH :
	       check ? BATCH_CHECK : CONTENT;
	eol = nul ? '\0' : '\n';

	rc = dv_locate_odb(&odb, &err);
	if (!rc && all)
		rc = answer_all(odb, mode, eol, &err);
	else if (!rc && argc == 0)
		rc = answer_stdin(odb, mode, eol, &err);
	for (int i = 0; rc >= 0 && i < argc; i++) {
		rc = answer(odb, argv[i], mode, eol, &err);
		missing |= rc > 0;
	}
	dv_odb_close(odb);
	return dv_exit(rc < 0 ? rc : missing, &err);
}

DV_MAIN("cat-object", cmd_cat_object)
