# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# Sourced by t/t504x-*.sh: a remote in the directory "remote", whose catalog
# is read and written through test-catalog, and records to put there.

DV_EXEC_PATH=$DV_BUILD/core
export DV_EXEC_PATH

# catalog [<own name space>] <<lines of test-catalog>>
# shellcheck disable=SC2120 # tests pass it
catalog () {
	test-catalog "$PWD/remote" "$PWD/store" "$@"
}

# catalog_record <dataset> <word>: a version of a file that holds the word,
# recorded in the name space lab: its bytes into the file <dataset>.<word>,
# its id to standard output.
catalog_record () {
	file=$(echo "$2" | dv hash-object -w --stdin) &&
	m=$(printf "100644 %s %s\tf\n" $((${#2} + 1)) "$file" |
		dv write-manifest) &&
	test_tick &&
	dv write-version --dataset="$1" --manifest="$m" -m "$2" >id.tmp &&
	git cat-file tag "refs/dv/$1/$(cat id.tmp)" >"$1.$2" &&
	cat id.tmp
}

# catalog_setup: versions $A and $B of data, $C of raw, each with its record,
# and an empty remote that has a format.
catalog_setup () {
	test_commit code &&
	dv init -q --namespace=lab &&
	A=$(catalog_record data one) &&
	B=$(catalog_record data two) &&
	C=$(catalog_record raw one) &&
	mkdir remote &&
	echo "format $DV_TEST_FORMAT" | catalog
}

# digest <word>: the id of a word without a line feed, in hex
digest () {
	printf %s "$1" | dv hash-object --stdin | sed "s/.*://"
}
