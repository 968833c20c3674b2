/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "remote/rpacks-parts.h"

/* Up to so many packs are looked into one after another. */
#define FEW 4

int dv_rpacks_set_loaded(struct dv_rpacks *s, uint32_t i, struct dv_err *err)
{
	struct dv_rpack *p = &s->v[i];

	if (p->idx.n > UINT32_MAX - 1 - s->objects)
		return dv_err_set(err, DV_E_LIMIT, "remote '%s': its packs "
				  "hold more than %u objects", s->conn->name,
				  UINT32_MAX - 1);
	dv_grow(&s->loaded, &s->loaded_cap, s->loaded_n + 1,
		sizeof(*s->loaded));
	s->loaded[s->loaded_n++] = (struct dv_rpacks_loaded){ i, s->objects };
	s->objects += p->idx.n;
	p->loaded = true;
	return 0;
}

/* --- the table --------------------------------------------------------- */

void dv_rpacks_forget_table(struct dv_rpacks *s)
{
	free(s->table.slots);
	s->table = (struct dv_rpacks_table){ 0 };
}

/* Which loaded pack has the object of that number. */
static size_t loaded_of(const struct dv_rpacks *s, uint32_t number)
{
	size_t lo = 0, hi = s->loaded_n;

	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (s->loaded[mid].start <= number)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

/* Packs without objects start where the next one does: never answered. */
static const struct dv_rpack *object_of(const struct dv_rpacks *s,
					uint32_t number, size_t *at,
					uint32_t *i)
{
	*at = loaded_of(s, number);
	*i = number - s->loaded[*at].start;
	return &s->v[s->loaded[*at].pack];
}

/* The slot of id, or the empty one for it. */
static uint32_t *slot_of(const struct dv_rpacks *s,
			 const struct dv_digest *id)
{
	const struct dv_rpacks_table *t = &s->table;
	size_t k = dv_idmap_hash(id->b) & (t->n - 1);

	for (; t->slots[k]; k = (k + 1) & (t->n - 1)) {
		const struct dv_rpack *p;
		struct dv_digest there;
		uint32_t i;
		size_t at;

		p = object_of(s, t->slots[k] - 1, &at, &i);
		dv_packidx_id(&p->idx, i, &there);
		if (dv_digest_eq(&there, id))
			break;
	}
	return &t->slots[k];
}

/* One copy of each id, of a pack that is not doomed where there is one. */
static void insert_pack(struct dv_rpacks *s, size_t at)
{
	const struct dv_rpack *p = &s->v[s->loaded[at].pack], *old;
	uint32_t start = s->loaded[at].start, old_i;
	size_t old_at;

	for (uint32_t i = 0; !p->bad && i < p->idx.n; i++) {
		struct dv_digest id;
		uint32_t *slot;

		dv_packidx_id(&p->idx, i, &id);
		slot = slot_of(s, &id);
		s->table.used += !*slot;
		if (*slot) {
			old = object_of(s, *slot - 1, &old_at, &old_i);
			if (!old->doomed || p->doomed)
				continue;
		}
		*slot = start + i + 1;
	}
}

static void resize(struct dv_rpacks *s)
{
	size_t n = 1024;

	dv_rpacks_forget_table(s);
	while (n / 4 * 3 < s->objects)
		n *= 2;
	s->table.slots = dv_calloc(n, sizeof(*s->table.slots));
	s->table.n = n;
}

static void update_table(struct dv_rpacks *s)
{
	if (s->table.packs == s->loaded_n)
		return;
	if (s->table.n / 4 * 3 < s->objects)
		resize(s);
	while (s->table.packs < s->loaded_n)
		insert_pack(s, s->table.packs++);
}

/* --- look-up ------------------------------------------------------------ */

static bool find_in(struct dv_rpacks *s, size_t at,
		    const struct dv_digest *id, bool fresh,
		    struct dv_rplace *out)
{
	const struct dv_rpack *p = &s->v[s->loaded[at].pack];
	uint32_t i;

	if (p->bad || (fresh && p->doomed) ||
	    !dv_packidx_find(&p->idx, id, &i))
		return false;
	s->hint = at;
	*out = (struct dv_rplace){ s->loaded[at].pack, i };
	return true;
}

static bool find_in_table(struct dv_rpacks *s, const struct dv_digest *id,
			  bool fresh, struct dv_rplace *out)
{
	uint32_t number, i;
	size_t at;

	update_table(s);
	number = *slot_of(s, id);
	if (!number)
		return false;
	if (object_of(s, number - 1, &at, &i)->doomed && fresh)
		return false;
	s->hint = at;
	*out = (struct dv_rplace){ s->loaded[at].pack, i };
	return true;
}

/* Objects that are looked for together often lie together. */
bool dv_rpacks_find(struct dv_rpacks *s, const struct dv_digest *id,
		    bool fresh, struct dv_rplace *out)
{
	if (!s->loaded_n || id->algo != s->places.algo)
		return false;
	if (find_in(s, s->hint, id, fresh, out))
		return true;
	if (s->loaded_n > FEW)
		return find_in_table(s, id, fresh, out);
	for (size_t at = 0; at < s->loaded_n; at++)
		if (find_in(s, at, id, fresh, out))
			return true;
	return false;
}
