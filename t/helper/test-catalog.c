/* SPDX-License-Identifier: MIT */
/*
 * test-catalog <url> <store> [<own name space>]: read and write the catalog
 * of a remote as the lines of stdin say, and print what comes of it.
 * Fields between single blanks; '-' is none.
 *
 *	format <object format>			before anything is written
 *	publish <file>				a version record
 *	versions <ns> <dataset>
 *	records <ns> <dataset> <id>...
 *	head <ns> <dataset> <tag>
 *	move <ns> <dataset> <tag> <version>	from where it was last seen
 *	race <ns> <dataset> <version> <n>	until it was moved n times
 *	heads <ns> <dataset>
 *	read-heads <ns> <dataset>
 *	resolve <name>
 *	dataset <name>
 *	locate <object format> <text of a root> <after> <pack>...
 *	location <manifest>
 *	dooms
 *	requests				how many there were since
 *
 * A pack of locate is any word; its id is the digest of that.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "remote/catalog.h"

#define FIELDS 16

struct program {
	struct dv_conn *c;
	const char *own_ns;
	char *f[FIELDS];
	int n;
	uint64_t requests;		/* when they were last told */
	struct dv_catalog_head head;	/* last seen */
};

typedef int verb_fn(struct program *p, struct dv_err *err);

/* Field i, or NULL for none. */
static const char *field(const struct program *p, int i)
{
	return i < p->n && strcmp(p->f[i], "-") ? p->f[i] : NULL;
}

/* --- versions --------------------------------------------------------------- */

static int do_format(struct program *p, struct dv_err *err)
{
	enum dv_algo algo;
	int rc = dv_algo_parse(&algo, p->f[1], err);

	if (!rc)
		rc = dv_conn_begin_write(p->c, algo, err);
	if (rc >= 0)
		printf("create %d\n", rc);
	return rc;
}

static int do_publish(struct program *p, struct dv_err *err)
{
	struct dv_buf bytes = DV_BUF_INIT;
	struct dv_record rec;
	int rc = dv_file_read(&bytes, AT_FDCWD, p->f[1], DV_RECORD_MAX, err);

	if (!rc)
		rc = dv_record_parse(&rec, bytes.data, bytes.len, err);
	dv_buf_release(&bytes);
	if (rc < 0)
		return rc;
	rc = dv_catalog_publish(p->c, &rec, err);
	dv_record_release(&rec);
	if (rc >= 0)
		printf("%s\n", rc ? "published" : "there");
	return rc;
}

static int print_version(void *arg, const char *ns, const char *dataset,
			 const char *id, int64_t published, struct dv_err *err)
{
	(void)arg;
	(void)err;
	printf("%s %s %s%s\n", ns, dataset, id, published > 0 ? "" : " ?");
	return 0;
}

static int do_versions(struct program *p, struct dv_err *err)
{
	return dv_catalog_versions(p->c, field(p, 1), field(p, 2),
				   print_version, NULL, err);
}

static int print_record(void *arg, size_t i, const struct dv_record *rec,
			const void *bytes, size_t n, struct dv_err *err)
{
	struct program *p = arg;
	char id[DV_VERSION_ID_MAX];

	(void)bytes;
	(void)err;
	if (rec)
		printf("%zu %s %zu bytes\n", i, dv_record_id(id, rec), n);
	else
		printf("%zu %s missing\n", i, p->f[3 + i]);
	return 0;
}

static int do_records(struct program *p, struct dv_err *err)
{
	struct dv_strlist ids = DV_STRLIST_INIT;
	int rc;

	for (int i = 3; i < p->n; i++)
		dv_strlist_add(&ids, p->f[i]);
	rc = dv_catalog_records(p->c, field(p, 1), field(p, 2), &ids,
				print_record, p, err);
	dv_strlist_release(&ids);
	return rc;
}

/* --- heads -------------------------------------------------------------------- */

static void print_head(const struct dv_catalog_head *h)
{
	printf("%" PRIu64 " %s\n", h->n, *h->version ? h->version : "-");
}

