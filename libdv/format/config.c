/* SPDX-License-Identifier: MIT */
#include "format/config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "format/jcs.h"
#include "format/json.h"
#include "format/yaml.h"

enum dv_config_kind dv_config_kind(const char *path)
{
	const char *dot = strrchr(path, '.');

	if (dot && !strcasecmp(dot, ".json"))
		return DV_CONFIG_JSON;
	if (dot && (!strcasecmp(dot, ".yaml") || !strcasecmp(dot, ".yml")))
		return DV_CONFIG_YAML;
	return DV_CONFIG_OTHER;
}

bool dv_config_is_setting(const char *arg)
{
	return arg[strcspn(arg, "=/")] == '=';
}

/*
 * {"!plain":"<text>"} is how JSON writes PLAIN, so it is read as that
 * wherever it stands.
 */
static void read_marks(struct dv_value *v)
{
	if (v->type == DV_VALUE_ARRAY) {
		for (size_t i = 0; i < v->u.array.n; i++)
			read_marks(&v->u.array.v[i]);
	} else if (v->type == DV_VALUE_MAP) {
		const struct dv_value *text = dv_value_get(v, "!plain", 6);

		if (v->u.map.n == 1 && text && text->type == DV_VALUE_STR) {
			struct dv_value plain = dv_value_plain(
				text->u.str.s, text->u.str.n);

			dv_value_release(v);
			*v = plain;
			return;
		}
		for (size_t i = 0; i < v->u.map.n; i++)
			read_marks(&v->u.map.m[i].val);
	}
}

static void move_member(struct dv_value *to, struct dv_member *m)
{
	dv_grow(&to->u.map.m, &to->u.map.cap, to->u.map.n + 1, sizeof(*m));
	to->u.map.m[to->u.map.n++] = *m;
}

static int key_cmp(const struct dv_member *a, const struct dv_member *b)
{
	int c = memcmp(a->key, b->key, a->n < b->n ? a->n : b->n);

	return c ? c : (a->n > b->n) - (a->n < b->n);
}

/* Both sorted; over is taken apart, and null afterwards. */
static void merge(struct dv_value *base, struct dv_value *over)
{
	struct dv_value both;
	size_t i = 0, j = 0;

	if (base->type != DV_VALUE_MAP || over->type != DV_VALUE_MAP) {
		dv_value_release(base);
		*base = *over;
		memset(over, 0, sizeof(*over));
		return;
	}

	both = dv_value_map();
	while (i < base->u.map.n || j < over->u.map.n) {
		struct dv_member *a = i < base->u.map.n ?
				      &base->u.map.m[i] : NULL;
		struct dv_member *b = j < over->u.map.n ?
				      &over->u.map.m[j] : NULL;
		int c = !a ? 1 : !b ? -1 : key_cmp(a, b);

		if (!c) {
			merge(&a->val, &b->val);
			free(b->key);
			j++;
		}
		if (c <= 0) {
			move_member(&both, a);
			i++;
		} else {
			move_member(&both, b);
			j++;
		}
	}
	free(base->u.map.m);
	free(over->u.map.m);
	*base = both;
	memset(over, 0, sizeof(*over));
}

int dv_config_add_text(struct dv_value *config, enum dv_config_kind kind,
		       const char *text, size_t n, const char *name,
		       struct dv_err *err)
{
	struct dv_value v = DV_VALUE_INIT;
	bool empty = false;
	int rc;

	if (n > DV_CONFIG_FILE_MAX)
		return dv_err_set(err, DV_E_LIMIT, "configuration file '%s' "
				  "is larger than 16 MiB", name);
	if (kind == DV_CONFIG_YAML)
		rc = dv_yaml_parse(&v, text, n, name, &empty, err);
	else
		rc = dv_json_parse(&v, text, n, name, err);
	if (rc < 0 || empty)
		return rc;

	read_marks(&v);
	dv_value_sort(&v);
	dv_value_sort(config);
	merge(config, &v);
	return 0;
}

int dv_config_add_digest(struct dv_value *config, const char *path,
			 const struct dv_digest *digest, struct dv_err *err)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	char id[DV_DIGEST_TEXT];
	struct dv_value *old, v;

	if (!dv_value_is_text(name, strlen(name)))
		return dv_err_set(err, DV_E_INVALID, "the name of the "
				  "configuration file '%s' is not UTF-8",
				  path);

	dv_digest_format(id, digest);
	v = dv_value_str(id, strlen(id));
	old = dv_value_get(config, name, strlen(name));
	if (old && !dv_value_eq(old, &v)) {
		dv_value_release(&v);
		return dv_err_set(err, DV_E_EXISTS, "the configuration has a "
				  "key '%s' already: '%s' cannot be added",
				  name, path);
	}
	if (old)
		dv_value_release(old);
	if (config->type != DV_VALUE_MAP) {
		dv_value_release(config);
		*config = dv_value_map();
	}
	*dv_value_set(config, name, strlen(name)) = v;
	return 0;
}

