/* SPDX-License-Identifier: MIT */
#include "format/entry.h"

#include <string.h>

#include "base/path.h"

static bool same_bytes(const uint8_t *a, size_t an, const uint8_t *b,
		       size_t bn)
{
	return an == bn && (an == 0 || !memcmp(a, b, an));
}

bool dv_entry_same(const struct dv_entry *a, const struct dv_entry *b)
{
	return a->mode == b->mode && a->size == b->size &&
	       dv_digest_eq(&a->id, &b->id) &&
	       same_bytes(a->value, a->value_len, b->value, b->value_len) &&
	       same_bytes(a->meta, a->meta_len, b->meta, b->meta_len);
}

/* --- which fields go together ---------------------------------------- */

static const char *content_fault(const struct dv_entry *e, enum dv_algo algo)
{
	if (e->id.algo != algo)
		return dv_digest_isset(&e->id) ?
			"has an id of another object format" : "has no id";
	if (e->value)
		return "has a value, which its mode does not allow";
	if (e->mode == DV_MODE_LINK && (!e->size || e->size > DV_LINK_MAX))
		return "is a link to a target of no possible length";
	return NULL;
}

static const char *dir_fault(const struct dv_entry *e)
{
	if (dv_digest_isset(&e->id) || e->value || e->size)
		return "is a directory with content";
	return NULL;
}

static const char *value_fault(const struct dv_entry *e, enum dv_algo algo)
{
	struct dv_mp in;

	if (!e->value) {
		if (e->id.algo != algo)
			return "has neither a value nor an id for one";
		if (e->size <= DV_VALUE_INLINE_MAX)
			return "has an id for a value that fits in its place";
		return NULL;
	}
	if (dv_digest_isset(&e->id))
		return "has a value and an id too";
	if (e->value_len > DV_VALUE_INLINE_MAX)
		return "has a value that is too large to be in its place";
	if (e->value_len != e->size)
		return "has a size that is not that of its value";
	dv_mp_init(&in, e->value, e->value_len);
	if (!dv_mp_skip(&in) || !dv_mp_at_end(&in))
		return "has a value that is not valid MessagePack";
	return NULL;
}

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* A scheme, ':' and something, all of it printable ASCII or above. */
static bool is_url(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && (is_alnum(s[i]) || (i && strchr("+.-", s[i]))))
		i++;
	if (i == 0 || i + 1 >= n || s[i] != ':' || n > DV_URL_MAX)
		return false;
	for (; i < n; i++)
		if ((unsigned char)s[i] <= ' ' || s[i] == 0x7f)
			return false;
	return true;
}

/* "<name>:<hex>" of whole bytes, as "md5:…" or "sha256:…". */
static bool is_digest(const char *s, size_t n)
{
	const char *colon = memchr(s, ':', n);
	size_t name = colon ? (size_t)(colon - s) : 0;
	size_t hex = n - name - 1;

	if (!name || name > 16 || hex < 2 || hex > 128 || hex % 2)
		return false;
	for (size_t i = 0; i < name; i++)
		if (!is_alnum(s[i]))
			return false;
	for (size_t i = name + 1; i < n; i++)
		if (!strchr("0123456789abcdef", s[i]) || !s[i])
			return false;
	return true;
}

/* A validator or a version: text for a header or a query. */
static bool is_pin(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] < ' ' || s[i] == 0x7f)
			return false;
	return n > 0 && n <= 1024;
}

/* The map of a reference: url, and one at least of what pins it. */
static const char *map_fault(const uint8_t *p, size_t n)
{
	bool url = false, pinned = false;
	const char *key, *s;
	size_t pairs, key_len, len;
	struct dv_mp in;

	dv_mp_init(&in, p, n);
	if (!dv_mp_skip(&in) || !dv_mp_at_end(&in))
		return "has a reference that is not valid MessagePack";
	dv_mp_init(&in, p, n);
	if (!dv_mp_read_map(&in, &pairs))
		return "has a reference that is no map";
	while (pairs--) {
		if (!dv_mp_read_str(&in, &key, &key_len) ||
		    !dv_mp_read_str(&in, &s, &len))
			return "has a reference with a value that is no text";
		if (key_len == 3 && !memcmp(key, "url", 3)) {
			url = is_url(s, len);
			if (!url)
				return "has a reference with a bad 'url'";
		} else if (key_len == 6 && !memcmp(key, "digest", 6)) {
			pinned = true;
			if (!is_digest(s, len))
				return "has a reference with a bad 'digest'";
		} else if ((key_len == 4 && !memcmp(key, "etag", 4)) ||
			   (key_len == 7 && !memcmp(key, "version", 7))) {
			pinned = true;
			if (!is_pin(s, len))
				return "has a reference with a bad 'etag' or 'version'";
		} else {
			return "has a reference with an unknown key";
		}
	}
	if (!url)
		return "has a reference without 'url'";
	return pinned ? NULL :
		"has a reference without 'digest', 'etag' or 'version'";
}

static const char *ref_fault(const struct dv_entry *e)
{
	if (dv_digest_isset(&e->id))
		return "is a reference with an id";
	if (!e->value)
		return "is a reference without its URL";
	return map_fault(e->value, e->value_len);
}

