/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_WEB_H
#define DV_REMOTE_WEB_H

/*
 * A directory on any web server as a remote that can be read: what
 * dv-remote-http(1) serves.  There are no lists; who needs the highest of
 * numbered keys asks for ever higher ones.
 *
 * Redirects are followed here, a few and never from https to http.
 * Passwords come from ~/.netrc and go to the host they are for.
 */

#include "remote/backend.h"

extern const struct dv_backend dv_web_backend;

#endif
