/* SPDX-License-Identifier: MIT */
#include "format/name.h"

#include <string.h>
#include <strings.h>

#include "base/hex.h"

#define TEMPLATE_MAX 200
#define SUFFIX_MAX 16
#define DIRTY "-dirty"

enum part { LITERAL, STEM, CODE, DIRT, CONFIG, EXT, PARTS };

static const char *const part_name[PARTS] = {
	"", "stem", "code", "dirty", "config", "ext"
};

/* Two literals are never neighbours: five parts, six literals at most. */
struct token {
	enum part part;
	const char *s;			/* of a literal, in text[] */
	size_t n;
};

struct template {
	struct token v[2 * PARTS];
	size_t n;
	char text[TEMPLATE_MAX];
	size_t used;
};

struct span {
	const char *p;
	size_t n;
};

static bool is_letter(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(unsigned char c)
{
	return is_letter(c) || is_digit(c);
}

/* Extensions */

/* Letters and digits, with a letter: "v1.2" has no extension. */
static bool suffix_ok(const char *s, size_t n)
{
	bool letter = false;

	if (!n || n > SUFFIX_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!is_alnum((unsigned char)s[i]))
			return false;
		letter |= is_letter((unsigned char)s[i]);
	}
	return letter;
}

static bool is_compression(const char *s, size_t n)
{
	static const char *const known[] = {
		"gz", "bgz", "bz2", "xz", "zst", "zstd", "lz", "lz4", "lzma",
		"lzo", "br", "Z", NULL
	};

	for (size_t i = 0; known[i]; i++)
		if (strlen(known[i]) == n && !strncasecmp(known[i], s, n))
			return true;
	return false;
}

/*
 * Where the suffix of the first n bytes of name begins, or n: a dot with
 * more than dots before it and a suffix after it.
 */
static size_t suffix_start(const char *name, size_t n)
{
	const char *dot = memrchr(name, '.', n);
	size_t at = dot ? (size_t)(dot - name) : n;

	if (!dot || !suffix_ok(dot + 1, n - at - 1))
		return n;
	for (size_t i = 0; i < at; i++)
		if (name[i] != '.')
			return at;
	return n;
}

static size_t ext_start(const char *name, size_t n)
{
	size_t at = suffix_start(name, n);

	if (at < n && is_compression(name + at + 1, n - at - 1))
		at = suffix_start(name, at);
	return at;
}

int dv_name_split(struct dv_name *out, const char *path, size_t n,
		  struct dv_err *err)
{
	size_t end = n, base;
	struct dv_name name;
	const char *slash;

	while (end && path[end - 1] == '/')
		end--;
	slash = end ? memrchr(path, '/', end) : NULL;
	base = slash ? (size_t)(slash - path) + 1 : 0;

	memset(&name, 0, sizeof(name));
	name.dir = path;
	name.dir_len = base;
	name.stem = path + base;
	name.stem_len = end - base;
	name.slash = end < n;
	if (!name.stem_len || (name.stem_len <= 2 &&
			       !memcmp(name.stem, "..", name.stem_len)))
		return dv_err_set(err, DV_E_INVALID,
				  "'%.*s' has no name that an artifact could "
				  "bear", (int)n, path);

	if (!name.slash)
		name.stem_len = ext_start(name.stem, end - base);
	name.ext = name.stem + name.stem_len;
	name.ext_len = end - base - name.stem_len;
	*out = name;
	return 0;
}

/* Templates */

static int fail(const char *template, const char *why, struct dv_err *err)
{
	dv_err_set(err, DV_E_INVALID, "name format '%s': %s", template, why);
	return dv_err_hint(err, "the usual one is '%s'", DV_NAME_TEMPLATE);
}

static void add_literal(struct template *t, char c)
{
	struct token *last = t->n ? &t->v[t->n - 1] : NULL;

	if (!last || last->part != LITERAL) {
		last = &t->v[t->n++];
		last->part = LITERAL;
		last->s = t->text + t->used;
		last->n = 0;
	}
	t->text[t->used++] = c;
	last->n++;
}

/* s is behind "%(": the part it names, or PARTS. */
static enum part find_part(const char *s, size_t n)
{
	enum part i;

	for (i = STEM; i < PARTS; i++)
		if (strlen(part_name[i]) == n && !memcmp(part_name[i], s, n))
			break;
	return i;
}

