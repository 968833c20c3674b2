/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/alloc.h"
#include "format/manifest.h"
#include "remote/publish-parts.h"
#include "store/odb-transfer.h"

/*
 * What is known of blocks of manifests: in which packs the content lies
 * that each names.  Versions share most of their blocks.
 */
struct dv_pub_where {
	struct dv_pub *x;
	struct dv_idmap blocks;		/* start and count in places */
	uint32_t *places;
	size_t places_n, places_cap;
	bool *named;			/* packs, by any location so far */
	size_t named_cap;
	struct dv_idmap *large;		/* large objects that each of x->known
					   lists, as far as it was asked */
	size_t large_n, large_cap;

	/* of the manifest that is being located */
	struct dv_location_builder *b;
	bool *used;			/* packs */
	size_t used_cap;

	/* of the block that is being read */
	struct dv_digest block;
	size_t start;			/* of its places */
};

struct dv_pub_where *dv_pub_where_new(struct dv_pub *x)
{
	struct dv_pub_where *w = dv_calloc(1, sizeof(*w));

	w->x = x;
	dv_idmap_init(&w->blocks, dv_odb_algo(x->odb));
	return w;
}

void dv_pub_where_free(struct dv_pub_where *w)
{
	if (!w)
		return;
	dv_location_builder_free(w->b);
	dv_idmap_release(&w->blocks);
	for (size_t i = 0; i < w->large_n; i++)
		dv_idmap_release(&w->large[i]);
	free(w->large);
	free(w->places);
	free(w->named);
	free(w->used);
	free(w);
}

/* --- packs of content ----------------------------------------------------- */

/* The flag of pack i, false at first. */
static bool *flag(bool **v, size_t *cap, uint32_t i)
{
	size_t old = *cap;

	if (i >= old) {
		dv_grow(v, cap, (size_t)i + 1, sizeof(**v));
		for (size_t k = old; k < *cap; k++)
			(*v)[k] = false;
	}
	return &(*v)[i];
}

/* Content of the block that is being read lies in pack. */
static void use(struct dv_pub_where *w, uint32_t pack)
{
	*flag(&w->used, &w->used_cap, pack) = true;
	for (size_t i = w->places_n; i > w->start; i--)
		if (w->places[i - 1] == pack)
			return;
	dv_grow(&w->places, &w->places_cap, w->places_n + 1,
		sizeof(*w->places));
	w->places[w->places_n++] = pack;
}

static int nowhere(const struct dv_digest *id, struct dv_err *err)
{
	char text[DV_DIGEST_TEXT];

	dv_err_set(err, DV_E_MISSING, "object %s is neither here nor on the "
		   "remote", dv_digest_format(text, id));
	return dv_err_hint(err, "dv fsck tells what is missing here");
}

static int find(struct dv_pub_where *w, const struct dv_digest *id,
		struct dv_rplace *out, struct dv_err *err)
{
	return dv_rpacks_find(w->x->packs, id, true, out) ? 0 :
		nowhere(id, err);
}

static int use_part(void *arg, const struct dv_digest *id, uint64_t bytes,
		    bool list, struct dv_err *err)
{
	struct dv_pub_where *w = arg;
	struct dv_rplace place;
	int rc = find(w, id, &place, err);

	(void)bytes;
	(void)list;
	if (!rc)
		use(w, place.pack);
	return rc;
}

bool dv_pub_is_sound(struct dv_pub *x, const struct dv_location_pack *info)
{
	const struct dv_rpack *p;

	p = dv_rpacks_get(x->packs, dv_rpacks_add(x->packs, info));
	return !p->doomed && !p->bad;
}

/* Does the location name that pack, and only sound ones? */
static bool vouches(struct dv_pub *x, const struct dv_location *l,
		    uint32_t pack)
{
	bool has = false;

	for (uint32_t i = 0; i < l->packs; i++) {
		struct dv_location_pack info;

		dv_location_pack(l, i, &info);
		if (!dv_pub_is_sound(x, &info))
			return false;
		has |= dv_rpacks_add(x->packs, &info) == pack;
	}
	return has;
}

