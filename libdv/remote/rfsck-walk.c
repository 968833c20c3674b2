/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "format/entry.h"
#include "remote/rfsck-parts.h"
#include "remote/rwalk.h"
#include "remote/small.h"

/* A large object whose content is to be read. */
struct large {
	struct dv_digest id;
	uint64_t size;
};

/* The manifest that is checked now. */
struct check {
	struct dv_rfsck_job *j;
	const struct dv_rfsck_manifest *m;
	const char *key;		/* of its location record */
	struct dv_rlocation where;
	struct dv_rget_reader *reader;
	uint64_t missing;		/* objects */
	struct dv_buf first;		/* path of the first of them */
	struct large *large;
	size_t large_n, large_cap;
};

/* --- places -------------------------------------------------------------- */

/* Is the object where the location record says? */
static bool is_right(struct check *c, const struct dv_location_object *o)
{
	struct dv_location_pack info;
	struct dv_pack_object there;
	struct dv_pack_block k;
	struct dv_err ignored;
	const struct dv_rpack *p;
	uint64_t place;
	uint32_t i;

	dv_location_pack(&c->where.l, o->pack, &info);
	if (!dv_idmap_get(&c->j->places, &info.id, &place))
		return false;
	p = dv_rpacks_get(c->j->packs, (uint32_t)place);
	if (!p->loaded)
		return true;
	return dv_packidx_find(&p->idx, &o->id, &i) &&
	       !dv_packidx_object(&p->idx, i, &there, &ignored) &&
	       !dv_packidx_block(&p->idx, there.block, &k, &ignored) &&
	       k.offset == o->block.offset && k.stored == o->block.stored &&
	       k.plain == o->block.plain && k.check == o->block.check &&
	       k.codec == o->block.codec && there.offset == o->offset &&
	       there.length == o->length && there.type == o->type &&
	       there.size == o->size;
}

static void check_places(struct check *c)
{
	char id[DV_DIGEST_TEXT];

	for (uint32_t i = 0; i < c->where.l.objects; i++) {
		struct dv_location_object o;

		dv_location_object(&c->where.l, i, &o);
		if (is_right(c, &o))
			continue;
		dv_rfsck_tell(c->j, c->key, "the object %s is not where it "
			      "says", dv_digest_format(id, &o.id));
		return;
	}
}

/* --- objects ------------------------------------------------------------- */

static void found(void *arg, const struct dv_digest *id,
		  const struct dv_rplace *at, const struct dv_pack_object *o,
		  const struct dv_entry *e)
{
	struct check *c = *(struct check **)arg;

	(void)at;
	c->j->f->objects++;
	if (!e || o->type != DV_PACK_RECIPE || !c->j->f->verify)
		return;
	dv_grow(&c->large, &c->large_cap, c->large_n + 1, sizeof(*c->large));
	c->large[c->large_n++] = (struct large){ *id, o->size };
}

static void missing(void *arg, const struct dv_digest *id,
		    const struct dv_entry *e)
{
	struct check *c = *(struct check **)arg;
	char text[DV_DIGEST_TEXT];

	if (c->missing++)
		return;
	if (e)
		dv_entry_name(&c->first, e->path, e->path_len);
	else
		dv_buf_str(&c->first, dv_digest_format(text, id));
}

static void broken(void *arg, const struct dv_digest *id, const char *why)
{
	struct check *c = *(struct check **)arg;
	char text[DV_DIGEST_TEXT];

	dv_rfsck_tell(c->j, c->key, "the recipe of the large object %s: %s",
		      dv_digest_format(text, id), why);
}

/*
 * A large object whole: that its chunks are sound does not make them the
 * right ones.
 */
static int check_large(struct check *c, struct dv_err *err)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC), rc = 0;
	char text[DV_DIGEST_TEXT];

	if (fd < 0)
		return dv_err_sys(err, "cannot open '/dev/null'");
	for (size_t i = 0; !rc && i < c->large_n; i++) {
		const struct large *v = &c->large[i];

		rc = dv_rget_copy(c->reader, &v->id, v->size, fd, NULL, err);
		if (rc < 0 && dv_rfsck_is_fault(err)) {
			dv_rfsck_tell(c->j, c->key, "the large object %s: %s",
				      dv_digest_format(text, &v->id),
				      err->msg);
			rc = 0;
		}
	}
	close(fd);
	return rc;
}

/* --- a manifest ---------------------------------------------------------- */

static int open_where(struct check *c, struct dv_err *err)
{
	int rc;

	rc = dv_small_read(c->j->c->t, c->key, DV_LOCATION_MAX,
			   &c->where.bytes, err);
	if (!rc)
		rc = dv_location_open(&c->where.l, c->where.bytes.data,
				      c->where.bytes.len, err);
	c->where.n = c->m->last;
	return rc;
}

static int check_objects(struct check *c, struct dv_rwalk *w,
			 struct dv_err *err)
{
	int rc = open_where(c, err);

	if (!rc) {
		check_places(c);
		rc = dv_rget_reader_open(&c->reader, c->j->c, &c->where, NULL,
					 err);
	}
	if (!rc)
		rc = dv_rwalk_manifest(w, (uint32_t)(c->m - c->j->manifests),
				       &c->where, c->reader, err);
	return rc || !c->large_n || c->missing ? rc : check_large(c, err);
}

static int check_manifest(struct check *c, struct dv_rwalk *w,
			  struct dv_err *err)
{
	struct dv_buf key = DV_BUF_INIT;
	int rc;

	c->key = dv_rfsck_location_key(&key, c->m);
	rc = check_objects(c, w, err);
	if (rc < 0 && dv_rfsck_is_fault(err)) {
		dv_rfsck_tell(c->j, c->key, "%s", err->msg);
		rc = 0;
	}
	if (!rc && c->missing)
		dv_rfsck_tell(c->j, c->key, "%" PRIu64 " objects that it needs "
			      "are in none of its packs, the first is %s",
			      c->missing, dv_buf_cstr(&c->first));
	dv_rget_reader_close(c->reader);
	dv_rlocation_release(&c->where);
	dv_buf_release(&c->first);
	dv_buf_release(&key);
	free(c->large);
	return rc;
}

int dv_rfsck_walk(struct dv_rfsck_job *j, struct dv_err *err)
{
	struct dv_rwalk_set *sets = dv_calloc(j->manifests_n + 1,
					      sizeof(*sets));
	struct check *now = NULL;
	struct dv_rwalk w = { .c = j->c, .packs = j->packs, .sets = sets,
			      .found = found, .missing = missing,
			      .broken = broken, .arg = &now };
	int rc = 0;

	dv_progress_phase(j->f->progress, "checking manifests",
			  j->manifests_n, 0);
	for (size_t k = 0; k < j->manifests_n; k++)
		sets[k] = j->manifests[k].packs;
	dv_rwalk_init(&w);
	for (size_t k = 0; !rc && k < j->manifests_n; k++) {
		struct check c = { .j = j, .m = &j->manifests[k] };

		now = &c;
		if (c.m->good)
			rc = check_manifest(&c, &w, err);
		dv_progress_add(j->f->progress, 1, 0);
	}
	dv_rwalk_release(&w);
	free(sets);
	return rc;
}
