/* SPDX-License-Identifier: MIT */
#include "format/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hex.h"
#include "base/path.h"

void dv_record_init(struct dv_record *r)
{
	memset(r, 0, sizeof(*r));
}

void dv_record_release(struct dv_record *r)
{
	free(r->tagger);
	free(r->message);
	free(r->name_space);
	free(r->dataset);
	free(r->made_by);
	free(r->command);
	dv_strlist_release(&r->parents);
	dv_strlist_release(&r->inputs);
	dv_strlist_release(&r->extra);
	dv_record_init(r);
}

static char *copy_str(const char *s)
{
	return s ? dv_strdup(s) : NULL;
}

static void copy_list(struct dv_strlist *out, const struct dv_strlist *in)
{
	size_t i;

	*out = (struct dv_strlist)DV_STRLIST_INIT;
	for (i = 0; i < in->n; i++)
		dv_strlist_add(out, in->v[i]);
}

void dv_record_copy(struct dv_record *out, const struct dv_record *in)
{
	*out = *in;
	out->tagger = copy_str(in->tagger);
	out->message = copy_str(in->message);
	out->name_space = copy_str(in->name_space);
	out->dataset = copy_str(in->dataset);
	out->made_by = copy_str(in->made_by);
	out->command = copy_str(in->command);
	copy_list(&out->parents, &in->parents);
	copy_list(&out->inputs, &in->inputs);
	copy_list(&out->extra, &in->extra);
}

/* --- ids ---------------------------------------------------------------- */

char *dv_record_id(char *out, const struct dv_record *r)
{
	char manifest[2 * DV_DIGEST_MAX + 1];

	dv_digest_hex(manifest, &r->manifest);
	snprintf(out, DV_VERSION_ID_MAX, "%.10s%s-%.8s-%.8s", r->code,
		 r->dirty ? "-dirty" : "", r->config_hash, manifest);
	return out;
}

char *dv_record_short_id(char *out, const char *id)
{
	const char *last = strrchr(id, '-');
	size_t n = last ? (size_t)(last - id) : strlen(id);

	if (n >= DV_VERSION_ID_MAX)
		n = DV_VERSION_ID_MAX - 1;
	memcpy(out, id, n);
	out[n] = '\0';
	return out;
}

/*
 * Take up to max hex digits at *s; true where all of them are there, so
 * that something may follow.
 */
static bool skip_hex(const char **s, size_t max)
{
	size_t i = 0;

	while (i < max && dv_hex_is(*s + i, 1))
		i++;
	*s += i;
	return i == max;
}

/* How far text goes along `<10 hex>[-dirty]-<8 hex>-<8 hex>`. */
static const char *walk_id(const char *s, bool *whole)
{
	static const char dirty[] = "-dirty-";
	size_t n = 0;

	*whole = false;
	if (!skip_hex(&s, 10) || !*s)
		return s;
	while (dirty[n] && s[n] == dirty[n])
		n++;
	if (n > 2)		/* "-d" may begin eight hex digits as well */
		s += dirty[n] ? n : n - 1;
	if (n > 2 && dirty[n])
		return s;
	if (*s != '-')
		return s;
	s++;
	if (!skip_hex(&s, 8) || *s != '-')
		return s;
	s++;
	*whole = skip_hex(&s, 8);
	return s;
}

bool dv_record_id_like(const char *text)
{
	bool whole;

	return strlen(text) >= DV_DIGEST_PREFIX_MIN && !*walk_id(text, &whole);
}

bool dv_record_id_is(const char *text)
{
	bool whole;

	return !*walk_id(text, &whole) && whole;
}

/* --- what may be in a record -------------------------------------------- */

static int bad(struct dv_err *err, const char *what, const char *value)
{
	return dv_err_set(err, DV_E_INVALID,
			  "a version cannot have %s '%.200s'", what,
			  value ? value : "");
}

static bool is_hex_of(const char *s, size_t n)
{
	return strlen(s) == n && dv_hex_is(s, n);
}

