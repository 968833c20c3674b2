#!/bin/sh
# SPDX-License-Identifier: MIT
# dv-test: once

test_description='dv remote-s3: credentials from where AWS has them, in its order

Nothing here needs a server: the proxy plays each of them.'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-servers.sh"
proxy_up 0

unset AWS_ENDPOINT_URL
AWS_EC2_METADATA_DISABLED=true
export AWS_EC2_METADATA_DISABLED
URL="s3://bucket/p?endpoint=$PROXY"
FAR=2099-01-01T00:00:00Z

answer s3 "200 OK" 'hello'
answer gone "404 Not Found" ''

# as_whom <access key> <source> [<variable>=<value>...]: whom a request is
# signed as, and where the key is said to come from.
as_whom () {
	as_key=$1 as_source=$2
	shift 2
	printf "caps\nread\tk\t10\n" >in &&
	env "$@" test-transport -s "$URL" <in >actual 2>err &&
	test_grep "^info credentials=$as_source" actual &&
	test_grep "^info access-key=…${as_key#"${as_key%????}"}$" actual &&
	test_grep ! "$as_key" actual &&
	test_grep "^read 5 hello" actual &&
	grep "^Authorization: .*/s3/aws4_request" "$SERVERS/proxy/heads" |
		tail -n 1 >signed &&
	test_grep "Credential=$as_key/" signed &&
	cat actual err "$SERVERS/proxy/log" >said &&
	test_grep ! "SESAME" said &&
	test_grep ! "SESAME" "$SERVERS/proxy/heads"
}

# nobody <class> <pattern> [<variable>=<value>...]
nobody () {
	nobody_pattern=$1
	shift
	test_expect_code 128 env "$@" test-transport -s "$URL" </dev/null \
		>actual 2>err &&
	test_grep "^fatal: remote .origin.: .*$nobody_pattern" err &&
	test_grep ! "SESAME" err
}

plain () {
	rules "* GET /bucket/* answer s3" "$@"
}

test_expect_success 'none anywhere: where was looked' '
	plain &&
	nobody "no credentials found: looked in the environment, profile .default..*; a public bucket is read without any: .s3://bucket/…?anonymous=yes." &&
	test_grep ! HMAC err &&
	(
		URL=gs://bucket/p &&
		nobody "no credentials found.*for Google these are HMAC keys, in AWS_ACCESS_KEY_ID and.*gs://bucket/…?anonymous=yes"
	) &&
	proxy_log >log &&
	test_must_be_empty log
'

test_expect_success 'the environment' '
	plain &&
	as_whom AKENV environment AWS_ACCESS_KEY_ID=AKENV \
		AWS_SECRET_ACCESS_KEY=SESAME &&
	test_grep ! -i "security-token" "$SERVERS/proxy/heads" &&
	as_whom AKENV environment AWS_ACCESS_KEY_ID=AKENV \
		AWS_SECRET_ACCESS_KEY=SESAME AWS_SESSION_TOKEN=tok &&
	test_grep -i "^x-amz-security-token: tok" "$SERVERS/proxy/heads" &&
	nobody "AWS_SECRET_ACCESS_KEY is not" AWS_ACCESS_KEY_ID=AKENV
'

test_expect_success 'setup: files' '
	cat >aws-credentials <<-\EOF &&
	# not this: aws_access_key_id = AKNO
	[default]
	aws_access_key_id = AKFILE
	aws_secret_access_key=SESAME
	[half]
	aws_access_key_id = AKHALF
	[temp]
	aws_access_key_id = AKTEMP
	aws_secret_access_key = SESAME
	aws_session_token = filetoken
	EOF
	cat >aws-config <<-\EOF
	[default]
	region = eu-file-1
	[profile inconfig]
	aws_access_key_id = AKCONFIG
	aws_secret_access_key = SESAME
	s3 =
	    addressing_style = path
	    max_queue_size = 1000
	[profile process]
	credential_process = sh "program with blank" a\ b
	[profile open]
	credential_process = sh "x
	[profile sso]
	sso_session = corp
	[profile role]
	role_arn = arn:role
	source_profile = temp
	[profile circle]
	role_arn = arn:role
	source_profile = circle2
	[profile circle2]
	role_arn = arn:role
	source_profile = circle
	[profile mfa]
	role_arn = arn:role
	source_profile = default
	mfa_serial = arn:mfa
	[profile web]
	role_arn = arn:webrole
	web_identity_token_file = webtoken
	EOF
