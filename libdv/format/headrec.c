/* SPDX-License-Identifier: MIT */
#include "format/headrec.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/alloc.h"
#include "base/hex.h"

/* What stands for the version of a head that was removed. */
#define NOWHERE "-"

/* What is left of the text, and what it is called. */
struct lines {
	const char *p, *end;
	const char *what;
	unsigned line;
};

static int bad(const struct lines *in, const char *why, struct dv_err *err)
{
	return dv_err_set(err, DV_E_FORMAT, "%s, line %u: %s", in->what,
			  in->line, why);
}

/* The value of the next line, which has this key; it is not NUL-ended. */
static int next(struct lines *in, const char *key, const char **value,
		size_t *n, struct dv_err *err)
{
	size_t kn = strlen(key);
	const char *eol = NULL;

	in->line++;
	if (in->p != in->end)
		eol = memchr(in->p, '\n', (size_t)(in->end - in->p));
	if (!eol)
		return bad(in, "it ends before its last line does", err);
	if ((size_t)(eol - in->p) <= kn || memcmp(in->p, key, kn) ||
	    in->p[kn] != ' ')
		return dv_err_set(err, DV_E_FORMAT,
				  "%s, line %u: '%s' is expected here",
				  in->what, in->line, key);
	*value = in->p + kn + 1;
	*n = (size_t)(eol - *value);
	in->p = eol + 1;
	return 0;
}

static int next_text(struct lines *in, const char *key, char *out,
		     size_t room, struct dv_err *err)
{
	const char *value;
	size_t n;
	int rc = next(in, key, &value, &n, err);

	if (rc)
		return rc;
	if (n >= room || memchr(value, '\0', n))
		return bad(in, "this cannot be its value", err);
	memcpy(out, value, n);
	out[n] = '\0';
	return 0;
}

/* The first line: "<what it is> <version>". */
static int next_magic(struct lines *in, const char *key, unsigned version,
		      struct dv_err *err)
{
	char text[12];
	size_t n;
	int rc = next_text(in, key, text, sizeof(text), err);

	if (rc)
		return rc;
	n = strspn(text, "0123456789");
	if (!n || text[n] || *text == '0')
		return bad(in, "this is no version of a format", err);
	if (strtoull(text, NULL, 10) == version)
		return 0;
	dv_err_set(err, DV_E_UNSUPPORTED,
		   "%s is of version %s, and this dv reads version %u",
		   in->what, text, version);
	return dv_err_hint(err, "install a newer dv");
}

static int next_nonce(struct lines *in, char out[DV_NONCE_HEX],
		      struct dv_err *err)
{
	int rc = next_text(in, "nonce", out, DV_NONCE_HEX, err);

	if (!rc && (strlen(out) != DV_NONCE_HEX - 1 ||
		    !dv_hex_is(out, DV_NONCE_HEX - 1)))
		return bad(in, "this is no nonce as dv makes one", err);
	return rc;
}

static int finish(struct lines *in, struct dv_err *err)
{
	if (in->p == in->end)
		return 0;
	in->line++;
	return bad(in, "there is more than dv writes", err);
}

int dv_nonce_make(char out[DV_NONCE_HEX], struct dv_err *err)
{
	uint8_t bytes[(DV_NONCE_HEX - 1) / 2];

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return dv_err_sys(err, "cannot get random bytes");
	dv_hex_format(out, bytes, sizeof(bytes));
	return 0;
}

/* --- dv/format ---------------------------------------------------------- */

void dv_remotefmt_format(struct dv_buf *out, enum dv_algo algo)
{
	dv_buf_printf(out, "dv-remote %d\nobject-format %s\n",
		      DV_REMOTE_FORMAT_VERSION, dv_algo_name(algo));
}

int dv_remotefmt_parse(const void *buf, size_t n, enum dv_algo *algo,
		       struct dv_err *err)
{
	struct lines in = { buf, (const char *)buf + n, "format file", 0 };
	char name[16];
	int rc;

	rc = next_magic(&in, "dv-remote", DV_REMOTE_FORMAT_VERSION, err);
	if (!rc)
		rc = next_text(&in, "object-format", name, sizeof(name), err);
	if (!rc)
		rc = finish(&in, err);
	if (!rc && dv_algo_parse(algo, name, err) < 0)
		return dv_err_set(err, DV_E_FORMAT,
				  "%s has the unknown object format '%s'",
				  in.what, name);
	return rc;
}

/* --- heads -------------------------------------------------------------- */

void dv_headrec_format(struct dv_buf *out, const struct dv_headrec *h)
{
	dv_buf_printf(out, "dv-head 1\nversion %s\nnonce %s\n",
		      *h->version ? h->version : NOWHERE, h->nonce);
}

