#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv gc --remote: what nothing needs is named, and goes two weeks later'

TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"
. "$DV_SOURCE/t/lib-maintain.sh"

test_expect_success 'setup: five versions, pushed one by one' '
	maintain_lab lab 5
'

test_expect_success 'where all is needed there is nothing to remove' '
	cd "$HOME/lab" && keys >../before && dv gc --remote 2>../err &&
	echo "nothing to remove" >../expect && test_cmp ../expect ../err &&
	keys >../after && test_cmp ../before ../after
'

test_expect_success '-n says what it would name, and writes nothing' '
	cd "$HOME/lab" && dv forget -q -r --keep-last=2 data >../actual &&
	printf "lab/data@%s\n" $v1 $v2 $v3 | sort >../expect &&
	test_cmp ../expect ../actual && keys >../before &&
	dv gc --remote -n 2>../err && test_grep "not needed" ../err &&
	keys >../after && test_cmp ../before ../after
'

test_expect_success 'what is not needed is named, and nothing is deleted' '
	cd "$HOME/lab" && dv gc --remote 2>../err &&
	test_grep "packs, .*3 records of manifests not needed, noted" ../err &&
	test_grep "^hint: .* 14 days" ../err &&
	keys dv/gc >../after && test_cmp ../before ../after &&
	keys >../after && test_grep "^dv/gc/0000000001$" ../after &&
	test_grep "^dv-gc 1$" "$REMOTE/dv/gc/0000000001"
'

test_expect_success 'the next gc waits, and names nothing twice' '
	cd "$HOME/lab" && keys >../before && pass_days 13 && dv gc --remote 2>../err &&
	test_grep "not deleted for [0-9]* hours yet" ../err &&
	keys >../after && test_cmp ../before ../after
'

test_expect_success 'a shorter time than is safe is refused, and says what it risks' '
	cd "$HOME/lab" && test_expect_code 128 dv gc --remote --grace=13d 2>../err &&
	test_grep "^fatal: .*13d.*a push" ../err &&
	test_grep "^hint: .*--force" ../err &&
	keys >../after && test_cmp ../before ../after
'

test_expect_success '-n after the time says what would be deleted, and does not' '
	cd "$HOME/lab" && pass_days 2 && dv gc --remote --dry-run 2>../err &&
	test_grep "^would delete .* packs, .* 3 records" ../err &&
	keys >../after && test_cmp ../before ../after
'

test_expect_success 'after the time it is deleted, by the clock of the server' '
	cd "$HOME/lab" && dv gc --remote 2>../err && test_grep "^deleted" ../err &&
	keys >../after && ls "$REMOTE/dv/manifests" >../manifests &&
	test_line_count = 2 ../manifests &&
	test_line_count -lt $(wc -l <../before) ../after
'

test_expect_success 'what is left is sound, and can be had' '
	cd "$HOME/lab" && sound && can_get 4 && can_get 5
'

test_expect_success 'the highest record stays, so that no number comes twice' '
	cd "$HOME/lab" && ls "$REMOTE/dv/gc" >../actual &&
	printf "%s\n" 0000000001 0000000002 >../expect && test_cmp ../expect ../actual &&
	dv gc --remote 2>../err && test_grep "nothing to remove" ../err &&
	maintain_version 6 && dv push -q && pass_days 1 &&
	dv forget -q -r --keep-last=1 data >/dev/null &&
	dv gc --remote 2>/dev/null && ls "$REMOTE/dv/gc" >../actual &&
	echo 0000000003 >>../expect && test_cmp ../expect ../actual &&
	sound
'

test_expect_success 'a version that was forgotten can be pushed again' '
	cd "$HOME/lab" && dv push -q --all && sound && can_get 1 && can_get 5 &&
	pass_days 15 && dv gc --remote 2>../err && sound && can_get 1 &&
	can_get 5
'

test_expect_success 'a record goes when who carried it out cannot have been the last for long' '
	test_path_is_missing "$REMOTE/dv/gc/0000000001" &&
	test_path_is_file "$REMOTE/dv/gc/0000000002"
'

test_expect_success 'what is reached again is named no more' '
	cd "$HOME/lab" && dv gc --remote 2>../err && test_grep "nothing" ../err &&
	last=$(ls "$REMOTE/dv/gc" | tail -n 1) &&
	test_grep "^packs 0$" "$REMOTE/dv/gc/$last"
'

