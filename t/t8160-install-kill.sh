#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='install killed at any moment: the next one completes, and nothing else is there'

# shellcheck disable=SC2034 # read by test-lib.sh
TEST_NO_CREATE_REPO=1
TEST_IN_MEMORY=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-kill.sh"

# nothing_else: what was published, and no more
nothing_else () {
	diff -r "$HOME/lab/data" "$HOME/got" &&
	find "$HOME"/.local/share/dv/*/tmp -name "remote-*" >"$HOME/left" &&
	test_must_be_empty "$HOME/left"
}

# gone: the number of a process that is no more
gone () {
	sh -c 'echo $$'
}

test_expect_success 'setup: a thousand files, and a large one' '
	kill_lab "$HOME/lab" "$HOME/share" && cd "$HOME" &&
	start=$(now_ms) && dv install -q lab/data ./share --dest got &&
	ms=$(($(now_ms) - start)) && nothing_else
'

test_expect_success "killed $KILLS times" '
	i=0 &&
	while test $i -lt $KILLS
	do
		rm -rf got && { test $((i % 2)) = 0 || rm -rf .local; } &&
		kill_after $((ms * 2 * i / KILLS)) all dv install -q lab/data ./share --dest got &&
		dv install -q lab/data ./share --dest got && nothing_else || return 1
		i=$((i + 1))
	done
'

test_expect_success 'what one that is gone was making is removed, that of one at work is not' '
	echo part >got/.dv-tmp-$(gone)-2 && echo part >got/3/.dv-tmp-$(gone)-3 &&
	echo part >got/3/.dv-tmp-$$-2 && echo mine >got/.dv-tmp-mine &&
	dv install -q lab/data ./share --dest got &&
	find got -name ".dv-tmp-*" | sort >actual &&
	printf "%s\n" got/.dv-tmp-mine got/3/.dv-tmp-$$-2 >expect &&
	test_cmp expect actual
'

test_expect_success 'of a dataset that is one file, too' '
	(cd lab && cp data/large one && dv add -q one && dv commit -q -m one one && dv push -q one) &&
	mkdir place && echo part >place/.dv-tmp-$(gone)-2 &&
	dv install -q lab/one ./share --dest place/one &&
	test_cmp lab/one place/one && ls -A place >actual && echo one >expect &&
	test_cmp expect actual
'

test_done
