/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_HTTP_CURL_H
#define DV_REMOTE_HTTP_CURL_H

/*
 * The door to curl/curl.h: what http.c (the loop), http-transfer.c (one
 * transfer) and http-sockets.c, which together are http.h, share.
 */

#include <curl/curl.h>

#include "remote/http.h"

struct dv_http_timer {
	int64_t due;
	void (*fn)(void *arg);
	void *arg;
};

/* A request under way. */
struct dv_http_transfer {
	struct dv_http *h;
	struct dv_http_request *r;
	CURL *easy;
	struct curl_slist *headers, *before, *after;
	char text[CURL_ERROR_SIZE];
	struct dv_http_response res;
	uint64_t sent;			/* bytes of the body */
	uint64_t skipped;		/* of a range that was ignored */
	uint64_t told;
	size_t header_bytes;
	bool begun;			/* a first byte of the body came */
	bool to_file;
	bool host_key_differs;
	bool enough;			/* all that was wanted is here */
	enum dv_http_fault own_fault;	/* found by our callbacks */
	char own_text[200];
};

struct dv_http {
	struct dv_http_opts opts;
	char *protocols, *ca_file;
	CURLM *multi;
	struct dv_http_request **queue;
	size_t first, n_queue, cap_queue;
	struct dv_http_transfer **active;
	size_t n_active, cap_active;
	struct dv_http_timer *timers;
	size_t n_timers, cap_timers;
	CURL **idle;			/* to be used again */
	size_t n_idle, cap_idle;
	curl_socket_t *sockets;		/* of HTTP, open */
	size_t n_sockets, cap_sockets;
};

/*
 * Make easy do r, which is taken: ready for the multi handle.  Only an
 * option that libcurl refuses can fail: NULL, and r is freed.
 */
struct dv_http_transfer *dv_http_transfer_new(struct dv_http *h, CURL *easy,
					      struct dv_http_request *r);
/* What became of it, from what libcurl says. */
void dv_http_transfer_finish(struct dv_http_transfer *t, CURLcode rc);
/* Frees all but easy. */
void dv_http_transfer_free(struct dv_http_transfer *t);

/* Keep h->sockets: those that easy opens. */
void dv_http_sockets_watch(struct dv_http *h, CURL *easy);
/* Tell the servers at once that what they have sent so far is here. */
void dv_http_sockets_acknowledge(struct dv_http *h);

#endif
