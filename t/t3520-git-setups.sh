#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='kinds of repositories: sparse, lfs, submodule, shallow, GIT_DIR'

# shellcheck disable=SC2034 # read by test-lib.sh
TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"

dvg () {
	dv "$@" && git_unharmed
}

command -v git-lfs >/dev/null && test_set_prereq LFS

test_expect_success 'setup: what others clone' '
	(
		lab_new origin &&
		mkdir code docs && echo c >code/c && echo d >docs/d &&
		git add -A && test_tick && git commit -q -m more &&
		lab_commit 1 one --set seed=1 && lab_pointers "data 1" &&
		lab_commit 2 two --set seed=2 && lab_pointers "data 2"
	)
'

test_expect_success 'a clone knows its format, and says what is not here' '
	git clone -q origin clone &&
	(
		cd clone &&
		dv status >.git/out 2>&1 &&
		test "$(dv rev-parse --object-format)" = "$DV_TEST_FORMAT" &&
		test_expect_code 128 dv checkout 2>.git/err &&
		test_grep "is not in this store" .git/err &&
		test_expect_code 128 dv cat plot.png 2>.git/err &&
		test_expect_code 1 dv fsck >.git/out &&
		test_grep "plot.png.dv.* is missing" .git/out &&
		dvg gc -q &&
		test_expect_code 128 dv commit data 2>.git/err &&
		test_grep "not in this store" .git/err &&
		git_unharmed
	)
'

test_expect_success 'sparse checkout: files that are not there are not dirt' '
	git clone -q origin sparse &&
	(
		cd sparse &&
		git sparse-checkout set --no-cone "/*" "!/docs/" &&
		test_path_is_missing docs &&
		./simulate 3 && dvg add data plot.png && test_tick &&
		dv commit --set seed=3 >.git/actual &&
		c=$(git rev-parse HEAD~2 | cut -c1-10) &&
		h=$(dv hash-config seed=3) &&
		printf "%s\n" "data-$c-$h" "plot-$c-$h.png" >.git/expect &&
		test_cmp .git/expect .git/actual &&
		git sparse-checkout set --no-cone "/*" "!/*.dv" &&
		dvg status >.git/out &&
		git sparse-checkout disable && dvg status >.git/out && dv fsck
	)
'

test_expect_success LFS 'git-lfs filters: a clean tree is clean' '
	(
		lab_new lfs &&
		git lfs install --local --skip-smudge >/dev/null &&
		git lfs install --local --force >/dev/null &&
		git lfs track "*.bin" >/dev/null && echo big >w.bin &&
		git add -A && test_tick && git commit -q -m lfs &&
		lab_add 1 && test_tick &&
		dv commit --set seed=1 data >.git/actual &&
		echo "data-$(git rev-parse HEAD | cut -c1-10)-$(dv \
			hash-config seed=1)" >.git/expect &&
		test_cmp .git/expect .git/actual && git_unharmed &&
		echo changed >w.bin &&
		test_expect_code 128 dv commit --set seed=2 data 2>.git/err &&
		test_grep "w.bin" .git/err &&
		test_tick && dv commit --snapshot -q --set seed=2 data &&
		snap=$(dv log --json data | jq -r ".[0].code") &&
		git cat-file -p "$snap:w.bin" >.git/out &&
		test_grep "^version https://git-lfs" .git/out
	)
'

test_expect_success LFS 'pointers of dv in lfs are still pointers' '
	(
		cd lfs && git checkout -q w.bin &&
		lab_pointers "data" && echo "*.png filter=lfs diff=lfs merge=lfs" \
			>>.gitattributes &&
		git add -A && test_tick && git commit -q -m attributes &&
		lab_add 2 && test_tick && dv commit -q --set seed=3 &&
		git_unharmed && dv fsck
	)
'

test_expect_success 'a submodule is a repository of its own' '
	(
		lab_new super &&
		git -c protocol.file.allow=always submodule --quiet add \
			"$HOME/origin" sub &&
		test_tick && git commit -q -m sub &&
		lab_add 1 && test_tick && dv commit -q --set seed=1 &&
		(
			cd sub && ./simulate 4 && dvg add data && test_tick &&
			dv commit --set seed=4 data >.git.out 2>&1 &&
			rm .git.out && test -d ../.git/modules/sub/dv &&
			dv log --oneline data >../.git/out &&
			test_line_count = 1 ../.git/out
		) &&
		test_expect_code 128 dv add sub/simulate 2>.git/err &&
		dv log --oneline data >.git/out &&
		test_line_count = 1 .git/out && dv fsck
	)
