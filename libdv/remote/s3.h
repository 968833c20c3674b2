/* SPDX-License-Identifier: MIT */
#ifndef DV_REMOTE_S3_H
#define DV_REMOTE_S3_H

/*
 * A bucket as a remote: requests of the transport protocol become those
 * of S3, signed, tried again where that is safe, in another region where
 * the bucket is there.  What dv-remote-s3(1) serves.
 *
 * Credentials are looked for when it is opened; their source and where
 * the bucket is are told as "info".
 */

#include "remote/backend.h"

extern const struct dv_backend dv_s3_backend;

#endif