static int do_head(struct program *p, struct dv_err *err)
{
	int rc = dv_catalog_head(p->c, field(p, 1), field(p, 2), field(p, 3),
				 &p->head, err);

	if (rc >= 0)
		print_head(&p->head);
	return rc;
}

static int do_move(struct program *p, struct dv_err *err)
{
	const char *version = field(p, 4);
	int rc = dv_catalog_move(p->c, field(p, 1), field(p, 2), field(p, 3),
				 version ? version : "", &p->head, err);

	if (rc < 0)
		return rc;
	printf("%s ", rc ? "moved" : "lost");
	print_head(&p->head);
	return 0;
}

static int do_race(struct program *p, struct dv_err *err)
{
	int n = atoi(p->f[4]), rc;

	while (n) {
		rc = dv_catalog_move(p->c, p->f[1], p->f[2], NULL, p->f[3],
				     &p->head, err);
		if (rc < 0)
			return rc;
		if (rc) {
			printf("%010" PRIu64 "\n", p->head.n);
			n--;
		}
	}
	return 0;
}

static int print_heads(void *arg, const char *ns, const char *dataset,
		       const char *tag, uint64_t n, struct dv_err *err)
{
	(void)arg;
	(void)err;
	printf("%s %s %s %" PRIu64 "\n", ns, dataset, *tag ? tag : "latest", n);
	return 0;
}

static int do_heads(struct program *p, struct dv_err *err)
{
	return dv_catalog_heads(p->c, field(p, 1), field(p, 2), print_heads,
				NULL, err);
}

static int print_read_head(void *arg, const char *ns, const char *dataset,
			   const char *tag, const struct dv_catalog_head *h,
			   struct dv_err *err)
{
	(void)arg;
	(void)err;
	printf("%s %s %s ", ns, dataset, *tag ? tag : "latest");
	print_head(h);
	return 0;
}

static int do_read_heads(struct program *p, struct dv_err *err)
{
	return dv_catalog_read_heads(p->c, field(p, 1), field(p, 2),
				     print_read_head, NULL, err);
}

/* --- names -------------------------------------------------------------------- */

static int do_resolve(struct program *p, struct dv_err *err)
{
	struct dv_rspec s;
	int rc = dv_rspec_resolve(&s, p->c, p->own_ns, p->f[1], err);

	if (rc < 0)
		return rc;
	printf("ns=%s dataset=%s path=%s id=%s files=%" PRIu64 "\n", s.ns,
	       s.dataset, s.path, s.id, s.record.files);
	dv_rspec_release(&s);
	return 0;
}

static int do_dataset(struct program *p, struct dv_err *err)
{
	struct dv_rspec s;
	int rc = dv_rspec_dataset(&s, p->c, p->own_ns, p->f[1], err);

	if (rc < 0)
		return rc;
	printf("ns=%s dataset=%s path=%s what=%s\n", s.ns, s.dataset, s.path,
	       s.what ? s.what : "-");
	dv_rspec_release(&s);
	return 0;
}

/* --- locations ------------------------------------------------------------------ */

static int do_locate(struct program *p, struct dv_err *err)
{
	struct dv_location_builder *b;
	struct dv_buf bytes = DV_BUF_INIT;
	struct dv_digest id;
	enum dv_algo algo;
	uint64_t n;
	int rc = dv_algo_parse(&algo, p->f[1], err);

	if (rc < 0)
		return rc;
	b = dv_location_builder_new(algo);
	for (int i = 4; i < p->n; i++) {
		struct dv_location_pack k = {
			.kind = DV_PACK_DATA, .size = 4000, .idx_size = 2000
		};

		dv_digest_of(&k.id, algo, p->f[i], strlen(p->f[i]));
		dv_location_builder_pack(b, &k);
	}
	dv_digest_of(&id, algo, p->f[2], strlen(p->f[2]));
	dv_location_builder_encode(b, &id, p->f[2], strlen(p->f[2]), &bytes);
	rc = dv_rlocation_write(p->c, &id, &bytes,
				strtoull(p->f[3], NULL, 10), &n, err);
	if (rc >= 0)
		printf("located %" PRIu64 "\n", n);
	dv_location_builder_free(b);
	dv_buf_release(&bytes);
	return rc;
}