static int note_large(void *arg, const struct dv_digest *id, bool meta,
		      const struct dv_entry *e, struct dv_err *err)
{
	(void)err;
	if (!meta && e && e->size >= DV_ODB_LARGE)
		dv_idmap_add(arg, id, 0);
	return 0;
}

/* Does known manifest k list the large object?  Not if it is not here. */
static bool lists(struct dv_pub_where *w, size_t k, const struct dv_digest *id)
{
	struct dv_err ignored = DV_ERR_INIT;

	while (w->large_n <= k) {
		struct dv_idmap *m;

		dv_grow(&w->large, &w->large_cap, w->large_n + 1,
			sizeof(*w->large));
		m = &w->large[w->large_n];
		dv_idmap_init(m, dv_odb_algo(w->x->odb));
		dv_manifest_each_object(&w->x->known[w->large_n++].manifest,
					dv_odb_read, w->x->odb, note_large, m,
					&ignored);
	}
	return dv_idmap_get(&w->large[k], id, NULL);
}

/*
 * A large object that is not here: which chunks it has is not known, but
 * the location of a published manifest that lists it names their packs.
 * One that does not may name the pack with its recipe for other objects.
 */
static const struct dv_location *find_location(struct dv_pub_where *w,
					       const struct dv_digest *id,
					       uint32_t pack,
					       struct dv_err *err)
{
	struct dv_pub *x = w->x;
	char text[DV_DIGEST_TEXT];

	for (size_t k = 0; k < x->known_n; k++) {
		const struct dv_location *l = &x->known[k].location.l;

		if (vouches(x, l, pack) && lists(w, k, id))
			return l;
	}
	dv_err_set(err, DV_E_MISSING, "the large object %s is not here, and "
		   "no published ancestor of its version tells where the "
		   "remote has its parts", dv_digest_format(text, id));
	dv_err_hint(err, "check out a version that has it and dv pull; then "
		    "push again");
	return NULL;
}

int dv_pub_where_check(struct dv_pub_where *w, const struct dv_digest *id,
		       struct dv_err *err)
{
	struct dv_rplace place;
	int rc = find(w, id, &place, err);

	if (!rc && !find_location(w, id, place.pack, err))
		rc = -err->code;
	return rc;
}

static int use_location(struct dv_pub_where *w, const struct dv_digest *id,
			uint32_t pack, struct dv_err *err)
{
	const struct dv_location *l = find_location(w, id, pack, err);

	if (!l)
		return -err->code;
	for (uint32_t i = 0; i < l->packs; i++) {
		struct dv_location_pack info;

		dv_location_pack(l, i, &info);
		if (info.kind == DV_PACK_DATA)
			use(w, dv_rpacks_add(w->x->packs, &info));
	}
	return 0;
}

static int use_content(struct dv_pub_where *w, const struct dv_digest *id,
		       struct dv_err *err)
{
	struct dv_pack_object o;
	struct dv_rplace place;
	int rc = find(w, id, &place, err);

	if (!rc)
		rc = dv_packidx_object(&dv_rpacks_get(w->x->packs,
						      place.pack)->idx,
				       place.i, &o, err);
	if (rc < 0)
		return rc;
	use(w, place.pack);
	if (o.type != DV_PACK_RECIPE)
		return 0;
	rc = dv_odb_each_needed(w->x->odb, id, use_part, w, err);
	if (rc != -DV_E_MISSING)
		return rc;
	err->code = 0;
	return use_location(w, id, place.pack, err);
}

/* --- places of blocks ------------------------------------------------------ */

static int add_meta(struct dv_pub_where *w, const struct dv_digest *id,
		    struct dv_err *err)
{
	struct dv_location_object lo = { .id = *id };
	struct dv_pack_object o;
	struct dv_rplace place;
	struct dv_rpack *p;
	int rc = find(w, id, &place, err);

