/* SPDX-License-Identifier: MIT */
#ifndef DV_UNIT_ODBTOOLS_H
#define DV_UNIT_ODBTOOLS_H

/* What the tests of the object database share: the store is ./store. */

#include <dirent.h>
#include <sys/stat.h>

#include "unit.h"

#include "format/pack.h"
#include "store/odb.h"

#define MIB ((size_t)1 << 20)

static inline uint8_t *noise(size_t n, uint64_t state)
{
	uint8_t *p = dv_malloc(n + 8);

	for (size_t i = 0; i < n; i += 8) {
		uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);

		z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
		z ^= z >> 27;
		memcpy(p + i, &z, 8);
	}
	return p;
}

static inline struct dv_odb *open_store(enum dv_algo algo)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_odb *odb;

	mkdir("store", 0777);
	assert_int_equal(dv_odb_open(&odb, "store", algo, &err), 0);
	return odb;
}

/* The files in a directory of the store that end so. */
static inline int count_files(const char *dir, const char *end)
{
	struct dirent *e;
	DIR *d = opendir(dir);
	int n = 0;

	while (d && (e = readdir(d))) {
		size_t len = strlen(e->d_name);

		n += e->d_name[0] != '.' && len >= strlen(end) &&
		     !strcmp(e->d_name + len - strlen(end), end);
	}
	if (d)
		closedir(d);
	return n;
}

static inline uint64_t store_bytes(struct dv_odb *odb)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_odb_stats s;

	assert_int_equal(dv_odb_stats(odb, &s, &err), 0);
	return s.bytes;
}

static inline void put(struct dv_odb *odb, const void *p, size_t n,
		       struct dv_digest *id)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_odb_txn *t;

	assert_int_equal(dv_odb_txn_begin(&t, odb, &err), 0);
	assert_int_equal(dv_odb_txn_put(t, DV_ODB_DATA, p, n, id, &err), 0);
	assert_int_equal(dv_odb_txn_sync(t, &err), 0);
	dv_odb_txn_end(t);
}

static inline void put_file(struct dv_odb *odb, const void *p, size_t n,
			    uint64_t hint, struct dv_digest *id)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_odb_txn *t;
	uint64_t size;
	int fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0666);

	assert_int_equal(dv_write_full(fd, p, n), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(dv_odb_txn_begin(&t, odb, &err), 0);
	assert_int_equal(dv_odb_txn_put_fd(t, fd, hint, id, &size, NULL,
					   &err), 0);
	assert_int_equal(size, n);
	assert_int_equal(dv_odb_txn_sync(t, &err), 0);
	dv_odb_txn_end(t);
	close(fd);
}

/* It reads back as these bytes, in memory and through a descriptor. */
static inline void assert_held(struct dv_odb *odb,
			       const struct dv_digest *id, const void *p,
			       size_t n)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf b = DV_BUF_INIT;
	uint64_t size;
	int fd;

	assert_int_equal(dv_odb_stat(odb, id, &size, &err), 1);
	assert_int_equal(size, n);
	assert_int_equal(dv_odb_read(odb, id, &b, n, &err), 0);
	assert_int_equal(b.len, n);
	if (n)
		assert_memory_equal(b.data, p, n);
	if (n)
		assert_int_equal(dv_odb_read(odb, id, &b, n - 1, &err),
				 -DV_E_LIMIT);

	fd = open("copy", O_RDWR | O_CREAT | O_TRUNC, 0666);
	assert_int_equal(dv_odb_copy(odb, id, fd, NULL, &err), 0);
	dv_buf_reset(&b);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(dv_fd_read(&b, fd, n, "copy", &err), 0);
	assert_int_equal(b.len, n);
	if (n)
		assert_memory_equal(b.data, p, n);
	close(fd);
	dv_buf_release(&b);
}

static inline void count_fault(void *arg, const char *sentence)
{
	(void)sentence;
	++*(int *)arg;
}

static inline int64_t fsck(struct dv_odb *odb, bool full)
{
	struct dv_err err = DV_ERR_INIT;
	int told = 0;
	int64_t n = dv_odb_fsck(odb, full, count_fault, &told, NULL, &err);

	assert_int_equal(n, told);
	return n;
}

/* Change a byte of the first block of every pack. */
static inline void damage(const char *dir)
{
	char *cmd = dv_asprintf("for p in %s/*.pack; do chmod u+w $p; "
				"printf X | dd of=$p bs=1 seek=20 "
				"conv=notrunc 2>/dev/null; done", dir);

	assert_int_equal(system(cmd), 0);
	free(cmd);
}

#endif
