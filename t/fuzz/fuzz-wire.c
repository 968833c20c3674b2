/* SPDX-License-Identifier: MIT */

/*
 * Lines of the transport protocol: what is accepted is one spelling, so
 * formatting it gives the line again, and keeps its limits.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "remote/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void same(const struct dv_buf *out, const char *line, size_t n)
{
	if (out->len != n + 1 || memcmp(out->data, line, n) ||
	    out->data[n] != '\n')
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct dv_wire_request request;
	static struct dv_wire_reply reply;
	static struct dv_wire_session session;
	const char *line = (const char *)data;
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf out = DV_BUF_INIT;

	if (n >= DV_WIRE_LINE_MAX)
		return 0;
	if (!dv_wire_parse_request(&request, line, n, &err)) {
		dv_wire_format_request(&out, &request);
		same(&out, line, n);
		if (request.verb != DV_WIRE_LIST &&
		    !dv_wire_key_ok(request.key, strlen(request.key)))
			abort();
	}
	dv_buf_reset(&out);
	if (!dv_wire_parse_reply(&reply, line, n, &err)) {
		dv_wire_format_reply(&out, &reply);
		same(&out, line, n);
	}
	dv_buf_reset(&out);
	if (!dv_wire_parse_session(&session, line, n, &err)) {
		dv_wire_format_session(&out, &session);
		same(&out, line, n);
	}
	dv_buf_release(&out);
	return 0;
}
