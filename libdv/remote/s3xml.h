/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_S3XML_H
#define DV_REMOTE_S3XML_H

/*
 * What S3 answers in XML, in structs; DV_E_FORMAT, DV_E_LIMIT.  Anything
 * that is not known is passed over.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define DV_S3XML_ITEMS_MAX 10000	/* of one page */

/* <Error>: empty strings for what is not said. */
struct dv_s3_error {
	char code[100];
	char message[500];
	char request_id[200];
	char region[64];
	char endpoint[256];
	int64_t actual_size;		/* of InvalidRange; -1 */
};
/* Of what is no <Error>, all is empty: there is no failure. */
void dv_s3xml_parse_error(struct dv_s3_error *e, const char *text, size_t n);

struct dv_s3_item {
	char *key;			/* list: decoded; uploads: too */
	char *upload_id;		/* uploads */
	int64_t size, time;		/* -1 not known */
};

struct dv_s3_page {
	struct dv_s3_item *items;
	size_t n, cap;
	bool truncated;
	char *next;			/* continuation token, or NULL */
};
#define DV_S3_PAGE_INIT { NULL, 0, 0, false, NULL }

void dv_s3_page_release(struct dv_s3_page *p);
/* <ListBucketResult>. */
int dv_s3xml_parse_list(struct dv_s3_page *p, const char *text, size_t n,
			struct dv_err *err);
/* <ListMultipartUploadsResult>. */
int dv_s3xml_parse_uploads(struct dv_s3_page *p, const char *text, size_t n,
			   struct dv_err *err);
/*
 * <VersioningConfiguration>: "on", "suspended" or "off", the caller's; left
 * alone where it is none of these.
 */
int dv_s3xml_parse_versioning(char **status, const char *text, size_t n,
			      struct dv_err *err);
/* <InitiateMultipartUploadResult>: the id, the caller's. */
int dv_s3xml_parse_upload_id(char **id, const char *text, size_t n,
			     struct dv_err *err);

#endif