test_expect_success 'a version that cannot be read stops it, by its key' '
	cd "$HOME/lab" && dv forget -q -r --keep-last=1 data >/dev/null &&
	dv gc -q --remote && pass_days 15 &&
	file="$REMOTE/dv/versions/lab/data/$v6" && cp "$file" ../kept &&
	chmod u+w "$file" && echo nonsense >"$file" && keys >../before &&
	test_expect_code 128 dv gc --remote 2>../err &&
	test_grep "dv/versions/lab/data/$v6" ../err &&
	keys >../after && test_cmp ../before ../after && cp ../kept "$file"
'

test_expect_success 'so do versions that somebody moved, leaving a link' '
	cd "$HOME/lab" && mv "$REMOTE/dv/versions/lab" ../versions &&
	ln -s "$HOME/versions" "$REMOTE/dv/versions/lab" && keys >../before &&
	test_expect_code 128 dv gc --remote 2>../err &&
	test_grep "cannot list .dv/versions/lab.: a symbolic link" ../err &&
	keys >../after && test_cmp ../before ../after &&
	rm "$REMOTE/dv/versions/lab" && mv ../versions "$REMOTE/dv/versions/lab"
'

test_expect_success 'so does a manifest of which nobody knows where it lies' '
	cd "$HOME/lab" && manifest=$(sed -n "s/^Dv-Manifest: .*://p" ../kept) &&
	mv "$REMOTE/dv/manifests/$manifest" ../kept.d && keys >../before &&
	test_expect_code 128 dv gc --remote 2>../err &&
	test_grep "lab/data@$v6" ../err && test_grep "^hint: .*forget -r" ../err &&
	keys >../after && test_cmp ../before ../after &&
	mv ../kept.d "$REMOTE/dv/manifests/$manifest"
'

test_expect_success 'a record of a gc by a newer dv stops it' '
	cd "$HOME/lab" && echo "dv-gc 2" >"$REMOTE/dv/gc/0000000009" && keys >../before &&
	test_expect_code 128 dv gc --remote 2>../err &&
	test_grep "dv/gc/0000000009" ../err && keys >../after &&
	test_cmp ../before ../after && rm "$REMOTE/dv/gc/0000000009"
'

test_expect_success 'a remote that tells no times is refused' '
	cd "$HOME/lab" && cat >"$HOLD/answers" <<-\EOF &&
	s/\( is [0-9]*\) .*/\1 ? ?/
	EOF
	keys >../before && test_expect_code 128 dv gc --remote=hold://x/ 2>../err &&
	test_grep "does not say when" ../err &&
	keys >../after && test_cmp ../before ../after
'

test_expect_success 'times that only the one asked for has are enough' '
	cd "$HOME/lab" && cat >"$HOLD/answers" <<-\EOF &&
	s/\( item [^ ]* [^ ]*\) .*/\1 ?/
	EOF
	dv gc --remote=hold://x/ 2>../err && test_grep "^deleted" ../err &&
	: >"$HOLD/answers" && sound && can_get 6
'

test_expect_success 'a remote that cannot list is refused' '
	cd "$HOME/lab" && echo "s/^can list yes/can list no/" >"$HOLD/answers" &&
	test_expect_code 128 dv gc --remote=hold://x/ 2>../err &&
	test_grep "cannot list" ../err && : >"$HOLD/answers"
'

test_expect_success 'one that does not let us delete: its own sentence' '
	cd "$HOME/lab" && dv push -q --all && pass_days 1 &&
	dv forget -q -r --keep-last=1 data >/dev/null &&
	dv gc -q --remote && pass_days 15 && keys >../before &&
	cat >"$HOLD/answers" <<-\EOF &&
	s/^\([0-9]*\) done$/\1 error denied you may not delete here/
	EOF
	test_expect_code 128 dv gc --remote=hold://x/ 2>../err &&
	test_grep "you may not delete here" ../err && : >"$HOLD/answers" &&
	dv gc -q --remote && sound && can_get 6
'

test_expect_success 'an empty remote has nothing to remove' '
	cd "$HOME/lab" && dv gc --remote="$HOME/nothing" 2>../err &&
	test_grep "nothing to remove" ../err && test_path_is_missing ../nothing/dv
'

test_expect_success 'names: the default, =<name>, a word; nothing else' '
	cd "$HOME/lab" && dv gc --remote=origin && dv gc --remote origin &&
	test_expect_code 129 dv gc origin &&
	test_expect_code 129 dv gc --remote=origin more &&
	test_expect_code 128 dv gc --remote=other 2>../err &&
	test_grep "other" ../err
'

test_done
