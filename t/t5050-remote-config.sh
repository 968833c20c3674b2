#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv remote: names of remotes, added, listed, shown, removed'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-transport.sh"

test_expect_success 'setup' '
	test_commit code && dv init -q && cp .dvconfig dvconfig.before
'

test_expect_success 'there are none: nothing is listed' '
	dv remote >actual && test_must_be_empty actual &&
	echo "[]" >expect && dv remote --json >actual && test_cmp expect actual
'

test_expect_success 'who needs one is told how to add it; exit 128' '
	test_expect_code 128 dv remote show 2>err &&
	test_grep "^fatal: this repository knows no remote" err &&
	test_grep "^hint: dv remote add origin <url>" err &&
	test_expect_code 128 dv remote test nix 2>err &&
	test_grep "^fatal: there is no remote .nix." err
'

test_expect_success 'one is added to git'\''s configuration, its path made absolute' '
	dv remote add origin ./share >actual 2>err &&
	test_must_be_empty actual && test_must_be_empty err &&
	echo "$PWD/share" >expect &&
	git config dv-remote.origin.url >actual && test_cmp expect actual &&
	mkdir sub && (cd sub && dv remote add up ../share2) &&
	echo "$PWD/share2" >expect &&
	git config dv-remote.up.url >actual && test_cmp expect actual &&
	test_cmp dvconfig.before .dvconfig
'

test_expect_success 'the list is sorted, -v has URLs' '
	printf "origin\nup\n" >expect && dv remote >actual &&
	test_cmp expect actual &&
	dv remote list >actual && test_cmp expect actual &&
	printf "origin\t$PWD/share\nup\t$PWD/share2\n" >expect &&
	dv remote -v >actual && test_cmp expect actual &&
	dv remote --json >actual &&
	printf "[{\"name\":\"origin\",\"url\":\"%s\",\"shared\":false,\"trusted\":true},{\"name\":\"up\",\"url\":\"%s\",\"shared\":false,\"trusted\":true}]\n" \
		"$PWD/share" "$PWD/share2" >expect &&
	test_cmp expect actual
'

test_expect_success 'the default: dv.remote, origin, the only one' '
	dv remote show | sed -n 1p >actual &&
	printf "%-17s origin\n" remote >expect && test_cmp expect actual &&
	dv -c dv.remote=up remote show | sed -n 1p >actual &&
	printf "%-17s up\n" remote >expect && test_cmp expect actual &&
	test_when_finished "dv remote add origin ./share" &&
	dv remote remove origin &&
	dv remote show | sed -n 1p >actual && test_cmp expect actual &&
	test_when_finished "dv remote rm three" &&
	dv remote add three /three &&
	test_expect_code 128 dv remote show 2>err &&
	test_grep "several remotes, and none is called .origin.: three, up" err
'

test_expect_success 'settings are shown, and sent to the helper' '
	test_when_finished "git config --unset dv-remote.up.limitRate" &&
	git config dv-remote.up.jobs 3 &&
	git config dv-remote.up.limitRate 2k &&
	git config dv-remote.up.retries 7 &&
	dv remote show up >actual &&
	test_grep "^jobs  *3$" actual &&
	test_grep "^limit-rate  *2048$" actual &&
	test_grep "^retries  *7$" actual &&
	dv remote show --json up >actual &&
	test_grep "\"jobs\":3,\"limit_rate\":2048" actual &&
	git config dv-remote.up.jobs many &&
	test_expect_code 128 dv remote show up 2>err &&
	test_grep "dv-remote.up.jobs.*not a number" err &&
	git config dv-remote.up.jobs -1 &&
	test_expect_code 128 dv remote show up 2>err &&
	test_grep "dv-remote.up.jobs.*not between 0 and 1024" err &&
	git config --unset dv-remote.up.jobs &&
	for setting in lowSpeedTime=0 lowSpeedTime=3601 retries=101
	do
		git config "dv-remote.up.${setting%=*}" "${setting#*=}" &&
		test_expect_code 128 dv remote show up 2>err &&
		test_grep "dv-remote.up.${setting%=*}. is not between" err &&
		git config --unset "dv-remote.up.${setting%=*}" || return 1
	done
