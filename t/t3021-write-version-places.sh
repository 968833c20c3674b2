#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='versions in every kind of repository, and that their commits stay'

. ./test-lib.sh

manifest () {
	file=$(echo "$1" | dv hash-object -w --stdin) &&
	printf '100644 %s %s\tf\n' "$(echo "$1" | wc -c)" "$file" |
		dv write-manifest
}

test_expect_success 'setup' '
	dv init -q &&
	m=$(manifest one) && m2=$(manifest two) &&
	zeros=0000000000000000000000000000000000000000
'

test_expect_success 'an unborn HEAD: a sentence, and --code still works' '
	test_expect_code 128 dv write-version --dataset=data --manifest=$m 2>err &&
	test_grep "^fatal: there is no git commit yet" err &&
	test_grep "^hint: git commit" err &&
	dv write-version --dataset=unborn --manifest=$m --code=$(echo x | sha1sum | cut -c1-40)
'

test_expect_success 'a detached HEAD' '
	git add .dvconfig && test_commit one && test_commit two &&
	git checkout -q --detach one &&
	v=$(dv write-version --dataset=data --manifest=$m) &&
	echo $v | cut -c1-10 >actual &&
	git rev-parse one | cut -c1-10 >expect &&
	test_cmp expect actual &&
	git checkout -q main
'

test_expect_success 'after amend and gc the commit of a version is still there' '
	test_commit three &&
	old=$(git rev-parse HEAD) && test_commit gone && lost=$(git rev-parse HEAD) &&
	git tag -d three gone && git reset -q --hard HEAD~1 &&
	v=$(dv write-version --dataset=data --manifest=$m) &&
	git commit -q --amend -m amended &&
	git reflog expire --expire=now --all && git gc -q --prune=now &&
	test_expect_code 1 git cat-file -e $lost &&
	git cat-file -e $old &&
	git show $old:three.t >actual && echo three >expect && test_cmp expect actual &&
	dv rev-parse --version data@$v &&
	git fsck --strict --connectivity-only
'

test_expect_success 'the same after a rebase, and refs that are packed' '
	git checkout -q -b topic two && test_commit topic topic.t && git tag -d topic &&
	before=$(git rev-parse HEAD) &&
	v=$(dv write-version --dataset=data --manifest=$m2) &&
	git rebase -q main && test "$(git rev-parse HEAD)" != $before &&
	git pack-refs --all --prune && git reflog expire --expire=now --all &&
	git gc -q --prune=now && git cat-file -e $before &&
	test_path_is_missing .git/refs/dv/data/$v &&
	dv rev-parse --version data@$v >actual && echo $v >expect && test_cmp expect actual &&
	dv write-version --dataset=data --manifest=$m2 --code=$before >actual &&
	test_cmp expect actual
'

test_expect_success 'a version whose commit is not here is a file, found as any other' '
	code=$(echo elsewhere | sha1sum | cut -c1-40) &&
	v=$(dv write-version --dataset=data --manifest=$m --code=$code -m away) &&
	ns=$(basename "$PWD" | sed "s/ /=20/g") &&
	test_path_is_file ".git/dv/versions/$ns/data/$v" &&
	test_expect_code 1 git rev-parse -q --verify refs/dv/data/$v &&
	dv rev-parse --version data@$(echo $code | cut -c1-8) >actual &&
	echo $v >expect && test_cmp expect actual &&
	dv write-version --dataset=data --manifest=$m --code=$code >actual &&
	test_cmp expect actual &&
	dv show-ref data >out &&
	printf "%s %s\tversions/%s/data/%s\n" $zeros $v "$ns" $v >expect &&
	grep versions out >actual && test_cmp expect actual &&
	git fsck --strict && git gc -q --prune=now &&
	dv tag away data@$v && dv rev-parse --version data@away >actual &&
	echo $v >expect && test_cmp expect actual &&
	git gc -q --prune=now && git fsck --strict 2>err && test_must_be_empty err &&
	dv rev-parse --version data@away >actual && test_cmp expect actual &&
	dv tag -d data@away && dv forget data@$v >actual &&
	test_path_is_missing ".git/dv/versions/$ns/data/$v"
'

test_expect_success 'a damaged file is left out and told, and nothing else suffers' '
	v=$(dv write-version --dataset=data --manifest=$m --code=$code) &&
	file=".git/dv/versions/$ns/data/$v" &&
	dv show-ref >before &&
	{ cat "$file" && echo x; } >damaged && mv damaged "$file" &&
	dv show-ref >actual 2>err &&
	grep -v $v before >expect && test_cmp expect actual &&
	test_grep "^warning: not a version: .*$v" err &&
	rm "$file" && dv show-ref >actual 2>err && test_must_be_empty err
