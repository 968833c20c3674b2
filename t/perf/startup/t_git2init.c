/* SPDX-License-Identifier: MIT */
#include <git2.h>
int main(void)
{
	return git_libgit2_init() < 0;
}
