#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='work tree, git directory and common directory are those that git finds'

. ./test-lib.sh

# same_places: the library and git agree here
same_places () {
	{
		git rev-parse --show-toplevel 2>/dev/null || echo bare
	} >expect.places &&
	git rev-parse --absolute-git-dir >>expect.places &&
	(cd "$(git rev-parse --git-common-dir)" && pwd -P) >>expect.places &&
	test-git paths >actual.places &&
	test_cmp expect.places actual.places &&
	rm expect.places actual.places
}

test_expect_success 'setup' '
	mkdir -p "$HOME/out" sub/dir &&
	test_commit one &&
	test_commit two sub/two
'

test_expect_success 'the top and a subdirectory' '
	same_places &&
	(cd sub && same_places) &&
	(cd sub/dir && same_places)
'

test_expect_success 'through a symbolic link' '
	ln -s "$PWD" out/link &&
	(cd out/link && same_places) &&
	(cd out/link/sub && same_places)
'

test_expect_success 'a linked work tree, its subdirectory, and one that moved' '
	git worktree add -q out/wt &&
	(cd out/wt && same_places) &&
	(cd out/wt/sub && same_places) &&
	git worktree move out/wt out/moved &&
	(cd out/moved && same_places)
'

test_expect_success 'two linked work trees have one store and two states' '
	dv init -q && git add .dvconfig && git commit -q -m init &&
	git worktree add -q -b b2 out/b2 && git worktree add -q -b b3 out/b3 &&
	for d in b2 b3
	do
		(cd out/$d && dv rev-parse --store-dir --state-dir --namespace) ||
			return 1
	done >actual &&
	name=$(basename "$PWD") &&
	cat >expect <<-EOF &&
	$PWD/.git/dv
	$PWD/.git/worktrees/b2/dv
	$name
	$PWD/.git/dv
	$PWD/.git/worktrees/b3/dv
	$name
	EOF
	test_cmp expect actual
'

test_expect_success 'a submodule has its own' '
	git -c protocol.file.allow=always submodule --quiet add "$PWD/.git" module &&
	(cd module && same_places) &&
	(cd module/sub && same_places) &&
	(cd module && dv rev-parse --store-dir) >actual &&
	echo "$PWD/.git/modules/module/dv" >expect &&
	test_cmp expect actual
'

test_expect_success 'a bare repository, and a work tree linked to it' '
	git clone -q --bare . out/bare.git &&
	(cd out/bare.git && same_places) &&
	git -C out/bare.git worktree add -q "$PWD/out/of-bare" main &&
	(cd out/of-bare && same_places)
'

test_expect_success 'the same with worktreeConfig, core.bare in config.worktree' '
	git -C out/bare.git config extensions.worktreeConfig true &&
	git -C out/bare.git config --unset core.bare &&
	git config --file out/bare.git/config.worktree core.bare true &&
	(cd out/bare.git && same_places) &&
	(cd out/of-bare && same_places)
'

test_expect_success 'a submodule with core.worktree in config.worktree' '
	(
		cd module &&
		git sparse-checkout set sub &&
		git config --file "$(git rev-parse --git-dir)/config.worktree" -l \
			>out &&
		test_grep "core.sparsecheckout=true" out &&
		same_places && cd sub && same_places
	)
'

test_expect_success 'a git directory elsewhere' '
	git init -q --separate-git-dir out/elsewhere out/separate &&
	(cd out/separate && same_places)
'

test_expect_success 'core.worktree, absolute and relative' '
	mkdir out/tree &&
	git init -q out/core &&
	git -C out/core config core.worktree "$PWD/out/tree" &&
	(cd out/core && same_places) &&
	(cd out/tree && GIT_DIR="$PWD/../core/.git" && export GIT_DIR &&
		same_places) &&
	git -C out/core config core.worktree ../../tree &&
	(cd out/core && same_places)
'

test_expect_success 'GIT_DIR alone: the current directory is the work tree' '
	(GIT_DIR="$PWD/.git" && export GIT_DIR && same_places &&
		cd sub && same_places) &&
	(GIT_DIR=.git && export GIT_DIR && same_places) &&
	(cd out && GIT_DIR=../.git && export GIT_DIR && same_places) &&
	(cd out && GIT_DIR=../.git/worktrees/b2 && export GIT_DIR &&
		same_places) &&
	(cd out && GIT_DIR=bare.git && export GIT_DIR && same_places)
