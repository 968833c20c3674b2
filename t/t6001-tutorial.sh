#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='every command of the tutorial works as it is written there'

# shellcheck disable=SC2034 # read by test-lib.sh
TEST_NO_CREATE_REPO=t
. ./test-lib.sh

PAGE=$DV_SOURCE/Documentation/tutorial.adoc

for tool in python3 jq
do
	if ! command -v $tool >/dev/null
	then
		skip_all="the tutorial uses $tool"
		test_done
	fi
done

# file <name>: the listing of that name.
file () {
	awk -v name=".$1" '
	$0 == name { want = 1; next }
	want && /^----$/ { if (inside) exit; inside = 1; next }
	inside { print }' "$PAGE"
}

# session: what is typed, each command after a line that names it.
session () {
	awk '
	/^----$/ { inside = !inside; next }
	inside && /^\$ / {
		text = substr($0, 3)
		shown = text
		gsub(/\047/, "\047\\\047\047", shown)
		print "echo \047@ " shown "\047"
		if (text ~ /; echo "exit/)	# one that is to fail
			text = "set +e; " text "; set -e"
		print text
		more = /\\$/
		next
	}
	inside && more && /^>/ { print substr($0, 2); more = /\\$/ }' "$PAGE"
}

# A few storms of a few years, as the real file has them.
storms () {
	for year in 1851 1900 1999 2005 2015
	do
		for storm in 1 2 3
		do
			echo "ID,Name,Tracks"
			echo "AL0$storm$year,UNNAMED,4,"
			echo "Date,Time,Record Identifier,Status of System"
			for wind in 30 50 70 -99
			do
				echo "${year}0${storm}25,0600,,HU,28.0,-94.8,$wind,,"
			done
		done
	done
	echo "ID,Name,Tracks"
	echo "AL011852,CALM,1,"
	echo "18520101,0600,,TS,28.0,-94.8,40,,"
}

test_expect_success 'the listings and the session are found' '
	mkdir storms &&
	file split.py >storms/split.py &&
	file params.json >storms/params.json &&
	python3 -m json.tool <storms/params.json &&
	storms >atlantic-storms.csv &&
	session >session &&
	test_line_count -gt 100 session
'

# run_session: in that repository, with the clock that there is.
run_session () {
	(
		unset GIT_COMMITTER_DATE GIT_AUTHOR_DATE &&
		cd storms && sh -e ../session >../out 2>../err
	) || {
		tail -n 5 out err >&2
		return 1
	}
}

test_expect_success 'each command succeeds' '
	git config --global init.defaultBranch main &&
	run_session
'

# answer <command>: what the session printed after it.
answer () {
	awk -v cmd="@ $1" '
	index($0, cmd) == 1 { on = 1; next }
	/^@ / { on = 0 }
	on' out
}

test_expect_success 'and answers as the tutorial says' '
	answer "dv commit -m \"Tropical storms\"" >actual &&
	test_grep "^data-[0-9a-f]\{10\}-51d27748\$" actual &&
	test_grep "^plot-[0-9a-f]\{10\}-51d27748.svg\$" actual &&
	answer "dv commit -m \"Hurricanes with status\" --config params.json;" \
		>actual &&
	test_grep "^exit 128\$" actual &&
	answer "ls data" | tr -d " " >actual &&
	printf "%s\n" 6 6 5 2 5 >expect &&
	test_cmp expect actual &&
	answer "dv checkout data@storms;" >actual &&
	test_grep "^exit 128\$" actual &&
	answer "dv whence ../elsewhere/y.csv;" >actual &&
	test_grep "^exit 1\$" actual &&
	answer "dv whence ../elsewhere/\$name | head -n 3" >actual &&
	test_grep "its name lies" actual &&
	answer "dv ls -r --human-readable data" >actual &&
	test_line_count = 3 actual &&
	test_grep "(latest, tag: hurricanes) Hurricanes with status" actual &&
	answer "ls their-storms" | tr -d " " >actual &&
	echo 6 >expect &&
	test_cmp expect actual &&
	answer "dv fsck" >actual &&
	echo "exit 0" >expect &&
	test_cmp expect actual
'

test_done
