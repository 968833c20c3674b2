#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv add: datasets, parts of them, and what the pointer says'

. ./test-lib.sh

# manifest_of <dataset>: the id in its pointer
manifest_of () {
	sed -n 's/^manifest //p' "$1.dv"
}

# paths_of <dataset>: what its manifest holds, modes and paths
paths_of () {
	dv cat-manifest "$(manifest_of "$1")" >.git/text &&
	sed 's/^\([0-9]*\) [^	]*	/\1 /' .git/text
}

test_expect_success 'setup: a repository with a file of git in it' '
	test_commit code &&
	dv init
'

test_expect_success 'a directory becomes a dataset; its pointer says what is in it' '
	mkdir -p data/in/deep data/empty &&
	echo one >data/1 && echo two >data/in/2 && echo three >data/in/deep/3 &&
	chmod +x data/in/2 && ln -s ../1 data/in/link && ln -s nowhere data/dead &&
	: >data/nothing &&
	dv add data >out 2>err &&
	test_must_be_empty out &&
	cat >expect <<-EOT &&
	100644 1
	120000 dead
	040000 empty
	100755 in/2
	100644 in/deep/3
	120000 in/link
	100644 nothing
	EOT
	paths_of data >actual &&
	test_cmp expect actual &&
	{
		echo "dv-pointer 1" &&
		echo "manifest $(manifest_of data)" &&
		echo "files 6" &&
		echo "size $((4 + 7 + 4 + 6 + 4))"
	} >expect &&
	test_cmp expect data.dv &&
	test_grep "^data: added, 6 files" err
'

test_expect_success 'git sees the pointer and not the data' '
	git status --porcelain -uall >actual &&
	test_grep "^?? data.dv$" actual &&
	test_grep ! "data/" actual
'

test_expect_success 'a file becomes a dataset of one entry' '
	printf "PNG" >plot.png &&
	dv add plot.png 2>err &&
	test_grep "^plot.png: added, 1 file, 3 B" err &&
	echo "100644 ." >expect &&
	paths_of plot.png >actual &&
	test_cmp expect actual
'

test_expect_success 'a slash at the end does not matter, nor where it is said' '
	mkdir -p sub/results && echo 1 >sub/results/a &&
	(cd sub && dv add results/ 2>../err) &&
	test_grep "^sub/results: added" err &&
	test_path_is_file sub/results.dv &&
	(cd sub && dv add ../data ./results "$PWD/results" 2>../err) &&
	test_grep "^data: is as it was" err &&
	test_grep "^sub/results: is as it was" err
'

test_expect_success 'the pipeline that equals it gives the same id' '
	mkdir pipe && cp -R data/. pipe &&
	dv update-index --add --remove pipe &&
	dv ls-files -s pipe | dv write-manifest >actual &&
	manifest_of pipe >expect &&
	test_cmp expect actual &&
	manifest_of data >expect &&
	test_cmp expect actual
'