int dv_headrec_parse(struct dv_headrec *h, const void *buf, size_t n,
		     struct dv_err *err)
{
	struct lines in = { buf, (const char *)buf + n, "head", 0 };
	struct dv_headrec x;
	int rc;

	rc = next_magic(&in, "dv-head", 1, err);
	if (!rc)
		rc = next_text(&in, "version", x.version, sizeof(x.version),
			       err);
	if (rc)
		return rc;
	if (!strcmp(x.version, NOWHERE))
		*x.version = '\0';
	else if (!dv_record_id_is(x.version))
		return bad(&in, "this is no version id", err);
	rc = next_nonce(&in, x.nonce, err);
	if (!rc)
		rc = finish(&in, err);
	if (!rc)
		*h = x;
	return rc;
}

/* --- records of a gc ------------------------------------------------------ */

void dv_doomrec_release(struct dv_doomrec *d)
{
	free(d->packs);
	free(d->manifests);
	memset(d, 0, sizeof(*d));
}

static void format_ids(struct dv_buf *out, const char *key,
		       const struct dv_digest *ids, size_t n)
{
	char hex[DV_DIGEST_TEXT];

	dv_buf_printf(out, "%ss %zu\n", key, n);
	for (size_t i = 0; i < n; i++)
		dv_buf_printf(out, "%s %s\n", key,
			      dv_digest_hex(hex, &ids[i]));
}

void dv_doomrec_format(struct dv_buf *out, const struct dv_doomrec *d)
{
	dv_buf_printf(out, "dv-gc 1\nnonce %s\n", d->nonce);
	format_ids(out, "manifest", d->manifests, d->manifests_n);
	format_ids(out, "pack", d->packs, d->packs_n);
}

/* How many lines of `<key> <hex>` follow; no more than there is room for. */
static int next_count(struct lines *in, const char *key, size_t line,
		      size_t *out, struct dv_err *err)
{
	char text[16];
	size_t n;
	int rc = next_text(in, key, text, sizeof(text), err);

	if (rc)
		return rc;
	n = strspn(text, "0123456789");
	if (!n || text[n] || (*text == '0' && n > 1))
		return bad(in, "this is no number as dv writes it", err);
	*out = (size_t)strtoull(text, NULL, 10);
	if (*out > (size_t)(in->end - in->p) / line)
		return bad(in, "there are not so many lines", err);
	return 0;
}

static int next_id(struct lines *in, const char *key, enum dv_algo algo,
		   struct dv_digest *out, struct dv_err *err)
{
	size_t n, size = dv_algo_size(algo);
	uint8_t bytes[DV_DIGEST_MAX];
	const char *value;
	int rc = next(in, key, &value, &n, err);

	if (rc)
		return rc;
	if (n != 2 * size || !dv_hex_is(value, n))
		return bad(in, "this is no id of the remote's object format",
			   err);
	dv_hex_parse(bytes, value, size);
	dv_digest_set(out, algo, bytes);
	return 0;
}

static int next_ids(struct lines *in, const char *keys, const char *key,
		    enum dv_algo algo, struct dv_digest **ids, size_t *count,
		    struct dv_err *err)
{
	size_t n = 0, line = strlen(key) + 1 + 2 * dv_algo_size(algo) + 1;
	int rc = next_count(in, keys, line, &n, err);

	if (rc || !n)
		return rc;
	*ids = dv_reallocarray(NULL, n, sizeof(**ids));
	*count = n;
	for (size_t i = 0; i < n; i++) {
		rc = next_id(in, key, algo, &(*ids)[i], err);
		if (rc)
			return rc;
		if (i && dv_digest_cmp(&(*ids)[i - 1], &(*ids)[i]) >= 0)
			return bad(in, "ids out of order", err);
	}
	return 0;
}

int dv_doomrec_parse(struct dv_doomrec *d, enum dv_algo algo,
		     const void *buf, size_t n, struct dv_err *err)
{
	struct lines in = { buf, (const char *)buf + n, "record of a gc", 0 };
	struct dv_doomrec x = { .nonce = "" };
	int rc;

	rc = next_magic(&in, "dv-gc", 1, err);
	if (!rc)
		rc = next_nonce(&in, x.nonce, err);
	if (!rc)
		rc = next_ids(&in, "manifests", "manifest", algo,
			      &x.manifests, &x.manifests_n, err);
	if (!rc)
		rc = next_ids(&in, "packs", "pack", algo, &x.packs, &x.packs_n,
			      err);
	if (!rc)
		rc = finish(&in, err);
	if (rc)
		dv_doomrec_release(&x);
	else
		*d = x;
	return rc;
}
