/* SPDX-License-Identifier: MIT */
/* A key that is taken apart is the one that would be made of its parts. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "remote/rkey.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct parts {
	struct dv_buf ns, dataset, tag, again;
};

static void compare(const struct parts *p, int rc, const char *key)
{
	if (rc < 0 || strcmp(p->again.data, key))
		abort();
}

static void check_names(struct parts *p, const char *key)
{
	char id[DV_VERSION_ID_MAX];
	struct dv_err err;
	uint64_t n;

	if (dv_rkey_parse_version(key, &p->ns, &p->dataset, id))
		compare(p, dv_rkey_version(&p->again, p->ns.data,
					   p->dataset.data, id, &err), key);
	if (dv_rkey_parse_head(key, &p->ns, &p->dataset, &p->tag, &n)) {
		int rc = dv_rkey_head(&p->again, p->ns.data, p->dataset.data,
				      p->tag.len ? p->tag.data : NULL, &err);

		dv_rkey_add_number(&p->again, n);
		compare(p, rc, key);
	}
}

static void check_ids(struct parts *p, const char *key, enum dv_algo algo)
{
	struct dv_digest id;
	const char *suffix;
	uint64_t n;

	if (dv_rkey_parse_pack(key, algo, &id, &suffix)) {
		dv_rkey_pack(&p->again, &id, suffix);
		compare(p, 0, key);
	}
	if (dv_rkey_parse_manifest(key, algo, &id, &n)) {
		dv_rkey_manifest(&p->again, &id);
		dv_rkey_add_number(&p->again, n);
		compare(p, 0, key);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *key = dv_strndup((const char *)data, size);
	struct parts p = { .ns = DV_BUF_INIT };

	check_names(&p, key);
	check_ids(&p, key, DV_ALGO_XXH128);
	check_ids(&p, key, DV_ALGO_SHA256);
	dv_buf_release(&p.ns);
	dv_buf_release(&p.dataset);
	dv_buf_release(&p.tag);
	dv_buf_release(&p.again);
	free(key);
	return 0;
}
