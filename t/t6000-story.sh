#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='the story: data beside code, from the first add to a stray copy'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"

test_expect_success 'code and its configuration are in git' '
	lab_init &&
	git_unharmed &&
	test_path_is_file .dvconfig
'

test_expect_success 'add writes pointers, and git sees no data' '
	./simulate 1 &&
	dv add data plot.png &&
	test_path_is_file data.dv &&
	test_path_is_file plot.png.dv &&
	git_unharmed &&
	git status --porcelain >actual &&
	test_grep "^?? data.dv" actual &&
	test_grep ! "^?? data/" actual &&
	test_grep ! "plot.png\$" actual &&
	rm actual
'

test_expect_success 'status says what is staged, and what to type next' '
	dv status >.git/actual 2>&1 &&
	test_grep "data" .git/actual &&
	test_grep "plot.png" .git/actual &&
	test_grep "dv commit" .git/actual
'

test_expect_success 'commit prints names that tell code and configuration' '
	c=$(git rev-parse HEAD | cut -c1-10) &&
	h=$(dv hash-config params.yaml) &&
	test_tick &&
	dv commit -m "October run" --config params.yaml >.git/actual &&
	printf "%s\n" "data-$c-$h" "plot-$c-$h.png" >.git/expect &&
	test_cmp .git/expect .git/actual &&
	git_unharmed
'

test_expect_success 'committing the pointers changes no name' '
	lab_pointers "October data" &&
	git_unharmed &&
	./simulate 2 &&
	dv add data plot.png &&
	echo "seed: 2" >.git/other.yaml &&
	test_tick &&
	dv commit -m "seed 2" --config .git/other.yaml >.git/actual &&
	c=$(git rev-parse HEAD~1 | cut -c1-10) &&
	h=$(dv hash-config .git/other.yaml) &&
	printf "%s\n" "data-$c-$h" "plot-$c-$h.png" >.git/expect &&
	test_cmp .git/expect .git/actual &&
	lab_pointers "seed 2"
'

test_expect_success 'new code gives new names' '
	echo "# smaller steps" >>simulate &&
	git add simulate && test_tick && git commit -q -m "smaller steps" &&
	./simulate 3 &&
	dv add data plot.png &&
	test_tick &&
	dv commit -m "November run" --config params.yaml >.git/actual &&
	c=$(git rev-parse HEAD | cut -c1-10) &&
	h=$(dv hash-config params.yaml) &&
	printf "%s\n" "data-$c-$h" "plot-$c-$h.png" >.git/expect &&
	test_cmp .git/expect .git/actual &&
	lab_pointers "November data" &&
	git_unharmed
'

test_expect_success 'log lists them, newest first' '
	dv log --oneline data >.git/actual &&
	sed "s/^[^ ]* //; s/^([^)]*) //" .git/actual >.git/subjects &&
	printf "%s\n" "November run" "seed 2" "October run" >.git/expect &&
	test_cmp .git/expect .git/subjects &&
	sed -n 1p .git/actual >.git/first &&
	test_grep "(here, latest)" .git/first
'

test_expect_success 'show tells code, configuration and what changed' '
	dv show data >.git/actual &&
	test_grep "^ *smaller steps\$" .git/actual &&
	test_grep "{\"seed\":1}" .git/actual &&
	test_grep "November run" .git/actual &&
	test_grep "^ 5 files changed" .git/actual
'

test_expect_success 'diff tells what differs from the newest version' '
	echo changed >data/train/2.csv &&
	rm data/README &&
	echo new >data/new.csv &&
	dv diff data@latest >.git/actual &&
	printf "%s\t%s\n" D data/README A data/new.csv M data/train/2.csv \
		>.git/expect &&
	test_cmp .git/expect .git/actual &&
	dv diff data@latest data >.git/actual &&
	test_must_be_empty .git/actual &&
	git_unharmed
'

test_expect_success 'ls and cat read what is recorded' '
	dv ls -l data:train/ >.git/actual &&
	test_line_count = 3 .git/actual &&
	dv cat data:train/2.csv >.git/actual &&
	echo "run 3, sample 2" >.git/expect &&
	test_cmp .git/expect .git/actual
'

test_expect_success 'checkout refuses to lose what is nowhere else' '
	git checkout -q HEAD~3 &&
	test_expect_code 128 dv checkout 2>.git/err &&
	test_grep "train/2.csv" .git/err &&
	echo changed >.git/expect &&
	test_cmp .git/expect data/train/2.csv &&
	git checkout -q main && rm data/new.csv
'

test_expect_success 'the data of an older commit comes back, nothing else moves' '
	dv checkout --force data &&
	git checkout -q HEAD~3 &&
	echo mine >beside.txt &&
	dv checkout &&
	echo "run 1, sample 2" >.git/expect &&
	test_cmp .git/expect data/train/2.csv &&
	echo "PNG of run 1" >.git/expect &&
	test_cmp .git/expect plot.png &&
	test_path_is_missing data/new.csv &&
	echo mine >.git/expect &&
	test_cmp .git/expect beside.txt &&
	rm beside.txt &&
	git_unharmed &&
	git checkout -q main &&
	dv checkout &&
	echo "PNG of run 3" >.git/expect &&
	test_cmp .git/expect plot.png
'

test_expect_success 'a stray copy tells where it came from' '
	mkdir -p .git/elsewhere &&
	dv cat "plot.png@$(git rev-parse HEAD~3)" >.git/elsewhere/p.png &&
	dv whence .git/elsewhere/p.png >.git/actual &&
	test_grep "plot.png@" .git/actual &&
	test_grep "Message: October run" .git/actual &&
	test_grep "{\"seed\":1}" .git/actual &&
	test_grep "^ *analysis\$" .git/actual &&
	echo "made by hand" >.git/elsewhere/q.png &&
	test_expect_code 1 dv whence .git/elsewhere/q.png
'

test_expect_success 'plumbing composes over pipes' '
	git ls-files | dv hash-object --stdin-paths >.git/ids &&
	git ls-files >.git/paths &&
	test_line_count = "$(wc -l <.git/paths)" .git/ids &&
	find data -type f | dv hash-object --stdin-paths |
		dv cat-object --batch-check >.git/actual &&
	test_line_count = 5 .git/actual &&
	test_grep ! missing .git/actual
'

test_expect_success 'everything is here and whole' '
	dv gc &&
	dv fsck --full >.git/actual &&
	test_must_be_empty .git/actual &&
	git gc -q --prune=now &&
	git_unharmed &&
	dv log --oneline --all >.git/actual &&
	test_line_count = 6 .git/actual
'

test_done
