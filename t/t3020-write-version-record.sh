#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv write-version: what is recorded, and that git can live with it'

. ./test-lib.sh

# manifest <word>: id of a manifest of one file
manifest () {
	file=$(echo "$1" | dv hash-object -w --stdin) &&
	printf '100644 %s %s\tf\n' "$(echo "$1" | wc -c)" "$file" |
		dv write-manifest
}

# field <key> <version>: from the tag object
field () {
	git cat-file tag "refs/dv/data/$2" | sed -n "s/^Dv-$1: //p"
}

# message <version>: all but the last paragraph, exactly
message () {
	git cat-file tag "refs/dv/data/$1" | sed '1,/^$/d' |
		awk '{ line[NR] = $0 }
		END {
			while (NR && line[NR] != "")
				NR--
			for (i = 1; i < NR; i++)
				print line[i]
		}'
}

hex8 () {
	echo "$1" | sed 's/.*:\(........\).*/\1/'
}

test_expect_success 'setup' '
	test_commit code &&
	dv init -q &&
	m=$(manifest one) &&
	m2=$(manifest two) &&
	empty=$(printf "{}" | dv hash-object -w --stdin)
'

test_expect_success 'the id is code, configuration, manifest' '
	dv write-version --dataset=data --manifest=$m -m "first one" >actual &&
	hash=$(printf "{}" | xxhsum -H2 | cut -c1-8) &&
	echo "$(git rev-parse HEAD | cut -c1-10)-$hash-$(hex8 $m)" >expect &&
	test_cmp expect actual &&
	v=$(cat actual)
'

test_expect_success 'the fields are those of what was given' '
	test "$(field Manifest $v)" = $m &&
	test "$(field Config $v)" = $empty &&
	test "$(field Config-Hash $v)" = "$(printf "{}" | xxhsum -H2 | cut -d" " -f1)" &&
	test "$(field Code $v)" = "$(git rev-parse HEAD)" &&
	test "$(field Files $v)" = 1 &&
	test "$(field Size $v)" = 4 &&
	test "$(field Dataset $v)" = data &&
	test "$(field Namespace $v)" = "$(basename "$PWD")" &&
	test "$(field Made-By $v)" = commit &&
	echo "first one" >expect &&
	message $v >actual &&
	test_cmp expect actual
'

test_expect_success 'git takes it: fsck --strict, mktag, show, cat-file' '
	git fsck --strict 2>err &&
	test_must_be_empty err &&
	git cat-file tag refs/dv/data/$v >tag &&
	git mktag --strict <tag >actual &&
	git rev-parse refs/dv/data/$v >expect &&
	test_cmp expect actual &&
	git show -s refs/dv/data/$v >out &&
	test_grep "first one" out &&
	git tag >out && test_grep ! data out
'

test_expect_success 'the same again does nothing and says the same' '
	git rev-parse refs/dv/data/$v >expect &&
	test_tick &&
	dv write-version --dataset=data --manifest=$m -m other >id &&
	test "$(cat id)" = $v &&
	git rev-parse refs/dv/data/$v >actual &&
	test_cmp expect actual
'