'

test_expect_success 'a shallow clone has the commit it was made from' '
	git clone -q --depth 1 "file://$HOME/origin" shallow &&
	(
		cd shallow && echo "# new" >>simulate &&
		git commit -q -a -m new && ./simulate 5 &&
		dvg add data && test_tick &&
		dv commit --set seed=5 data >.git/actual &&
		echo "data-$(git rev-parse HEAD | cut -c1-10)-$(dv \
			hash-config seed=5)" >.git/expect &&
		test_cmp .git/expect .git/actual && git_unharmed && dv fsck data
	)
'

test_expect_success 'where the code commit lies behind its border, it says so' '
	git clone -q --depth 1 "file://$HOME/origin" shallow2 &&
	(
		cd shallow2 && ./simulate 6 && dvg add data &&
		test_expect_code 128 dv commit data 2>.git/err &&
		test_grep "shallow" .git/err &&
		test_grep "^hint: git fetch" .git/err &&
		git fetch -q --unshallow &&
		dv commit -q --set seed=6 data
	)
'

test_expect_success 'GIT_DIR and GIT_WORK_TREE are honoured' '
	(
		cd clone && git_dir=$PWD/.git && cd "$HOME" &&
		GIT_DIR=$git_dir GIT_WORK_TREE=$PWD/clone &&
		export GIT_DIR GIT_WORK_TREE && cd "$GIT_WORK_TREE" &&
		./simulate 7 && dv add data && test_tick &&
		dv commit -q --set seed=7 data &&
		dv log --oneline data >"$git_dir/out" &&
		test_line_count = 1 "$git_dir/out" && dv fsck data
	)
'

test_expect_success 'a separate git directory' '
	(
		mkdir sep && cd sep &&
		git init -q -b main --separate-git-dir ../sep.git . &&
		lab_init && lab_commit 1 one --set seed=1 &&
		test_path_is_dir ../sep.git/dv && git_unharmed && dv fsck
	)
'

test_expect_success 'a subdirectory: paths are relative to it' '
	(
		lab_new below && mkdir sub && cd sub && echo x >x.csv &&
		dv add x.csv &&
		test_expect_code 128 dv add ../params.yaml 2>../.git/err &&
		test_grep "git rm .*--cached" ../.git/err &&
		test_tick && dv commit --set s=1 >../.git/actual &&
		echo "sub/x-$(lab_code10)-$(dv hash-config s=1).csv" \
			>../.git/expect &&
		test_cmp ../.git/expect ../.git/actual &&
		dv log --oneline x.csv >../.git/actual &&
		test_grep "^sub/x.csv@" ../.git/actual &&
		dv cat x.csv >../.git/actual && test_cmp x.csv ../.git/actual &&
		git_unharmed
	)
'

test_expect_success 'an unborn HEAD can add, not commit' '
	(
		mkdir unborn && cd unborn && git init -q . &&
		dv init >/dev/null 2>&1 && echo x >f && dvg add f &&
		test_expect_code 128 dv commit 2>.git/err &&
		test_grep "^hint: git add" .git/err && dv status >.git/out &&
		dv diff && dv log 2>.git/err && dv gc -q && dv fsck &&
		git_unharmed
	)
'

test_expect_success 'autocrlf does not damage pointers' '
	git clone -q -c core.autocrlf=true origin crlf &&
	(
		cd crlf && test_grep "$(printf "\\r")" data.dv &&
		dv rev-parse data >.git/actual &&
		(cd ../origin && dv rev-parse data) >.git/expect &&
		test_cmp .git/expect .git/actual && git_unharmed
	)
'

test_expect_success 'outside of git, and in git before init: a sentence' '
	(
		mkdir none && cd none &&
		for c in commit log show ls diff gc fsck
		do
			test_expect_code 128 dv $c 2>err &&
			test_grep "^fatal: " err && test_grep "^hint: " err ||
				exit 1
		done
	) &&
	git init -q plain && (
		cd plain &&
		for c in commit log show ls diff gc fsck "whence x" "cat x"
		do
			test_expect_code 128 dv $c 2>err &&
			test_grep "^fatal: " err &&
			test_grep "^hint: .*dv init" err || exit 1
		done
	)
'

test_expect_success !SANITIZE 'a sha256 repository of git is refused in a sentence' '
	git init -q --object-format=sha256 sha && (
		cd sha &&
		test_expect_code 128 dv init 2>err &&
		test_grep "^fatal: .*sha256" err
	)
'

test_done
