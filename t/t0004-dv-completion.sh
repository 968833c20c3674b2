#!/bin/sh
# SPDX-License-Identifier: MIT
# dv-test: once

test_description='completion of the shells, made from commands.list'

. ./test-lib.sh

BASH_FILE=$DV_BUILD/contrib/completion/dv
! command -v bash >/dev/null || test_set_prereq BASH
! command -v zsh >/dev/null || test_set_prereq ZSH

# complete <word>...: what bash offers for the last word
complete () {
	bash -c '
		. "$0" && COMP_WORDS=(dv "$@") && COMP_CWORD=$# &&
		_dv && printf "%s\n" "${COMPREPLY[@]}"
	' "$BASH_FILE" "$@" | sort >actual
}

test_expect_success BASH 'all commands are offered' '
	complete "" &&
	cut -f1 "$DV_SOURCE/commands.list" | sort >expect &&
	test_cmp expect actual
'

test_expect_success BASH 'a beginning is completed, after our options too' '
	complete vers &&
	echo version >expect &&
	test_cmp expect actual &&
	complete -C /tmp -c a.b=c vers &&
	test_cmp expect actual &&
	complete help vers &&
	test_cmp expect actual
'

test_expect_success BASH 'options are those of the command' '
	complete help - &&
	printf "%s\n" --all -a | sort >expect &&
	test_cmp expect actual
'

test_expect_success BASH 'files and datasets are arguments' '
	: >da.txt &&
	: >data.dv &&
	: >other.dv &&
	complete add da &&
	printf "%s\n" da.txt data data.dv | sort >expect &&
	test_cmp expect actual
'

test_expect_success BASH 'remotes are arguments of commands that talk to one' '
	git init -q remotes && cd remotes && test_when_finished "cd .." &&
	dv init -q && dv remote add origin /x && dv remote add other /y &&
	complete remote t &&
	printf "%s\n" test trust >expect && test_cmp expect actual &&
	complete remote test o &&
	printf "%s\n" origin other >expect && test_cmp expect actual &&
	complete push or && echo origin >expect && test_cmp expect actual &&
	complete add or && echo >expect && test_cmp expect actual
'

test_expect_success BASH 'a dataset is offered as it is called, and once' '
	mkdir "two words" &&
	: >"two words.dv" &&
	name=$(printf "two w\303\266rter") && : >"$name.dv" &&
	complete ls two &&
	printf "%s\n" "two words" "two words.dv" "$name" \
		"$name.dv" | sort >expect &&
	test_cmp expect actual
'

test_expect_success ZSH 'zsh reads its own' '
	zsh -n "$DV_BUILD/contrib/completion/_dv"
'

test_expect_success 'zsh has every command with its summary' '
	sed -n "s/^		'\''\([a-z0-9-]*\):.*'\''\$/\1/p" \
		"$DV_BUILD/contrib/completion/_dv" >actual &&
	cut -f1 "$DV_SOURCE/commands.list" >expect &&
	test_cmp expect actual
'

test_done
