#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv pull --only: a part of the files; the rest is absent'

# shellcheck disable=SC2034 # read by test-lib.sh
TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"
. "$DV_SOURCE/t/lib-pull.sh"

test_expect_success 'setup' '
	pull_setup
'

# files <directory>: below data, and plot.png
files () {
	(cd "$1" && find data plot.png -type f 2>/dev/null | sort)
}

test_expect_success 'a directory with all that is below it' '
	pull_clone train &&
	dv pull --only "data/train/**" &&
	printf "data/train/%d.csv\n" 1 2 3 >../expect &&
	files . >../actual &&
	test_cmp ../expect ../actual
'

test_expect_success 'what is absent is not deleted, for status and commit' '
	cd "$HOME/train" &&
	dv status --porcelain >../actual &&
	printf "%s\n" "absent data" "unheld plot.png" >../expect &&
	test_cmp ../expect ../actual &&
	dv add data 2>../err &&
	git diff --exit-code data.dv
'

test_expect_success 'its content did not travel' '
	cd "$HOME/train" &&
	dv ls -R -l data >../list &&
	test_grep README ../list &&
	id=$(dv rev-parse data:README) &&
	test_expect_code 1 dv cat-object --exists "$id"
'

test_expect_success 'the next pull brings the rest, and only that' '
	cd "$HOME/train" &&
	dv pull 2>../err &&
	test_grep "were here already" ../err &&
	diff -r ../lab/data data &&
	cmp ../lab/plot.png plot.png
'

test_expect_success 'a name at any depth, several patterns, and one taken back' '
	pull_clone names &&
	dv pull --only "1.csv" &&
	printf "%s\n" data/test/1.csv data/train/1.csv >../expect &&
	files . >../actual &&
	test_cmp ../expect ../actual &&
	dv pull --only "data/train/" --only "!2.csv" --only plot.png &&
	printf "%s\n" data/test/1.csv data/train/1.csv data/train/3.csv \
		plot.png >../expect &&
	files . >../actual &&
	test_cmp ../expect ../actual
'

test_expect_success 'from a subdirectory patterns are as they are typed there' '
	pull_clone below &&
	mkdir -p data && cd data &&
	dv pull --only "./test/*" &&
	cd .. &&
	echo data/test/1.csv >../expect &&
	files . >../actual &&
	test_cmp ../expect ../actual
'

test_expect_success 'a dataset that a pattern cannot mean is not asked for' '
	pull_clone few &&
	dv pull --only "data/train/1.csv" 2>../err &&
	test_grep ! plot.png ../err &&
	git for-each-ref refs/dv/plot.png >../actual &&
	test_must_be_empty ../actual
'

test_expect_success 'no file matches: said, exit 1' '
	pull_clone none &&
	test_expect_code 1 dv pull --only "*.parquet" 2>../err &&
	test_grep "no file here matches" ../err &&
	test_path_is_missing data
'

# moved <name>: a clone with the first version of data here, whose pointer git
# has moved to the second, in which other files are changed, new and gone.
test_expect_success 'setup: a version that changes data all over' '
	cd "$HOME/lab" &&
	echo two >data/train/1.csv && echo two >data/test/1.csv &&
	echo new >data/test/new && rm data/README &&
	dv add data && dv commit -m "all over" && lab_pointers "all over" &&
	dv push
'
moved () {
	pull_clone "$1" && git checkout -q -B main HEAD~1 &&
	dv pull && git merge -q --ff-only origin/main
}

test_expect_success 'a part, where git moved the pointer: the rest follows it' '
	moved part &&
	dv pull data:train 2>../err &&
	test_grep "^data: 2 files elsewhere in it are not here" ../err &&
	test_grep "^hint: dv pull .data. brings the rest" ../err &&
	printf "%s\n" data/train/1.csv data/train/2.csv data/train/3.csv \
		plot.png >../expect &&
	files . >../actual && test_cmp ../expect ../actual &&
	cmp ../lab/data/train/1.csv data/train/1.csv &&
	dv status --porcelain >../actual && echo "absent data" >../expect &&
	test_cmp ../expect ../actual
'

test_expect_success 'what is then added takes back nothing of others' '
	cd "$HOME/part" && echo mine >>data/train/2.csv &&
	dv add -v data >../actual && echo "M data/train/2.csv" >../expect &&
	test_cmp ../expect ../actual && dv commit -m mine data && dv push &&
	dv pull data && cmp ../lab/data/test/1.csv data/test/1.csv &&
	cmp ../lab/data/test/new data/test/new &&
	test_path_is_missing data/README && test_grep mine data/train/2.csv
'

test_expect_success 'files elsewhere that did not change stay' '
	moved stay && dv pull data:test &&
	printf "data/%s\n" test/1.csv test/new train/2.csv train/3.csv >../expect &&
	(cd "$HOME/stay" && find data -type f | sort) >../actual &&
	test_cmp ../expect ../actual
'

test_expect_success 'a change elsewhere that would be lost: refused' '
	moved lost && echo mine >>data/test/1.csv &&
	test_expect_code 128 dv pull data:train 2>../err &&
	test_grep "would be lost: .data/test/1.csv." ../err &&
	test_grep mine data/test/1.csv && test_path_is_file data/README
'

test_expect_success 'checkout of a part does the same' '
	moved checkout && dv pull data && git checkout -q HEAD~1 &&
	dv checkout && git checkout -q main && dv checkout data:train 2>../err &&
	test_grep "^hint: dv checkout .data. brings the rest" ../err &&
	dv status --porcelain >../actual && echo "absent data" >../expect &&
	test_cmp ../expect ../actual &&
	dv add data && git diff --exit-code data.dv &&
	dv checkout data && diff -r ../lab/data data
'

test_expect_success 'status does not offer an add that takes others back' '
	moved status && dv status >../actual &&
	test_grep "older\|other data is here" ../actual &&
	test_grep ! "dv add" ../actual && dv fetch && dv status >../actual &&
	test_grep "^	behind:  *data" ../actual && test_grep ! "dv add" ../actual
'

test_expect_success 'and add says so' '
	cd "$HOME/status" && dv add data 2>../err &&
	test_grep "^warning: .data.dv. named other data than was here" ../err &&
	git checkout -q data.dv && dv pull -q && diff -r ../lab/data data &&
	dv add data 2>../err && test_grep ! warning ../err
'

test_done
