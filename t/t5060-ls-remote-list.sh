#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv ls-remote: versions and heads of a remote, a line each'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-transport.sh"

m=

# put <key> <file>, as a push would
put () {
	mkdir -p "share/$(dirname "$1")" && cp "$2" "share/$1"
}

# version <dataset> <seed> [<option>...]: record one, and publish its record
version () {
	version_of=$1
	config=$(echo "{\"seed\":$2}" | dv hash-object -w --stdin) &&
	shift 2 &&
	id=$(dv write-version --dataset="$version_of" --manifest=$m \
		--config=$config "$@") &&
	git cat-file tag "refs/dv/$(echo "$version_of" | sed "s|/|=2F|g; s| |=20|g")/$id" >record &&
	put "dv/versions/lab/$(echo "$version_of" | sed "s|/|=2F|g; s| |=20|g")/$id" record &&
	echo $id
}

# head <dataset, encoded> <latest or tags/<tag>> <n> <version id>
head_at () {
	printf "dv-head 1\nversion %s\nnonce %032d\n" "$4" "$3" >head.rec &&
	put "$(printf "dv/heads/lab/%s/%s/%010d" "$1" "$2" "$3")" head.rec
}

test_expect_success 'setup' '
	test_commit code && dv init -q --namespace=lab &&
	m=$(dv write-manifest </dev/null) &&
	dv remote add origin ./share
'

test_expect_success 'a remote that is empty has nothing to list; exit 1' '
	test_expect_code 1 dv ls-remote >actual && test_must_be_empty actual &&
	test_expect_code 1 dv ls-remote --json >actual &&
	echo "[]" >expect && test_cmp expect actual
'

test_expect_success 'setup: what is published' '
	printf "dv-remote 1\nobject-format %s\n" "$DV_TEST_FORMAT" >format &&
	put dv/format format &&
	v1=$(version data 1) && v2=$(version data 2) &&
	o1=$(version "sub/plot a.png" 1) &&
	head_at data latest 1 $v1 && head_at data latest 2 $v2 &&
	head_at data tags/good 1 $v1 &&
	head_at data tags/gone 1 $v1 && head_at data tags/gone 2 - &&
	head_at sub=2Fplot=20a.png latest 1 $o1
'

test_expect_success 'heads, sorted by name; then versions' '
	printf "%s\tlab/data@good\n%s\tlab/data@latest\n%s\tlab/sub/plot a.png@latest\n" \
		$v1 $v2 $o1 >heads &&
	printf "%s\tlab/data\n%s\tlab/data\n" $v1 $v2 | sort >versions &&
	printf "%s\tlab/sub/plot a.png\n" $o1 >>versions &&
	cat heads versions >expect &&
	dv ls-remote >actual && test_cmp expect actual &&
	dv ls-remote origin >actual && test_cmp expect actual &&
	dv ls-remote ./share >actual && test_cmp expect actual
'

test_expect_success '--heads and --versions list these alone' '
	dv ls-remote --heads >actual && test_cmp heads actual &&
	dv ls-remote --versions >actual && test_cmp versions actual &&
	dv ls-remote --heads --versions >actual && test_cmp expect actual
'

test_expect_success 'one dataset, by its whole name and by that of here' '
	sed "/plot/d" expect >want &&
	dv ls-remote origin lab/data >actual && test_cmp want actual &&
	dv ls-remote origin data >actual && test_cmp want actual &&
	sed -n "/plot/p" expect >want &&
	dv ls-remote origin "sub/plot a.png" >actual && test_cmp want actual &&
	test_expect_code 128 dv ls-remote origin nix 2>err &&
	test_grep "no dataset .nix." err && test_grep "lab/data" err
'

test_expect_success '-z: NUL ends records' '
	tr "\n" "\0" <expect >want &&
	dv ls-remote -z >actual && test_cmp_bin want actual
'

test_expect_success 'odd names are quoted; with -z they are not' '
	odd=$(printf "a\tb") &&
	id=$(dv write-version --dataset="$odd" --manifest=$m) &&
	git cat-file tag "$(git for-each-ref --format="%(refname)" "refs/dv/a=09b/")" >record &&
	put dv/versions/lab/a=09b/$id record &&
	test_when_finished "rm -r share/dv/versions/lab/a=09b" &&
	printf "%s\t\"lab/a\\\\tb\"\n" $id >want &&
	dv ls-remote --versions origin "$odd" >actual && test_cmp want actual &&
	printf "%s\tlab/a\tb\0" $id >want &&
	dv ls-remote -z --versions origin "$odd" >actual && test_cmp_bin want actual
