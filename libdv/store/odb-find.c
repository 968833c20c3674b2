/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/hex.h"
#include "store/odb-parts.h"

/* Ids that an ambiguous prefix is answered with. */
#define CANDIDATES 10

int dv_odb_missing(const struct dv_digest *id, struct dv_err *err)
{
	char text[DV_DIGEST_TEXT];

	return dv_err_set(err, DV_E_MISSING, "object %s is not in the store",
			  dv_digest_format(text, id));
}

int dv_odb_damaged(const struct dv_digest *id, struct dv_err *err)
{
	char text[DV_DIGEST_TEXT];

	dv_err_set(err, DV_E_DIGEST, "object %s is damaged in the store: its "
		   "content does not fit its id", dv_digest_format(text, id));
	return dv_err_hint(err, "run 'dv fsck' to learn what else is");
}

bool dv_odb_holds(struct dv_odb *odb, const struct dv_digest *id)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_packref ref;

	return dv_packset_find(odb->packs, id, 0, &ref, &err) > 0;
}

/*
 * What could not be opened may hold it, and so may an index with an id
 * that is damaged: that is no "no".
 */
static int answer_no(struct dv_odb *odb, struct dv_err *err)
{
	const struct dv_packlist *l;
	int rc = dv_packset_list(odb->packs, &l, err);

	if (rc < 0)
		return rc;
	if (l->bad.code) {
		*err = l->bad;
		return -err->code;
	}
	for (size_t k = 0; !rc && k < l->n; k++)
		rc = dv_packfile_check_sum(l->v[k], err);
	return rc;
}

int dv_odb_find(struct dv_odb *odb, const struct dv_digest *id, size_t n,
		struct dv_odb_found *out, struct dv_err *err)
{
	struct dv_odb_found f;
	int rc;

	rc = dv_packset_find(odb->packs, id, n, &f.ref, err);
	if (!rc) {
		rc = dv_packset_refresh(odb->packs, err);
		if (rc > 0)
			rc = dv_packset_find(odb->packs, id, n, &f.ref, err);
	}
	if (rc < 0)
		return rc;
	if (!rc)
		return answer_no(odb, err);

	rc = dv_packidx_object(&f.ref.pack->idx, f.ref.i, &f.o, err);
	if (rc < 0)
		return dv_packfile_blame(f.ref.pack, err);
	*out = f;
	return 1;
}

/* --- prefixes --------------------------------------------------------- */

struct search {
	struct dv_digest low;	/* the prefix, then zeros */
	char hex[2 * DV_DIGEST_MAX + 1];
	size_t n;		/* digits */
	struct dv_digest found[CANDIDATES];
	size_t count;
};

/* "algo:" may stand before the digits. */
static int parse_prefix(struct search *s, enum dv_algo algo,
			const char *text, struct dv_err *err)
{
	const char *name = dv_algo_name(algo);
	const char *hex = text;
	uint8_t b[DV_DIGEST_MAX];

	if (!strncmp(text, name, strlen(name)) && text[strlen(name)] == ':')
		hex += strlen(name) + 1;
	s->n = strlen(hex);
	if (s->n < DV_DIGEST_PREFIX_MIN || s->n > 2 * dv_algo_size(algo) ||
	    !dv_hex_is(hex, s->n)) {
		dv_err_set(err, DV_E_INVALID, "'%.100s' is not an object id",
			   text);
		return dv_err_hint(err, "an id is %zu hex digits, or the "
				   "first %d or more of them",
				   2 * dv_algo_size(algo),
				   DV_DIGEST_PREFIX_MIN);
	}
	memset(s->hex, '0', sizeof(s->hex) - 1);
	memcpy(s->hex, hex, s->n);
	dv_hex_parse(b, s->hex, dv_algo_size(algo));
	dv_digest_set(&s->low, algo, b);
	return 0;
}

static void note(struct search *s, const struct dv_digest *id)
{
	for (size_t i = 0; i < s->count; i++)
		if (dv_digest_eq(&s->found[i], id))
			return;
	if (s->count < CANDIDATES)
		s->found[s->count++] = *id;
}

static void search_pack(struct search *s, const struct dv_packidx *x)
{
	uint32_t i = dv_packidx_lower(x, &s->low);

	for (; i < x->n && s->count < CANDIDATES; i++) {
		char hex[DV_DIGEST_TEXT];
		struct dv_digest id;

		dv_packidx_id(x, i, &id);
		if (memcmp(dv_digest_hex(hex, &id), s->hex, s->n))
			break;
		note(s, &id);
	}
}

static int ambiguous(const struct search *s, const char *text,
		     struct dv_err *err)
{
	struct dv_buf list = DV_BUF_INIT;
	char id[DV_DIGEST_TEXT];
	int rc;

	dv_err_set(err, DV_E_AMBIGUOUS, "'%.100s' begins the ids of %s%zu "
		   "objects", text, s->count == CANDIDATES ? "at least " : "",
		   s->count);
	for (size_t i = 0; i < s->count; i++)
		dv_buf_printf(&list, "%s%s", i ? "\n" : "",
			      dv_digest_format(id, &s->found[i]));
	rc = dv_err_hint(err, "%s", dv_buf_cstr(&list));
	dv_buf_release(&list);
	return rc;
}

int dv_odb_resolve(struct dv_odb *odb, const char *text,
		   struct dv_digest *out, struct dv_err *err)
{
	const struct dv_packlist *l;
	struct search s = { .count = 0 };
	int rc = parse_prefix(&s, odb->algo, text, err);

	if (!rc)
		rc = dv_packset_list(odb->packs, &l, err);
	if (rc < 0)
		return rc;
	for (size_t k = 0; k < l->n; k++)
		search_pack(&s, &l->v[k]->idx);
	if (!s.count) {
		rc = dv_packset_refresh(odb->packs, err);
		if (rc > 0)
			rc = dv_packset_list(odb->packs, &l, err);
		if (rc < 0)
			return rc;
		for (size_t k = 0; k < l->n; k++)
			search_pack(&s, &l->v[k]->idx);
	}
	if (s.count > 1)
		return ambiguous(&s, text, err);
	if (!s.count) {
		rc = answer_no(odb, err);
		return rc < 0 ? rc : dv_err_set(err, DV_E_MISSING,
						"object '%.100s' is not in "
						"the store", text);
	}
	*out = s.found[0];
	return 0;
}
