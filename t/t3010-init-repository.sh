#!/bin/sh
# SPDX-License-Identifier: MIT

test_description='dv init: the store, .dvconfig, and what a clone needs'

. ./test-lib.sh

# setting <key>: as git reads it from .dvconfig
setting () {
	git config --file .dvconfig "$1"
}

test_expect_success 'it makes the store and .dvconfig and says so' '
	dv init >actual 2>err &&
	cat >expect <<-EOF &&
	made the store '\''$PWD/.git/dv'\'': object format $DV_TEST_FORMAT
	namespace '\''$(basename "$PWD")'\'', in '\''.dvconfig'\''
	EOF
	test_cmp expect actual &&
	test_grep "^hint: git add .dvconfig" err &&
	printf "dv-store 1\nobject-format %s\n" $DV_TEST_FORMAT >expect &&
	test_cmp expect .git/dv/format &&
	test "$(setting dv.objectFormat)" = $DV_TEST_FORMAT &&
	test "$(setting dv.namespace)" = "$(basename "$PWD")"
'

test_expect_success 'git sees .dvconfig and nothing else' '
	printf "?? %s\n" .dvconfig actual err expect >want &&
	git status --porcelain >got &&
	grep -v want got >status &&
	test_grep ".dvconfig" status &&
	test_grep ! "dv/" status &&
	rm want got status
'

test_expect_success 'the second time nothing changes' '
	cp .dvconfig before &&
	git add .dvconfig && git commit -q -m init &&
	dv init >actual 2>err &&
	test_grep "^already here: object format $DV_TEST_FORMAT" actual &&
	test_must_be_empty err &&
	test_cmp before .dvconfig &&
	dv init -q >actual 2>err &&
	test_must_be_empty actual && test_must_be_empty err
'

test_expect_success 'another format or namespace is refused' '
	case $DV_TEST_FORMAT in
	xxh128) other=sha256 ;;
	*) other=xxh128 ;;
	esac &&
	test_expect_code 128 dv init --object-format=$other 2>err &&
	test_grep "^fatal: .*$DV_TEST_FORMAT already" err &&
	test_expect_code 128 dv init --namespace=other 2>err &&
	test_grep "^hint: git config --file .dvconfig" err &&
	test_cmp before .dvconfig &&
	dv init --object-format=$DV_TEST_FORMAT --namespace="$(basename "$PWD")" &&
	test_expect_code 128 dv init --object-format=md5 2>err &&
	test_grep "xxh128.*sha256" err
'

test_expect_success 'a clone is initialised by its first command' '
	git clone -q . clone &&
	(cd clone && dv rev-parse --object-format --namespace) >actual &&
	printf "%s\n" $DV_TEST_FORMAT "$(basename "$PWD")" >expect &&
	test_cmp expect actual &&
	test_cmp .git/dv/format clone/.git/dv/format &&
	git clone -q . clone2 &&
	(cd clone2 && dv init) >actual &&
	test_grep "^made the store" actual &&
	rm -rf clone clone2
'

test_expect_success 'the option comes before the environment' '
	for f in xxh128 sha256
	do
		git init -q opt-$f &&
		(cd opt-$f && DV_DEFAULT_FORMAT=md5 dv init -q --object-format=$f &&
			dv rev-parse --object-format) || return 1
	done >actual &&
	printf "%s\n" xxh128 sha256 >expect &&
	test_cmp expect actual &&
	git init -q default &&
	(cd default && unset DV_DEFAULT_FORMAT && dv init -q &&
		dv rev-parse --object-format) >actual &&
	echo xxh128 >expect &&
	test_cmp expect actual
'

test_expect_success 'the namespace: given, else of the origin, else of the directory' '
	while read -r url name
	do
		rm -rf ns && git init -q ns &&
		git -C ns remote add origin "$url" &&
		(cd ns && dv init -q && dv rev-parse --namespace) >actual &&
		echo $name >expect &&
		test_cmp expect actual || return 1
	done <<-\EOF &&
	https://example.com/group/lab.git lab
	https://example.com/group/lab lab
	https://example.com/group/lab.git/ lab
	git@example.com:lab.git lab
	host:group/lab lab
	/srv/git/lab/.git lab
	../lab lab
	file:///srv/my.lab.git my.lab
	EOF
	rm -rf ns && git init -q ns &&
	(cd ns && dv init -q --namespace="My Lab" && dv rev-parse --namespace) >actual &&
	echo "My Lab" >expect &&
	test_cmp expect actual
'

test_expect_success 'a linked work tree is called as the main one' '
	git worktree add -q "$HOME/wt" && git -C wt rm -q .dvconfig &&
	(cd wt && dv rev-parse --namespace) >actual &&
	basename "$PWD" >expect &&
	test_cmp expect actual
'

