#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv rev-parse: <dataset>[@<what>][:<path>]'

. ./test-lib.sh

# manifest <word>: of two files
manifest () {
	file=$(echo "$1" | dv hash-object -w --stdin) &&
	printf '100644 %s %s\t%s\n' "$(echo "$1" | wc -c)" "$file" in/a \
		"$(echo "$1" | wc -c)" "$file" in/b |
		sed 's/^100644 \([0-9]*\) /100644 \1 /' | head -n 2 >list &&
	{
		printf '100644 %s %s\tin/a\n' "$(echo "$1" | wc -c)" "$file"
		printf '100644 %s %s\tb.csv\n' "$(echo "$1" | wc -c)" "$file"
	} | sort -t"	" -k 2 | dv write-manifest
}

# pointer <dataset> <manifest>
pointer () {
	printf "dv-pointer 1\nmanifest %s\nfiles 2\nsize 8\n" "$2" >"$1.dv"
}

# later: each version that is recorded is a minute younger than the last
later () {
	GIT_COMMITTER_DATE="$((1200000000 + 60 * $(git for-each-ref refs/dv | wc -l))) +0000"
	export GIT_COMMITTER_DATE
}

# version <dataset> <manifest> [<seed>]
version () {
	config=$(echo "{\"seed\":${3-1}}" | dv hash-object -w --stdin) &&
	later &&
	dv write-version --dataset="$1" --manifest="$2" --config=$config
}

# says <answer> <argument>...
says () {
	printf "%s\n" "$1" >expect && shift &&
	dv rev-parse "$@" >actual 2>err && test_cmp expect actual
}

# fails <pattern> <argument>...
fails () {
	pattern=$1 && shift &&
	test_expect_code 128 dv rev-parse "$@" >actual 2>err &&
	test_must_be_empty actual && test_grep "^fatal: .*$pattern" err
}

test_expect_success 'setup: three commits, three contents, four versions' '
	dv init -q && git add .dvconfig && test_commit code &&
	m1=$(manifest one) && m2=$(manifest two) && m3=$(manifest three) &&
	v1=$(version data $m1) && pointer data $m1 &&
	git add data.dv && git commit -q -m p1 && git tag p1 &&
	test_commit code2 && v2=$(version data $m2) && pointer data $m2 &&
	git add data.dv && git commit -q -m p2 && git tag p2 &&
	v3=$(version data $m3) && pointer data $m3 && v2b=$(version data $m2 2)
'

test_expect_success 'without @ it is the pointer of the work tree' '
	says $m3 data && says $v3 --version data && says data --dataset data &&
	says $m3 ./data && says $m3 "$PWD/data" && says $m3 data/
'

test_expect_success 'latest, a whole id, a beginning, v:' '
	says $v2b --version data@latest &&
	says $v1 --version data@$v1 && says $m1 data@$v1 &&
	says $v3 --version data@$v3 &&
	says $v1 --version data@v:$(echo $v1 | cut -c1-10) &&
	says $v1 --version data@v:$(echo $v1 | cut -c1-6) &&
	fails "no version" data@v:$(echo $v1 | cut -c1-5)
'

test_expect_success 'a git revision is what its pointer says there' '
	says $m1 data@p1 && says $m2 data@p2 && says $m2 data@HEAD &&
	says $m1 data@git:p1 && says $m1 data@HEAD~2 && says $m1 "data@HEAD^{/p1}" &&
	says $m1 data@main~2 && says $m2 data@@ &&
	says $v1 --version data@p1 &&
	fails "no pointer" data@code && fails "no tag or version" data@nope &&
	fails "no git revision" data@git:nope
'

test_expect_success 'content has the newest version that has it' '
	says $v2b --version data@p2
'

test_expect_success 'a tag comes before a git revision of its name' '
	dv tag p1 data@$v3 && says $v3 --version data@p1 &&
	says $v1 --version data@git:p1 && dv tag -d data@p1
'

test_expect_success 'a beginning that several versions have: all are listed' '
	prefix=$(echo $v2 | cut -c1-10) && test $prefix = $(echo $v3 | cut -c1-10) &&
	fails "$v2" data@v:$prefix && test_grep "$v3" err && test_grep "$v2b" err &&
	test_grep ! "$v1" err
'

test_expect_success 'a version and a git revision: both spellings are told' '
	prefix=$(git rev-parse --short=8 code) &&
	fails "data@v:$prefix" data@$prefix && test_grep "data@git:$prefix" err &&
	says $v1 --version data@v:$prefix &&
	git branch $(echo $v1 | cut -c1-19) p2 && fails "@git:" data@$(echo $v1 | cut -c1-19) &&
	git branch -q -D $(echo $v1 | cut -c1-19) && says $v1 --version data@$(echo $v1 | cut -c1-19)
