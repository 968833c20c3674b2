/* SPDX-License-Identifier: MIT */
#include "remote/s3xml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/hex.h"
#include "remote/awscred.h"
#include "remote/xml.h"

static int64_t number(const char *s)
{
	unsigned long long v;
	char *end;

	if (*s < '0' || *s > '9')
		return -1;
	v = strtoull(s, &end, 10);
	return *end || v > INT64_MAX ? -1 : (int64_t)v;
}

/* --- errors ----------------------------------------------------------- */

static void copy(char *dst, size_t size, const char *src)
{
	snprintf(dst, size, "%s", src);
}

static int on_error(void *arg, const char *path, const char *text,
		    struct dv_err *err)
{
	struct dv_s3_error *e = arg;

	(void)err;
	if (strncmp(path, "Error/", 6) != 0)
		return 0;
	path += 6;
	if (!strcmp(path, "Code"))
		copy(e->code, sizeof(e->code), text);
	else if (!strcmp(path, "Message"))
		copy(e->message, sizeof(e->message), text);
	else if (!strcmp(path, "RequestId"))
		copy(e->request_id, sizeof(e->request_id), text);
	else if (!strcmp(path, "Region"))
		copy(e->region, sizeof(e->region), text);
	else if (!strcmp(path, "Endpoint"))
		copy(e->endpoint, sizeof(e->endpoint), text);
	else if (!strcmp(path, "ActualObjectSize"))
		e->actual_size = number(text);
	return 0;
}

void dv_s3xml_parse_error(struct dv_s3_error *e, const char *text, size_t n)
{
	struct dv_err unsaid = DV_ERR_INIT;

	memset(e, 0, sizeof(*e));
	e->actual_size = -1;
	if (n)
		dv_xml_parse(text, n, "", on_error, e, &unsaid);
}

/* --- lists ------------------------------------------------------------ */

struct list {
	struct dv_s3_page *page;
	const char *item, *time;	/* "Contents", "LastModified" */
	bool seen;			/* its root was there */
	bool encoded;
	char *key, *upload_id;		/* of the item so far */
	int64_t size, when;
};

static void replace(char **s, const char *text)
{
	free(*s);
	*s = dv_strdup(text);
}

static int end_item(struct list *l, struct dv_err *err)
{
	struct dv_s3_page *p = l->page;

	if (p->n == DV_S3XML_ITEMS_MAX)
		return dv_err_set(err, DV_E_LIMIT, "a page of a list has more "
				  "than %d entries", DV_S3XML_ITEMS_MAX);
	dv_grow(&p->items, &p->cap, p->n + 1, sizeof(*p->items));
	p->items[p->n++] = (struct dv_s3_item){
		l->key ? l->key : dv_strdup(""), l->upload_id, l->size,
		l->when
	};
	l->key = l->upload_id = NULL;
	l->size = l->when = -1;
	return 0;
}

static int on_list(void *arg, const char *path, const char *text,
		   struct dv_err *err)
{
	struct list *l = arg;
	const char *slash = strchr(path, '/');
	size_t n = strlen(l->item);

	if (!slash) {
		l->seen = !strcmp(path, "ListBucketResult") ||
			  !strcmp(path, "ListMultipartUploadsResult");
		return 0;
	}
	path = slash + 1;
	if (!strcmp(path, l->item))
		return end_item(l, err);
	if (!strcmp(path, "IsTruncated"))
		l->page->truncated = !strcmp(text, "true");
	else if (!strcmp(path, "NextContinuationToken"))
		replace(&l->page->next, text);
	else if (!strcmp(path, "EncodingType"))
		l->encoded = !strcmp(text, "url");
	if (strncmp(path, l->item, n) || path[n] != '/')
		return 0;
	path += n + 1;
	if (!strcmp(path, "Key"))
		replace(&l->key, text);
	else if (!strcmp(path, "UploadId"))
		replace(&l->upload_id, text);
	else if (!strcmp(path, "Size"))
		l->size = number(text);
	else if (!strcmp(path, l->time))
		l->when = dv_awscred_parse_time(text);
	return 0;
}

/*
 * Undo encoding-type=url in place; a '+' is a blank, as a plus sign is
 * always written %2B.
 */