static int do_location(struct program *p, struct dv_err *err)
{
	struct dv_rlocation x;
	struct dv_digest id;
	int rc;

	rc = dv_digest_parse(&id, p->f[1], strlen(p->f[1]), p->c->algo, err);
	if (!rc)
		rc = dv_rlocation_read(&x, p->c, &id, err);
	if (rc < 0)
		return rc;
	if (!rc) {
		puts("nowhere");
		return 0;
	}
	printf("%" PRIu64 " packs %u root %.*s\n", x.n, x.l.packs,
	       (int)x.l.root_len, (const char *)x.l.root);
	dv_rlocation_release(&x);
	return 0;
}

/* --- the rest -------------------------------------------------------------------- */

static int print_doom(void *arg, uint64_t n, const struct dv_doomrec *d,
		      int64_t modified, struct dv_err *err)
{
	(void)arg;
	(void)err;
	printf("%" PRIu64 " manifests %zu packs %zu%s\n", n, d->manifests_n,
	       d->packs_n, modified > 0 ? "" : " ?");
	return 0;
}

static int do_dooms(struct program *p, struct dv_err *err)
{
	return dv_catalog_dooms(p->c, print_doom, NULL, err);
}

static int do_requests(struct program *p, struct dv_err *err)
{
	uint64_t n = dv_transport_requests(p->c->t);

	(void)err;
	printf("requests %" PRIu64 "\n", n - p->requests);
	p->requests = n;
	return 0;
}

static const struct {
	const char *name;
	int fields;
	verb_fn *fn;
} verbs[] = {
	{ "format", 2, do_format },	{ "publish", 2, do_publish },
	{ "versions", 3, do_versions },	{ "records", 4, do_records },
	{ "head", 4, do_head },		{ "move", 5, do_move },
	{ "race", 5, do_race },		{ "heads", 3, do_heads },
	{ "read-heads", 3, do_read_heads },
	{ "resolve", 2, do_resolve },	{ "dataset", 2, do_dataset },
	{ "locate", 4, do_locate },	{ "location", 2, do_location },
	{ "dooms", 1, do_dooms },	{ "requests", 1, do_requests },
};

static int run_line(struct program *p, char *line, struct dv_err *err)
{
	for (p->n = 0; p->n < FIELDS && line; p->n++)
		p->f[p->n] = strsep(&line, " ");
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (!strcmp(p->f[0], verbs[i].name) && p->n >= verbs[i].fields)
			return verbs[i].fn(p, err);
	return dv_err_set(err, DV_E_INVALID, "what is '%s'?", p->f[0]);
}

/* A line that fails is told, and the next one read. */
static void run(struct program *p)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	while ((n = getline(&line, &cap, stdin)) > 0) {
		struct dv_err err = DV_ERR_INIT;

		line[n - 1] = '\0';
		if (run_line(p, line, &err) < 0) {
			printf("error %s\n", err.msg);
			if (*err.hint)
				printf("hint %s\n", err.hint);
		}
		fflush(stdout);
	}
	free(line);
}

int main(int argc, char **argv)
{
	char name[] = "origin";
	struct dv_remote remote = { .name = name, .trusted = true };
	struct dv_conn_opts opts = { .store_dir = argc > 2 ? argv[2] : "" };
	struct program p = { .own_ns = argc > 3 ? argv[3] : NULL };
	struct dv_err err = DV_ERR_INIT;

	if (argc < 3)
		return 129;
	remote.url = argv[1];
	if (dv_conn_open(&p.c, &remote, &opts, &err) < 0) {
		printf("error %s\n", err.msg);
		return 128;
	}
	run(&p);
	dv_conn_close(p.c);
	return 0;
}
