#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv fetch: versions, tags and lists of files, no data'

# shellcheck disable=SC2034 # read by test-lib.sh
TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"
. "$DV_SOURCE/t/lib-pull.sh"

test_expect_success 'setup' '
	pull_setup
'

test_expect_success 'log, show, ls and diff work without the data' '
	pull_clone lists &&
	dv fetch >../out 2>../err &&
	test_must_be_empty ../out &&
	test_grep "^data: 2 new versions, 1 tag\$" ../err &&
	test_path_is_missing data &&
	dv log --oneline data >../actual &&
	(cd ../lab && dv log --oneline data | sed "s/(here, /(/; s/(here) //") \
		>../expect &&
	sed "s/(here, /(/; s/(here) //" ../actual >../plain &&
	test_cmp ../expect ../plain &&
	dv ls -R data@latest >../actual &&
	(cd ../lab && dv ls -R data@latest) >../expect &&
	test_cmp ../expect ../actual &&
	dv diff data@first data@latest >../actual &&
	(cd ../lab && dv diff data@first data@latest) >../expect &&
	test_cmp ../expect ../actual
'

test_expect_success 'whence knows a file by its content' '
	cd "$HOME/lists" &&
	dv whence ../lab/data/train/2.csv >../actual &&
	test_grep "data@" ../actual &&
	test_grep "train/2.csv" ../actual
'

test_expect_success 'cat says that the content is not here' '
	cd "$HOME/lists" &&
	test_expect_code 128 dv cat data@latest:train/1.csv 2>../err
'

test_expect_success 'a fetch of nothing new says so' '
	cd "$HOME/lists" &&
	dv fetch 2>../err &&
	echo "nothing new" >../expect &&
	test_cmp ../expect ../err
'

test_expect_success '--data brings the content; checkout needs no remote then' '
	pull_clone whole &&
	dv fetch -q --data &&
	test_path_is_missing data &&
	dv remote remove origin &&
	dv checkout &&
	diff -r ../lab/data data
'

test_expect_success 'lists of files of each version with --all' '
	pull_clone every &&
	(cd ../lab && dv tag -d data@first) &&
	dv fetch -q --all &&
	for id in $(git for-each-ref --format="%(refname:lstrip=3)" refs/dv/data)
	do
		dv ls "data@$id" >../actual &&
		test_line_count = 3 ../actual || return 1
	done
'

test_expect_success 'a dataset that no pointer here names comes too' '
	cd "$HOME/lab" &&
	mkdir more && echo more >more/file && dv add -q more &&
	dv commit -q -m more more && dv push -q more && cd ../lists &&
	dv fetch && dv log more >../actual &&
	test_grep "more" ../actual
'

test_expect_success 'into a bare repository, by URL' '
	git clone -q --bare "$HOME/lab" "$HOME/bare.git" && cd "$HOME/bare.git" &&
	dv fetch --data --remote="$HOME/share" 2>../err &&
	test_grep ! "^error" ../err &&
	dv cat data@first:train/1.csv >../actual &&
	echo "run 1, sample 1" >../expect &&
	test_cmp ../expect ../actual
'

test_expect_success 'a tag stays where it is here; --force moves it' '
	cd "$HOME/lists" &&
	dv tag -f first data@latest && dv rev-parse data@first >../mine &&
	dv fetch 2>../err &&
	test_grep "warning: tag .data@first. is at another version" ../err &&
	dv rev-parse data@first >../actual &&
	test_cmp ../mine ../actual &&
	dv fetch --force data &&
	dv rev-parse data@first >../actual &&
	(cd ../lab && dv rev-parse "data@$(git for-each-ref --sort=creatordate \
		--format="%(refname:lstrip=3)" refs/dv/data | head -n 1)") \
		>../expect &&
	test_cmp ../expect ../actual
'

test_expect_success 'content comes by the pipeline of the page, too' '
	pull_clone piped &&
	dv fetch -q data &&
	sed -n "s/^manifest //p" data.dv | dv fetch-pack origin >../out &&
	dv remote remove origin && dv checkout data &&
	diff -r ../lab/data data
'

test_expect_success 'a damaged pack of configurations: told, exit 1, and mended' '
	cp -R "$HOME/share" "$HOME/bad" && pull_clone config &&
	for file in "$HOME"/bad/dv/packs/*.pack
	do
		cp "$file" "$HOME/good.pack" && chmod u+w "$file" &&
		head -c 64 /dev/zero >"$file" || return 1
	done &&
	test_might_fail dv fetch --remote="$HOME/bad" 2>../err &&
	git for-each-ref refs/dv >../actual &&
	test_must_be_empty ../actual &&
	dv fetch && dv show data@latest >../actual &&
	test_grep "seed" ../actual
'

test_expect_success 'what is no dataset is told, and the others come' '
	pull_clone slip &&
	test_expect_code 128 dv fetch data nope 2>../err &&
	test_grep "^error: .nope. is no dataset, here or on remote .origin." ../err &&
	test_grep "^hint: .*dv ls -r" ../err &&
	test_grep "^data: 2 new versions" ../err &&
	test_expect_code 128 dv fetch lab/data 2>../err &&
	test_grep "^hint: .*: dv fetch .data." ../err &&
	test_expect_code 128 dv fetch origin 2>../err &&
	test_grep "^hint: .*dv fetch --remote=origin" ../err &&
	dv fetch plot.png 2>../err && test_grep ! error ../err
'

test_done
