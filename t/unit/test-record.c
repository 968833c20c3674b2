/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "format/record.h"

#define CODE "055beaf1ac80a45d36bb54659d779de358df9e43"
#define PARENT "0123456789-dc7048f8-a1b2c3d4"

/* A record with all that one can have. */
static void make(struct dv_record *r, const char *message)
{
	struct dv_err err = DV_ERR_INIT;

	dv_record_init(r);
	strcpy(r->code, CODE);
	r->tagger = dv_strdup("C O Mitter <c@example.com>");
	r->time = 1700000000;
	r->tz = -7 * 60 - 30;
	r->message = message ? dv_strdup(message) : NULL;
	r->name_space = dv_strdup("lab");
	r->dataset = dv_strdup("data/sub dir");
	assert_int_equal(dv_digest_parse(&r->manifest,
		"xxh128:be28bb8e70b411302e455dbee8c95604", 39, 0, &err), 0);
	assert_int_equal(dv_digest_parse(&r->config,
		"xxh128:dc7048f8f8747f561349cde127705c16", 39, 0, &err), 0);
	strcpy(r->config_hash, "dc7048f8f8747f561349cde127705c16");
	r->files = 31;
	r->size = 104857600;
	r->made_by = dv_strdup("run");
	r->command = dv_strdup("python3 simulate.py --name=\"a b\"\n");
	dv_strlist_add(&r->parents, PARENT);
	dv_strlist_add(&r->inputs, "raw@" PARENT);
	dv_strlist_add(&r->inputs, "other/set@0123456789-dirty-dc7048f8-a1b2c3d4");
	dv_strlist_add(&r->extra, "Future: x y");
}

static void write_one(struct dv_buf *out, const char *message)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_record r;

	make(&r, message);
	assert_int_equal(dv_record_format(out, &r, &err), 0);
	dv_record_release(&r);
}

static void assert_same_list(const struct dv_strlist *a,
			     const struct dv_strlist *b)
{
	assert_int_equal(a->n, b->n);
	for (size_t i = 0; i < a->n; i++)
		assert_string_equal(a->v[i], b->v[i]);
}

static void what_is_read_is_what_was_written(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf text = DV_BUF_INIT;
	struct dv_record r, back, copy;

	(void)state;
	make(&r, "October run");
	assert_int_equal(dv_record_format(&text, &r, &err), 0);
	assert_int_equal(dv_record_parse(&back, text.data, text.len, &err), 0);
	dv_record_copy(&copy, &back);
	dv_record_release(&back);

	assert_string_equal(copy.code, r.code);
	assert_string_equal(copy.tagger, r.tagger);
	assert_int_equal(copy.time, r.time);
	assert_int_equal(copy.tz, r.tz);
	assert_string_equal(copy.message, r.message);
	assert_string_equal(copy.name_space, r.name_space);
	assert_string_equal(copy.dataset, r.dataset);
	assert_true(dv_digest_eq(&copy.manifest, &r.manifest));
	assert_true(dv_digest_eq(&copy.config, &r.config));
	assert_string_equal(copy.config_hash, r.config_hash);
	assert_int_equal(copy.files, r.files);
	assert_int_equal(copy.size, r.size);
	assert_string_equal(copy.made_by, r.made_by);
	assert_string_equal(copy.command, r.command);
	assert_same_list(&copy.parents, &r.parents);
	assert_same_list(&copy.inputs, &r.inputs);
	assert_same_list(&copy.extra, &r.extra);
	assert_false(copy.dirty || copy.snapshot);
	dv_record_release(&copy);
	dv_record_release(&r);
	dv_buf_release(&text);
}

