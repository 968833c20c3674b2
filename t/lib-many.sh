# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# Thousands of versions without thousands of processes.

# test_many <n> <dataset> <record>: record n versions more that differ from
# <record> (the bytes of a tag object) in their configuration and time.
test_many () {
	mkdir many &&
	awk -v n="$1" -v dataset="$2" '
	{ line[NR] = $0 }
	/^tag / { split($2, id, "-") }
	END {
		for (i = 1; i <= n; i++) {
			hash = sprintf("%08x%024x", i, i)
			file = "many/" i
			for (k = 1; k <= NR; k++) {
				s = line[k]
				if (s ~ /^tag /)
					s = "tag " id[1] "-" substr(hash, 1, 8) "-" id[3]
				else if (s ~ /^tagger /)
					s = "tagger A U Thor <a@b> " 1200000000 + i " +0000"
				else if (s ~ /^Dv-Config-Hash: /)
					s = "Dv-Config-Hash: " hash
				else if (s ~ /^Dv-Dataset: /)
					s = "Dv-Dataset: " dataset
				print s >file
			}
			close(file)
			print file >"many.paths"
			print "create refs/dv/" dataset "/" id[1] "-" \
				substr(hash, 1, 8) "-" id[3] >"many.refs"
		}
	}' "$3" &&
	git hash-object -t tag -w --stdin-paths <many.paths >many.ids &&
	paste -d" " many.refs many.ids | git update-ref --stdin &&
	rm -rf many many.paths many.refs many.ids
}
