# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# Sourced by t/t56xx-*.sh, one a kind of server: what people do with a
# remote, from the first push to the last version that is forgotten.  Needs
# TEST_NO_CREATE_REPO.  Repositories: lab is the author's, other a colleague's
# clone of it.

. "$DV_SOURCE/t/lib-lab.sh"
. "$DV_SOURCE/t/lib-pull.sh"

# story_write <url> <yes|no> [<requests>]: the remote is empty at first, and
# has two versions of data and plot.png in the end.  Does it honour
# create-if-absent?  How many requests may it take to see that two datasets
# have nothing new?
story_write () {
	STORY_URL=$1 STORY_CREATE=$2 STORY_MOST=${3:-4}

	test_expect_success 'setup: two versions of data beside code' '
		lab_new lab &&
		mkdir data && head -c 2500000 /dev/urandom >data/large &&
		test_tick && lab_commit 1 "first run" --config params.yaml &&
		dv tag published data &&
		lab_pointers "first data" &&
		lab_commit 2 "second run" --config params.yaml &&
		lab_pointers "second data"
	'

	test_expect_success 'remote add, list, show' '
		dv remote add origin "$STORY_URL" &&
		dv remote list >../actual &&
		test_grep "^origin" ../actual &&
		dv remote show origin >../actual 2>&1 &&
		test_grep -F "$STORY_URL" ../actual &&
		git_unharmed
	'

	test_expect_success 'remote test tells whether create is honoured' '
		dv remote test origin >../actual 2>&1 &&
		test_grep "create.*$STORY_CREATE" ../actual
	'

	test_expect_success 'push --dry-run sends nothing' '
		dv push --dry-run >../dry 2>&1 &&
		test_grep "data" ../dry &&
		test_expect_code 1 dv ls-remote origin >../actual &&
		test_must_be_empty ../actual
	'

	test_expect_success 'push publishes what the pointers name, and history' '
		dv push >../actual 2>&1 &&
		dv push --tags >>../actual 2>&1 &&
		dv ls-remote origin >../actual &&
		test_grep "data" ../actual &&
		test_grep "plot" ../actual &&
		test_grep "published" ../actual
	'

	test_expect_success 'a push of nothing new makes few requests' '
		n=$(requests_of dv push) &&
		test "$n" -le $STORY_MOST
	'

	test_expect_success 'ls -r lists datasets and versions' '
		dv ls -r >../actual &&
		test_grep data ../actual &&
		test_grep plot ../actual
	'

	test_expect_success 'a clone without data pulls it' '
		cd .. && git clone -q lab other && cd other &&
		dv remote add origin "$STORY_URL" &&
		dv pull &&
		diff -r ../lab/data data && cmp ../lab/plot.png plot.png &&
		dv status --porcelain >../actual && test_must_be_empty ../actual &&
		dv fsck && git_unharmed && cd ../lab
	'

	test_expect_success 'pull --only brings a part, the rest is absent' '
		cd .. && git clone -q lab part && cd part &&
		dv remote add origin "$STORY_URL" &&
		dv pull --only "data/train/**" &&
		diff -r ../lab/data/train data/train &&
		test_path_is_missing data/large &&
		test_path_is_missing data/test &&
		dv status --porcelain >../actual &&
		test_grep ! "^ \{0,1\}D" ../actual &&
		dv pull && diff -r ../lab/data data && cd ../lab
	'

	test_expect_success 'drop frees what the remote has; pull brings it back' '
		cp -R data ../data.kept &&
		dv drop data/train &&
		test_path_is_missing data/train/1.csv &&
		dv drop data &&
		test_path_is_missing data/large &&
		dv pull && diff -r ../data.kept data
	'

	test_expect_success 'a colleague pushes a version, fetch and pull bring it' '
		cd ../other && lab_commit 3 "third run" --config params.yaml &&
		lab_pointers "third data" && dv push && cd ../lab &&
		dv fetch && dv log data >../actual &&
		test_grep "third run" ../actual &&
		git pull -q ../other main && dv pull &&
		diff -r ../other/data data
	'

	test_expect_success 'two push at once from one version: both land' '
		lab_commit 4 "mine" --config params.yaml &&
		lab_pointers "mine" && cd ../other &&
		lab_commit 5 "theirs" --config params.yaml &&
		lab_pointers "theirs" && dv push && cd ../lab &&
		dv push >../actual 2>&1 &&
		test_grep "latest" ../actual &&
		dv ls -r data >../actual &&
		test_grep "theirs" ../actual &&
		test_grep "mine" ../actual
	'

	test_expect_success 'plumbing: objects of a pipeline go up and come down' '
		sed -n "s/^manifest //p" data.dv >../manifest && cd ../other &&
		dv ls-files -s data | cut -f1 | cut -d" " -f3 >../ids &&
		dv upload-pack origin <../ids >../actual &&
		test_grep -E "^[0-9a-f]{32,}\$" ../actual &&
		cat ../manifest >>../ids &&
		git init -q ../bare && cd ../bare && dv init 2>/dev/null &&
		dv remote add origin "$STORY_URL" &&
		dv fetch-pack origin <../ids >../actual &&
		test_line_count = $(wc -l <../ids) ../actual &&
		dv cat-object --batch-check <../ids >../actual &&
		test_grep ! missing ../actual && cd ../lab
	'

	test_expect_success 'the remote is whole' '
		dv fsck --remote origin --verify
	'

	test_expect_success 'forget -r, and gc --remote, which deletes nothing yet' '
		dv forget -r lab/data --keep-last 2 --keep-tagged &&
		dv gc --remote origin --dry-run &&
		dv gc --remote origin &&
		dv fsck --remote origin --verify &&
		cd .. && git clone -q other late && cd late &&
		dv remote add origin "$STORY_URL" && dv pull &&
		diff -r ../other/data data && cd ../lab
	'

	test_expect_success 'a later gc deletes; what is published stays' '
		dv gc --remote origin --grace=0 --force >../actual 2>&1 &&
		test_grep "deleted" ../actual &&
		dv fsck --remote origin --verify &&
		git clone -q . ../later && cd ../later &&
		dv remote add origin "$STORY_URL" && dv pull &&
		diff -r ../lab/data data && cd ../lab
	'

	test_expect_success 'remote remove forgets it' '
		cp -R ../late ../gone && cd ../gone &&
		dv remote remove origin && dv remote list >../actual &&
		test_must_be_empty ../actual &&
		test_must_fail dv push 2>../err && cd ../lab
	'
}

# story_read <url>: of a remote that story_write has left, without a
# repository.
story_read () {
	STORY_READ=$1

	test_expect_success 'somebody without a repository browses' '
		mkdir "$HOME/nowhere" && cd "$HOME/nowhere" &&
		dv ls -r --remote "$STORY_READ" lab/data@published:train/ >actual &&
		printf "%s\n" 1.csv 2.csv 3.csv >expect &&
		sed "s/.*[ 	]//" actual >names && test_cmp expect names &&
		dv cat -r --remote "$STORY_READ" \
			lab/data@published:train/1.csv >actual &&
		echo "run 1, sample 1" >expect && test_cmp expect actual
	'

	test_expect_success 'and installs: newest, a tag, a subtree' '
		dv install lab/data "$STORY_READ" --dest newest &&
		diff -r "$HOME/other/data" newest &&
		dv install lab/data@published "$STORY_READ" --dest tag &&
		grep "run 1, sample 2" tag/train/2.csv &&
		dv install lab/data:train/ "$STORY_READ" --dest sub &&
		diff -r "$HOME/other/data/train" sub
	'
}
