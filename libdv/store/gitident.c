/* SPDX-License-Identifier: MIT */
#include "store/gitlib.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"

static bool is_crud(char c)
{
	return (c > 0 && c <= ' ') || (c && strchr(".,:;<>\"\\'", c));
}

/* As git writes it: no '<', '>' or newline, no punctuation around it. */
static void tidy_name(char *s)
{
	char *from = s, *to = s;

	while (is_crud(*from))
		from++;
	for (; *from; from++)
		if (!strchr("<>\n", *from))
			*to++ = *from;
	while (to > s && is_crud(to[-1]))
		to--;
	*to = '\0';
}

static int find_part(struct dv_git *g, const char *env, const char *own,
		     const char *user, const char *last, char **out,
		     struct dv_err *err)
{
	const char *value = getenv(env);
	int rc = 0;

	if (value && *value)
		*out = dv_strdup(value);
	else if (!(rc = dv_git_config_str(g, own, out, err)))
		rc = dv_git_config_str(g, user, out, err);
	if (rc < 0)
		return rc;
	if (!*out && last && (value = getenv(last)))
		*out = dv_strdup(value);
	if (*out)
		tidy_name(*out);
	if (*out && **out)
		return 0;
	dv_err_set(err, DV_E_MISSING, "who records the version is not known: "
				      "no '%s'",
		   user);
	return dv_err_hint(err, "git config --global user.name 'Your "
				"Name'\ngit config --global user.email "
				"you@example.com");
}

/* "<seconds> <zone>", as git's own programs set it; "@" may be before. */
static bool parse_date(const char *s, int64_t *time, int *tz)
{
	char *end, *zone;
	long long t;
	long hhmm;

	s += *s == '@';
	if (*s < '0' || *s > '9')
		return false;
	t = strtoll(s, &end, 10);
	if (*end != ' ' || (end[1] != '+' && end[1] != '-') ||
	    strlen(end + 1) != 5 || strspn(end + 2, "0123456789") != 4)
		return false;
	hhmm = strtol(end + 1, &zone, 10);
	*time = t;
	*tz = (int)(hhmm / 100 * 60 + hhmm % 100);
	return !*zone;
}

/* Any other form is git's to read: the end of `git var`'s answer. */
static int ask_date(struct dv_git *g, const char *date, int64_t *time,
		    int *tz, struct dv_err *err)
{
	static const char *const argv[] = {
		"git", "var", "GIT_COMMITTER_IDENT", NULL
	};
	struct dv_buf said = DV_BUF_INIT;
	const char *gt;
	int rc;

	rc = dv_git_run(g, argv, NULL, NULL, 0, &said, err);
	if (!rc && said.len && said.data[said.len - 1] == '\n')
		dv_buf_setlen(&said, said.len - 1);
	gt = rc ? NULL : strrchr(dv_buf_cstr(&said), '>');
	if (rc >= 0 && (!gt || gt[1] != ' ' || !parse_date(gt + 2, time, tz)))
		rc = dv_err_set(err, DV_E_INVALID,
				"GIT_COMMITTER_DATE is '%s', which is no date",
				date);
	dv_buf_release(&said);
	return rc;
}

static int find_date(struct dv_git *g, int64_t *out, int *tz,
		     struct dv_err *err)
{
	const char *date = getenv("GIT_COMMITTER_DATE");
	time_t now = time(NULL);
	struct tm tm;

	if (date && *date) {
		if (parse_date(date, out, tz))
			return 0;
		return ask_date(g, date, out, tz, err);
	}
	localtime_r(&now, &tm);
	*out = now;
	*tz = (int)(tm.tm_gmtoff / 60);
	return 0;
}

int dv_git_ident(struct dv_git *g, char **ident, int64_t *time, int *tz,
		 struct dv_err *err)
{
	char *name = NULL, *email = NULL;
	int rc;

	rc = find_part(g, "GIT_COMMITTER_NAME", "committer.name", "user.name",
		       NULL, &name, err);
	if (!rc)
		rc = find_part(g, "GIT_COMMITTER_EMAIL", "committer.email",
			       "user.email", "EMAIL", &email, err);
	if (!rc)
		rc = find_date(g, time, tz, err);
	if (!rc)
		*ident = dv_asprintf("%s <%s>", name, email);
	free(name);
	free(email);
	return rc;
}
