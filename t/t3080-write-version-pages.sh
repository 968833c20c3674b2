#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='what the pages on versions, refs and pointers show'

. ./test-lib.sh
. "$DV_SOURCE/t/lib-lab.sh"
. "$DV_SOURCE/t/lib-pages.sh"

test_expect_success 'setup: three versions of data, one of plot.png' '
	git init -q -b main lab && cd lab && lab_init &&
	for i in 1 2 3
	do
		lab_commit $i "run $i" || return 1
	done &&
	dv forget -q --keep-last=1 plot.png >/dev/null && git add -A &&
	git commit -q -m pointers && cd .. && cp -R lab saved
'

for page in tag forget write-version show-ref update-ref rev-parse
do
	export page
	test_expect_success "examples of dv-$page(1)" '
		rm -rf lab && cp -R saved lab && (cd lab && examples dv-$page)
	'
done

test_expect_success 'examples of dv-init(1)' '
	mkdir outer && (cd outer && examples dv-init)
'

test_expect_success 'the pipeline of dv-init(1) makes what dv init makes' '
	git init -q by-hand && (cd by-hand && pipeline dv-init 1) &&
	git init -q by-dv &&
	(cd by-dv && dv init -q --namespace=lab --object-format=xxh128) &&
	test_cmp by-dv/.git/dv/format by-hand/.git/dv/format &&
	for key in dv.objectFormat dv.namespace
	do
		git config --file by-dv/.dvconfig $key >expect &&
		git config --file by-hand/.dvconfig $key >actual &&
		test_cmp expect actual || return 1
	done &&
	(cd by-hand && dv rev-parse --namespace) >actual && echo lab >expect &&
	test_cmp expect actual
'

test_expect_success 'the pipelines of dv-tag(1) do what dv tag does' '
	rm -rf lab && cp -R saved lab && (
		cd lab &&
		pipeline dv-tag 1 && git rev-parse refs/dv-tags/data/good >../hand.id &&
		pipeline dv-tag 2 | cut -d" " -f2 | cut -f1 >../actual &&
		dv tag | cut -f2 >../expect && test_cmp ../expect ../actual &&
		dv update-ref -d data@good && dv tag -q good data@latest &&
		git rev-parse refs/dv-tags/data/good >../dv.id
	) && test_cmp dv.id hand.id
'

test_expect_success 'the pipelines of dv-forget(1) do what dv forget does' '
	(
		cd lab && for i in 4 5 6
		do
			lab_commit $i "run $i" || return 1
		done && lab_pointers pointers && dv tag -q -f good data@latest &&
		dv forget -n --keep-last=3 data | sort >../expect &&
		test_line_count = 3 ../expect &&
		pipeline dv-forget 1 | sort >../actual && test_cmp ../expect ../actual &&
		v=$(dv rev-parse --version data@good) &&
		dv show-ref --versions data | grep -v $v >../expect &&
		pipeline dv-forget 2 && dv show-ref --versions data >../actual
	) && test_cmp expect actual
'

test_expect_success 'the pointer of dv-format-pointer(5) has the bytes of the page' '
	part pointer data.dv && part pointer data.hex &&
	hex <data.dv >actual && test_cmp data.hex actual &&
	test_grep "These $(test_file_size data.dv) bytes" \
		"$DV_SOURCE/Documentation/dv-format-pointer.adoc"
'

test_expect_success XXH128 'it is read, and so is what dv add writes' '
	rm -rf lab && cp -R saved lab && cp data.dv lab/other.dv &&
	(cd lab && dv rev-parse other) >actual && sed -n "s/^manifest //p" data.dv >expect &&
	test_cmp expect actual &&
	sed "s/^\(dv-pointer 1\)$/\1/; s/^manifest xxh128:[0-9a-f]\{32\}$/M/; s/[0-9][0-9]*$/N/" \
		data.dv >expect &&
	sed "s/^\(dv-pointer 1\)$/\1/; s/^manifest xxh128:[0-9a-f]\{32\}$/M/; s/[0-9][0-9]*$/N/" \
		lab/data.dv >actual && test_cmp expect actual
'

test_expect_success 'the record of dv-format-version(5) is a tag object as git has them' '
	for p in record oid components
	do
		part version $p || return 1
	done &&
	git hash-object -t tag -w record >actual && test_cmp oid actual &&
	test_grep "These $(test_file_size record) bytes" \
		"$DV_SOURCE/Documentation/dv-format-version.adoc"
'

test_expect_success XXH128 'dv reads it, and its cache has the bytes of dv-format-vcache(5)' '
	dv init -q --namespace=lab && part vcache cache.hex &&
	dv update-ref refs/dv/data/$(sed -n "s/^tag //p" record) $(cat oid) &&
	dv show-ref >actual &&
	printf "%s %s\trefs/dv/data/%s\n" $(cat oid) $(sed -n "s/^tag //p" record) \
		$(sed -n "s/^tag //p" record) >expect && test_cmp expect actual &&
	cache=.git/dv/cache/versions && size=$(test_file_size record) &&
	whole=$(test_file_size $cache) &&
	test_grep "a cache of $whole bytes" "$DV_SOURCE/Documentation/dv-format-vcache.adoc" &&
	tail -c $size $cache >actual && test_cmp record actual &&
	head -c $((whole - size)) $cache | hex | tr "\n" " " >actual &&
	tr "\n" " " <cache.hex >expect &&
	for f in expect actual
	do
		# key and stamp, bytes 16 to 39, are of the moment
		{ cut -c1-48 $f && cut -c121- $f; } >$f.rest || return 1
	done && test_cmp expect.rest actual.rest
'

test_expect_success 'components are written as dv-format-version(5) says' '
	rm -rf lab && cp -R saved lab && (
		cd lab && m=$(dv write-manifest </dev/null) &&
		while read -r name component
		do
			id=$(dv write-version --dataset="$name" --manifest=$m) &&
			git rev-parse -q --verify "refs/dv/$component/$id" || exit 1
		done <../components
	)
'

test_done
