/* SPDX-License-Identifier: MIT */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

int dv_map_open(struct dv_map *map, int dirfd, const char *path,
		struct dv_err *err)
{
	struct stat st;
	void *p = NULL;
	int fd, rc = 0;

	fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY |
		    O_NONBLOCK);
	if (fd < 0)
		return dv_err_sys(err, "cannot open '%s'", path);
	if (fstat(fd, &st)) {
		rc = dv_err_sys(err, "cannot stat '%s'", path);
		goto out;
	}
	if (!S_ISREG(st.st_mode)) {
		rc = dv_err_set(err, DV_E_INVALID,
				"'%s' is not a regular file", path);
		goto out;
	}
	if ((uintmax_t)st.st_size > SIZE_MAX) {
		rc = dv_err_set(err, DV_E_LIMIT, "'%s' does not fit into "
				"the address space", path);
		goto out;
	}
	if (st.st_size > 0) {
		p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE,
			 fd, 0);
		if (p == MAP_FAILED) {
			rc = dv_err_sys(err, "cannot map '%s'", path);
			goto out;
		}
	}
	map->data = p;
	map->len = (size_t)st.st_size;
out:
	close(fd);
	return rc;
}

void dv_map_release(struct dv_map *map)
{
	if (map->data)
		munmap((void *)(uintptr_t)map->data, map->len);
	*map = (struct dv_map)DV_MAP_INIT;
}
