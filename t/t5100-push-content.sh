#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv push: what is sent, and that what is published can be read'

TEST_NO_CREATE_REPO=1
. ./test-lib.sh
. "$DV_SOURCE/t/lib-transport.sh"
. "$DV_SOURCE/t/lib-push.sh"

REM=$PWD/remote

# sent <file>: objects, as -v or the total line has it.
sent () {
	sed -n 's/^.*; \([0-9]*\) objects\{0,1\} sent.*$/\1/p' "$1"
}

test_expect_success 'setup: a dataset of small files and a large one' '
	git init -q -b main lab && cd lab && dv init -q &&
	mkdir data && random_file 8000000 data/large &&
	for i in $(test_seq 1 300)
	do
		echo "this is file $i" >data/$i || return 1
	done &&
	dv add -q data && test_commit code && git add -A && git commit -qm data &&
	dv commit -q --set n=1 data && dv remote add origin "$REM" && cd ..
'

test_expect_success 'a dry run says what would be sent and writes nothing' '
	(cd lab && dv push -n 2>../err) &&
	test_grep "^data  .* -> origin/lab/data (latest)$" err &&
	test_grep "^dry run: 1 version; .* to send, 7.[67] MiB; 0 reused$" err &&
	test_path_is_missing "$REM/dv"
'

test_expect_success 'the first push: one line for the version, one for all' '
	(cd lab && dv push >../out 2>../err) &&
	test_must_be_empty out &&
	test_grep "^data  .* -> origin/lab/data (latest)$" err &&
	test_grep "^1 version; .* in 2 packs; 0 reused$" err &&
	grep -v "^warning: git has no remote\|^hint: git remote add" err >told &&
	test_line_count = 2 told
'

test_expect_success 'what is published can be read' '
	find "$REM/dv/versions" -type f >published &&
	test_line_count = 1 published && readable "$REM" &&
	diff -r lab/data readable/out
'

test_expect_success 'nothing new: two requests at most, then one' '
	find "$REM" -type f | sort >before &&
	: "a head of this second is not remembered" &&
	find "$REM/dv/heads" -type f -exec touch -d 2001-01-01 {} + &&
	(cd lab && dv push -v 2>../err) &&
	test_grep "^nothing new: all is there$" err &&
	test "$(requests err)" -le 2 &&
	(cd lab && dv push -v 2>../err) &&
	test "$(requests err)" = 1 &&
	find "$REM" -type f | sort >after && test_cmp before after
'

test_expect_success 'one byte of the large file: less than 1 MiB is sent' '
	size=$(remote_size "$REM") &&
	(
		cd lab &&
		printf x | dd of=data/large bs=1 seek=4000000 conv=notrunc 2>/dev/null &&
		dv add -q data && git commit -qam two && dv commit -q --set n=1 data &&
		dv push 2>../err
	) &&
	test_grep "^1 version; .* reused$" err &&
	test $(($(remote_size "$REM") - size)) -lt 1048576 &&
	test $(($(remote_size "$REM") - size)) -gt 0 &&
	readable "$REM"
'

test_expect_success 'other configuration, same content: its object only, a further location' '
	m=$(cd lab && dv rev-parse --manifest data | sed "s/.*://") &&
	size=$(remote_size "$REM") &&
	(cd lab && dv commit -q --set n=2 data && dv push 2>../err) &&
	test "$(sent err)" = 1 &&
	test $(($(remote_size "$REM") - size)) -lt 4096 &&
	ls "$REM/dv/manifests/$m" >locations && test_line_count = 2 locations &&
	readable "$REM"
'

test_expect_success 'parents that were never pushed go along, sharing what they share' '
	(
		cd lab &&
		for i in 3 4 5
		do
			echo "changed $i" >data/$i && dv add -q data &&
			dv commit -q --set n=3 data || return 1
		done &&
		dv push --porcelain >../out
	) &&
	grep "^version	new	sent	" out >new && test_line_count = 1 new &&
	grep "^version	alone	there	" out >old && test_line_count = 1 old &&
	test_line_count = 2 out &&
	find "$REM/dv/versions" -type f >published && test_line_count = 6 published &&
	readable "$REM"
