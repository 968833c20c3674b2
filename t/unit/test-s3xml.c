/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "base/buf.h"
#include "remote/s3xml.h"
#include "remote/xml.h"

static const char list[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	"<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
	"<Name>b</Name><Prefix>a%2F</Prefix><KeyCount>2</KeyCount>"
	"<Contents><Key>a%2Fb+c%2B</Key><LastModified>2015-08-30T12:36:00.000Z"
	"</LastModified><ETag>&quot;x&quot;</ETag><Size>7</Size><Owner><ID>o"
	"</ID></Owner></Contents>"
	"<Contents><Key>a/d</Key><Size>much</Size></Contents>"
	"<IsTruncated>true</IsTruncated>"
	"<NextContinuationToken>1/+=&amp;</NextContinuationToken>"
	"<EncodingType>url</EncodingType></ListBucketResult>";

static void a_list_is_taken_apart(void **state)
{
	struct dv_s3_page p = DV_S3_PAGE_INIT;
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	assert_int_equal(dv_s3xml_parse_list(&p, list, strlen(list), &err),
			 0);
	assert_int_equal(p.n, 2);
	assert_string_equal(p.items[0].key, "a/b c+");
	assert_int_equal(p.items[0].size, 7);
	assert_int_equal(p.items[0].time, 1440938160);
	assert_string_equal(p.items[1].key, "a/d");
	assert_int_equal(p.items[1].size, -1);
	assert_int_equal(p.items[1].time, -1);
	assert_true(p.truncated);
	assert_string_equal(p.next, "1/+=&");
	dv_s3_page_release(&p);
}

static void keys_are_as_they_are_without_an_encoding(void **state)
{
	static const char text[] = "<ListBucketResult><Contents><Key>a+%2F"
				   "</Key></Contents></ListBucketResult>";
	struct dv_s3_page p = DV_S3_PAGE_INIT;
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	assert_int_equal(dv_s3xml_parse_list(&p, text, strlen(text), &err),
			 0);
	assert_string_equal(p.items[0].key, "a+%2F");
	assert_false(p.truncated);
	assert_null(p.next);
	dv_s3_page_release(&p);
}

static void a_list_cut_short_is_refused(void **state)
{
	struct dv_s3_page p = DV_S3_PAGE_INIT;
	struct dv_err err = DV_ERR_INIT;

	(void)state;
	for (size_t n = 0; n < sizeof(list) - 1; n++) {
		assert_int_equal(dv_s3xml_parse_list(&p, list, n, &err),
				 -DV_E_FORMAT);
		assert_null(p.items);
	}
}

static void refuse(const char *text, int code, const char *why)
{
	struct dv_s3_page p = DV_S3_PAGE_INIT;
	struct dv_err err = DV_ERR_INIT;

	assert_int_equal(dv_s3xml_parse_list(&p, text, strlen(text), &err),
			 -code);
	assert_non_null(strstr(err.msg, why));
	assert_null(p.items);
}

static void hostile_lists_are_refused(void **state)
{
	struct dv_buf b = DV_BUF_INIT;

	(void)state;
	refuse("<html/>", DV_E_FORMAT, "something else");
	refuse("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", DV_E_FORMAT,
	       "document type");
	refuse("<ListBucketResult><Contents><Key>%zz</Key></Contents>"
	       "<EncodingType>url</EncodingType></ListBucketResult>",
	       DV_E_FORMAT, "not encoded");
	refuse("<ListBucketResult><Contents><Key>%00</Key></Contents>"
	       "<EncodingType>url</EncodingType></ListBucketResult>",
	       DV_E_FORMAT, "not encoded");

	for (int i = 0; i < 1000; i++)
		dv_buf_str(&b, "<a>");
	refuse(b.data, DV_E_FORMAT, "too deep");
	dv_buf_reset(&b);

	dv_buf_str(&b, "<ListBucketResult><Contents><Key>");
	for (size_t i = 0; i <= DV_XML_TEXT_MAX; i++)
		dv_buf_char(&b, 'k');
	refuse(b.data, DV_E_FORMAT, "too long");
	dv_buf_reset(&b);

	dv_buf_str(&b, "<ListBucketResult>");
	for (int i = 0; i <= DV_S3XML_ITEMS_MAX; i++)
		dv_buf_str(&b, "<Contents/>");
	dv_buf_str(&b, "</ListBucketResult>");
	refuse(b.data, DV_E_LIMIT, "more than");
	dv_buf_release(&b);
}

static void errors_say_what_they_can(void **state)
{
	static const char text[] =
		"<Error><Code>InvalidRange</Code><Message>m &lt;</Message>"
		"<ActualObjectSize>5</ActualObjectSize><Region>eu-1</Region>"
		"<RequestId>r</RequestId><Endpoint>h</Endpoint></Error>";
	struct dv_s3_error e;

	(void)state;
	dv_s3xml_parse_error(&e, text, strlen(text));
	assert_string_equal(e.code, "InvalidRange");
	assert_string_equal(e.message, "m <");
	assert_string_equal(e.region, "eu-1");
	assert_string_equal(e.request_id, "r");
	assert_string_equal(e.endpoint, "h");
	assert_int_equal(e.actual_size, 5);
	dv_s3xml_parse_error(&e, "bad gateway", 11);
	assert_string_equal(e.code, "");
	assert_int_equal(e.actual_size, -1);
	dv_s3xml_parse_error(&e, "<x><Error><Code>y</Code></Error></x>", 36);
	assert_string_equal(e.code, "");
}

static void uploads_have_ids(void **state)
{
	static const char begun[] =
		"<InitiateMultipartUploadResult><Key>k</Key><UploadId>1~x"
		"</UploadId></InitiateMultipartUploadResult>";
	static const char uploads[] =
		"<ListMultipartUploadsResult><Upload><Key>k</Key><UploadId>1~x"
		"</UploadId><Initiated>2015-08-30T12:36:00Z</Initiated>"
		"</Upload></ListMultipartUploadsResult>";
	struct dv_s3_page p = DV_S3_PAGE_INIT;
	struct dv_err err = DV_ERR_INIT;
	char *id = NULL;

	(void)state;
	assert_int_equal(dv_s3xml_parse_upload_id(&id, begun, strlen(begun),
						  &err), 0);
	assert_string_equal(id, "1~x");
	free(id);
	assert_int_equal(dv_s3xml_parse_upload_id(&id, "<a/>", 4, &err),
			 -DV_E_FORMAT);
	assert_int_equal(dv_s3xml_parse_uploads(&p, uploads, strlen(uploads),
						&err), 0);
	assert_int_equal(p.n, 1);
	assert_string_equal(p.items[0].upload_id, "1~x");
	assert_int_equal(p.items[0].time, 1440938160);
	dv_s3_page_release(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_is_taken_apart),
		cmocka_unit_test(keys_are_as_they_are_without_an_encoding),
		cmocka_unit_test(a_list_cut_short_is_refused),
		cmocka_unit_test(hostile_lists_are_refused),
		cmocka_unit_test(errors_say_what_they_can),
		cmocka_unit_test(uploads_have_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
