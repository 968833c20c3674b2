#!/bin/sh
# SPDX-License-Identifier: MIT
#
# command.sh <name> <class> <summary> <program>: a command has a page whose
# title is its summary, whose sections are in the order of the house, whose
# synopsis is what "-h" prints, and which names every option; a porcelain
# page shows the pipeline that is equal to it; a test file is named after
# the command.

name=$1 class=$2 summary=$3 program=$4
page=Documentation/dv-$name.adoc
bad=0

complain () {
	echo "$1"
	bad=1
}

if ! test -f "$page"
then
	echo "there is no $page"
	exit 1
fi

# A title underlined with dashes, as "== title".
text=$(awk '
/^-+$/ && last && length($0) >= length(last) - 1 &&
	length($0) <= length(last) + 1 { last = "== " last; next }
NR > 1 { print last }
{ last = $0 }
END { print last }' "$page")

test "$(printf '%s\n' "$text" |
	sed -n '/^== NAME/,/^== [^N]/{/^dv-/p;}')" = \
	"dv-$name - $summary" ||
	complain "$page: NAME is not 'dv-$name - $summary', as commands.list has"

# Sections: the must, and their order among those that are there.
order='NAME SYNOPSIS DESCRIPTION OPTIONS INPUT OUTPUT CONFIGURATION PIPELINE EXIT_STATUS EXAMPLES NOTES FILES SEE_ALSO'
must='NAME SYNOPSIS DESCRIPTION EXIT_STATUS EXAMPLES SEE_ALSO'
case $class,$name in
porcelain,help|porcelain,version) ;;
porcelain,*) must="$must PIPELINE" ;;
esac
have=$(printf '%s\n' "$text" | sed -n 's/^== *//p' | tr ' ' _)
for section in $must
do
	printf '%s\n' "$have" | grep -qx "$section" ||
		complain "$page: no section '$section'"
done
known=$(for s in $order; do printf '%s\n' "$have" | grep -x "$s"; done)
there=$(printf '%s\n' "$have" | grep -xF "$(printf '%s\n' $order)")
test "$known" = "$there" ||
	complain "$page: sections are not in the order $order"

# One synopsis a line, white space and mark-up aside.
usage=$("$program" -h </dev/null | awk '
/^$/ { exit }
/^usage: / || /^   or: / { if (line) print line; line = substr($0, 8); next }
{ sub(/^ +/, ""); line = line " " $0 }
END { print line }')
synopsis=$(printf '%s\n' "$text" | awk '
/^== / { inside = ($2 == "SYNOPSIS"); next }
!inside || /^\[/ || /^-+$/ || /^\.+$/ || /^_+$/ || /^ *$/ { next }
{ gsub(/[`*\047]/, ""); sub(/ \+$/, ""); sub(/^ +/, "") }
/^dv / { if (line) print line; line = $0; next }
{ line = line " " $0 }
END { print line }')
if test "$usage" != "$synopsis"
then
	complain "$page: SYNOPSIS and '-h' differ:"
	printf '%s\n' "$synopsis" | sed 's/^/page: /'
	printf '%s\n' "$usage" | sed 's/^/-h:   /'
fi

for option in $("$program" -h </dev/null |
	sed -n 's/^    \(-[^ ]*\),* *\(--[^ =[]*\)*.*/\1 \2/p' | tr -d ,)
do
	option=${option%%[[=]*}
	grep -qe "$option" "$page" || complain "$page: no word on $option"
done

ls t/t[0-9][0-9][0-9][0-9]-"$name"-*.sh >/dev/null 2>&1 ||
	complain "there is no t/tNNNN-$name-*.sh"
exit $bad