'

test_expect_success 'a renamed dataset: nothing is sent, the record is published' '
	(
		cd lab && dv mv data moved && dv commit -q --set n=3 moved &&
		git add -A && git commit -qm moved && dv push 2>../err
	) &&
	test_grep "^moved  .* -> origin/lab/moved (latest)$" err &&
	test "$(sent err)" = 0 && readable "$REM"
'

test_expect_success 'a renamed dataset with a change: the change is sent' '
	size=$(remote_size "$REM") &&
	(
		cd lab && dv mv moved data3 && echo new >data3/1 && dv add -q data3 &&
		dv commit -q --set n=3 data3 && git add -A && git commit -qm data3 && dv push 2>../err
	) &&
	test_grep "^data3  .* -> origin/lab/data3 (latest)$" err &&
	test $(($(remote_size "$REM") - size)) -lt 65536 && readable "$REM"
'

test_expect_success 'a second clone that has pulled nothing sends what is new' '
	git clone -q lab other && cp -R lab/data3 other/data3 &&
	size=$(remote_size "$REM") &&
	(
		cd other && echo more >data3/2 && dv add -q data3 &&
		git commit -qam more && dv commit -q --set n=4 data3 &&
		dv remote add origin "$REM" && dv push 2>../err
	) &&
	test_grep "pushed, latest not moved: it is at .*, which this one does not descend from" err &&
	test $(($(remote_size "$REM") - size)) -lt 65536 && readable "$REM"
'

test_expect_success 'another dataset with the same content is not sent again' '
	size=$(remote_size "$REM") &&
	(
		cd lab && cp -R data3 copy && echo extra >copy/extra && dv add -q copy &&
		dv commit -q --set n=5 copy && git add -A && git commit -qm copy && dv push 2>../err
	) &&
	test_grep "^copy  .* (latest)$" err &&
	test $(($(remote_size "$REM") - size)) -lt 65536 && readable "$REM"
'

test_expect_success 'a file, an empty dataset, links, literal names: all are published' '
	(
		cd lab && printf plot >plot.png && mkdir odd empty.d &&
		: >odd/empty && ln -s empty odd/link && mkdir odd/sub && echo x >"odd/a b" &&
		dv add -q plot.png odd && dv commit -q --set n=6 plot.png odd &&
		git add -A && git commit -qm odd && dv push 2>../err
	) &&
	test_grep "^plot.png  .* -> origin/lab/plot.png (latest)$" err &&
	readable "$REM"
'

test_expect_success 'a pack that lies ready and is compressible is sent compressed' '
	size=$(remote_size "$REM") &&
	(
		cd lab && mkdir text && yes "a line that comes often" | head -c 3000000 >text/t &&
		yes "another line" | head -c 500000 >text/u &&
		dv add -q text && dv commit -q --set n=7 text && dv push text 2>../err
	) &&
	test $(($(remote_size "$REM") - size)) -lt 300000 && readable "$REM"
'

test_expect_success 'objects that upload-pack has sent are found sent' '
	(
		cd lab && mkdir pre && random_file 300000 pre/a && random_file 3000000 pre/b &&
		dv add -q pre && dv commit -q --set n=8 pre &&
		dv ls-files -s pre | cut -f1 | cut -d" " -f3 | dv upload-pack origin >../packs &&
		dv push pre 2>../err
	) &&
	test_line_count = 1 packs && test_path_is_file "$REM/dv/packs/$(cat packs).pack" &&
	test "$(sent err)" = 3 && readable "$REM"
'

test_expect_success 'the journal ends empty' '
	for journal in lab/.git/dv/cache/remote/*/journal
	do
		test ! -s "$journal" || { cat "$journal"; return 1; }
	done
'

test_expect_success 'nothing is left in tmp' '
	ls lab/.git/dv/tmp >left && test_must_be_empty left
'

test_done
