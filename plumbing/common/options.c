/* SPDX-License-Identifier: MIT */
#include "plumbing/common/command.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

#include "plumbing/common/message.h"
#include "plumbing/common/options-help.h"

struct parse {
	int argc, next;
	const char **argv;
	const struct dv_opt *spec;
	const char *const *usage;
};

static void print_and_exit(FILE *f, const char *const *usage,
			   const struct dv_opt *spec)
	__attribute__((noreturn));
static void misuse(const struct parse *p, const char *fmt, ...)
	__attribute__((noreturn, format(printf, 2, 3)));

static void print_and_exit(FILE *f, const char *const *usage,
			   const struct dv_opt *spec)
{
	struct dv_buf text = DV_BUF_INIT;

	dv_opt_describe(&text, usage, spec);
	fputs(dv_buf_cstr(&text), f);
	fflush(f);
	dv_buf_release(&text);
	exit(129);
}

void dv_usage(const char *const *usage, const struct dv_opt *spec,
	      const char *why)
{
	if (why)
		dv_message("error: ", why);
	print_and_exit(stderr, usage, spec);
}

static void misuse(const struct parse *p, const char *fmt, ...)
{
	struct dv_buf why = DV_BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	dv_buf_vprintf(&why, fmt, ap);
	va_end(ap);
	dv_message("error: ", dv_buf_cstr(&why));
	dv_buf_release(&why);
	print_and_exit(stderr, p->usage, p->spec);
}

static bool takes_argument(const struct dv_opt *o)
{
	return o->type == DV_OPT_T_STR || o->type == DV_OPT_T_LIST ||
	       o->type == DV_OPT_T_INT;
}

static void set_int(const struct parse *p, const struct dv_opt *o,
		    const char *text, const char *shown)
{
	const char *digits = text + (*text == '-' || *text == '+');
	char *end;
	long long v;

	errno = 0;
	v = strtoll(text, &end, 10);
	if (*digits < '0' || *digits > '9' || *end)
		misuse(p, "option '%s' takes a whole number, not '%s'",
		       shown, text);
	if (errno == ERANGE)
		misuse(p, "the value of option '%s' is out of range: '%s'",
		       shown, text);
	*(int64_t *)o->value = v;
}

/* shown is the option as the user wrote it; text is NULL for a bool. */
static void set(const struct parse *p, const struct dv_opt *o,
		const char *text, const char *shown)
{
	const char *takes = o->check && text ? o->check(text) : NULL;

	if (takes)
		misuse(p, "option '%s' takes %s, not '%s'", shown, takes, text);
	switch (o->type) {
	case DV_OPT_T_BOOL:
		*(bool *)o->value = true;
		break;
	case DV_OPT_T_STR:
		*(const char **)o->value = text;
		break;
	case DV_OPT_T_OPTSTR:
		*(const char **)o->value = text ? text : "";
		break;
	case DV_OPT_T_LIST:
		dv_strlist_add(o->value, text);
		break;
	case DV_OPT_T_INT:
		set_int(p, o, text, shown);
		break;
	case DV_OPT_T_END:
		break;
	}
}

/* --no-name takes back what was said before. */
static void unset(const struct dv_opt *o)
{
	switch (o->type) {
	case DV_OPT_T_BOOL:
		*(bool *)o->value = false;
		break;
	case DV_OPT_T_STR:
	case DV_OPT_T_OPTSTR:
		*(const char **)o->value = NULL;
		break;
	case DV_OPT_T_LIST:
		dv_strlist_release(o->value);
		break;
	case DV_OPT_T_INT:
		*(int64_t *)o->value = 0;
		break;
	case DV_OPT_T_END:
		break;
	}
}

static const struct dv_opt *find_letter(const struct parse *p, char c)
{
	const struct dv_opt *o;

	for (o = p->spec; o->type != DV_OPT_T_END; o++)
		if (o->letter && o->letter == c)
			return o;
	return NULL;
}

/* "-v", "-vx", "-vofile", "-vo file" */
static void parse_letters(struct parse *p, const char *arg)
{
	const struct dv_opt *o;

	for (arg++; *arg; arg++) {
		char shown[] = { '-', *arg, '\0' };
		const char *rest = arg[1] ? arg + 1 : NULL;

		o = find_letter(p, *arg);
		if (!o && *arg == 'h')
			print_and_exit(stdout, p->usage, p->spec);
		if (!o)
			misuse(p, "unknown option '%s'", shown);
		if (o->type == DV_OPT_T_BOOL) {
			set(p, o, NULL, shown);
			continue;
		}
		if (takes_argument(o) && !rest) {
			if (p->next >= p->argc)
				misuse(p, "option '%s' needs a value", shown);
			rest = p->argv[p->next++];
		}
		set(p, o, rest, shown);
		return;
	}
}