'

test_expect_success 'one setting of one command is enough' '
	dv -c dv-remote.other.url=/elsewhere remote show other >actual &&
	test_grep "^url  */elsewhere$" actual
'

test_expect_success 'a name that is there stays what it was' '
	test_expect_code 128 dv remote add origin /other 2>err &&
	test_grep "^fatal: remote .origin. exists already" err &&
	test_expect_code 128 dv remote add origin ./share 2>err &&
	echo "$PWD/share" >expect &&
	git config dv-remote.origin.url >actual && test_cmp expect actual
'

test_expect_success 'names that cannot be' '
	for name in "" .x -x a/b "a b" "a:b" "ü" "$(printf %0101d 1)"
	do
		test_expect_code 128 dv remote add -- "$name" /x 2>err &&
		test_grep "cannot be the name of a remote" err || return 1
	done &&
	dv remote add "$(printf %0100d 1)" /x &&
	dv remote remove "$(printf %0100d 1)"
'

test_expect_success 'a URL with a password is refused and not shown' '
	test_expect_code 128 dv remote add p https://me:SESAME@host/x 2>err &&
	test_grep "^fatal: .*has a password in it" err &&
	test_grep ! SESAME err && test_must_fail git config dv-remote.p.url &&
	test_expect_code 128 dv remote test sftp://me:SESAME@host/x 2>err &&
	test_grep "^fatal: .*has a password in it" err && test_grep ! SESAME err &&
	git config dv-remote.p.url https://me:SESAME@host/x &&
	test_expect_code 128 dv remote test p 2>err &&
	test_grep "^fatal: remote .p.: .*has a password in it" err &&
	test_grep ! SESAME err &&
	dv remote list -v >actual 2>err &&
	test_grep "^warning: remote .p.: .*has a password" err &&
	test_grep "^origin" actual &&
	test_grep ! SESAME actual && test_grep ! SESAME err &&
	dv remote remove p
'

test_expect_success 'nor is one with a secret behind the ?, or that names no place' '
	for url in "s3://b/dv?secret_access_key=SESAME" "https://h/dv?token=SESAME" \
		"gs://b?endpoint=https://x&password=SESAME" "sftp://h/x?pass=SESAME"
	do
		test_expect_code 128 dv remote add --shared p "$url" 2>err &&
		test_grep "^fatal: .*unknown parameter" err &&
		test_grep "^hint: .*dv help remote-" err && test_grep ! SESAME err || return 1
	done &&
	for url in s3:// s3:///x gs:// sftp:///x http:// https:///x "s3://?region=x"
	do
		test_expect_code 128 dv remote add --shared p "$url" 2>err &&
		test_grep "^fatal: .*URL is not .*://<" err || return 1
	done &&
	test_grep ! "remote \"p\"" .dvconfig && test_must_fail git config dv-remote.p.url &&
	dv remote add p "s3://b/x?region=eu-1&profile=me&endpoint=http://h:1&style=path" &&
	dv remote remove p
'

test_expect_success 'a scheme that no helper has: which there are, where was looked' '
	test_expect_code 128 dv remote add f ftp://host/x 2>err &&
	test_grep "no helper for .ftp. remotes: .*dv-remote-ftp.*own directory or in PATH" err &&
	test_grep "^hint: .*s3://.*sftp://.*https://" err &&
	test_must_fail git config dv-remote.f.url &&
	mkdir bin && ln -s "$DV_BUILD/core/dv-remote-file" bin/dv-remote-ftp &&
	PATH=$PWD/bin:$PATH dv remote add f ftp://host/x &&
	dv remote remove f
'

test_expect_success 'what is neither a name nor a URL' '
	test_expect_code 128 dv remote add x "some/where" 2>err &&
	test_grep "neither a URL nor a path" err &&
	test_expect_code 128 dv remote add x "https://h:99999/" 2>err &&
	test_grep "no good port" err &&
	test_expect_code 128 dv remote add x "https://h/%zz?a=%0" 2>err &&
	test_grep "%" err &&
	test_expect_code 129 dv remote add x 2>err &&
	test_expect_code 129 dv remote nix 2>err &&
	test_grep "there is no .dv remote nix." err
