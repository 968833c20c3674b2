/* SPDX-License-Identifier: MIT */
/*
 * gen: deterministic data sets for storage benchmarks.
 *
 *	big FILE BYTES SEED		incompressible file
 *	csv FILE BYTES SEED		CSV of about BYTES
 *	small DIR NFILES NDIRS SIZE SEED	NFILES random files of SIZE in
 *					NDIRS directories
 *	mixed DIR NFILES TOTAL SEED	log-normal sizes (median 16 KiB, cap
 *					64 MiB), half text
 *	flip FILE OFFSET		invert one byte in place (-1: middle)
 *	insert FILE NBYTES		NBYTES at the start (rewrite, rename)
 *	append FILE PERCENT SEED	CSV rows, PERCENT of its size
 *
 * BYTES accept K, M and G (powers of 1024).
 * Build: cc -O2 -o gen gen.c -lm
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static uint64_t s[4];
static uint64_t rotl(uint64_t x, int k)
{
	return (x << k) | (x >> (64 - k));
}
static uint64_t rnd(void)
{
	uint64_t r = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;
	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45);
	return r;
}
static void seed(uint64_t x)
{
	for (int i = 0; i < 4; i++) {
		uint64_t z = (x += 0x9e3779b97f4a7c15ULL);
		z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
		z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
		s[i] = z ^ (z >> 31);
	}
}
static double unif(void)
{
	return ((rnd() >> 11) + 0.5) / 9007199254740992.0;
}
static double gauss(void)
{
	return sqrt(-2 * log(unif())) * cos(2 * M_PI * unif());
}
static void die(const char *w)
{
	fprintf(stderr, "gen: %s: %s\n", w, strerror(errno));
	exit(1);
}
static long long size_arg(const char *a)
{
	char *e;
	double v = strtod(a, &e);
	if (*e == 'K')
		v *= 1024;
	else if (*e == 'M')
		v *= 1048576;
	else if (*e == 'G')
		v *= 1073741824.0;
	return (long long)v;
}
static void wr(int fd, const void *b, size_t n)
{
	const char *p = b;
	while (n) {
		ssize_t k = write(fd, p, n);
		if (k < 0)
			die("write");
		p += k;
		n -= k;
	}
}
enum { BUF = 1 << 20 };
static uint64_t buf[BUF / 8];
static void fill_random(int fd, long long n)
{
	while (n > 0) {
		size_t k = n < BUF ? (size_t)n : BUF;
		for (size_t i = 0; i < (k + 7) / 8; i++)
			buf[i] = rnd();
		wr(fd, buf, k);
		n -= k;
	}
}
enum { VOC = 4096 };
static char voc[VOC][16];
static int vlen[VOC];
static uint16_t zipf[65536];
static void mkvoc(void)
{
	double sum = 0, acc = 0;
	int j = 0;
	for (int i = 0; i < VOC; i++) {
		int n = 2 + rnd() % 9;
		for (int k = 0; k < n; k++)
			voc[i][k] =
				"etaoinshrdlucmfwypvbgkjqxz"[(rnd() % 26) *
							     (rnd() % 26) / 26];
		voc[i][n] = ' ';
		vlen[i] = n + 1;
		sum += 1.0 / (i + 1);
	}
	for (int i = 0; i < VOC; i++) {
		acc += 1.0 / (i + 1) / sum;
		while (j < 65536 && j < acc * 65536)
			zipf[j++] = i;
	}
	while (j < 65536)
		zipf[j++] = VOC - 1;
}
static void fill_text(int fd, long long n)
{
	static char t[BUF + 64];
	int col = 0;
	while (n > 0) {
		size_t k = n < BUF ? (size_t)n : BUF, p = 0;
		while (p < k) {
			uint64_t r = rnd();
			for (int q = 0; q < 4 && p < k; q++, r >>= 16) {
				int w = zipf[r & 65535];
				memcpy(t + p, voc[w], 16);
				p += vlen[w];
				if ((col += vlen[w]) > 90) {
					t[p - 1] = '\n';
					col = 0;
				}
			}
		}
		wr(fd, t, k);
		n -= k;
	}
}
static void fill_csv(int fd, long long n, unsigned long id)
{
	static char t[BUF + 256];
	size_t p = 0;
	static const char *cat[] = { "alpha", "bravo",   "charlie", "delta",
				     "echo",  "foxtrot", "golf",    "hotel" };
	while (n > 0) {
		uint64_t r = rnd();
		int k = sprintf(
			t + p,
			"%lu,2024-%02u-%02uT%02u:%02u:%02u,%u.%04u,%u,%s,%s\n",
			id++, 1 + (unsigned)(r & 0xff) % 12,
			1 + (unsigned)((r >> 8) & 0xff) % 28,
			(unsigned)((r >> 16) & 0xff) % 24,
			(unsigned)((r >> 24) & 0xff) % 60,
			(unsigned)((r >> 32) & 0xff) % 60,
			(unsigned)(r >> 40) & 1023, (unsigned)(r >> 50) % 10000,
			(unsigned)(rnd() % 1000000), cat[r & 7],
			(r >> 3) & 1 ? "true" : "false");
		p += k;
		n -= k;
		if (p >= BUF || n <= 0) {
			wr(fd, t, p);
			p = 0;
		}
	}
}
static int creat_(const char *p)
{
	int fd = open(p, O_CREAT | O_WRONLY | O_TRUNC, 0644);
	if (fd < 0)
		die(p);
	return fd;
}
int main(int c, char **v)
{
	char p[4096];
	if (c < 3) {
		fprintf(stderr, "usage: see gen.c\n");
		return 2;
	}
	if (!strcmp(v[1], "big") && c == 5) {
		seed(atoll(v[4]));
		int fd = creat_(v[2]);
		fill_random(fd, size_arg(v[3]));
		close(fd);
	} else if (!strcmp(v[1], "csv") && c == 5) {
		seed(atoll(v[4]));
		int fd = creat_(v[2]);
		wr(fd, "id,time,value,count,category,flag\n", 34);
		fill_csv(fd, size_arg(v[3]), 1);
		close(fd);
	} else if (!strcmp(v[1], "small") && c == 7) {
		long n = atol(v[3]), d = atol(v[4]);
		long long sz = size_arg(v[5]);
		seed(atoll(v[6]));
		mkdir(v[2], 0755);
		for (long i = 0; i < d; i++) {
			sprintf(p, "%s/d%04ld", v[2], i);
			mkdir(p, 0755);
		}
		for (long i = 0; i < n; i++) {
			sprintf(p, "%s/d%04ld/f%07ld.bin", v[2], i * d / n, i);
			int fd = creat_(p);
			fill_random(fd, sz);
			close(fd);
		}
	} else if (!strcmp(v[1], "mixed") && c == 6) {
		long n = atol(v[3]);
		double total = size_arg(v[4]), cap = 64 << 20, sum = 0,
		       med = 16384;
		seed(atoll(v[5]));
		mkvoc();
		mkdir(v[2], 0755);
		double sigma = sqrt(2 * log(total / n / med)),
		       *sz = malloc(n * sizeof *sz);
		for (long i = 0; i < n; i++) {
			double x = med * exp(sigma * gauss());
			sz[i] = x > cap ? cap : x < 1 ? 1 : x;
			sum += sz[i];
		}
		static const char *tx[] = { "txt", "csv", "json", "md" },
				  *bi[] = { "bin", "npy", "jpg", "parquet" };
		for (long i = 0; i < n; i++) {
			unsigned a = rnd() % 14, b = rnd() % 14;
			int text = i & 1;
			sprintf(p, "%s/part%02u", v[2], a);
			mkdir(p, 0755);
			sprintf(p, "%s/part%02u/sub%02u", v[2], a, b);
			mkdir(p, 0755);
			sprintf(p, "%s/part%02u/sub%02u/item-%06ld.%s", v[2], a,
				b, i, (text ? tx : bi)[rnd() & 3]);
			int fd = creat_(p);
			long long k = (long long)sz[i];
			if (text)
				fill_text(fd, k);
			else
				fill_random(fd, k);
			close(fd);
		}
		fprintf(stderr,
			"gen mixed: %ld files, %.0f bytes, sigma %.3f\n", n,
			sum, sigma);
	} else if (!strcmp(v[1], "flip") && c == 4) {
		struct stat st;
		unsigned char b;
		int fd = open(v[2], O_RDWR);
		if (fd < 0 || fstat(fd, &st))
			die(v[2]);
		off_t o = atoll(v[3]);
		if (o < 0)
			o = st.st_size / 2;
		if (pread(fd, &b, 1, o) != 1)
			die("pread");
		b = ~b;
		if (pwrite(fd, &b, 1, o) != 1)
			die("pwrite");
		close(fd);
	} else if (!strcmp(v[1], "insert") && c == 4) {
		size_t n = size_arg(v[3]);
		sprintf(p, "%s.gen-tmp", v[2]);
		int o = creat_(p), i = open(v[2], O_RDONLY);
		if (i < 0)
			die(v[2]);
		seed(4242);
		for (size_t k = 0; k < n; k++) {
			char b = rnd();
			wr(o, &b, 1);
		}
		for (;;) {
			ssize_t k = read(i, buf, BUF);
			if (k < 0)
				die("read");
			if (!k)
				break;
			wr(o, buf, k);
		}
		close(o);
		close(i);
		if (rename(p, v[2]))
			die("rename");
	} else if (!strcmp(v[1], "append") && c == 5) {
		struct stat st;
		seed(atoll(v[4]));
		int fd = open(v[2], O_WRONLY | O_APPEND);
		if (fd < 0 || fstat(fd, &st))
			die(v[2]);
		fill_csv(fd, (long long)(st.st_size * atof(v[3]) / 100),
			 900000000);
		close(fd);
	} else {
		fprintf(stderr, "usage: see gen.c\n");
		return 2;
	}
	return 0;
}
