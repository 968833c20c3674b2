/* SPDX-License-Identifier: MIT */
#ifndef DV_FORMAT_VALUE_H
#define DV_FORMAT_VALUE_H

/*
 * Values: the tree that JSON, YAML, configurations and the metadata of a
 * manifest are read into and written from.
 *
 * Invariants
 *  - A value owns everything below it; an all-zero struct is null, and
 *    null owns nothing.  Assigning the struct moves it.
 *  - BIGINT is for integers that an int64_t cannot hold: an optional '-'
 *    and digits, the first not 0.  REAL is finite.
 *  - STR and PLAIN are UTF-8 (dv_value_is_text()), and may hold NUL; a
 *    NUL that is not counted follows.  PLAIN is a YAML scalar, written
 *    without quotes, whose type YAML 1.1 and 1.2 disagree on: it equals
 *    no STR.  dv-format-config(5) has the list and its JSON form.
 *  - Members of a map are in the order they came, with unique keys.
 *  - Whoever builds a tree from outside keeps it within
 *    DV_VALUE_DEPTH_MAX: the functions here recurse.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Arrays and maps inside one another; a scalar alone is depth 0. */
#define DV_VALUE_DEPTH_MAX 256

enum dv_value_type {
	DV_VALUE_NULL = 0,
	DV_VALUE_BOOL,
	DV_VALUE_INT,
	DV_VALUE_BIGINT,
	DV_VALUE_REAL,
	DV_VALUE_STR,
	DV_VALUE_PLAIN,
	DV_VALUE_ARRAY,
	DV_VALUE_MAP
};

struct dv_member;

struct dv_value {
	enum dv_value_type type;
	union {
		bool b;				/* BOOL */
		int64_t i;			/* INT */
		double real;			/* REAL */
		struct {			/* BIGINT, STR, PLAIN */
			char *s;
			size_t n;
		} str;
		struct {			/* ARRAY */
			struct dv_value *v;
			size_t n, cap;
		} array;
		struct {			/* MAP */
			struct dv_member *m;
			size_t n, cap;
			bool sorted;		/* private */
		} map;
	} u;
};

struct dv_member {
	char *key;		/* UTF-8, an uncounted NUL follows */
	size_t n;		/* bytes of key */
	struct dv_value val;
};

#define DV_VALUE_INIT { DV_VALUE_NULL, { false } }

/* Free what v owns; v is null again. */
void dv_value_release(struct dv_value *v);
/* Deep copy into dst, which is overwritten without being released. */
void dv_value_copy(struct dv_value *dst, const struct dv_value *src);
/*
 * Same type and same content; maps whatever their order.  INT 1 and
 * REAL 1.0 are not equal here, though their canonical forms are.
 */
bool dv_value_eq(const struct dv_value *a, const struct dv_value *b);

/* New values.  Text is copied. */
struct dv_value dv_value_bool(bool b);
struct dv_value dv_value_int(int64_t i);
struct dv_value dv_value_real(double real);		/* finite */
struct dv_value dv_value_str(const char *s, size_t n);
struct dv_value dv_value_plain(const char *s, size_t n);
struct dv_value dv_value_array(void);
struct dv_value dv_value_map(void);
/*
 * An integer from n bytes of decimal digits with an optional sign before
 * them: INT where it fits, else BIGINT.  Leading zeros and '+' go away.
 */
struct dv_value dv_value_digits(const char *s, size_t n);

/*
 * A new last element of array, or a new member of map, null, to be filled
 * in; the pointer holds until the next addition.  For dv_value_add() the
 * caller knows that key is not there: it does not look.
 */
struct dv_value *dv_value_push(struct dv_value *array);
struct dv_value *dv_value_add(struct dv_value *map, const char *key,
			      size_t n);
/* The member key, added as null where it is missing. */
struct dv_value *dv_value_set(struct dv_value *map, const char *key,
			      size_t n);
/*
 * The member key, or NULL; NULL as well where map is no map.  Takes
 * log n steps after dv_value_sort(), else n.
 */
struct dv_value *dv_value_get(const struct dv_value *map, const char *key,
			      size_t n);

/*
 * Put the members of v and of all maps below it in ascending order of
 * their keys' bytes.  Returns NULL, or one of two members of a map that
 * have the same key (borrowed): possible only after dv_value_add().
 */
const struct dv_member *dv_value_sort(struct dv_value *v);

/* Well-formed UTF-8: no overlong form, no surrogate, at most U+10FFFF. */
bool dv_value_is_text(const char *s, size_t n);

#endif
