/* SPDX-License-Identifier: MIT */
#include "remote/sigv4.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/hex.h"
#include "remote/url.h"

/* What differs between the two. */
struct dialect {
	const char *algorithm, *key_prefix, *terminator, *header;
};

static const struct dialect dialects[] = {
	[DV_SIGV4_AWS] = { "AWS4-HMAC-SHA256", "AWS4", "aws4_request",
			   "x-amz-" },
	[DV_SIGV4_GOOG] = { "GOOG4-HMAC-SHA256", "GOOG4", "goog4_request",
			    "x-goog-" },
};

void dv_sigv4_hash(char out[DV_SIGV4_HEX], const void *buf, size_t n)
{
	struct dv_digest d;

	dv_digest_of(&d, DV_ALGO_SHA256, buf, n);
	dv_digest_hex(out, &d);
}

/* --- the query -------------------------------------------------------- */

static char *encoded_pair(const char *pair)
{
	struct dv_buf b = DV_BUF_INIT;
	size_t n = strcspn(pair, "=");

	dv_url_encode(&b, pair, n, "");
	dv_buf_char(&b, '=');
	if (pair[n])
		dv_url_encode(&b, pair + n + 1, strlen(pair + n + 1), "");
	return dv_buf_detach(&b, NULL);
}

/* By name, then by value: '=' must not be compared with what names have. */
static int cmp_pairs(const void *a, const void *b)
{
	const char *x = *(char *const *)a, *y = *(char *const *)b;
	size_t xn = strcspn(x, "="), yn = strcspn(y, "=");
	int c = memcmp(x, y, xn < yn ? xn : yn);

	if (c)
		return c;
	if (xn != yn)
		return xn < yn ? -1 : 1;
	return strcmp(x + xn, y + yn);
}

static void add_query(struct dv_buf *out, const struct dv_strlist *query)
{
	struct dv_strlist pairs = DV_STRLIST_INIT;

	for (size_t i = 0; query && i < query->n; i++)
		dv_strlist_take(&pairs, encoded_pair(query->v[i]));
	if (pairs.n)
		qsort(pairs.v, pairs.n, sizeof(*pairs.v), cmp_pairs);
	for (size_t i = 0; i < pairs.n; i++) {
		if (i)
			dv_buf_char(out, '&');
		dv_buf_str(out, pairs.v[i]);
	}
	dv_strlist_release(&pairs);
}

void dv_sigv4_target(struct dv_buf *out, const char *path,
		     const struct dv_strlist *query)
{
	dv_url_encode(out, path, strlen(path), "/");
	if (query && query->n) {
		dv_buf_char(out, '?');
		add_query(out, query);
	}
}

/* --- headers ---------------------------------------------------------- */

/* "Name:  a   b " as "name:a b". */
static char *canonical_header(const char *line)
{
	struct dv_buf b = DV_BUF_INIT;
	const char *p = line;
	bool space = false;

	for (; *p && *p != ':'; p++)
		dv_buf_char(&b, (char)tolower((unsigned char)*p));
	dv_buf_char(&b, ':');
	p += *p == ':';
	p += strspn(p, " \t\n");
	for (; *p; p++) {
		if (strchr(" \t\n", *p)) {
			space = true;
			continue;
		}
		if (space)
			dv_buf_char(&b, ' ');
		space = false;
		dv_buf_char(&b, *p);
	}
	return dv_buf_detach(&b, NULL);
}

static size_t name_length(const char *header)
{
	return strcspn(header, ":");
}

static bool same_name(const char *a, const char *b)
{
	size_t n = name_length(a);

	return n == name_length(b) && !memcmp(a, b, n);
}

static bool comes_before(const char *a, const char *b)
{
	size_t an = name_length(a), bn = name_length(b);
	int c = memcmp(a, b, an < bn ? an : bn);

	return c ? c < 0 : an < bn;
}

/* By name; those of one name stay in the order they came in. */
static void sort_headers(struct dv_strlist *l)
{
	for (size_t i = 1; i < l->n; i++) {
		char *h = l->v[i];
		size_t k = i;

		for (; k > 0 && comes_before(h, l->v[k - 1]); k--)
			l->v[k] = l->v[k - 1];
		l->v[k] = h;
	}
}

