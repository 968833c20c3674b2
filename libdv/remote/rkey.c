/* SPDX-License-Identifier: MIT */
#include "remote/rkey.h"

#include <inttypes.h>
#include <string.h>

#include "base/hex.h"
#include "base/path.h"
#include "format/component.h"

#define DIGITS 10

/* --- making ----------------------------------------------------------- */

const char *dv_rkey_pack(struct dv_buf *out, const struct dv_digest *id,
			 const char *suffix)
{
	char hex[DV_DIGEST_TEXT];

	dv_buf_reset(out);
	dv_buf_printf(out, "%s%s%s", DV_RKEY_PACKS, dv_digest_hex(hex, id),
		      suffix);
	return out->data;
}

const char *dv_rkey_manifest(struct dv_buf *out, const struct dv_digest *id)
{
	char hex[DV_DIGEST_TEXT];

	dv_buf_reset(out);
	dv_buf_printf(out, "%s%s/", DV_RKEY_MANIFESTS,
		      dv_digest_hex(hex, id));
	return out->data;
}

static int add_component(struct dv_buf *out, const char *what,
			 const char *name, struct dv_err *err)
{
	int rc = dv_component_encode(out, name, err);

	if (rc < 0)
		return dv_err_prefix(err, "%s '%.100s'", what, name);
	dv_buf_char(out, '/');
	return 0;
}

int dv_rkey_below(struct dv_buf *out, const char *top, const char *ns,
		  const char *dataset, struct dv_err *err)
{
	int rc;

	dv_buf_reset(out);
	dv_buf_str(out, top);
	if (!ns)
		return 0;
	rc = add_component(out, "name space", ns, err);
	if (rc || !dataset)
		return rc;
	rc = dv_path_check(dataset, strlen(dataset), err);
	return rc ? rc : add_component(out, "dataset", dataset, err);
}

int dv_rkey_version(struct dv_buf *out, const char *ns, const char *dataset,
		    const char *id, struct dv_err *err)
{
	int rc = dv_rkey_below(out, DV_RKEY_VERSIONS, ns, dataset, err);

	if (!rc && id)
		dv_buf_str(out, id);
	return rc;
}

int dv_rkey_head(struct dv_buf *out, const char *ns, const char *dataset,
		 const char *tag, struct dv_err *err)
{
	int rc = dv_rkey_below(out, DV_RKEY_HEADS, ns, dataset, err);

	if (rc)
		return rc;
	dv_buf_str(out, tag ? "tags/" : "latest/");
	return tag ? add_component(out, "tag", tag, err) : 0;
}

const char *dv_rkey_add_number(struct dv_buf *prefix, uint64_t n)
{
	dv_buf_printf(prefix, "%0*" PRIu64, DIGITS, n);
	return prefix->data;
}

/* --- taking apart ------------------------------------------------------- */

static bool skip(const char **p, const char *what)
{
	size_t n = strlen(what);

	if (strncmp(*p, what, n))
		return false;
	*p += n;
	return true;
}

/* A component and the '/' behind it: the name that it stands for. */
static bool take_component(const char **p, struct dv_buf *name)
{
	const char *slash = strchr(*p, '/');
	struct dv_buf text = DV_BUF_INIT;
	struct dv_err ignored;
	int rc;

	dv_buf_reset(name);
	if (!slash || slash - *p > DV_COMPONENT_MAX)
		return false;
	dv_buf_add(&text, *p, (size_t)(slash - *p));
	rc = dv_component_decode(name, dv_buf_cstr(&text), &ignored);
	dv_buf_release(&text);
	*p = slash + 1;
	return !rc;
}

/* The bare hex of an id, whatever follows it. */
static bool take_id(const char **p, enum dv_algo algo, struct dv_digest *id)
{
	size_t size = dv_algo_size(algo);
	uint8_t bytes[DV_DIGEST_MAX];

	if (strnlen(*p, 2 * size) < 2 * size || !dv_hex_is(*p, 2 * size))
		return false;
	dv_hex_parse(bytes, *p, size);
	dv_digest_set(id, algo, bytes);
	*p += 2 * size;
	return true;
}

/* All that is left is a number. */
static bool take_number(const char *p, uint64_t *n)
{
	uint64_t v = 0;

	if (strnlen(p, DIGITS + 1) != DIGITS)
		return false;
	for (; *p; p++) {
		if (*p < '0' || *p > '9')
			return false;
		v = v * 10 + (uint64_t)(*p - '0');
	}
	if (!v)
		return false;
	*n = v;
	return true;
}

/* "<top><ns>/<dataset>/". */
static bool take_dataset(const char **p, const char *top, struct dv_buf *ns,
			 struct dv_buf *dataset)
{
	struct dv_err ignored;

	return skip(p, top) && take_component(p, ns) &&
	       take_component(p, dataset) &&
	       !dv_path_check(dataset->data, dataset->len, &ignored);
}

bool dv_rkey_parse_version(const char *key, struct dv_buf *ns,
			   struct dv_buf *dataset, char id[DV_VERSION_ID_MAX])
{
	if (!take_dataset(&key, DV_RKEY_VERSIONS, ns, dataset) ||
	    !dv_record_id_is(key))
		return false;
	memcpy(id, key, strlen(key) + 1);
	return true;
}

bool dv_rkey_parse_head(const char *key, struct dv_buf *ns,
			struct dv_buf *dataset, struct dv_buf *tag,
			uint64_t *n)
{
	dv_buf_reset(tag);
	if (!take_dataset(&key, DV_RKEY_HEADS, ns, dataset))
		return false;
	if (!skip(&key, "latest/") &&
	    (!skip(&key, "tags/") || !take_component(&key, tag)))
		return false;
	return take_number(key, n);
}

bool dv_rkey_parse_pack(const char *key, enum dv_algo algo,
			struct dv_digest *id, const char **suffix)
{
	struct dv_digest d;

	if (!skip(&key, DV_RKEY_PACKS) || !take_id(&key, algo, &d))
		return false;
	if (!strcmp(key, ".pack"))
		*suffix = ".pack";
	else if (!strcmp(key, ".idx"))
		*suffix = ".idx";
	else
		return false;
	*id = d;
	return true;
}

bool dv_rkey_parse_manifest(const char *key, enum dv_algo algo,
			    struct dv_digest *id, uint64_t *n)
{
	struct dv_digest d;

	if (!skip(&key, DV_RKEY_MANIFESTS) || !take_id(&key, algo, &d) ||
	    *key != '/' || !take_number(key + 1, n))
		return false;
	*id = d;
	return true;
}

bool dv_rkey_parse_number(const char *key, const char *prefix, uint64_t *n)
{
	return skip(&key, prefix) && take_number(key, n);
}
