/* SPDX-License-Identifier: MIT */
#include "t/helper/fakepack.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "remote/rkey.h"

#define VERSION_OFFSET 4	/* in an index */

struct fake fake;

void fake_check(int rc)
{
	if (rc >= 0)
		return;
	fprintf(stderr, "%s: %s\n", fake.program, fake.err.msg);
	exit(128);
}

void fake_write(const char *key, const void *p, size_t n)
{
	char *path = dv_asprintf("%s/%s", fake.dir, key);
	char *slash = strrchr(path, '/');

	*slash = '\0';
	fake_check(dv_mkdirs(path, 0777, &fake.err));
	*slash = '/';
	fake_check(dv_file_write(AT_FDCWD, path, p, n, 0666, &fake.err));
	free(path);
}

void fakepack_begin(struct fakepack *p, enum dv_pack_kind kind)
{
	p->kind = kind;
	p->bytes = (struct dv_buf)DV_BUF_INIT;
	dv_packidx_builder_init(&p->idx, fake.algo);
	dv_pack_encode_header((uint8_t *)dv_buf_reserve(&p->bytes,
							DV_PACK_HEADER),
			      kind, fake.algo);
	dv_buf_setlen(&p->bytes, DV_PACK_HEADER);
}

struct dv_pack_block fakepack_block(struct fakepack *p, const void *bytes,
				    size_t n, uint64_t off)
{
	struct dv_pack_block k = {
		.offset = p->bytes.len, .check = dv_hash64(bytes, n) + off,
		.stored = (uint32_t)n, .plain = (uint32_t)n };

	dv_buf_add(&p->bytes, bytes, n);
	dv_packidx_builder_block(&p->idx, &k);
	return k;
}

void fakepack_end(struct fakepack *p, bool newer, struct dv_location_pack *out)
{
	struct dv_buf idx = DV_BUF_INIT, key = DV_BUF_INIT;
	uint8_t trailer[DV_PACK_TRAILER];

	dv_packidx_builder_encode(&p->idx, p->kind, p->bytes.len, &idx);
	if (newer)
		idx.data[VERSION_OFFSET] = 9;
	dv_buf_add(&p->bytes, idx.data, idx.len);
	dv_pack_encode_trailer(trailer, idx.len);
	dv_buf_add(&p->bytes, trailer, sizeof(trailer));
	dv_digest_of(&out->id, fake.algo, idx.data, idx.len);
	out->kind = p->kind;
	out->size = p->bytes.len;
	out->idx_size = idx.len;
	fake_write(dv_rkey_pack(&key, &out->id, ".pack"), p->bytes.data,
		   p->bytes.len);
	fake_write(dv_rkey_pack(&key, &out->id, ".idx"), idx.data, idx.len);
	dv_packidx_builder_release(&p->idx);
	dv_buf_release(&p->bytes);
	dv_buf_release(&idx);
	dv_buf_release(&key);
}
