/* SPDX-License-Identifier: MIT */
#include "remote/http-curl.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"

#define HEADERS_MAX (64u << 10)		/* bytes of all together */
#define BODY_MAX (64u << 10)		/* of one that nobody asked for */
#define BUFFER (512l << 10)
#define SMALL_BUFFER (4l << 10)		/* where the rate is limited */
#define TELL_EVERY (256u << 10)
#define EXPECT_FROM (1u << 20)		/* bytes of a body worth asking for */

/* --- what libcurl calls ----------------------------------------------- */

static void tell(struct dv_http_transfer *t, uint64_t bytes)
{
	if (!t->r->moved || bytes < t->told + TELL_EVERY)
		return;
	t->told = bytes;
	t->r->moved(t->r->arg, bytes);
}

static bool is_good(int status)
{
	return status == 200 || status == 206;
}

/* "bytes 5-9/20" or, behind the end, "bytes *" "/20": the parts. */
static bool parse_range(const char *text, int64_t *first, int64_t *size)
{
	long long a, b, n;
	char end;

	*first = *size = -1;
	if (sscanf(text, "bytes %lld-%lld/%lld%c", &a, &b, &n, &end) == 3) {
		*first = a;
		*size = n;
		return a >= 0 && n >= 0;
	}
	if (sscanf(text, "bytes %lld-%lld/*%c", &a, &b, &end) == 2) {
		*first = a;
		return a >= 0;
	}
	if (sscanf(text, "bytes */%lld%c", &n, &end) == 1) {
		*size = n;
		return n >= 0;
	}
	return false;
}

/* All headers are here: decide where the body goes. */
static bool begin_body(struct dv_http_transfer *t)
{
	struct dv_http_response *res = &t->res;
	const char *range = dv_http_header(res, "content-range");
	curl_off_t length = -1;
	int64_t first = -1;
	long status = 0;

	t->begun = true;
	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(t->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T,
			  &length);
	res->status = (int)status;
	if (t->r->ssh)
		res->status = 200;
	if (range)
		parse_range(range, &first, &res->size);
	else if (status == 200)
		res->size = length;

	t->to_file = t->r->out >= 0 && is_good(res->status);
	/* Only the range that was asked for may go where it belongs. */
	if (t->to_file && status == 206 && first != (int64_t)t->r->from) {
		t->own_fault = DV_HTTP_LIED;
		snprintf(t->own_text, sizeof(t->own_text),
			 "the answer is another range than was asked for");
		return false;
	}
	if (t->r->ssh || status == 206)
		t->skipped = t->r->from;
	return true;
}

/* Bytes of a body that goes into the file; false once that is enough. */
static bool store(struct dv_http_transfer *t, const char *p, size_t n)
{
	struct dv_http_request *r = t->r;
	uint64_t left;

	if (t->skipped < r->from) {
		uint64_t skip = r->from - t->skipped;

		skip = skip < n ? skip : n;
		t->skipped += skip;
		p += skip;
		n -= skip;
	}
	left = r->max - t->res.stored;
	t->enough = n >= left;
	if (n > left)
		n = left;
	if (n && dv_pwrite_full(r->out, p, n, r->out_at + t->res.stored)) {
		t->own_fault = DV_HTTP_LOCAL;
		snprintf(t->own_text, sizeof(t->own_text), "cannot write: %s",
			 strerror(errno));
		return false;
	}
	t->res.stored += n;
	tell(t, t->res.stored);
	return true;
}

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
	struct dv_http_transfer *t = arg;
	bool over;

	n *= size;
	if (!t->begun && !begin_body(t))
		return 0;
	if (t->to_file) {
		bool before = t->enough;

		/* More than there can be of use is not waited for. */
		if (before && n)
			return 0;
		return store(t, p, n) ? n : 0;
	}
	dv_buf_add(&t->res.body, p, n);
	over = t->res.body.overflow;
	if (over && is_good(t->res.status)) {
		t->own_fault = DV_HTTP_LIED;
		snprintf(t->own_text, sizeof(t->own_text), "the answer is larger than "
			 "%zu bytes", t->res.body.max);
		return 0;
	}
	return n;
}

