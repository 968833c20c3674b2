/* SPDX-License-Identifier: MIT */
#include "remote/linein.h"

#include <string.h>
#include <unistd.h>

void dv_linein_init(struct dv_linein *l, int fd)
{
	l->fd = fd;
	l->start = l->end = 0;
}

int dv_linein_next(struct dv_linein *l, const char **line, size_t *n,
		   struct dv_err *err)
{
	char *at = l->buf + l->start;
	size_t have = l->end - l->start;
	char *lf = memchr(at, '\n', have);

	if (!lf) {
		if (have == sizeof(l->buf))
			return dv_err_set(err, DV_E_FORMAT, "a line is longer "
					  "than %zu bytes", sizeof(l->buf));
		return 0;
	}
	*line = at;
	*n = (size_t)(lf - at);
	if (memchr(at, '\0', *n))
		return dv_err_set(err, DV_E_FORMAT, "a line has a NUL in it");
	l->start += *n + 1;
	return 1;
}

int dv_linein_fill(struct dv_linein *l)
{
	ssize_t got;

	memmove(l->buf, l->buf + l->start, l->end - l->start);
	l->end -= l->start;
	l->start = 0;
	got = read(l->fd, l->buf + l->end, sizeof(l->buf) - l->end);
	if (got > 0)
		l->end += (size_t)got;
	return got > 0 ? 1 : (int)got;
}

bool dv_linein_torn(const struct dv_linein *l)
{
	return l->end > l->start;
}
