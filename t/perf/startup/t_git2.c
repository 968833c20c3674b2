/* SPDX-License-Identifier: MIT */
#include <git2.h>
int main(int c, char **v)
{
	(void)v;
	return c > 5 ? git_libgit2_init() : 0;
}
