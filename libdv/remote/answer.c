/* SPDX-License-Identifier: MIT */
#include "remote/answer.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"

void dv_answer_take(void *arg, const struct dv_transport_result *r)
{
	struct dv_answer *a = arg;

	a->done = true;
	a->class = r->class;
	a->count = r->count;
	a->size = r->size;
	a->modified = r->modified;
	a->now = r->now;
	a->more = r->more;
	if (r->err)
		a->err = *r->err;
}

int dv_answer_wait(struct dv_transport *t, const struct dv_answer *a,
		   struct dv_err *err)
{
	struct dv_err ignored = DV_ERR_INIT;

	/* A helper that broke has answered everything. */
	while (!a->done)
		dv_transport_step(t, -1, &ignored);
	if (a->class == DV_WIRE_OK)
		return 0;
	*err = a->err;
	return -err->code;
}

int dv_answer_put(struct dv_transport *t, const char *key, const void *data,
		  size_t n, bool absent, struct dv_answer *a,
		  struct dv_err *err)
{
	const char *tmp = dv_transport_tmp(t);
	struct dv_err ignored = DV_ERR_INIT;
	char *file;
	int fd, rc;

	rc = dv_tmpfile(&fd, &file, tmp ? tmp : "/tmp", err);
	if (rc < 0)
		return rc;
	if (dv_write_full(fd, data, n)) {
		rc = dv_err_sys(err, "cannot write '%s'", file);
	} else {
		*a = (struct dv_answer)DV_ANSWER_INIT;
		dv_transport_put(t, key, file, 0, n, absent, dv_answer_take,
				 a);
		dv_answer_wait(t, a, &ignored);
	}
	close(fd);
	dv_tmpfile_remove(file);
	free(file);
	return rc;
}

static void wake(void *arg)
{
	*(bool *)arg = true;
}

void dv_answer_sleep(struct dv_transport *t, unsigned ms)
{
	struct dv_err ignored = DV_ERR_INIT;
	bool done = false;

	dv_transport_after(t, ms, wake, &done);
	while (!done)
		dv_transport_step(t, -1, &ignored);
}
