/* SPDX-License-Identifier: MIT */
/*
 * dv index-pack: write the index beside a pack, out of the pack.
 *
 * One line out for each:
 *	<name>			digest of the index, the pack's name
 */
#include "plumbing/common/command.h"
#include "plumbing/common/packarg.h"

#include <fcntl.h>
#include <stdlib.h>

#include "base/file.h"
#include "format/pack.h"
#include "store/packcheck.h"

static const char *const usage[] = {
	"dv index-pack [--verify] [--] <file.pack>...",
	NULL
};

static int verify(const char *base, struct dv_err *err)
{
	int64_t n = dv_packcheck(base, DV_PACKCHECK_OBJECTS, dv_packarg_fault, NULL,
				 NULL, err);

	if (n > 0)
		return dv_err_set(err, DV_E_FORMAT, "'%s.pack' is damaged, "
				  "and no index was written", base);
	return (int)n;
}

static int write_index(const char *base, const struct dv_map *map,
		       struct dv_err *err)
{
	char hex[DV_DIGEST_TEXT];
	struct dv_digest name;
	struct dv_pack pack;
	char *path;
	int rc;

	rc = dv_pack_open(&pack, map->data, map->len, err);
	if (!rc)
		rc = dv_pack_check(&pack, err);
	if (rc < 0)
		return dv_err_prefix(err, "'%s.pack'", base);
	path = dv_asprintf("%s.idx", base);
	rc = dv_file_write(AT_FDCWD, path, pack.idx.p, pack.idx.len, 0444,
			   err);
	free(path);
	if (rc < 0)
		return rc;
	dv_pack_id(&pack, &name);
	dv_out("%s\n", dv_digest_hex(hex, &name));
	return 0;
}

static int index_pack(const char *path, bool check, struct dv_err *err)
{
	struct dv_map map = DV_MAP_INIT;
	char *base = dv_packarg_base(path, false, err);
	int rc;

	if (!base)
		return -err->code;
	rc = check ? verify(base, err) : 0;
	if (!rc)
		rc = dv_map_open(&map, AT_FDCWD, path, err);
	if (!rc)
		rc = write_index(base, &map, err);
	dv_map_release(&map);
	free(base);
	return rc;
}

static int cmd_index_pack(int argc, const char **argv,
			  const struct dv_ctx *ctx)
{
	bool check = false;
	const struct dv_opt spec[] = {
		DV_OPT_BOOL(0, "verify", &check,
			    "check every object before writing"),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	int rc = 0;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (!argc)
		dv_usage(usage, spec, "give a pack");
	for (int i = 0; !rc && i < argc; i++)
		rc = index_pack(argv[i], check, &err);
	return dv_exit(rc, &err);
}

DV_MAIN("index-pack", cmd_index_pack)
