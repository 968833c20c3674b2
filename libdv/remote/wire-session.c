/* SPDX-License-Identifier: MIT */
#include "remote/wire-field.h"

#include <string.h>

static const char *const word_names[] = {
	[DV_WIRE_HELLO] = "dv-transport",
	[DV_WIRE_SET] = "set",
	[DV_WIRE_START] = "start",
	[DV_WIRE_CAN] = "can",
	[DV_WIRE_INFO] = "info",
	[DV_WIRE_READY] = "ready",
	[DV_WIRE_REFUSED] = "error",
	[DV_WIRE_NOTE] = "note",
	[DV_WIRE_QUIT] = "quit",
	[DV_WIRE_BYE] = "bye",
};

int dv_wire_parse_session(struct dv_wire_session *s, const char *line,
			  size_t n, struct dv_err *err)
{
	struct dv_wirefield c = dv_wirefield_of(line, n);

	memset(s, 0, sizeof(*s));
	s->word = dv_wirefield_name(&c, word_names, DV_WIRE_COUNT(word_names),
				    "no such word");
	if (c.bad || s->word == DV_WIRE_START || s->word == DV_WIRE_READY ||
	    s->word == DV_WIRE_QUIT)
		return dv_wirefield_finish(&c, line, n, err);

	dv_wirefield_space(&c);
	switch (s->word) {
	case DV_WIRE_SET:
	case DV_WIRE_CAN:
	case DV_WIRE_INFO:
		dv_wirefield_ident(&c, s->name);
		dv_wirefield_space(&c);
		dv_wirefield_text(&c, s->value);
		break;
	case DV_WIRE_REFUSED:
		s->class = dv_wirefield_class(&c);
		dv_wirefield_space(&c);
		dv_wirefield_text(&c, s->value);
		break;
	case DV_WIRE_BYE:
		s->requests = dv_wirefield_number(&c);
		dv_wirefield_space(&c);
		s->retries = dv_wirefield_number(&c);
		break;
	default:
		dv_wirefield_text(&c, s->value);
		break;
	}
	return dv_wirefield_finish(&c, line, n, err);
}

void dv_wire_format_session(struct dv_buf *out,
			    const struct dv_wire_session *s)
{
	dv_buf_str(out, word_names[s->word]);
	switch (s->word) {
	case DV_WIRE_START:
	case DV_WIRE_READY:
	case DV_WIRE_QUIT:
		break;
	case DV_WIRE_SET:
	case DV_WIRE_CAN:
	case DV_WIRE_INFO:
		dv_buf_printf(out, " %s", s->name);
		dv_wirefield_add_text(out, s->value);
		break;
	case DV_WIRE_REFUSED:
		dv_buf_printf(out, " %s", dv_wire_class_name(s->class));
		dv_wirefield_add_text(out, s->value);
		break;
	case DV_WIRE_BYE:
		dv_wirefield_add_number(out, s->requests);
		dv_wirefield_add_number(out, s->retries);
		break;
	default:
		dv_wirefield_add_text(out, s->value);
		break;
	}
	dv_buf_char(out, '\n');
}