struct match {
	const struct dv_opt *opt;
	bool negated;
	bool exact;
	const struct dv_opt *other;	/* a second one it abbreviates */
	bool other_negated;
};

static void consider(struct match *m, const struct dv_opt *o, bool negated,
		     const char *full, const char *given, size_t n)
{
	bool exact;

	if (m->exact || strncmp(full, given, n) != 0)
		return;
	exact = full[n] == '\0';
	if (m->opt && !exact) {
		/* Two spellings of one meaning are not in doubt. */
		if (m->opt->value != o->value || m->negated != negated) {
			m->other = o;
			m->other_negated = negated;
		}
		return;
	}
	m->opt = o;
	m->negated = negated;
	m->exact = exact;
}

/* The opposite of "foo" is "no-foo", and that of "no-foo" is "foo". */
static struct match find_name(const struct parse *p, const char *given,
			      size_t n)
{
	struct match m = { 0 };
	const struct dv_opt *o;

	for (o = p->spec; o->type != DV_OPT_T_END; o++) {
		struct dv_buf opposite = DV_BUF_INIT;

		if (!o->name)
			continue;
		consider(&m, o, false, o->name, given, n);
		if (strncmp(o->name, "no-", 3) == 0)
			dv_buf_str(&opposite, o->name + 3);
		else
			dv_buf_printf(&opposite, "no-%s", o->name);
		consider(&m, o, true, dv_buf_cstr(&opposite), given, n);
		dv_buf_release(&opposite);
	}
	if (m.exact)
		m.other = NULL;
	return m;
}

static const char *no_prefix(const struct dv_opt *o, bool negated)
{
	return negated && strncmp(o->name, "no-", 3) != 0 ? "no-" : "";
}

static const char *shown_name(const struct dv_opt *o, bool negated)
{
	return negated && strncmp(o->name, "no-", 3) == 0 ?
	       o->name + 3 : o->name;
}

/* "--name", "--name=x", "--name x", "--no-name", "--na" */
static void parse_name(struct parse *p, const char *arg)
{
	const char *name = arg + 2;
	size_t n = strcspn(name, "=");
	const char *value = name[n] ? name + n + 1 : NULL;
	struct match m = find_name(p, name, n);
	struct dv_buf shown = DV_BUF_INIT;

	if (!m.exact && n == 4 && strncmp(name, "help", 4) == 0)
		print_and_exit(stdout, p->usage, p->spec);
	if (!m.opt || !n)
		misuse(p, "unknown option '%s'", arg);
	if (m.other)
		misuse(p, "option '--%.*s' could mean '--%s%s' or '--%s%s'",
		       (int)n, name,
		       no_prefix(m.opt, m.negated),
		       shown_name(m.opt, m.negated),
		       no_prefix(m.other, m.other_negated),
		       shown_name(m.other, m.other_negated));

	dv_buf_printf(&shown, "--%.*s", (int)n, name);
	if (value && (m.negated || m.opt->type == DV_OPT_T_BOOL))
		misuse(p, "option '%s' takes no value", dv_buf_cstr(&shown));
	if (m.negated) {
		unset(m.opt);
	} else {
		if (takes_argument(m.opt) && !value) {
			if (p->next >= p->argc)
				misuse(p, "option '%s' needs a value",
				       dv_buf_cstr(&shown));
			value = p->argv[p->next++];
		}
		set(p, m.opt, value, dv_buf_cstr(&shown));
	}
	dv_buf_release(&shown);
}

int dv_opt_parse_dd(int argc, const char **argv, const struct dv_opt *spec,
		    const char *const *usage, int *dashdash)
{
	struct parse p = { argc, 0, argv, spec, usage };
	int kept = 0, dd = -1;
	bool only_arguments = false;

	while (p.next < argc) {
		const char *arg = argv[p.next++];

		if (dd < 0 && strcmp(arg, "--") == 0) {
			dd = kept;
			only_arguments = true;
		} else if (only_arguments || arg[0] != '-' || !arg[1]) {
			argv[kept++] = arg;
		} else if (arg[1] != '-') {
			parse_letters(&p, arg);
		} else if (strcmp(arg, "--end-of-options") == 0) {
			only_arguments = true;
		} else {
			parse_name(&p, arg);
		}
	}
	argv[kept] = NULL;
	if (dashdash)
		*dashdash = dd;
	return kept;
}

int dv_opt_parse(int argc, const char **argv, const struct dv_opt *spec,
		 const char *const *usage)
{
	return dv_opt_parse_dd(argc, argv, spec, usage, NULL);
}
