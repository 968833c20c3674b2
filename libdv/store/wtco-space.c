/* SPDX-License-Identifier: MIT */
#include "store/wtcheckout.h"

#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/path.h"

#define SHOWN 20		/* conflicts listed in one message */

int dv_wtco_refuse(struct dv_wtco *c, struct dv_err *err)
{
	struct dv_buf text = DV_BUF_INIT;
	size_t n;

	dv_strlist_uniq(&c->conflict);
	n = c->conflict.n;
	for (size_t i = 0; i < n && i < SHOWN && text.len < 2000; i++) {
		const char *path = c->conflict.v[i];
		bool self = !strcmp(path, ".");

		dv_buf_printf(&text, "%s'", i ? ", " : "");
		dv_path_quote(&text, c->shown, strlen(c->shown));
		if (!self) {
			dv_buf_char(&text, '/');
			dv_path_quote(&text, path, strlen(path));
		}
		dv_buf_char(&text, '\'');
	}
	if (n > SHOWN)
		dv_buf_printf(&text, " and %zu more", n - SHOWN);
	dv_err_set(err, DV_E_CONFLICT, "'%s': what is only in the work tree "
		   "would be lost: %s", c->shown, text.data);
	dv_buf_release(&text);
	if (!c->trust_store)
		return dv_err_hint(err, "move it away, or say --force");
	return dv_err_hint(err, "dv add '%s' keeps it, dv checkout --force "
			   "throws it away", c->shown);
}

/*
 * What cannot be made is told before anything is: a dataset is not left
 * between two states for want of an object.
 */
int dv_wtco_check_objects(struct dv_wtco *c, struct dv_err *err)
{
	struct dv_buf path = DV_BUF_INIT;
	uint64_t missing = 0;
	int rc = 0;

	for (uint32_t i = 0; i < c->new.ix.entries && rc >= 0; i++) {
		struct dv_windex_item item;
		struct dv_digest id;

		if (c->action[i] < DV_WTACT_CREATE)
			continue;
		rc = dv_windex_get(&c->new.ix, i, &item, err);
		if (rc < 0 || item.mode == DV_MODE_DIR)
			continue;
		dv_digest_set(&id, c->algo, item.id);
		rc = dv_odb_stat(c->odb, &id, NULL, err);
		if (!rc && !missing++)
			dv_windex_path(&c->new.ix, &item, &path);
	}
	if (rc >= 0 && missing)
		rc = dv_err_set(err, DV_E_MISSING, "'%s': the content of %llu "
				"of its files is not in the store, that of "
				"'%s' first", c->shown,
				(unsigned long long)missing, path.data);
	dv_buf_release(&path);
	return rc < 0 ? rc : 0;
}

/* What lies ready has its room already. */
static uint64_t room_for(struct dv_wtco *c, const struct dv_windex_item *item,
			 uint64_t block)
{
	uint64_t bytes = item->size;
	struct dv_digest id;

	if (c->ready && item->mode != DV_MODE_LINK) {
		dv_digest_set(&id, c->algo, item->id);
		if (dv_wtready_claim(c->ready, &id) >= bytes)
			return 0;
	}
	bytes += block - 1;
	return bytes - bytes % block;
}

static int count(struct dv_wtco *c, uint64_t block, uint64_t *need,
		 struct dv_err *err)
{
	uint64_t freed = 0, largest = 0;

	*need = c->kept = c->write_n = c->write_bytes = 0;
	for (uint32_t i = 0; c->new.here && i < c->new.ix.entries; i++) {
		struct dv_windex_item item;
		uint64_t bytes;

		if (c->action[i] == DV_WTACT_KEEP)
			c->kept++;
		if (c->action[i] < DV_WTACT_CREATE)
			continue;
		if (dv_windex_get(&c->new.ix, i, &item, err) < 0)
			return -err->code;
		bytes = room_for(c, &item, block);
		c->write_n++;
		c->write_bytes += item.size;
		*need += bytes;
		if (c->action[i] == DV_WTACT_REPLACE && bytes > largest)
			largest = bytes;
	}
	for (int i = 0; i < c->workers; i++)
		freed += c->worker[i].freed;
	*need = freed > *need ? 0 : *need - freed;
	*need += largest;
	return 0;
}

static int compare(struct dv_wtco *c, struct dv_err *err)
{
	struct statvfs vfs;
	uint64_t need, avail;
	int rc, fd = c->root.fd >= 0 ? c->root.fd : c->root.parent;

	if (fd < 0)
		fd = c->dirfd;
	if (fstatvfs(fd, &vfs))
		return dv_err_sys(err, "cannot ask how much room there is for "
				  "'%s'", c->shown);
	rc = count(c, vfs.f_frsize ? vfs.f_frsize : 4096, &need, err);
	if (rc < 0)
		return rc;
	avail = (uint64_t)(geteuid() ? vfs.f_bavail : vfs.f_bfree) *
		vfs.f_frsize;
	if (need > avail)
		return dv_err_set(err, DV_E_SPACE, "'%s' needs %llu MiB more, "
				  "and %llu MiB are free", c->shown,
				  (unsigned long long)(need >> 20),
				  (unsigned long long)(avail >> 20));
	if (vfs.f_files && c->write_n > vfs.f_ffree)
		return dv_err_set(err, DV_E_SPACE, "'%s' needs %llu files "
				  "more, and the file system has room for %llu",
				  c->shown, (unsigned long long)c->write_n,
				  (unsigned long long)vfs.f_ffree);
	return 0;
}

/*
 * Before the first byte; what is removed or replaced makes room, and so
 * does what lies ready, where it is in the way.
 */
int dv_wtco_check_space(struct dv_wtco *c, struct dv_err *err)
{
	int rc = compare(c, err);

	if (rc != -DV_E_SPACE || !c->ready || !dv_wtready_empty(c->ready))
		return rc;
	*err = (struct dv_err)DV_ERR_INIT;
	return compare(c, err);
}

