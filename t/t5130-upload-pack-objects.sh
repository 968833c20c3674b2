#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv upload-pack: named objects to a remote, as packs'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-transport.sh"
. "$DV_SOURCE/t/lib-push.sh"

REM=$PWD/.git/remote

test_expect_success 'setup' '
	test_commit code && dv init -q && git config dv-remote.origin.url "$REM" &&
	random_file 1000 a && random_file 5000000 b && printf small >c &&
	dv hash-object -w a b c >ids && sed "s/[ 	].*//" ids >only
'

test_expect_success 'objects on stdin: one pack, its name on stdout' '
	dv upload-pack origin <only >packs 2>err &&
	test_must_be_empty err && test_line_count = 1 packs &&
	test_path_is_file "$REM/dv/packs/$(cat packs).pack" &&
	test_path_is_file "$REM/dv/packs/$(cat packs).idx" &&
	dv verify-pack "$REM/dv/packs/$(cat packs).pack"
'

test_expect_success 'the objects can be taken out of it elsewhere' '
	git init -q .git/other && cp packs .git/other/ &&
	(
		cd .git/other && dv init -q && dv unpack-objects -q "$REM/dv/packs/$(cat packs).pack" &&
		dv cat-object "$(sed -n 2p ../../only)" >b
	) &&
	test_cmp_bin b .git/other/b
'

test_expect_success 'again: nothing is sent, the same pack is named' '
	find "$REM" -type f | sort >before &&
	dv upload-pack -v origin <only >actual 2>err && test_cmp packs actual &&
	test_grep "^0 objects sent" err &&
	find "$REM" -type f | sort >after && test_cmp before after
'

test_expect_success 'what the newest published version has is not sent again' '
	mkdir published && random_file 3000 published/file && dv add -q published &&
	dv commit -q published && dv push -q published@latest && rm -rf .git/dv/cache/remote &&
	dv hash-object published/file | sed "s/[ 	].*//" >id && find "$REM/dv/packs" -type f | sort >before &&
	dv upload-pack -v origin <id >packs.2 2>err && test_line_count = 1 packs.2 &&
	test_grep "^0 objects sent" err &&
	find "$REM/dv/packs" -type f | sort >after && test_cmp before after
'

test_expect_success 'ids as arguments, short ones too, and NUL' '
	random_file 2000 d && dv hash-object -w d | sed "s/^[^:]*://;s/[ 	].*//" | cut -c1-12 >short &&
	dv upload-pack origin "$(cat short)" >packs && test_line_count = 1 packs &&
	tr "\n" "\0" <only | dv upload-pack -z origin | tr "\0" "\n" >actual &&
	test_line_count = 1 actual
'

test_expect_success '--kind=meta makes packs of that kind' '
	random_file 3000 e && dv hash-object -w e | sed "s/[ 	].*//" >one &&
	dv upload-pack --kind=meta --level=19 origin <one >packs && test_line_count = 1 packs
'

test_expect_success 'what was sent and then lost there is sent again' '
	rm -rf "$REM"/dv/packs &&
	dv upload-pack origin <only >packs && test_line_count = 1 packs &&
	test_path_is_file "$REM/dv/packs/$(cat packs).pack"
'

test_expect_success 'no ids: nothing is done' '
	dv upload-pack origin </dev/null >actual && test_must_be_empty actual
'

test_expect_success 'an object that is not here is fatal and named; exit 128' '
	gone=$(test_vector id hello) &&
	test_expect_code 128 dv upload-pack origin "$gone" >actual 2>err &&
	test_must_be_empty actual && test_grep "^fatal: .*$gone" err
'

test_expect_success 'misuse: no remote, an unknown kind, a level out of range; exit 129' '
	test_expect_code 129 dv upload-pack &&
	test_expect_code 129 dv upload-pack --kind=other origin &&
	test_expect_code 129 dv upload-pack --level=20 origin
'

test_done
