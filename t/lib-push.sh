# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# Sourced by t/t51xx-*.sh: what a push has made of a remote that is a
# directory.

# random_file <bytes> <file>: bytes that do not compress.
random_file () {
	head -c "$1" /dev/urandom >"$2"
}

# remote_size <directory>: bytes of all packs and indexes.
remote_size () {
	find "$1/dv/packs" -type f -printf "%s\n" | awk '{ n += $1 } END { print n + 0 }'
}

# requests <file>: how many dv -v has told of.
requests () {
	sed -n "s/^remote .*: \([0-9]*\) requests\{0,1\}$/\1/p" "$1"
}

# readable_version <directory> <record>: with nothing but the packs that its
# location names, the version can be read, whole.
readable_version () {
	manifest=$(sed -n 's/^Dv-Manifest: .*:\([0-9a-f]*\)$/\1/p' "$2") &&
	config=$(sed -n 's/^Dv-Config: .*:\([0-9a-f]*\)$/\1/p' "$2") &&
	test -n "$manifest" &&
	location=$(ls "$1/dv/manifests/$manifest"/* | tail -n 1) &&
	od -An -v -tx1 "$location" | tr -d ' \n' >location.hex &&
	rm -rf readable && git init -q readable && (
		cd readable && dv init -q &&
		for pack in "$1"/dv/packs/*.pack
		do
			name=$(basename "$pack" .pack)
			! grep -q "$name" ../location.hex || echo "${pack%.pack}"
		done >packs &&
		# a recipe may need chunks of another pack
		for try in 1 2
		do
			while read -r base
			do
				dv unpack-objects -q "$base.pack" 2>err
			done <packs
		done &&
		dv checkout-manifest "$manifest" out >/dev/null &&
		{ test -z "$config" || dv cat-object "$config" >/dev/null; }
	)
}

# readable <directory>: every version that is published there.
readable () {
	find "$1/dv/versions" -type f >records &&
	while read -r record
	do
		readable_version "$1" "$record" ||
			{ echo "not readable: $record" >&2; return 1; }
	done <records
}
