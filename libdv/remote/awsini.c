/* SPDX-License-Identifier: MIT */
#include "remote/awsini.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"

#define PROFILE "profile"

struct parse {
	struct dv_awsini *ini;
	const char *name;
	unsigned line;
	char *section;			/* NULL: before the first */
	char *setting;			/* the one above; NULL: none */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Without blanks at either end. */
static void trim(const char **s, size_t *n)
{
	while (*n && is_blank(**s)) {
		(*s)++;
		(*n)--;
	}
	while (*n && is_blank((*s)[*n - 1]))
		(*n)--;
}

static int bad_line(const struct parse *p, struct dv_err *err)
{
	return dv_err_set(err, DV_E_FORMAT, "'%s', line %u, is neither "
			  "'[section]' nor 'name = value'", p->name, p->line);
}

static int take_section(struct parse *p, const char *s, size_t n,
			struct dv_err *err)
{
	const char *end = memchr(s, ']', n);
	size_t len = strlen(PROFILE);

	if (!end)
		return bad_line(p, err);
	s++;
	n = (size_t)(end - s);
	trim(&s, &n);
	if (n > len && !memcmp(s, PROFILE, len) && is_blank(s[len])) {
		s += len;
		n -= len;
		trim(&s, &n);
	}
	free(p->section);
	free(p->setting);
	p->setting = NULL;
	p->section = dv_strndup(s, n);
	dv_strlist_add(&p->ini->sections, p->section);
	return 0;
}

static int take_setting(struct parse *p, const char *s, size_t n,
			bool indented, struct dv_err *err)
{
	const char *eq = memchr(s, '=', n);
	const char *value;
	size_t name_n, value_n;
	char *name;

	if (!eq || !p->section)
		return bad_line(p, err);
	name_n = (size_t)(eq - s);
	value = eq + 1;
	value_n = n - name_n - 1;
	trim(&s, &name_n);
	trim(&value, &value_n);
	name = indented && p->setting ?
		dv_asprintf("%s.%.*s", p->setting, (int)name_n, s) :
		dv_strndup(s, name_n);
	for (char *c = name; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	dv_strlist_take(&p->ini->settings,
			dv_asprintf("%s\n%s\n%.*s", p->section, name,
				    (int)value_n, value));
	if (indented && p->setting) {
		free(name);
		return 0;
	}
	free(p->setting);
	p->setting = name;
	return 0;
}

static int take_line(struct parse *p, const char *s, size_t n,
		     struct dv_err *err)
{
	bool indented = n && is_blank(s[0]) && s[0] != '\r';

	trim(&s, &n);
	if (!n || *s == '#' || *s == ';')
		return 0;
	if (*s == '[' && !indented)
		return take_section(p, s, n, err);
	return take_setting(p, s, n, indented, err);
}

int dv_awsini_parse(struct dv_awsini *ini, const char *text, size_t n,
		    const char *name, struct dv_err *err)
{
	struct parse p = { .ini = ini, .name = name };
	const char *end = text + n;
	int rc = 0;

	if (memchr(text, '\0', n))
		return dv_err_set(err, DV_E_FORMAT, "'%s' has a NUL in it",
				  name);
	while (rc == 0 && text < end) {
		const char *lf = memchr(text, '\n', (size_t)(end - text));
		size_t len = (size_t)((lf ? lf : end) - text);

		p.line++;
		rc = take_line(&p, text, len, err);
		text += len + 1;
	}
	free(p.section);
	free(p.setting);
	return rc;
}

int dv_awsini_read(struct dv_awsini *ini, const char *path,
		   struct dv_err *err)
{
	struct dv_buf text = DV_BUF_INIT;
	int rc = dv_file_read(&text, AT_FDCWD, path, DV_AWSINI_MAX, err);

	if (rc == -DV_E_MISSING)
		rc = 0;
	else if (rc == 0)
		rc = dv_awsini_parse(ini, dv_buf_cstr(&text), text.len, path,
				     err);
	if (text.data)
		explicit_bzero(text.data, text.len);
	dv_buf_release(&text);
	return rc;
}

void dv_awsini_release(struct dv_awsini *ini)
{
	for (size_t i = 0; i < ini->settings.n; i++)
		explicit_bzero(ini->settings.v[i],
			       strlen(ini->settings.v[i]));
	dv_strlist_release(&ini->sections);
	dv_strlist_release(&ini->settings);
}

const char *dv_awsini_get(const struct dv_awsini *ini, const char *section,
			  const char *name)
{
	size_t sn = strlen(section), nn = strlen(name);

	for (size_t i = ini->settings.n; i > 0; i--) {
		const char *s = ini->settings.v[i - 1];

		if (!strncmp(s, section, sn) && s[sn] == '\n' &&
		    !strncmp(s + sn + 1, name, nn) && s[sn + 1 + nn] == '\n')
			return s + sn + 1 + nn + 1;
	}
	return NULL;
}