/* Each comes back byte for byte, and changes nothing else. */
static void a_message_is_only_a_message(void **state)
{
	static const char *const messages[] = {
		"", "x", "x\n", "x\n\n", "\n", "\n\n\n", " x ", "x\n\ny",
		"---", "x\n---\ny", "x\n\n---\n\nDv-Manifest: y",
		"Dv-Manifest: xxh128:00000000000000000000000000000000",
		"x\n\nDv-Record: 1\nDv-Dataset: other\n",
		"x\n\nDv-Record: 1\nDv-Namespace: lab\nDv-Dataset: other\n\n",
		"Dv-Code: " CODE " dirty", "Dv-", "x\r\n\r\ny\r\n", "\r",
		"tab\tbell\a esc\033[31m del\x7f", "caf\xe9 latin-1",
		"\xff\xfe\xc3", "\xe2\x80\xae right to left", "# comment\n; x",
		"-----BEGIN PGP SIGNATURE-----\n\nx\n-----END PGP SIGNATURE-----",
		"gpgsig x", "tag other\nobject 0", "\"quoted\"", "a\\nb",
		"Signed-off-by: A U Thor <a@b>\nDv-Manifest: z",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(messages) / sizeof(*messages); i++) {
		struct dv_err err = DV_ERR_INIT;
		struct dv_buf text = DV_BUF_INIT;
		struct dv_record r, back;

		make(&r, messages[i]);
		assert_int_equal(dv_record_format(&text, &r, &err), 0);
		if (dv_record_parse(&back, text.data, text.len, &err) < 0)
			fail_msg("message %zu: %s", i, err.msg);
		assert_string_equal(back.message, messages[i]);
		assert_string_equal(back.dataset, r.dataset);
		assert_true(dv_digest_eq(&back.manifest, &r.manifest));
		assert_same_list(&back.extra, &r.extra);
		assert_false(back.dirty);
		dv_record_release(&back);
		dv_record_release(&r);
		dv_buf_release(&text);
	}
}

static void no_value_makes_a_line_of_its_own(void **state)
{
	static const char *const values[] = {
		("x\nDv-Parent: " PARENT), "x\n\nDv-Record: 1", "\"", "\\", " ",
		"x\r", "\t", "a\x01", "\xff", "---", "\"x\" y", "x ",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		struct dv_err err = DV_ERR_INIT;
		struct dv_buf text = DV_BUF_INIT;
		struct dv_record r, back;
		char *extra = dv_asprintf("Key: %s", values[i]);

		make(&r, "m");
		free(r.command);
		r.command = dv_strdup(values[i]);
		free(r.name_space);
		r.name_space = dv_strdup(values[i]);
		dv_strlist_take(&r.extra, extra);
		assert_int_equal(dv_record_format(&text, &r, &err), 0);
		assert_int_equal(dv_record_parse(&back, text.data, text.len,
						 &err), 0);
		assert_string_equal(back.command, values[i]);
		assert_string_equal(back.name_space, values[i]);
		assert_same_list(&back.extra, &r.extra);
		assert_int_equal(back.parents.n, 1);
		dv_record_release(&back);
		dv_record_release(&r);
		dv_buf_release(&text);
	}
}

static void without_a_message_it_is_the_name(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf text = DV_BUF_INIT;
	struct dv_record r;

	(void)state;
	write_one(&text, NULL);
	assert_int_equal(dv_record_parse(&r, text.data, text.len, &err), 0);
	assert_string_equal(r.message, "055beaf1ac-dc7048f8-be28bb8e");
	dv_record_release(&r);
	dv_buf_release(&text);
}

static void dirty_and_snapshot_are_kept(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct dv_err err = DV_ERR_INIT;
		struct dv_buf text = DV_BUF_INIT;
		char id[DV_VERSION_ID_MAX];
		struct dv_record r, back;

		make(&r, "m");
		r.dirty = i & 1;
		r.snapshot = i & 2;
		assert_int_equal(dv_record_format(&text, &r, &err), 0);
		assert_int_equal(dv_record_parse(&back, text.data, text.len,
						 &err), 0);
		assert_int_equal(back.dirty, r.dirty);
		assert_int_equal(back.snapshot, r.snapshot);
		assert_string_equal(dv_record_id(id, &back), i & 1 ?
				    "055beaf1ac-dirty-dc7048f8-be28bb8e" :
				    "055beaf1ac-dc7048f8-be28bb8e");
		dv_record_release(&back);
		dv_record_release(&r);
		dv_buf_release(&text);
	}
}

/* --- what is refused --------------------------------------------------------- */

