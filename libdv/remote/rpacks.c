/* SPDX-License-Identifier: MIT */
#include "remote/rpacks.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "remote/catalog.h"
#include "remote/rpacks-parts.h"

struct dv_rpacks *dv_rpacks_new(struct dv_conn *c)
{
	struct dv_rpacks *s = dv_calloc(1, sizeof(*s));

	s->conn = c;
	return s;
}

void dv_rpacks_free(struct dv_rpacks *s)
{
	if (!s)
		return;
	dv_rpacks_forget_table(s);
	for (size_t i = 0; i < s->n; i++)
		dv_map_release(&s->v[i].map);
	dv_idmap_release(&s->places);
	dv_idmap_release(&s->dooms);
	dv_idmap_release(&s->doomed_manifests);
	free(s->loaded);
	free(s->v);
	free(s);
}

uint32_t dv_rpacks_count(const struct dv_rpacks *s)
{
	return (uint32_t)s->n;
}

struct dv_rpack *dv_rpacks_get(struct dv_rpacks *s, uint32_t i)
{
	return &s->v[i];
}

uint32_t dv_rpacks_add(struct dv_rpacks *s,
		       const struct dv_location_pack *info)
{
	uint64_t i;

	if (!s->n)
		dv_idmap_init(&s->places, info->id.algo);
	if (dv_idmap_get(&s->places, &info->id, &i))
		return (uint32_t)i;
	dv_grow(&s->v, &s->cap, s->n + 1, sizeof(*s->v));
	s->v[s->n] = (struct dv_rpack){
		.info = *info,
		.doomed = s->dooms.n && dv_idmap_get(&s->dooms, &info->id,
						     NULL),
	};
	dv_idmap_add(&s->places, &info->id, s->n);
	return (uint32_t)s->n++;
}

bool dv_rpacks_place(const struct dv_rpacks *s, const struct dv_digest *pack,
		     uint32_t *i)
{
	uint64_t place;

	if (!s->n || !dv_idmap_get(&s->places, pack, &place))
		return false;
	*i = (uint32_t)place;
	return true;
}

void dv_rpacks_add_location(struct dv_rpacks *s, const struct dv_location *l)
{
	for (uint32_t i = 0; i < l->packs; i++) {
		struct dv_location_pack info;

		dv_location_pack(l, i, &info);
		dv_rpacks_add(s, &info);
	}
}

void dv_rpacks_set_bad(struct dv_rpacks *s, uint32_t i)
{
	s->v[i].bad = true;
	dv_rpacks_forget_table(s);
}

static int keep_dooms(void *arg, uint64_t n, const struct dv_doomrec *d,
		      int64_t modified, struct dv_err *err)
{
	struct dv_rpacks *s = arg;

	(void)n;
	(void)modified;
	(void)err;
	if (!s->dooms.n && d->packs_n)
		dv_idmap_init(&s->dooms, d->packs[0].algo);
	for (size_t i = 0; i < d->packs_n; i++)
		dv_idmap_add(&s->dooms, &d->packs[i], 0);
	if (!s->doomed_manifests.n && d->manifests_n)
		dv_idmap_init(&s->doomed_manifests, d->manifests[0].algo);
	for (size_t i = 0; i < d->manifests_n; i++)
		dv_idmap_set(&s->doomed_manifests, &d->manifests[i],
			     d->numbers[i]);
	return 0;
}

uint64_t dv_rpacks_doomed_number(const struct dv_rpacks *s,
				 const struct dv_digest *manifest)
{
	uint64_t n = 0;

	if (s->doomed_manifests.n)
		dv_idmap_get(&s->doomed_manifests, manifest, &n);
	return n;
}

bool dv_rpacks_is_manifest_doomed(const struct dv_rpacks *s,
				  const struct dv_digest *manifest)
{
	return dv_rpacks_doomed_number(s, manifest) > 0;
}

int dv_rpacks_read_dooms(struct dv_rpacks *s, struct dv_err *err)
{
	int rc = dv_catalog_dooms(s->conn, keep_dooms, s, err);

	if (rc < 0 || !s->dooms.n)
		return rc < 0 ? rc : 0;
	for (size_t i = 0; i < s->n; i++)
		s->v[i].doomed = dv_idmap_get(&s->dooms, &s->v[i].info.id,
					      NULL);
	dv_rpacks_forget_table(s);
	return 0;
}
