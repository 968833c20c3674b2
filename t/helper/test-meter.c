/* SPDX-License-Identifier: MIT */
/*
 * test-meter [-q | --json [--unknown]] [--objects]: show progress for over
 * a second, as a command does while it works, with a warning in between.
 */
#include "plumbing/common/command.h"

#include <time.h>

static const char *const usage[] = {
	"test-meter [-q | --json [--unknown]] [--objects]",
	NULL
};

static void nap(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

static int cmd_meter(int argc, const char **argv, const struct dv_ctx *ctx)
{
	bool quiet = false, json = false, unknown = false, objects = false;
	const struct dv_opt spec[] = {
		DV_OPT_BOOL('q', "quiet", &quiet, "show nothing"),
		DV_OPT_BOOL(0, "json", &json, "lines of JSON"),
		DV_OPT_BOOL(0, "unknown", &unknown, "totals are not known"),
		DV_OPT_BOOL(0, "objects", &objects, "these are counted"),
		DV_OPT_END
	};
	static struct dv_progress p;
	struct dv_err err = DV_ERR_INIT;
	struct dv_meter *meter;

	(void)ctx;
	dv_opt_parse(argc, argv, spec, usage);
	meter = json ? dv_meter_start_json(&p) : dv_meter_start(&p, quiet);
	dv_progress_phase(&p, "hashing", unknown ? 0 : 10,
			  unknown ? 0 : 4 << 20);
	if (objects)
		dv_progress_count(&p, "objects");
	dv_progress_add(&p, 3, 1 << 20);
	nap(700);
	dv_warn("half way");
	dv_progress_add(&p, 2, 1 << 20);
	nap(1000);
	dv_meter_stop(meter);
	dv_out("done\n");
	return dv_exit(0, &err);
}

DV_MAIN("meter", cmd_meter)
