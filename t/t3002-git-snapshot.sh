#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='a snapshot holds the code as it lies here and disturbs nothing'

. ./test-lib.sh

# state: all that a snapshot must leave as it is
state () {
	git rev-parse HEAD 2>&1
	git for-each-ref
	git ls-files -s -v
	git status --porcelain=v2 -uall
	cksum <"$(git rev-parse --git-path index)"
	find . -name .git -prune -o -type f -print | sort
	ls "$(git rev-parse --git-common-dir)/dv/tmp" 2>/dev/null || :
}

# snapshot <message>: into $id; the state is as it was
snapshot () {
	git update-index -q --refresh
	state >../before &&
	id=$(test-git snapshot "$1") &&
	state >../after &&
	test_cmp ../before ../after
}

test_expect_success 'setup' '
	git init -q -b main repo && cd repo &&
	git config user.useConfigOnly true &&
	echo "*.o" >.gitignore &&
	mkdir sub &&
	echo one >sub/run.py && echo two >two && echo three >three &&
	git add . && git commit -q -m code
'

test_expect_success 'where nothing differs it is HEAD itself' '
	git rev-parse HEAD >expect && mv expect ../expect &&
	snapshot nothing &&
	echo $id >../actual &&
	test_cmp ../expect ../actual &&
	echo x >x.o &&
	snapshot ignored &&
	echo $id >../actual &&
	test_cmp ../expect ../actual
'

test_expect_success 'changed, staged, new, removed and untracked files are in it' '
	echo more >>sub/run.py &&
	echo staged >two && git add two &&
	echo new >staged-new && git add staged-new &&
	echo again >>two &&
	rm three &&
	mkdir fresh && echo new >fresh/untracked &&
	snapshot "as it lay" &&
	git diff --name-status HEAD $id >../actual &&
	printf "%s\t%s\n" A fresh/untracked A staged-new M sub/run.py D three \
		M two >../expect &&
	test_cmp ../expect ../actual &&
	git show $id:two >../actual &&
	printf "staged\nagain\n" >../expect &&
	test_cmp ../expect ../actual
'

test_expect_success 'it has HEAD as its parent, and the message' '
	git rev-parse HEAD >../expect &&
	git rev-parse $id^ >../actual &&
	test_cmp ../expect ../actual &&
	git log -1 --format=%B $id >../actual &&
	printf "as it lay\n" >../expect &&
	test_cmp ../expect ../actual &&
	git fsck --strict 2>../err &&
	test_grep ! error ../err
'

test_expect_success 'the same files on the same commit give the same snapshot' '
	first=$id &&
	test_tick &&
	snapshot "as it lay" &&
	test "$first" = "$id" &&
	(GIT_COMMITTER_NAME=other GIT_AUTHOR_EMAIL=o@x &&
	 export GIT_COMMITTER_NAME GIT_AUTHOR_EMAIL &&
	 test "$first" = "$(test-git snapshot "as it lay")") &&
	cp -R . ../copy && touch ../copy/two &&
	(cd ../copy && test "$first" = "$(test-git snapshot "as it lay")") &&
	echo other >two &&
	snapshot "as it lay" &&
	test "$first" != "$id"
'

test_expect_success 'it is the code commit, unless only pointers differ' '
	test-git code $id >../actual &&
	echo $id >../expect &&
	test_cmp ../expect ../actual &&
	git add -A && git commit -q -m all &&
	printf "dv-pointer 1\nmanifest xxh128:%032d\nfiles 1\nsize 1\n" 1 >data.dv &&
	snapshot pointer &&
	test "$id" != "$(git rev-parse HEAD)" &&
	git rev-parse HEAD >../expect &&
	test-git code $id >../actual &&
	test_cmp ../expect ../actual &&
	rm data.dv
'

test_expect_success 'no hook runs, nothing is signed, no message is asked for' '
	mkdir -p .git/hooks &&
	for hook in pre-commit post-index-change commit-msg post-commit
	do
		printf "#!/bin/sh\necho %s >>../hooks\nexit 1\n" $hook \
			>.git/hooks/$hook && chmod +x .git/hooks/$hook || return 1
	done &&
	git config commit.gpgSign true && git config gpg.program false &&
	echo h >two &&
	id=$(test-git snapshot hooks) &&
	git config --unset commit.gpgSign &&
	rm -r .git/hooks &&
	test_path_is_missing ../hooks &&
	git cat-file commit $id >../out &&
	test_grep ! gpgsig ../out
'

test_expect_success 'a change in the same tick as the index is not missed' '
	git reset -q --hard &&
	for i in 1 2 3 4 5
	do
		echo aaa$i >racy && git add racy && echo bbb$i >racy &&
		id=$(test-git snapshot racy) &&
		echo bbb$i >../expect && git show $id:racy >../actual &&
		test_cmp ../expect ../actual || return 1
	done &&
	git reset -q --hard