'

test_expect_success 'the credentials file; the region from the config file' '
	plain &&
	as_whom AKFILE "profile .default. of the credentials file" &&
	test_grep "/eu-file-1/s3/aws4_request" signed &&
	as_whom AKENV environment AWS_ACCESS_KEY_ID=AKENV \
		AWS_SECRET_ACCESS_KEY=SESAME
'

test_expect_success 'another profile, by variable and by URL' '
	plain &&
	as_whom AKTEMP "profile .temp. of the credentials file" \
		AWS_PROFILE=temp &&
	test_grep -i "^x-amz-security-token: filetoken" \
		"$SERVERS/proxy/heads" &&
	as_whom AKCONFIG "profile .inconfig. of the config file" \
		AWS_PROFILE=inconfig &&
	as_whom AKENV environment AWS_PROFILE=temp \
		AWS_ACCESS_KEY_ID=AKENV AWS_SECRET_ACCESS_KEY=SESAME &&
	(
		URL="$URL&profile=temp" &&
		as_whom AKTEMP "profile .temp. of the credentials file" \
			AWS_ACCESS_KEY_ID=AKENV AWS_SECRET_ACCESS_KEY=SESAME
	) &&
	nobody "profile .nix. is neither in" AWS_PROFILE=nix &&
	nobody "profile .half. of the credentials file has an aws_access_key_id and no" AWS_PROFILE=half &&
	nobody "SSO" AWS_PROFILE=sso
'

test_expect_success 'a file that is none is refused by line' '
	printf "[default]\nSESAME\n" >bad &&
	nobody "bad., line 2, is neither" AWS_CONFIG_FILE=bad
'

test_expect_success 'credential_process' '
	plain &&
	cat >"program with blank" <<-EOF &&
	echo "\$#:\$1" >args
	echo "{\"Version\":1,\"AccessKeyId\":\"AKPROC\",\"SecretAccessKey\":\"SESAME\",\"SessionToken\":\"ptok\",\"Expiration\":\"$FAR\"}"
	EOF
	as_whom AKPROC "credential_process of profile .process." \
		AWS_PROFILE=process &&
	echo "1:a b" >expect &&
	test_cmp expect args &&
	echo "echo SESAME; exit 3" >"program with blank" &&
	nobody "credential_process of profile .process. failed with exit status 3" AWS_PROFILE=process &&
	echo "echo {SESAME" >"program with blank" &&
	nobody "is not JSON" AWS_PROFILE=process &&
	echo "echo {}" >"program with blank" &&
	nobody "holds no credentials" AWS_PROFILE=process &&
	nobody "open quote" AWS_PROFILE=open
'

# How the Security Token Service answers: <file> <action> <access key>
sts () {
	answer "$1" "200 OK" "<$2Response><$2Result><Credentials><AccessKeyId>$3</AccessKeyId><SecretAccessKey>SESAME</SecretAccessKey><SessionToken>ststok</SessionToken><Expiration>$FAR</Expiration></Credentials></$2Result></$2Response>"
}