static size_t on_header(char *p, size_t size, size_t n, void *arg)
{
	struct dv_http_transfer *t = arg;
	size_t len = n * size;

	/* Of "100 Continue" and the like, only the last answer counts. */
	if (len > 5 && !memcmp(p, "HTTP/", 5)) {
		dv_strlist_release(&t->res.headers);
		t->header_bytes = 0;
		dv_http_sockets_acknowledge(t->h);
	}
	t->header_bytes += len;
	if (t->header_bytes > HEADERS_MAX) {
		t->own_fault = DV_HTTP_LIED;
		snprintf(t->own_text, sizeof(t->own_text),
			 "the answer has more than 64 KiB of headers");
		return 0;
	}
	while (len && (p[len - 1] == '\r' || p[len - 1] == '\n'))
		len--;
	if (memchr(p, ':', len))
		dv_strlist_take(&t->res.headers, dv_strndup(p, len));
	return n * size;
}

static uint64_t body_length(const struct dv_http_request *r)
{
	return r->in >= 0 ? r->in_count : r->send.len;
}

static size_t on_read(char *p, size_t size, size_t n, void *arg)
{
	struct dv_http_transfer *t = arg;
	struct dv_http_request *r = t->r;
	uint64_t left = body_length(r) - t->sent;
	ssize_t got;

	n *= size;
	if (n > left)
		n = left;
	if (!n)
		return 0;
	if (r->in < 0) {
		memcpy(p, r->send.data + t->sent, n);
		t->sent += n;
		return n;
	}
	got = dv_pread_full(r->in, p, n, r->in_at + t->sent);
	if (got != (ssize_t)n) {
		t->own_fault = DV_HTTP_LOCAL;
		snprintf(t->own_text, sizeof(t->own_text), "cannot read: %s",
			 got < 0 ? strerror(errno) :
			 "the file is shorter than it was");
		return CURL_READFUNC_ABORT;
	}
	t->sent += n;
	tell(t, t->sent);
	return n;
}

static int on_seek(void *arg, curl_off_t off, int origin)
{
	struct dv_http_transfer *t = arg;

	if (origin != SEEK_SET || off < 0 ||
	    (uint64_t)off > body_length(t->r))
		return CURL_SEEKFUNC_FAIL;
	t->sent = (uint64_t)off;
	return CURL_SEEKFUNC_OK;
}

/* --- setting up ------------------------------------------------------- */

/* A header with no value: libcurl takes it out, or with ';' sends it. */
static struct curl_slist *slist(const struct dv_strlist *l)
{
	struct curl_slist *out = NULL;

	for (size_t i = 0; i < l->n; i++)
		out = curl_slist_append(out, l->v[i]);
	return out;
}

static void set_common(struct dv_http *h, struct dv_http_transfer *t)
{
	CURL *e = t->easy;

	curl_easy_setopt(e, CURLOPT_PRIVATE, t);
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1l);
	curl_easy_setopt(e, CURLOPT_ERRORBUFFER, t->text);
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, h->protocols);
	curl_easy_setopt(e, CURLOPT_PATH_AS_IS, 1l);
	curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0l);
	curl_easy_setopt(e, CURLOPT_NETRC, h->opts.netrc ?
			 (long)CURL_NETRC_OPTIONAL :
			 (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT,
			 (long)h->opts.connect_time);
	curl_easy_setopt(e, CURLOPT_LOW_SPEED_LIMIT, 1l);
	curl_easy_setopt(e, CURLOPT_LOW_SPEED_TIME,
			 (long)h->opts.low_speed_time);
	/* Up to a hundred buffers are read before the rate is looked at. */
	curl_easy_setopt(e, CURLOPT_BUFFERSIZE, h->opts.limit_rate ?
			 SMALL_BUFFER : BUFFER);
	curl_easy_setopt(e, CURLOPT_UPLOAD_BUFFERSIZE, BUFFER);
	curl_easy_setopt(e, CURLOPT_TCP_KEEPALIVE, 1l);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(e, CURLOPT_READFUNCTION, on_read);
	curl_easy_setopt(e, CURLOPT_READDATA, t);
	curl_easy_setopt(e, CURLOPT_SEEKFUNCTION, on_seek);
	curl_easy_setopt(e, CURLOPT_SEEKDATA, t);
}

