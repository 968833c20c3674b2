/* SPDX-License-Identifier: MIT */
#ifndef DV_FORMAT_HEADREC_H
#define DV_FORMAT_HEADREC_H

/*
 * The small text objects of a remote, dv-format-remote(5): the format file
 * dv/format, a head (`latest` or a tag) and the record of a gc.  Lines of
 * `key SP value`, strict parsers: what the formatter would not have
 * written is DV_E_FORMAT; a newer version is DV_E_UNSUPPORTED and says
 * which dv is needed.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "format/record.h"

#define DV_REMOTE_FORMAT_VERSION 1
#define DV_HEADREC_MAX 4096
#define DV_DOOMREC_MAX (64u << 20)
#define DV_NONCE_HEX 33		/* 32 hex digits and NUL */

struct dv_keyline;

/* 32 random hex digits. */
int dv_nonce_make(char out[DV_NONCE_HEX], struct dv_err *err);
/* The line "nonce <32 hex digits>". */
int dv_nonce_read(struct dv_keyline *in, char out[DV_NONCE_HEX],
		  struct dv_err *err);

/* dv/format: "dv-remote 1", "object-format xxh128". */
void dv_remotefmt_format(struct dv_buf *out, enum dv_algo algo);
int dv_remotefmt_parse(const void *buf, size_t n, enum dv_algo *algo,
		       struct dv_err *err);

/* Where a head points. */
struct dv_headrec {
	char version[DV_VERSION_ID_MAX];	/* "": nowhere, it was removed */
	char nonce[DV_NONCE_HEX];
};
void dv_headrec_format(struct dv_buf *out, const struct dv_headrec *h);
int dv_headrec_parse(struct dv_headrec *h, const void *buf, size_t n,
		     struct dv_err *err);

/* What a gc found nobody naming; ascending, each once. */
struct dv_doomrec {
	char nonce[DV_NONCE_HEX];
	struct dv_digest *packs, *manifests;	/* owned */
	uint64_t *numbers;	/* owned: of each manifest's newest location
				   record then, from 1 */
	size_t packs_n, manifests_n;
};
void dv_doomrec_release(struct dv_doomrec *d);
void dv_doomrec_format(struct dv_buf *out, const struct dv_doomrec *d);
/* Release *d after success. */
int dv_doomrec_parse(struct dv_doomrec *d, enum dv_algo algo,
		     const void *buf, size_t n, struct dv_err *err);

#endif
