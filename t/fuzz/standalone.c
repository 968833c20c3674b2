/* SPDX-License-Identifier: MIT */
/*
 * A main for fuzz targets where there is no libFuzzer: runs the target
 * over every file of the directories given, over each of those cut short
 * and changed, and over random bytes.  The same seed gives the same run.
 *
 *	fuzz-<noun> [-runs=<n>] [-seed=<n>] [<file or directory>]...
 *
 * Other options of libFuzzer's are accepted and ignored.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"

#define INPUT_MAX (1u << 20)
#define MUTATED_MAX 8192

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct corpus {
	struct dv_buf *seed;
	size_t n, cap;
};

static uint64_t state = 1;

/* splitmix64 */
static uint64_t draw(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static size_t below(size_t n)
{
	return n ? (size_t)(draw() % n) : 0;
}

/* In memory of exactly n bytes, so that reading beyond them is noticed. */
static void run(const void *bytes, size_t n)
{
	uint8_t *copy = malloc(n);

	if (n && !copy)
		abort();
	if (n)
		memcpy(copy, bytes, n);
	LLVMFuzzerTestOneInput(copy, n);
	free(copy);
}

static void load(struct corpus *c, const char *path)
{
	struct dv_err err = DV_ERR_INIT;
	DIR *d = opendir(path);
	struct dirent *e;

	if (!d) {
		dv_grow(&c->seed, &c->cap, c->n + 1, sizeof(*c->seed));
		dv_buf_init(&c->seed[c->n], 0);
		if (dv_file_read(&c->seed[c->n], AT_FDCWD, path, INPUT_MAX,
				 &err) == 0)
			c->n++;
		return;
	}
	while ((e = readdir(d))) {
		char *inner;

		if (e->d_name[0] == '.')
			continue;
		inner = dv_asprintf("%s/%s", path, e->d_name);
		load(c, inner);
		free(inner);
	}
	closedir(d);
}

/* Bytes that decoders branch on: ends of ranges, msgpack heads, text. */
static uint8_t odd_byte(void)
{
	static const uint8_t odd[] = {
		0, 1, 0x7f, 0x80, 0xff, 0xfe, 0x90, 0xc0, 0xc4, 0xcb, 0xcf,
		0xd9, 0xdd, 0xdf, '/', '.', '\n', '\t', ' ', '"', '\\', '0',
		'9', '{', '}', '[', ']', ':', ',', '-'
	};

	return below(2) ? odd[below(sizeof(odd))] : (uint8_t)draw();
}

static void mutate_once(struct dv_buf *b, const struct dv_buf *other)
{
	size_t at = below(b->len + 1), n, from;
	uint8_t c;

	switch (below(6)) {
	case 0:			/* one bit */
		if (at < b->len)
			b->data[at] ^= (char)(1 << below(8));
		break;
	case 1:			/* one byte */
		if (at < b->len)
			b->data[at] = (char)odd_byte();
		break;
	case 2:			/* cut short */
		dv_buf_setlen(b, at);
		break;
	case 3:			/* a few bytes out */
		n = below(b->len - at + 1) % 16;
		memmove(b->data + at, b->data + at + n, b->len - at - n);
		dv_buf_setlen(b, b->len - n);
		break;
	case 4:			/* one byte in */
		c = odd_byte();
		dv_buf_add(b, &c, 1);
		memmove(b->data + at + 1, b->data + at, b->len - at - 1);
		b->data[at] = (char)c;
		break;
	case 5:			/* over with a piece of another seed */
		if (!other->len)
			break;
		from = below(other->len);
		dv_buf_setlen(b, at);
		dv_buf_add(b, other->data + from, other->len - from);
		break;
	}
}

static void run_mutated(const struct corpus *c)
{
	static const struct dv_buf none = DV_BUF_INIT;
	const struct dv_buf *seed = c->n ? &c->seed[below(c->n)] : &none;
	const struct dv_buf *other = c->n ? &c->seed[below(c->n)] : &none;
	size_t changes = 1 + below(8);
	struct dv_buf b = DV_BUF_INIT;

	dv_buf_reserve(&b, 64);
	dv_buf_add(&b, seed->len ? seed->data : "",
		   seed->len < MUTATED_MAX ? seed->len : MUTATED_MAX);
	while (changes--)
		mutate_once(&b, other);
	run(b.data, b.len);
	dv_buf_release(&b);
}

/* Each seed whole, and cut at every length while that is cheap. */
static size_t run_seeds(const struct corpus *c)
{
	size_t i, n, count = 0;

	for (i = 0; i < c->n; i++) {
		const struct dv_buf *s = &c->seed[i];

		run(s->data, s->len);
		count++;
		for (n = 0; n < s->len && n < 2048; n++, count++)
			run(s->data, n);
	}
	return count;
}

int main(int argc, char **argv)
{
	struct corpus c = { 0 };
	size_t count, runs = 20000;
	int i;

	for (i = 1; i < argc; i++) {
		if (strncmp(argv[i], "-runs=", 6) == 0)
			runs = strtoul(argv[i] + 6, NULL, 10);
		else if (strncmp(argv[i], "-seed=", 6) == 0)
			state = strtoul(argv[i] + 6, NULL, 10);
		else if (argv[i][0] != '-')
			load(&c, argv[i]);
	}
	run("", 0);
	count = run_seeds(&c);
	for (; count < runs; count++)
		run_mutated(&c);
	printf("%zu inputs from %zu seeds\n", count, c.n);
	while (c.n > 0)
		dv_buf_release(&c.seed[--c.n]);
	free(c.seed);
	return 0;
}