test_expect_success 'web identity: the token goes there, and nowhere else' '
	sts sts AssumeRoleWithWebIdentity AKWEB &&
	echo "jwt.one/+" >webtoken &&
	plain "* POST / answer sts" &&
	as_whom AKWEB "web identity, role .arn:r." AWS_ROLE_ARN=arn:r \
		AWS_WEB_IDENTITY_TOKEN_FILE=webtoken \
		AWS_ENDPOINT_URL_STS="$PROXY" &&
	test_grep -i "^x-amz-security-token: ststok" "$SERVERS/proxy/heads" &&
	test_grep ! "jwt" "$SERVERS/proxy/log" &&
	: >aws-credentials.empty &&
	as_whom AKWEB "web identity, role .arn:webrole." AWS_PROFILE=web \
		AWS_ENDPOINT_URL_STS="$PROXY" &&
	nobody "no role: set AWS_ROLE_ARN" \
		AWS_WEB_IDENTITY_TOKEN_FILE=webtoken &&
	nobody "no-such-token" AWS_ROLE_ARN=arn:r \
		AWS_WEB_IDENTITY_TOKEN_FILE=no-such-token
'

test_expect_success 'a role that is refused' '
	answer refused "403 Forbidden" "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not you</Message></Error></ErrorResponse>" &&
	plain "* POST / answer refused" &&
	nobody "Security Token Service refuses with HTTP 403 AccessDenied: not you" \
		AWS_ROLE_ARN=arn:r AWS_WEB_IDENTITY_TOKEN_FILE=webtoken \
		AWS_ENDPOINT_URL_STS="$PROXY"
'

test_expect_success 'the role of a profile' '
	sts sts AssumeRole AKROLE &&
	plain "* POST / answer sts" &&
	as_whom AKROLE "profile .role., role .arn:role." AWS_PROFILE=role \
		AWS_ENDPOINT_URL_STS="$PROXY" &&
	test_grep "Credential=AKTEMP/[0-9]*/us-east-1/sts/aws4_request" \
		"$SERVERS/proxy/heads" &&
	nobody "leads in a circle" AWS_PROFILE=circle \
		AWS_ENDPOINT_URL_STS="$PROXY" &&
	nobody "code from a device" AWS_PROFILE=mfa
'

credentials () {
	answer "$1" "200 OK" "{\"Code\":\"Success\",\"AccessKeyId\":\"$2\",\"SecretAccessKey\":\"SESAME\",\"Token\":\"$2tok\",\"Expiration\":\"$3\"}"
}

test_expect_success 'a container' '
	: >aws-credentials &&
	credentials container AKCONT $FAR &&
	plain "* GET /creds answer container" &&
	as_whom AKCONT container \
		AWS_CONTAINER_CREDENTIALS_FULL_URI="$PROXY/creds" \
		AWS_CONTAINER_AUTHORIZATION_TOKEN=ctok &&
	test_grep "^Authorization: ctok" "$SERVERS/proxy/heads" &&
	echo filetok >ctoken &&
	as_whom AKCONT container \
		AWS_CONTAINER_CREDENTIALS_FULL_URI="$PROXY/creds" \
		AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=ctoken &&
	test_grep "^Authorization: filetok" "$SERVERS/proxy/heads" &&
	nobody "neither https nor on this machine" \
		AWS_CONTAINER_CREDENTIALS_FULL_URI=http://10.1.2.3/creds &&
	nobody "neither https nor on this machine" \
		AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1.example.com/ &&
	nobody "has a password" \
		AWS_CONTAINER_CREDENTIALS_FULL_URI=http://a:b@127.0.0.1/ &&
	plain "* GET /creds answer gone" &&
	nobody "agent for credentials answers with HTTP 404" \
		AWS_CONTAINER_CREDENTIALS_FULL_URI="$PROXY/creds"
'

IMDS="AWS_EC2_METADATA_DISABLED=false AWS_EC2_METADATA_SERVICE_ENDPOINT=$PROXY/"
ROLES=/latest/meta-data/iam/security-credentials

