/* SPDX-License-Identifier: MIT */
#include "remote/wire-field.h"

#include <inttypes.h>
#include <string.h>

static const char *const kind_names[] = {
	[DV_WIRE_GOT] = "got",
	[DV_WIRE_DONE] = "done",
	[DV_WIRE_IS] = "is",
	[DV_WIRE_ITEM] = "item",
	[DV_WIRE_END] = "end",
	[DV_WIRE_ERROR] = "error",
	[DV_WIRE_MOVED] = "moved",
};

static void take_reply(struct dv_wirefield *c, struct dv_wire_reply *r)
{
	static const char *const ends[] = { "last", "more" };

	if (r->kind == DV_WIRE_DONE)
		return;
	dv_wirefield_space(c);
	switch (r->kind) {
	case DV_WIRE_GOT:
		r->count = dv_wirefield_number(c);
		dv_wirefield_space(c);
		r->size = dv_wirefield_maybe(c);
		break;
	case DV_WIRE_IS:
		r->size = dv_wirefield_maybe(c);
		dv_wirefield_space(c);
		r->modified = dv_wirefield_maybe(c);
		dv_wirefield_space(c);
		r->now = dv_wirefield_maybe(c);
		break;
	case DV_WIRE_ITEM:
		dv_wirefield_key(c, r->key);
		dv_wirefield_space(c);
		r->size = dv_wirefield_maybe(c);
		dv_wirefield_space(c);
		r->modified = dv_wirefield_maybe(c);
		break;
	case DV_WIRE_END:
		r->more = dv_wirefield_name(c, ends, 2,
					    "neither 'last' nor 'more'");
		break;
	case DV_WIRE_ERROR:
		r->class = dv_wirefield_class(c);
		dv_wirefield_space(c);
		dv_wirefield_text(c, r->text);
		break;
	case DV_WIRE_MOVED:
		r->count = dv_wirefield_number(c);
		break;
	case DV_WIRE_DONE:
		break;
	}
}

int dv_wire_parse_reply(struct dv_wire_reply *r, const char *line, size_t n,
			struct dv_err *err)
{
	struct dv_wirefield c = dv_wirefield_of(line, n);

	memset(r, 0, sizeof(*r));
	r->size = r->modified = r->now = -1;
	r->id = dv_wirefield_id(&c);
	r->kind = dv_wirefield_name(&c, kind_names, DV_WIRE_COUNT(kind_names),
				    "no such reply");
	if (!c.bad)
		take_reply(&c, r);
	return dv_wirefield_finish(&c, line, n, err);
}

void dv_wire_format_reply(struct dv_buf *out, const struct dv_wire_reply *r)
{
	dv_buf_printf(out, "%" PRIu64 " %s", r->id, kind_names[r->kind]);
	switch (r->kind) {
	case DV_WIRE_GOT:
		dv_wirefield_add_number(out, r->count);
		dv_wirefield_add_maybe(out, r->size);
		break;
	case DV_WIRE_IS:
		dv_wirefield_add_maybe(out, r->size);
		dv_wirefield_add_maybe(out, r->modified);
		dv_wirefield_add_maybe(out, r->now);
		break;
	case DV_WIRE_ITEM:
		dv_wirefield_add(out, r->key);
		dv_wirefield_add_maybe(out, r->size);
		dv_wirefield_add_maybe(out, r->modified);
		break;
	case DV_WIRE_END:
		dv_buf_str(out, r->more ? " more" : " last");
		break;
	case DV_WIRE_ERROR:
		dv_buf_printf(out, " %s", dv_wire_class_name(r->class));
		dv_wirefield_add_text(out, r->text);
		break;
	case DV_WIRE_MOVED:
		dv_wirefield_add_number(out, r->count);
		break;
	case DV_WIRE_DONE:
		break;
	}
	dv_buf_char(out, '\n');
}
