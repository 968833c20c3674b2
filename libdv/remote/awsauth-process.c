/* SPDX-License-Identifier: MIT */
#include "remote/awsauth-parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/proc.h"

/* One character within quotes, escapes undone. */
static const char *take_quoted(struct dv_buf *word, const char *s, char quote)
{
	for (; *s && *s != quote; s++) {
		if (quote == '"' && *s == '\\' && s[1] &&
		    strchr("\"\\$`", s[1]))
			s++;
		dv_buf_char(word, *s);
	}
	return *s ? s + 1 : NULL;
}

/*
 * Words as the shell would see them, of which only quotes and backslashes
 * are known here.  NULL where a quote is not closed, else behind the word.
 */
static const char *take_word(struct dv_buf *word, const char *s)
{
	while (s && *s && *s != ' ' && *s != '\t') {
		if (*s == '\'' || *s == '"') {
			s = take_quoted(word, s + 1, *s);
			continue;
		}
		if (*s == '\\' && s[1])
			s++;
		dv_buf_char(word, *s++);
	}
	return s;
}

static bool split(struct dv_strlist *out, const char *s)
{
	for (;;) {
		struct dv_buf word = DV_BUF_INIT;

		s += strspn(s, " \t");
		if (!*s)
			return true;
		dv_buf_str(&word, "");
		s = take_word(&word, s);
		if (s)
			dv_strlist_add(out, dv_buf_cstr(&word));
		dv_buf_release(&word);
		if (!s)
			return false;
	}
}

int dv_awsauth_from_process(struct dv_awsauth *a, struct dv_awscred *c,
			    struct dv_err *err)
{
	const char *command = dv_awsauth_setting(a, "credential_process");
	struct dv_strlist argv = DV_STRLIST_INIT;
	struct dv_buf out = DV_BUF_INIT;
	char *what;
	int rc;

	if (!command)
		return 0;
	what = dv_asprintf("what the credential_process of profile '%s' "
			   "prints", a->profile);
	dv_buf_init(&out, DV_AWSCRED_TEXT_MAX);
	if (!split(&argv, command) || !argv.n) {
		rc = dv_err_set(err, DV_E_INVALID, "the credential_process of "
				"profile '%s' has an open quote, or no word",
				a->profile);
		goto out;
	}
	rc = dv_proc_run((const char *const *)argv.v, NULL, NULL, NULL, 0,
			 &out, err);
	if (rc > 0)
		rc = dv_err_set(err, DV_E_SYS, "the credential_process of "
				"profile '%s' failed with exit status %d",
				a->profile, rc);
	if (rc == 0)
		rc = dv_awscred_parse_json(c, dv_buf_cstr(&out), out.len,
					   what, err);
	if (rc == 0) {
		snprintf(a->source, sizeof(a->source), "credential_process "
			 "of profile '%.100s'", a->profile);
		rc = 1;
	}
out:
	if (out.data)
		explicit_bzero(out.data, out.len);
	dv_buf_release(&out);
	dv_strlist_release(&argv);
	free(what);
	return rc;
}
