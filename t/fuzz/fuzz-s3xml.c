/* SPDX-License-Identifier: MIT */

/* What an object store answers in XML. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "remote/s3xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check_page(struct dv_s3_page *p)
{
	if (p->n > DV_S3XML_ITEMS_MAX)
		abort();
	for (size_t i = 0; i < p->n; i++)
		if (!p->items[i].key || p->items[i].size < -1)
			abort();
	dv_s3_page_release(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *text = (const char *)data;
	struct dv_s3_page p = DV_S3_PAGE_INIT;
	struct dv_err err = DV_ERR_INIT;
	struct dv_s3_error e;
	char *id;

	if (!dv_s3xml_parse_list(&p, text, n, &err))
		check_page(&p);
	if (!dv_s3xml_parse_uploads(&p, text, n, &err))
		check_page(&p);
	if (!dv_s3xml_parse_upload_id(&id, text, n, &err))
		free(id);
	dv_s3xml_parse_error(&e, text, n);
	if (strlen(e.code) >= sizeof(e.code))
		abort();
	return 0;
}
