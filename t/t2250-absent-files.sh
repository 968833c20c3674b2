#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='files that are not here on purpose: no command takes them for deleted'

TEST_NO_CREATE_REPO=1
. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"

# status <line>...: exactly these records
status () {
	printf "%s\n" "$@" | sed "/^$/d" >"$HOME/expect" &&
	dv status --porcelain >"$HOME/actual" &&
	test_cmp "$HOME/expect" "$HOME/actual"
}

# manifest <dataset>: what its pointer names
manifest () {
	sed -n "s/^manifest //p" "$1.dv"
}

# no_content: of the packs of the full repository those of manifests alone
no_content () {
	mkdir -p .git/dv/packs && rm -f .git/dv/packs/* &&
	for p in "$HOME"/full/.git/dv/packs/*.pack
	do
		test "$(od -An -tu1 -j5 -N1 "$p" | tr -d " ")" = 1 ||
			cp "$p" "${p%.pack}.idx" .git/dv/packs/ || return 1
	done
}

# partial: a clone with all versions and manifests, no content, a remote
partial () {
	cd "$HOME" && rm -rf part && git clone -q full part && cd part &&
	git config dv-remote.origin.url "$HOME/remote" &&
	git config user.name A && git config user.email a@b &&
	git fetch -q origin "refs/dv/*:refs/dv/*" &&
	no_content
}

# content: the rest of what the full one has
content () {
	cp -n "$HOME"/full/.git/dv/packs/* .git/dv/packs/
}

test_expect_success 'setup: two versions, and a clone of them' '
	git init -q -b main "$HOME/full" && cd "$HOME/full" && lab_init &&
	lab_commit 1 one && lab_pointers one && git tag v1 &&
	echo new >data/train/new.csv && rm -r data/test && echo more >>data/README &&
	mkdir data/other && echo o >data/other/o &&
	dv add -q data && test_tick && dv commit -q -m two && lab_pointers two && git tag v2 &&
	cd "$HOME" && git clone -q full bare-clone && cd bare-clone &&
	git config dv-remote.origin.url "$HOME/remote" &&
	dv status >"$HOME/actual" && test_grep "use \"dv pull\"" "$HOME/actual" &&
	test_grep "elsewhere:   data (6 files" "$HOME/actual" &&
	status "unheld data" "unheld plot.png"
'

test_expect_success 'of nothing brought, status tells one line a dataset' '
	partial && status "absent data" "absent plot.png" &&
	dv status >"$HOME/actual" &&
	sed "s/^|/	/" >"$HOME/expect" <<-\EOT &&
	Files that are not here:
	  (use "dv pull <dataset>" to bring them)
	|not here:    data (6 files, 71 B)
	|not here:    plot.png (1 file, 13 B)

	nothing is staged
	EOT
	test_cmp "$HOME/expect" "$HOME/actual" &&
	dv status --json | jq -c "[.[] | {absent, absent_files}]" >"$HOME/actual" &&
	echo "[{\"absent\":true,\"absent_files\":6},{\"absent\":true,\"absent_files\":1}]" >"$HOME/expect" &&
	test_cmp "$HOME/expect" "$HOME/actual"
'

test_expect_success 'checkout where nothing is here: says so, and makes no directory' '
	dv checkout 2>"$HOME/err" && test_grep "^data: 6 files not here" "$HOME/err" &&
	test_grep "^hint: dv pull .data. brings" "$HOME/err" && test_path_is_missing data &&
	dv checkout 2>"$HOME/err" && test_must_be_empty "$HOME/err" &&
	test_expect_code 128 dv checkout data 2>"$HOME/err" &&
	test_grep "^fatal: .data.: none of it is in the store" "$HOME/err" &&
	test_grep "^hint: dv pull .data." "$HOME/err" && test_path_is_missing data &&
	status "absent data" "absent plot.png"
'

test_expect_success 'without a remote that is a fault, and nothing is touched' '
	git config --unset dv-remote.origin.url &&
	rm -f .git/dv/index/* && test_expect_code 128 dv checkout data 2>"$HOME/err" &&
	test_grep "content of 6 of its files is not in the store" "$HOME/err" &&
	test_path_is_missing data && test_path_is_missing .git/dv/index/data &&
	git config dv-remote.origin.url "$HOME/remote"
'

test_expect_success 'a new file added: the manifest is the one that all files make' '
	partial && mkdir -p data/train && echo added >data/train/added && status "absent data" "new data/train/added" "absent plot.png" &&
	dv add -v data >"$HOME/actual" && echo "A data/train/added" >"$HOME/expect" &&
	test_cmp "$HOME/expect" "$HOME/actual" && status "staged data" "absent data" "absent plot.png" &&
	rm -rf "$HOME/copy" && cp -R "$HOME/full" "$HOME/copy" &&
	(cd "$HOME/copy" && echo added >data/train/added && dv add -q data && cat data.dv) >"$HOME/expect" &&
	test_cmp "$HOME/expect" data.dv &&
	dv commit -q -m three 2>/dev/null &&
	status "absent data" "absent plot.png"
'

test_expect_success 'where not even the list of files is here, add does not begin a new one' '
	cd "$HOME/bare-clone" && mkdir -p data && echo mine >data/mine && cp data.dv "$HOME/pointer" &&
	for path in data data/mine
	do
		test_expect_code 128 dv add $path 2>"$HOME/err" && test_grep "^fatal: .data.dv.: manifest .* is not in the store" "$HOME/err" &&
		test_grep "^hint: dv fetch .data. brings" "$HOME/err" || return 1
	done &&
	test_cmp "$HOME/pointer" data.dv && rm data.dv && dv add -q data && dv ls-files data >"$HOME/actual" &&
	echo mine >"$HOME/expect" && test_cmp "$HOME/expect" "$HOME/actual" &&
	git checkout -q data.dv && rm -rf data && dv rm -q data && git checkout -q data.dv &&
	git config --unset dv-remote.origin.url && mkdir data && echo mine >data/mine && dv add -q data &&
	cd "$HOME/part"
'

test_expect_success 'so does a part, and update-index; a file deleted is deleted' '
	echo x >data/train/x && dv add -q data/train && dv update-index --add --remove data &&
	(cd "$HOME/copy" && echo x >data/train/x && dv add -q data && cat data.dv) >"$HOME/expect" &&
	test_cmp "$HOME/expect" data.dv &&
	rm data/train/x && dv status --porcelain >"$HOME/actual" && test_grep "^missing data/train/x" "$HOME/actual" &&
	dv add -q data && (cd "$HOME/copy" && rm data/train/x && dv add -q data && cat data.dv) >"$HOME/expect" &&
	test_cmp "$HOME/expect" data.dv
'

test_expect_success 'a file that appears is looked at: the same, or changed' '
	cp "$HOME/full/data/README" data/ && status "absent data" "absent plot.png" &&
	dv status --json | jq ".[0].absent_files" >"$HOME/actual" && echo 5 >"$HOME/expect" &&
	test_cmp "$HOME/expect" "$HOME/actual" &&
	rm data/README && status "absent data" "missing data/README" "absent plot.png" &&
	cp "$HOME/full/data/README" data/ && status "absent data" "absent plot.png" &&
	mkdir -p data/other && echo mine >data/other/o &&
	status "absent data" "modified data/other/o" "absent plot.png" &&
	dv add -v data >"$HOME/actual" && echo "M data/other/o" >"$HOME/expect" &&
	test_cmp "$HOME/expect" "$HOME/actual" && rm data/other/o &&
	dv status --porcelain >"$HOME/actual" && test_grep "^missing data/other/o" "$HOME/actual"
'

test_expect_success 'an empty directory of absent files is nothing new' '
	partial && mkdir -p data/train data/other && status "absent data" "absent plot.png" &&
	cp data.dv "$HOME/pointer" && dv add data && test_cmp "$HOME/pointer" data.dv
'

test_expect_success 'something else in the place of absent files replaces them' '
	partial && mkdir data && echo file >data/train && mkdir data/README && echo in >data/README/in &&
	dv status --porcelain >"$HOME/actual" && printf "%s\n" "absent data" "missing data/README" "new data/README/in" "new data/train" \
		"missing data/train/1.csv" "missing data/train/2.csv" "missing data/train/3.csv" \
		"missing data/train/new.csv" "absent plot.png" >"$HOME/expect" &&
	test_cmp "$HOME/expect" "$HOME/actual" &&
	dv add -v data | sort >"$HOME/actual" &&
	printf "%s\n" "A data/README/in" "A data/train" "D data/README" "D data/train/1.csv" \
		"D data/train/2.csv" "D data/train/3.csv" "D data/train/new.csv" >"$HOME/expect" &&
	test_cmp "$HOME/expect" "$HOME/actual" &&
	dv ls-files data >"$HOME/actual" && printf "%s\n" README/in other/o train >"$HOME/expect" &&
	test_cmp "$HOME/expect" "$HOME/actual"
'

test_expect_success 'checkout brings what the store has, of a part and of all' '
	partial && dv checkout -q 2>/dev/null && content && dv status >"$HOME/actual" &&
	test_grep "use \"dv checkout <dataset>\" to bring" "$HOME/actual" &&
	dv checkout data:train && (cd data && find . -type f | sort) >"$HOME/actual" &&
	(cd "$HOME/full/data" && find ./train -type f | sort) >"$HOME/expect" &&
	test_cmp "$HOME/expect" "$HOME/actual" && dv checkout &&
	(cd data && find . -type f | sort) >"$HOME/actual" &&
	test_cmp "$HOME/expect" "$HOME/actual" && status "absent data" "absent plot.png" &&
	dv checkout -q data plot.png && diff -r "$HOME/full/data" data && status ""
'

test_expect_success 'switched by git, what is absent stays so; so does what is new beside it' '
	partial && content && dv checkout -q data:train && git checkout -q v1 && dv checkout 2>"$HOME/err" &&
	(cd data && find . -type f | sort) >"$HOME/actual" &&
	printf "%s\n" ./train/1.csv ./train/2.csv ./train/3.csv >"$HOME/expect" &&
	test_cmp "$HOME/expect" "$HOME/actual" && status "absent data" &&
	git checkout -q main && dv checkout -q && test_path_is_file data/train/new.csv &&
	test_path_is_missing data/README && status "absent data"
'

test_expect_success 'content that is not here leaves its files absent, and says so' '
	partial && content && dv checkout -q && git checkout -q v1 &&
	no_content && touch data/README &&
	{ dv checkout 2>"$HOME/err" || ! cat "$HOME/err"; } && test_grep "^data: .*2 files not here" "$HOME/err" &&
	test_grep "^hint: dv pull .data." "$HOME/err" &&
	status "absent data" && (cd data && find . -type f | sort) >"$HOME/actual" &&
	printf "%s\n" ./train/1.csv ./train/2.csv ./train/3.csv >"$HOME/expect" &&
	test_cmp "$HOME/expect" "$HOME/actual" && test_path_is_missing data/other
'

test_expect_success 'a local change where that would be is kept, and named' '
	partial && content && dv checkout -q && echo mine >data/README && git checkout -q v1 &&
	no_content &&
	test_expect_code 128 dv checkout 2>"$HOME/err" &&
	test_grep "would be lost: .data/README." "$HOME/err" &&
	echo mine >"$HOME/expect" && test_cmp "$HOME/expect" data/README
'

test_expect_success 'diff, ls and log know absent files; cat says dv pull' '
	partial && dv diff >"$HOME/actual" && test_must_be_empty "$HOME/actual" &&
	dv ls data/train >"$HOME/actual" && test_line_count = 4 "$HOME/actual" &&
	(cd "$HOME/full" && dv diff data@git:v1 data@git:v2) >"$HOME/expect" &&
	dv diff data@git:v1 data@git:v2 >"$HOME/actual" && test_cmp "$HOME/expect" "$HOME/actual" &&
	test_expect_code 128 dv cat data/README 2>"$HOME/err" && test_grep "dv pull" "$HOME/err"
'

test_expect_success 'whence knows a file whose content is not here' '
	partial && dv whence "$HOME/full/data/train/1.csv" >"$HOME/actual" &&
	test_grep "data@" "$HOME/actual"
'

test_expect_success 'mv and rm of what is absent' '
	partial && dv checkout -q 2>/dev/null && dv mv -q data moved && status "staged moved" "absent moved" "absent plot.png" &&
	dv rm -q moved plot.png && status ""
'

test_expect_success 'gc removes nothing that is needed, fsck finds no fault' '
	mkdir "$HOME/remote" && (cd "$HOME/full" && dv push -q --all --remote="$HOME/remote") &&
	partial && dv fetch -q && dv gc -q --grace=now && dv fsck >"$HOME/actual" 2>"$HOME/err" &&
	test_must_be_empty "$HOME/actual" && test_grep "not here" "$HOME/err" && test_grep "dv pull" "$HOME/err" &&
	git config --unset dv-remote.origin.url && test_expect_code 1 dv fsck >"$HOME/actual" &&
	test_grep "the content of .data/README. is missing\|the content of .README. is missing" "$HOME/actual"
'

test_expect_success 'rm of a part: what is absent leaves the dataset, as if it had been here' '
	partial && dv checkout -q 2>/dev/null && dv rm data/train/1.csv 2>"$HOME/err" &&
	test_grep "^data/train/1.csv: no longer in .data.$" "$HOME/err" && dv ls-files data >"$HOME/actual" &&
	test_grep ! "train/1.csv" "$HOME/actual" && test_grep "train/new.csv" "$HOME/actual" &&
	dv rm -q data/other && got=$(manifest data) && test_path_is_missing data &&
	rm -rf "$HOME/whole" && cp -R "$HOME/full" "$HOME/whole" && cd "$HOME/whole" && git checkout -qf v2 &&
	dv checkout -q -f && rm -r data/train/1.csv data/other && dv add -q data && test "$(manifest data)" = "$got"
'

test_expect_success 'rm of a part that is here, or is nowhere, is refused' '
	cp data.dv "$HOME/before" && test_expect_code 128 dv rm data/train/new.csv 2>"$HOME/err" &&
	test_grep "^hint: it is a part of .data.$" "$HOME/err" &&
	test_expect_code 128 dv rm data/none 2>"$HOME/err" && test_grep "none. is not in the dataset" "$HOME/err" &&
	test_cmp "$HOME/before" data.dv
'

test_done