'

test_expect_success 'a sparse check-out keeps what is not there' '
	git sparse-checkout set --cone sub &&
	test_path_is_dir sub &&
	echo sparse >>sub/run.py &&
	mkdir dir2 && echo x >dir2/y && git add --sparse dir2/y &&
	git commit -q -m dir2 && git sparse-checkout reapply &&
	test_path_is_missing dir2 &&
	snapshot sparse &&
	git diff --name-status HEAD $id >../actual &&
	printf "M\tsub/run.py\n" >../expect &&
	test_cmp ../expect ../actual &&
	git sparse-checkout set --cone --sparse-index sub &&
	snapshot sparse &&
	git diff --name-status HEAD $id >../actual &&
	test_cmp ../expect ../actual &&
	test_path_is_missing dir2 &&
	git sparse-checkout disable && git reset -q --hard
'

test_expect_success 'a split index' '
	git update-index --split-index &&
	echo split >>two &&
	ls .git | grep -c sharedindex >../before.n &&
	snapshot split &&
	ls .git | grep -c sharedindex >../after.n &&
	test_cmp ../before.n ../after.n &&
	git diff --name-only HEAD $id >../actual &&
	echo two >../expect &&
	test_cmp ../expect ../actual &&
	git update-index --no-split-index && git reset -q --hard
'

test_expect_success 'filters are run, so that what is kept is what git would keep' '
	git config filter.up.clean "tr a-z A-Z" &&
	git config filter.up.smudge "tr A-Z a-z" &&
	echo "*.txt filter=up" >.gitattributes &&
	echo hello >x.txt &&
	snapshot filter &&
	git show $id:x.txt >../actual &&
	echo HELLO >../expect &&
	test_cmp ../expect ../actual &&
	git add -A && git commit -q -m filter
'

test_expect_success 'a submodule, a nested repository' '
	git init -q ../inner && (cd ../inner && test_commit one) &&
	git -c protocol.file.allow=always submodule --quiet add ../inner inner &&
	git commit -q -m module &&
	(cd inner && test_commit two) &&
	git init -q nested && (cd nested && test_commit n) &&
	snapshot modules 2>../err &&
	git ls-tree $id inner nested >../actual &&
	(cd inner && printf "160000 commit %s\tinner\n" $(git rev-parse HEAD)) \
		>../expect &&
	(cd nested && printf "160000 commit %s\tnested\n" $(git rev-parse HEAD)) \
		>>../expect &&
	test_cmp ../expect ../actual &&
	rm -rf nested && git commit -q -a -m two
'

test_expect_success 'a conflict is kept as it lies' '
	git checkout -q -b side && echo side >two && git commit -q -a -m side &&
	git checkout -q main && echo main >two && git commit -q -a -m main &&
	test_expect_code 1 git merge side >/dev/null &&
	state >../before &&
	id=$(test-git snapshot conflict) &&
	state >../after &&
	test_cmp ../before ../after &&
	git show $id:two >../actual &&
	test_cmp two ../actual &&
	git merge --abort
'

test_expect_success 'a linked work tree, a subdirectory, GIT_DIR' '
	git worktree add -q ../wt &&
	(cd ../wt/sub && echo wt >run.py && id=$(test-git snapshot wt) &&
		echo wt >../../expect && git show $id:sub/run.py >../../actual &&
		test_cmp ../../expect ../../actual) &&
	(GIT_DIR="$PWD/.git/worktrees/wt" GIT_WORK_TREE="$PWD/../wt" &&
		export GIT_DIR GIT_WORK_TREE && cd / &&
		git show $("$DV_BUILD/t/helper/test-git" snapshot wt):sub/run.py) \
		>../actual &&
	test_cmp ../expect ../actual
'

test_expect_success 'an unborn HEAD gives a root commit' '
	git init -q ../unborn &&
	cd ../unborn &&
	echo x >y &&
	id=$(test-git snapshot root) &&
	git log --format="%P|%s" $id >../actual &&
	echo "|root" >../expect &&
	test_cmp ../expect ../actual &&
	test_expect_code 1 git rev-parse -q --verify HEAD &&
	cd ../repo
'

test_expect_success 'where git cannot add, nothing is left behind' '
	git init -q empty-nested &&
	state >../before &&
	test_expect_code 128 test-git snapshot bad 2>../err &&
	test_grep "^fatal: cannot make a snapshot" ../err &&
	state >../after &&
	test_cmp ../before ../after &&
	rm -rf empty-nested
'

test_expect_success 'a bare repository has none: a sentence' '
	git clone -q --bare . ../bare.git &&
	(cd ../bare.git && test_expect_code 128 test-git snapshot x) 2>../err &&
	test_grep "^fatal: a bare repository" ../err
'

test_done
