/* SPDX-License-Identifier: MIT */
#include "base/compress.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/alloc.h"

/* One of each a thread: making them costs more than a small frame. */
struct contexts {
	ZSTD_CCtx *c;
	ZSTD_DCtx *d;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;

static void free_contexts(void *arg)
{
	struct contexts *x = arg;

	ZSTD_freeCCtx(x->c);
	ZSTD_freeDCtx(x->d);
	free(x);
}

static void make_key(void)
{
	if (pthread_key_create(&key, free_contexts))
		dv_alloc_fail();
}

static struct contexts *my_contexts(void)
{
	struct contexts *x;

	pthread_once(&once, make_key);
	x = pthread_getspecific(key);
	if (!x) {
		x = dv_calloc(1, sizeof(*x));
		if (pthread_setspecific(key, x))
			dv_alloc_fail();
	}
	return x;
}

void dv_compress(struct dv_buf *out, const void *in, size_t n, int level)
{
	struct contexts *x = my_contexts();
	size_t bound = ZSTD_compressBound(n);
	struct dv_buf whole = DV_BUF_INIT;
	size_t len;
	char *to;

	if (!x->c)
		x->c = ZSTD_createCCtx();
	if (!x->c)
		dv_alloc_fail();

	/* out's max is about what is kept, not about the room for work. */
	to = dv_buf_reserve(out->max ? &whole : out, bound);
	if (to) {
		len = ZSTD_compressCCtx(x->c, to, bound, in, n, level);
		/* There is room, so memory is all that can be missing. */
		if (ZSTD_isError(len))
			dv_alloc_fail();
		if (out->max)
			dv_buf_add(out, to, len);
		else
			dv_buf_setlen(out, out->len + len);
	}
	dv_buf_release(&whole);
}

static int broken(struct dv_err *err, const char *why)
{
	return dv_err_set(err, DV_E_FORMAT, "compressed data %s", why);
}

int dv_decompress(struct dv_buf *out, size_t size, const void *in, size_t n,
		  struct dv_err *err)
{
	static const unsigned char magic[] = { 0x28, 0xb5, 0x2f, 0xfd };
	struct contexts *x = my_contexts();
	size_t start = out->len;
	size_t len;
	char *to;

	/* zstd would also take skippable frames, which hold nothing. */
	if (n < sizeof(magic) || memcmp(in, magic, sizeof(magic)))
		return broken(err, "is no Zstandard frame");
	if (ZSTD_getFrameContentSize(in, n) != size)
		return broken(err, "is not of the size it should be");
	if (ZSTD_findFrameCompressedSize(in, n) != n)
		return broken(err, "is cut short or has bytes behind it");

	if (!x->d)
		x->d = ZSTD_createDCtx();
	if (!x->d)
		dv_alloc_fail();
	to = dv_buf_reserve(out, size);
	if (!to)
		return dv_buf_check(out, "decompressed data", err);
	len = ZSTD_decompressDCtx(x->d, to, size, in, n);
	if (len != size) {
		if (ZSTD_getErrorCode(len) == ZSTD_error_memory_allocation)
			dv_alloc_fail();
		return broken(err, "is corrupt");
	}
	dv_buf_setlen(out, start + size);
	return 0;
}
