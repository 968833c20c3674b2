#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='what commands of a clone say before its data was pulled'

# shellcheck disable=SC2034 # read by test-lib.sh
TEST_NO_CREATE_REPO=t
. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"
. "$DV_SOURCE/t/lib-pull.sh"

test_expect_success 'setup: versions are published, and a clone has pointers' '
	pull_setup &&
	pull_clone clone
'

test_expect_success 'log: the versions come with dv fetch' '
	cd "$HOME/clone" &&
	dv log >../out 2>../err &&
	test_must_be_empty ../out &&
	test_grep "^hint: dv fetch brings" ../err
'

test_expect_success 'log: without a remote of dv, git may have them' '
	git clone -q "$HOME/lab" "$HOME/bare" && cd "$HOME/bare" &&
	git rm -q .dvconfig && dv init -q &&
	dv log >../out 2>../err &&
	test_must_be_empty ../out &&
	test_grep "^hint: git fetch origin" ../err
'

test_expect_success 'add of what was never here: dv pull brings it' '
	cd "$HOME/clone" &&
	test_expect_code 128 dv add data 2>../err &&
	test_grep "^fatal: .data. is not in the work tree" ../err &&
	test_grep "^hint: .*dv pull data" ../err
'

test_expect_success 'add of what is nowhere, where there is a remote' '
	cd "$HOME/clone" &&
	test_expect_code 128 dv add nothing 2>../err &&
	test_grep "^fatal: .nothing. is not in the work tree" ../err
'

test_expect_success 'commit of what was never here: dv pull brings it' '
	cd "$HOME/clone" &&
	test_expect_code 128 dv commit -m none data 2>../err &&
	test_grep "^hint: .*dv pull brings what was published" ../err
'

test_expect_success 'commit of all that is staged does not mean what is elsewhere' '
	cd "$HOME/clone" &&
	test_expect_code 1 dv commit -m none 2>../err &&
	test_grep "^hint: dv pull brings .*data.dv. and other pointers" ../err &&
	pull_clone half && dv pull -q data && echo mine >>data/README &&
	dv add -q data && dv commit -m mine 2>../err >../out &&
	test_grep "^data-" ../out && test_line_count = 1 ../out
'

test_expect_success 'a pointer in conflict: their side may have to be pulled' '
	cd "$HOME/clone" &&
	git checkout -q -b side && sed -i "s/^files .*/files 7/" data.dv &&
	git commit -q -a -m side && git checkout -q main &&
	sed -i "s/^files .*/files 8/" data.dv && git commit -q -a -m main &&
	test_must_fail git merge side &&
	test_expect_code 128 dv status 2>../err &&
	test_grep "^hint: then: .*dv pull" ../err
'

test_expect_success 'pull of what is no dataset: a remote, a name with the name space' '
	pull_clone named &&
	test_expect_code 128 dv pull origin 2>../err &&
	test_grep "^hint: .*dv pull --remote=origin" ../err &&
	test_expect_code 128 dv pull lab/data@first 2>../err &&
	test_grep "^hint: .*: dv pull .data@first." ../err &&
	test_expect_code 128 dv pull nothing 2>../err &&
	test_grep "^hint: .*dv ls -r" ../err &&
	dv pull data@first &&
	test_expect_code 128 dv pull data:nothing 2>../err &&
	test_grep ! "^hint: .*dv ls -r" ../err
'

# A directory, whose lists fail as soon as there is a file "is-down".
mkdir "$HOME/helpers" &&
cat >"$HOME/helpers/dv-remote-down" <<'EOT'
#!/bin/sh
test "$1" != -h || exec dv remote-file -h
sed -u "s|^set url down://|set url $HOME/|" | dv remote-file |
if test -e "$HOME/is-down"
then
	sed -u 's/^\([0-9]*\) end.*/\1 error fatal it is down/'
else
	cat
fi
EOT
chmod +x "$HOME/helpers/dv-remote-down" &&
PATH=$HOME/helpers:$PATH

test_expect_success 'a remote that fails is told once, not for each dataset' '
	pull_clone down &&
	git config dv.remote down && git config dv-remote.down.url down://share &&
	dv pull -q && dv pull &&
	>../is-down &&
	test_when_finished "rm ../is-down" &&
	test_expect_code 128 dv pull 2>../err &&
	test "$(grep -c "it is down" ../err)" = 1 &&
	test_expect_code 128 dv fetch data plot.png 2>../err &&
	test "$(grep -c "it is down" ../err)" = 1
'

test_expect_success 'a dataset that is gone at the new commit is removed, as by checkout' '
	pull_clone gone &&
	dv pull -q &&
	git rm -q plot.png.dv && git commit -q -m "no plot" &&
	dv pull --only "data/**" &&
	test_path_is_file plot.png &&
	dv pull 2>../err &&
	test_path_is_missing plot.png &&
	test_grep "^plot.png: 1 file removed" ../err &&
	dv pull 2>../err &&
	echo "nothing new: all is here" >../expect &&
	test_cmp ../expect ../err &&
	git revert --no-edit HEAD && dv pull -q && test_path_is_file plot.png
'

test_expect_success 'but not where it was changed, nor where git still has its pointer' '
	pull_clone changed &&
	dv pull -q &&
	git rm -q plot.png.dv && git commit -q -m "no plot" &&
	echo mine >>plot.png && rm data.dv &&
	test_expect_code 128 dv pull 2>../err &&
	test_grep "^error: .data.dv. is deleted, but git still has it" ../err &&
	test_grep "^error: .*only in the work tree would be lost: .plot.png." ../err &&
	test_path_is_file plot.png &&
	test_path_is_file data/README
'

test_expect_success 'a remote that is gone whole: pull and drop say that' '
	pull_clone lost && dv pull -q && mkdir ../away && mv ../share/dv ../away &&
	test_when_finished "mv \"$HOME/away/dv\" \"$HOME/share\"" &&
	rm -r .git/dv/packs data plot.png .git/dv/index && mkdir .git/dv/packs &&
	test_expect_code 128 dv pull 2>../err &&
	test_grep "^\(fatal\|error\): remote .origin.: what was published there is gone" ../err &&
	test "$(grep -c "is gone" ../err)" = 1 &&
	test_grep ! "who recorded it" ../err
'

test_done