/* text with the first from replaced by to. */
static char *edit(const struct dv_buf *text, const char *from, const char *to,
		  size_t *n)
{
	char *at = strstr(text->data, from);
	struct dv_buf out = DV_BUF_INIT;

	assert_non_null(at);
	dv_buf_add(&out, text->data, (size_t)(at - text->data));
	dv_buf_str(&out, to);
	dv_buf_str(&out, at + strlen(from));
	return dv_buf_detach(&out, n);
}

static void anything_else_is_refused(void **state)
{
	static const struct {
		const char *from, *to;
	} edits[] = {
		{ "object ", "objects " },
		{ "object " CODE, "object " },
		{ "object 0", "object A" },
		{ "object 055beaf1ac8", "object 055beaf1ac9" },
		{ "type commit", "type tree" },
		{ "type commit", "type commit " },
		{ "tag 055beaf1ac", "tag 055beaf1ad" },
		{ "be28bb8e\ntagger", "be28bb8f\ntagger" },
		{ "tagger C", "tagger  C" },
		{ " <c@", "<c@" },
		{ "<c@", "c@" },
		{ "example.com>", "example.com" },
		{ "<c@", "<<c@" },
		{ "> 17", ">  17" },
		{ "> 17", "> -17" },
		{ "> 17", "> 017" },
		{ "1700000000", "99999999999999999999" },
		{ "1700000000", "" },
		{ "-0730", "-0760" },
		{ "-0730", "0730" },
		{ "-0730", "-730" },
		{ "-0730", "-0000" },
		{ "-0730", "-0730 " },
		{ "-0730\n\n", "-0730\n" },
		{ "-0730\n\n", "-0730\nx\n\n" },
		{ "\n\nDv-Record", "\nDv-Record" },
		{ "Dv-Record: 1\n", "" },
		{ "Dv-Record: 1\n", "Dv-Record: 1\nDv-Record: 1\n" },
		{ "Dv-Record: 1", "Dv-Record: 01" },
		{ "Dv-Namespace: lab", "Dv-Namespace: " },
		{ "Dv-Namespace: lab", "Dv-Namespace: \"lab\"" },
		{ "Dv-Namespace: lab", "Dv-Namespace: \"lab" },
		{ "Dv-Namespace: lab", "Dv-Namespace: l\"ab" },
		{ "Dv-Namespace: lab", "Dv-Namespace: \"l\\000b\"" },
		{ "Dv-Namespace: lab", "Dv-Namespace: \"l\\x\"" },
		{ "Dv-Namespace: lab", "Dv-Namespace: \"\\n\" x" },
		{ "Dv-Namespace: lab", "Dv-Namespace: l\rb" },
		{ "Dv-Namespace: lab\n", "" },
		{ "Dv-Dataset: data/sub dir", "Dv-Dataset: ../x" },
		{ "Dv-Dataset: data/sub dir", "Dv-Dataset: /x" },
		{ "Dv-Dataset: data/sub dir", "Dv-Dataset: x/.GIT/y" },
		{ "Dv-Dataset: data/sub dir", "Dv-Dataset: x//y" },
		{ "Dv-Dataset: data", "Dv-Dataset:data" },
		{ "Dv-Dataset: data", "dv-dataset: data" },
		{ "Dv-Manifest: xxh128:be28bb8e", "Dv-Manifest: be28bb8e" },
		{ "Dv-Manifest: xxh128:be28bb8e", "Dv-Manifest: xxh128:be28bb8f" },
		{ "Dv-Manifest: xxh128:be28bb8e", "Dv-Manifest: xxh128:BE28BB8E" },
		{ "Dv-Files: 31", "Dv-Files: 031" },
		{ "Dv-Files: 31", "Dv-Files: 31 " },
		{ "Dv-Files: 31", "Dv-Files: -1" },
		{ "Dv-Files: 31", "Dv-Files: 9223372036854775808" },
		{ "Dv-Size: 104857600\n", "" },
		{ "Dv-Config: xxh128:", "Dv-Config: sha256:" },
		{ "Dv-Config-Hash: dc70", "Dv-Config-Hash: dc71" },
		{ "Dv-Config-Hash: dc70", "Dv-Config-Hash: DC70" },
		{ "Dv-Config-Hash: dc70", "Dv-Config-Hash: dc7" },
		{ "Dv-Code: 05", "Dv-Code: 15" },
		{ "Dv-Code: " CODE, "Dv-Code: " CODE " dirty" },
		{ "Dv-Code: " CODE, "Dv-Code: " CODE " snapshot dirty" },
		{ "Dv-Code: " CODE, "Dv-Code: " CODE " " },
		{ "Dv-Made-By: run", "Dv-Made-By: Run" },
		{ "Dv-Made-By: run", "Dv-Made-By: run run" },
		{ "Dv-Made-By: run\n", "" },
		{ "Dv-Parent: 01", "Dv-Parent: 0" },
		{ "Dv-Parent: ", "Dv-Files: 31\nDv-Parent: " },
		{ "Dv-Input: raw@", "Dv-Input: raw" },
		{ "Dv-Input: raw@", "Dv-Input: @" },
		{ "Dv-Input: raw@", "Dv-Input: ../raw@" },
		{ "Dv-Future: x y\n", "Dv-Future: x y\nDv-Parent: " PARENT "\n" },
		{ "Dv-Future: x y", "Future: x y" },
		{ "Dv-Future: x y", "Dv-: x y" },
		{ "Dv-Future: x y", "Dv-Fu ture: x y" },
		{ "Dv-Future: x y", "Dv-Future: " },
		{ "Dv-Future: x y\n", "Dv-Future: x y" },
		{ "Dv-Future: x y\n", "Dv-Future: x y\n\n" },
		{ "Dv-Future: x y\n", "Dv-Future: x y\nx\n" },
	};
	struct dv_buf text = DV_BUF_INIT;

	(void)state;
	write_one(&text, "October run");
	for (size_t i = 0; i < sizeof(edits) / sizeof(*edits); i++) {
		struct dv_err err = DV_ERR_INIT;
		struct dv_record r;
		char *bad;
		size_t n;
		int rc;

		bad = edit(&text, edits[i].from, edits[i].to, &n);
		rc = dv_record_parse(&r, bad, n, &err);
		if (rc != -DV_E_FORMAT && rc != -DV_E_UNSUPPORTED)
			fail_msg("taken: '%s' for '%s'", edits[i].to,
				 edits[i].from);
		free(bad);
	}
	dv_buf_release(&text);
}

