#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='catalog of a remote that lies: each lie is refused by name'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-catalog.sh"

N=0123456789abcdef0123456789abcdef
VERSIONS=remote/dv/versions/lab/data
LATEST=remote/dv/heads/lab/data/latest
f=$DV_TEST_FORMAT

# look <line of test-catalog>: what comes of it
look () {
	echo "$1" | catalog
}

# put <file> <<content: in the place of what was there, as another writer
put () {
	rm -f "$1" && mkdir -p "$(dirname "$1")" && cat >"$1"
}

test_expect_success 'setup' '
	catalog_setup &&
	catalog >out <<-EOF &&
	publish data.one
	publish data.two
	move lab data - $A
	EOF
	! grep error out
'

test_expect_success 'a record under the key of another version' '
	put $VERSIONS/$A <data.two &&
	look "records lab data $A" >actual &&
	echo "error remote '\''origin'\'': '\''dv/versions/lab/data/$A'\'': this is the record of version '\''$B'\'' of '\''lab/data'\''" >expect &&
	test_cmp expect actual &&
	look "resolve lab/data" >actual &&
	test_cmp expect actual
'

test_expect_success 'a record of another dataset' '
	put $VERSIONS/$C <raw.one &&
	look "records lab data $C" >actual &&
	test_grep "^error .*'\''dv/versions/lab/data/$C'\'': .* of '\''lab/raw'\''" actual
'

test_expect_success 'a record of another name space' '
	put remote/dv/versions/own/data/$B <data.two &&
	look "records own data $B" >actual &&
	test_grep "^error .*'\''dv/versions/own/data/$B'\'': .* of '\''lab/data'\''" actual
'

test_expect_success 'a record with control characters, or cut short' '
	sed "s/^tagger ./&$(printf "\033")[2J/" data.one | put $VERSIONS/$A &&
	look "records lab data $A" >actual &&
	test_grep "^error .*'\''dv/versions/lab/data/$A'\''" actual &&
	! LC_ALL=C grep "$(printf "\033")" actual &&
	head -c 100 data.one | put $VERSIONS/$A &&
	look "records lab data $A" >actual &&
	test_grep "^error .*'\''dv/versions/lab/data/$A'\''" actual &&
	put $VERSIONS/$A </dev/null &&
	look "records lab data $A" >actual &&
	test_grep "^error .*'\''dv/versions/lab/data/$A'\''" actual
'

test_expect_success 'a record larger than any' '
	{ cat data.one && head -c 2000000 /dev/zero; } | put $VERSIONS/$A &&
	look "records lab data $A" >actual &&
	test_grep "^error remote '\''origin'\'': '\''dv/versions/lab/data/$A'\'' is larger than" actual
'

test_expect_success 'publishing over a record that cannot be read says so' '
	put $VERSIONS/$A <data.two &&
	look "publish data.one" >actual &&
	test_grep "^error .*'\''dv/versions/lab/data/$A'\'': this is the record of" actual &&
	put $VERSIONS/$A <data.one
'

test_expect_success 'a head that names nothing' '
	gone=0123456789-01234567-89abcdef &&
	printf "dv-head 1\nversion $gone\nnonce $N\n" | put $LATEST/0000000002 &&
	look "resolve lab/data" >actual &&
	echo "error remote '\''origin'\'': '\''dv/heads/lab/data/latest/0000000002'\'' names version '\''$gone'\'', which is not there" >expect &&
	test_cmp expect actual
'

test_expect_success 'a head that is none' '
	echo "<html>moved</html>" | put $LATEST/0000000002 &&
	for line in "head lab data -" "read-heads lab data" "resolve lab/data"
	do
		look "$line" >actual &&
		test_grep "^error remote '\''origin'\'': '\''dv/heads/lab/data/latest/0000000002'\'': head, line 1: " actual || return 1
	done &&
	head -c 100000 /dev/zero | put $LATEST/0000000002 &&
	look "head lab data -" >actual &&
	test_grep "^error .*'\''dv/heads/lab/data/latest/0000000002'\'' is larger than" actual
'

test_expect_success 'a head with the last number there is' '
	rm $LATEST/0000000002 &&
	printf "dv-head 1\nversion $A\nnonce $N\n" | put $LATEST/9999999999 &&
	catalog >actual <<-EOF &&
	head lab data -
	move lab data - $B
	EOF
	cat >expect <<-EOF &&
	9999999999 $A
	error remote '\''origin'\'': '\''dv/heads/lab/data/latest/'\'' has no number left
	EOF
	test_cmp expect actual &&
	rm $LATEST/9999999999
'

test_expect_success 'what a newer dv wrote says which is needed' '
	printf "dv-head 2\nversion $A\nsigned yes\n" | put $LATEST/0000000002 &&
	look "head lab data -" >actual &&
	cat >expect <<-\EOF &&
	error remote '\''origin'\'': '\''dv/heads/lab/data/latest/0000000002'\'': head is of version 2, and this dv reads version 1
	hint install a newer dv
	EOF
	test_cmp expect actual &&
	rm $LATEST/0000000002 &&
	printf "dv-gc 7\n" | put remote/dv/gc/0000000001 &&
	look dooms >actual &&
	test_grep "^error .*'\''dv/gc/0000000001'\'': record of a gc is of version 7" actual
