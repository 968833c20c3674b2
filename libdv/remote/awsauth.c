/* SPDX-License-Identifier: MIT */
#include "remote/awsauth-parts.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"

#define RENEW_BEFORE 300	/* seconds */
#define FAILED_PAUSE 10		/* seconds */

const char *dv_awsauth_env(const char *name)
{
	const char *v = getenv(name);

	return v && *v ? v : NULL;
}

/* --- files ------------------------------------------------------------ */

static char *aws_file(const char *variable, const char *name)
{
	const char *path = dv_awsauth_env(variable);
	const char *home = dv_awsauth_env("HOME");

	if (path && !strncmp(path, "~/", 2) && home)
		return dv_asprintf("%s/%s", home, path + 2);
	if (path)
		return dv_strdup(path);
	return dv_asprintf("%s/.aws/%s", home ? home : "", name);
}

static int read_files(struct dv_awsauth *a, struct dv_err *err)
{
	char *config = aws_file("AWS_CONFIG_FILE", "config");
	char *creds = aws_file("AWS_SHARED_CREDENTIALS_FILE", "credentials");
	int rc = dv_awsini_read(&a->config, config, err);

	if (rc == 0)
		rc = dv_awsini_read(&a->credentials, creds, err);
	if (rc == 0 && a->profile_asked &&
	    !dv_strlist_has(&a->config.sections, a->profile) &&
	    !dv_strlist_has(&a->credentials.sections, a->profile))
		rc = dv_err_set(err, DV_E_MISSING, "profile '%s' is neither "
				"in '%s' nor in '%s'", a->profile, config,
				creds);
	free(config);
	free(creds);
	return rc;
}

int dv_awsauth_open(struct dv_awsauth **out, const char *profile,
		    struct dv_err *err)
{
	struct dv_awsauth *a = dv_calloc(1, sizeof(*a));
	const char *env = dv_awsauth_env("AWS_PROFILE");
	int rc;

	if (!env)
		env = dv_awsauth_env("AWS_DEFAULT_PROFILE");
	a->way = -1;
	a->profile_asked = profile || env;
	a->profile = dv_strdup(profile ? profile : env ? env : "default");
	rc = read_files(a, err);
	/* One from the environment does not pass its other variables over. */
	a->profile_asked = profile != NULL;
	if (rc < 0) {
		dv_awsauth_close(a);
		return rc;
	}
	*out = a;
	return 0;
}

void dv_awsauth_close(struct dv_awsauth *a)
{
	if (!a)
		return;
	dv_awsini_release(&a->config);
	dv_awsini_release(&a->credentials);
	dv_awscred_release(&a->cred);
	free(a->profile);
	free(a);
}

const char *dv_awsauth_setting(const struct dv_awsauth *a, const char *name)
{
	const char *v = dv_awsini_get(&a->credentials, a->profile, name);

	if (!v)
		v = dv_awsini_get(&a->config, a->profile, name);
	return v && *v ? v : NULL;
}

const char *dv_awsauth_endpoint(const struct dv_awsauth *a,
				const char *service)
{
	const char *off = dv_awsauth_env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
	char name[40] = "AWS_ENDPOINT_URL_";
	size_t n = strlen(name);
	const char *v;

	if (off && !strcmp(off, "true"))
		return NULL;
	while (*service && n < sizeof(name) - 1)
		name[n++] = (char)toupper((unsigned char)*service++);
	v = dv_awsauth_env(name);
	if (!v)
		v = dv_awsauth_env("AWS_ENDPOINT_URL");
	return v ? v : dv_awsauth_setting(a, "endpoint_url");
}

const char *dv_awsauth_region(const struct dv_awsauth *a)
{
	const char *v = dv_awsauth_env("AWS_REGION");

	if (!v)
		v = dv_awsauth_env("AWS_DEFAULT_REGION");
	return v ? v : dv_awsauth_setting(a, "region");
}

/* --- ways ------------------------------------------------------------- */

int dv_awsauth_from_env(struct dv_awsauth *a, struct dv_awscred *c,
			struct dv_err *err)
{
	const char *access = dv_awsauth_env("AWS_ACCESS_KEY_ID");
	const char *secret = dv_awsauth_env("AWS_SECRET_ACCESS_KEY");
	const char *token = dv_awsauth_env("AWS_SESSION_TOKEN");

	if (a->profile_asked || !access)
		return 0;
	if (!secret)
		return dv_err_set(err, DV_E_INVALID, "AWS_ACCESS_KEY_ID is in "
				  "the environment and AWS_SECRET_ACCESS_KEY "
				  "is not");
	if (!token)
		token = dv_awsauth_env("AWS_SECURITY_TOKEN");
	dv_awscred_set(c, access, secret, token);
	snprintf(a->source, sizeof(a->source), "environment");
	return 1;
}