test_expect_success 'what does not change is not written again' '
	cp data.dv before && ls -i data.dv .git/dv/index/data .git/dv/packs/* >expect &&
	dv add data 2>err &&
	test_cmp before data.dv &&
	ls -i data.dv .git/dv/index/data .git/dv/packs/* >actual &&
	test_cmp expect actual
'

test_expect_success 'changed, new and gone files are noticed; -v lists them' '
	echo ONE >data/1 && rm data/dead && echo new >data/in/new &&
	cat >expect <<-\EOT &&
	M data/1
	D data/dead
	A data/in/new
	EOT
	dv add -n data >actual 2>err &&
	test_cmp expect actual &&
	test_grep "^data: would be changed" err &&
	test_cmp before data.dv &&
	dv add -v data >actual &&
	test_cmp expect actual &&
	dv add -v data >actual &&
	test_must_be_empty actual
'

test_expect_success 'the same size and another content is a change' '
	printf 12345 >data/same && dv add data &&
	manifest_of data >before &&
	printf 54321 >data/same && dv add data &&
	manifest_of data >after &&
	! cmp before after &&
	dv cat-object "$(dv ls-files -s data | sed -n "s/.* \([^ ]*\)	same$/\1/p")" >actual &&
	printf 54321 >expect &&
	test_cmp_bin expect actual
'

test_expect_success 'touching a file changes nothing' '
	manifest_of data >before &&
	touch -d "2001-01-01" data/1 && dv add -v data >actual &&
	test_must_be_empty actual &&
	manifest_of data >after &&
	test_cmp before after
'

test_expect_success 'a part of a dataset: the rest of the index is kept' '
	echo 1 >data/part1 && echo 2 >data/in/part2 && echo x >>data/1 &&
	echo "A data/in/part2" >expect &&
	dv add -v data/in >actual &&
	test_cmp expect actual &&
	dv status --porcelain data >actual &&
	cat >expect <<-\EOT &&
	staged data
	modified data/1
	new data/part1
	EOT
	test_cmp expect actual &&
	dv add -v data/part1 data/1 data/part1 >actual &&
	printf "M data/1\nA data/part1\n" >expect &&
	test_cmp expect actual
'

test_expect_success 'parts in any order make the same manifest as the whole' '
	mkdir whole parts && for d in a a.b a/x a-b b; do
		mkdir whole/$d parts/$d && echo $d >whole/$d/f && echo $d >parts/$d/f || return 1
	done &&
	echo f >whole/a.c && echo f >parts/a.c &&
	dv add whole && mkdir aside && mv parts/* aside && dv add parts &&
	mv aside/* parts &&
	dv add parts/b parts/a.c parts/a.b &&
	dv add parts/a-b/f parts/a/x parts/a/f &&
	manifest_of whole >expect && manifest_of parts >actual &&
	test_cmp expect actual
'

test_expect_success 'a part that is gone is dropped' '
	rm -r whole/a.b whole/a/x/f &&
	printf "D whole/a.b/f\nA whole/a/x\nD whole/a/x/f\n" >expect &&
	dv add -v whole/a.b whole/a/x/f >actual &&
	test_cmp expect actual &&
	manifest_of whole >before &&
	dv add whole &&
	manifest_of whole >after &&
	test_cmp before after
'

test_expect_success 'a part that never was is an error' '
	test_expect_code 128 dv add whole/nothing 2>err &&
	test_grep "^fatal: .whole/nothing. is neither" err
'

test_expect_success '--no-all keeps what is gone from disk' '
	manifest_of whole >before && rm whole/b/f &&
	dv add --no-all whole &&
	manifest_of whole >after &&
	test_cmp before after &&
	dv status --porcelain whole >actual &&
	test_grep "^missing whole/b/f$" actual
'

test_expect_success 'files and directories that change places' '
	mkdir swap && echo f >swap/a && mkdir swap/b && echo g >swap/b/x &&
	dv add swap && rm -r swap/* && mkdir swap/a && echo f >swap/a/y &&
	echo g >swap/b &&
	printf "D swap/a\nA swap/a/y\nA swap/b\nD swap/b/x\n" >expect &&
	dv add -v swap >actual && test_cmp expect actual &&
	rm swap/b && mkdir swap/b && echo h >swap/b/z &&
	printf "D swap/b\nA swap/b/z\n" >expect &&
	dv add -v swap/b/z >actual && test_cmp expect actual &&
	rm -r swap && echo now-a-file >swap && dv add swap &&
	echo "100644 ." >expect && paths_of swap >actual && test_cmp expect actual &&
	rm swap && mkdir swap && echo 1 >swap/1 && dv add swap &&
	echo "100644 1" >expect && paths_of swap >actual && test_cmp expect actual
'

test_expect_success 'a directory that holds nothing is a dataset of nothing' '
	mkdir hollow && dv add hollow &&
	paths_of hollow >actual && test_must_be_empty actual &&
	test_grep "^files 0$" hollow.dv
'

test_expect_success 'odd names: blanks, newlines, quotes, bytes that are no text' '
	mkdir "odd names" && printf 1 >"odd names/a b" &&
	nl="$(printf "x\ny")" && printf 2 >"odd names/$nl" &&
	bytes="$(printf "\377\376")" && printf 3 >"odd names/$bytes" &&
	printf 4 >"odd names/\"q\"" && printf 5 >"odd names/*" &&
	printf 6 >"odd names/-n" &&
	dv add "odd names" && dv ls-files -z "odd names" >actual &&
	printf "%s\0" "\"q\"" "*" "-n" "a b" "$nl" "$bytes" >expect &&
	test_cmp_bin expect actual &&
	printf 22 >"odd names/$nl" && dv add -v "odd names/$nl" >actual &&
	printf "%s\n" "M \"odd names/x\\ny\"" >expect && test_cmp expect actual &&
	git status --porcelain -uall >actual && test_grep ! "odd names/" actual
'

test_expect_success 'datasets whose own names are odd are kept from git' '
	for name in "a*b" "q?r" "[s]" "back\\slash" "end " "#hash" "!bang" " lead" \
		"$(printf "new\nline")" "$(printf "\303\244")"
	do
		mkdir "$name" && echo 1 >"$name/f" && dv add -q "$name" || return 1
	done &&
	git status --porcelain -z -uall | tr "\0" "\n" >actual &&
	test_grep ! "/f" actual &&
	dv status --porcelain >actual && test_grep ! "^new" actual &&
	mkdir axxb && echo mine >axxb/f &&
	git status --porcelain -uall >actual && test_grep "^?? axxb/f" actual
'

test_expect_success 'hard links and sparse files are files like others' '
	mkdir links && echo same >links/a && ln links/a links/b &&
	truncate -s 3M links/sparse && dv add links &&
	dv ls-files -s links >actual &&
	test "$(grep -c "$(echo same >t && test_id t)" actual)" = 2 &&
	test_grep " 3145728 " actual
'

test_expect_success 'large files, and small ones, are stored as they are' '
	mkdir sizes && for n in 0 1 4096 1048575 1048576 1048577 5000000
	do
		head -c $n /dev/urandom >sizes/$n || return 1
	done &&
	dv add sizes && dv ls-files -s sizes >list &&
	while read -r mode size id path
	do
		test "$size" = "$path" && test "$id" = "$(test_id sizes/$path)" &&
		dv cat-object "$id" >actual && test_cmp_bin sizes/$path actual || return 1
	done <list
'

test_expect_success 'core.fileMode=false: recorded modes stay' '
	test_when_finished "git config --unset core.fileMode" &&
	git config core.fileMode false &&
	chmod +x data/1 && chmod -x data/in/2 && echo y >>data/in/2 &&
	echo new >data/exec && chmod +x data/exec &&
	dv add data && dv ls-files -s data >actual &&
	test_grep "^100644 .*	1$" actual &&
	test_grep "^100755 .*	in/2$" actual &&
	test_grep "^100644 .*	exec$" actual
'

test_expect_success 'one that was left half done by a kill is gone over again' '
	mkdir half && echo 1 >half/1 && echo left >half/.dv-tmp-99999-2 &&
	dv add half && dv ls-files half >actual &&
	echo 1 >expect && test_cmp expect actual &&
	test_path_is_missing half/.dv-tmp-99999-2
'

test_expect_success 'a thousand paths of one dataset at once' '
	mkdir many && for i in $(seq 1000); do echo $i >many/$i || return 1; done &&
	dv add many && manifest_of many >expect && rm .git/dv/index/many many.dv &&
	mkdir many2 && mv many many3 && mkdir many && dv add many &&
	mv many3/* many && dv add many/* && manifest_of many >actual &&
	test_cmp expect actual
'

test_expect_success 'nothing to add is misuse' '
	test_expect_code 129 dv add
'

test_expect_success 'a new dataset and a part of it is that dataset' '
	mkdir fresh && echo 1 >fresh/1 &&
	dv add fresh fresh/1 2>err &&
	sed -n "/^hint/!p" err >actual && echo "fresh: added, 1 file, 2 B" >expect &&
	test_cmp expect actual && test_path_is_missing fresh/1.dv
'

test_done
