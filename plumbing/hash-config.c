/* SPDX-License-Identifier: MIT */
/*
 * dv hash-config: the hash of a configuration, or its canonical form.
 *
 * Out: <hex> LF, the first digits of the XXH3-128 of the canonical form;
 * with --canonical the form itself, those bytes and no LF.
 */
#include "plumbing/common/command.h"

#include "base/digest.h"
#include "format/config.h"
#include "store/conffile.h"
#include "store/repo.h"

static const char *const usage[] = {
	"dv hash-config [--abbrev=<n>] [--object-format=<format>] "
		"[<file> | <key>=<value>]...",
	"dv hash-config --canonical [--object-format=<format>] "
		"[<file> | <key>=<value>]...",
	NULL
};

static void print_hash(const struct dv_buf *canonical, size_t digits)
{
	char hash[DV_CONFIG_HASH_MAX + 1];

	dv_out("%s\n", dv_config_hash(hash, canonical->data, canonical->len,
				      digits));
}

static int cmd_hash_config(int argc, const char **argv,
			   const struct dv_ctx *ctx)
{
	int64_t abbrev = DV_CONFIG_HASH_MIN;
	const char *format = NULL;
	bool canonical = false;
	const struct dv_opt spec[] = {
		DV_OPT_BOOL(0, "canonical", &canonical,
			    "print the canonical form, not its hash"),
		DV_OPT_INT(0, "abbrev", &abbrev, "<n>",
			   "print <n> digits of the hash, 8 to 32"),
		DV_OPT_STR(0, "object-format", &format, "<format>",
			   "name other files by xxh128 or sha256"),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT;
	enum dv_algo algo;
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (abbrev < DV_CONFIG_HASH_MIN || abbrev > DV_CONFIG_HASH_MAX)
		dv_usage(usage, spec, "--abbrev takes a number from 8 to 32");

	if (format)
		rc = dv_algo_parse(&algo, format, &err);
	else
		rc = dv_repo_guess_algo(&algo, &err);
	if (rc < 0)
		goto out;
	rc = dv_conffile_load(&out, argv, (size_t)argc, algo, &err);
	if (rc < 0)
		goto out;

	if (canonical)
		dv_out_bytes(out.data, out.len);
	else
		print_hash(&out, (size_t)abbrev);
out:
	dv_buf_release(&out);
	return dv_exit(rc < 0 ? rc : 0, &err);
}

DV_MAIN("hash-config", cmd_hash_config)
