#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv repack --remote: fewer packs, and whoever reads or writes beside it goes on'

TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"
. "$DV_SOURCE/t/lib-maintain.sh"

packs () {
	find "$REMOTE/dv/packs" -name "*.pack" | wc -l
}

# reached: packs that the newest location records name
reached () {
	dv fsck --remote="$REMOTE" -v 2>&1 | sed -n "s/.*, \([0-9]*\) packs*, .*/\1/p"
}

test_expect_success 'setup: six versions, a pack of each kind for each' '
	maintain_lab lab 6 && test $(reached) = 12
'

test_expect_success '-n says what, and writes nothing' '
	cd "$HOME/lab" && keys >../before && dv repack --remote -n 2>../err &&
	test_grep "^would repack 12 packs, .* needed" ../err && keys >../after &&
	test_cmp ../before ../after
'

test_expect_success 'small packs become one of each kind; nothing is deleted' '
	dv repack --remote 2>../err && test_grep "repacked 12 packs, .* into 2 packs, .* for 6 manifests" ../err &&
	test_grep "^hint: .*gc --remote" ../err && keys >../after &&
	comm -23 ../before ../after >../gone && test_must_be_empty ../gone &&
	test $(packs) = 14 && test $(reached) = 2
'

test_expect_success 'every version is sound, and can be had' '
	sound && for n in 1 2 3 4 5 6
	do
		can_get $n || return 1
	done
'

test_expect_success 'the next gc finds the old ones' '
	pass_days 1 && dv gc --remote 2>../err && test_grep "^12 packs, " ../err &&
	pass_days 15 && dv gc --remote 2>../err && test_grep "^deleted 12 packs" ../err &&
	test $(packs) = 2 && sound && can_get 1 && can_get 6
'

test_expect_success 'a new clone pulls without a word about what is gone' '
	git clone -q . ../clone 2>/dev/null && cp .dvconfig ../clone &&
	(cd ../clone && dv remote add origin "$REMOTE" && dv pull -q 2>../err) &&
	test_must_be_empty ../err && test_grep "only in 6" ../clone/data/file.6
'

test_expect_success 'a second time there is nothing to do' '
	keys >../before && dv repack --remote 2>../err && test_grep "^nothing to repack" ../err &&
	keys >../after && test_cmp ../before ../after
'

test_expect_success '--all writes all anew all the same' '
	dv repack --remote --all 2>../err && test_grep "into 2 packs" ../err && sound &&
	test $(reached) = 2 && can_get 3
'

test_expect_success 'a push on top reuses what is in the new packs' '
	maintain_version 7 && dv push -v >../out 2>&1 && sound && can_get 7 &&
	test $(reached) = 4
'

test_expect_success 'what nothing needs is left behind' '
	head -c 3000000 /dev/urandom >data/large && dv add -q data && test_tick &&
	dv commit -q -m large data && rm data/large && maintain_version 8 && dv push -q --all &&
	dv forget -q -r --keep-last=1 data >/dev/null && dv repack --remote 2>../err &&
	sound && can_get 8 && pass_days 1 && dv gc -q --remote && pass_days 15 && dv gc -q --remote &&
	sound && can_get 8 && test $(reached) = 2 && test $(packs) = 2 &&
	test $(du -sk "$REMOTE/dv/packs" | cut -f1) -lt 200
'

test_expect_success 'large files go with all of their chunks' '
	head -c 3000000 /dev/urandom >data/large && dv add -q data && test_tick &&
	dv commit -q -m large data && v9=$(dv rev-parse --version data@latest) && dv push -q &&
	dv repack --remote --all && sound && rm -rf ../got .git/dv/cache &&
	(cd / && rm -rf "$HOME/.local" && dv install -q "lab/data@$v9" "$REMOTE" --dest "$HOME/got") &&
	test_cmp_bin data/large ../got/large
'

test_expect_success 'two configurations of one manifest keep theirs' '
	echo "a: 1" >p.yaml && dv commit -q -m a --config p.yaml data && echo "a: 2" >p.yaml &&
	test_tick && dv commit -q -m b --config p.yaml data && dv push -q --all &&
	dv repack --remote --all && sound
'

test_expect_success 'a pack that is damaged stops it before anything is published' '
	pack=$(cd "$REMOTE/dv/packs" && ls -S | head -n 1) && chmod u+w "$REMOTE/dv/packs/$pack" &&
	cp "$REMOTE/dv/packs/$pack" ../kept && printf "XXXX" |
	dd of="$REMOTE/dv/packs/$pack" bs=1 seek=1000 conv=notrunc 2>/dev/null &&
	keys dv/packs >../before && test_expect_code 128 dv repack --remote --all 2>../err &&
	test_grep "${pack%.pack}" ../err && test_grep "^hint: .*fsck --remote" ../err &&
	keys dv/packs >../after && test_cmp ../before ../after &&
	cp ../kept "$REMOTE/dv/packs/$pack" && sound
'

test_expect_success 'a remote that cannot be written says so' '
	echo "s/^can write yes/can write no/" >"$HOLD/answers" &&
	test_expect_code 128 dv repack --remote=hold://x/ --all 2>../err && : >"$HOLD/answers"
'

# --- beside others ------------------------------------------------------------

begin () {
	cd "$HOME" && : >hold/go && sleep 0.1 && chmod -R u+w lab remote 2>/dev/null
	rm -rf lab remote hold/go hold/held got .local && maintain_lab lab 3
}

test_expect_success 'a pull that knows the old place finds the new one' '
	begin && held "get dv/packs/" sh -c "cd / && exec dv install lab/data@$v2 \
		hold://x/ --dest \"\$HOME/got\"" &&
	dv repack -q --remote="$REMOTE" && pass_days 1 && dv gc -q --remote &&
	pass_days 15 && dv gc --remote 2>../err && test_grep "^deleted" ../err &&
	released && test "$(cat ../got/file.2)" = "only in 2"
'

test_expect_success 'a push lands while packs are repacked' '
	begin && held "put dv/packs/" dv repack --remote=hold://x/ &&
	maintain_version 4 && dv push -q --remote="$REMOTE" && released && sound &&
	can_get 1 && can_get 4
'

test_expect_success 'packs are repacked while a push is about to land' '
	begin && maintain_version 4 && held "put dv/manifests" dv push --remote=hold://x/ &&
	dv repack -q --remote="$REMOTE" && pass_days 1 && dv gc -q --remote="$REMOTE" &&
	pass_days 6 && released && sound && can_get 4 && pass_days 9 &&
	dv gc -q --remote && sound && can_get 1 && can_get 4
'

test_expect_success 'another configuration of a manifest lands while its packs are repacked' '
	begin && held "put dv/manifests/" dv repack --remote=hold://x/ &&
	echo "a: 1" >p.yaml && dv commit -q -m again --config p.yaml data &&
	dv push -q --all --remote="$REMOTE" && released && sound && can_get 3
'

test_expect_success 'a version is forgotten and its packs deleted while others are repacked' '
	begin && held "get dv/packs/.*\.pack" dv repack --remote=hold://x/ --all &&
	dv forget -q --remote="$REMOTE" "data@$v1" >/dev/null && released && sound && can_get 3
'

test_expect_success 'two at once' '
	begin && held "put dv/manifests/" dv repack --remote=hold://x/ &&
	dv repack -q --remote="$REMOTE" && released && sound && can_get 1 && can_get 3 &&
	pass_days 1 && dv gc -q --remote && pass_days 15 && dv gc -q --remote && sound &&
	can_get 1 && can_get 3
'

test_done