/* The canonical headers into out and their names into names. */
static void add_headers(struct dv_buf *out, struct dv_buf *names,
			struct dv_strlist *l)
{
	sort_headers(l);
	for (size_t i = 0; i < l->n; i++) {
		const char *h = l->v[i];

		if (i && same_name(h, l->v[i - 1])) {
			dv_buf_setlen(out, out->len - 1);
			dv_buf_printf(out, ",%s\n", h + name_length(h) + 1);
			continue;
		}
		dv_buf_printf(out, "%s\n", h);
		if (i)
			dv_buf_char(names, ';');
		dv_buf_add(names, h, name_length(h));
	}
}

/* --- signing ---------------------------------------------------------- */

/* Header that goes out and is signed. */
static void add_signed(struct dv_strlist *out, struct dv_strlist *all,
		       const struct dialect *d, const char *name,
		       const char *value)
{
	char *h = dv_asprintf("%s%s: %s", d->header, name, value);

	dv_strlist_take(all, canonical_header(h));
	dv_strlist_take(out, h);
}

static void add_canonical(struct dv_buf *out, struct dv_buf *names,
			  const struct dv_sigv4_request *r,
			  struct dv_strlist *headers)
{
	dv_buf_printf(out, "%s\n", r->method);
	dv_url_encode(out, r->path, strlen(r->path), "/");
	dv_buf_char(out, '\n');
	add_query(out, r->query);
	dv_buf_char(out, '\n');
	add_headers(out, names, headers);
	dv_buf_printf(out, "\n%s\n%s", dv_buf_cstr(names), r->payload);
}

static void sign_part(uint8_t key[32], const char *part)
{
	dv_hmac_sha256(key, key, 32, part, strlen(part));
}

static void make_signature(char out[DV_SIGV4_HEX], const struct dialect *d,
			   const struct dv_sigv4_request *r,
			   const struct dv_sigv4_key *key, const char *day,
			   const struct dv_buf *text)
{
	char *secret = dv_asprintf("%s%s", d->key_prefix, key->secret);
	uint8_t k[32];

	dv_hmac_sha256(k, secret, strlen(secret), day, strlen(day));
	sign_part(k, r->region);
	sign_part(k, r->service);
	sign_part(k, d->terminator);
	dv_hmac_sha256(k, k, sizeof(k), text->data, text->len);
	dv_hex_format(out, k, sizeof(k));
	explicit_bzero(secret, strlen(secret));
	free(secret);
}

static bool is_storage(const char *service)
{
	return !strcmp(service, "s3") || !strcmp(service, "storage");
}

void dv_sigv4_sign(struct dv_strlist *out, const struct dv_sigv4_request *r,
		   const struct dv_sigv4_key *key)
{
	const struct dialect *d = &dialects[r->kind];
	struct dv_strlist all = DV_STRLIST_INIT;
	struct dv_buf canonical = DV_BUF_INIT, names = DV_BUF_INIT;
	struct dv_buf text = DV_BUF_INIT;
	char stamp[20], day[12], hash[DV_SIGV4_HEX], signature[DV_SIGV4_HEX];
	time_t when = (time_t)r->when;
	struct tm tm;
	char *host = dv_asprintf("host:%s", r->host);

	gmtime_r(&when, &tm);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm);
	strftime(day, sizeof(day), "%Y%m%d", &tm);

	dv_strlist_take(&all, host);
	for (size_t i = 0; r->headers && i < r->headers->n; i++)
		dv_strlist_take(&all, canonical_header(r->headers->v[i]));
	add_signed(out, &all, d, "date", stamp);
	if (is_storage(r->service))
		add_signed(out, &all, d, "content-sha256", r->payload);
	if (key->token)
		add_signed(out, &all, d, "security-token", key->token);

	add_canonical(&canonical, &names, r, &all);
	dv_sigv4_hash(hash, canonical.data, canonical.len);
	dv_buf_printf(&text, "%s\n%s\n%s/%s/%s/%s\n%s", d->algorithm, stamp,
		      day, r->region, r->service, d->terminator, hash);
	make_signature(signature, d, r, key, day, &text);
	dv_strlist_take(out, dv_asprintf("Authorization: %s Credential=%s/%s/"
			"%s/%s/%s, SignedHeaders=%s, Signature=%s",
			d->algorithm, key->access, day, r->region, r->service,
			d->terminator, names.data, signature));

	dv_strlist_release(&all);
	dv_buf_release(&canonical);
	dv_buf_release(&names);
	dv_buf_release(&text);
}