test_expect_success 'parents, inputs, command, maker' '
	dv write-version --dataset=raw --manifest=$m >in &&
	v2=$(dv write-version --dataset=data --manifest=$m2 --parent=$v \
		--input=raw@latest --input=raw@$(cat in) \
		--input=elsewhere/set@0123456789-01234567-89abcdef \
		--command="run
Dv-Parent: x" --made-by=run) &&
	test "$(field Parent $v2)" = $v &&
	cat >expect <<-EOF &&
	raw@$(cat in)
	raw@$(cat in)
	elsewhere/set@0123456789-01234567-89abcdef
	EOF
	field Input $v2 >actual &&
	test_cmp expect actual &&
	test "$(field Command $v2)" = "\"run\\nDv-Parent: x\"" &&
	test "$(field Made-By $v2)" = run &&
	test_expect_code 128 dv write-version --dataset=data --manifest=$m2 \
		--parent=0123456789 --dirty &&
	test_expect_code 128 dv write-version --dataset=data --manifest=$m2 \
		--input=nowhere --dirty &&
	test_expect_code 128 dv write-version --dataset=data --manifest=$m2 \
		--made-by=Me --dirty
'

test_expect_success 'dirty is in the name; a configuration counts by its content' '
	config=$(printf "{\"seed\":1}" | dv hash-object -w --stdin) &&
	v3=$(dv write-version --dataset=data --manifest=$m --dirty --config=$config) &&
	hash=$(printf "{\"seed\":1}" | xxhsum -H2 | cut -c1-8) &&
	test $v3 = "$(git rev-parse HEAD | cut -c1-10)-dirty-$hash-$(hex8 $m)" &&
	test "$(field Code $v3)" = "$(git rev-parse HEAD) dirty" &&
	v4=$(dv write-version --dataset=data --manifest=$m --snapshot --config=$config) &&
	test "$(field Code $v4)" = "$(git rev-parse HEAD) snapshot"
'

test_expect_success 'the message comes back as it was given, whatever is in it' '
	i=0 &&
	for text in "---" "a

Dv-Manifest: $m2" "Dv-Record: 1" "$(printf "cr\r\ntab\tend\r")" \
		"$(printf "latin \351")" "$(printf "esc \033[31m")" " spaces " \
		"-----BEGIN PGP SIGNATURE-----

x" "a
---
Dv-Dataset: other" "Signed-off-by: A <a@b>"
	do
		i=$((i + 1)) &&
		c=$(echo "{\"i\":$i}" | dv hash-object -w --stdin) &&
		id=$(dv write-version --dataset=data --manifest=$m --config=$c -m "$text") &&
		printf "%s\n" "$text" >expect &&
		message $id >actual &&
		test_cmp_bin expect actual &&
		test "$(field Manifest $id | tail -n 1)" = $m &&
		dv rev-parse --version data@$id >/dev/null || return 1
	done &&
	git fsck --strict 2>err &&
	test_must_be_empty err
'

test_expect_success 'a message from a file, from stdin, of paragraphs; or none' '
	c=$(printf "[1]" | dv hash-object -w --stdin) &&
	printf "a\n\nb\n\n" >msg && printf "a\n\nb\n" >expect &&
	id=$(dv write-version --dataset=data --manifest=$m --config=$c -F msg) &&
	message $id >actual && test_cmp expect actual &&
	c=$(printf "[2]" | dv hash-object -w --stdin) &&
	id=$(dv write-version --dataset=data --manifest=$m --config=$c -F - <msg) &&
	message $id >actual && test_cmp expect actual &&
	c=$(printf "[3]" | dv hash-object -w --stdin) &&
	id=$(dv write-version --dataset=data --manifest=$m --config=$c -m a -m b) &&
	message $id >actual && test_cmp expect actual &&
	c=$(printf "[4]" | dv hash-object -w --stdin) &&
	id=$(dv write-version --dataset=data --manifest=$m --config=$c) &&
	echo $id >expect && message $id >actual && test_cmp expect actual &&
	printf "a\0b" >msg &&
	test_expect_code 128 dv write-version --dataset=data --manifest=$m -F msg \
		--dirty 2>err &&
	test_grep NUL err &&
	head -c 1100000 /dev/zero | tr "\0" x >msg &&
	test_expect_code 128 dv write-version --dataset=data --manifest=$m -F msg --dirty
'

test_expect_success 'names of datasets: any path, and no other' '
	for name in "a b" a/b/c "$(printf "n\nl")" "$(printf "\303\244")" .hidden \
		x.lock "a..b" "a=b" "@" "-x"
	do
		dv write-version --dataset="$name" --manifest=$m >id &&
		dv rev-parse --version -- "$name@$(cat id)" >actual &&
		test_cmp id actual || return 1
	done &&
	git fsck --strict 2>err && test_must_be_empty err &&
	for name in "" / /x x/ ../x x/../y .git .GIT/x "a//b" .
	do
		test_expect_code 128 dv write-version --dataset="$name" \
			--manifest=$m 2>err &&
		test_grep "^fatal: " err || return 1
	done
'

test_expect_success 'whom and when: from the environment' '
	c=$(printf "[5]" | dv hash-object -w --stdin) &&
	id=$(GIT_COMMITTER_NAME="Ä B" GIT_COMMITTER_EMAIL=x@y \
		GIT_COMMITTER_DATE="1700000000 -0130" \
		dv write-version --dataset=data --manifest=$m --config=$c) &&
	git cat-file tag refs/dv/data/$id >tag &&
	test_grep "^tagger Ä B <x@y> 1700000000 -0130$" tag &&
	(unset GIT_COMMITTER_NAME &&
		test_expect_code 128 dv write-version --dataset=n --manifest=$m) 2>err &&
	test_grep "^hint: git config --global user.name" err
'

test_expect_success 'what is not there: a sentence, and nothing is recorded' '
	git for-each-ref >before &&
	none=$(echo none | dv hash-object --stdin) &&
	test_expect_code 128 dv write-version --dataset=data --manifest=$none 2>err &&
	test_grep "^fatal: " err &&
	test_expect_code 128 dv write-version --dataset=data --manifest=$m --config=$none &&
	test_expect_code 128 dv write-version --dataset=data --manifest=$empty 2>err &&
	test_grep "^fatal: " err &&
	test_expect_code 128 dv write-version --dataset=data --manifest=$m --code=nope 2>err &&
	test_grep "'\''nope'\''" err &&
	git for-each-ref >after &&
	test_cmp before after
'

test_expect_success 'misuse: exit 129' '
	test_expect_code 129 dv write-version --dataset=data &&
	test_expect_code 129 dv write-version --manifest=$m &&
	test_expect_code 129 dv write-version --dataset=d --manifest=$m x &&
	test_expect_code 129 dv write-version --dataset=d --manifest=$m -m a -F b
'

test_done