static void set_http(struct dv_http *h, struct dv_http_transfer *t)
{
	struct dv_http_request *r = t->r;
	CURL *e = t->easy;

	dv_http_sockets_watch(h, e);
	curl_easy_setopt(e, CURLOPT_HTTP_VERSION,
			 (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(e, CURLOPT_USERAGENT, "dv");
	if (h->ca_file)
		curl_easy_setopt(e, CURLOPT_CAINFO, h->ca_file);
	if (!strcmp(r->method, "HEAD")) {
		curl_easy_setopt(e, CURLOPT_NOBODY, 1l);
	} else if (r->upload) {
		curl_easy_setopt(e, CURLOPT_UPLOAD, 1l);
		curl_easy_setopt(e, CURLOPT_INFILESIZE_LARGE,
				 (curl_off_t)body_length(r));
	}
	curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, r->method);
	t->headers = slist(&r->headers);
	/* A large body is sent once the server has said that it wants it. */
	t->headers = curl_slist_append(t->headers,
				       body_length(r) < EXPECT_FROM ?
				       "Expect:" : "Expect: 100-continue");
	curl_easy_setopt(e, CURLOPT_HTTPHEADER, t->headers);
}

/* As libcurl itself decides, but that it does not tell one from another. */
static int on_host_key(CURL *easy, const struct curl_khkey *known,
		       const struct curl_khkey *found, enum curl_khmatch match,
		       void *arg)
{
	struct dv_http_transfer *t = arg;

	(void)easy;
	(void)known;
	(void)found;
	t->host_key_differs = match == CURLKHMATCH_MISMATCH;
	return match == CURLKHMATCH_OK ? CURLKHSTAT_FINE : CURLKHSTAT_REJECT;
}

static void set_ssh(struct dv_http_transfer *t)
{
	struct dv_http_request *r = t->r;
	CURL *e = t->easy;
	long types = CURLSSH_AUTH_AGENT;
	char range[48];

	if (r->ssh->key_file) {
		types |= CURLSSH_AUTH_PUBLICKEY;
		curl_easy_setopt(e, CURLOPT_SSH_PRIVATE_KEYFILE,
				 r->ssh->key_file);
	}
	curl_easy_setopt(e, CURLOPT_SSH_AUTH_TYPES, types);
	curl_easy_setopt(e, CURLOPT_SSH_KNOWNHOSTS, r->ssh->known_hosts);
	curl_easy_setopt(e, CURLOPT_SSH_KEYFUNCTION, on_host_key);
	curl_easy_setopt(e, CURLOPT_SSH_KEYDATA, t);
	curl_easy_setopt(e, CURLOPT_USERNAME, r->ssh->user);
	curl_easy_setopt(e, CURLOPT_FTP_CREATE_MISSING_DIRS, 1l);
	curl_easy_setopt(e, CURLOPT_FILETIME, 1l);
	if (r->stat_only)
		curl_easy_setopt(e, CURLOPT_NOBODY, 1l);
	if (r->upload) {
		curl_easy_setopt(e, CURLOPT_UPLOAD, 1l);
		curl_easy_setopt(e, CURLOPT_INFILESIZE_LARGE,
				 (curl_off_t)body_length(r));
	} else if (r->out >= 0) {
		snprintf(range, sizeof(range), "%" PRIu64 "-%" PRIu64,
			 r->from, r->from + r->max - 1);
		curl_easy_setopt(e, CURLOPT_RANGE, range);
	}
	t->before = slist(&r->before);
	t->after = slist(&r->after);
	if (t->before)
		curl_easy_setopt(e, CURLOPT_QUOTE, t->before);
	if (t->after)
		curl_easy_setopt(e, CURLOPT_POSTQUOTE, t->after);
}

struct dv_http_transfer *dv_http_transfer_new(struct dv_http *h, CURL *easy,
					      struct dv_http_request *r)
{
	struct dv_http_transfer *t = dv_calloc(1, sizeof(*t));

	t->h = h;
	t->r = r;
	t->easy = easy;
	t->res.size = t->res.mtime = -1;
	dv_buf_init(&t->res.body, r->max && r->out < 0 ? r->max : BODY_MAX);
	curl_easy_reset(easy);
	set_common(h, t);
	if (r->ssh)
		set_ssh(t);
	else
		set_http(h, t);
	if (curl_easy_setopt(easy, CURLOPT_URL, r->url)) {
		dv_http_transfer_free(t);
		return NULL;
	}
	return t;
}

void dv_http_transfer_free(struct dv_http_transfer *t)
{
	curl_slist_free_all(t->headers);
	curl_slist_free_all(t->before);
	curl_slist_free_all(t->after);
	dv_http_response_release(&t->res);
	dv_http_request_free(t->r);
	free(t);
}

/* --- the end ---------------------------------------------------------- */

static bool was_connected(CURL *easy)
{
	curl_off_t t = 0;

	/* The time until the request was about to be sent. */
	curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &t);
	return t > 0;
}