test_expect_success 'an instance, by version 2 of its metadata service' '
	answer token "200 OK" imdstoken &&
	answer roles "200 OK" lab-role &&
	credentials imds AKIMDS $FAR &&
	plain "* PUT /latest/api/token answer token" \
		"* GET $ROLES/ answer roles" \
		"* GET $ROLES/lab-role answer imds" &&
	as_whom AKIMDS "instance metadata, role .lab-role." $IMDS &&
	grep -ci "^x-aws-ec2-metadata-token: imdstoken" \
		"$SERVERS/proxy/heads" >count &&
	echo 2 >expect &&
	test_cmp expect count
'

test_expect_success 'a container is asked before an instance' '
	plain "* GET /creds answer container" &&
	as_whom AKCONT container $IMDS \
		AWS_CONTAINER_CREDENTIALS_FULL_URI="$PROXY/creds"
'

test_expect_success 'version 1 is not spoken' '
	plain "* PUT * answer gone" "* GET $ROLES/ answer roles" \
		"* GET $ROLES/lab-role answer imds" &&
	nobody "no credentials found" $IMDS
'

test_expect_success 'an instance without a role, and no instance at all' '
	plain "* PUT * answer token" "* GET $ROLES/ answer gone" &&
	nobody "no credentials found" $IMDS &&
	nobody "no credentials found" AWS_EC2_METADATA_DISABLED=false \
		AWS_EC2_METADATA_SERVICE_ENDPOINT=http://127.0.0.1:9 &&
	plain "* PUT * hang" &&
	nobody "no credentials found" $IMDS
'

test_expect_success 'what expires is renewed in time' '
	soon=$(date -u -d "+2 seconds" +%Y-%m-%dT%H:%M:%SZ) &&
	credentials imds AKSOON $soon &&
	plain "* PUT * answer token" "* GET $ROLES/ answer roles" \
		"* GET $ROLES/lab-role answer imds" &&
	{
		printf "read\tk\t10\n" &&
		sleep 2.5 &&
		credentials imds AKNEXT $FAR &&
		printf "read\tk\t10\n"
	} | env $IMDS test-transport -s "$URL" >actual &&
	printf "read 5 hello\nread 5 hello\n" >expect &&
	test_cmp expect actual &&
	grep -o "Credential=AK[A-Z]*" "$SERVERS/proxy/heads" >whom &&
	printf "Credential=AK%s\n" SOON NEXT >expect &&
	test_cmp expect whom
'

test_expect_success 'what is refused as expired is renewed at once' '
	s3_error expired "400 Bad Request" ExpiredToken &&
	credentials imds AKOLD $FAR &&
	credentials imds2 AKNEW $FAR &&
	rules "1 GET /bucket/* answer expired" "* GET /bucket/* answer s3" \
		"* PUT * answer token" "* GET $ROLES/ answer roles" \
		"1 GET $ROLES/lab-role answer imds" \
		"* GET $ROLES/lab-role answer imds2" &&
	printf "read\tk\t10\n" |
		env $IMDS test-transport -s "$URL" >actual 2>notes &&
	echo "read 5 hello" >expect &&
	test_cmp expect actual &&
	test_grep "^note: the credentials had expired; new ones from: instance" notes &&
	grep -o "Credential=AK[A-Z]*" "$SERVERS/proxy/heads" >whom &&
	printf "Credential=AK%s\n" OLD NEW >expect &&
	test_cmp expect whom
'

# eight <variable>=<value>...: requests at once, all of them refused.
eight () {
	for i in 1 2 3 4 5 6 7 8
	do
		printf "read\tk\t10\n" || return 1
	done | env "$@" test-transport "$URL" >actual 2>notes
}

