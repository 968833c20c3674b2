/* SPDX-License-Identifier: MIT */
/*
 * test-transport [-s] [-o <name>=<value>]... <url>: make the requests that
 * stdin lists, through the helper of that URL, and print the answers.
 * Fields end in TAB:
 *
 *	caps
 *	get <key> <off> <count> <file> <at>
 *	put <key> <file> <at> <count> any|absent
 *	head <key>
 *	list <prefix> <after> <limit>
 *	delete <key>
 *	create <key> <text>		settled, see remote/small.h
 *	read <key> <max>
 *	wait
 *
 * An answer has the number of its line in front, unless -s makes each
 * request wait for the one before it.  Of times, the age is printed.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "remote/small.h"
#include "remote/transport.h"

#define FIELDS 6
#define OPTIONS 20

static bool serial;

struct ask {
	unsigned line;
};

static struct ask *begin(unsigned line)
{
	struct ask *a = dv_malloc(sizeof(*a));

	a->line = line;
	return a;
}

static void number(const struct ask *a)
{
	if (!serial)
		printf("%u ", a->line);
}

static bool failed(const struct ask *a, enum dv_wire_class class,
		   const struct dv_err *err)
{
	number(a);
	if (class == DV_WIRE_OK)
		return false;
	printf("error %s %s\n", dv_wire_class_name(class), err->msg);
	return true;
}

static void on_got(void *arg, const struct dv_transport_result *r)
{
	if (!failed(arg, r->class, r->err))
		printf("got %" PRIu64 " %" PRId64 "\n", r->count, r->size);
	free(arg);
}

static void on_done(void *arg, const struct dv_transport_result *r)
{
	if (!failed(arg, r->class, r->err))
		puts("done");
	free(arg);
}

static void on_head(void *arg, const struct dv_transport_result *r)
{
	if (!failed(arg, r->class, r->err)) {
		if (r->modified < 0 || r->now < 0)
			printf("is %" PRId64 " ?\n", r->size);
		else
			printf("is %" PRId64 " %" PRId64 "\n", r->size,
			       r->now - r->modified);
	}
	free(arg);
}

static void on_item(void *arg, const char *key, int64_t size,
		    int64_t modified)
{
	number(arg);
	printf("item %s %" PRId64 "%s\n", key, size,
	       modified < 0 ? " ?" : "");
}

static void on_end(void *arg, const struct dv_transport_result *r)
{
	if (!failed(arg, r->class, r->err))
		puts(r->more ? "end more" : "end last");
	free(arg);
}

static void on_created(void *arg, enum dv_wire_class class, const void *data,
		       size_t n, const struct dv_err *err)
{
	if (class == DV_WIRE_EXISTS) {
		number(arg);
		printf("exists %.*s\n", (int)n, (const char *)data);
	} else if (!failed(arg, class, err)) {
		puts("created");
	}
	free(arg);
}

static void on_read(void *arg, enum dv_wire_class class, const void *data,
		    size_t n, const struct dv_err *err)
{
	if (!failed(arg, class, err))
		printf("read %zu %.*s\n", n, (int)n, (const char *)data);
	free(arg);
}

static void print_caps(const struct dv_transport *t)
{
	static const char *const create[] = { "no", "probe", "yes" };
	const struct dv_transport_caps *c = dv_transport_caps(t);

	printf("write=%d list=%d create=%s\n", c->write, c->list,
	       create[c->create]);
	for (size_t i = 0; i < c->info.n; i++)
		printf("info %s\n", c->info.v[i]);
}

static uint64_t num(const char *s)
{
	return strtoull(s, NULL, 10);
}

static int ask(struct dv_transport *t, char **f, unsigned line,
	       struct dv_err *err)
{
	if (!strcmp(f[0], "caps"))
		print_caps(t);
	else if (!strcmp(f[0], "get"))
		dv_transport_get(t, f[1], num(f[2]), num(f[3]), f[4],
				 num(f[5]), on_got, begin(line));
	else if (!strcmp(f[0], "put"))
		dv_transport_put(t, f[1], f[2], num(f[3]), num(f[4]),
				 !strcmp(f[5], "absent"), on_done,
				 begin(line));
	else if (!strcmp(f[0], "head"))
		dv_transport_head(t, f[1], on_head, begin(line));
	else if (!strcmp(f[0], "list"))
		dv_transport_list(t, f[1], f[2], (unsigned)num(f[3]),
				  on_item, on_end, begin(line));
	else if (!strcmp(f[0], "delete"))
		dv_transport_delete(t, f[1], on_done, begin(line));
	else if (!strcmp(f[0], "create"))
		dv_small_create(t, f[1], f[2], strlen(f[2]), 1000,
				on_created, begin(line));
	else if (!strcmp(f[0], "read"))
		dv_small_get(t, f[1], num(f[2]), on_read, begin(line));
	else if (strcmp(f[0], "wait"))
		return dv_err_set(err, DV_E_INVALID, "line %u: what is '%s'?",
				  line, f[0]);
	return dv_transport_wait(t, serial || !strcmp(f[0], "wait") ? 1 : 200,
				 err);
}

static int run(struct dv_transport *t, struct dv_err *err)
{
	unsigned line = 0;
	char *text = NULL;
	size_t cap = 0;
	ssize_t n;
	int rc = 0;

	while (rc >= 0 && (n = getline(&text, &cap, stdin)) > 0) {
		char *f[FIELDS];
		char *at = text;

		text[n - 1] = '\0';
		for (size_t i = 0; i < FIELDS; i++) {
			f[i] = text + n - 1;
			if (at)
				f[i] = strsep(&at, "\t");
		}
		rc = ask(t, f, ++line, err);
		fflush(stdout);
	}
	free(text);
	return rc < 0 ? rc : dv_transport_wait(t, 1, err);
}

static void on_note(void *arg, const char *text)
{
	(void)arg;
	fprintf(stderr, "note: %s\n", text);
}

int main(int argc, char **argv)
{
	const char *set[OPTIONS + 1] = { NULL };
	struct dv_transport_opts opts = {
		.name = "origin", .tmp = ".", .set = set, .note = on_note
	};
	struct dv_err err = DV_ERR_INIT;
	struct dv_transport *t = NULL;
	size_t n = 0;
	int rc;

	while (argc > 1 && argv[1][0] == '-') {
		if (!strcmp(argv[1], "-s")) {
			serial = true;
		} else if (!strcmp(argv[1], "-a")) {
			opts.anonymous = true;
		} else if (!strcmp(argv[1], "-o") && argc > 2 &&
			   n < OPTIONS) {
			set[n++] = argv[2];
			argc--;
			argv++;
		}
		argc--;
		argv++;
	}
	opts.url = argc > 1 ? argv[1] : "";
	rc = dv_transport_open(&t, &opts, &err);
	if (rc == 0)
		rc = run(t, &err);
	dv_transport_close(t);
	if (rc >= 0)
		return 0;
	fprintf(stderr, "fatal: %s\n", err.msg);
	if (err.hint[0])
		fprintf(stderr, "hint: %s\n", err.hint);
	return 128;
}
