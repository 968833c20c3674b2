/* SPDX-License-Identifier: MIT */
/*
 * limits: what this machine can do, one figure a call, "NAME VALUE UNIT"
 * (best read as a median of several calls).
 *
 *	lstat ROOT THREADS	fstatat every file relative to its directory
 *				(list made before the clock starts)
 *	walk ROOT THREADS	opendir+readdir+fstatat of the whole tree
 *	openread ROOT THREADS	openat+read(128K)+close of every file
 *	create ROOT N DIRS SIZE THREADS		openat(O_EXCL)+write+close
 *	link|rename|symlink|unlink ROOT THREADS	for every file
 *				(link: into ROOT.links, rename: name -> name.r)
 *	read FILE BS | mmap FILE | mmappop FILE
 *	readx FILE BS | mmapx FILE		the same with its XXH3-128
 *	write FILE BYTES BS SYNC(0|1)
 *	cfr SRC DST | sendfile SRC DST | rwcopy SRC DST BS
 *	fsync DIR N		create+write 4K+fsync+close+rename, in turn
 *	memcpy BYTES
 *	spawn N CMD ARGS...	posix_spawn+waitpid: median p10 p90 us
 *
 * Build: cc -O2 -o limits limits.c -lpthread -lxxhash
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <xxhash.h>
extern char **environ;
static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}
static void die(const char *w)
{
	fprintf(stderr, "limits: %s: %s\n", w, strerror(errno));
	exit(1);
}
struct dir {
	char *path;
	int fd, lfd;
	char **name;
	size_t n;
};
static struct dir *D;
static size_t ND, next_dir, total;
static char *OP, *ROOT;
static long create_per;
static size_t create_size;
static char *cbuf;
static void scan(const char *p, int list)
{
	DIR *d = opendir(p);
	struct dirent *e;
	struct stat st;
	if (!d)
		die(p);
	size_t me = ND++;
	D = realloc(D, ND * sizeof *D);
	memset(&D[me], 0, sizeof *D);
	D[me].path = strdup(p);
	char **sub = 0;
	size_t ns = 0, cap = 0, n = 0;
	char **nm = 0;
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.' &&
		    (!e->d_name[1] || (e->d_name[1] == '.' && !e->d_name[2])))
			continue;
		if (e->d_type == DT_DIR) {
			sub = realloc(sub, (ns + 1) * sizeof *sub);
			if (asprintf(&sub[ns++], "%s/%s", p, e->d_name) < 0)
				die("mem");
			continue;
		}
		if (!list) {
			if (fstatat(dirfd(d), e->d_name, &st,
				    AT_SYMLINK_NOFOLLOW))
				die(e->d_name);
			n++;
			continue;
		}
		if (n == cap)
			nm = realloc(nm,
				     (cap = cap ? cap * 2 : 64) * sizeof *nm);
		nm[n++] = strdup(e->d_name);
	}
	D[me].name = nm;
	D[me].n = n;
	total += n;
	closedir(d);
	for (size_t i = 0; i < ns; i++) {
		scan(sub[i], list);
		free(sub[i]);
	}
	free(sub);
}
static void *worker(void *x)
{
	(void)x;
	struct stat st;
	char b[131072], o[512];
	for (;;) {
		size_t i = __atomic_fetch_add(&next_dir, 1, __ATOMIC_RELAXED);
		if (i >= ND)
			return 0;
		struct dir *d = &D[i];
		switch (OP[0] == 'l' && OP[1] == 'i' ? 'L' :
			OP[0] == 'u'                 ? 'u' :
			OP[0] == 'r'                 ? 'r' :
			OP[0] == 's'                 ? 'y' :
			OP[0] == 'o'                 ? 'o' :
			OP[0] == 'c'                 ? 'c' :
						       'l') {
		case 'l':
			for (size_t k = 0; k < d->n; k++)
				if (fstatat(d->fd, d->name[k], &st,
					    AT_SYMLINK_NOFOLLOW))
					die(d->name[k]);
			break;
		case 'o':
			for (size_t k = 0; k < d->n; k++) {
				int f = openat(d->fd, d->name[k], O_RDONLY);
				if (f < 0)
					die(d->name[k]);
				while (read(f, b, sizeof b) > 0)
					;
				close(f);
			}
			break;
		case 'L':
			for (size_t k = 0; k < d->n; k++)
				if (linkat(d->fd, d->name[k], d->lfd,
					   d->name[k], 0))
					die(d->name[k]);
			break;
		case 'y':
			for (size_t k = 0; k < d->n; k++) {
				snprintf(o, sizeof o, "../../objects/%s",
					 d->name[k]);
				if (symlinkat(o, d->lfd, d->name[k]))
					die(d->name[k]);
			}
			break;
		case 'r':
			for (size_t k = 0; k < d->n; k++) {
				snprintf(o, sizeof o, "%s.r", d->name[k]);
				if (renameat(d->fd, d->name[k], d->fd, o))
					die(d->name[k]);
			}
			break;
		case 'u':
			for (size_t k = 0; k < d->n; k++)
				if (unlinkat(d->fd, d->name[k], 0))
					die(d->name[k]);
			break;
		case 'c':
			for (long k = 0; k < create_per; k++) {
				snprintf(o, sizeof o, "f%05ld", k);
				int f = openat(d->fd, o,
					       O_CREAT | O_EXCL | O_WRONLY,
					       0644);
				if (f < 0)
					die(o);
				if (write(f, cbuf, create_size) !=
				    (ssize_t)create_size)
					die("write");
				close(f);
			}
			break;
		}
	}
}
static double run(int th)
{
	pthread_t t[64];
	double a = now();
	if (th <= 1)
		worker(0);
	else {
		for (int i = 0; i < th; i++)
			pthread_create(&t[i], 0, worker, 0);
		for (int i = 0; i < th; i++)
			pthread_join(t[i], 0);
	}
	return now() - a;
}
static int cmpd(const void *a, const void *b)
{
	double x = *(double *)a, y = *(double *)b;
	return x < y ? -1 : x > y;
}
static void gbs(const char *n, double by, double s)
{
	printf("%s %.3f GB/s (%.3f s)\n", n, by / s / 1e9, s);
}
int main(int c, char **v)
{
	if (c < 3) {
		fprintf(stderr, "usage: see limits.c\n");
		return 2;
	}
	OP = v[1];
	ROOT = v[2];
	struct stat st;
	double a;
	char p[4096];
	if (!strcmp(OP, "walk")) {
		a = now();
		scan(ROOT, 0);
		double s = now() - a;
		printf("walk %.4f s %zu files %.2f us/file\n", s, total,
		       s / total * 1e6);
		return 0;
	}
	if (!strcmp(OP, "lstat") || !strcmp(OP, "openread") ||
	    !strcmp(OP, "link") || !strcmp(OP, "rename") ||
	    !strcmp(OP, "symlink") || !strcmp(OP, "unlink")) {
		int th = c > 3 ? atoi(v[3]) : 1;
		scan(ROOT, 1);
		int mk = OP[0] == 'l' && OP[1] == 'i' ? 1 : OP[0] == 's';
		if (mk) {
			snprintf(p, sizeof p, "%s.links", ROOT);
			mkdir(p, 0755);
		}
		for (size_t i = 0; i < ND; i++) {
			D[i].fd = open(D[i].path, O_RDONLY | O_DIRECTORY);
			if (D[i].fd < 0)
				die(D[i].path);
			if (mk) {
				snprintf(p, sizeof p, "%s.links/%zu", ROOT, i);
				mkdir(p, 0755);
				D[i].lfd = open(p, O_RDONLY | O_DIRECTORY);
			}
		}
		double s = run(th);
		printf("%s-t%d %.4f s %zu files %.2f us/file\n", OP, th, s,
		       total, s / total * 1e6);
		return 0;
	}
	if (!strcmp(OP, "create")) {
		long n = atol(v[3]), nd = atol(v[4]);
		create_size = atol(v[5]);
		int th = atoi(v[6]);
		create_per = n / nd;
		mkdir(ROOT, 0755);
		cbuf = malloc(create_size);
		for (size_t i = 0; i < create_size; i++)
			cbuf[i] = rand();
		D = calloc(nd, sizeof *D);
		ND = nd;
		for (long i = 0; i < nd; i++) {
			snprintf(p, sizeof p, "%s/d%04ld", ROOT, i);
			mkdir(p, 0755);
			D[i].fd = open(p, O_RDONLY | O_DIRECTORY);
		}
		double s = run(th);
		printf("create-t%d %.4f s %ld files %.2f us/file\n", th, s, n,
		       s / n * 1e6);
		return 0;
	}
	if (!strcmp(OP, "read") || !strcmp(OP, "readx")) {
		size_t bs = atol(v[3]);
		char *b = aligned_alloc(4096, bs);
		int f = open(ROOT, O_RDONLY);
		if (f < 0)
			die(ROOT);
		XXH3_state_t *x = XXH3_createState();
		XXH3_128bits_reset(x);
		double t = 0;
		ssize_t k;
		a = now();
		while ((k = read(f, b, bs)) > 0) {
			if (OP[4])
				XXH3_128bits_update(x, b, k);
			t += k;
		}
		double s = now() - a;
		snprintf(p, sizeof p, "%s-%s", OP, v[3]);
		gbs(p, t, s);
		return 0;
	}
	if (!strncmp(OP, "mmap", 4)) {
		int f = open(ROOT, O_RDONLY);
		if (f < 0 || fstat(f, &st))
			die(ROOT);
		a = now();
		unsigned char *m =
			mmap(0, st.st_size, PROT_READ,
			     MAP_PRIVATE | (OP[4] == 'p' ? MAP_POPULATE : 0), f,
			     0);
		if (m == MAP_FAILED)
			die("mmap");
		madvise(m, st.st_size, MADV_SEQUENTIAL);
		uint64_t sum = 0;
		if (OP[4] == 'x')
			sum = XXH3_128bits(m, st.st_size).low64;
		else
			for (off_t i = 0; i + 8 <= st.st_size; i += 8)
				sum += *(uint64_t *)(m + i);
		double s = now() - a;
		gbs(OP, st.st_size, s);
		return sum == 12345;
	}
	if (!strcmp(OP, "write")) {
		double n = atof(v[3]);
		size_t bs = atol(v[4]);
		char *b = aligned_alloc(4096, bs);
		memset(b, 7, bs);
		int f = open(ROOT, O_CREAT | O_TRUNC | O_WRONLY, 0644);
		a = now();
		for (double t = 0; t < n; t += bs)
			if (write(f, b, bs) != (ssize_t)bs)
				die("write");
		if (atoi(v[5]))
			fdatasync(f);
		close(f);
		double s = now() - a;
		gbs(atoi(v[5]) ? "write+fdatasync" : "write", n, s);
		return 0;
	}
	if (!strcmp(OP, "cfr") || !strcmp(OP, "sendfile") ||
	    !strcmp(OP, "rwcopy")) {
		int i = open(v[2], O_RDONLY),
		    o = open(v[3], O_CREAT | O_TRUNC | O_WRONLY, 0644);
		if (i < 0 || o < 0 || fstat(i, &st))
			die(v[3]);
		size_t bs = c > 4 ? atol(v[4]) : 1 << 30;
		char *b = OP[0] == 'r' ? aligned_alloc(4096, bs) : 0;
		double t = 0;
		ssize_t k;
		a = now();
		for (;;) {
			k = OP[0] == 'c' ? copy_file_range(i, 0, o, 0, bs, 0) :
			    OP[0] == 's' ? sendfile(o, i, 0, bs) :
					   read(i, b, bs);
			if (k < 0)
				die(OP);
			if (!k)
				break;
			if (b && write(o, b, k) != k)
				die("write");
			t += k;
		}
		close(o);
		gbs(OP, t, now() - a);
		return 0;
	}
	if (!strcmp(OP, "fsync")) {
		int n = atoi(v[3]);
		char b[4096] = { 1 }, q[4200];
		double *r = malloc(n * sizeof *r);
		for (int i = 0; i < n; i++) {
			a = now();
			snprintf(p, sizeof p, "%s/t%d", ROOT, i);
			int f = open(p, O_CREAT | O_WRONLY | O_EXCL, 0644);
			if (f < 0)
				die(p);
			if (write(f, b, 4096) != 4096)
				die("w");
			fsync(f);
			close(f);
			snprintf(q, sizeof q, "%s.done", p);
			rename(p, q);
			r[i] = now() - a;
		}
		qsort(r, n, sizeof *r, cmpd);
		printf("create+fsync+rename median %.0f us p10 %.0f p90 %.0f\n",
		       r[n / 2] * 1e6, r[n / 10] * 1e6, r[n * 9 / 10] * 1e6);
		return 0;
	}
	if (!strcmp(OP, "memcpy")) {
		size_t n = atof(v[2]);
		char *x = malloc(n), *y = malloc(n);
		memset(x, 1, n);
		memset(y, 2, n);
		a = now();
		for (int i = 0; i < 8; i++) {
			memcpy(y, x, n);
			__asm__ volatile("" ::: "memory");
		}
		gbs("memcpy", 8.0 * n, now() - a);
		return 0;
	}
	if (!strcmp(OP, "spawn")) {
		int n = atoi(v[2]), rc = 0, w;
		double *r = malloc(n * sizeof *r);
		posix_spawn_file_actions_t fa;
		posix_spawn_file_actions_init(&fa);
		posix_spawn_file_actions_addopen(&fa, 0, "/dev/null", O_RDONLY,
						 0);
		posix_spawn_file_actions_addopen(&fa, 1, "/dev/null", O_WRONLY,
						 0);
		posix_spawn_file_actions_addopen(&fa, 2, "/dev/null", O_WRONLY,
						 0);
		for (int i = -3; i < n; i++) {
			pid_t q;
			a = now();
			if ((errno = posix_spawnp(&q, v[3], &fa, 0, v + 3,
						  environ)))
				die(v[3]);
			waitpid(q, &w, 0);
			if (i >= 0)
				r[i] = now() - a;
			if (w)
				rc = w;
		}
		qsort(r, n, sizeof *r, cmpd);
		printf("spawn median %.0f us p10 %.0f p90 %.0f n %d rc %d\n",
		       r[n / 2] * 1e6, r[n / 10] * 1e6, r[n * 9 / 10] * 1e6, n,
		       rc);
		return 0;
	}
	fprintf(stderr, "usage: see limits.c\n");
	return 2;
}