static void no_cut_is_taken(void **state)
{
	struct dv_buf text = DV_BUF_INIT;
	struct dv_err err = DV_ERR_INIT;
	struct dv_record r;

	(void)state;
	write_one(&text, "October run");
	/* whole lines of the lists at the end are a shorter record */
	text.len = (size_t)(strstr(text.data, "Dv-Command") - text.data);
	for (size_t n = 0; n < text.len; n++)
		assert_true(dv_record_parse(&r, text.data, n, &err) < 0);
	dv_buf_release(&text);
}

/* A changed bit is refused, or is another record as it would be written. */
static void no_flipped_bit_is_overlooked(void **state)
{
	struct dv_buf text = DV_BUF_INIT;

	(void)state;
	write_one(&text, "October run");
	for (size_t bit = 0; bit < 8 * text.len; bit++) {
		struct dv_err err = DV_ERR_INIT;
		struct dv_buf again = DV_BUF_INIT;
		struct dv_record r;

		text.data[bit / 8] ^= (char)(1 << bit % 8);
		if (!dv_record_parse(&r, text.data, text.len, &err)) {
			assert_int_equal(dv_record_format(&again, &r, &err), 0);
			assert_int_equal(again.len, text.len);
			assert_memory_equal(again.data, text.data, text.len);
			dv_record_release(&r);
		}
		dv_buf_release(&again);
		text.data[bit / 8] ^= (char)(1 << bit % 8);
	}
	dv_buf_release(&text);
}