static enum dv_http_fault fault_of(const struct dv_http_transfer *t,
				   CURLcode rc)
{
	switch (rc) {
	case CURLE_OK:
		return DV_HTTP_NONE;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_CONNECT:
	case CURLE_PROXY:
		return DV_HTTP_NOT_SENT;
	case CURLE_PEER_FAILED_VERIFICATION:
		if (!t->r->ssh)
			return DV_HTTP_TLS;
		return t->host_key_differs ? DV_HTTP_HOST_KEY :
					     DV_HTTP_HOST_UNKNOWN;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
		return DV_HTTP_TLS;
	case CURLE_LOGIN_DENIED:
		return DV_HTTP_LOGIN;
	case CURLE_REMOTE_FILE_NOT_FOUND:
		return DV_HTTP_MISSING;
	case CURLE_REMOTE_ACCESS_DENIED:
		return DV_HTTP_DENIED;
	case CURLE_QUOTE_ERROR:
		return DV_HTTP_COMMAND;
	case CURLE_REMOTE_DISK_FULL:
		return DV_HTTP_FULL;
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_URL_MALFORMAT:
		return DV_HTTP_LIED;
	default:
		return was_connected(t->easy) ? DV_HTTP_BROKEN :
						DV_HTTP_NOT_SENT;
	}
}

void dv_http_transfer_finish(struct dv_http_transfer *t, CURLcode rc)
{
	struct dv_http_response *res = &t->res;
	curl_off_t mtime = -1, length = -1;

	if (!t->begun && rc == CURLE_OK && !begin_body(t))
		rc = CURLE_WRITE_ERROR;
	if (t->r->stat_only) {
		curl_easy_getinfo(t->easy, CURLINFO_FILETIME_T, &mtime);
		curl_easy_getinfo(t->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T,
				  &length);
		res->mtime = mtime;
		/* Of an empty file libcurl does not say that it is. */
		res->size = length < 0 ? 0 : length;
	}
	/* A range behind the end: there are no bytes. */
	if (t->r->ssh && rc == CURLE_BAD_DOWNLOAD_RESUME)
		rc = CURLE_OK;
	if (t->enough && !t->own_fault)
		rc = CURLE_OK;
	/* Who answers before all was sent may not have listened on. */
	if (t->begun && res->status >= 300 && rc == CURLE_SEND_ERROR)
		rc = CURLE_OK;
	res->fault = t->own_fault ? t->own_fault : fault_of(t, rc);
	if (!res->fault)
		return;
	res->stalled = res->fault == DV_HTTP_BROKEN &&
		       rc == CURLE_OPERATION_TIMEDOUT;
	snprintf(res->text, sizeof(res->text), "%s",
		 t->own_fault ? t->own_text :
		 t->text[0] ? t->text : curl_easy_strerror(rc));
	/* A status without its whole answer says nothing. */
	res->status = 0;
}

const char *dv_http_header(const struct dv_http_response *r, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < r->headers.n; i++) {
		const char *h = r->headers.v[i];

		if (strncasecmp(h, name, n) || h[n] != ':')
			continue;
		h += n + 1;
		return h + strspn(h, " \t");
	}
	return NULL;
}

char *dv_http_join(const char *url, const char *location)
{
	CURLU *u = curl_url();
	char *text = NULL, *out = NULL;

	if (u && !curl_url_set(u, CURLUPART_URL, url, CURLU_PATH_AS_IS) &&
	    !curl_url_set(u, CURLUPART_URL, location, CURLU_PATH_AS_IS |
			  CURLU_DISALLOW_USER) &&
	    !curl_url_get(u, CURLUPART_URL, &text, 0))
		out = dv_strdup(text);
	curl_free(text);
	curl_url_cleanup(u);
	return out;
}

int64_t dv_http_date(const char *text)
{
	return text ? (int64_t)curl_getdate(text, NULL) : -1;
}
