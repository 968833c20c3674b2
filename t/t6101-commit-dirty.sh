#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv commit: a dirty work tree, and what to do about it'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"

record () {
	git cat-file -p "refs/dv/$1/$(dv rev-parse --version "$1@latest")"
}

test_expect_success 'setup: code differs from HEAD' '
	lab_init &&
	c=$(git rev-parse HEAD | cut -c1-10) &&
	lab_commit 1 first &&
	lab_pointers pointers &&
	echo "# not committed" >>simulate &&
	lab_add 2
'

test_expect_success 'it is refused, with the files and the ways out' '
	git for-each-ref >.git/before &&
	test_expect_code 128 dv commit -m dirty >.git/out 2>.git/err &&
	test_must_be_empty .git/out &&
	test_grep "^fatal: 1 tracked file differs from HEAD.*: simulate\$" \
		.git/err &&
	for way in "git commit -a" --snapshot --allow-dirty --code= --config=
	do
		test_grep -e "^hint: .*$way" .git/err || return 1
	done &&
	git for-each-ref >.git/after &&
	test_cmp .git/before .git/after
'

test_expect_success 'many files are counted, not all listed' '
	for i in 1 2 3 4 5 6 7 8 9 10 11 12
	do
		echo $i >code$i || return 1
	done &&
	git add code* && git commit -q -m many && rm code* &&
	test_expect_code 128 dv commit 2>.git/err &&
	test_grep "^fatal: 13 tracked files differ from HEAD.* and 3 more\$" \
		.git/err &&
	git reset -q --hard HEAD~1 && echo "# not committed" >>simulate &&
	dv add data plot.png
'

test_expect_success 'pointers, .dvconfig and new files are not dirt' '
	git stash -q -- simulate &&
	echo new >untracked &&
	git config -f .dvconfig dv.comment x &&
	dv commit -n >.git/out &&
	git add -A . && git rm -q --cached untracked &&
	dv commit -n >.git/actual &&
	test_cmp .git/out .git/actual &&
	rm untracked && git stash pop -q
'

test_expect_success '--allow-dirty says so in the name' '
	test_tick &&
	dv commit --allow-dirty -m dirty data >.git/actual &&
	echo "data-$c-dirty-$(dv hash-config)" >.git/expect &&
	test_cmp .git/expect .git/actual &&
	record data >.git/actual &&
	test_grep "^Dv-Code: .* dirty\$" .git/actual &&
	dv show data >.git/actual &&
	test_grep "^Code: .* with uncommitted changes\$" .git/actual &&
	git_unharmed simulate
'

test_expect_success '--allow-dirty on a clean tree is not dirty' '
	git stash -q -- simulate &&
	lab_add 2 &&
	dv commit -n --allow-dirty --set clean=1 plot.png >.git/actual &&
	echo "plot-$c-$(dv hash-config clean=1).png" >.git/expect &&
	test_cmp .git/expect .git/actual &&
	git stash pop -q
'

test_expect_success 'a configuration file given does not make it dirty' '
	git checkout -q simulate &&
	echo "seed: 7" >params.yaml &&
	test_expect_code 128 dv commit plot.png 2>.git/err &&
	test_grep "params.yaml" .git/err &&
	dv commit -n --config=params.yaml plot.png >.git/actual &&
	echo "plot-$c-$(dv hash-config seed=7).png" >.git/expect &&
	test_cmp .git/expect .git/actual &&
	mkdir -p sub &&
	(cd sub && dv commit -n --config=../params.yaml ../plot.png) \
		>.git/actual &&
	test_cmp .git/expect .git/actual
'

test_expect_success 'default configuration files come from .dvconfig' '
	git config -f .dvconfig --add dv.config params.yaml &&
	dv commit -n plot.png >.git/actual &&
	echo "plot-$c-$(dv hash-config seed=7).png" >.git/expect &&
	test_cmp .git/expect .git/actual &&
	dv commit -n --set lr=2 plot.png >.git/actual &&
	echo "plot-$c-$(dv hash-config seed=7 lr=2).png" >.git/expect &&
	test_cmp .git/expect .git/actual &&
	echo "{\"other\":1}" >.git/other.json &&
	git checkout -q params.yaml &&
	dv commit -n --config=.git/other.json plot.png >.git/actual &&
	echo "plot-$c-$(dv hash-config other=1).png" >.git/expect &&
	test_cmp .git/expect .git/actual
