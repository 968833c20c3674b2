/* SPDX-License-Identifier: MIT */
#include <curl/curl.h>
int main(void)
{
	return (int)curl_global_init(CURL_GLOBAL_ALL);
}