static void limits_hold(void **state)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT;
	struct dv_record r;
	char *big = dv_calloc(1, DV_RECORD_MAX + 2);

	(void)state;
	memset(big, 'x', DV_RECORD_MAX + 1);
	assert_int_equal(dv_record_parse(&r, big, DV_RECORD_MAX + 1, &err),
			 -DV_E_LIMIT);
	make(&r, big);
	assert_int_equal(dv_record_format(&out, &r, &err), -DV_E_LIMIT);
	assert_int_equal(out.len, 0);
	dv_record_release(&r);
	dv_buf_release(&out);
	free(big);
}

/* What cannot be written is refused before anything is. */
static void bad_fields_are_refused(void **state)
{
	(void)state;
	for (int i = 0; i < 14; i++) {
		struct dv_err err = DV_ERR_INIT;
		struct dv_buf out = DV_BUF_INIT;
		struct dv_record r;

		make(&r, "m");
		switch (i) {
		case 0: r.code[3] = '\0'; break;
		case 1: r.code[3] = 'G'; break;
		case 2: strcpy(r.tagger, "No address"); break;
		case 3: strcpy(r.tagger, "A\nB <c>"); break;
		case 4: strcpy(r.tagger, "<c@d>"); break;
		case 5: r.time = -1; break;
		case 6: r.tz = 6000; break;
		case 7: strcpy(r.dataset, "../x"); break;
		case 8: r.manifest.algo = DV_ALGO_SHA256; break;
		case 9: r.config_hash[8] = '\0'; break;
		case 10: r.made_by[0] = '\0'; break;
		case 11: r.command[0] = '\0'; break;
		case 12: dv_strlist_add(&r.extra, "Parent: x"); break;
		case 13: dv_strlist_add(&r.parents, "x"); break;
		}
		assert_int_equal(dv_record_format(&out, &r, &err),
				 -DV_E_INVALID);
		assert_int_equal(out.len, 0);
		assert_true(strlen(err.msg) > 10);
		dv_record_release(&r);
		dv_buf_release(&out);
	}
}

/* --- ids --------------------------------------------------------------------- */

static void ids_and_their_beginnings_are_known(void **state)
{
	static const char *const whole[] = {
		"0123456789-01234567-89abcdef",
		"0123456789-dirty-01234567-89abcdef",
		"dddddddddd-dddddddd-dddddddd",
	};
	static const char *const others[] = {
		"", "01234", "0123456789a", "0123456789-g", "0123456789_",
		"0123456789-dirtx", "0123456789-dirty-g", "012345678-01234567",
		"0123456789-012345678", "0123456789-01234567-89abcdef0",
		"0123456789-01234567-89abcdef-", "ABCDEF", "v1.0.0", "latest",
		"0123456789--", "0123456789-dirtydirty",
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		size_t n = strlen(whole[i]);

		assert_true(dv_record_id_is(whole[i]));
		for (size_t k = 1; k < n; k++) {
			char *s = dv_strndup(whole[i], k);

			assert_false(dv_record_id_is(s));
			assert_int_equal(dv_record_id_like(s), k >= 6);
			free(s);
		}
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		if (dv_record_id_like(others[i]) || dv_record_id_is(others[i]))
			fail_msg("'%s'", others[i]);
	}
}

static void a_short_id_has_no_manifest(void **state)
{
	char out[DV_VERSION_ID_MAX];

	(void)state;
	assert_string_equal(dv_record_short_id(out,
				"0123456789-dirty-01234567-89abcdef"),
			    "0123456789-dirty-01234567");
	assert_string_equal(dv_record_short_id(out,
				"0123456789-01234567-89abcdef"),
			    "0123456789-01234567");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_read_is_what_was_written),
		cmocka_unit_test(a_message_is_only_a_message),
		cmocka_unit_test(no_value_makes_a_line_of_its_own),
		cmocka_unit_test(without_a_message_it_is_the_name),
		cmocka_unit_test(dirty_and_snapshot_are_kept),
		cmocka_unit_test(anything_else_is_refused),
		cmocka_unit_test(no_cut_is_taken),
		cmocka_unit_test(no_flipped_bit_is_overlooked),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(bad_fields_are_refused),
		cmocka_unit_test(ids_and_their_beginnings_are_known),
		cmocka_unit_test(a_short_id_has_no_manifest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
