#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv gc: git goes on while it works'

# shellcheck disable=SC2034 # read by test-lib.sh
TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"

# A git that runs the script ../after once behind each listing of commits,
# and notes whether the store was locked against writers meanwhile.
test_expect_success 'setup: a store with garbage, and a git that is watched' '
	mkdir bin && cat >bin/git <<-EOF &&
	#!/bin/sh
	case " \$* " in
	*" rev-list "*" --reflog "*)
		echo listed >>"$PWD/listed"
		echo x | "$DV_BUILD/bin/dv" -c dv.lockTimeout=0 hash-object -w \
			--stdin >/dev/null 2>&1 || echo locked >>"$PWD/locked"
		"$(command -v git)" "\$@" || exit
		if test -f "$PWD/after"
		then
			mv "$PWD/after" "$PWD/after.now" && sh "$PWD/after.now"
		fi
		exit 0;;
	esac
	exec "$(command -v git)" "\$@"
	EOF
	chmod +x bin/git && WATCHED=$PWD/bin:$PATH &&
	lab_new lab &&
	lab_commit 1 one --set seed=1 && lab_pointers one &&
	echo passing >data/passing && dv add data &&
	passing=$(test_id data/passing) && cp data.dv ../passing.dv &&
	rm data/passing && dv add data
'

test_expect_success 'git is asked once, and not under the lock' '
	rm -f ../listed ../locked &&
	PATH=$WATCHED dv gc -n 2>err && test_grep "^would remove " err &&
	echo listed >expect && test_cmp expect ../listed &&
	test_path_is_missing ../locked
'

test_expect_success 'what git commits meanwhile stays, as git is asked again' '
	rm -f ../listed && git status >/dev/null &&
	cat >../after <<-EOF &&
	cp ../passing.dv data.dv && git commit -q -m passing data.dv &&
	git checkout -q HEAD^ -- data.dv && git commit -q -m back
	EOF
	PATH=$WATCHED dv gc 2>err &&
	test_path_is_missing ../after && test_path_is_missing ../locked &&
	printf "listed\nlisted\n" >expect && test_cmp expect ../listed &&
	dv cat-object --exists "$passing"
'

test_done
