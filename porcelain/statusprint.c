/* SPDX-License-Identifier: MIT */
#include "porcelain/status.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "format/value.h"
#include "plumbing/common/command.h"
#include "porcelain/human.h"
#include "porcelain/jsonout.h"

#define SHOWN 200		/* paths of one dataset listed for people */

void dv_status_release(struct dv_status *s)
{
	for (size_t i = 0; i < s->changes; i++)
		free(s->change[i].path);
	free(s->change);
	free(s->dataset);
}

const char *dv_status_word(enum dv_change what)
{
	switch (what) {
	case DV_CHANGE_NEW:
		return "new";
	case DV_CHANGE_MODIFIED:
		return "modified";
	case DV_CHANGE_MISSING:
		return "missing";
	case DV_CHANGE_MODE:
		return "mode";
	case DV_CHANGE_TYPE:
		return "type";
	}
	return "modified";
}

void dv_status_path(const struct dv_status *s,
		    const struct dv_status_change *c, struct dv_buf *out)
{
	dv_buf_reset(out);
	dv_buf_str(out, s->dataset);
	if (c->n == 1 && *c->path == '.')
		return;
	dv_buf_char(out, '/');
	dv_buf_add(out, c->path, c->n);
}

/* --- for people -------------------------------------------------------------- */

static void print_path(const char *path, const char *prefix)
{
	char *shown = dv_path_relative(path, prefix);

	dv_out_path(shown, strlen(shown), '\n');
	free(shown);
}

/* A section's title comes with the first line in it. */
static void title(bool *begun, const char *text)
{
	if (!*begun)
		dv_out("%s", text);
	*begun = true;
}

static void print_name(const char *word, const struct dv_status *s,
		       const char *prefix)
{
	dv_out("\t%s", word);
	print_path(s->dataset, prefix);
}

static void print_dataset(const char *word, const struct dv_status *s,
			  const char *prefix, bool totals)
{
	char files[DV_HUMAN_MAX], size[DV_HUMAN_MAX];

	print_name(word, s, prefix);
	if (totals)
		dv_out(" (%s, %s)", dv_human_count(files, s->files, "file",
						   "files"),
		       dv_human_size(size, s->size));
	dv_out_char('\n');
}

static void print_staged(const struct dv_status *v, size_t n,
			 const char *prefix)
{
	bool begun = false;

	for (size_t i = 0; i < n; i++) {
		if (!v[i].staged)
			continue;
		title(&begun, "Staged, to be recorded as versions:\n"
		      "  (use \"dv commit -m <message>\" to record them)\n");
		print_dataset(v[i].first ? "new dataset: " : "changed:     ",
			      &v[i], prefix, true);
	}
	if (begun)
		dv_out_char('\n');
}

/*
 * Where git moved the pointer, an add would take back what others changed:
 * it is offered for what an add that was cut off left alone.
 */
static void print_behind(const struct dv_status *v, size_t n,
			 const char *prefix)
{
	for (int unrecorded = 0; unrecorded < 2; unrecorded++) {
		bool begun = false;

		for (size_t i = 0; i < n; i++) {
			if (!v[i].behind || v[i].unrecorded != unrecorded)
				continue;
			title(&begun, unrecorded ?
			      "Pointers that name other data than is here:\n"
			      "  (use \"dv checkout\" to bring it, or \"dv "
			      "add <dataset>\" to keep what is here, which "
			      "is in no version)\n" :
			      "Pointers that name other data than is here:\n"
			      "  (use \"dv checkout\" to bring it)\n");
			print_dataset("behind:      ", &v[i], prefix, true);
		}
		if (begun)
			dv_out_char('\n');
	}
}

/* All datasets together: the store has what is not here, or it has not. */
static void print_absent(const struct dv_status *v, size_t n,
			 const char *prefix)
{
	char files[DV_HUMAN_MAX], size[DV_HUMAN_MAX];

	for (int held = 0; held < 2; held++) {
		bool begun = false;

		for (size_t i = 0; i < n; i++) {
			const struct dv_absent *a = &v[i].absent;

			if (!a->files || a->in_store != held)
				continue;
			title(&begun, held ? "Files that are not here:\n"
			      "  (use \"dv checkout <dataset>\" to bring "
			      "them)\n" : "Files that are not here:\n"
			      "  (use \"dv pull <dataset>\" to bring "
			      "them)\n");
			print_name("not here:    ", &v[i], prefix);
			dv_out(" (%s, %s)\n",
			       dv_human_count(files, a->files, "file",
					      "files"),
			       dv_human_size(size, a->size));
		}
		if (begun)
			dv_out_char('\n');
	}
}

static void print_unheld(const struct dv_status *v, size_t n,
			 const char *prefix)
{
	for (int indexed = 0; indexed < 2; indexed++) {
		bool begun = false;

		for (size_t i = 0; i < n; i++) {
			if (!v[i].unheld || v[i].indexed != indexed)
				continue;
			title(&begun, indexed ?
			      "Pointers to data that this store does not "
			      "have, and other data is here:\n"
			      "  (use \"dv pull\" to bring it)\n" :
			      "Pointers to data that this store does not "
			      "have:\n"
			      "  (use \"dv pull\" to bring it; or put the "
			      "files here, and \"dv add <dataset>\" takes "
			      "them in)\n");
			print_dataset("elsewhere:   ", &v[i], prefix, true);
		}
		if (begun)
			dv_out_char('\n');
	}
}