static int decode(char *s)
{
	char *to = s;

	for (; *s; s++) {
		uint8_t b;

		if (*s == '+') {
			*to++ = ' ';
		} else if (*s != '%') {
			*to++ = *s;
		} else {
			if (!s[1] || dv_hex_parse(&b, s + 1, 1) || !b)
				return -1;
			*to++ = (char)b;
			s += 2;
		}
	}
	*to = '\0';
	return 0;
}

static int decode_keys(struct list *l, struct dv_err *err)
{
	for (size_t i = 0; l->encoded && i < l->page->n; i++)
		if (decode(l->page->items[i].key))
			return dv_err_set(err, DV_E_FORMAT, "a list has a key "
					  "that is not encoded as it says");
	return 0;
}

static int parse(struct dv_s3_page *p, struct list *l, const char *text,
		 size_t n, struct dv_err *err)
{
	struct dv_s3_page page = DV_S3_PAGE_INIT;
	int rc;

	l->page = &page;
	l->size = l->when = -1;
	rc = dv_xml_parse(text, n, "the answer to a list", on_list, l, err);
	if (rc == 0 && !l->seen)
		rc = dv_err_set(err, DV_E_FORMAT, "the answer to a list is "
				"something else");
	if (rc == 0)
		rc = decode_keys(l, err);
	free(l->key);
	free(l->upload_id);
	if (rc < 0) {
		dv_s3_page_release(&page);
		return rc;
	}
	*p = page;
	return 0;
}

int dv_s3xml_parse_list(struct dv_s3_page *p, const char *text, size_t n,
			struct dv_err *err)
{
	struct list l = { .item = "Contents", .time = "LastModified" };

	return parse(p, &l, text, n, err);
}

int dv_s3xml_parse_uploads(struct dv_s3_page *p, const char *text, size_t n,
			   struct dv_err *err)
{
	struct list l = { .item = "Upload", .time = "Initiated" };

	return parse(p, &l, text, n, err);
}

void dv_s3_page_release(struct dv_s3_page *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free(p->items[i].key);
		free(p->items[i].upload_id);
	}
	free(p->items);
	free(p->next);
	*p = (struct dv_s3_page)DV_S3_PAGE_INIT;
}

/* --- multipart uploads ------------------------------------------------ */

static int on_upload(void *arg, const char *path, const char *text,
		     struct dv_err *err)
{
	char **id = arg;

	(void)err;
	if (!strcmp(path, "InitiateMultipartUploadResult/UploadId"))
		replace(id, text);
	return 0;
}

int dv_s3xml_parse_upload_id(char **id, const char *text, size_t n,
			     struct dv_err *err)
{
	char *found = NULL;
	int rc = dv_xml_parse(text, n, "the answer to the beginning of an "
			      "upload", on_upload, &found, err);

	if (rc == 0 && (!found || !*found))
		rc = dv_err_set(err, DV_E_FORMAT, "the answer to the "
				"beginning of an upload has no id");
	if (rc < 0) {
		free(found);
		return rc;
	}
	*id = found;
	return 0;
}

/* --- versioning --------------------------------------------------------- */

struct versioning {
	bool seen;
	char status[32];
};

static int on_versioning(void *arg, const char *path, const char *text,
			 struct dv_err *err)
{
	struct versioning *v = arg;

	(void)err;
	if (!strcmp(path, "VersioningConfiguration"))
		v->seen = true;
	else if (!strcmp(path, "VersioningConfiguration/Status"))
		snprintf(v->status, sizeof(v->status), "%s", text);
	return 0;
}

int dv_s3xml_parse_versioning(char **status, const char *text, size_t n,
			      struct dv_err *err)
{
	struct versioning v = { .seen = false };
	int rc = dv_xml_parse(text, n, "the answer about versioning",
			      on_versioning, &v, err);

	if (rc < 0 || !v.seen)
		return rc;
	if (!*v.status)
		*status = dv_strdup("off");
	else if (!strcmp(v.status, "Enabled"))
		*status = dv_strdup("on");
	else if (!strcmp(v.status, "Suspended"))
		*status = dv_strdup("suspended");
	return 0;
}
