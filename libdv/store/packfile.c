/* SPDX-License-Identifier: MIT */
#include "store/packfile.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/alloc.h"
#include "format/pack.h"

int dv_packfile_blame(const struct dv_packfile *pf, struct dv_err *err)
{
	return dv_err_prefix(err, "'%s.pack'", pf->base);
}

static int open_pack(const char *base, int *fd, struct dv_err *err)
{
	char *path = dv_asprintf("%s.pack", base);

	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (*fd < 0)
		dv_err_sys(err, "cannot open '%s'", path);
	free(path);
	return *fd < 0 ? -err->code : 0;
}

/* The index from the .idx: mapped, and whole as far as its length says. */
static int map_idx(struct dv_packfile *pf, struct dv_err *err)
{
	char *path = dv_asprintf("%s.idx", pf->base);
	int rc = dv_map_open(&pf->map, AT_FDCWD, path, err);

	free(path);
	if (rc < 0)
		return rc;
	rc = dv_packidx_open(&pf->idx, pf->map.data, pf->map.len, err);
	if (rc < 0)
		dv_map_release(&pf->map);
	return rc;
}

/* The index from the end of the pack; a map begins at a page. */
static int map_tail(struct dv_packfile *pf, struct dv_err *err)
{
	uint8_t trailer[DV_PACK_TRAILER];
	uint64_t index, length, page = (uint64_t)sysconf(_SC_PAGESIZE);
	struct stat st;
	size_t skip;
	void *p;
	int fd, rc;

	rc = open_pack(pf->base, &fd, err);
	if (rc < 0)
		return rc;
	pf->fd = fd;
	if (fstat(fd, &st))
		return dv_err_sys(err, "cannot stat '%s.pack'", pf->base);
	if (st.st_size < DV_PACK_TRAILER ||
	    dv_pread_full(fd, trailer, sizeof(trailer),
			  (uint64_t)st.st_size - DV_PACK_TRAILER) !=
	    (ssize_t)sizeof(trailer))
		return dv_err_set(err, DV_E_FORMAT, "pack is cut short");
	rc = dv_pack_locate(trailer, (uint64_t)st.st_size, &index, &length,
			    err);
	if (rc < 0)
		return rc;

	skip = index % page;
	p = mmap(NULL, length + skip, PROT_READ, MAP_PRIVATE, fd,
		 (off_t)(index - skip));
	if (p == MAP_FAILED)
		return dv_err_sys(err, "cannot map '%s.pack'", pf->base);
	pf->map.data = p;
	pf->map.len = length + skip;
	return dv_packidx_open(&pf->idx, pf->map.data + skip, length, err);
}

int dv_packfile_open(struct dv_packfile **out, const char *base,
		     enum dv_algo algo, struct dv_err *err)
{
	struct dv_packfile *pf = dv_calloc(1, sizeof(*pf));
	struct dv_err first = DV_ERR_INIT;
	int rc;

	pf->base = dv_strdup(base);
	pf->fd = -1;
	rc = map_idx(pf, &first);
	if (rc < 0)
		rc = map_tail(pf, err);
	if (!rc && pf->idx.algo != algo)
		rc = dv_err_set(err, DV_E_FORMAT, "pack is of object format "
				"%s, and the store of %s",
				dv_algo_name(pf->idx.algo),
				dv_algo_name(algo));
	if (rc < 0) {
		if (err->code == DV_E_FORMAT || err->code == DV_E_UNSUPPORTED)
			dv_packfile_blame(pf, err);
		dv_packfile_close(pf);
		return rc;
	}
	*out = pf;
	return 0;
}

void dv_packfile_close(struct dv_packfile *pf)
{
	if (!pf)
		return;
	if (pf->fd >= 0)
		close(pf->fd);
	dv_map_release(&pf->map);
	free(pf->base);
	free(pf);
}

static int blame_index(const struct dv_packfile *pf, struct dv_err *err)
{
	dv_packfile_blame(pf, err);
	return dv_err_hint(err, "where the pack is sound, this makes its "
			   "index again: dv index-pack '%s.pack'", pf->base);
}