test_expect_success 'what is in .dvconfig already is kept' '
	git init -q kept &&
	(
		cd kept &&
		printf "# mine\n[dv]\n\tnamespace = here\n[x]\n\ty = z" >.dvconfig &&
		cp .dvconfig ../was &&
		dv init -q &&
		head -c "$(test_file_size ../was)" .dvconfig >../actual &&
		test_cmp ../was ../actual &&
		dv rev-parse --namespace >../actual &&
		test "$(setting dv.objectFormat)" = $DV_TEST_FORMAT &&
		test "$(setting x.y)" = z
	) &&
	echo here >expect &&
	test_cmp expect actual
'

test_expect_success 'it works from a subdirectory, and in a work tree without commits' '
	git init -q unborn && mkdir unborn/sub &&
	(cd unborn/sub && dv init -q) &&
	test_path_is_file unborn/.dvconfig &&
	test_path_is_missing unborn/sub/.dvconfig
'

test_expect_success 'a bare repository has a store and no .dvconfig' '
	git init -q --bare bare.git &&
	(cd bare.git && dv init) >actual 2>err &&
	test_grep "^made the store" actual &&
	test_must_be_empty err &&
	test_path_is_missing bare.git/.dvconfig &&
	(cd bare.git && dv rev-parse --namespace) >actual &&
	echo bare >expect &&
	test_cmp expect actual &&
	git clone -q --bare . full.git &&
	(cd full.git && dv rev-parse --namespace) >actual &&
	basename "$PWD" >expect &&
	test_cmp expect actual
'

test_expect_success 'not initialised: exit 128, and what to type' '
	git init -q plain &&
	(cd plain && test_expect_code 128 dv rev-parse --store-dir) 2>err &&
	test_grep "^fatal: dv is not initialised" err &&
	test_grep "^hint: dv init" err &&
	test_path_is_missing plain/.git/dv
'

test_expect_success 'a .dvconfig that includes a file, is a link, or is damaged' '
	git init -q bad &&
	(
		cd bad &&
		printf "[dv]\n\tobjectFormat = xxh128\n[include]\n\tpath = /etc/x\n" \
			>.dvconfig &&
		test_expect_code 128 dv rev-parse --store-dir 2>../err &&
		test_grep "may not include" ../err &&
		test_expect_code 128 dv init &&
		printf "[dv\n" >.dvconfig &&
		test_expect_code 128 dv init 2>../err &&
		test_grep "line 2\|line 1" ../err &&
		printf "[dv]\n\tobjectFormat = md5\n" >.dvconfig &&
		test_expect_code 128 dv init 2>../err &&
		test_grep "'\''.dvconfig'\'': .*md5" ../err &&
		rm .dvconfig && ln -s ../.dvconfig .dvconfig &&
		test_expect_code 128 dv init 2>../err &&
		test_grep "symbolic link" ../err &&
		test_path_is_missing .git/dv
	)
'

test_expect_success 'store and .dvconfig that differ: a sentence' '
	git init -q differ &&
	(
		cd differ &&
		dv init -q --object-format=sha256 &&
		git config --file .dvconfig dv.objectFormat xxh128 &&
		test_expect_code 128 dv rev-parse --store-dir 2>../err &&
		test_grep "xxh128.*sha256" ../err
	)
'

test_expect_success 'a newer or damaged store: a sentence' '
	git init -q store &&
	(
		cd store &&
		dv init -q &&
		printf "dv-store 2\nwhat ever\n" >.git/dv/format &&
		test_expect_code 128 dv rev-parse --store-dir 2>../err &&
		test_grep "version '\''2'\''" ../err &&
		for text in "" "dv-store 1" "dv-store 1\n" "dv-store 1\nx\n" \
			"dv-store 1\nobject-format md5\n" \
			"dv-store 1\nobject-format xxh128" \
			"dv-store 1\nobject-format xxh128\nx\n"
		do
			printf "$text" >.git/dv/format &&
			test_expect_code 128 dv rev-parse --store-dir 2>../err &&
			test_grep "is damaged" ../err || return 1
		done
	)
'

test_expect_success 'settings that make no sense: a sentence' '
	test_expect_code 128 dv -c dv.lockTimeout=soon rev-parse --store-dir 2>err &&
	test_grep "^fatal: .*dv.lockTimeout" err &&
	test_expect_code 128 dv -c dv.lockTimeout=-1 rev-parse --store-dir
'

test_expect_success 'a clone without .dvconfig: the format is that of its pointers' '
	git init -q bare-of-config &&
	(
		cd bare-of-config &&
		dv init -q &&
		echo x >data &&
		dv add -q data &&
		echo "no pointer" >a.dv &&
		git add a.dv data.dv &&
		git commit -q -m "no .dvconfig"
	) &&
	for other in xxh128 sha256
	do
		rm -rf clone-of-it &&
		git clone -q bare-of-config clone-of-it &&
		(
			cd clone-of-it &&
			DV_DEFAULT_FORMAT=$other dv init -q &&
			test "$(setting dv.objectFormat)" = $DV_TEST_FORMAT &&
			dv status --porcelain >../actual
		) &&
		echo "unheld data" >expect &&
		test_cmp expect actual || return 1
	done
'

test_expect_success 'misuse: exit 129' '
	test_expect_code 129 dv init here &&
	test_expect_code 129 dv init --nonsense
'

test_done
