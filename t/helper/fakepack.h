/* SPDX-License-Identifier: MIT */
#ifndef DV_HELPER_FAKEPACK_H
#define DV_HELPER_FAKEPACK_H

/*
 * Packs of a remote that is a directory, made by hand: what is put in
 * need not be true.  A failure ends the program.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "format/location.h"
#include "format/pack.h"

/* Which program, and the remote that it makes; set before all else. */
struct fake {
	const char *program, *dir;
	enum dv_algo algo;
	struct dv_err err;
};
extern struct fake fake;

/* Where rc is a failure, which fake.err tells of. */
void fake_check(int rc);
void fake_write(const char *key, const void *p, size_t n);

struct fakepack {
	enum dv_pack_kind kind;
	struct dv_packidx_builder idx;
	struct dv_buf bytes;
};

void fakepack_begin(struct fakepack *p, enum dv_pack_kind kind);
/* Its checksum is off by so much. */
struct dv_pack_block fakepack_block(struct fakepack *p, const void *bytes,
				    size_t n, uint64_t off);
/* Write pack and index, whose version is one to come if newer; free p. */
void fakepack_end(struct fakepack *p, bool newer,
		  struct dv_location_pack *out);

#endif
