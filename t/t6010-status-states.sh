#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv status: staged, changed, new, missing, behind'

. ./test-lib.sh

# status <line>...: exactly these records, in this order
status () {
	printf "%s\n" "$@" | sed "/^$/d" >.git/expect &&
	dv status --porcelain >.git/actual &&
	test_cmp .git/expect .git/actual
}

test_expect_success 'without a dataset it says how to make one' '
	test_commit code && dv init &&
	dv status >actual && test_grep "dv add <path>" actual &&
	status ""
'

test_expect_success 'a new dataset is staged' '
	mkdir -p data/in && for i in 1 2 3; do echo $i >data/$i && echo $i >data/in/$i || return 1; done &&
	echo p >plot.png && dv add data plot.png &&
	status "staged data" "staged plot.png" &&
	dv status >actual &&
	sed "s/^|//" >expect <<-\EOT &&
	Staged, to be recorded as versions:
	  (use "dv commit -m <message>" to record them)
	|	new dataset: data (6 files, 12 B)
	|	new dataset: plot.png (1 file, 2 B)

	EOT
	test_cmp expect actual
'

test_expect_success 'recorded, nothing is left to say' '
	dv commit -m one && status "" &&
	dv status >actual &&
	echo "nothing to commit, data as recorded (2 datasets)" >expect &&
	test_cmp expect actual
'

test_expect_success 'modified, new, missing files, and directories' '
	echo x >>data/1 && rm data/2 && echo 4 >data/4 && mkdir data/empty data/sub &&
	echo 5 >data/sub/5 && echo y >plot.png &&
	status "modified data/1" "missing data/2" "new data/4" "new data/empty" "new data/sub/5" \
		"modified plot.png" &&
	dv status >actual &&
	sed "s/^|/	/" >expect <<-\EOT &&
	Changes that are not added:
	  (use "dv add <path>..." to add them, or "dv checkout -f <dataset>" to undo them)
	|modified:    data/1
	|missing:     data/2
	|new:         data/4
	|new:         data/empty
	|new:         data/sub/5
	|modified:    plot.png

	nothing is staged
	EOT
	test_cmp expect actual
'

test_expect_success 'status says the same again, and named datasets alone' '
	dv status --porcelain >expect && dv status --porcelain >actual && test_cmp expect actual &&
	dv status --porcelain plot.png >actual && echo "modified plot.png" >expect &&
	test_cmp expect actual &&
	dv status --porcelain data/1 >actual && test_grep "^missing data/2" actual &&
	test_expect_code 128 dv status code.t 2>err && test_grep "^hint: dv add .code.t." err
'

test_expect_success 'added, a dataset is staged as changed' '
	dv add data plot.png && status "staged data" "staged plot.png" &&
	dv status >actual && test_grep "	changed:     data (7 files" actual &&
	dv commit -m two && status ""
'

test_expect_success 'a file, a link and a directory that change places' '
	rm data/1 && ln -s 3 data/1 && rm data/3 && mkdir data/3 && rm data/4 && mkdir data/4 && : >data/4/x &&
	rm -r data/in && echo f >data/in && rmdir data/empty && echo g >data/empty &&
	status "type data/1" "type data/3" "missing data/4" "new data/4/x" "type data/empty" "new data/in" \
		"missing data/in/1" "missing data/in/2" "missing data/in/3" &&
	dv checkout -f data && status ""
'

test_expect_success 'an empty directory that is no longer' '
	echo h >data/empty/x && status "new data/empty/x" &&
	rm -r data/empty && status "missing data/empty" &&
	mkdir data/empty && status ""
'

test_expect_success 'the executable bit, unless core.fileMode says no' '
	chmod +x data/1 && status "mode data/1" && status "mode data/1" &&
	git config core.fileMode false && status "" && git config --unset core.fileMode &&
	chmod -x data/1 && status ""
'

test_expect_success 'a changed file of the same size and times is seen' '
	printf AAAA >data/racy && dv add data && printf BBBB >data/racy &&
	touch -r data/1 data/racy && status "staged data" "modified data/racy" &&
	for i in 1 2 3 4 5 6 7 8 9
	do
		printf "a%03d" $i >data/racy && dv add -q data && printf "b%03d" $i >data/racy &&
		status "staged data" "modified data/racy" || return 1
	done