	if (rc < 0)
		return rc;
	p = dv_rpacks_get(w->x->packs, place.pack);
	rc = dv_packidx_object(&p->idx, place.i, &o, err);
	if (!rc)
		rc = dv_packidx_block(&p->idx, o.block, &lo.block, err);
	if (rc < 0)
		return rc;
	lo.offset = o.offset;
	lo.length = o.length;
	lo.type = o.type;
	lo.size = o.size;
	lo.pack = dv_location_builder_pack(w->b, &p->info);
	dv_location_builder_object(w->b, &lo);
	*flag(&w->named, &w->named_cap, place.pack) = true;
	return 0;
}

/* The block that was read is known from now on. */
static void end_block(struct dv_pub_where *w)
{
	uint64_t n = w->places_n - w->start;

	if (n)
		dv_idmap_add(&w->blocks, &w->block, (uint64_t)w->start << 32 | n);
	w->start = w->places_n;
}

static int each_object(void *arg, const struct dv_digest *id, bool meta,
		       const struct dv_entry *e, struct dv_err *err)
{
	struct dv_pub_where *w = arg;
	uint64_t v;
	int rc;

	(void)e;
	if (!meta)
		return use_content(w, id, err);
	end_block(w);
	w->block = *id;
	rc = add_meta(w, id, err);
	if (rc < 0 || !dv_idmap_get(&w->blocks, id, &v))
		return rc;
	for (size_t i = 0; i < (uint32_t)v; i++)
		*flag(&w->used, &w->used_cap, w->places[(v >> 32) + i]) = true;
	return 1;
}

/* --- the record ------------------------------------------------------------- */

static void add_used(struct dv_pub_where *w)
{
	for (size_t i = 0; i < w->used_cap; i++) {
		if (!w->used[i])
			continue;
		dv_location_builder_pack(w->b, &dv_rpacks_get(
			w->x->packs, (uint32_t)i)->info);
		*flag(&w->named, &w->named_cap, (uint32_t)i) = true;
		w->used[i] = false;
	}
}

/* All that the manifest needs, and the configurations, into w->b. */
static int collect(struct dv_pub_where *w, const struct dv_digest *manifest,
		   const struct dv_digest *configs, size_t n,
		   struct dv_err *err)
{
	int rc;

	dv_location_builder_free(w->b);
	w->b = dv_location_builder_new(dv_odb_algo(w->x->odb));
	for (size_t i = 0; i < w->used_cap; i++)
		w->used[i] = false;
	w->start = w->places_n;
	rc = dv_manifest_each_object(manifest, dv_odb_read, w->x->odb,
				     each_object, w, err);
	if (rc < 0)
		return rc;
	end_block(w);
	for (size_t i = 0; i < n && !rc; i++)
		rc = add_meta(w, &configs[i], err);
	add_used(w);
	return rc;
}

/* Is all of ours in theirs, and nothing of theirs doomed, or gone? */
static bool covers(struct dv_pub *x, const struct dv_location *theirs,
		   const struct dv_location *ours)
{
	struct dv_location_object mine, other;

	for (uint32_t i = 0; i < theirs->packs; i++) {
		struct dv_location_pack info;

		dv_location_pack(theirs, i, &info);
		if (!dv_pub_is_sound(x, &info))
			return false;
	}
	for (uint32_t i = 0; i < ours->objects; i++) {
		dv_location_object(ours, i, &mine);
		if (!dv_location_find(theirs, &mine.id, &other))
			return false;
	}
	return true;
}

/*
 * What only theirs names are configurations of other versions.  Out of a
 * pack that a gc has named it may go at any time: another one is better.
 * Where there is none it stays named, as such a version may have been
 * published while that gc was at work, and keeps it; not where it is gone.
 */
