/* SPDX-License-Identifier: MIT */
#include "store/gitlib.h"

#include <string.h>

#include "format/pointer.h"

int dv_git_odb(struct dv_git *g, git_odb **out, struct dv_err *err)
{
	int rc;

	if (!g->odb) {
		rc = git_repository_odb(&g->odb, g->repo);
		if (rc < 0)
			return dv_git_fail(err, rc, "cannot open git's objects");
	}
	*out = g->odb;
	return 0;
}

/* Is it remote.<name>.promisor, and true? */
static bool is_promisor(const git_config_entry *entry)
{
	const char *dot = strrchr(entry->name, '.');
	int yes;

	if (strncmp(entry->name, "remote.", 7) || strcmp(dot, ".promisor"))
		return false;
	return !entry->value ||
	       (!git_config_parse_bool(&yes, entry->value) && yes);
}

/* Does a remote promise what is missing here? */
static bool is_partial(struct dv_git *g)
{
	git_config *config = NULL;
	git_config_iterator *it;
	git_config_entry *entry;
	struct dv_err ignored;
	bool found = false;

	if (dv_git_config(g, &config, &ignored) < 0 ||
	    git_config_iterator_new(&it, config) < 0)
		return false;
	while (!found && !git_config_next(&entry, it))
		found = is_promisor(entry);
	git_config_iterator_free(it);
	return found;
}

/*
 * In a partial clone what is missing is at the promisor remote; git gets
 * it when it is asked whether it is there.  True where it has come.
 */
static bool fetch_missing(struct dv_git *g, int rc, const git_oid *id)
{
	char hex[DV_GIT_HEX];
	const char *const argv[] = { "git", "cat-file", "-e", hex, NULL };
	struct dv_err ignored;
	git_odb *odb = NULL;

	if (rc != GIT_ENOTFOUND || !is_partial(g))
		return false;
	dv_git_hex(hex, id);
	return !dv_git_run(g, argv, NULL, NULL, 0, NULL, &ignored) &&
	       !dv_git_odb(g, &odb, &ignored) && !git_odb_refresh(odb);
}

static int fail_object(struct dv_err *err, int rc, const char *what,
		       const git_oid *id)
{
	char hex[DV_GIT_HEX];

	dv_git_hex(hex, id);
	return dv_git_fail(err, rc, "cannot read git's %s '%s'", what, hex);
}

int dv_git_object(struct dv_git *g, const git_oid *id, git_object_t type,
		  size_t max, git_odb_object **out, struct dv_err *err)
{
	const char *name = git_object_type2string(type);
	git_object_t found;
	git_odb *odb = NULL;
	size_t size;
	int rc;

	rc = dv_git_odb(g, &odb, err);
	if (rc < 0)
		return rc;
	rc = git_odb_read_header(&size, &found, odb, id);
	if (rc < 0 && fetch_missing(g, rc, id))
		rc = git_odb_read_header(&size, &found, odb, id);
	if (rc < 0)
		return fail_object(err, rc, name, id);

	if (found != type)
		return dv_err_set(err, DV_E_FORMAT,
				  "git's object '%s' is a %s, and a %s is "
				  "needed",
				  git_oid_tostr_s(id),
				  git_object_type2string(found), name);
	if (size > max)
		return dv_err_set(err, DV_E_LIMIT,
				  "git's %s '%s' is longer than %zu bytes",
				  name, git_oid_tostr_s(id), max);
	rc = git_odb_read(out, odb, id);
	return rc < 0 ? fail_object(err, rc, name, id) : 0;
}

int dv_git_commit(struct dv_git *g, const git_oid *id, git_commit **out,
		  struct dv_err *err)
{
	int rc = git_commit_lookup(out, g->repo, id);

	if (rc < 0 && fetch_missing(g, rc, id))
		rc = git_commit_lookup(out, g->repo, id);
	return rc < 0 ? fail_object(err, rc, "commit", id) : 0;
}

int dv_git_tree(struct dv_git *g, const git_oid *id, git_tree **out,
		struct dv_err *err)
{
	int rc = git_tree_lookup(out, g->repo, id);

	if (rc < 0 && fetch_missing(g, rc, id))
		rc = git_tree_lookup(out, g->repo, id);
	return rc < 0 ? fail_object(err, rc, "tree", id) : 0;
}

bool dv_git_is_pointer_name(const char *path)
{
	size_t n = strlen(path);

	return n > 3 && !strcmp(path + n - 3, ".dv") && path[n - 4] != '/';
}

int dv_git_is_pointer(struct dv_git *g, const char *name, git_filemode_t mode,
		      const git_oid *id, struct dv_err *err)
{
	git_odb_object *blob;
	int rc;

	if (!dv_git_is_pointer_name(name) ||
	    (mode != GIT_FILEMODE_BLOB && mode != GIT_FILEMODE_BLOB_EXECUTABLE))
		return 0;
	rc = dv_git_object(g, id, GIT_OBJECT_BLOB, DV_POINTER_MAX, &blob, err);
	if (rc < 0)
		return rc == -DV_E_LIMIT ? 0 : rc;
	rc = dv_pointer_is(git_odb_object_data(blob),
			   git_odb_object_size(blob));
	git_odb_object_free(blob);
	return rc;
}

/* --- tag objects -------------------------------------------------------- */

static int write_object(struct dv_git *g, git_object_t type, const void *buf,
			size_t n, char hex[DV_GIT_HEX], struct dv_err *err)
{
	git_odb *odb = NULL;
	git_oid id;
	int rc;

	rc = dv_git_odb(g, &odb, err);
	if (rc < 0)
		return rc;
	rc = git_odb_write(&id, odb, buf, n, type);
	if (rc < 0)
		return dv_git_fail(err, rc, "cannot write a %s into git's "
					    "objects",
				   git_object_type2string(type));
	dv_git_hex(hex, &id);
	return 0;
}

int dv_git_tag_write(struct dv_git *g, const void *buf, size_t n,
		     char hex[DV_GIT_HEX], struct dv_err *err)
{
	return write_object(g, GIT_OBJECT_TAG, buf, n, hex, err);
}

int dv_git_blob_write(struct dv_git *g, const void *buf, size_t n,
		      char hex[DV_GIT_HEX], struct dv_err *err)
{
	return write_object(g, GIT_OBJECT_BLOB, buf, n, hex, err);
}

static int read_object(struct dv_git *g, git_object_t type, const char *hex,
		       struct dv_buf *out, size_t max, struct dv_err *err)
{
	git_odb_object *obj;
	git_oid id;
	int rc;

	rc = dv_git_oid(&id, hex, err);
	if (!rc)
		rc = dv_git_object(g, &id, type, max, &obj, err);
	if (rc < 0)
		return rc;
	dv_buf_add(out, git_odb_object_data(obj), git_odb_object_size(obj));
	git_odb_object_free(obj);
	return 0;
}

int dv_git_tag_read(struct dv_git *g, const char *hex, struct dv_buf *out,
		    size_t max, struct dv_err *err)
{
	return read_object(g, GIT_OBJECT_TAG, hex, out, max, err);
}

int dv_git_blob_read(struct dv_git *g, const char *hex, struct dv_buf *out,
		     size_t max, struct dv_err *err)
{
	return read_object(g, GIT_OBJECT_BLOB, hex, out, max, err);
}
