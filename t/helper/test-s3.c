/* SPDX-License-Identifier: MIT */
/*
 * test-s3 [-H <header>]... [-b] <method> <path> [<name>=<value>...]: one
 * signed request to $S3_ENDPOINT, as whom the environment says; -b sends
 * stdin as its body.  Prints the status, then the body of the answer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "remote/awsauth.h"
#include "remote/http.h"
#include "remote/sigv4.h"

static void die(const struct dv_err *err)
{
	fprintf(stderr, "fatal: %s\n", err->msg);
	exit(128);
}

static void sign(struct dv_http_request *r, const char *host,
		 const char *path, const struct dv_strlist *query)
{
	struct dv_err err = DV_ERR_INIT;
	struct dv_strlist headers = DV_STRLIST_INIT;
	const struct dv_awscred *cred = NULL;
	struct dv_awsauth *auth = NULL;
	struct dv_sigv4_key key;
	char payload[DV_SIGV4_HEX];
	const char *region;
	struct dv_sigv4_request q = {
		.method = r->method, .host = host, .path = path,
		.query = query, .headers = &r->headers, .payload = payload,
		.service = "s3", .when = time(NULL)
	};

	if (dv_awsauth_open(&auth, NULL, &err) ||
	    dv_awsauth_get(auth, 0, &cred, &err))
		die(&err);
	region = dv_awsauth_region(auth);
	q.region = region ? region : "us-east-1";
	key = (struct dv_sigv4_key){ cred->access, cred->secret,
				     cred->token };
	dv_sigv4_hash(payload, dv_buf_cstr(&r->send), r->send.len);
	dv_sigv4_sign(&headers, &q, &key);
	for (size_t i = 0; i < headers.n; i++)
		dv_strlist_add(&r->headers, headers.v[i]);
	dv_strlist_release(&headers);
	dv_awsauth_close(auth);
}

int main(int argc, char **argv)
{
	struct dv_http_opts opts = {
		.protocols = "http,https", .jobs = 1, .connect_time = 10,
		.low_speed_time = 30, .ca_file = getenv("AWS_CA_BUNDLE")
	};
	const char *endpoint = getenv("S3_ENDPOINT");
	struct dv_strlist query = DV_STRLIST_INIT;
	struct dv_strlist headers = DV_STRLIST_INIT;
	struct dv_err err = DV_ERR_INIT;
	struct dv_buf url = DV_BUF_INIT;
	struct dv_http_response res;
	struct dv_http_request *r;
	struct dv_http *h;
	bool body = false;
	int c;

	while ((c = getopt(argc, argv, "bH:")) > 0) {
		if (c == 'b')
			body = true;
		else if (c == 'H')
			dv_strlist_add(&headers, optarg);
	}
	if (argc - optind < 2 || !endpoint)
		return 129;
	r = dv_http_request_new(argv[optind]);
	r->headers = headers;
	r->upload = body || !strcmp(argv[optind], "PUT") ||
		    !strcmp(argv[optind], "POST");
	r->max = 64u << 20;
	if (body && dv_fd_read(&r->send, 0, 64u << 20, "stdin", &err))
		die(&err);
	for (int i = optind + 2; i < argc; i++)
		dv_strlist_add(&query, argv[i]);
	dv_buf_str(&url, endpoint);
	dv_sigv4_target(&url, argv[optind + 1], &query);
	r->url = dv_buf_detach(&url, NULL);
	sign(r, strstr(endpoint, "://") + 3, argv[optind + 1], &query);

	memset(&res, 0, sizeof(res));
	if (dv_http_open(&h, &opts, &err) || dv_http_ask(h, r, &res, &err))
		die(&err);
	if (res.fault)
		fprintf(stderr, "fatal: %s\n", res.text);
	printf("%d\n", res.status);
	fwrite(dv_buf_cstr(&res.body), 1, res.body.len, stdout);
	dv_http_response_release(&res);
	dv_http_close(h);
	dv_strlist_release(&query);
	return res.fault ? 128 : 0;
}