/* "Name <email>", as git writes it: a name, no LF, '<' and '>' once. */
static bool is_ident(const char *s)
{
	const char *lt, *gt;

	if (!s || strchr(s, '\n'))
		return false;
	lt = strchr(s, '<');
	gt = strchr(s, '>');
	return lt && gt && lt < gt && !gt[1] && lt - s > 1 && lt[-1] == ' ' &&
	       s[0] != ' ' && !strchr(lt + 1, '<');
}

static bool is_name(const char *s)
{
	struct dv_buf enc = DV_BUF_INIT;
	struct dv_err ignored;
	int rc;

	if (!s)
		return false;
	rc = dv_component_encode(&enc, s, &ignored);
	dv_buf_release(&enc);
	return rc == 0;
}

static bool is_dataset(const char *s)
{
	struct dv_err ignored;

	return is_name(s) && !dv_path_check(s, strlen(s), &ignored);
}

static bool is_input(const char *s)
{
	const char *at = strrchr(s, '@');
	char *dataset;
	bool ok;

	if (!at || !dv_record_id_is(at + 1))
		return false;
	dataset = dv_strndup(s, (size_t)(at - s));
	ok = is_dataset(dataset);
	free(dataset);
	return ok;
}

static bool is_maker(const char *s)
{
	size_t n = s ? strspn(s, "abcdefghijklmnopqrstuvwxyz-") : 0;

	return n > 0 && n <= 32 && !s[n];
}

bool dv_record_key_is(const char *key, size_t n)
{
	static const char *const known[] = {
		"Record", "Namespace", "Dataset", "Manifest", "Files", "Size",
		"Config", "Config-Hash", "Code", "Made-By", "Command",
		"Parent", "Input"
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strlen(known[i]) == n && !memcmp(known[i], key, n))
			return true;
	return false;
}

static int check_lists(const struct dv_record *r, struct dv_err *err)
{
	size_t i;

	for (i = 0; i < r->parents.n; i++)
		if (!dv_record_id_is(r->parents.v[i]))
			return bad(err, "parent", r->parents.v[i]);
	for (i = 0; i < r->inputs.n; i++)
		if (!is_input(r->inputs.v[i]))
			return bad(err, "input", r->inputs.v[i]);
	for (i = 0; i < r->extra.n; i++) {
		const char *s = r->extra.v[i];
		size_t n = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "abcdefghijklmnopqrstuvwxyz0123456789-");

		if (!n || s[n] != ':' || s[n + 1] != ' ' || !s[n + 2] ||
		    dv_record_key_is(s, n))
			return bad(err, "the line", s);
	}
	return 0;
}

int dv_record_check(const struct dv_record *r, struct dv_err *err)
{
	if (!is_hex_of(r->code, 40) && !is_hex_of(r->code, 64))
		return bad(err, "code commit", r->code);
	if (!is_ident(r->tagger))
		return bad(err, "tagger", r->tagger);
	if (r->time < 0 || r->tz <= -100 * 60 || r->tz >= 100 * 60)
		return dv_err_set(err, DV_E_INVALID,
				  "a version cannot have a time before 1970 or "
				  "such a time zone");
	if (!is_name(r->name_space))
		return bad(err, "namespace", r->name_space);
	if (!is_dataset(r->dataset))
		return bad(err, "dataset", r->dataset);
	if (!dv_digest_isset(&r->manifest) ||
	    r->manifest.algo != r->config.algo)
		return dv_err_set(err, DV_E_INVALID,
				  "a version needs a manifest and a "
				  "configuration of one object format");
	if (r->files > INT64_MAX || r->size > INT64_MAX)
		return dv_err_set(err, DV_E_INVALID,
				  "a version cannot hold as many files or bytes");
	if (!is_hex_of(r->config_hash, 32))
		return bad(err, "config hash", r->config_hash);
	if (!is_maker(r->made_by))
		return bad(err, "maker", r->made_by);
	if (r->command && !*r->command)
		return bad(err, "command", r->command);
	return check_lists(r, err);
}
