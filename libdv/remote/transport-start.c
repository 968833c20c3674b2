/* SPDX-License-Identifier: MIT */
#include "remote/transport-parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "remote/url.h"

#define HANDSHAKE_MS (120 * 1000)
#define QUIT_MS 2000
#define INFO_MAX 100

static void put_word(struct dv_transport *t, enum dv_wire_word word,
		     const char *name, const char *value)
{
	struct dv_wire_session w = { .word = word };

	snprintf(w.name, sizeof(w.name), "%s", name);
	snprintf(w.value, sizeof(w.value), "%s", value);
	dv_wire_format_session(&t->to, &w);
}

static void put_number(struct dv_transport *t, const char *name, uint64_t v)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, v);
	if (v)
		put_word(t, DV_WIRE_SET, name, text);
}

static void put_settings(struct dv_transport *t,
			 const struct dv_transport_opts *opts)
{
	char version[8];

	snprintf(version, sizeof(version), "%d", DV_WIRE_VERSION);
	put_word(t, DV_WIRE_HELLO, "", version);
	put_word(t, DV_WIRE_SET, "name", opts->name);
	put_word(t, DV_WIRE_SET, "url", opts->url);
	if (opts->anonymous)
		put_word(t, DV_WIRE_SET, "credentials", "none");
	put_number(t, "jobs", opts->jobs);
	put_number(t, "limit-rate", opts->limit_rate);
	for (size_t i = 0; opts->set && opts->set[i]; i++) {
		const char *eq = strchrnul(opts->set[i], '=');
		char *name = dv_strndup(opts->set[i],
					(size_t)(eq - opts->set[i]));

		put_word(t, DV_WIRE_SET, name, *eq ? eq + 1 : "");
		free(name);
	}
	put_word(t, DV_WIRE_START, "", "");
}

/* --- its answer ------------------------------------------------------ */

static int yes_or_no(bool *out, const struct dv_wire_session *w,
		     struct dv_err *err)
{
	if (strcmp(w->value, "yes") && strcmp(w->value, "no"))
		return dv_err_set(err, DV_E_FORMAT, "'can %s' is neither "
				  "'yes' nor 'no'", w->name);
	*out = !strcmp(w->value, "yes");
	return 0;
}

static int number(uint64_t *out, const struct dv_wire_session *w,
		  struct dv_err *err)
{
	char *end;

	*out = strtoull(w->value, &end, 10);
	if (w->value[0] < '0' || w->value[0] > '9' || *end ||
	    *out > DV_WIRE_SIZE_MAX)
		return dv_err_set(err, DV_E_FORMAT, "'can %s' has no good "
				  "number", w->name);
	return 0;
}

/* What is not known is for a client newer than we are. */
static int take_can(struct dv_transport_caps *caps,
		    const struct dv_wire_session *w, struct dv_err *err)
{
	bool yes;
	int rc;

	if (!strcmp(w->name, "write"))
		return yes_or_no(&caps->write, w, err);
	if (!strcmp(w->name, "list"))
		return yes_or_no(&caps->list, w, err);
	if (!strcmp(w->name, "max-put"))
		return number(&caps->max_put, w, err);
	if (!strcmp(w->name, "max-create"))
		return number(&caps->max_create, w, err);
	if (strcmp(w->name, "create"))
		return 0;
	if (!strcmp(w->value, "probe")) {
		caps->create = DV_TRANSPORT_CREATE_PROBE;
		return 0;
	}
	rc = yes_or_no(&yes, w, err);
	if (rc == 0)
		caps->create = yes ? DV_TRANSPORT_CREATE_YES :
				     DV_TRANSPORT_CREATE_NO;
	return rc;
}

static int take_info(struct dv_transport_caps *caps,
		     const struct dv_wire_session *w, struct dv_err *err)
{
	if (caps->info.n == INFO_MAX)
		return dv_err_set(err, DV_E_FORMAT, "more than %d lines "
				  "'info'", INFO_MAX);
	dv_strlist_take(&caps->info, dv_asprintf("%s=%s", w->name, w->value));
	return 0;
}

static int take_hello(struct dv_transport *t, const struct dv_wire_session *w,
		      struct dv_err *err)
{
	char version[8];

	snprintf(version, sizeof(version), "%d", DV_WIRE_VERSION);
	if (w->word != DV_WIRE_HELLO)
		return dv_transport_broke(t, err);
	if (strcmp(w->value, version) != 0) {
		dv_err_set(err, DV_E_UNSUPPORTED, "'%s' speaks version '%s' "
			   "of the transport protocol, and this dv version "
			   "%s", t->program, w->value, version);
		return dv_err_hint(err, "install both from the same release");
	}
	return 0;
}

