/* SPDX-License-Identifier: MIT */
#include <git2.h>
int main(void)
{
	git_repository *r;
	git_oid o;
	git_libgit2_init();
	return git_repository_open(&r, ".") ||
	       git_reference_name_to_id(&o, r, "HEAD");
}
