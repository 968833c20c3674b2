/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "format/pack.h"
#include "store/packkeep.h"
#include "store/packwriter-parts.h"

uint64_t dv_packwriter_size(struct dv_packwriter *w)
{
	uint64_t end;

	pthread_mutex_lock(&w->lock);
	end = w->end;
	pthread_mutex_unlock(&w->lock);
	return end;
}

int dv_packwriter_flush(struct dv_packwriter *w, struct dv_err *err)
{
	int rc;

	pthread_mutex_lock(&w->lock);
	rc = dv_packwriter_check(w, err);
	pthread_mutex_unlock(&w->lock);
	for (int i = 0; !rc && i < DV_PACKWRITER_LANES; i++) {
		struct dv_packwriter_lane *l = &w->lanes[i];

		pthread_mutex_lock(&l->lock);
		rc = dv_packwriter_flush_lane(w, l, err);
		pthread_mutex_unlock(&l->lock);
	}
	if (!rc && w->bulk && dv_bulk_flush(w->bulk))
		rc = dv_packwriter_write_failed(w, err);
	if (!rc && w->fd >= 0 && !w->passing)
		sync_file_range(w->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
	return rc;
}

int dv_packwriter_settle(struct dv_packwriter *w, struct dv_err *err)
{
	int rc = dv_packwriter_flush(w, err);

	if (!rc && w->fd >= 0 && fdatasync(w->fd))
		rc = dv_packwriter_write_failed(w, err);
	return rc;
}

/* Who may read the directory may read what is in it; nobody writes. */
static mode_t mode_in(const char *dir)
{
	struct stat st;

	return stat(dir, &st) ? 0400 : st.st_mode & 0444;
}

/* The index in a file of its own, synced; *tmp is its name. */
static int write_idx(struct dv_packwriter *w, const struct dv_buf *idx,
		     char **tmp, struct dv_err *err)
{
	int fd, rc;

	rc = dv_tmpfile(&fd, tmp, w->tmp_dir, err);
	if (rc < 0)
		return rc;
	if (dv_write_full(fd, idx->data, idx->len))
		rc = dv_err_sys(err, "cannot write '%s'", *tmp);
	if (!rc && fchmod(fd, mode_in(w->dir)))
		rc = dv_err_sys(err, "cannot write '%s'", *tmp);
	if (!rc && !w->passing)
		rc = dv_fsync(fd, *tmp, err);
	if (close(fd) && !rc)
		rc = dv_err_sys(err, "cannot write '%s'", *tmp);
	return rc;
}

static int write_tail(struct dv_packwriter *w, const struct dv_buf *idx,
		      struct dv_err *err)
{
	uint8_t trailer[DV_PACK_TRAILER];

	dv_pack_encode_trailer(trailer, idx->len);
	if (dv_pwrite_full(w->fd, idx->data, idx->len, w->end) ||
	    dv_pwrite_full(w->fd, trailer, sizeof(trailer),
			   w->end + idx->len) ||
	    fchmod(w->fd, mode_in(w->dir)))
		return dv_packwriter_write_failed(w, err);
	return 0;
}

/* The pack first: an index without its pack would be a lie. */
static int rename_both(struct dv_packwriter *w, const char *idx_tmp,
		       const struct dv_digest *id, struct dv_err *err)
{
	char hex[DV_DIGEST_TEXT];
	char *base, *pack, *idx;
	int rc = 0;

	base = dv_asprintf("%s/%s", w->dir, dv_digest_hex(hex, id));
	pack = dv_asprintf("%s.pack", base);
	idx = dv_asprintf("%s.idx", base);
	if (w->keeps)
		rc = dv_packkeep_add(w->keeps, base, err);
	if (!rc && rename(w->tmp, pack))
		rc = dv_err_sys(err, "cannot make '%s'", pack);
	if (!rc && rename(idx_tmp, idx))
		rc = dv_err_sys(err, "cannot make '%s'", idx);
	if (!rc) {
		dv_tmpfile_forget(w->tmp);
		dv_tmpfile_forget(idx_tmp);
		free(w->tmp);
		w->tmp = NULL;
	}
	free(base);
	free(pack);
	free(idx);
	return rc;
}

int dv_packwriter_publish(struct dv_packwriter *w, struct dv_digest *id,
			  struct dv_err *err)
{
	struct dv_buf idx = DV_BUF_INIT;
	char *idx_tmp = NULL;
	struct dv_digest name;
	int rc;

	rc = dv_packwriter_flush(w, err);
	if (rc < 0 || w->fd < 0)
		return rc;
	dv_packidx_builder_encode(&w->idx, w->kind, w->end, &idx);
	dv_packidx_builder_release(&w->idx);
	dv_digest_of(&name, w->algo, idx.data, idx.len);

	rc = write_tail(w, &idx, err);
	if (!rc)
		rc = write_idx(w, &idx, &idx_tmp, err);
	if (!rc && !w->passing)
		rc = dv_fsync(w->fd, w->tmp, err);
	if (!rc)
		rc = rename_both(w, idx_tmp, &name, err);
	if (rc < 0) {
		dv_tmpfile_remove(idx_tmp);
		dv_packwriter_fail(w, err);
	} else if (!w->passing) {
		rc = dv_fsync_dir(AT_FDCWD, w->dir, err);
	}
	dv_packwriter_reset(w);
	free(idx_tmp);
	dv_buf_release(&idx);
	if (rc < 0)
		return rc;
	*id = name;
	return 1;
}