/* Returns 1 once the helper is ready. */
static int take_greeting(struct dv_transport *t, bool *hello,
			 const char *line, size_t n, struct dv_err *err)
{
	struct dv_wire_session w;
	int rc = dv_wire_parse_session(&w, line, n, err);

	if (rc < 0)
		return dv_transport_broke(t, err);
	if (w.word == DV_WIRE_REFUSED)
		return dv_err_set(err, dv_wire_class_code(w.class), "%s",
				  w.value);
	if (!*hello) {
		*hello = true;
		dv_err_set(err, DV_E_FORMAT, "'%s' is no greeting",
			   w.value);
		return take_hello(t, &w, err);
	}
	switch (w.word) {
	case DV_WIRE_CAN:
		rc = take_can(&t->caps, &w, err);
		break;
	case DV_WIRE_INFO:
		rc = take_info(&t->caps, &w, err);
		break;
	case DV_WIRE_NOTE:
		if (t->note)
			t->note(t->note_arg, w.value);
		break;
	case DV_WIRE_READY:
		return 1;
	default:
		rc = dv_err_set(err, DV_E_FORMAT, "'%.*s' is out of place",
				n > 200 ? 200 : (int)n, line);
	}
	return rc < 0 ? dv_transport_broke(t, err) : 0;
}

static int shake_hands(struct dv_transport *t, struct dv_err *err)
{
	int64_t end = dv_transport_clock() + HANDSHAKE_MS;
	bool hello = false;

	for (;;) {
		const char *line;
		int64_t left = end - dv_transport_clock();
		size_t n;
		int rc = dv_linein_next(&t->in, &line, &n, err);

		if (rc < 0)
			return dv_transport_broke(t, err);
		if (rc > 0) {
			rc = take_greeting(t, &hello, line, n, err);
			if (rc)
				return rc < 0 ? rc : 0;
			continue;
		}
		if (left <= 0)
			return dv_err_set(err, DV_E_SYS, "'%s' has not begun "
					  "to work within %d seconds",
					  t->program, HANDSHAKE_MS / 1000);
		rc = dv_transport_exchange(t, (int)left, err);
		if (rc < 0)
			return rc;
	}
}

/* --- open and close -------------------------------------------------- */

static int start(struct dv_transport *t, const struct dv_transport_opts *opts,
		 struct dv_err *err)
{
	struct dv_url url = DV_URL_INIT;
	const char *argv[2] = { NULL, NULL };
	int rc = dv_url_parse(&url, opts->url, err);

	if (rc < 0)
		return rc;
	t->program = dv_transport_program(opts->exec_path, url.scheme);
	argv[0] = t->program;
	rc = dv_proc_start(&t->child, argv, NULL, err);
	if (rc < 0) {
		if (rc == -DV_E_MISSING)
			rc = dv_transport_no_helper(url.scheme, err);
	} else {
		dv_linein_init(&t->in, t->child.out);
		put_settings(t, opts);
		rc = shake_hands(t, err);
	}
	dv_url_release(&url);
	return rc;
}

int dv_transport_open(struct dv_transport **out,
		      const struct dv_transport_opts *opts, struct dv_err *err)
{
	struct dv_transport *t = dv_calloc(1, sizeof(*t));
	int rc;

	t->child = (struct dv_child)DV_CHILD_INIT;
	t->name = dv_strdup(opts->name);
	t->tmp = opts->tmp ? dv_strdup(opts->tmp) : NULL;
	t->progress = opts->progress;
	t->note = opts->note;
	t->note_arg = opts->note_arg;
	/* What a helper does not speak of, it cannot do. */
	t->caps.max_put = t->caps.max_create = DV_WIRE_SIZE_MAX;

	rc = start(t, opts, err);
	if (rc < 0) {
		dv_transport_blame(t, err);
		dv_transport_close(t);
		return rc;
	}
	*out = t;
	return 0;
}

/* Ask an idle helper to end, so that it can clean up, and let it. */
static void ask_to_quit(struct dv_transport *t)
{
	int64_t end = dv_transport_clock() + QUIT_MS;
	struct dv_err err = DV_ERR_INIT;
	int64_t left;

	put_word(t, DV_WIRE_QUIT, "", "");
	while ((left = end - dv_transport_clock()) > 0) {
		const char *line;
		size_t n;

		/* Its last words are of no interest; its end is. */
		while (dv_linein_next(&t->in, &line, &n, &err) > 0)
			;
		if (err.code || dv_transport_exchange(t, (int)left, &err) < 0)
			return;
	}
}

void dv_transport_close(struct dv_transport *t)
{
	struct dv_err err = DV_ERR_INIT;

	if (!t)
		return;
	if (t->child.pid >= 0 && !t->broken.code && !t->n_jobs &&
	    t->last_id)
		ask_to_quit(t);
	dv_proc_stop(&t->child, QUIT_MS, &err);
	for (size_t i = 0; i < t->n_jobs; i++) {
		free(t->jobs[i].prefix);
		free(t->jobs[i].last);
	}
	free(t->jobs);
	free(t->timers);
	dv_buf_release(&t->to);
	dv_strlist_release(&t->caps.info);
	free(t->name);
	free(t->program);
	free(t->tmp);
	free(t);
}

const struct dv_transport_caps *dv_transport_caps(const struct dv_transport *t)
{
	return &t->caps;
}

const char *dv_transport_name(const struct dv_transport *t)
{
	return t->name;
}

const char *dv_transport_tmp(const struct dv_transport *t)
{
	return t->tmp;
}