'

test_expect_success 'refs below refs/dv that are none do not stop anything' '
	dv show-ref >expect &&
	git update-ref refs/dv/strange HEAD && git update-ref refs/dv/data/odd HEAD &&
	git update-ref refs/dv/data/0123456789-01234567-89abcdef HEAD &&
	git update-ref refs/dv/d%/0123456789-01234567-89abcdef HEAD &&
	git update-ref refs/dv/other/$v HEAD &&
	dv show-ref >actual 2>err && test_cmp expect actual &&
	test_line_count = 5 err &&
	for ref in strange data/odd data/0123456789-01234567-89abcdef \
		d%/0123456789-01234567-89abcdef other/$v
	do
		git update-ref -d refs/dv/$ref || return 1
	done
'

test_expect_success 'a record moved to another name is not believed' '
	v=$(dv write-version --dataset=data --manifest=$m) &&
	git update-ref refs/dv/other/$v refs/dv/data/$v &&
	test_expect_code 128 dv rev-parse --version other@$v 2>err &&
	git update-ref -d refs/dv/other/$v
'

test_expect_success 'two linked work trees share versions and not their own state' '
	git worktree add -q -b wt wt main &&
	(cd wt && echo wt >wt.t && git add wt.t && test_tick && git commit -q -m wt &&
		dv write-version --dataset=data --manifest=$m) >id &&
	dv rev-parse --version data@$(cat id) >actual && test_cmp id actual &&
	(cd wt && dv rev-parse --version data@$v) >actual && echo $v >expect &&
	test_cmp expect actual &&
	git worktree remove --force wt &&
	git branch -q -D wt && git reflog expire --expire=now --all &&
	git gc -q --prune=now && dv rev-parse --version data@$(cat id)
'

test_expect_success 'a submodule has versions of its own' '
	git clone -q . ../module-$$ && test_when_finished "rm -rf \"$HOME/../module-$$\"" &&
	git init -q super && (cd super &&
		git -c protocol.file.allow=always submodule --quiet add "$HOME/../module-$$" sub &&
		cd sub && m3=$(manifest sub) && dv write-version --dataset=data --manifest=$m3 >../../id &&
		dv rev-parse --version data@latest >../../actual) &&
	test_cmp id actual &&
	test_path_is_dir super/.git/modules/sub/refs/dv/data
'

test_expect_success 'a shallow clone records what its code commit allows' '
	git clone -q --depth 1 "file://$PWD" shallow &&
	(cd shallow && m4=$(manifest s) && dv write-version --dataset=data --manifest=$m4 >../id &&
		git fetch -q --unshallow && dv rev-parse --version data@latest >../actual) &&
	test_cmp id actual
'

test_expect_success 'a bare repository and GIT_DIR' '
	git clone -q --bare . bare.git &&
	(cd bare.git && dv init -q && m5=$(manifest b) && dv write-version --dataset=data --manifest=$m5 >../id &&
		dv rev-parse --version data@latest >../actual) && test_cmp id actual &&
	(cd / && GIT_DIR="$HOME/bare.git" dv rev-parse --version data@latest) >actual &&
	test_cmp id actual
'

test_expect_success 'worktreeConfig' '
	git config extensions.worktreeConfig true &&
	git config core.repositoryFormatVersion 1 &&
	dv rev-parse --version data@latest
'

test_expect_success 'two who record one version at once: both are told the same' '
	m6=$(manifest six) && rm -f id.* &&
	for i in 1 2 3 4 5 6 7 8
	do
		dv write-version --dataset=race --manifest=$m6 -m $i >id.$i 2>err.$i &
	done && wait &&
	sort -u id.? >actual && test_line_count = 1 actual &&
	cat err.? >err && test_must_be_empty err &&
	dv show-ref race >out && test_line_count = 1 out
'

test_expect_success 'an id that two versions would share is refused' '
	code=$(git rev-parse HEAD) && ref=refs/dv/race/$(cat id.1) &&
	other=$(echo $code | sed "s/[^0]$/0/;t;s/0$/1/") &&
	test_expect_code 128 dv write-version --dataset=race --manifest=$m6 --code=$other 2>err &&
	test_grep "same id" err
'

test_done
