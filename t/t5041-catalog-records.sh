#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='catalog of a remote: versions, heads, names, locations'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-catalog.sh"

N1=00000000000000000000000000000001

test_expect_success 'the first write makes the format file' '
	catalog_setup >actual &&
	echo "create 1" >expect &&
	test_cmp expect actual &&
	printf "dv-remote 1\nobject-format %s\n" $DV_TEST_FORMAT >expect &&
	test_cmp expect remote/dv/format
'

test_expect_success 'nothing is published yet, and that is no failure' '
	catalog >actual <<-\EOF &&
	versions - -
	heads - -
	head lab data -
	dooms
	EOF
	echo "0 -" >expect &&
	test_cmp expect actual
'

test_expect_success 'a record is published once, as it is' '
	catalog >actual <<-EOF &&
	publish data.one
	publish data.one
	publish data.two
	publish raw.one
	EOF
	printf "%s\n" published published published published >expect &&
	test_cmp expect actual &&
	test_cmp_bin data.one remote/dv/versions/lab/data/$A
'

test_expect_success 'recorded at another time it is left as it is' '
	sed "s/^tagger .*/tagger X <x@example.com> 1200000000 +0000/" data.one \
		>data.later &&
	echo "publish data.later" | catalog >actual &&
	echo there >expect &&
	test_cmp expect actual &&
	test_cmp_bin data.one remote/dv/versions/lab/data/$A
'

test_expect_success 'versions are listed by name space, dataset and id' '
	printf "lab data %s\n" $A $B | sort >data &&
	{ cat data && echo "lab raw $C"; } >all &&
	echo "versions - -" | catalog >actual &&
	test_cmp all actual &&
	echo "versions lab -" | catalog >actual &&
	test_cmp all actual &&
	echo "versions lab data" | catalog >actual &&
	test_cmp data actual &&
	echo "versions - data" | catalog >actual &&
	test_cmp data actual &&
	echo "versions other -" | catalog >actual &&
	test_must_be_empty actual
'

test_expect_success 'what is no key of dv is passed over' '
	mkdir -p remote/dv/versions/lab/dat+a remote/dv/versions/.trash &&
	cp data.one remote/dv/versions/lab/data/.DS_Store &&
	cp data.one remote/dv/versions/lab/dat+a/$A &&
	cp data.one remote/dv/versions/.trash/$A &&
	echo "versions - -" | catalog >actual &&
	test_cmp all actual
'

test_expect_success 'records are read many at a time, and one that is not there' '
	none=0123456789-01234567-89abcdef &&
	echo "records lab data $B $none $A" | catalog >actual &&
	cat >expect <<-EOF &&
	0 $B $(test_file_size data.two) bytes
	1 $none missing
	2 $A $(test_file_size data.one) bytes
	EOF
	sort actual >sorted &&
	test_cmp expect sorted
'

test_expect_success 'a head moves by its next number' '
	catalog >actual <<-EOF &&
	head lab data -
	move lab data - $A
	move lab data - $B
	head lab data -
	head lab data v1
	move lab data v1 $A
	head lab raw -
	move lab raw - $C
	EOF
	cat >expect <<-EOF &&
	0 -
	moved 1 $A
	moved 2 $B
	2 $B
	0 -
	moved 1 $A
	0 -
	moved 1 $C
	EOF
	test_cmp expect actual &&
	sed 2q remote/dv/heads/lab/data/latest/0000000002 >actual &&
	printf "%s\n" "dv-head 1" "version $B" >expect &&
	test_cmp expect actual
'

test_expect_success 'who moves it from where it no longer is has lost' '
	echo "move lab data - $A" | catalog >actual &&
	echo "lost 2 $B" >expect &&
	test_cmp expect actual
'

test_expect_success 'a head that was removed points nowhere, and can move on' '
	catalog >actual <<-EOF &&
	head lab data v1
	move lab data v1 -
	head lab data v1
	move lab data v1 $B
	EOF
	cat >expect <<-EOF &&
	1 $A
	moved 2 -
	2 -
	moved 3 $B
	EOF
	test_cmp expect actual
'