'

test_expect_success 'a record of a gc that is none' '
	printf "dv-gc 1\nnonce $N\nmanifests 1000000000\n" |
		put remote/dv/gc/0000000001 &&
	look dooms >actual &&
	test_grep "^error remote '\''origin'\'': '\''dv/gc/0000000001'\'': record of a gc, line 3: " actual &&
	rm remote/dv/gc/0000000001
'

test_expect_success 'the location record of another manifest' '
	catalog >out <<-EOF &&
	locate $f this 0 pack
	locate $f that 0 pack
	EOF
	this=$(digest this) that=$(digest that) &&
	put remote/dv/manifests/$this/0000000002 \
		<remote/dv/manifests/$that/0000000001 &&
	look "location $this" >actual &&
	echo "error remote '\''origin'\'': '\''dv/manifests/$this/0000000002'\'': this is the location record of '\''$f:$that'\''" >expect &&
	test_cmp expect actual
'

test_expect_success 'a location record that was changed, cut short, or is newer' '
	at=remote/dv/manifests/$this/0000000002 &&
	one=remote/dv/manifests/$this/0000000001 &&
	{ head -c 60 $one && printf x && tail -c +62 $one; } | put $at &&
	look "location $this" >actual &&
	test_grep "^error .*'\''dv/manifests/$this/0000000002'\'': location record is corrupt" actual &&
	head -c 70 $one | put $at &&
	look "location $this" >actual &&
	test_grep "^error .*'\''dv/manifests/$this/0000000002'\'': location record is corrupt" actual &&
	{ printf "DVLO\002" && tail -c +6 $one; } | put $at &&
	look "location $this" >actual &&
	test_grep "^error .*'\''dv/manifests/$this/0000000002'\'': .* of version 2" actual &&
	test_grep "^hint install a newer dv" actual
'

# A helper whose lists never end.
mkdir endless
cat >endless/dv-remote-endless <<'EOF'
#!/bin/sh
n=0
while read -r id verb a b c file rest
do
	case $id,$verb in
	start,*)
		printf "dv-transport 1\ncan write yes\ncan create yes\n"
		printf "can list yes\nready\n" ;;
	quit,*)
		echo "bye 0 0"; exit 0 ;;
	[0-9]*,list)
		seq -f "$id item ${a}%010.0f 50 1600000000" $((n + 1)) \
			$((n + c))
		n=$((n + c))
		echo "$id end more" ;;
	[0-9]*,get)
		file=$(echo "$file" | sed "s/%20/ /g")
		printf "dv-remote 1\nobject-format %s\n" $DV_TEST_FORMAT \
			>"$file"
		echo "$id got $(wc -c <"$file") $(wc -c <"$file")" ;;
	esac
done
EOF
chmod +x endless/dv-remote-endless

test_expect_success 'a list that never ends is ended' '
	echo dooms |
	DV_EXEC_PATH=$PWD/endless test-catalog endless://x "$PWD/store2" \
		>actual &&
	echo "error remote '\''origin'\'': more than 100000 objects below '\''dv/gc/'\''" >expect &&
	test_cmp expect actual
'

test_expect_success LONG 'so is one of heads, or of versions' '
	cat >lines <<-\EOF &&
	head lab data -
	versions - -
	EOF
	DV_EXEC_PATH=$PWD/endless test-catalog endless://x "$PWD/store2" \
		<lines >actual &&
	test_grep "more than 10000000 objects below '\''dv/heads/lab/data/latest/'\''" actual &&
	test_grep "more than 10000000 objects below '\''dv/versions/'\''" actual
'

test_expect_success 'versions without a format file' '
	mv remote/dv/format format &&
	echo "records lab data $A" |
	test-catalog "$PWD/remote" "$PWD/store3" >actual &&
	mv format remote/dv/format &&
	echo "error remote '\''origin'\'': '\''dv/versions/lab/data/$A'\'': there is no '\''dv/format'\'' that says of which object format it is" >expect &&
	test_cmp expect actual
'

test_expect_success 'names that no dataset can have are passed over' '
	head=$LATEST/0000000001 &&
	for name in "=2E=2E" "=2F=65tc" "a=00b" "=2Egit" ".hidden" "x=2E"
	do
		put "remote/dv/heads/lab/$name/latest/0000000001" <$head &&
		put "remote/dv/versions/lab/$name/$A" <data.one || return 1
	done &&
	look "heads lab -" >actual &&
	cat >expect <<-\EOF &&
	lab data latest 1
	lab x. latest 1
	EOF
	test_cmp expect actual &&
	look "versions lab -" | cut -d" " -f2 | sort -u >actual &&
	printf "%s\n" data x. >expect &&
	test_cmp expect actual
'

test_done