'

test_expect_success '--json: one array' '
	dv ls-remote --json --heads origin data >actual &&
	printf "[{\"dataset\":\"lab/data\",\"head\":\"good\",\"version\":\"%s\",\"published\":null},{\"dataset\":\"lab/data\",\"head\":\"latest\",\"version\":\"%s\",\"published\":null}]\n" \
		$v1 $v2 >want &&
	test_cmp want actual &&
	dv ls-remote --json --versions origin "sub/plot a.png" >actual &&
	sed "s/\"published\":[0-9][0-9]*/\"published\":N/" actual >actual.N &&
	printf "[{\"dataset\":\"lab/sub/plot a.png\",\"head\":null,\"version\":\"%s\",\"published\":N}]\n" \
		$o1 >want &&
	test_cmp want actual.N
'

test_expect_success 'the page'\''s pipeline: versions that no head names' '
	dv ls-remote --heads origin | cut -f1 | sort -u >heads.ids &&
	dv ls-remote --versions origin data | cut -f1 | sort -u |
		comm -23 - heads.ids >actual &&
	test_must_be_empty actual &&
	v3=$(version data 3) &&
	dv ls-remote --versions origin | cut -f1 | sort -u |
		comm -23 - heads.ids >actual &&
	echo $v3 >want && test_cmp want actual &&
	rm share/dv/versions/lab/data/$v3
'

test_expect_success 'a known remote costs a request for each list and head' '
	dv ls-remote -v 2>err >actual &&
	test_grep "remote .origin.: 6 requests" err
'

test_expect_success 'keys that dv does not make are not listed' '
	>share/dv/versions/lab/data/nonsense &&
	mkdir -p share/dv/versions/lab/data/$v1.d share/dv/heads/lab/data/other &&
	>share/dv/versions/lab/data/$v1.d/x && >share/dv/heads/lab/data/latest/1 &&
	>share/dv/heads/lab/data/other/0000000001 &&
	test_when_finished "rm -r share/dv/versions/lab/data/nonsense share/dv/versions/lab/data/$v1.d share/dv/heads/lab/data/other share/dv/heads/lab/data/latest/1" &&
	dv ls-remote >actual && test_cmp expect actual
'

test_expect_success 'a damaged head is refused by name' '
	test_when_finished "rm share/dv/heads/lab/data/latest/0000000003" &&
	printf "dv-head 1\nversion \033[31m\nnonce %032d\n" 1 \
		>share/dv/heads/lab/data/latest/0000000003 &&
	test_expect_code 128 dv ls-remote >actual 2>err &&
	test_grep "origin.*dv/heads/lab/data/latest/0000000003" err &&
	test_must_be_empty actual &&
	printf "dv-head 2\n" >share/dv/heads/lab/data/latest/0000000003 &&
	test_expect_code 128 dv ls-remote 2>err &&
	test_grep "is of version 2" err
'

test_expect_success 'dv/format of a newer dv, of another format, of nobody' '
	test_when_finished "put dv/format format; rm -rf .git/dv/cache/remote" &&
	rm -rf .git/dv/cache/remote &&
	printf "dv-remote 2\nobject-format md5\n" >share/dv/format &&
	test_expect_code 128 dv ls-remote 2>err &&
	test_grep "remote .origin.: .dv/format.: .*is of version 2, and this dv reads version 1" err &&
	echo "hello" >share/dv/format &&
	test_expect_code 128 dv ls-remote 2>err &&
	test_grep "remote .origin.: .dv/format." err &&
	case $DV_TEST_FORMAT in
	xxh128) other=sha256 ;;
	*) other=xxh128 ;;
	esac &&
	printf "dv-remote 1\nobject-format %s\n" $other >share/dv/format &&
	test_expect_code 128 dv ls-remote 2>err &&
	test_grep "remote .origin. has object format $other, and this repository has $DV_TEST_FORMAT" err &&
	test_grep "^hint: there is no conversion" err
'

test_expect_success 'outside of a repository, by URL' '
	mkdir ../outside && test_when_finished "rm -rf ../outside" &&
	(
		cd ../outside && XDG_DATA_HOME=$PWD/data && export XDG_DATA_HOME &&
		dv ls-remote "$OLDPWD/share" lab/data
	) >actual &&
	sed "/plot/d" expect >want && test_cmp want actual
'

test_expect_success 'misuse is told; output to a full disk fails' '
	test_expect_code 129 dv ls-remote -z --json &&
	test_expect_code 129 dv ls-remote a b c &&
	test_expect_code 128 dv ls-remote >/dev/full
'

test_done
