/* SPDX-License-Identifier: MIT */
/*
 * test-hostile <directory> <format> [<lie>...] <<entries: make <directory>
 * a remote with one version of lab/data, named by latest, whose manifest
 * nobody has looked at, and print the version's id.  An entry is a line
 *	<mode> SP <path, \xXX for any byte> TAB <content>
 * in that order, whatever it is.  Everything hashes to its name, but for
 *	bytes		contents are others than their ids say
 *	checksum	checksums of blocks are others
 *	recipe		contents are recipes of exabytes
 *	loop		they are recipes that list themselves
 *	outside		the index says that they reach out of their block
 *	tera		location records say that each pack has a terabyte
 *	idx		and its index an eighth of a gigabyte
 *	many		the root says that there are 2^60 entries
 *	control		the record has control characters
 *	newer-root, newer-pack, newer-location, newer-record, newer-head,
 *	newer-format	it is of a version of the format that is to come
 *	other-format	the remote is of the other object format
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "format/entry.h"
#include "format/headrec.h"
#include "format/manifest.h"
#include "format/mp.h"
#include "format/mroot.h"
#include "format/recipe.h"
#include "format/record.h"
#include "remote/rkey.h"
#include "t/helper/fakepack.h"

#define VERSION_OFFSET 4	/* in a location record */

static char **all;

static bool lies(const char *what)
{
	for (char **l = all; *l; l++)
		if (!strcmp(*l, what))
			return true;
	return false;
}

static struct dv_location_object add(struct fakepack *p,
				     const struct dv_digest *id,
				     enum dv_pack_type type,
				     const void *bytes, size_t n,
				     uint64_t size)
{
	struct dv_pack_object o = { .length = (uint32_t)n, .type = type,
				    .size = size };
	struct dv_location_object at = { .id = *id, .length = (uint32_t)n,
					 .type = type, .size = size };

	if (lies("outside") && p->kind == DV_PACK_DATA)
		o.offset = 1u << 20;
	at.block = fakepack_block(p, bytes, n, lies("checksum"));
	o.block = p->idx.m - 1;
	dv_packidx_builder_object(&p->idx, id, &o);
	return at;
}

static void end(struct fakepack *p, struct dv_location_pack *out)
{
	fakepack_end(p, lies("newer-pack"), out);
	if (lies("idx"))
		out->idx_size = 1u << 27;
	if (lies("tera") || lies("idx"))
		out->size = (uint64_t)1 << 40;
}

/* --- contents ------------------------------------------------------------ */

/* A recipe of parts that claim all the bytes there can be. */
static void make_recipe(struct dv_buf *out, const struct dv_digest *item,
			uint64_t size)
{
	dv_buf_str(out, "DVRC");
	dv_buf_char(out, 1);
	dv_buf_char(out, (char)fake.algo);
	dv_buf_char(out, 7);
	dv_buf_char(out, 0);
	dv_buf_be32(out, 1);
	dv_buf_be32(out, 0);
	dv_buf_be64(out, size);
	dv_buf_add(out, item->b, dv_algo_size(fake.algo));
	dv_buf_be64(out, size);
}

static void add_content(struct fakepack *p, struct dv_entry *e,
			const char *content)
{
	struct dv_buf b = DV_BUF_INIT;
	enum dv_pack_type type = DV_PACK_PLAIN;
	struct dv_digest other;

	dv_digest_of(&e->id, fake.algo, content, strlen(content));
	dv_digest_of(&other, fake.algo, "other", 5);
	e->size = strlen(content);
	dv_buf_str(&b, content);
	if (lies("bytes") && b.len)
		b.data[0] ^= 1;
	if (lies("recipe") || lies("loop")) {
		dv_buf_reset(&b);
		e->size = (uint64_t)1 << 62;
		make_recipe(&b, lies("loop") ? &e->id : &other, e->size);
		type = DV_PACK_RECIPE;
	}
	add(p, &e->id, type, b.data, b.len, e->size);
	dv_buf_release(&b);
}

static void unescape(char *s)
{
	char *to = s;
	unsigned byte;

	for (; *s; s++) {
		if (sscanf(s, "\\x%2x", &byte) == 1) {
			*to++ = (char)byte;
			s += 3;
		} else {
			*to++ = *s;
		}
	}
	*to = '\0';
}

/* --- the manifest -------------------------------------------------------- */

struct made {
	struct dv_buf entries, first;
	uint64_t n, size;
};

static void read_entries(struct made *m, struct fakepack *data)
{
	char line[65536];

	while (fgets(line, sizeof(line), stdin)) {
		struct dv_entry e = { .mode = (uint32_t)strtoul(line, NULL,
								8) };
		char *path = strchr(line, ' '), *tab = strchr(line, '\t');

		if (!path || !tab)
			continue;
		line[strcspn(line, "\n")] = '\0';
		*tab++ = '\0';
		e.path = ++path;
		unescape(path);
		e.path_len = strlen(path);
		add_content(data, &e, tab);
		if (!m->n++)
			dv_buf_add(&m->first, e.path, e.path_len);
		m->size += e.size;
		dv_entry_encode(&m->entries, &e);
	}
}

static struct dv_location_object add_meta(struct fakepack *p,
					  const void *bytes, size_t n)
{
	struct dv_digest id;

	dv_digest_of(&id, fake.algo, bytes, n);
	return add(p, &id, DV_PACK_PLAIN, bytes, n, n);
}

