/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_SFTP_H
#define DV_REMOTE_SFTP_H

/*
 * A directory on an SSH server as a remote: what dv-remote-sftp(1)
 * serves.  The server's key must be in the known hosts.
 *
 * An object is uploaded to .dv-tmp/ and renamed.  SFTP's rename does not
 * replace, which makes it the create-if-absent; an object that may be
 * replaced is removed first.
 */

#include "remote/backend.h"

extern const struct dv_backend dv_sftp_backend;

#endif
