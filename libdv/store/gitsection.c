/* SPDX-License-Identifier: MIT */
#include "store/gitlib.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"

/* The "origin" of "section.origin.name", or NULL for another key. */
static char *subsection(const char *key, const char *section,
			const char *name)
{
	size_t n = strlen(section);
	const char *last = strrchr(key, '.');

	if (strncasecmp(key, section, n) || key[n] != '.' ||
	    last <= key + n || strcasecmp(last + 1, name) != 0)
		return NULL;
	return dv_strndup(key + n + 1, (size_t)(last - key - n - 1));
}

int dv_git_config_subsections(struct dv_git *g, const char *section,
			      const char *name, struct dv_strlist *out,
			      struct dv_err *err)
{
	git_config_iterator *it;
	git_config_entry *entry;
	git_config *config;
	int rc;

	rc = dv_git_config(g, &config, err);
	if (rc < 0)
		return rc;
	rc = git_config_iterator_new(&it, config);
	if (rc < 0)
		return dv_git_fail(err, rc, "git configuration");
	while (!(rc = git_config_next(&entry, it))) {
		char *sub = subsection(entry->name, section, name);

		if (sub)
			dv_strlist_take(out, sub);
	}
	git_config_iterator_free(it);
	if (rc != GIT_ITEROVER)
		return dv_git_fail(err, rc, "git configuration");
	git_error_clear();
	dv_strlist_uniq(out);
	return 0;
}