'

test_expect_success '.dvconfig names no file outside the work tree' '
	cp .dvconfig .git/dvconfig &&
	for path in /etc/passwd ../secret .git/config gone.yaml
	do
		cp .git/dvconfig .dvconfig &&
		git config -f .dvconfig dv.config "$path" &&
		test_expect_code 128 dv commit -n plot.png 2>.git/err &&
		test_grep "dv.config" .git/err || return 1
	done &&
	echo secret >.git/secret && ln -s .git/secret link &&
	git config -f .dvconfig dv.config link &&
	test_expect_code 128 dv commit -n plot.png 2>.git/err &&
	test_grep "dv.config" .git/err &&
	rm link && cp .git/dvconfig .dvconfig &&
	git config -f .dvconfig --unset-all dv.config
'

test_expect_success '--snapshot keeps the files as they are' '
	echo "# snapshot me" >>simulate && echo helper >helper &&
	echo junk >junk.o && echo "*.o" >.git/info/ignored &&
	git config core.excludesFile .git/info/ignored &&
	git status --porcelain >.git/before &&
	head=$(git rev-parse HEAD) &&
	test_tick &&
	dv commit --snapshot -m snap plot.png >.git/actual &&
	snap=$(record plot.png | sed -n "s/^object //p") &&
	echo "plot-$(echo $snap | cut -c1-10)-$(dv hash-config).png" \
		>.git/expect &&
	test_cmp .git/expect .git/actual &&
	test "$(git rev-parse HEAD)" = "$head" &&
	test "$(git rev-parse "$snap^")" = "$head" &&
	git status --porcelain >.git/after &&
	test_cmp .git/before .git/after &&
	git show "$snap:simulate" >.git/file &&
	test_cmp simulate .git/file &&
	git show "$snap:helper" >.git/file &&
	test_cmp helper .git/file &&
	test_must_fail git cat-file -e "$snap:junk.o" &&
	test_must_fail git cat-file -e "$snap:plot.png"
'

test_expect_success 'git keeps the snapshot as long as the version is here' '
	git reflog expire --expire=now --all &&
	git gc -q --prune=now &&
	git cat-file -e "$snap" &&
	dv show plot.png >.git/shown &&
	test_grep "(snapshot)" .git/shown
'

test_expect_success '--snapshot of the same files again is the same version' '
	test_tick &&
	dv commit --snapshot -m snap plot.png >.git/actual 2>.git/err &&
	test_cmp .git/expect .git/actual &&
	test_grep "recorded already" .git/err
'

test_expect_success '--snapshot of what git has: the name that it has without' '
	git stash -q -u &&
	test_when_finished "git stash pop -q" &&
	dv commit --set clean=1 -m clean plot.png >.git/actual 2>.git/err &&
	dv commit --set clean=1 --snapshot -m clean plot.png >.git/again \
		2>.git/err &&
	test_cmp .git/actual .git/again &&
	test_grep "recorded already" .git/err &&
	dv commit --set clean=2 --snapshot -m clean plot.png >.git/actual \
		2>.git/err &&
	test_grep "^plot-$(dv rev-parse --code | cut -c1-10)-" .git/actual &&
	dv show plot.png >.git/shown &&
	test_grep ! "(snapshot)" .git/shown
'

test_expect_success 'an unborn HEAD has no code' '
	git init -q .git/unborn && (
		cd .git/unborn && dv init >/dev/null 2>&1 &&
		echo x >f && dv add f &&
		test_expect_code 128 dv commit 2>err &&
		test_grep "^fatal: there is no git commit yet" err &&
		test_grep "^hint: git add" err
	)
'

test_expect_success 'a bare repository has no work tree' '
	git clone -q --bare . .git/bare.git && (
		cd .git/bare.git &&
		test_expect_code 128 dv commit 2>err &&
		test_grep "^fatal: " err
	)
'

test_done