static int read_tokens(struct template *t, const char *s, struct dv_err *err)
{
	const char *whole = s;
	unsigned seen = 0;

	if (strlen(s) > TEMPLATE_MAX)
		return fail("", "longer than 200 bytes", err);
	for (; *s; s++) {
		size_t n = s[0] == '%' && s[1] == '(' ? strcspn(s, ")") : 0;

		if (n) {
			enum part part = find_part(s + 2, n - 2);

			if (!s[n] || part == PARTS)
				return fail(whole, "a '%(' begins no part "
					    "that there is", err);
			if (seen & 1u << part)
				return fail(whole, "a part is there twice",
					    err);
			seen |= 1u << part;
			t->v[t->n++].part = part;
			s += n;
		} else {
			if (*s == '%' && *++s != '%')
				return fail(whole, "write '%%' for one '%'",
					    err);
			if (*s == '/' || *s == '.')
				return fail(whole, "its own text must not "
					    "hold '/' or '.'", err);
			add_literal(t, *s);
		}
	}
	if (seen != (1u << PARTS) - (1u << STEM))
		return fail(whole, "it needs %(stem), %(code), %(dirty), "
			    "%(config) and %(ext), each once", err);
	return 0;
}

/* Does text that begins (or ends) with no letter or digit follow token i? */
static bool bounded(const struct template *t, size_t i, int step)
{
	const struct token *next;

	if (!i && step < 0)
		return true;
	next = &t->v[i + (size_t)step];
	if (next->part == EXT)
		return true;
	return next->part == LITERAL &&
	       !is_alnum((unsigned char)next->s[step < 0 ? next->n - 1 : 0]);
}

static size_t index_of(const struct template *t, enum part part)
{
	size_t i = 0;

	while (t->v[i].part != part)
		i++;
	return i;
}

/*
 * What these rules keep apart, and in which order dv_name_parse() takes
 * it: a run of hex digits ends where the text around it begins; "-dirty"
 * is not the beginning of what follows it; nothing in the template looks
 * like an extension.
 */
static int check_order(const struct template *t, const char *s,
		       struct dv_err *err)
{
	size_t code = index_of(t, CODE), config = index_of(t, CONFIG);
	const struct token *after;

	if (t->v[t->n - 1].part != EXT)
		return fail(s, "%(ext) must come last", err);
	if (t->v[code + 1].part != DIRT)
		return fail(s, "%(dirty) must come right after %(code)", err);
	if (!bounded(t, code, -1) || !bounded(t, code + 1, 1) ||
	    !bounded(t, config, -1) || !bounded(t, config, 1) ||
	    !bounded(t, index_of(t, STEM), 1))
		return fail(s, "%(code) and %(config) need a character that "
			    "is no letter or digit on both sides, %(stem) "
			    "after it", err);

	after = &t->v[code + 2];
	if (after->part == LITERAL && after->s[0] == '-' &&
	    (t->v[code + 3].part == STEM ||
	     (after->n >= strlen(DIRTY) &&
	      !memcmp(after->s, DIRTY, strlen(DIRTY)))))
		return fail(s, "what follows %(dirty) could be taken for it",
			    err);
	return 0;
}

static int read_template(struct template *t, const char *s,
			 struct dv_err *err)
{
	int rc;

	memset(t, 0, sizeof(*t));
	if (!s || !*s)
		s = DV_NAME_TEMPLATE;
	rc = read_tokens(t, s, err);
	return rc < 0 ? rc : check_order(t, s, err);
}

int dv_name_check(const char *template, struct dv_err *err)
{
	struct template t;

	return read_template(&t, template, err);
}

/* Names from parts */

static int check_hex(const char *what, const char *s, size_t least,
		     size_t most, struct dv_err *err)
{
	size_t n = strlen(s);

	if (n < least || n > most || !dv_hex_is(s, n))
		return dv_err_set(err, DV_E_INVALID, "%s '%.100s' is not %zu "
				  "to %zu lower-case hex digits", what, s,
				  least, most);
	return 0;
}

