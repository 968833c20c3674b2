/* SPDX-License-Identifier: MIT */
#include "format/headrec.h"

#include <stdint.h>
#include <string.h>
#include <sys/random.h>

#include "base/hex.h"
#include "format/keyline.h"

/* What stands for the version of a head that was removed. */
#define NOWHERE "-"

/* --- nonces ------------------------------------------------------------- */

int dv_nonce_make(char out[DV_NONCE_HEX], struct dv_err *err)
{
	uint8_t bytes[(DV_NONCE_HEX - 1) / 2];

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return dv_err_sys(err, "cannot get random bytes");
	dv_hex_format(out, bytes, sizeof(bytes));
	return 0;
}

int dv_nonce_read(struct dv_keyline *in, char out[DV_NONCE_HEX],
		  struct dv_err *err)
{
	int rc = dv_keyline_text(in, "nonce", out, DV_NONCE_HEX, err);

	if (!rc && (strlen(out) != DV_NONCE_HEX - 1 ||
		    !dv_hex_is(out, DV_NONCE_HEX - 1)))
		return dv_keyline_bad(in, "this is no nonce as dv makes one",
				      err);
	return rc;
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
	struct dv_keyline in = dv_keyline_of(buf, n, "format file");
	char name[16];
	int rc;

	rc = dv_keyline_magic(&in, "dv-remote", DV_REMOTE_FORMAT_VERSION, err);
	if (!rc)
		rc = dv_keyline_text(&in, "object-format", name, sizeof(name),
				     err);
	if (!rc)
		rc = dv_keyline_finish(&in, err);
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
	struct dv_keyline in = dv_keyline_of(buf, n, "head");
	struct dv_headrec x;
	int rc;

	rc = dv_keyline_magic(&in, "dv-head", 1, err);
	if (!rc)
		rc = dv_keyline_text(&in, "version", x.version,
				     sizeof(x.version), err);
	if (rc)
		return rc;
	if (!strcmp(x.version, NOWHERE))
		*x.version = '\0';
	else if (!dv_record_id_is(x.version))
		return dv_keyline_bad(&in, "this is no version id", err);
	rc = dv_nonce_read(&in, x.nonce, err);
	if (!rc)
		rc = dv_keyline_finish(&in, err);
	if (!rc)
		*h = x;
	return rc;
}
