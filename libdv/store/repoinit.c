/* SPDX-License-Identifier: MIT */
#include "store/repo.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "store/repofile.h"
#include "store/reponame.h"

struct init {
	struct dv_git *git;
	int workfd;		/* -1: bare */
	char *store_dir;
	struct dv_dvconfig config;
	enum dv_algo algo;
	char *name_space;	/* to be written; NULL: is there */
	bool write_algo;
};

/* The format of what path points to, where it is a pointer: 1, or 0. */
static int algo_of_pointer(struct init *in, const char *path,
			   enum dv_algo *algo, struct dv_err *err)
{
	struct dv_buf text = DV_BUF_INIT;
	struct dv_pointer p;
	int rc;

	rc = dv_file_read(&text, in->workfd, path, DV_POINTER_MAX, err);
	if (rc >= 0)
		rc = dv_pointer_parse(&p, text.data, text.len, path, err);
	if (rc >= 0)
		*algo = p.manifest.algo;
	dv_buf_release(&text);
	return rc >= 0;
}

/*
 * A clone whose .dvconfig nobody committed: its pointers say what it is.
 * What cannot be read says nothing.  1 and *algo, or 0.
 */
static int guess_algo(struct init *in, enum dv_algo *algo)
{
	struct dv_strlist pointers = DV_STRLIST_INIT;
	struct dv_err ignored = DV_ERR_INIT;
	int rc = 0;

	if (in->workfd >= 0 &&
	    !dv_git_tracked_pointers(in->git, &pointers, &ignored))
		for (size_t i = 0; i < pointers.n && !rc; i++)
			rc = algo_of_pointer(in, pointers.v[i], algo,
					     &ignored);
	dv_strlist_release(&pointers);
	return rc;
}

/*
 * Of .dvconfig, the store, pointers and the caller, in that order; all must
 * agree.
 */
static int choose_algo(struct init *in, enum dv_algo algo, bool given,
		       struct dv_err *err)
{
	enum dv_algo there;
	int rc;

	rc = dv_repofile_algo(&there, &in->config, err);
	in->write_algo = !rc;
	if (!rc)
		rc = dv_repofile_store(&there, in->store_dir, err);
	if (!rc)
		rc = guess_algo(in, &there);
	if (rc < 0)
		return rc;
	in->algo = rc ? there : algo;
	if (given && in->algo != algo)
		return dv_err_set(err, DV_E_EXISTS,
				  "this repository has the object format %s "
				  "already, and there is no conversion",
				  dv_algo_name(in->algo));
	return 0;
}

static int choose_name(struct init *in, const char *name_space,
		       struct dv_err *err)
{
	const char *there = dv_dvconfig_get(&in->config, "dv.namespace");

	if (there && name_space && strcmp(there, name_space)) {
		dv_err_set(err, DV_E_EXISTS,
			   "the namespace is '%s' already", there);
		return dv_err_hint(err, "git config --file .dvconfig "
					"dv.namespace '%s'",
				   name_space);
	}
	if (there)
		return dv_repo_name_check(there, err);
	if (!name_space)
		return dv_repo_name_default(in->git, &in->name_space, err);
	in->name_space = dv_strdup(name_space);
	return dv_repo_name_check(name_space, err);
}

/* What is in .dvconfig stays as it is; ours goes behind it. */
static int write_config(struct init *in, bool *fresh, struct dv_err *err)
{
	struct dv_buf text = DV_BUF_INIT;
	int rc;

	if (in->workfd < 0 || (!in->write_algo && !in->name_space))
		return 0;
	rc = dv_file_read(&text, in->workfd, ".dvconfig", DV_DVCONFIG_MAX, err);
	if (rc == -DV_E_MISSING)
		rc = 0;
	if (rc < 0)
		goto out;
	if (text.len && text.data[text.len - 1] != '\n')
		dv_buf_char(&text, '\n');
	dv_buf_str(&text, "[dv]\n");
	if (in->write_algo)
		dv_dvconfig_format(&text, "objectFormat",
				   dv_algo_name(in->algo));
	if (in->name_space)
		dv_dvconfig_format(&text, "namespace", in->name_space);
	rc = dv_file_write(in->workfd, ".dvconfig", text.data, text.len, 0666,
			   err);
	if (!rc)
		*fresh = true;
out:
	dv_buf_release(&text);
	return rc;
}

static int run(struct init *in, enum dv_algo algo, bool given,
	       const char *name_space, bool *fresh, struct dv_err *err)
{
	const char *dir = dv_git_workdir(in->git);
	int rc;

	if (dir) {
		in->workfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (in->workfd < 0)
			return dv_err_sys(err, "work tree '%s'", dir);
	}
	rc = dv_repo_config(&in->config, in->git, in->workfd, err);
	if (rc < 0)
		return rc;
	if ((rc = choose_algo(in, algo, given, err)) < 0 ||
	    (rc = choose_name(in, name_space, err)) < 0)
		return rc;

	rc = dv_repofile_make_store(in->store_dir, in->algo, err);
	if (rc < 0)
		return rc;
	*fresh = rc;
	return write_config(in, fresh, err);
}

int dv_repo_init(enum dv_algo algo, bool algo_given, const char *name_space,
		 bool *fresh, struct dv_err *err)
{
	struct init in = { NULL, -1, NULL, DV_DVCONFIG_INIT, 0, NULL, false };
	bool is_new = false;
	int rc;

	rc = dv_git_open(&in.git, err);
	if (rc < 0)
		return rc;
	in.store_dir = dv_asprintf("%s/dv", dv_git_commondir(in.git));
	rc = run(&in, algo, algo_given, name_space, &is_new, err);
	if (!rc)
		*fresh = is_new;

	dv_dvconfig_release(&in.config);
	if (in.workfd >= 0)
		close(in.workfd);
	free(in.store_dir);
	free(in.name_space);
	dv_git_close(in.git);
	return rc;
}
