#!/bin/bash
# SPDX-License-Identifier: MIT
# million.sh DIR N: no-change status and lstat limits on N 1 KiB files in 1000 directories under DIR (fresh file system)
D=$1 N=$2 S=$(dirname "$(readlink -f "$0")"); export HOME=$D/home GIT_CONFIG_NOSYSTEM=1; mkdir -p $HOME; W=$D/wt
tm() { n=$1; shift; for i in $(seq $n); do /usr/bin/time -f "%e s wall %U user %S sys %M KiB : $*" "$@" >/dev/null; done; }
[ "$3" = nogen ] || { echo "== generate"; tm 1 $S/gen small $W $N 1000 1K 6; sync; }
echo "== limits"; for i in 1 2 3; do $S/limits lstat $W 1; $S/limits lstat $W 2; $S/limits walk $W; done
cd $W || exit 1; [ "$3" = nogen ] && rm -rf .git; git init -q; git config gc.auto 0; git config user.name b; git config user.email b@x
# (bigFileThreshold=512 to stream into one pack is no short cut: it had not finished after 160 s)
echo "== git add (loose objects, compression 0), commit"; tm 1 git -c core.compression=0 add -A; tm 1 git commit -qm x; ls -l .git/index | awk '{print "index bytes",$5}'
sync; echo "== git status default"; tm 5 git status --porcelain; tm 3 git status --porcelain -uno; tm 3 git diff-index --quiet HEAD; tm 3 git ls-files
git config feature.manyFiles true; git update-index --index-version 4; git status >/dev/null; git status >/dev/null; echo "== git status feature.manyFiles (index v4, untracked cache)"; tm 5 git status --porcelain
echo 3 >/proc/sys/vm/drop_caches; echo "== git status cold"; tm 1 git status --porcelain; 
[ "$3" = nogen ] && exit 0
cd $D || exit 1; echo "== rclone/rsync copies skipped; restic, borg"
export RESTIC_PASSWORD=x RESTIC_REPOSITORY=$D/rs GOMAXPROCS=2; restic init -q; mv $W/.git $D/dotgit; cd $W || exit 1; tm 1 restic backup -q .; tm 3 restic backup -q .
export BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes; borg init -e none $D/bg; tm 1 borg create $D/bg::a .; tm 1 borg create $D/bg::b .; tm 1 borg create $D/bg::c .