'

test_expect_success 'a removed one is gone with its settings; data stays' '
	mkdir share && >share/stays &&
	dv remote remove origin &&
	test_must_fail git config --get-regexp "^dv-remote.origin" &&
	test_path_is_file share/stays &&
	test_expect_code 128 dv remote remove origin 2>err &&
	test_grep "there is no remote .origin., only: up" err &&
	dv remote add origin ./share
'

test_expect_success 'one of the user'\''s own configuration is listed, and not removed here' '
	test_when_finished "git config --global --remove-section dv-remote.mine" &&
	git config --global dv-remote.mine.url /mine &&
	dv remote >actual && test_grep "^mine$" actual &&
	test_expect_code 128 dv remote remove mine 2>err &&
	test_grep "^fatal: git could not change .dv-remote.mine." err &&
	test_grep "^hint: .*git config --show-origin" err
'

test_expect_success 'a configuration that is locked is left as it is' '
	test_when_finished "rm -f .git/config.lock" && >.git/config.lock &&
	cp .git/config before &&
	test_expect_code 128 dv remote add locked /x 2>err &&
	test_grep "^fatal: " err &&
	test_expect_code 128 dv remote remove up && test_cmp before .git/config
'

test_expect_success 'in a linked work tree it is the same list' '
	git add .dvconfig && git commit -q -m config &&
	git worktree add -q ../linked 2>err &&
	test_when_finished "git worktree remove --force ../linked" &&
	printf "origin\nup\n" >expect &&
	(cd ../linked && dv remote) >actual && test_cmp expect actual
'

test_expect_success 'outside of a repository a URL will do, a name will not' '
	mkdir ../outside && test_when_finished "rm -rf ../outside" &&
	(
		cd ../outside &&
		XDG_DATA_HOME=$PWD/data && export XDG_DATA_HOME &&
		dv remote test ./r >actual &&
		test_grep "^write  *yes" actual &&
		test_expect_code 128 dv remote test r 2>err &&
		test_grep "not in a git repository" err
	)
'

test_expect_success 'options of commands that talk to a remote' '
	for option in --limit-rate=nix --limit-rate=0 --limit-rate=-1 \
		--limit-rate=1x --limit-rate=99999999999g
	do
		test_expect_code 129 dv fetch $option --remote=up 2>err &&
		test_grep "takes a number of bytes a second.*not .${option#*=}." \
			err || return 1
	done &&
	for option in --jobs=-1 --jobs=0 --jobs=1025 --jobs=x -j0 -j3x
	do
		test_expect_code 129 dv fetch $option --remote=up 2>err &&
		test_grep "option .-.* takes a whole number from 1 to 1024" \
			err || return 1
	done &&
	test_expect_code 129 dv fetch --progress=xml --remote=up 2>err &&
	test_grep "option .--progress. takes nothing, or .json.," err &&
	{ dv fetch -v --limit-rate=10M --jobs=2 --remote=up 2>err || :; } &&
	test_grep "^remote .up.: [0-9]* request" err
'

test_expect_success 'more transfers at once than a helper can do are fewer' '
	for helper in "remote-file file:///$HOME" "remote-http http://h/x" \
		"remote-s3 s3://b/p?anonymous=yes"
	do
		for jobs in 1024 65 1
		do
			printf "dv-transport 1\nset url %s\nset jobs %s\nstart\nquit\n" \
				"${helper#* }" $jobs | dv ${helper%% *} >actual &&
			test_grep "^ready" actual || return 1
		done &&
		for jobs in 1025 0
		do
			printf "dv-transport 1\nset url %s\nset jobs %s\nstart\n" \
				"${helper#* }" $jobs |
				test_might_fail dv ${helper%% *} >actual &&
			test_grep "^error fatal .*not a number from 1 to 1024" \
				actual || return 1
		done || return 1
	done
'

test_expect_success 'writing the list to a full disk fails' '
	test_expect_code 128 dv remote list -v >/dev/full
'

test_done
