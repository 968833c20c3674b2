/* SPDX-License-Identifier: MIT */
#include "porcelain/published.h"

#include "remote/rcache.h"
#include "remote/remotes.h"

static int add(const struct dv_digest *id, uint64_t value, void *arg)
{
	(void)value;
	dv_idmap_add(arg, id, 0);
	return 0;
}

static int read_one(struct dv_idmap *ids, struct dv_repo *r, const char *name,
		    struct dv_err *err)
{
	struct dv_err ignored = DV_ERR_INIT;
	struct dv_rcache *cache;
	struct dv_remote remote;
	int rc;

	/* One that cannot be used has never been. */
	if (dv_remote_get(&remote, r, name, &ignored) < 0)
		return 0;
	rc = dv_rcache_open(&cache, r->store_dir, remote.url, r->algo, err);
	if (!rc) {
		dv_rcache_published_each(cache, add, ids);
		dv_rcache_close(cache);
	}
	dv_remote_release(&remote);
	return rc;
}

int dv_published_read(struct dv_idmap *ids, struct dv_repo *r,
		      size_t *remotes, struct dv_err *err)
{
	struct dv_strlist names = DV_STRLIST_INIT;
	int rc = dv_remote_names(r, &names, err);

	*remotes = names.n;
	for (size_t i = 0; i < names.n && rc >= 0; i++)
		rc = read_one(ids, r, names.v[i], err);
	dv_strlist_release(&names);
	return rc < 0 ? rc : 0;
}
