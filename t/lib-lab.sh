# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# A repository as its users have it, in the current directory: a program, a
# configuration, and what the program made.

# lab_init: the program and its configuration in a git commit, and dv init.
lab_init () {
	cat >simulate <<-\EOT &&
	#!/bin/sh
	# simulate <seed>: five files below data/, and plot.png
	mkdir -p data/train data/test
	for i in 1 2 3
	do
		echo "run $1, sample $i" >data/train/$i.csv
	done
	echo "run $1, check" >data/test/1.csv
	echo "about run $1" >data/README
	printf "PNG of run %s\n" "$1" >plot.png
	EOT
	chmod +x simulate &&
	echo "seed: 1" >params.yaml &&
	git add simulate params.yaml &&
	test_tick &&
	git commit -q -m analysis &&
	dv init 2>/dev/null >/dev/null
}

# lab_new <name>: a new repository below $HOME with the lab in it, where the
# test goes on.  For tests with more than one; TEST_NO_CREATE_REPO is set.
lab_new () {
	git init -q -b main "$HOME/$1" && cd "$HOME/$1" && lab_init
}

# lab_add <seed>: run the program and add what it made.
lab_add () {
	./simulate "$1" && dv add data plot.png >/dev/null
}

# lab_commit <seed> <message> [<option>...]: the same, and record it.
lab_commit () {
	lab_seed=$1 lab_message=$2 &&
	shift 2 &&
	lab_add "$lab_seed" &&
	test_tick &&
	dv commit -m "$lab_message" "$@" >/dev/null 2>&1
}

# lab_pointers <message>: commit the pointers.
lab_pointers () {
	git add -A && test_tick && git commit -q -m "$1"
}

# lab_code10: ten digits of the code commit.
lab_code10 () {
	dv rev-parse --code | cut -c1-10
}

# lab_copy <directory below .git>: the repository and its work tree again.
lab_copy () {
	tar -cf .git/copy.tar --exclude=./.git/copy.tar . &&
	mkdir -p "$1" &&
	tar -xf .git/copy.tar -C "$1" &&
	rm .git/copy.tar
}

# git_unharmed [<file>]: git finds no fault, and sees no data: at most
# pointers, .dvconfig and that file are new or changed.
git_unharmed () {
	unharmed_dir=$(git rev-parse --absolute-git-dir) &&
	git fsck --strict --no-progress --no-dangling \
		>"$unharmed_dir/fsck.out" 2>&1 || {
		cat "$unharmed_dir/fsck.out" >&2
		return 1
	}
	git status --porcelain -uall >"$unharmed_dir/status.out" &&
	if grep -vE '(\.dv"?|\.dvconfig|'"${1:- none}"')$' \
		"$unharmed_dir/status.out"
	then
		echo "git_unharmed: git sees more than pointers" >&2
		return 1
	fi
}
