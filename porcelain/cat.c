/* SPDX-License-Identifier: MIT */
/*
 * dv cat: the bytes of files of a dataset, one after the other, on stdout.
 *
 * Small ones are checked before the first byte is written, the chunks of
 * large ones each before it is.  Of a link its target is printed, of a
 * literal value its JSON and a newline.
 */
#include "plumbing/common/command.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "porcelain/entrytext.h"
#include "porcelain/remoteview.h"
#include "porcelain/session.h"
#include "store/resolve.h"

static const char *const usage[] = {
	"dv cat <spec>...",
	"dv cat (-r | --remote=<name>) [<option>...] <spec>...",
	NULL
};

/* Where files come from, and which one it is now. */
struct cat {
	struct dv_odb *odb;
	struct dv_rget_reader *reader;	/* NULL: from odb */
	struct dv_manifest *m;
	const char *dataset, *path;
	const char *look;		/* how dv ls is to be asked; NULL: by
					   the dataset's name */
};

static int put_object(struct cat *c, const struct dv_digest *id,
		      uint64_t size, struct dv_err *err)
{
	struct dv_buf bytes = DV_BUF_INIT;
	int rc;

	if (c->reader || size >= DV_ODB_LARGE) {
		rc = dv_out_flush(err);
		if (rc < 0)
			return rc;
		return c->reader ? dv_rget_copy(c->reader, id, size,
						STDOUT_FILENO, NULL, err) :
		       dv_odb_copy(c->odb, id, STDOUT_FILENO, NULL, err);
	}
	rc = dv_odb_read(c->odb, id, &bytes, DV_ODB_LARGE, err);
	if (!rc)
		dv_out_bytes(bytes.data, bytes.len);
	dv_buf_release(&bytes);
	return rc;
}

/* A value that is an object of its own, by way of a file in memory. */
static int read_remote(struct cat *c, const struct dv_entry *e,
		       struct dv_buf *out, struct dv_err *err)
{
	int fd = memfd_create("dv-value", MFD_CLOEXEC);
	int rc;

	if (fd < 0)
		return dv_err_sys(err, "cannot make a file in memory");
	rc = dv_rget_copy(c->reader, &e->id, e->size, fd, NULL, err);
	if (rc >= 0 && lseek(fd, 0, SEEK_SET) < 0)
		rc = dv_err_sys(err, "cannot seek");
	if (rc >= 0)
		rc = dv_fd_read(out, fd, e->size, c->path, err);
	close(fd);
	return rc;
}

static int put_value(struct cat *c, const struct dv_entry *e,
		     struct dv_err *err)
{
	struct dv_buf hold = DV_BUF_INIT, text = DV_BUF_INIT;
	const uint8_t *p = e->value;
	size_t n = e->value_len;
	int rc = 0;

	if (!n) {
		rc = c->reader ? read_remote(c, e, &hold, err) :
		     dv_odb_read(c->odb, &e->id, &hold, SIZE_MAX, err);
		p = (const uint8_t *)hold.data;
		n = hold.len;
	}
	if (!rc)
		rc = dv_entrytext_json(&text, p, n, err);
	if (!rc)
		dv_out("%s\n", text.data);
	dv_buf_release(&text);
	dv_buf_release(&hold);
	return rc;
}

static int put_entry(struct cat *c, const struct dv_entry *e,
		     struct dv_err *err)
{
	switch (e->mode) {
	case DV_MODE_VALUE:
		return put_value(c, e, err);
	case DV_MODE_REF:
		return dv_err_set(err, DV_E_UNSUPPORTED, "'%s:%s' is a "
				  "reference; its bytes are elsewhere, at "
				  "the URL that dv show prints",
				  c->dataset, c->path);
	case DV_MODE_DIR:
		return dv_err_set(err, DV_E_INVALID, "'%s:%s' is an empty "
				  "directory, not a file", c->dataset,
				  c->path);
	default:
		return put_object(c, &e->id, e->size, err);
	}
}

