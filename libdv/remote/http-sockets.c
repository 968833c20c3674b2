/* SPDX-License-Identifier: MIT */
#include "remote/http-curl.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"

static int on_open(void *arg, curl_socket_t fd, curlsocktype purpose)
{
	struct dv_http *h = arg;

	(void)purpose;
	dv_grow(&h->sockets, &h->cap_sockets, h->n_sockets + 1,
		sizeof(*h->sockets));
	h->sockets[h->n_sockets++] = fd;
	return CURL_SOCKOPT_OK;
}

static int on_close(void *arg, curl_socket_t fd)
{
	struct dv_http *h = arg;

	for (size_t i = 0; i < h->n_sockets; i++) {
		if (h->sockets[i] == fd) {
			h->sockets[i] = h->sockets[--h->n_sockets];
			break;
		}
	}
	return close(fd);
}

void dv_http_sockets_watch(struct dv_http *h, CURL *easy)
{
	curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, on_open);
	curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, h);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, h);
}

/*
 * A server that sends head and body one after the other, as Ceph does, waits
 * with the body until the head is acknowledged, and our kernel would let it
 * wait 40 ms.  Once asked it is quick until we send again.  libcurl does not
 * tell which socket a transfer under way has; for the others it does no harm.
 */
void dv_http_sockets_acknowledge(struct dv_http *h)
{
	int on = 1;

	for (size_t i = 0; i < h->n_sockets; i++)
		setsockopt(h->sockets[i], IPPROTO_TCP, TCP_QUICKACK, &on,
			   sizeof(on));
}