test_expect_success 'all heads, the newest number of each' '
	cat >expect <<-\EOF &&
	lab data latest 2
	lab data v1 3
	lab raw latest 1
	EOF
	echo "heads - -" | catalog >actual &&
	test_cmp expect actual &&
	echo "heads lab -" | catalog >actual &&
	test_cmp expect actual &&
	echo "heads - raw" | catalog >actual &&
	tail -n 1 expect >one &&
	test_cmp one actual &&
	echo "read-heads - -" | catalog | sort >actual &&
	cat >expect <<-EOF &&
	lab data latest 2 $B
	lab data v1 3 $B
	lab raw latest 1 $C
	EOF
	test_cmp expect actual
'

test_expect_success 'a head that is as it was costs one request' '
	touch -d "2001-01-01 00:00" remote/dv/heads/lab/data/latest/* &&
	echo "head lab data -" | catalog >actual &&
	catalog >actual <<-EOF &&
	requests
	head lab data -
	requests
	EOF
	printf "%s\n" "2 $B" "requests 1" >expect &&
	tail -n 2 actual >last &&
	test_cmp expect last
'

test_expect_success 'one that was moved since costs two' '
	test-catalog "$PWD/remote" "$PWD/other" <<-EOF &&
	head lab data -
	move lab data - $A
	EOF
	catalog >actual <<-\EOF &&
	requests
	head lab data -
	requests
	EOF
	printf "%s\n" "3 $A" "requests 2" >expect &&
	tail -n 2 actual >last &&
	test_cmp expect last
'

test_expect_success 'one that was replaced is read anew' '
	head=remote/dv/heads/lab/data/latest/0000000003 &&
	sed "s/$A/$B/" $head >changed &&
	rm -f $head &&
	mv changed $head &&
	touch -d "2001-01-01 00:00" $head &&
	echo "head lab data -" | catalog >actual &&
	echo "3 $B" >expect &&
	test_cmp expect actual &&
	rm $head &&
	echo "head lab data -" | catalog >actual &&
	echo "2 $B" >expect &&
	test_cmp expect actual
'

test_expect_success 'one that has just been made is not trusted to stay' '
	touch remote/dv/heads/lab/raw/latest/* &&
	catalog >actual <<-EOF &&
	head lab raw -
	requests
	head lab raw -
	requests
	EOF
	printf "%s\n" "1 $C" "requests 2" >expect &&
	tail -n 2 actual >last &&
	test_cmp expect last
'

test_expect_success 'names: name space, tag, version, prefix, path' '
	catalog >actual <<-EOF &&
	resolve lab/data
	resolve lab/data/
	resolve lab/data@latest
	resolve lab/data@v1
	resolve lab/data@$A
	resolve lab/data@v:$A:x/
	resolve lab/raw@$(echo $C | cut -c1-10):a@b/c:d
	dataset lab/data@what:path
	EOF
	cat >expect <<-EOF &&
	ns=lab dataset=data path= id=$B files=1
	ns=lab dataset=data path= id=$B files=1
	ns=lab dataset=data path= id=$B files=1
	ns=lab dataset=data path= id=$B files=1
	ns=lab dataset=data path= id=$A files=1
	ns=lab dataset=data path=x id=$A files=1
	ns=lab dataset=raw path=a@b/c:d id=$C files=1
	ns=lab dataset=data path=path what=what
	EOF
	test_cmp expect actual
'

test_expect_success 'a dataset of our own name space needs no name space' '
	catalog lab >actual <<-EOF &&
	resolve data@$A
	resolve lab/data@$A
	EOF
	cat >expect <<-EOF &&
	ns=lab dataset=data path= id=$A files=1
	ns=lab dataset=data path= id=$A files=1
	EOF
	test_cmp expect actual
'

test_expect_success 'a prefix of two versions lists both' '
	code=$(echo $A | cut -c1-10) &&
	echo "resolve lab/data@$code" | catalog >actual &&
	printf "%s\n" $A $B | sort >both &&
	{
		echo "error '\''$code'\'' begins the ids of 2 versions of '\''lab/data'\'' on remote '\''origin'\''" &&
		printf "hint " && cat both
	} >expect &&
	test_cmp expect actual
'

test_expect_success 'what is not there is named, with what is' '
	catalog lab >actual <<-\EOF &&
	resolve dato
	resolve other/data
	resolve lab/data@v2
	resolve lab/data@000000-
	resolve lab/data@
	resolve lab/data@git:HEAD
	EOF
	cat >expect <<-\EOF &&
	error remote '\''origin'\'' has no dataset '\''dato'\''
	hint it has '\''lab/data'\'', '\''lab/raw'\''
	error remote '\''origin'\'' has no dataset '\''other/data'\''
	hint it has '\''lab/data'\'', '\''lab/raw'\''
	error remote '\''origin'\'' has no tag or version '\''v2'\'' of '\''lab/data'\''
	hint list what it has: dv ls -r
	error remote '\''origin'\'' has no tag or version '\''000000-'\'' of '\''lab/data'\''
	hint list what it has: dv ls -r
	error nothing follows the '\''@'\'' behind '\''data'\''
	error '\''git:HEAD'\'' is a git revision, and a remote knows tags and versions
	EOF
	test_cmp expect actual
'

test_expect_success 'a name that can be read in two ways is refused' '
	cp -r remote/dv/heads/lab remote/dv/heads/data &&
	echo "move own lab/data - $A" | catalog >/dev/null &&
	echo "resolve lab/data" | catalog own >actual &&
	cat >expect <<-\EOF &&
	error remote '\''origin'\'' has '\''data'\'' in the name space '\''lab'\'' and '\''lab/data'\'' in '\''own'\''
	hint for the first write '\''/lab/data'\'', for the second '\''own/lab/data'\''
	EOF
	test_cmp expect actual &&
	catalog own >actual <<-\EOF &&
	dataset /lab/data
	dataset own/lab/data
	EOF
	cat >expect <<-\EOF &&
	ns=lab dataset=data path= what=-
	ns=own dataset=lab/data path= what=-
	EOF
	test_cmp expect actual &&
	rm -r remote/dv/heads/own remote/dv/heads/data
'

test_expect_success 'without a head the version that was published last is latest' '
	mv remote/dv/heads/lab/raw heads.raw &&
	echo "resolve lab/raw" | catalog >actual &&
	mv heads.raw remote/dv/heads/lab/raw &&
	echo "ns=lab dataset=raw path= id=$C files=1" >expect &&
	test_cmp expect actual
'

test_expect_success 'locations are numbered; the highest counts' '
	f=$DV_TEST_FORMAT &&
	catalog >actual <<-EOF &&
	location $(digest root)
	locate $f root 0 pack1
	location $(digest root)
	locate $f root 1 pack1 pack2
	location $(digest root)
	EOF
	cat >expect <<-\EOF &&
	nowhere
	located 1
	1 packs 1 root root
	located 2
	2 packs 2 root root
	EOF
	test_cmp expect actual
'

test_expect_success 'where a number is taken, what is there is taken over' '
	f=$DV_TEST_FORMAT &&
	catalog >actual <<-EOF &&
	locate $f root 1 pack3
	location $(digest root)
	EOF
	cat >expect <<-\EOF &&
	located 3
	3 packs 3 root root
	EOF
	test_cmp expect actual
'

test_expect_success 'and nothing is written where it had all of it' '
	f=$DV_TEST_FORMAT &&
	catalog >actual <<-EOF &&
	locate $f root 0 pack2
	location $(digest root)
	EOF
	cat >expect <<-\EOF &&
	located 3
	3 packs 3 root root
	EOF
	test_cmp expect actual
'

test_expect_success 'records of gcs are read in their order' '
	mkdir remote/dv/gc &&
	printf "dv-gc 1\nnonce $N1\nmanifests 1\nmanifest %s 3\npacks 0\n" \
		$(digest root) >remote/dv/gc/0000000002 &&
	printf "dv-gc 1\nnonce $N1\nmanifests 0\npacks 1\npack %s\n" \
		$(digest pack1) >remote/dv/gc/0000000010 &&
	echo stray >remote/dv/gc/readme &&
	echo dooms | catalog >actual &&
	cat >expect <<-\EOF &&
	2 manifests 1 packs 0
	10 manifests 0 packs 1
	EOF
	test_cmp expect actual
'

test_done
