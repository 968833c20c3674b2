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

test_done
