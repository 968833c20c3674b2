/* SPDX-License-Identifier: MIT */
#include "remote/rdamage.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "remote/rmark.h"

#define KEY "damaged"

/* --- what is remembered -------------------------------------------------- */

static int add_pack(const struct dv_digest *id, uint64_t value, void *arg)
{
	char hex[DV_DIGEST_TEXT];

	(void)value;
	dv_buf_printf(arg, "%s ", dv_digest_hex(hex, id));
	return 0;
}

int dv_rdamage_set(struct dv_rcache *c, const struct dv_idmap *packs,
		   struct dv_err *err)
{
	struct dv_buf value = DV_BUF_INIT;
	int rc;

	dv_idmap_each(packs, add_pack, &value);
	rc = dv_rcache_set(c, KEY, packs->n ? dv_buf_cstr(&value) : NULL, err);
	dv_buf_release(&value);
	return rc;
}

int dv_rdamage_get(struct dv_rcache *c, struct dv_idmap *packs,
		   struct dv_err *err)
{
	struct dv_buf value = DV_BUF_INIT;
	int rc = dv_rcache_get(c, KEY, &value, err);
	const char *p = dv_buf_cstr(&value);

	while (*p) {
		struct dv_err ignored = DV_ERR_INIT;
		size_t n = strcspn(p, " ");
		struct dv_digest id;

		if (!dv_digest_parse(&id, p, n, packs->algo, &ignored))
			dv_idmap_add(packs, &id, 0);
		p += n + (p[n] == ' ');
	}
	dv_buf_release(&value);
	return rc < 0 ? rc : 0;
}

/* --- marking ------------------------------------------------------------- */

static int mark(const struct dv_digest *pack, uint64_t value, void *arg)
{
	uint32_t i;

	(void)value;
	if (dv_rpacks_place(arg, pack, &i))
		dv_rpacks_set_bad(arg, i);
	return 0;
}

int dv_rdamage_mark(struct dv_rpacks *s, struct dv_conn *c,
		    struct dv_err *err)
{
	struct dv_idmap packs;
	int rc;

	dv_idmap_init(&packs, c->algo);
	rc = dv_rdamage_get(c->cache, &packs, err);
	if (!rc)
		dv_idmap_each(&packs, mark, s);
	dv_idmap_release(&packs);
	return rc;
}

struct look {
	struct dv_rpacks *s;
	bool *sound;		/* each of s */
};

static int note(void *arg, const struct dv_rmark_pack *p, struct dv_err *err)
{
	const struct dv_location_pack *info;
	struct look *l = arg;
	uint32_t i;

	(void)err;
	if (!dv_rpacks_place(l->s, &p->id, &i))
		return 0;
	info = &dv_rpacks_get(l->s, i)->info;
	l->sound[i] = dv_rmark_is_size(p->size, info->size) &&
		      dv_rmark_is_size(p->idx_size, info->idx_size);
	return 0;
}

int dv_rdamage_look(struct dv_rpacks *s, struct dv_conn *c,
		    struct dv_err *err)
{
	uint32_t n = dv_rpacks_count(s);
	struct look l = { s, dv_calloc((size_t)n + 1, sizeof(bool)) };
	int rc = dv_rmark_packs(c, note, NULL, NULL, &l, err);

	for (uint32_t i = 0; !rc && i < n; i++)
		if (!l.sound[i])
			dv_rpacks_set_bad(s, i);
	free(l.sound);
	return rc < 0 ? rc : dv_rdamage_mark(s, c, err);
}