'

test_expect_success 'a path: behind a colon, or as it lies' '
	f1=$(echo one | dv hash-object --stdin) && f3=$(echo three | dv hash-object --stdin) &&
	says $f3 data:b.csv && says $f3 data:in/a && says $f3 data:in/a/ &&
	says $f1 data@$v1:in/a && says $f1 data@p1:in/a && says $f1 "data@git:p1:in/a" &&
	says $f1 "data@HEAD^{/p1}:in/a" && says $f1 data@v:$v1:b.csv &&
	says $f3 data/in/a && says $f1 data/in/a@p1 && says $f1 data/in@p1:a &&
	mkdir -p data/in && (cd data/in && says $f3 a && says $f1 ../b.csv@p1 && rm expect actual err) &&
	>data/in/a@p1 && fails "no '\''in/a@p1'\''" data/in/a@p1 && rm -r data &&
	says $m3 data: &&
	fails "no '\''x'\''" data:x && fails "no '\''in'\''" data:in && fails "\.\." data:../x &&
	fails "/" data:/x
'

test_expect_success '--object: the file at a path, or what begins with these digits' '
	says $f3 --object data:b.csv && says $m3 --object data &&
	says $f1 --object $(echo $f1 | sed "s/.*:\(........\).*/\1/") &&
	says $f1 --object $f1 && fails "no dataset" --object ffffffff
'

test_expect_success 'the longest name of a dataset wins' '
	for name in data/in data@p1 data:in "data@p1:in" a
	do
		version "$name" $m1 9 >/dev/null || return 1
	done &&
	says data/in --dataset data/in@latest && says data@p1 --dataset data@p1@latest &&
	fails "has no pointer" data@p1 && says "data:in" --dataset data:in@latest &&
	says "data@p1:in" --dataset data@p1:in@latest &&
	says "data@p1:in" --dataset "data@p1:in@latest:in/a" &&
	dv forget data/in data@p1 data:in data@p1:in a >/dev/null && says $m1 data@p1
'

test_expect_success 'a dataset that only git remembers' '
	git rm -q --cached data.dv && rm data.dv &&
	git commit -q -m gone && mkdir -p gone && pointer gone/x $m1 && git add gone &&
	git commit -q -m x && git rm -q gone/x.dv && git commit -q -m "x gone" &&
	says $m1 gone/x@HEAD~1 && fails "no dataset" gone/x@HEAD && fails "no dataset" gone/x &&
	says $m1 data@git:p1 && fails "has no pointer" data && pointer data $m3
'

test_expect_success 'a pointer with conflict markers, or damaged: a sentence' '
	{ echo "<<<<<<< HEAD" && cat data.dv && echo "=======" && cat data.dv &&
		echo ">>>>>>> x"; } >c && cp data.dv good && mv c data.dv &&
	fails "conflict" data && test_grep "^hint: .*git checkout --ours" err &&
	sed "s/files/fils/" good >data.dv && fails "line 3" data &&
	head -c 20 good >data.dv && fails "data.dv" data &&
	echo "other text" >data.dv && fails "has no pointer" data &&
	rm data.dv && ln -s good data.dv && fails "has no pointer" data &&
	rm data.dv && mkdir data.dv && fails "has no pointer" data && rmdir data.dv &&
	mkfifo data.dv && fails "has no pointer" data && rm data.dv && mv good data.dv
'

test_expect_success '--stdin answers in order' '
	printf "%s\n" data data@p1 data@latest | dv rev-parse --stdin >actual &&
	printf "%s\n" $m3 $m1 $m2 >expect && test_cmp expect actual &&
	printf "%s\n" data nope data | test_expect_code 128 dv rev-parse --stdin >actual &&
	echo $m3 >expect && test_cmp expect actual
'

test_expect_success 'what the repository is' '
	printf "%s\n" "$PWD/.git/dv" "$PWD/.git/dv" $DV_TEST_FORMAT "$(basename "$PWD")" >expect &&
	dv rev-parse --store-dir --state-dir --object-format --namespace >actual &&
	test_cmp expect actual
'

test_expect_success 'misuse: exit 129' '
	test_expect_code 129 dv rev-parse && test_expect_code 129 dv rev-parse --version &&
	test_expect_code 129 dv rev-parse --version --manifest data &&
	test_expect_code 129 dv rev-parse --store-dir data &&
	test_expect_code 129 dv rev-parse --code a b &&
	test_expect_code 129 dv rev-parse --stdin data &&
	fails "is no dataset" "" && fails "nothing follows" data@ && fails "nothing follows" data@:x
'

test_done
