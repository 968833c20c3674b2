#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv pull: versions and data of a clone, from a directory'

# shellcheck disable=SC2034 # read by test-lib.sh
TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"
. "$DV_SOURCE/t/lib-pull.sh"

test_expect_success 'setup: two versions are published' '
	pull_setup
'

test_expect_success 'a clone has pointers alone, and checkout says dv pull' '
	git clone -q "$HOME/lab" "$HOME/untrusted" && cd "$HOME/untrusted" &&
	test_path_is_missing data &&
	test_expect_code 128 dv checkout 2>../err &&
	test_grep "hint: dv pull .data. brings it" ../err
'

test_expect_success 'a remote of .dvconfig is not read before it is trusted' '
	cd "$HOME/untrusted" &&
	test_expect_code 128 dv pull 2>../err &&
	test_grep "dv remote trust" ../err &&
	test_path_is_missing data &&
	dv remote trust origin &&
	dv pull
'

test_expect_success 'clone, trust, pull: the data of this commit is there' '
	pull_clone all &&
	dv pull >../out 2>../err &&
	test_must_be_empty ../out &&
	diff -r ../lab/data data &&
	cmp ../lab/plot.png plot.png &&
	test_grep "^data: 5 files, " ../err &&
	test_grep "^data: 2 new versions, 1 tag\$" ../err &&
	dv status --porcelain >../out &&
	test_must_be_empty ../out &&
	dv fsck --full &&
	git_unharmed
'

test_expect_success 'versions are tags of git, as where they were made' '
	cd "$HOME/all" &&
	git for-each-ref refs/dv refs/dv-tags >../actual &&
	git -C ../lab for-each-ref refs/dv refs/dv-tags >../expect &&
	test_cmp ../expect ../actual &&
	dv show data@first >../actual &&
	test_grep "first run" ../actual &&
	test_grep "seed.*1" ../actual
'

test_expect_success 'a pull of nothing new says so, and moves nothing' '
	cd "$HOME/all" &&
	dv pull >../out 2>../err &&
	test_must_be_empty ../out &&
	echo "nothing new: all is here" >../expect &&
	test_cmp ../expect ../err
'

test_expect_success 'what this machine has in another dataset does not travel' '
	pull_clone known &&
	mkdir other && cp -R ../lab/data other/copy &&
	dv add -q other/copy &&
	dv pull 2>../err &&
	diff -r ../lab/data data &&
	test_grep "^data: 5 files written" ../err
'

test_expect_success 'how much was here already is told' '
	pull_clone half &&
	mkdir some && cp ../lab/data/train/*.csv some &&
	dv add -q some &&
	dv pull 2>../err &&
	test_grep "^data: 5 files, .* (.* were here already)\$" ../err
'

test_expect_success 'a version by its tag, and the pointer says so' '
	pull_clone tagged &&
	dv pull -q data@first &&
	grep "run 1" data/train/1.csv &&
	git diff --name-only >../actual &&
	echo data.dv >../expect &&
	test_cmp ../expect ../actual &&
	test_path_is_missing plot.png &&
	git checkout -q data.dv && dv pull && grep "run 2" data/train/1.csv
'

test_expect_success 'a part, and later the rest' '
	pull_clone part &&
	dv pull data:train &&
	diff -r ../lab/data/train data/train &&
	test_path_is_missing data/README &&
	dv status --porcelain >../actual &&
	test_grep ! "^ D" ../actual &&
	dv pull data && diff -r ../lab/data data
'

test_expect_success 'local changes are protected, each dataset alone' '
	pull_clone changed &&
	dv pull -q &&
	echo mine >>data/README &&
	cp data/README ../mine &&
	(cd ../lab && lab_commit 3 "third run" --config params.yaml &&
		lab_pointers "third data" && dv push -q) &&
	git pull -q &&
	test_expect_code 128 dv pull 2>../err &&
	test_grep "data/README" ../err &&
	cmp ../mine data/README &&
	cmp ../lab/plot.png plot.png &&
	dv pull --force &&
	diff -r ../lab/data data
'

test_expect_success 'a shallow clone keeps versions of other commits as files' '
	git -C "$HOME/lab" commit -q --allow-empty -m "no data" &&
	git clone -q --depth 1 "file://$HOME/lab" "$HOME/shallow" &&
	cd "$HOME/shallow" && dv remote trust origin && dv pull &&
	diff -r ../lab/data data &&
	git for-each-ref refs/dv >../actual && test_must_be_empty ../actual &&
	dv log --oneline data >../actual &&
	test_line_count = 3 ../actual &&
	dv show data@first >../actual && test_grep "first run" ../actual &&
	git fsck --strict --no-dangling && dv fsck
'

test_expect_success 'a linked work tree pulls for itself, from the same store' '
	pull_clone linked && git worktree add -q ../tree && cd ../tree &&
	dv pull -q && diff -r ../lab/data data &&
	cd ../linked && dv pull 2>../err && diff -r ../lab/data data &&
	test_grep "^data: 5 files written" ../err
'

test_expect_success 'a manifest that nobody published is named' '
	pull_clone early &&
	(cd ../lab && lab_commit 4 "fourth run" &&
		lab_pointers "fourth data") &&
	git pull -q &&
	test_expect_code 128 dv pull data 2>../err &&
	test_grep "remote .origin. does not have the manifest" ../err &&
	test_grep "hint: .*dv push" ../err &&
	(cd ../lab && dv push -q) &&
	dv pull && diff -r ../lab/data data
'

test_expect_success 'an empty remote, and none at all' '
	git init -q "$HOME/lonely" && cd "$HOME/lonely" && dv init 2>/dev/null &&
	test_expect_code 128 dv pull 2>../err &&
	test_grep "dv remote add" ../err &&
	dv remote add origin "$HOME/nothing" && mkdir ../nothing &&
	test_expect_code 128 dv pull 2>../err &&
	test_grep "nothing was published" ../err &&
	test_grep "^hint: .*right place: dv remote list -v" ../err
'

test_expect_success 'an unknown dataset or option' '
	cd "$HOME/all" &&
	test_expect_code 128 dv pull nosuch 2>../err &&
	test_grep "nosuch" ../err &&
	test_expect_code 129 dv pull --nosuch 2>../err
'

test_done