static void make_root(struct dv_buf *out, const struct made *m,
		      const struct dv_digest *block, size_t bytes)
{
	struct dv_mroot root = DV_MROOT_INIT;
	struct dv_buf ref = DV_BUF_INIT;
	struct dv_mref r = { .first = m->first.data,
			     .first_len = m->first.len, .id = *block,
			     .entries = m->n, .bytes = bytes };

	if (lies("many"))
		r.entries = (uint64_t)1 << 60;
	root.algo = fake.algo;
	root.entries = root.files = r.entries;
	root.size = m->size;
	dv_mref_encode(&ref, &r);
	dv_mroot_encode(out, &root, 0, 1, ref.data, ref.len);
	dv_buf_release(&ref);
	/* behind the header of the array and the magic as a string */
	if (lies("newer-root"))
		out->data[1 + 1 + strlen(DV_MROOT_MAGIC)] = 9;
}

/* --- what names it ------------------------------------------------------- */

static void write_version(const struct dv_digest *manifest,
			  const struct dv_digest *config,
			  const struct made *m)
{
	static const char code[] = "0123456789012345678901234567890123456789";
	struct dv_buf b = DV_BUF_INIT, key = DV_BUF_INIT;
	struct dv_headrec h;
	struct dv_record r;

	dv_record_init(&r);
	memcpy(r.code, code, sizeof(code));
	r.tagger = dv_strdup("E Vil <evil@example.com>");
	r.time = 1200000000;
	r.message = dv_strdup("lies");
	r.name_space = dv_strdup("lab");
	r.dataset = dv_strdup("data");
	r.made_by = dv_strdup("commit");
	r.manifest = *manifest;
	r.config = *config;
	r.files = m->n;
	r.size = lies("recipe") || lies("loop") ? 1 : m->size;
	strcpy(r.config_hash, "dc7048f8dc7048f8dc7048f8dc7048f8");
	dv_record_id(h.version, &r);
	fake_check(dv_record_format(&b, &r, &fake.err));
	if (lies("control"))
		memcpy(strstr(b.data, "E Vil"), "E\033[2J", 5);
	if (lies("newer-record"))
		strstr(b.data, "Dv-Record: 1")[strlen("Dv-Record: ")] = '9';
	fake_check(dv_rkey_version(&key, "lab", "data", h.version, &fake.err));
	fake_write(key.data, b.data, b.len);

	dv_buf_reset(&b);
	fake_check(dv_nonce_make(h.nonce, &fake.err));
	dv_headrec_format(&b, &h);
	if (lies("newer-head"))
		b.data[strlen("dv-head ")] = '9';
	fake_check(dv_rkey_head(&key, "lab", "data", NULL, &fake.err));
	fake_write(dv_rkey_add_number(&key, 1), b.data, b.len);
	puts(h.version);
	dv_record_release(&r);
	dv_buf_release(&b);
	dv_buf_release(&key);
}

static void write_format(void)
{
	struct dv_buf b = DV_BUF_INIT;

	dv_remotefmt_format(&b, !lies("other-format") ? fake.algo :
			    fake.algo == DV_ALGO_SHA256 ? DV_ALGO_XXH128 :
			    DV_ALGO_SHA256);
	if (lies("newer-format"))
		b.data[strlen("dv-remote ")] = '9';
	fake_write(DV_RKEY_FORMAT, b.data, b.len);
	dv_buf_release(&b);
}

int main(int argc, char **argv)
{
	struct dv_location_builder *b;
	struct dv_location_object block, root, config;
	struct dv_location_pack packs[2];
	struct dv_buf bytes = DV_BUF_INIT, top = DV_BUF_INIT;
	struct dv_buf where = DV_BUF_INIT, key = DV_BUF_INIT;
	struct made m = { .n = 0 };
	struct fakepack data, meta;
	uint32_t number;

	if (argc < 3)
		return 129;
	fake.program = "test-hostile";
	fake.dir = argv[1];
	fake_check(dv_algo_parse(&fake.algo, argv[2], &fake.err));
	all = argv + 3;

	fakepack_begin(&data, DV_PACK_DATA);
	fakepack_begin(&meta, DV_PACK_META);
	read_entries(&m, &data);
	dv_mp_write_array(&bytes, m.n);
	dv_buf_add(&bytes, m.entries.data, m.entries.len);
	block = add_meta(&meta, bytes.data, bytes.len);
	make_root(&top, &m, &block.id, bytes.len);
	root = add_meta(&meta, top.data, top.len);
	config = add_meta(&meta, "{}", 2);
	end(&data, &packs[0]);
	end(&meta, &packs[1]);

	b = dv_location_builder_new(fake.algo);
	dv_location_builder_pack(b, &packs[0]);
	number = dv_location_builder_pack(b, &packs[1]);
	block.pack = root.pack = config.pack = number;
	dv_location_builder_object(b, &block);
	dv_location_builder_object(b, &root);
	dv_location_builder_object(b, &config);
	dv_location_builder_encode(b, &root.id, top.data, top.len, &where);
	dv_location_builder_free(b);
	if (lies("newer-location"))
		where.data[VERSION_OFFSET] = 9;
	dv_rkey_manifest(&key, &root.id);
	fake_write(dv_rkey_add_number(&key, 1), where.data, where.len);
	write_version(&root.id, &config.id, &m);
	write_format();

	dv_buf_release(&bytes);
	dv_buf_release(&top);
	dv_buf_release(&where);
	dv_buf_release(&key);
	dv_buf_release(&m.entries);
	dv_buf_release(&m.first);
	return 0;
}