/* Is there anything below path, then it is a directory. */
static int not_a_file(struct cat *c, struct dv_err *err)
{
	struct dv_manifest_iter *it;
	const struct dv_entry *e;
	int rc;

	rc = dv_manifest_iter_open(&it, c->m, c->path, err);
	if (rc < 0)
		return rc;
	rc = dv_manifest_iter_next(it, &e, err);
	dv_manifest_iter_close(it);
	if (rc < 0)
		return rc;

	if (rc && !*c->path)
		dv_err_set(err, DV_E_INVALID, "'%s' is a directory; say which "
			   "file of it", c->dataset);
	else if (rc)
		dv_err_set(err, DV_E_INVALID, "'%s:%s' is a directory",
			   c->dataset, c->path);
	else
		dv_err_set(err, DV_E_MISSING, "'%s' has no file '%s'",
			   c->dataset, c->path);
	return dv_err_hint(err, "dv ls %s lists what there is",
			   c->look ? c->look : c->dataset);
}

static int put_file(struct cat *c, struct dv_err *err)
{
	const char *path = *c->path ? c->path : ".";
	struct dv_buf hold = DV_BUF_INIT;
	struct dv_entry e;
	int rc;

	rc = dv_manifest_find(c->m, path, strlen(path), &e, &hold, err);
	if (rc > 0) {
		rc = put_entry(c, &e, err);
		if (rc == -DV_E_MISSING && !c->reader)
			dv_err_hint(err, "dv pull '%s' brings what is not "
				    "here", c->dataset);
	} else if (!rc) {
		rc = not_a_file(c, err);
	}
	dv_buf_release(&hold);
	return rc;
}

/* --- from here ---------------------------------------------------------- */

static int cat(struct dv_session *s, const char *arg, struct dv_err *err)
{
	struct dv_spec spec = { .dataset = NULL };
	struct cat c = { .odb = s->odb };
	int rc;

	rc = dv_spec_resolve(&spec, s->repo, s->versions, arg, err);
	if (rc < 0)
		return rc;
	c.dataset = spec.dataset;
	c.path = spec.path;
	rc = dv_session_held(s, spec.dataset, &spec.manifest, err);
	if (!rc)
		rc = dv_manifest_open(&c.m, &spec.manifest, dv_odb_read,
				      s->odb, err);
	if (!rc)
		rc = put_file(&c, err);
	dv_manifest_close(c.m);
	dv_spec_release(&spec);
	return rc;
}

static int cat_here(int argc, const char **argv, struct dv_err *err)
{
	struct dv_session s = DV_SESSION_INIT;
	int rc;

	rc = dv_session_open(&s, 0, err);
	for (int i = 0; !rc && i < argc; i++)
		rc = cat(&s, argv[i], err);
	dv_session_close(&s);
	return rc;
}

/* --- from a remote ------------------------------------------------------- */

static int cat_there(struct dv_remoteview *v, const char *arg,
		     struct dv_err *err)
{
	struct dv_remoteview_version x;
	struct cat c = { .odb = v->odb };
	char *look = NULL;
	int rc;

	rc = dv_remoteview_version(v, arg, &x, err);
	if (rc >= 0) {
		c.reader = x.list.reader;
		c.m = x.list.m;
		c.dataset = x.name;
		c.path = x.spec.path;
		c.look = look = dv_asprintf("--remote='%s' '%s@%s:'",
					    v->conn->name, x.name, x.spec.id);
		rc = put_file(&c, err);
	}
	free(look);
	dv_remoteview_version_release(&x);
	return rc;
}

static int cat_remote(struct dv_remotecmd *remote, const char *where,
		      int argc, const char **argv, struct dv_err *err)
{
	struct dv_remoteview v;
	int rc;

	rc = dv_remoteview_open(&v, remote, where, err);
	for (int i = 0; rc >= 0 && i < argc; i++)
		rc = cat_there(&v, argv[i], err);
	dv_remoteview_close(&v);
	return rc;
}

static int cmd_cat(int argc, const char **argv, const struct dv_ctx *ctx)
{
	struct dv_remotecmd remote = DV_REMOTECMD_INIT;
	const char *where = NULL;
	bool there = false;
	const struct dv_opt spec[] = {
		DV_OPT_BOOL('r', NULL, &there,
			    "from the default remote, without keeping it"),
		DV_OPT_STR(0, "remote", &where, "<name>",
			   "from that one, or from that URL"),
		DV_REMOTECMD_OPTS(&remote),
		DV_OPT_END
	};
	struct dv_err err = DV_ERR_INIT;
	int rc;

	(void)ctx;
	argc = dv_opt_parse(argc, argv, spec, usage);
	if (!argc)
		dv_usage(usage, spec, "say which file");
	rc = there || where ? cat_remote(&remote, where, argc, argv, &err) :
	     cat_here(argc, argv, &err);
	return dv_exit(rc, &err);
}

DV_MAIN("cat", cmd_cat)
