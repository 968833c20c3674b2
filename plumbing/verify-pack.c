/* SPDX-License-Identifier: MIT */
/*
 * dv verify-pack: check every object of a pack; exit 1 if one is damaged.
 *
 * -v, one line for each object, in the order of the ids:
 *	<id> SP (plain | recipe) SP <size> SP <length> SP <block> SP <offset>
 * -s, one line for each pack:
 *	<name> SP (data | meta) SP <objects> SP <blocks> SP <stored bytes>
 *	SP <plain bytes>
 */
#include "plumbing/common/command.h"
#include "plumbing/common/packarg.h"

#include <fcntl.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/hex.h"
#include "format/pack.h"
#include "store/packcheck.h"

static const char *const usage[] = {
	"dv verify-pack [-v | -s] [-q] [--] <file.pack>...",
	NULL
};

static int list(const struct dv_packidx *x, struct dv_err *err)
{
	for (uint32_t i = 0; i < x->n; i++) {
		char text[DV_DIGEST_TEXT];
		struct dv_pack_object o;
		struct dv_digest id;
		int rc = dv_packidx_object(x, i, &o, err);

		if (rc < 0)
			return rc;
		dv_packidx_id(x, i, &id);
		dv_out("%s %s %" PRIu64 " %u %u %u\n",
		       dv_digest_format(text, &id),
		       o.type == DV_PACK_RECIPE ? "recipe" : "plain", o.size,
		       o.length, o.block, o.offset);
	}
	return 0;
}

static int sum(const struct dv_pack *pack, struct dv_err *err)
{
	uint64_t stored = 0, plain = 0;
	char hex[DV_DIGEST_TEXT];
	struct dv_digest name;

	for (uint32_t b = 0; b < pack->idx.m; b++) {
		struct dv_pack_block k;
		int rc = dv_packidx_block(&pack->idx, b, &k, err);

		if (rc < 0)
			return rc;
		stored += k.stored;
		plain += k.plain;
	}
	dv_pack_id(pack, &name);
	dv_out("%s %s %u %u %" PRIu64 " %" PRIu64 "\n",
	       dv_digest_hex(hex, &name),
	       pack->idx.kind == DV_PACK_META ? "meta" : "data", pack->idx.n,
	       pack->idx.m, stored, plain);
	return 0;
}

static int show(const char *base, bool sums, struct dv_err *err)
{
	char *path = dv_asprintf("%s.pack", base);
	struct dv_map map = DV_MAP_INIT;
	struct dv_pack pack;
	int rc;

	rc = dv_map_open(&map, AT_FDCWD, path, err);
	if (!rc)
		rc = dv_pack_open(&pack, map.data, map.len, err);
	if (!rc)
		rc = sums ? sum(&pack, err) : list(&pack.idx, err);
	dv_map_release(&map);
	free(path);
	return rc;
}

/* A file that is called as packs in a store are must have that name. */
static unsigned flags_for(const char *base)
{
	const char *name = strrchr(base, '/');
	size_t n;

	name = name ? name + 1 : base;
	n = strlen(name);
	if ((n == 32 || n == 64) && dv_hex_is(name, n))
		return DV_PACKCHECK_NAME;
	return 0;
}

/* 0 if it is sound, 1 if not. */
static int verify(const char *path, bool verbose, bool sums,
		  struct dv_progress *p, struct dv_err *err)
{
	char *base = dv_packarg_base(path, true, err);
	int64_t faults;
	int rc = 0;

	if (!base)
		return -err->code;
	faults = dv_packcheck(base, DV_PACKCHECK_OBJECTS | DV_PACKCHECK_IDX |
			      flags_for(base), dv_packarg_fault, NULL, p, err);
	if (faults < 0)
		rc = (int)faults;
	else if (faults)
		rc = 1;
	else if (verbose || sums)
		rc = show(base, sums, err);
	free(base);
	return rc;
}

static int cmd_verify_pack(int argc, const char **argv,
			   const struct dv_ctx *ctx)
{
	bool verbose = false, sums = false, quiet = false;
	const struct dv_opt spec[] = {
		DV_OPT_BOOL('v', "verbose", &verbose, "list the objects"),
		DV_OPT_BOOL('s', "stat-only", &sums, "print sums only"),
		DV_OPT_BOOL('q', "quiet", &quiet, "show no progress"),
		DV_OPT_END
	};
	struct dv_progress progress = { .phase = NULL };
	struct dv_err err = DV_ERR_INIT;
	struct dv_meter *meter;
	int rc = 0, bad = 0;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (!argc)
		dv_usage(usage, spec, "give a pack");
	if (verbose && sums)
		dv_usage(usage, spec, "-v and -s cannot be given together");
	dv_progress_phase(&progress, "checking", 0, 0);
	meter = dv_meter_start(&progress, quiet);
	for (int i = 0; rc >= 0 && i < argc; i++) {
		rc = verify(argv[i], verbose, sums, &progress, &err);
		bad |= rc > 0;
	}
	dv_meter_stop(meter);
	return dv_exit(rc < 0 ? rc : bad, &err);
}

DV_MAIN("verify-pack", cmd_verify_pack)
