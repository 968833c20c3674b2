/* SPDX-License-Identifier: MIT */
#include "base/control.h"

int dv_control(const char *s)
{
	unsigned char c = (unsigned char)s[0], next;

	if (c == 0xc2) {
		next = (unsigned char)s[1];
		return next >= 0x80 && next <= 0x9f ? 2 : 0;
	}
	return (c && c < ' ') || c == 0x7f;
}
