#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='settings and identity, from where git takes them'

. ./test-lib.sh

# value_is <value> [<key>]
value_is () {
	echo "$1" >expect &&
	test-git config str "${2-dv.test}" >actual &&
	test_cmp expect actual
}

test_expect_success 'none is an answer, exit 1' '
	test_expect_code 1 test-git config str dv.test >actual &&
	test_must_be_empty actual
'

test_expect_success 'global, then the repository, then the work tree' '
	git config --global dv.test global &&
	value_is global &&
	git config dv.test local &&
	value_is local &&
	git worktree list >/dev/null && git commit -q --allow-empty -m x &&
	git config extensions.worktreeConfig true &&
	git config --worktree dv.test worktree &&
	value_is worktree &&
	git worktree add -q wt &&
	git -C wt config --worktree dv.test other &&
	(cd wt && test-git config str dv.test) >actual &&
	echo other >expect &&
	test_cmp expect actual
'

test_expect_success 'the environment, then dv -c, before all' '
	(GIT_CONFIG_COUNT=2 GIT_CONFIG_KEY_0=DV.Test GIT_CONFIG_VALUE_0=env &&
		GIT_CONFIG_KEY_1=dv.other GIT_CONFIG_VALUE_1=x &&
		export GIT_CONFIG_COUNT GIT_CONFIG_KEY_0 GIT_CONFIG_VALUE_0 &&
		export GIT_CONFIG_KEY_1 GIT_CONFIG_VALUE_1 && value_is env &&
		DV_CONFIG_PARAMETERS="dv.test=own" && export DV_CONFIG_PARAMETERS &&
		value_is own) &&
	(DV_CONFIG_PARAMETERS="dv.test=a
dv.testing=b
dv.TEST=c=d
dv.flag" && export DV_CONFIG_PARAMETERS && value_is c=d && value_is true dv.flag)
'

test_expect_success 'files that the environment names' '
	git config --worktree --unset dv.test && git config --unset dv.test &&
	git config --file other dv.test other &&
	(GIT_CONFIG_GLOBAL="$PWD/other" && export GIT_CONFIG_GLOBAL &&
		value_is other) &&
	(GIT_CONFIG_GLOBAL=/dev/null && export GIT_CONFIG_GLOBAL &&
		test_expect_code 1 test-git config str dv.test) &&
	git config --global --unset dv.test &&
	(unset GIT_CONFIG_NOSYSTEM && GIT_CONFIG_SYSTEM="$PWD/other" &&
		export GIT_CONFIG_SYSTEM && value_is other)
'

test_expect_success 'numbers and yes or no are read as git reads them' '
	for v in 12 2k 1m -3
	do
		git config dv.number $v && git config --int dv.number >expect &&
		test-git config int dv.number >actual &&
		test_cmp expect actual || return 1
	done &&
	for v in yes on true 1 no off false 0
	do
		git config dv.flag $v && git config --bool dv.flag >expect &&
		test-git config bool dv.flag >actual &&
		test_cmp expect actual || return 1
	done &&
	git config dv.number much &&
	test_expect_code 128 test-git config int dv.number 2>err &&
	test_grep "^fatal: .*'\''dv.number'\'' is '\''much'\''" err &&
	test_expect_code 128 test-git config bool dv.number
'

test_expect_success 'a damaged file: a sentence that names it' '
	cp .git/config saved && echo "[dv" >>.git/config &&
	test_expect_code 128 test-git config str dv.test 2>err &&
	mv saved .git/config &&
	test_grep "^fatal: .*config" err
'

# ident_is: the library and git var agree
ident_is () {
	git var GIT_COMMITTER_IDENT >expect &&
	test-git ident >out &&
	sed "s/ [-0-9]*$//" out >actual &&
	sed -i "s/ [-+][0-9]*$//" expect &&
	test_cmp expect actual
}

test_expect_success 'identity: the environment first, then the configuration' '
	ident_is &&
	git config user.name "User Name" && git config user.email u@x &&
	ident_is &&
	(unset GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL && ident_is &&
		git config committer.name "Committer" && ident_is &&
		GIT_COMMITTER_EMAIL=e@x && export GIT_COMMITTER_EMAIL && ident_is) &&
	git config --unset committer.name
'

test_expect_success 'a name is tidied as git does' '
	for name in " A B " "A <B>" ".A." "A,B;" "\"A\"" "$(printf "A\nB")" \
		"Ä Ö" "A. B. Jr."
	do
		(GIT_COMMITTER_NAME=$name && export GIT_COMMITTER_NAME && ident_is) ||
			return 1
	done
'

test_expect_success 'dates in every form that git reads' '
	for date in "1700000000 +0130" "@1700000000 -0730" \
		"2005-04-07T22:13:13" "2005-04-07 22:13:13 +0200" \
		"Thu, 07 Apr 2005 22:13:13 +0200" "1700000000"
	do
		(GIT_COMMITTER_DATE=$date && export GIT_COMMITTER_DATE && ident_is) ||
			return 1
	done &&
	echo 90 >expect &&
	GIT_COMMITTER_DATE="1700000000 +0130" test-git ident |
		sed "s/.* //" >actual &&
	test_cmp expect actual &&
	test_expect_code 128 env GIT_COMMITTER_DATE=never test-git ident
'

test_expect_success 'without a date it is now, in the zone of here' '
	(unset GIT_COMMITTER_DATE && TZ=XXX-5:30 && export TZ && test-git ident) >out &&
	sed "s/.* //" out >actual &&
	echo 330 >expect &&
	test_cmp expect actual &&
	then=$(sed "s/.*> \([0-9]*\) .*/\1/" out) &&
	now=$(date +%s) &&
	test $((now - then)) -lt 60
'

test_expect_success 'nobody: exit 128, and what to type' '
	git config --unset user.name && git config --unset user.email &&
	(unset GIT_COMMITTER_NAME && test_expect_code 128 test-git ident) 2>err &&
	test_grep "^fatal: .*user.name" err &&
	test_grep "^hint: git config --global user.name" err
'

test_done