static void print_gone(const struct dv_status *v, size_t n,
		       const char *prefix)
{
	bool begun = false;

	for (size_t i = 0; i < n; i++) {
		if (!v[i].gone)
			continue;
		title(&begun, "Datasets whose pointer is gone:\n"
		      "  (use \"dv checkout\" to remove their files, or "
		      "\"dv add <dataset>\" to go on with them)\n");
		print_dataset("no pointer:  ", &v[i], prefix, false);
	}
	if (begun)
		dv_out_char('\n');
}

static void print_paths(const struct dv_status *s, const char *prefix)
{
	static const char *const label[] = {
		['A'] = "new:         ", ['M'] = "modified:    ",
		['D'] = "missing:     ", ['X'] = "mode:        ",
		['T'] = "type:        "
	};
	struct dv_buf path = DV_BUF_INIT;

	for (size_t i = 0; i < s->changes && i < SHOWN; i++) {
		dv_status_path(s, &s->change[i], &path);
		dv_out("\t%s", label[s->change[i].what]);
		print_path(dv_buf_cstr(&path), prefix);
		dv_out_char('\n');
	}
	if (s->changes > SHOWN)
		dv_out("\t... and %zu more in %s (\"dv status --porcelain\" "
		       "lists them)\n", s->changes - SHOWN, s->dataset);
	dv_buf_release(&path);
}

/* Nothing of it is here: one line says it. */
static void print_missing(const struct dv_status *s, const char *prefix)
{
	char files[DV_HUMAN_MAX];

	dv_out("\tmissing:     ");
	print_path(s->dataset, prefix);
	dv_out(" (all of it, %s)\n",
	       dv_human_count(files, s->changes, "path", "paths"));
}

static void print_changes(const struct dv_status *v, size_t n,
			  const char *prefix)
{
	bool begun = false;

	for (size_t i = 0; i < n; i++) {
		if (!v[i].changes || (v[i].gone && v[i].missing))
			continue;
		title(&begun, "Changes that are not added:\n"
		      "  (use \"dv add <path>...\" to add them, or "
		      "\"dv checkout -f <dataset>\" to undo them)\n");
		if (v[i].missing && v[i].changes > 1)
			print_missing(&v[i], prefix);
		else
			print_paths(&v[i], prefix);
	}
	if (begun)
		dv_out_char('\n');
}

void dv_status_print(const struct dv_status *v, size_t n, const char *prefix,
		     bool whole)
{
	bool any = !whole, staged = false;
	char count[DV_HUMAN_MAX];

	print_staged(v, n, prefix);
	print_behind(v, n, prefix);
	print_absent(v, n, prefix);
	print_unheld(v, n, prefix);
	print_gone(v, n, prefix);
	print_changes(v, n, prefix);
	for (size_t i = 0; i < n; i++) {
		staged |= v[i].staged;
		any |= v[i].staged || v[i].behind || v[i].absent.files ||
		       v[i].unheld || v[i].gone || v[i].changes;
	}
	if (!n && whole)
		dv_out("no datasets yet (use \"dv add <path>\" to make one)\n");
	else if (!any)
		dv_out("nothing to commit, data as recorded (%s)\n",
		       dv_human_count(count, n, "dataset", "datasets"));
	else if (!staged)
		dv_out("nothing is staged\n");
}

/* --- for scripts ------------------------------------------------------------- */

static void print_state(bool is, const char *word, const struct dv_status *s,
			char eol)
{
	if (!is)
		return;
	dv_out("%s ", word);
	dv_out_path(s->dataset, strlen(s->dataset), eol);
	dv_out_char(eol);
}

void dv_status_print_records(const struct dv_status *s, char eol)
{
	struct dv_buf path = DV_BUF_INIT;

	print_state(s->staged, "staged", s, eol);
	print_state(s->behind, "behind", s, eol);
	print_state(s->absent.files, "absent", s, eol);
	print_state(s->unheld, "unheld", s, eol);
	print_state(s->gone, "gone", s, eol);
	for (size_t i = 0; i < s->changes; i++) {
		dv_status_path(s, &s->change[i], &path);
		dv_out("%s ", dv_status_word(s->change[i].what));
		dv_out_path(path.data, path.len, eol);
		dv_out_char(eol);
	}
	dv_buf_release(&path);
}

void dv_status_json(const struct dv_status *s, struct dv_value *map)
{
	struct dv_buf path = DV_BUF_INIT;
	struct dv_value *list;

	*map = dv_value_map();
	dv_jsonout_str(map, "dataset", s->dataset);
	dv_jsonout_id(map, "pointer", &s->pointer);
	dv_jsonout_id(map, "index", &s->index);
	dv_jsonout_bool(map, "staged", s->staged);
	dv_jsonout_bool(map, "behind", s->behind);
	dv_jsonout_bool(map, "absent", s->absent.files);
	dv_jsonout_uint(map, "absent_files", s->absent.files);
	dv_jsonout_uint(map, "absent_size", s->absent.size);
	dv_jsonout_bool(map, "unheld", s->unheld);
	dv_jsonout_bool(map, "gone", s->gone);
	list = dv_jsonout_array(map, "changes");
	for (size_t i = 0; i < s->changes; i++) {
		struct dv_value *one = dv_value_push(list);

		*one = dv_value_map();
		dv_status_path(s, &s->change[i], &path);
		dv_jsonout_text(one, "path", path.data, path.len);
		dv_jsonout_str(one, "change",
			       dv_status_word(s->change[i].what));
	}
	dv_buf_release(&path);
}
