/* SPDX-License-Identifier: MIT */
#ifndef DV_BASE_CONTROL_H
#define DV_BASE_CONTROL_H

/*
 * The bytes at s, which a NUL ends, that are one control character: one of
 * ASCII, or the two of U+0080 to U+009F, which terminals obey as they do
 * ESC and what follows it; else 0.
 */
int dv_control(const char *s);

#endif