test_expect_success 'many that are refused as expired are renewed for once' '
	cat >"program with blank" <<-EOF &&
	echo x >>runs
	echo "{\"Version\":1,\"AccessKeyId\":\"AKPROC\",\"SecretAccessKey\":\"SESAME\",\"Expiration\":\"$FAR\"}"
	EOF
	rm -f runs &&
	rules "8 GET /bucket/* gather expired" "* GET /bucket/* answer s3" &&
	eight AWS_PROFILE=process &&
	sed "s/^[0-9]* //" actual | sort -u >answers &&
	echo "read 5 hello" >expect &&
	test_cmp expect answers &&
	test_line_count = 8 actual &&
	test_line_count = 2 runs &&
	grep -c "^note: the credentials had expired" notes >count &&
	echo 1 >expect &&
	test_cmp expect count
'

test_expect_success 'what cannot be renewed is not asked for by each of them' '
	cat >"program with blank" <<-EOF &&
	echo x >>runs
	test \$(grep -c x runs) = 1 || exit 3
	echo "{\"Version\":1,\"AccessKeyId\":\"AKPROC\",\"SecretAccessKey\":\"SESAME\",\"Expiration\":\"$FAR\"}"
	EOF
	rm -f runs &&
	rules "* GET /bucket/* answer expired" &&
	eight AWS_PROFILE=process &&
	test_line_count = 8 actual &&
	! grep -v "error auth .*session token has expired" actual &&
	test_line_count = 2 runs
'

test_expect_success 'no credentials are asked for where none are to be used' '
	plain "* PUT * answer token" &&
	printf "read\tk\t10\n" >in &&
	env $IMDS AWS_ACCESS_KEY_ID=AKENV AWS_SECRET_ACCESS_KEY=SESAME \
		test-transport -s -a "$URL" <in >actual &&
	echo "read 5 hello" >expect &&
	test_cmp expect actual &&
	test_grep ! -i "^authorization\|^x-amz" "$SERVERS/proxy/heads" &&
	proxy_log >log &&
	test_line_count = 1 log
'

# begun <URL>: what the helper tells when it begins; it asks nobody.
begun () {
	printf "dv-transport 1\nset url %s\nstart\nquit\n" "$1" |
		env AWS_ACCESS_KEY_ID=AK AWS_SECRET_ACCESS_KEY=SESAME \
			dv remote-s3
}

test_expect_success 'Google itself: its host, whatever the variables of AWS say' '
	(
		AWS_ENDPOINT_URL=$PROXY AWS_REGION=eu-west-1 &&
		export AWS_ENDPOINT_URL AWS_REGION &&
		begun gs://bucket/p
	) >actual &&
	test_grep "^info endpoint https://storage.googleapis.com" actual &&
	test_grep "^info region auto" actual &&
	test_grep "^info style path" actual
'

test_expect_success 'AWS itself: host and style by the region' '
	begun "s3://bucket/p?region=eu-west-3" >actual &&
	test_grep "^info endpoint https://s3.eu-west-3.amazonaws.com" actual &&
	test_grep "^info style virtual" actual &&
	begun "s3://buck.et/p?region=cn-north-1" >actual &&
	test_grep "^info endpoint https://s3.cn-north-1.amazonaws.com.cn" actual &&
	test_grep "^info style path" actual
'

wrong () {
	(URL=$1 && nobody "$2" AWS_ACCESS_KEY_ID=AK AWS_SECRET_ACCESS_KEY=SESAME)
}

test_expect_success 'what a URL may not have' '
	wrong "s3://b/p?endpoint=ftp://h" "endpoint is not of the form" &&
	wrong "s3://b/p?endpoint=http://h/path" "endpoint is not of the form" &&
	wrong "s3://b/p?endpoint=http://u:SESAME@h" "endpoint is no URL" &&
	wrong "s3://b/p?region=a/b" "not the name of a region" &&
	wrong "s3://b/p?style=odd" "style is .path. or .virtual." &&
	wrong "s3://b/p?secret=SESAME" "unknown parameter .secret." &&
	wrong "s3:///p" "not the name of a bucket\|is not s3://<bucket>" &&
	wrong "s3://b/a/../p" "cannot be the beginning of keys"
'

test_done
