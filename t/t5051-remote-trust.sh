#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv remote: what a tracked file says is not trusted before one says so'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-servers.sh"
proxy_up 0

# shared <name> <url>: as if it came with a pull
shared () {
	git config --file .dvconfig "remote.$1.url" "$2"
}

test_expect_success 'setup' '
	test_commit code && dv init -q && git add .dvconfig &&
	git commit -q -m config
'

test_expect_success '--shared writes both files, and warns of a path' '
	dv remote add --shared origin "$PWD/share" 2>err &&
	test_grep "^warning: .*is a path" err &&
	test_grep "^hint: git add .dvconfig; after a clone: dv remote trust origin" err &&
	echo "$PWD/share" >expect &&
	git config --file .dvconfig remote.origin.url >actual &&
	test_cmp expect actual &&
	git config dv-remote.origin.url >actual && test_cmp expect actual &&
	dv remote add --shared far https://example.com/dv 2>err &&
	test_grep ! "^warning" err
'

test_expect_success 'a remote that is known becomes a shared one' '
	dv remote add later s3://lab/dv &&
	test_must_fail git config --file .dvconfig remote.later.url &&
	dv remote add --shared later s3://lab/dv &&
	echo s3://lab/dv >expect &&
	git config --file .dvconfig remote.later.url >actual &&
	test_cmp expect actual &&
	test_expect_code 128 dv remote add --shared later s3://lab/dv 2>err &&
	test_grep "exists already" err &&
	dv remote remove later &&
	test_must_fail git config --file .dvconfig remote.later.url &&
	test_must_fail git config dv-remote.later.url
'

test_expect_success 'what cannot be shared' '
	test_expect_code 128 dv remote add --shared rel ./share 2>err &&
	test_grep "relative path" err &&
	mkdir bin && ln -s "$DV_BUILD/core/dv-remote-file" bin/dv-remote-x &&
	(
		PATH=$PWD/bin:$PATH &&
		test_expect_code 128 dv remote add --shared any x::thing 2>err &&
		test_grep "starts a program" err &&
		dv remote add any x::thing &&
		dv remote remove any
	) &&
	cat >expect <<-EOF &&
	remote.far.url https://example.com/dv
	remote.origin.url $PWD/share
	EOF
	git config --file .dvconfig --get-regexp "^remote" | sort >actual &&
	test_cmp expect actual
'

test_expect_success 'comments and order in .dvconfig stay' '
	printf "# ours\n[dv]\n\tother = 1 ; why\n" >>.dvconfig &&
	cp .dvconfig before &&
	dv remote add --shared more https://example.com/more &&
	head -n "$(wc -l <before)" .dvconfig >actual && test_cmp before actual &&
	dv remote remove more && test_cmp before .dvconfig
'

test_expect_success 'a clone knows them, and does not speak to a path of another' '
	git add .dvconfig && git commit -q -m remotes &&
	mkdir share && git clone -q . clone &&
	(
		cd clone &&
		printf "far\thttps://example.com/dv (not trusted)\norigin\t%s (not trusted)\n" \
			"$(dirname "$PWD")/share" >expect &&
		dv remote -v >actual && test_cmp expect actual &&
		test_expect_code 128 dv remote test 2>err &&
		test_grep "^fatal: remote .origin. is known from the tracked file" err &&
		test_grep "^hint: dv remote trust origin" err &&
		test_expect_code 128 dv ls-remote 2>err &&
		test_grep "^hint: dv remote trust origin" err &&
		dv remote show >actual &&
		test_grep "^trusted  *no" actual
	)
'

test_expect_success 'no scheme but https, and http on this machine' '
	for url in s3://lab/dv gs://lab/dv sftp://host/dv http://example.com/dv \
		http://127.0.0.2/ /tmp file:///tmp
	do
		shared bad "$url" &&
		test_expect_code 128 dv remote test bad 2>err &&
		test_grep "^fatal: remote .bad. is known from the tracked file .* not trusted yet" err ||
			return 1
	done &&
	for url in https://127.0.0.1:9/dv http://127.0.0.1:9/dv \
		"http://[::1]:9/" http://localhost:9/dv
	do
		shared bad "$url" &&
		test_expect_code 128 dv remote test bad 2>err &&
		test_grep "^fatal: remote .bad.: cannot reach" err ||
			return 1
	done &&
	dv remote remove bad
'

test_expect_success 'before trust a remote gets no credentials, behind it it does' '
	echo "machine 127.0.0.1 login me password SESAME" >.netrc &&
	chmod 600 .netrc &&
	answer gone "404 Not Found" "" &&
	shared web "$PROXY/" &&
	(
		HOME=$PWD && export HOME && dv remote show web >actual &&
		test_grep "^trusted  *no" actual &&
		rules "* * * answer gone" &&
		dv remote test web >actual &&
		test_grep "^trusted  *no" actual &&
		proxy_log >log && test_grep "^HEAD /dv/format" log &&
		test_grep ! -i "^authorization" "$SERVERS/proxy/heads" &&
		dv remote trust web &&
		rules "* * * answer gone" &&
		dv remote test web >actual &&
		test_grep ! "^trusted" actual &&
		test_grep -i "^authorization: basic" "$SERVERS/proxy/heads"
	) &&
	dv remote remove web
'

test_expect_success 'trust is of one URL: another one has to be trusted again' '
	(
		cd clone &&
		dv remote trust origin &&
		dv remote test >actual && test_grep "^write  *yes" actual &&
		dv remote show >actual && test_grep "^trusted  *yes" actual &&
		shared origin "$PWD/elsewhere" &&
		test_expect_code 128 dv remote test 2>err &&
		test_grep "not trusted yet: .$PWD/elsewhere" err &&
		test_path_is_missing elsewhere &&
		git checkout -q .dvconfig &&
		dv remote test >actual
	)
