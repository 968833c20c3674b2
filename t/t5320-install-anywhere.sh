#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv install: a published dataset, without a git repository'

# shellcheck disable=SC2034 # read by test-lib.sh
TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"
. "$DV_SOURCE/t/lib-pull.sh"

test_expect_success 'setup, and a place that is in no repository' '
	pull_setup && mkdir nowhere && cd nowhere &&
	test_must_fail git rev-parse 2>/dev/null
'

test_expect_success 'the newest version, without any configuration of git' '
	cd "$HOME/nowhere" &&
	(unset GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME \
		GIT_COMMITTER_EMAIL &&
	 dv install lab/data ../share --dest newest) >../out 2>../err &&
	test_must_be_empty ../out &&
	diff -r ../lab/data newest &&
	test_grep "^newest: 5 files, " ../err &&
	test_grep "^lab/data@.*, manifest $DV_TEST_FORMAT:" ../err
'

test_expect_success XXH128 'it says that xxh128 does not protect from forgery' '
	test_grep "xxh128.* not protect from forgery" ../err
'

test_expect_success SHA256 'it says what sha256 protects from' '
	test_grep "sha256.*no forgery" ../err
'

test_expect_success 'the store is below ~/.local/share, with the version as a file' '
	cd "$HOME" && store=.local/share/dv/$DV_TEST_FORMAT &&
	test_path_is_dir $store/packs &&
	(cd $store/versions && find . -type f) >actual &&
	test_line_count = 1 actual &&
	sed "s,^./,,; s,.*/,," actual >id &&
	cmp $store/versions/lab/data/$(cat id) share/dv/versions/lab/data/$(cat id)
'

test_expect_success 'a second install needs no packs of the remote' '
	cd "$HOME/nowhere" &&
	mv ../share/dv/packs ../share/away &&
	dv install lab/data ../share --dest again 2>../err &&
	mv ../share/away ../share/dv/packs &&
	diff -r ../lab/data again &&
	test_grep "^again: 5 files, .* were here already)\$" ../err
'

test_expect_success 'XDG_DATA_HOME moves it; removing it harms nothing installed' '
	cd "$HOME/nowhere" &&
	XDG_DATA_HOME=$HOME/xdg dv install -q lab/data ../share --dest xdg &&
	test_path_is_dir ../xdg/dv/$DV_TEST_FORMAT/packs &&
	chmod -R u+w ../xdg && rm -r ../xdg &&
	diff -r ../lab/data xdg
'

test_expect_success 'a tag, a version id, and the beginning of one' '
	cd "$HOME/nowhere" &&
	dv install -q lab/data@first ../share --dest first &&
	grep "run 1" first/train/1.csv &&
	id=$(cd ../lab && dv rev-parse --version data@first 2>/dev/null ||
		git -C ../lab for-each-ref --sort=creatordate \
		--format="%(refname:lstrip=3)" refs/dv/data | head -n 1) &&
	dv install -q "lab/data@$id" ../share --dest byid &&
	diff -r first byid
'

test_expect_success 'what is in a subtree, and one file of it' '
	cd "$HOME/nowhere" &&
	dv install lab/data:train/ ../share --dest sub &&
	diff -r ../lab/data/train sub &&
	dv install lab/data:train/2.csv ../share --dest . &&
	cmp ../lab/data/train/2.csv 2.csv &&
	dv install lab/data:train/2.csv ../share --dest two &&
	cmp ../lab/data/train/2.csv two
'

test_expect_success 'without --dest it is called as what was asked for' '
	mkdir "$HOME/nowhere/named" && cd "$HOME/nowhere/named" &&
	dv install -q lab/data ../../share &&
	diff -r ../../lab/data data &&
	dv install -q lab/data:train ../../share &&
	diff -r ../../lab/data/train train
'

test_expect_success 'a dataset that is one file' '
	cd "$HOME/nowhere" &&
	dv install -q lab/plot.png ../share && cmp ../lab/plot.png plot.png &&
	dv install -q lab/plot.png ../share --dest p.png &&
	cmp ../lab/plot.png p.png &&
	dv install -q lab/plot.png ../share --dest dir/ &&
	cmp ../lab/plot.png dir/plot.png
'

test_expect_success 'other files are not overwritten, but by --force' '
	cd "$HOME/nowhere" &&
	mkdir mine && echo mine >mine/README && echo also >mine/notes &&
	test_expect_code 128 dv install lab/data ../share --dest mine 2>../err &&
	test_grep "mine/README\|README" ../err &&
	echo mine >../expect && test_cmp ../expect mine/README &&
	test_path_is_missing mine/train &&
	dv install -q --force lab/data ../share --dest mine &&
	cmp ../lab/data/README mine/README &&
	echo also >../expect && test_cmp ../expect mine/notes
'

test_expect_success 'inside a repository: its store, recorded, whence knows it' '
	git init -q "$HOME/repo" && cd "$HOME/repo" && dv init 2>/dev/null &&
	dv remote add origin ../share &&
	dv install lab/data origin --dest input &&
	diff -r ../lab/data input &&
	dv whence input/train/1.csv >../actual &&
	test_grep "data@" ../actual &&
	dv fsck
'

test_expect_success 'a version is not mixed with those of another dataset' '
	git init -q "$HOME/mixed" && cd "$HOME/mixed" && dv init 2>/dev/null &&
	mkdir data && echo ours >data/ours && dv add -q data &&
	git add .dvconfig data.dv && git commit -q -m ours &&
	dv commit -q -m ours data &&
	dv install lab/data ../share --dest theirs 2>../err &&
	test_grep "another dataset here" ../err &&
	diff -r ../lab/data theirs &&
	dv log --oneline data >../actual &&
	test_line_count = 1 ../actual
'

test_expect_success 'what there is not: dataset, version, path, remote' '
	cd "$HOME/nowhere" &&
	test_expect_code 128 dv install lab/nosuch ../share 2>../err &&
	test_grep "nosuch" ../err && test_grep "lab/data" ../err &&
	test_expect_code 128 dv install lab/data@nosuch ../share 2>../err &&
	test_grep "nosuch" ../err &&
	test_expect_code 128 dv install lab/data:nosuch ../share 2>../err &&
	test_grep "nosuch" ../err &&
	test_expect_code 128 dv install lab/data origin 2>../err &&
	test_grep "hint: .*\./origin" ../err &&
	test_expect_code 129 dv install lab/data 2>../err
'

test_done
