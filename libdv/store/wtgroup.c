/* SPDX-License-Identifier: MIT */
#include "store/wtgroup.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/path.h"
#include "store/worktree.h"

/* From the end: paths of one dataset tend to be named in a row. */
static struct dv_wtgroup *find(struct dv_wtgroups *g, const char *dataset)
{
	for (size_t i = g->n; i--;)
		if (!strcmp(g->v[i].dataset, dataset))
			return &g->v[i];
	return NULL;
}

/* Is it a part of one that is to become a dataset? */
static bool is_in_fresh(const struct dv_wtgroups *g, const char *path)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->v[i].fresh &&
		    dv_path_inside(g->v[i].dataset, strlen(g->v[i].dataset),
				   path, strlen(path)))
			return true;
	return false;
}

static struct dv_wtgroup *add_group(struct dv_wtgroups *g, const char *name,
				    bool fresh)
{
	struct dv_wtgroup *one;

	dv_grow(&g->v, &g->cap, g->n + 1, sizeof(*g->v));
	one = &g->v[g->n++];
	one->dataset = dv_strdup(name);
	one->fresh = fresh;
	one->paths = (struct dv_strlist)DV_STRLIST_INIT;
	return one;
}

int dv_wtgroups_add(struct dv_wtgroups *g, struct dv_repo *r,
		    const char *arg, struct dv_err *err)
{
	char *path = NULL, *dataset = NULL;
	struct dv_wtgroup *one;
	int rc;

	rc = dv_repo_path(r, arg, &path, err);
	if (rc >= 0)
		rc = dv_worktree_dataset_of(r, path, &dataset, err);
	if (rc < 0)
		goto out;
	if (!dataset && is_in_fresh(g, path))
		goto out;
	one = find(g, dataset ? dataset : path);
	if (!one)
		one = add_group(g, dataset ? dataset : path, !dataset);
	dv_strlist_add(&one->paths, path);
	rc = 0;
out:
	free(dataset);
	free(path);
	return rc;
}

void dv_wtgroups_release(struct dv_wtgroups *g)
{
	for (size_t i = 0; i < g->n; i++) {
		free(g->v[i].dataset);
		dv_strlist_release(&g->v[i].paths);
	}
	free(g->v);
	*g = (struct dv_wtgroups)DV_WTGROUPS_INIT;
}
