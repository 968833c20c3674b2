/* SPDX-License-Identifier: MIT */

/* AWS's files, and what gives credentials as JSON or XML. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "remote/awscred.h"
#include "remote/awsini.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check_cred(struct dv_awscred *c)
{
	if (!c->access || !*c->access || !c->secret || c->expires < 0 ||
	    strpbrk(c->access, "\r\n"))
		abort();
	dv_awscred_release(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *text = (const char *)data;
	struct dv_awsini ini = DV_AWSINI_INIT;
	struct dv_awscred c = DV_AWSCRED_INIT;
	struct dv_err err = DV_ERR_INIT;

	if (!dv_awsini_parse(&ini, text, n, "file", &err))
		for (size_t i = 0; i < ini.sections.n; i++)
			dv_awsini_get(&ini, ini.sections.v[i], "region");
	dv_awsini_release(&ini);
	if (!dv_awscred_parse_json(&c, text, n, "it", &err))
		check_cred(&c);
	if (!dv_awscred_parse_sts(&c, text, n, "it", &err))
		check_cred(&c);
	return 0;
}