const char *dv_entry_meta_fault(const uint8_t *p, size_t n)
{
	struct dv_mp in;
	size_t pairs;

	if (n > DV_META_MAX)
		return "has metadata of more than 65536 bytes";
	dv_mp_init(&in, p, n);
	if (!dv_mp_read_map(&in, &pairs))
		return "has metadata that is no map";
	if (!pairs)
		return "has metadata that is empty";
	dv_mp_init(&in, p, n);
	if (!dv_mp_skip(&in) || !dv_mp_at_end(&in))
		return "has metadata that is not valid MessagePack";
	return NULL;
}

const char *dv_entry_fault(const struct dv_entry *e, enum dv_algo algo)
{
	const char *fault;

	switch (e->mode) {
	case DV_MODE_FILE:
	case DV_MODE_EXEC:
	case DV_MODE_LINK:
		fault = content_fault(e, algo);
		break;
	case DV_MODE_DIR:
		fault = dir_fault(e);
		break;
	case DV_MODE_VALUE:
		fault = value_fault(e, algo);
		break;
	case DV_MODE_REF:
		fault = ref_fault(e);
		break;
	default:
		return "has an unknown mode";
	}
	if (!fault && e->size > INT64_MAX)
		fault = "has an impossible size";
	if (!fault && e->meta)
		fault = dv_entry_meta_fault(e->meta, e->meta_len);
	return fault;
}

void dv_entry_name(struct dv_buf *out, const char *path, size_t n)
{
	struct dv_buf quoted = DV_BUF_INIT;
	const char *mark;

	dv_path_quote(&quoted, path, n < 512 ? n : 512);
	mark = dv_buf_cstr(&quoted)[0] == '"' ? "" : "'";
	dv_buf_printf(out, "%s%s%s%s", mark, dv_buf_cstr(&quoted),
		      n < 512 ? "" : "...", mark);
	dv_buf_release(&quoted);
}

int dv_entry_refuse(const struct dv_entry *e, const char *fault,
		    struct dv_err *err)
{
	struct dv_buf name = DV_BUF_INIT;
	int rc;

	dv_entry_name(&name, e->path, e->path_len);
	rc = dv_err_set(err, DV_E_INVALID, "%s %s", dv_buf_cstr(&name),
			fault);
	dv_buf_release(&name);
	return rc;
}

/* --- bytes ------------------------------------------------------------ */

/* The fourth field: bin for an id, else the literal, a map or nil. */
void dv_entry_encode(struct dv_buf *out, const struct dv_entry *e)
{
	dv_mp_write_array(out, 5);
	dv_mp_write_bin(out, e->path, e->path_len);
	dv_mp_write_uint(out, e->mode);
	dv_mp_write_uint(out, e->size);
	if (dv_digest_isset(&e->id))
		dv_mp_write_bin(out, e->id.b, dv_algo_size(e->id.algo));
	else if (e->value)
		dv_buf_add(out, e->value, e->value_len);
	else
		dv_mp_write_nil(out);
	if (e->meta)
		dv_buf_add(out, e->meta, e->meta_len);
	else
		dv_mp_write_nil(out);
}

/* A value that is nil is a literal; a directory's nil is nothing. */
static bool decode_content(struct dv_entry *e, struct dv_mp *in,
			   enum dv_algo algo)
{
	const uint8_t *p = in->p;
	size_t n;

	if (dv_mp_peek(in) == DV_MP_BIN) {
		if (!dv_mp_read_bin(in, &p, &n))
			return false;
		if (n != dv_algo_size(algo)) {
			in->why = "id of another length than the algorithm's";
			return false;
		}
		dv_digest_set(&e->id, algo, p);
		return true;
	}
	if (e->mode == DV_MODE_DIR)
		return dv_mp_read_nil(in);
	if (!dv_mp_skip(in))
		return false;
	e->value = p;
	e->value_len = in->p - p;
	return true;
}

static bool decode_meta(struct dv_entry *e, struct dv_mp *in)
{
	const uint8_t *p = in->p;

	if (dv_mp_peek(in) == DV_MP_NIL)
		return dv_mp_read_nil(in);
	if (!dv_mp_skip(in))
		return false;
	e->meta = p;
	e->meta_len = in->p - p;
	return true;
}

static bool decode(struct dv_entry *e, struct dv_mp *in, enum dv_algo algo)
{
	const uint8_t *path;
	uint64_t mode;
	size_t n;

	if (!dv_mp_read_array(in, &n))
		return false;
	if (n != 5) {
		in->why = "entry that has not five fields";
		return false;
	}
	if (!dv_mp_read_bin(in, &path, &e->path_len) ||
	    !dv_mp_read_uint(in, &mode) || !dv_mp_read_uint(in, &e->size))
		return false;
	e->path = (const char *)path;
	e->mode = mode <= UINT32_MAX ? mode : 0;
	return decode_content(e, in, algo) && decode_meta(e, in);
}

int dv_entry_decode(struct dv_entry *e, struct dv_mp *in,
		    enum dv_algo algo, struct dv_err *err)
{
	struct dv_entry got = { 0 };
	const char *fault;

	if (!decode(&got, in, algo))
		return dv_mp_fail(in, err);
	fault = dv_entry_fault(&got, algo);
	if (fault) {
		dv_entry_refuse(&got, fault, err);
		err->code = DV_E_FORMAT;
		return -DV_E_FORMAT;
	}
	*e = got;
	return 0;
}