static int add_theirs(struct dv_pub_where *w, const struct dv_location *theirs,
		      const struct dv_location *ours, struct dv_err *err)
{
	struct dv_rpacks *packs = w->x->packs;
	struct dv_location_object o, found;
	struct dv_location_pack info;
	struct dv_rplace place;
	int rc = 0;

	for (uint32_t i = 0; i < theirs->objects && !rc; i++) {
		dv_location_object(theirs, i, &o);
		if (dv_location_find(ours, &o.id, &found))
			continue;
		dv_location_pack(theirs, o.pack, &info);
		if (!dv_pub_is_sound(w->x, &info) &&
		    dv_rpacks_find(packs, &o.id, true, &place)) {
			rc = add_meta(w, &o.id, err);
			continue;
		}
		if (dv_rpacks_get(packs, dv_rpacks_add(packs, &info))->bad)
			continue;
		o.pack = dv_location_builder_pack(w->b, &info);
		dv_location_builder_object(w->b, &o);
	}
	return rc;
}

static int open_ours(struct dv_location *l, const struct dv_buf *bytes,
		     struct dv_err *err)
{
	int rc = dv_location_open(l, bytes->data, bytes->len, err);

	if (rc == -DV_E_LIMIT)
		dv_err_hint(err, "to put small packs there together: "
			    "dv repack --remote");
	return rc;
}

/* As far as theirs does not say all of it, what is to follow it. */
static int follow(struct dv_pub_where *w, const struct dv_digest *manifest,
		  const struct dv_buf *root,
		  const struct dv_pub_known *theirs, struct dv_buf *bytes,
		  struct dv_err *err)
{
	struct dv_location ours;
	int rc = open_ours(&ours, bytes, err);

	if (rc < 0)
		return rc;
	if (!dv_rpacks_is_manifest_doomed(w->x->packs, manifest) &&
	    covers(w->x, &theirs->location.l, &ours))
		return 0;
	rc = add_theirs(w, &theirs->location.l, &ours, err);
	if (rc < 0)
		return rc;
	dv_buf_reset(bytes);
	dv_location_builder_encode(w->b, manifest, root->data, root->len,
				   bytes);
	return 1;
}

/* No reader would take one that is larger than it may be. */
static int check_ours(const struct dv_buf *bytes, struct dv_err *err)
{
	struct dv_location ours;

	return open_ours(&ours, bytes, err);
}

int dv_pub_where_record(struct dv_pub_where *w,
			const struct dv_digest *manifest,
			const struct dv_digest *configs, size_t n,
			const struct dv_pub_known *theirs,
			struct dv_buf *bytes, struct dv_err *err)
{
	struct dv_buf root = DV_BUF_INIT;
	int rc = collect(w, manifest, configs, n, err);

	if (!rc)
		rc = dv_odb_read(w->x->odb, manifest, &root, DV_LOCATION_MAX,
				 err);
	if (rc >= 0) {
		dv_buf_reset(bytes);
		dv_location_builder_encode(w->b, manifest, root.data,
					   root.len, bytes);
		rc = theirs ? follow(w, manifest, &root, theirs, bytes, err) :
			      1;
	}
	if (rc > 0 && check_ours(bytes, err) < 0)
		rc = -err->code;
	dv_buf_release(&root);
	return rc;
}

int dv_pub_where_done(struct dv_pub_where *w, struct dv_err *err)
{
	struct dv_digest *ids = NULL;
	size_t n = 0, cap = 0;
	int rc;

	for (size_t i = 0; i < w->named_cap; i++) {
		if (!w->named[i])
			continue;
		dv_grow(&ids, &cap, n + 1, sizeof(*ids));
		ids[n++] = dv_rpacks_get(w->x->packs, (uint32_t)i)->info.id;
		w->named[i] = false;
	}
	rc = n ? dv_rcache_journal_done(w->x->c->cache, ids, n, err) : 0;
	free(ids);
	return rc;
}
