/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "remote/linein.h"
#include "remote/wire.h"

static int parse_request(struct dv_wire_request *r, const char *line)
{
	struct dv_err err = DV_ERR_INIT;

	return dv_wire_parse_request(r, line, strlen(line), &err);
}

static int parse_reply(struct dv_wire_reply *r, const char *line)
{
	struct dv_err err = DV_ERR_INIT;

	return dv_wire_parse_reply(r, line, strlen(line), &err);
}

static int parse_session(struct dv_wire_session *s, const char *line)
{
	struct dv_err err = DV_ERR_INIT;

	return dv_wire_parse_session(s, line, strlen(line), &err);
}

static void keys_are_components(void **state)
{
	static const char *const good[] = {
		"a", "a/b", "...", ".a", "a.", "a b", "%41", "\xff\xfe",
		"dv/heads/x/latest/0000000001"
	};
	static const char *const bad[] = {
		"", "/", "/a", "a/", "a//b", ".", "..", "a/..", "../a",
		"a/./b", "a\nb", "\x7f", "a\tb"
	};
	char longest[DV_WIRE_KEY_MAX + 2];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		assert_true(dv_wire_key_ok(good[i], strlen(good[i])));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(dv_wire_key_ok(bad[i], strlen(bad[i])));
	assert_false(dv_wire_key_ok("a\0b", 3));
	memset(longest, 'a', sizeof(longest));
	assert_true(dv_wire_key_ok(longest, DV_WIRE_KEY_MAX));
	assert_false(dv_wire_key_ok(longest, DV_WIRE_KEY_MAX + 1));
}