int dv_packfile_check_sum(struct dv_packfile *pf, struct dv_err *err)
{
	if (pf->summed)
		return 0;
	if (dv_packidx_check_sum(&pf->idx, err) < 0)
		return blame_index(pf, err);
	pf->summed = true;
	return 0;
}

int dv_packfile_check(struct dv_packfile *pf, struct dv_err *err)
{
	if (pf->checked)
		return 0;
	if (dv_packidx_check(&pf->idx, err) < 0)
		return blame_index(pf, err);
	pf->summed = pf->checked = true;
	return 0;
}

uint64_t dv_packfile_size(const struct dv_packfile *pf)
{
	return pf->idx.end + pf->idx.len + DV_PACK_TRAILER;
}

/* Is this the pack that the index is of, as far as a glance can tell? */
static int check_fd(const struct dv_packfile *pf, int fd, struct dv_err *err)
{
	uint8_t is[DV_PACK_HEADER], should[DV_PACK_HEADER];
	struct stat st;

	if (fstat(fd, &st))
		return dv_err_sys(err, "cannot stat '%s.pack'", pf->base);
	dv_pack_encode_header(should, pf->idx.kind, pf->idx.algo);
	if ((uint64_t)st.st_size != dv_packfile_size(pf) ||
	    dv_pread_full(fd, is, sizeof(is), 0) != (ssize_t)sizeof(is) ||
	    memcmp(is, should, sizeof(is)))
		return dv_err_set(err, DV_E_FORMAT, "'%s.pack': pack is "
				  "corrupt: it does not fit its index",
				  pf->base);
	return 0;
}

int dv_packfile_fd(struct dv_packfile *pf, struct dv_err *err)
{
	int fd = pf->fd, none = -1, rc;

	if (fd >= 0)
		return fd;
	rc = open_pack(pf->base, &fd, err);
	if (rc < 0)
		return rc;
	rc = check_fd(pf, fd, err);
	if (rc < 0) {
		close(fd);
		return rc;
	}
	/* Another thread may have been first. */
	if (!atomic_compare_exchange_strong(&pf->fd, &none, fd)) {
		close(fd);
		fd = none;
	}
	return fd;
}

int dv_packfile_pread(struct dv_packfile *pf, void *to, size_t n,
		      uint64_t off, struct dv_err *err)
{
	int fd = dv_packfile_fd(pf, err);
	ssize_t got;

	if (fd < 0)
		return fd;
	got = dv_pread_full(fd, to, n, off);
	if (got < 0)
		return dv_err_sys(err, "cannot read '%s.pack'", pf->base);
	if ((size_t)got != n)
		return dv_err_set(err, DV_E_FORMAT, "'%s.pack': pack is "
				  "cut short", pf->base);
	return 0;
}

int dv_packfile_block(struct dv_packfile *pf, const struct dv_pack_block *k,
		      struct dv_buf *out, struct dv_err *err)
{
	struct dv_buf stored = DV_BUF_INIT;
	struct dv_buf *to = k->codec == DV_PACK_STORED ? out : &stored;
	char *p = dv_buf_reserve(to, k->stored);
	int rc;

	if (!p)
		return dv_buf_check(to, "block", err);
	rc = dv_packfile_pread(pf, p, k->stored, k->offset, err);
	if (rc < 0)
		goto out;
	if (dv_hash64(p, k->stored) != k->check) {
		dv_err_set(err, DV_E_DIGEST, "'%s.pack': a block does not "
			   "fit its checksum", pf->base);
		rc = dv_err_hint(err, "run 'dv fsck' to learn which objects "
				 "are damaged");
		goto out;
	}
	dv_buf_setlen(to, to->len + k->stored);
	if (to == &stored) {
		rc = dv_pack_unblock(out, k, stored.data, err);
		if (rc < 0)
			dv_packfile_blame(pf, err);
	}
out:
	dv_buf_release(&stored);
	return rc;
}