'

test_expect_success 'a file that was only touched is learned, not reported' '
	dv add data && dv commit -m three && sleep 0.02 && touch data/1 data/in/1 && status "" &&
	cp .git/dv/index/data .git/learned && status "" && test_cmp_bin .git/learned .git/dv/index/data
'

test_expect_success 'a directory that is not read again still shows what is new in it' '
	status "" && echo n >data/in/n && status "new data/in/n" && rm data/in/n && status "" &&
	mkdir data/in/d && status "new data/in/d" && rmdir data/in/d && status ""
'

test_expect_success 'a directory renamed into the place of another is seen' '
	cp -Rp data/in .git/copy && echo n >.git/copy/n && mv data/in .git/old && mv .git/copy data/in &&
	touch -r .git/old data/in && status "new data/in/n" && rm data/in/n && status ""
'

test_expect_success 'git moved the pointer: behind' '
	git add -A && git commit -qm three && echo z >data/1 && dv add data && dv commit -m four &&
	git commit -qam four && git checkout -q HEAD~1 &&
	status "behind data" && dv status >actual &&
	test_grep "	behind:      data" actual && test_grep "use \"dv checkout\"" actual &&
	dv checkout && status "" && git checkout -q main && dv checkout && status ""
'

test_expect_success 'a pointer without data: absent; data without pointer: gone' '
	mv data .git/data && mv .git/dv/index/data .git/index-of-data &&
	status "absent data" && dv status >actual && test_grep "	not here:    data" actual &&
	mv .git/index-of-data .git/dv/index/data && mv .git/data data &&
	mv data.dv .git/keep.dv && status "gone data" && dv status >actual &&
	test_grep "	no pointer:  data" actual &&
	mv .git/keep.dv data.dv && status ""
'

test_expect_success 'without its index a dataset is compared with its pointer' '
	rm .git/dv/index/data && status "" && echo q >data/1 && status "modified data/1" &&
	dv checkout -f data && status ""
'

test_expect_success 'odd names are quoted, and raw with -z' '
	printf x >"$(printf "data/a\nb")" &&
	printf "%s\n" "new \"data/a\\nb\"" >expect && dv status --porcelain >actual && test_cmp expect actual &&
	printf "new data/a\nb\0" >expect && dv status -z >actual && test_cmp_bin expect actual &&
	rm "$(printf "data/a\nb")"
'

test_expect_success '--json is an array, an object a dataset' '
	echo q >data/1 && echo r >data/r && dv status --json >actual && test_line_count = 1 actual &&
	jq -r ".[].dataset" actual >first && test_line_count = 2 first &&
	jq -c ".[0]" actual >first &&
	test_grep "\"dataset\":\"data\"" first && test_grep "\"staged\":false" first &&
	test_grep "{\"path\":\"data/1\",\"change\":\"modified\"}" first &&
	test_grep "{\"path\":\"data/r\",\"change\":\"new\"}" first &&
	dv checkout -f data && rm -f data/r
'

test_expect_success 'a long list is cut for people and whole for scripts' '
	mkdir data/many && for i in $(seq 300); do : >data/many/$i || return 1; done &&
	dv status >actual && test_grep "and 100 more in data" actual && test_line_count -lt 210 actual &&
	dv status --porcelain >actual && test_line_count = 300 actual && rm -r data/many
'

test_expect_success 'a read-only repository is no hindrance' '
	touch data/1 && test_when_finished "chmod -R u+w .git" && chmod -R a-w .git &&
	dv status --porcelain >actual && test_must_be_empty actual
'

test_expect_success 'a damaged index is a sentence that says what to do' '
	cp .git/dv/index/data .git/keep && printf X | dd of=.git/dv/index/data bs=1 seek=300 conv=notrunc 2>/dev/null &&
	test_expect_code 128 dv status 2>err && test_grep "^error: .*index/data.*checksum" err &&
	test_grep "^hint: remove the file" err && rm .git/dv/index/data && status ""
'

test_expect_success 'what is misuse' '
	test_expect_code 129 dv status --json --porcelain
'

test_done
