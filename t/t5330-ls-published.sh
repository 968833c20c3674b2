#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv ls -r, dv cat -r: what is on a remote, without bringing it'

# shellcheck disable=SC2034 # read by test-lib.sh
TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"
. "$DV_SOURCE/t/lib-pull.sh"

test_expect_success 'setup' '
	pull_setup && mkdir nowhere
'

test_expect_success 'datasets, with versions, date, files and size of the newest' '
	cd "$HOME/lab" &&
	dv ls -r >../actual &&
	cut -f2 ../actual >../names &&
	printf "%s\n" lab/data lab/plot.png >../expect &&
	test_cmp ../expect ../names &&
	size=$(sed -n "s/^size //p" data.dv) &&
	test_grep -E "^ +2 2005-04-07 +5 +$size	lab/data\$" ../actual
'

test_expect_success 'as JSON' '
	cd "$HOME/lab" &&
	dv ls -r --json >../actual &&
	test_grep "\"dataset\":\"data\"" ../actual &&
	test_grep "\"versions\":2" ../actual &&
	test_grep "\"tags\":\[\"first\"\]" ../actual
'

test_expect_success 'the versions of one, newest first, and its tags' '
	cd "$HOME/lab" &&
	dv ls -r data >../actual &&
	test_line_count = 2 ../actual &&
	sed -n 1p ../actual >../one && sed -n 2p ../actual >../two &&
	test_grep "(latest) second run\$" ../one &&
	test_grep "(tag: first) first run\$" ../two &&
	dv ls -r lab/data >../whole &&
	test_cmp ../actual ../whole &&
	dv ls -r --json data >../actual &&
	test_grep "\"latest\":true" ../actual
'

test_expect_success 'files inside one, as ls of here lists them' '
	cd "$HOME/lab" &&
	for spec in data@latest: data@latest:train data@first:train/1.csv
	do
		dv ls $spec >../expect &&
		dv ls -r $spec >../actual &&
		test_cmp ../expect ../actual &&
		dv ls -l $spec >../expect &&
		dv ls -r -l lab/$spec >../actual &&
		test_cmp ../expect ../actual &&
		dv ls -R --json $spec >../expect &&
		dv ls -r -R --json $spec >../actual &&
		test_cmp ../expect ../actual &&
		dv ls -R -z $spec >../expect &&
		dv ls -r -R -z $spec >../actual &&
		test_cmp ../expect ../actual || return 1
	done
'

test_expect_success 'from no repository, by URL; nothing is kept but indexes' '
	cd "$HOME/nowhere" &&
	dv ls --remote "$HOME/share" lab/data@first:train >../actual &&
	printf "%d.csv\n" 1 2 3 >../expect &&
	test_cmp ../expect ../actual &&
	dv ls -r --remote="$HOME/share" >../actual &&
	test_line_count = 2 ../actual &&
	dv cat --remote "$HOME/share" lab/data@first:train/1.csv >../actual &&
	echo "run 1, sample 1" >../expect &&
	test_cmp ../expect ../actual &&
	test_path_is_missing "$HOME/.local/share/dv/$DV_TEST_FORMAT/packs"
'

test_expect_success 'the default remote is asked for in a repository only' '
	cd "$HOME/nowhere" &&
	test_expect_code 128 dv ls -r 2>../err
'

test_expect_success 'cat: several, a large one, a single-file dataset' '
	cd "$HOME/lab" &&
	mkdir big && head -c 3000000 /dev/urandom >big/one &&
	dv add -q big && dv commit -q -m big big && dv push -q big &&
	cd ../nowhere &&
	dv cat --remote "$HOME/share" lab/big:one >../actual &&
	test_cmp_bin ../lab/big/one ../actual &&
	dv cat --remote "$HOME/share" lab/plot.png lab/data:README >../actual &&
	cat ../lab/plot.png ../lab/data/README >../expect &&
	test_cmp_bin ../expect ../actual
'

test_expect_success 'a directory, a path or a version that is not there' '
	cd "$HOME/lab" &&
	test_expect_code 128 dv cat -r data:train 2>../err &&
	test_grep "is a directory" ../err &&
	test_expect_code 128 dv cat -r data:nosuch 2>../err &&
	test_grep "no file .nosuch." ../err &&
	test_expect_code 128 dv ls -r data@latest:nosuch 2>../err &&
	test_grep "no file .nosuch." ../err &&
	test_expect_code 128 dv ls -r data@nosuch: 2>../err &&
	test_expect_code 128 dv ls -r nosuch 2>../err &&
	test_grep "lab/data" ../err
'

test_expect_success 'a subtree of many files takes few requests' '
	cd "$HOME/lab" && mkdir many && cd many &&
	for d in $(seq 40)
	do
		mkdir $d && (cd $d && seq 100 | xargs touch) || return 1
	done &&
	cd .. && dv add -q many && dv commit -q -m many many &&
	dv push -q many && cd "$HOME/nowhere" &&
	rm -rf "$HOME/.local" &&
	n=$(requests_of dv ls --remote "$HOME/share" lab/many@latest:7) &&
	test "$n" -le 10 &&
	dv ls --remote "$HOME/share" lab/many@latest:7 >../actual &&
	test_line_count = 100 ../actual
'

# Their ids come by chance, so that any order but this one shows soon.
test_expect_success 'of the same second a child comes before its parent' '
	lab_new second && dv remote add origin "$HOME/second.share" &&
	for i in 1 2 3 4 5 6
	do
		./simulate $i && dv add -q data &&
		GIT_AUTHOR_DATE="1112911993 +0000" GIT_COMMITTER_DATE="1112911993 +0000" \
			dv commit -q -m "run $i" data || return 1
	done &&
	dv push -q && dv ls -r data >../actual &&
	sed "s/.*run //" ../actual >../order &&
	printf "%s\n" 6 5 4 3 2 1 >../expect && test_cmp ../expect ../order
'

test_expect_success 'what cat says to type lists the files of that version' '
	cd "$HOME/nowhere" &&
	test_expect_code 128 dv cat --remote="$HOME/share" lab/data@first:nosuch 2>../err &&
	sed -n "s/^hint: \(.*\) lists what there is/\1/p" ../err >../hint &&
	sh ../hint >../actual && test_grep README ../actual
'

test_done