static size_t depth_of(const struct dv_value *v)
{
	size_t most = 0, n;

	if (v->type == DV_VALUE_ARRAY)
		n = v->u.array.n;
	else if (v->type == DV_VALUE_MAP)
		n = v->u.map.n;
	else
		return 0;

	for (size_t i = 0; i < n; i++) {
		size_t d = depth_of(v->type == DV_VALUE_MAP ?
				    &v->u.map.m[i].val : &v->u.array.v[i]);

		most = d > most ? d : most;
	}
	return most + 1;
}

/* Not JSON is a string; JSON that breaks a rule of ours is a mistake. */
static int parse_setting(struct dv_value *out, const char *arg,
			 const char *text, struct dv_err *err)
{
	struct dv_err why = DV_ERR_INIT;
	size_t n = strlen(text);
	int rc = dv_json_parse(out, text, n, arg, &why);

	if (rc >= 0) {
		read_marks(out);
		return 0;
	}
	if (rc != -DV_E_FORMAT) {
		*err = why;
		return rc;
	}
	if (!dv_value_is_text(text, n))
		return dv_err_set(err, DV_E_INVALID,
				  "setting '%s' is not UTF-8", arg);
	*out = dv_value_str(text, n);
	return 0;
}

/* Parts of the key's n bytes, counted; 0 where one is empty. */
static size_t count_parts(const char *key, size_t n)
{
	size_t parts = 1;

	if (!n || key[0] == '.' || key[n - 1] == '.')
		return 0;
	for (size_t i = 0; i < n; i++) {
		if (key[i] == '.' && key[i + 1] == '.')
			return 0;
		parts += key[i] == '.';
	}
	return parts;
}

static void set_path(struct dv_value *at, const char *key, size_t n,
		     const struct dv_value *v)
{
	while (1) {
		const char *dot = memchr(key, '.', n);
		size_t part = dot ? (size_t)(dot - key) : n;

		if (at->type != DV_VALUE_MAP) {
			dv_value_release(at);
			*at = dv_value_map();
		}
		at = dv_value_set(at, key, part);
		if (!dot)
			break;
		key += part + 1;
		n -= part + 1;
	}
	dv_value_release(at);
	*at = *v;
}

int dv_config_add_setting(struct dv_value *config, const char *arg,
			  struct dv_err *err)
{
	size_t n = strcspn(arg, "="), parts = count_parts(arg, n);
	struct dv_value v = DV_VALUE_INIT;
	int rc;

	if (!parts || arg[n] != '=') {
		dv_err_set(err, DV_E_INVALID,
			   "setting '%s' is not <key>=<value>", arg);
		return dv_err_hint(err, "a key is one name or names joined "
				   "by dots: train.rate=0.1");
	}
	if (!dv_value_is_text(arg, n))
		return dv_err_set(err, DV_E_INVALID,
				  "setting '%s' is not UTF-8", arg);
	rc = parse_setting(&v, arg, arg + n + 1, err);
	if (rc < 0)
		return rc;
	if (parts + depth_of(&v) > DV_VALUE_DEPTH_MAX) {
		dv_value_release(&v);
		return dv_err_set(err, DV_E_LIMIT,
				  "setting '%.100s' is nested too deeply",
				  arg);
	}
	set_path(config, arg, n, &v);
	return 0;
}

int dv_config_canonical(struct dv_buf *out, const struct dv_value *config,
			struct dv_err *err)
{
	size_t max = out->max;
	int rc;

	out->max = out->len + DV_CONFIG_MAX;
	rc = dv_jcs_write(out, config, err);
	if (rc >= 0)
		rc = dv_buf_check(out, "the canonical configuration", err);
	out->max = max;
	return rc;
}

char *dv_config_hash(char *out, const void *canonical, size_t n,
		     size_t digits)
{
	char id[DV_DIGEST_TEXT];
	struct dv_digest d;

	dv_digest_of(&d, DV_ALGO_XXH128, canonical, n);
	dv_digest_hex(id, &d);
	memcpy(out, id, digits);
	out[digits] = '\0';
	return out;
}
