/* SPDX-License-Identifier: MIT */
#include <curl/curl.h>
int main(int c, char **v)
{
	(void)v;
	return c > 5 ? (int)curl_global_init(0) : 0;
}