'

test_expect_success 'GIT_DIR and GIT_WORK_TREE' '
	(cd out && GIT_DIR="$HOME/.git" GIT_WORK_TREE=.. &&
		export GIT_DIR GIT_WORK_TREE && same_places) &&
	(cd / && GIT_DIR="$HOME/.git" GIT_WORK_TREE="$HOME/out" &&
		export GIT_DIR GIT_WORK_TREE && cd "$HOME/out" && same_places)
'

test_expect_success 'GIT_WORK_TREE alone' '
	(cd sub && GIT_WORK_TREE="$PWD" && export GIT_WORK_TREE && same_places)
'

test_expect_success 'GIT_COMMON_DIR that agrees; one that does not: a sentence' '
	(cd out/b2 && GIT_DIR="$HOME/.git/worktrees/b2" GIT_WORK_TREE="$PWD" &&
		GIT_COMMON_DIR="$HOME/.git" &&
		export GIT_DIR GIT_WORK_TREE GIT_COMMON_DIR && same_places) &&
	test_expect_code 128 env GIT_COMMON_DIR="$PWD/out" test-git paths 2>err &&
	test_grep "^fatal: GIT_COMMON_DIR is " err
'

test_expect_success 'arguments are taken from the current directory' '
	id=$(dv write-manifest </dev/null) &&
	code=$(git rev-parse HEAD) &&
	dv write-version --dataset=sub/set --manifest=$id >id &&
	echo sub/set >expect &&
	dv rev-parse --dataset sub/set@latest >actual &&
	test_cmp expect actual &&
	ln -s "$PWD" "$HOME/../link-t3004" &&
	test_when_finished "rm \"$HOME/../link-t3004\"" &&
	for arg in set ./set ../sub/set "$PWD/sub/set" set/ dir/../set \
		"$HOME/../link-t3004/sub/set"
	do
		(cd sub && dv rev-parse --dataset "$arg@latest") >actual &&
		test_cmp expect actual || return 1
	done &&
	test_expect_code 128 dv rev-parse --dataset set@latest
'

test_expect_success 'inside .git there is no work tree' '
	(cd .git && dv rev-parse --store-dir) >actual &&
	echo "$PWD/.git/dv" >expect &&
	test_cmp expect actual
'

test_expect_success 'not in a git repository: exit 128, and what to type' '
	mkdir "$HOME/../none" &&
	test_when_finished "rmdir \"$HOME/../none\"" &&
	(cd "$HOME/../none" && test_expect_code 128 dv rev-parse --store-dir) 2>err &&
	test_grep "^fatal: not in a git repository$" err &&
	test_grep "^hint: .*git init" err &&
	test_expect_code 128 env GIT_DIR=/nowhere dv rev-parse --store-dir 2>err &&
	test_grep "^fatal: .*/nowhere" err
'

test_expect_success 'a sha256 repository is refused in a sentence' '
	git init -q --object-format=sha256 out/sha256 &&
	(cd out/sha256 && test_expect_code 128 dv init) 2>err &&
	test_grep "^fatal: .*sha256" err &&
	test_grep "^hint: " err &&
	test_path_is_missing out/sha256/.dvconfig
'

test_expect_success 'an extension that is not known is refused in a sentence' '
	git init -q out/odd &&
	git -C out/odd config core.repositoryFormatVersion 1 &&
	git -C out/odd config extensions.marvellous true &&
	(cd out/odd && test_expect_code 128 test-git head) 2>err &&
	test_grep "^fatal: .*marvellous" err
'

test_expect_success NOBODY 'dubious ownership: exit 128, and what to type' '
	git init -q out/theirs &&
	test_when_finished "rm -rf out/theirs" &&
	if test "$(id -u)" = 0
	then
		chmod 755 out/theirs &&
		(cd out/theirs && test_as_nobody "$DV_BUILD/t/helper/test-git" \
			head 2>err; echo $? >code) &&
		echo 128 >expect &&
		test_cmp expect out/theirs/code &&
		test_grep "safe.directory" out/theirs/err
	fi
'

test_expect_success 'partial clones and precious objects are opened' '
	git config extensions.preciousObjects true &&
	git config core.repositoryFormatVersion 1 &&
	git config extensions.partialClone origin &&
	test-git head >actual &&
	git rev-parse HEAD >expect &&
	test_cmp expect actual
'

test_done
