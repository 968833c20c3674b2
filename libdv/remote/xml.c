/* SPDX-License-Identifier: MIT */
#include "remote/xml.h"

#include <expat.h>
#include <limits.h>
#include <string.h>

#include "base/buf.h"

struct parse {
	XML_Parser parser;
	char path[DV_XML_PATH_MAX];
	size_t ends[DV_XML_DEPTH_MAX];	/* where each name began */
	unsigned depth;
	struct dv_buf text;		/* since the last tag */
	const char *bad;
	dv_xml_fn *fn;
	void *arg;
	struct dv_err *err;
	int rc;
};

static void stop(struct parse *p, const char *bad)
{
	if (!p->bad)
		p->bad = bad;
	XML_StopParser(p->parser, XML_FALSE);
}

static void on_start(void *arg, const XML_Char *name, const XML_Char **attr)
{
	struct parse *p = arg;
	size_t at = strlen(p->path), n = strlen(name);

	(void)attr;
	if (p->depth == DV_XML_DEPTH_MAX || at + n + 2 > sizeof(p->path)) {
		stop(p, "is nested too deep");
		return;
	}
	p->ends[p->depth++] = at;
	if (at)
		p->path[at++] = '/';
	memcpy(p->path + at, name, n + 1);
	dv_buf_reset(&p->text);
}

static void on_end(void *arg, const XML_Char *name)
{
	struct parse *p = arg;

	(void)name;
	if (p->rc || p->bad)
		return;
	p->rc = p->fn(p->arg, p->path, dv_buf_cstr(&p->text), p->err);
	if (p->rc)
		XML_StopParser(p->parser, XML_FALSE);
	p->path[p->ends[--p->depth]] = '\0';
	dv_buf_reset(&p->text);
}

static void on_text(void *arg, const XML_Char *s, int n)
{
	struct parse *p = arg;

	dv_buf_add(&p->text, s, (size_t)n);
	if (p->text.overflow)
		stop(p, "has a text that is too long");
}

static void on_doctype(void *arg, const XML_Char *name, const XML_Char *sys,
		       const XML_Char *pub, int has_internal)
{
	(void)name;
	(void)sys;
	(void)pub;
	(void)has_internal;
	stop(arg, "has a document type");
}

int dv_xml_parse(const char *data, size_t n, const char *what,
		 dv_xml_fn *fn, void *arg, struct dv_err *err)
{
	struct parse p = { .fn = fn, .arg = arg, .err = err };
	enum XML_Status status;

	p.parser = XML_ParserCreate("UTF-8");
	if (!p.parser || n > INT_MAX) {
		if (p.parser)
			XML_ParserFree(p.parser);
		return dv_err_set(err, DV_E_LIMIT, "%s cannot be read", what);
	}
	dv_buf_init(&p.text, DV_XML_TEXT_MAX);
	XML_SetUserData(p.parser, &p);
	XML_SetElementHandler(p.parser, on_start, on_end);
	XML_SetCharacterDataHandler(p.parser, on_text);
	XML_SetStartDoctypeDeclHandler(p.parser, on_doctype);

	status = XML_Parse(p.parser, data, (int)n, 1);
	if (!p.rc && p.bad)
		p.rc = dv_err_set(err, DV_E_FORMAT, "%s %s", what, p.bad);
	else if (!p.rc && status != XML_STATUS_OK)
		p.rc = dv_err_set(err, DV_E_FORMAT, "%s is not XML: %s", what,
				  XML_ErrorString(
					XML_GetErrorCode(p.parser)));
	XML_ParserFree(p.parser);
	dv_buf_release(&p.text);
	return p.rc;
}