static int from_file(struct dv_awsauth *a, const struct dv_awsini *ini,
		     const char *file, struct dv_awscred *c,
		     struct dv_err *err)
{
	const char *access = dv_awsini_get(ini, a->profile,
					   "aws_access_key_id");
	const char *secret = dv_awsini_get(ini, a->profile,
					   "aws_secret_access_key");

	if (!access || !*access)
		return 0;
	if (!secret || !*secret)
		return dv_err_set(err, DV_E_INVALID, "profile '%s' of the %s "
				  "file has an aws_access_key_id and no "
				  "aws_secret_access_key", a->profile, file);
	dv_awscred_set(c, access, secret,
		       dv_awsini_get(ini, a->profile, "aws_session_token"));
	snprintf(a->source, sizeof(a->source), "profile '%.100s' of the %s "
		 "file", a->profile, file);
	return 1;
}

static int from_credentials_file(struct dv_awsauth *a, struct dv_awscred *c,
				 struct dv_err *err)
{
	return from_file(a, &a->credentials, "credentials", c, err);
}

static int from_config_file(struct dv_awsauth *a, struct dv_awscred *c,
			    struct dv_err *err)
{
	return from_file(a, &a->config, "config", c, err);
}

int dv_awsauth_from_files(struct dv_awsauth *a, struct dv_awscred *c,
			  struct dv_err *err)
{
	int rc = from_credentials_file(a, c, err);

	return rc ? rc : from_config_file(a, c, err);
}

static dv_awsauth_way *const ways[] = {
	dv_awsauth_from_env,
	dv_awsauth_from_role,
	dv_awsauth_from_web_identity,
	from_credentials_file,
	dv_awsauth_from_process,
	from_config_file,
	dv_awsauth_from_container,
	dv_awsauth_from_instance,
};

#define N_WAYS ((int)(sizeof(ways) / sizeof(*ways)))

static int none_found(const struct dv_awsauth *a, struct dv_err *err)
{
	if (dv_awsauth_setting(a, "sso_session") ||
	    dv_awsauth_setting(a, "sso_start_url"))
		dv_err_set(err, DV_E_MISSING, "profile '%s' signs in by SSO, "
			   "which is not done here", a->profile);
	else
		dv_err_set(err, DV_E_MISSING, "no credentials found: looked "
			   "in the environment, profile '%s' of AWS's config "
			   "and credentials files, container and instance "
			   "metadata", a->profile);
	return -err->code;
}

static int find(struct dv_awsauth *a, struct dv_awscred *c, int *way,
		struct dv_err *err)
{
	for (int i = 0; i < N_WAYS; i++) {
		int rc = ways[i](a, c, err);

		if (rc < 0)
			return rc;
		if (rc > 0) {
			*way = i;
			return 0;
		}
	}
	return none_found(a, err);
}

/* Is it time?  Those that live shorter than that are used up half. */
static bool is_stale(const struct dv_awsauth *a)
{
	int64_t now = time(NULL), left = a->cred.expires - now;
	int64_t life = a->cred.expires - a->got;

	if (!a->cred.expires)
		return false;
	return left < (life / 2 < RENEW_BEFORE ? life / 2 : RENEW_BEFORE);
}

static int get_again(struct dv_awsauth *a, struct dv_awscred *c,
		     struct dv_err *err)
{
	int rc;

	if (a->failed && time(NULL) - a->failed < FAILED_PAUSE) {
		*err = a->failure;
		return -err->code;
	}
	rc = ways[a->way](a, c, err);
	if (rc == 0)
		rc = none_found(a, err);
	if (rc < 0) {
		a->failed = time(NULL);
		a->failure = *err;
	}
	return rc;
}

int dv_awsauth_get(struct dv_awsauth *a, unsigned refused,
		   const struct dv_awscred **out, struct dv_err *err)
{
	struct dv_awscred new = DV_AWSCRED_INIT;
	bool renew = refused && refused == a->generation;
	int way = a->way, rc;

	*out = &a->cred;
	if (way >= 0 && !renew && !is_stale(a))
		return 0;
	rc = way < 0 ? find(a, &new, &way, err) : get_again(a, &new, err);
	if (rc < 0) {
		dv_awscred_release(&new);
		/* The old ones still do. */
		return a->way >= 0 && !renew &&
		       a->cred.expires > time(NULL) ? 0 : rc;
	}
	dv_awscred_release(&a->cred);
	a->cred = new;
	a->way = way;
	a->got = time(NULL);
	a->generation++;
	a->failed = 0;
	return 0;
}

unsigned dv_awsauth_generation(const struct dv_awsauth *a)
{
	return a->generation;
}

const char *dv_awsauth_source(const struct dv_awsauth *a)
{
	return a->source;
}
