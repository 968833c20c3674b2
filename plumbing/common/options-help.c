/* SPDX-License-Identifier: MIT */
#include "plumbing/common/options-help.h"

/* Where the explanation of an option begins, as in git. */
#define HELP_COLUMN 26

/* A synopsis of several lines goes on under its first word. */
static void add_synopsis(struct dv_buf *out, const char *prefix,
			 const char *line)
{
	dv_buf_str(out, prefix);
	for (; *line; line++) {
		dv_buf_char(out, *line);
		if (*line == '\n')
			dv_buf_printf(out, "%*s", (int)strlen(prefix) + 4, "");
	}
	dv_buf_char(out, '\n');
}

static void add_argument(struct dv_buf *out, const struct dv_opt *o)
{
	const char *arg = o->arg ? o->arg : "<value>";

	switch (o->type) {
	case DV_OPT_T_STR:
	case DV_OPT_T_LIST:
	case DV_OPT_T_INT:
		dv_buf_printf(out, " %s", arg);
		break;
	case DV_OPT_T_OPTSTR:
		dv_buf_printf(out, o->name ? "[=%s]" : "[%s]", arg);
		break;
	default:
		break;
	}
}

static void add_option(struct dv_buf *out, const struct dv_opt *o)
{
	size_t start = out->len, width;
	const char *p;

	dv_buf_str(out, "    ");
	if (o->letter)
		dv_buf_printf(out, "-%c", o->letter);
	if (o->letter && o->name)
		dv_buf_str(out, ", ");
	if (o->name)
		dv_buf_printf(out, "--%s", o->name);
	add_argument(out, o);

	width = out->len - start;
	if (width >= HELP_COLUMN) {
		dv_buf_char(out, '\n');
		width = 0;
	}
	dv_buf_printf(out, "%*s", (int)(HELP_COLUMN - width), "");
	for (p = o->help ? o->help : ""; *p; p++) {
		dv_buf_char(out, *p);
		if (*p == '\n')
			dv_buf_printf(out, "%*s", HELP_COLUMN, "");
	}
	dv_buf_char(out, '\n');
}

void dv_opt_describe(struct dv_buf *out, const char *const *usage,
		     const struct dv_opt *spec)
{
	size_t i;

	for (i = 0; usage[i]; i++)
		add_synopsis(out, i ? "   or: " : "usage: ", usage[i]);
	if (!spec || spec->type == DV_OPT_T_END)
		return;
	dv_buf_char(out, '\n');
	for (; spec->type != DV_OPT_T_END; spec++)
		add_option(out, spec);
}
