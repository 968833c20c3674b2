/* SPDX-License-Identifier: MIT */
#include "remote/wire-field.h"

#include <inttypes.h>
#include <string.h>

static const char *const verb_names[] = {
	[DV_WIRE_GET] = "get",
	[DV_WIRE_PUT] = "put",
	[DV_WIRE_HEAD] = "head",
	[DV_WIRE_LIST] = "list",
	[DV_WIRE_DELETE] = "delete",
};

static void take_get(struct dv_wirefield *c, struct dv_wire_request *r)
{
	dv_wirefield_key(c, r->key);
	dv_wirefield_space(c);
	r->off = dv_wirefield_number(c);
	dv_wirefield_space(c);
	r->count = dv_wirefield_number(c);
	dv_wirefield_space(c);
	dv_wirefield_file(c, r->file);
	dv_wirefield_space(c);
	r->at = dv_wirefield_number(c);
	if (!c->bad && (r->count > DV_WIRE_SIZE_MAX - r->off ||
			r->count > DV_WIRE_SIZE_MAX - r->at))
		c->bad = "a range ends nowhere";
}

static void take_put(struct dv_wirefield *c, struct dv_wire_request *r)
{
	static const char *const conditions[] = { "any", "absent" };

	dv_wirefield_key(c, r->key);
	dv_wirefield_space(c);
	dv_wirefield_file(c, r->file);
	dv_wirefield_space(c);
	r->at = dv_wirefield_number(c);
	dv_wirefield_space(c);
	r->count = dv_wirefield_number(c);
	dv_wirefield_space(c);
	r->absent = dv_wirefield_name(c, conditions, 2, "no such condition");
	if (!c->bad && r->count > DV_WIRE_SIZE_MAX - r->at)
		c->bad = "a range ends nowhere";
}

static void take_list(struct dv_wirefield *c, struct dv_wire_request *r)
{
	uint64_t limit;

	dv_wirefield_prefix(c, r->key);
	dv_wirefield_space(c);
	dv_wirefield_prefix(c, r->after);
	dv_wirefield_space(c);
	limit = dv_wirefield_number(c);
	if (!c->bad && (!limit || limit > DV_WIRE_LIST_MAX))
		c->bad = "a list of none or of too many";
	r->limit = (unsigned)limit;
}

int dv_wire_parse_request(struct dv_wire_request *r, const char *line,
			  size_t n, struct dv_err *err)
{
	struct dv_wirefield c = dv_wirefield_of(line, n);

	memset(r, 0, sizeof(*r));
	r->id = dv_wirefield_id(&c);
	r->verb = dv_wirefield_name(&c, verb_names, DV_WIRE_COUNT(verb_names),
				    "no such verb");
	dv_wirefield_space(&c);
	switch (r->verb) {
	case DV_WIRE_GET:
		take_get(&c, r);
		break;
	case DV_WIRE_PUT:
		take_put(&c, r);
		break;
	case DV_WIRE_LIST:
		take_list(&c, r);
		break;
	case DV_WIRE_HEAD:
	case DV_WIRE_DELETE:
		dv_wirefield_key(&c, r->key);
		break;
	}
	return dv_wirefield_finish(&c, line, n, err);
}

void dv_wire_format_request(struct dv_buf *out,
			    const struct dv_wire_request *r)
{
	dv_buf_printf(out, "%" PRIu64 " %s", r->id, verb_names[r->verb]);
	dv_wirefield_add(out, r->key);
	if (r->verb == DV_WIRE_GET) {
		dv_wirefield_add_number(out, r->off);
		dv_wirefield_add_number(out, r->count);
		dv_wirefield_add(out, r->file);
		dv_wirefield_add_number(out, r->at);
	} else if (r->verb == DV_WIRE_PUT) {
		dv_wirefield_add(out, r->file);
		dv_wirefield_add_number(out, r->at);
		dv_wirefield_add_number(out, r->count);
		dv_buf_str(out, r->absent ? " absent" : " any");
	} else if (r->verb == DV_WIRE_LIST) {
		dv_wirefield_add(out, r->after);
		dv_wirefield_add_number(out, r->limit);
	}
	dv_buf_char(out, '\n');
}
