/* SPDX-License-Identifier: MIT */
#include "store/wtcheckout.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"

/*
 * The files directly in a directory say what becomes of a new one; where
 * there are none, those below it do.
 */
static bool is_hollow(const struct dv_windex *ix, uint32_t d)
{
	struct dv_windex_cursor cursor = { 0 };
	struct dv_windex_span span;
	bool any = false;

	while (dv_windex_next_span(ix, d, UINT32_MAX, &cursor, &span)) {
		any = true;
		for (uint32_t i = span.first; i < span.end; i++)
			if (dv_windex_is_absent(ix, i))
				return true;
	}
	return !any && dv_windex_absent_below(ix, d);
}

void dv_wtco_find_hollow(struct dv_wtco *c)
{
	const struct dv_windex *ix = &c->old.ix;

	if (!c->keep_absent || !c->old.on_disk ||
	    !dv_windex_absent_below(ix, 0))
		return;
	c->hollow = dv_calloc(ix->dirs, sizeof(*c->hollow));
	for (uint32_t d = 0; d < ix->dirs; d++)
		c->hollow[d] = is_hollow(ix, d);
}

bool dv_wtco_is_hollow(const struct dv_wtco *c, const char *rel, size_t n)
{
	uint32_t d = 0;

	if (!c->hollow)
		return false;
	while (n && !dv_windex_find_dir(&c->old.ix, rel, n, &d))
		while (n && rel[--n] != '/')
			;
	return c->hollow[n ? d : 0];
}

static bool is_empty(const struct dv_wtco *c, const struct dv_windex_dir *dir)
{
	bool dropped = false;

	for (uint32_t i = dir->first; i < dir->first + dir->entries; i++) {
		if (!dv_windex_is_absent(&c->new.ix, i))
			return false;
		dropped |= c->action[i] == DV_WTACT_DROP;
	}
	return dropped;
}

void dv_wtco_remove_hollow(struct dv_wtco *c)
{
	for (uint32_t d = c->new.ix.dirs; c->drops && d-- > 0;) {
		struct dv_windex_dir dir;
		const char *base;
		int fd;

		dv_windex_get_dir(&c->new.ix, d, &dir);
		if (!is_empty(c, &dir) ||
		    dv_wtroot_holds(c->rootpath, dir.path, dir.path_len,
				    c->prefix))
			continue;
		if (!d) {
			unlinkat(c->root.parent, c->root.base, AT_REMOVEDIR);
			break;
		}
		fd = dv_path_open_parent(c->root.fd, dir.path, false, &base);
		if (fd < 0)
			continue;
		unlinkat(fd, base, AT_REMOVEDIR);
		close(fd);
	}
}