static void a_prefix_is_what_keys_begin_with(void **state)
{
	static const char *const good[] = {
		"", "a", "a/", "a/b", ".", "..", "a/.", "a/.."
	};
	static const char *const bad[] = { "/", "//", "a//", "../", "a/../" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		assert_true(dv_wire_prefix_ok(good[i], strlen(good[i])));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(dv_wire_prefix_ok(bad[i], strlen(bad[i])));
}

/* Each line is what is formatted from what was parsed of it. */
static void requests_go_there_and_back(void **state)
{
	static const char *const lines[] = {
		"1 get a%20b 0 9223372036854775807 /x%25 0\n",
		"18 put k /f 5 0 any\n",
		"18 put k /f 5 0 absent\n",
		"9223372036854775807 head %C3%BC/%2B\n",
		"3 list % % 1\n",
		"3 list a/ a/b 100000\n",
		"4 delete a=b_c-d.e/F\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct dv_wire_request r;
		struct dv_buf out = DV_BUF_INIT;
		struct dv_err err = DV_ERR_INIT;

		assert_int_equal(dv_wire_parse_request(&r, lines[i],
				 strlen(lines[i]) - 1, &err), 0);
		dv_wire_format_request(&out, &r);
		assert_string_equal(dv_buf_cstr(&out), lines[i]);
		dv_buf_release(&out);
	}
}

static void replies_go_there_and_back(void **state)
{
	static const char *const lines[] = {
		"1 got 5 ?\n", "1 got 0 17\n", "2 done\n", "3 is ? ? ?\n",
		"3 is 1 2 3\n", "4 item a%0A 1 ?\n", "4 item a 1 2\n",
		"4 end more\n", "4 end last\n", "5 error later try \xc3\xbc\n",
		"5 error fatal \n", "6 moved 99\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct dv_wire_reply r;
		struct dv_buf out = DV_BUF_INIT;
		struct dv_err err = DV_ERR_INIT;
		int rc = dv_wire_parse_reply(&r, lines[i],
					     strlen(lines[i]) - 1, &err);

		/* A newline is no part of a key, however it is spelt. */
		if (strstr(lines[i], "%0A")) {
			assert_int_equal(rc, -DV_E_FORMAT);
			continue;
		}
		assert_int_equal(rc, 0);
		dv_wire_format_reply(&out, &r);
		assert_string_equal(dv_buf_cstr(&out), lines[i]);
		dv_buf_release(&out);
	}
}

static void sessions_go_there_and_back(void **state)
{
	static const char *const lines[] = {
		"dv-transport 1\n", "set url s3://b/p?x=y\n", "start\n",
		"can write yes\n", "info a-9 \n", "ready\n", "quit\n",
		"error auth who are you?\n", "note x y  z\n", "bye 7 0\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct dv_wire_session s;
		struct dv_buf out = DV_BUF_INIT;
		struct dv_err err = DV_ERR_INIT;

		assert_int_equal(dv_wire_parse_session(&s, lines[i],
				 strlen(lines[i]) - 1, &err), 0);
		dv_wire_format_session(&out, &s);
		assert_string_equal(dv_buf_cstr(&out), lines[i]);
		dv_buf_release(&out);
	}
}

/* Cut anywhere, a line is refused, unless what is left is one itself. */
static void lines_cut_short_are_refused(void **state)
{
	static const char line[] = "12 get a%20b 34 56 /x/y 78";
	static const char reply[] = "12 item a%20b 34 56";
	struct dv_wire_request r;
	struct dv_wire_reply p;
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	for (size_t n = 0; n < sizeof(line) - 2; n++)
		assert_int_equal(dv_wire_parse_request(&r, line, n, &err),
				 -DV_E_FORMAT);
	assert_int_equal(dv_wire_parse_request(&r, line, sizeof(line) - 2,
					       &err), 0);
	for (size_t n = 0; n < sizeof(reply) - 2; n++)
		assert_int_equal(dv_wire_parse_reply(&p, reply, n, &err),
				 -DV_E_FORMAT);
}

/* What a flipped bit makes of a line is refused or means what it says. */
static void a_flipped_bit_is_seen_or_harmless(void **state)
{
	static const char line[] = "12 put a%20b /x/y 34 56 absent";
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	for (size_t bit = 0; bit < 8 * (sizeof(line) - 1); bit++) {
		struct dv_wire_request r;
		struct dv_buf out = DV_BUF_INIT;
		char copy[sizeof(line)];

		memcpy(copy, line, sizeof(line));
		copy[bit / 8] ^= (char)(1 << bit % 8);
		if (dv_wire_parse_request(&r, copy, sizeof(line) - 1, &err))
			continue;
		dv_wire_format_request(&out, &r);
		assert_int_equal(out.len, sizeof(line));
		assert_memory_equal(out.data, copy, sizeof(line) - 1);
		dv_buf_release(&out);
	}
}

static void there_is_one_spelling(void **state)
{
	struct dv_wire_request r;
	struct dv_wire_reply p;
	struct dv_wire_session s;

	(void)state;
	assert_int_equal(parse_request(&r, "1 head a"), 0);
	assert_int_not_equal(parse_request(&r, " 1 head a"), 0);
	assert_int_not_equal(parse_request(&r, "1  head a"), 0);
	assert_int_not_equal(parse_request(&r, "1 head a "), 0);
	assert_int_not_equal(parse_request(&r, "+1 head a"), 0);
	assert_int_not_equal(parse_request(&r, "1 head a\r"), 0);
	assert_int_not_equal(parse_request(&r, "1 HEAD a"), 0);
	assert_int_not_equal(parse_request(&r, "1 head %61"), 0);
	assert_int_not_equal(parse_request(&r, "1 head a%2fb"), 0);
	assert_int_not_equal(parse_request(&r, "1 head a%"), 0);
	assert_int_not_equal(parse_request(&r, "1 put k /f 0 1 absent2"), 0);
	assert_int_equal(parse_reply(&p, "1 is ? ? ?"), 0);
	assert_int_equal(p.now, -1);
	assert_int_not_equal(parse_reply(&p, "1 is ?? ? ?"), 0);
	assert_int_not_equal(parse_reply(&p, "1 got ? 5"), 0);
	assert_int_equal(parse_session(&s, "set url x"), 0);
	assert_int_not_equal(parse_session(&s, "set URL x"), 0);
	assert_int_not_equal(parse_session(&s, "set url"), 0);
	assert_int_not_equal(parse_session(&s, "ready "), 0);
	assert_int_not_equal(parse_session(&s, "set url x\x1by"), 0);
}

static void texts_are_made_to_fit(void **state)
{
	struct dv_wire_reply r = {
		.id = 1, .kind = DV_WIRE_ERROR, .class = DV_WIRE_FATAL,
		.text = "a\nb\x1b[0m"
	};
	struct dv_wire_reply back;
	struct dv_buf out = DV_BUF_INIT;

	(void)state;
	dv_wire_format_reply(&out, &r);
	assert_string_equal(dv_buf_cstr(&out), "1 error fatal a?b?[0m\n");
	dv_buf_reset(&out);

	memset(r.text, 'x', DV_WIRE_TEXT_MAX);
	dv_wire_format_reply(&out, &r);
	out.data[out.len - 1] = '\0';
	assert_int_equal(parse_reply(&back, out.data), 0);
	assert_int_equal(strlen(back.text), DV_WIRE_TEXT_MAX);
	out.data[out.len - 1] = 'x';
	dv_buf_str(&out, "");
	assert_int_not_equal(parse_reply(&back, out.data), 0);
	dv_buf_release(&out);
}

static void the_longest_request_fits_a_line(void **state)
{
	struct dv_wire_request r = {
		.id = INT64_MAX, .verb = DV_WIRE_GET, .off = INT64_MAX,
		.count = 0, .at = INT64_MAX
	};
	struct dv_buf out = DV_BUF_INIT;

	(void)state;
	memset(r.key, '%', DV_WIRE_KEY_MAX);
	memset(r.file, '%', DV_WIRE_FILE_MAX);
	dv_wire_format_request(&out, &r);
	assert_true(out.len <= DV_WIRE_LINE_MAX);
	dv_buf_release(&out);
}

/* However the bytes arrive, the same lines come out. */
static void lines_come_in_pieces(void **state)
{
	static const char text[] = "one\n\nthree\nrest";
	int fd[2];

	(void)state;
	for (size_t cut = 0; cut < sizeof(text) - 1; cut++) {
		struct dv_linein l;
		struct dv_err err = DV_ERR_INIT;
		struct dv_buf out = DV_BUF_INIT;
		const char *line;
		size_t n, at = cut;

		assert_int_equal(pipe(fd), 0);
		dv_linein_init(&l, fd[0]);
		assert_int_equal(dv_linein_next(&l, &line, &n, &err), 0);
		assert_int_equal(write(fd[1], text, cut), (ssize_t)cut);
		for (;;) {
			while (dv_linein_next(&l, &line, &n, &err) == 1) {
				dv_buf_add(&out, line, n);
				dv_buf_char(&out, '|');
			}
			if (at == cut && cut)
				assert_int_equal(dv_linein_fill(&l), 1);
			if (at == sizeof(text) - 1)
				break;
			assert_int_equal(write(fd[1], text + at, 1), 1);
			at++;
			if (at > cut + 1 || !cut)
				assert_int_equal(dv_linein_fill(&l), 1);
		}
		close(fd[1]);
		while (dv_linein_fill(&l) == 1)
			;
		while (dv_linein_next(&l, &line, &n, &err) == 1) {
			dv_buf_add(&out, line, n);
			dv_buf_char(&out, '|');
		}
		assert_string_equal(dv_buf_cstr(&out), "one||three|");
		assert_true(dv_linein_torn(&l));
		dv_buf_release(&out);
		close(fd[0]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_components),
		cmocka_unit_test(a_prefix_is_what_keys_begin_with),
		cmocka_unit_test(requests_go_there_and_back),
		cmocka_unit_test(replies_go_there_and_back),
		cmocka_unit_test(sessions_go_there_and_back),
		cmocka_unit_test(lines_cut_short_are_refused),
		cmocka_unit_test(a_flipped_bit_is_seen_or_harmless),
		cmocka_unit_test(there_is_one_spelling),
		cmocka_unit_test(texts_are_made_to_fit),
		cmocka_unit_test(the_longest_request_fits_a_line),
		cmocka_unit_test(lines_come_in_pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
