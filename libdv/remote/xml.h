/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_XML_H
#define DV_REMOTE_XML_H

/*
 * The XML that object stores answer with: elements and text, no more.  A
 * document type is refused, so that nothing expands.  The door to
 * expat.h.
 */

#include <stddef.h>

#include "base/err.h"

#define DV_XML_DEPTH_MAX 16
#define DV_XML_PATH_MAX 512
#define DV_XML_TEXT_MAX 65536		/* of one element */

/*
 * An element has ended: its names from the root on ("Error/Code") and the
 * text directly in it.  Non-zero ends the parsing and is returned.
 */
typedef int dv_xml_fn(void *arg, const char *path, const char *text,
		      struct dv_err *err);

/* DV_E_FORMAT names what: "the answer to …". */
int dv_xml_parse(const char *data, size_t n, const char *what,
		 dv_xml_fn *fn, void *arg, struct dv_err *err);

#endif