static void add_part(struct dv_buf *out, const struct token *t,
		     const struct dv_name *name, const char *code, bool dirty,
		     const char *config)
{
	switch (t->part) {
	case STEM:
		dv_buf_add(out, name->stem, name->stem_len);
		break;
	case CODE:
		dv_buf_add(out, code, DV_NAME_CODE);
		break;
	case DIRT:
		dv_buf_str(out, dirty ? DIRTY : "");
		break;
	case CONFIG:
		dv_buf_str(out, config);
		break;
	case EXT:
		dv_buf_add(out, name->ext, name->ext_len);
		break;
	default:
		dv_buf_add(out, t->s, t->n);
	}
}

int dv_name_format(struct dv_buf *out, const char *template,
		   const char *path, size_t n, const char *code, bool dirty,
		   const char *config, struct dv_err *err)
{
	struct template t;
	struct dv_name name;
	int rc;

	rc = read_template(&t, template, err);
	if (rc < 0)
		return rc;
	rc = check_hex("code commit", code, DV_NAME_CODE, DV_NAME_CODE_MAX,
		       err);
	if (rc < 0)
		return rc;
	rc = check_hex("config hash", config, DV_NAME_CONFIG_MIN,
		       DV_NAME_CONFIG_MAX, err);
	if (rc < 0)
		return rc;
	rc = dv_name_split(&name, path, n, err);
	if (rc < 0)
		return rc;

	dv_buf_add(out, name.dir, name.dir_len);
	for (size_t i = 0; i < t.n; i++)
		add_part(out, &t.v[i], &name, code, dirty, config);
	if (name.slash)
		dv_buf_char(out, '/');
	return 0;
}

/* Parts from names */

/* Take n bytes from the left or the right end; returns where they are. */
static const char *cut(struct span *rest, size_t n, bool left)
{
	const char *at = left ? rest->p : rest->p + rest->n - n;

	if (left)
		rest->p += n;
	rest->n -= n;
	return at;
}

static bool take_text(struct span *rest, const char *s, size_t n, bool left)
{
	if (rest->n < n ||
	    memcmp(left ? rest->p : rest->p + rest->n - n, s, n))
		return false;
	cut(rest, n, left);
	return true;
}

static bool take_hex(struct span *rest, char *out, size_t least, size_t most,
		     bool left)
{
	size_t n = 0;

	while (n < rest->n &&
	       dv_hex_is(rest->p + (left ? n : rest->n - n - 1), 1))
		n++;
	if (n < least || n > most)
		return false;
	memcpy(out, cut(rest, n, left), n);
	out[n] = '\0';
	return true;
}

static bool take_part(struct dv_name *name, const struct token *t,
		      struct span *rest, bool left)
{
	switch (t->part) {
	case CODE:
		return take_hex(rest, name->code, DV_NAME_CODE,
				DV_NAME_CODE_MAX, left);
	case CONFIG:
		return take_hex(rest, name->config, DV_NAME_CONFIG_MIN,
				DV_NAME_CONFIG_MAX, left);
	case DIRT:
		name->dirty = take_text(rest, DIRTY, strlen(DIRTY), left);
		return true;
	case EXT:
		return true;
	default:
		return take_text(rest, t->s, t->n, left);
	}
}

/*
 * From the left up to the stem, then from the right; what is left is the
 * stem, with the extension where nothing stands between them.
 */
static bool take_parts(struct dv_name *name, const struct template *t)
{
	size_t stem = index_of(t, STEM);
	struct span rest = { name->stem, name->stem_len };

	if (stem + 2 == t->n)
		rest.n += name->ext_len;
	for (size_t i = 0; i < stem; i++)
		if (!take_part(name, &t->v[i], &rest, true))
			return false;
	for (size_t i = t->n - 1; i > stem; i--)
		if (!take_part(name, &t->v[i], &rest, false))
			return false;
	if (!rest.n)
		return false;

	name->stem = rest.p;
	name->stem_len = rest.n;
	if (stem + 2 == t->n) {
		if (!name->slash)
			name->stem_len = ext_start(rest.p, rest.n);
		name->ext = rest.p + name->stem_len;
		name->ext_len = rest.n - name->stem_len;
	}
	return true;
}

int dv_name_parse(struct dv_name *out, const char *template,
		  const char *path, size_t n, struct dv_err *err)
{
	struct template t;
	struct dv_name name;
	int rc;

	rc = read_template(&t, template, err);
	if (rc < 0)
		return rc;
	rc = dv_name_split(out, path, n, err);
	if (rc < 0)
		return rc;

	name = *out;
	if (!take_parts(&name, &t))
		return 0;
	*out = name;
	return 1;
}
