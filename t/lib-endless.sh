# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# Sourced by t/t580[12]-*.sh: a remote endless::x that never comes to an end.

# A helper whose lists below $PREFIX go on for ever, with keys of $FORM, and
# which has nothing else but the format; what it is asked to read is missing.
# It can write where $MAY is yes.
mkdir "$HOME/bin" && PATH=$HOME/bin:$PATH
cat >"$HOME/bin/dv-remote-endless" <<'EOT'
#!/bin/sh
n=0
while read -r id verb key off count file rest
do
	case $id,$verb in
	dv-transport,*) echo "$id $verb" ;;
	start,*) printf 'can %s\n' "write $MAY" "create $MAY" "list yes"; echo ready ;;
	quit,*) exit ;;
	*,list)
		case $key in
		"$PREFIX"*)
			seq -f "$id item $key$FORM 90 1600000000" $((n + 1)) $((n + count))
			n=$((n + count))
			echo "$id end more" ;;
		*) echo "$id end last" ;;
		esac ;;
	*,get)
		case $key in
		dv/format)
			file=$(echo "$file" | sed "s/%20/ /g")
			printf 'dv-remote 1\nobject-format %s\n' $DV_TEST_FORMAT >"$file"
			echo "$id got $(wc -c <"$file") 33" ;;
		*) echo "$id error missing it is not there" ;;
		esac ;;
	*,head) echo "$id is 33 1600000000 1700000000" ;;
	*,put) echo "$id error exists" ;;
	esac
done
EOT
chmod +x "$HOME/bin/dv-remote-endless"

# within <command>...: in as much memory as is promised, and not for ever
within () {
	if test_have_prereq SANITIZE
	then
		timeout 600 "$@"
	else
		# shellcheck disable=SC3045 # dash, bash and ksh have it
		(ulimit -v 400000 && timeout 600 "$@")
	fi
}
