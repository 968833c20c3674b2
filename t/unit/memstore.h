/* SPDX-License-Identifier: MIT */
#ifndef DV_MEMSTORE_H
#define DV_MEMSTORE_H

/* A store of objects in memory, and the callbacks that manifests want. */

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"

struct memstore {
	enum dv_algo algo;
	struct memobject {
		struct dv_digest id;
		char *bytes;
		size_t n;
	} *v;
	size_t n, cap;
	size_t puts, gets;
	size_t *slots;		/* by first bytes of the id; 1 + index */
	size_t nslots;
};

static inline void memstore_release(struct memstore *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i].bytes);
	free(s->v);
	free(s->slots);
	memset(s, 0, sizeof(*s));
}

static inline size_t *memstore_slot(struct memstore *s,
				    const struct dv_digest *id)
{
	size_t i;

	memcpy(&i, id->b, sizeof(i));
	for (i &= s->nslots - 1; s->slots[i]; i = (i + 1) & (s->nslots - 1))
		if (dv_digest_eq(&s->v[s->slots[i] - 1].id, id))
			break;
	return &s->slots[i];
}

static inline struct memobject *memstore_find(struct memstore *s,
					      const struct dv_digest *id)
{
	size_t slot = s->nslots ? *memstore_slot(s, id) : 0;

	return slot ? &s->v[slot - 1] : NULL;
}

static inline void memstore_grow(struct memstore *s)
{
	free(s->slots);
	s->nslots = s->nslots ? 2 * s->nslots : 64;
	s->slots = dv_calloc(s->nslots, sizeof(*s->slots));
	for (size_t i = 0; i < s->n; i++)
		*memstore_slot(s, &s->v[i].id) = i + 1;
}

static inline int memstore_put(void *arg, const void *buf, size_t n,
			       struct dv_digest *id, struct dv_err *err)
{
	struct memstore *s = arg;

	(void)err;
	s->puts++;
	dv_digest_of(id, s->algo, buf, n);
	if (memstore_find(s, id))
		return 0;
	if (2 * s->n >= s->nslots)
		memstore_grow(s);
	dv_grow(&s->v, &s->cap, s->n + 1, sizeof(*s->v));
	s->v[s->n].id = *id;
	s->v[s->n].bytes = dv_malloc(n);
	memcpy(s->v[s->n].bytes, buf, n);
	s->v[s->n].n = n;
	*memstore_slot(s, id) = ++s->n;
	return 0;
}

/* Under id, whatever the bytes are: what a broken store would give. */
static inline void memstore_forge(struct memstore *s,
				  const struct dv_digest *id,
				  const void *buf, size_t n)
{
	struct memobject *o = memstore_find(s, id);

	free(o->bytes);
	o->bytes = dv_malloc(n);
	memcpy(o->bytes, buf, n);
	o->n = n;
}

static inline int memstore_get(void *arg, const struct dv_digest *id,
			       struct dv_buf *out, size_t max,
			       struct dv_err *err)
{
	struct memstore *s = arg;
	struct memobject *o = memstore_find(s, id);
	char text[DV_DIGEST_TEXT];

	s->gets++;
	if (!o)
		return dv_err_set(err, DV_E_MISSING, "object '%s' is not here",
				  dv_digest_format(text, id));
	if (o->n > max)
		return dv_err_set(err, DV_E_LIMIT, "object '%s' is too large",
				  dv_digest_format(text, id));
	dv_buf_add(out, o->bytes, o->n);
	return 0;
}

#endif