'

test_expect_success 'the configuration of git wins over the tracked file' '
	(
		cd clone &&
		git config dv-remote.origin.url "$PWD/mine" &&
		test_when_finished "git config --remove-section dv-remote.origin; dv remote trust origin" &&
		dv remote show >actual &&
		test_grep "^url  *$PWD/mine$" actual &&
		test_grep "^known from  *git" actual
	)
'

test_expect_success 'trust of what is not there, or not shared' '
	test_expect_code 128 dv remote trust nix 2>err &&
	test_grep "there is no remote .nix." err &&
	dv remote add own /own &&
	test_expect_code 128 dv remote trust own 2>err &&
	test_grep "remote .own. is not in .\.dvconfig." err &&
	dv remote remove own
'

test_expect_success 'a helper of the machine is never started by a tracked file' '
	cat >bin/dv-remote-evil <<-\EOF &&
	#!/bin/sh
	>started
	EOF
	chmod +x bin/dv-remote-evil &&
	(
		PATH=$PWD/bin:$PATH &&
		for url in evil::x evil://x/y
		do
			shared evil "$url" &&
			test_expect_code 128 dv remote test evil 2>err &&
			test_path_is_missing started || return 1
		done &&
		shared evil evil::x &&
		test_expect_code 128 dv remote trust evil 2>err &&
		test_grep "starts a program" err
	) &&
	test_path_is_missing started && dv remote remove evil
'

test_expect_success 'hostile names and URLs in the tracked file' '
	cp .dvconfig before &&
	test_when_finished "mv before .dvconfig" &&
	cat >>.dvconfig <<-\EOF &&
	[remote "../../x"]
		url = https://example.com/
	[remote "-x"]
		url = https://example.com/
	[remote "pw"]
		url = https://me:SESAME@example.com/
	[remote "ctl"]
		url = "https://example.com/\tx"
	EOF
	dv remote >actual &&
	test_grep ! "\.\." actual && test_grep ! "^-x" actual &&
	dv remote -v >actual 2>err &&
	test_grep ! SESAME actual && test_grep ! SESAME err &&
	test_expect_code 128 dv remote test pw 2>err && test_grep ! SESAME err &&
	test_expect_code 128 dv remote trust pw 2>err && test_grep ! SESAME err
'

test_expect_success 'a tracked origin does not take the place of a remote of mine' '
	git init -q own && (
		cd own && dv init -q &&
		shared origin https://example.com/dv &&
		shared other https://example.com/other &&
		dv remote show >actual && test_grep "^url  *https://example.com/dv" actual &&
		dv remote add mine /mine &&
		dv remote show >actual && test_grep "^url  */mine" actual &&
		dv remote trust origin &&
		dv remote show >actual && test_grep "^url  *https://example.com/dv" actual &&
		shared origin https://example.com/elsewhere &&
		dv remote show >actual && test_grep "^url  */mine" actual &&
		git config dv.remote origin &&
		dv remote show >actual && test_grep "^url  *https://example.com/elsewhere" actual
	)
'

test_expect_success 'a bare repository has no .dvconfig to share in' '
	git init -q --bare bare.git &&
	(
		cd bare.git && dv init -q &&
		test_expect_code 128 dv remote add --shared x https://example.com/ 2>err &&
		test_grep "bare" err &&
		dv remote add x https://example.com/ && dv remote >actual &&
		echo x >expect && test_cmp expect actual
	)
'

test_expect_success 'trust tells what is trusted' '
	shared told "s3://lab/dv?profile=boss&endpoint=https://s3.example.org" &&
	dv remote trust told 2>err &&
	cat >expect <<-\EOF &&
	trusted, until '\''.dvconfig'\'' has another one: '\''s3://lab/dv?profile=boss&endpoint=https://s3.example.org'\''
	  with the credentials of profile '\''boss'\''
	  at the server '\''https://s3.example.org'\''
	EOF
	test_cmp expect err &&
	shared told "sftp://h/x?key=/k&known-hosts=/tmp/h" && dv remote trust told 2>err &&
	test_grep "private key ./k." err && test_grep "host keys of ./tmp/h." err &&
	shared told "sftp://h/x?key=/k&pass=SESAME" &&
	test_expect_code 128 dv remote trust told 2>err && test_grep ! SESAME err
'

test_expect_success 'an own remote beside a shared one of that name: it wins, both stay' '
	shared beside https://example.com/theirs &&
	dv remote add beside "$PWD/mine" 2>err &&
	test_grep "^warning: .*another URL for .beside., .https://example.com/theirs." err &&
	dv remote show beside >actual && test_grep "^url  *$PWD/mine" actual &&
	git config --file .dvconfig remote.beside.url >actual &&
	echo https://example.com/theirs >expect && test_cmp expect actual &&
	test_expect_code 128 dv remote add beside /other 2>err && test_grep "exists already" err &&
	test_expect_code 128 dv remote add --shared beside /other 2>err &&
	test_grep "exists already" err && dv remote remove beside &&
	git config --file .dvconfig remote.beside.url >actual && test_cmp expect actual &&
	dv remote show beside >actual && test_grep "^trusted  *no" actual &&
	test_expect_code 128 dv remote add --shared beside /other 2>err &&
	test_grep "^fatal: .*exists already" err
'

test_done
