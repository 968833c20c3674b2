/* SPDX-License-Identifier: MIT */
#ifndef DV_COMMON_MESSAGE_H
#define DV_COMMON_MESSAGE_H

/*
 * Stderr, shared by messages and the progress line: a message takes the
 * line away first, so that the two never mix.  Safe from any thread.
 */

/*
 * One message: prefix in front of every line of text, one write(2).
 * Control characters, which could steer a terminal, become '?'.
 */
void dv_message(const char *prefix, const char *text);

/* Show text as the progress line in place of the last one; "" clears. */
void dv_message_status(const char *text);

#endif
