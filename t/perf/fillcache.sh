#!/bin/sh
# SPDX-License-Identifier: MIT
# fillcache.sh KEEP_MIB FILE: read FILE (a large sparse file: "truncate -s 24G filler") until free memory is below KEEP_MIB.
# Why: in a virtual machine whose host takes free guest pages back (free page reporting), the first touch of a free
# page costs ~2 us of "sys" (cp -r of a 4 GiB tree: 9.5 s instead of 2.1 s). With the page cache full of clean pages,
# memory comes from reclaim instead, which is cheap and steady. The reading position is kept in FILE.off.
K=$1 f=$2; n=$(($(stat -c %s "$f") / 1048576)); off=$(cat "$f.off" 2>/dev/null || echo 0); i=0
while [ $i -lt 60 ]; do
  free=$(awk '/^MemFree/{print int($2/1024)}' /proc/meminfo); need=$((free - K)); [ $need -le 0 ] && break
  [ $need -gt 1024 ] && need=1024
  [ $((off + need)) -gt $n ] && off=0
  dd if="$f" of=/dev/null bs=1M skip=$off count=$need 2>/dev/null; off=$((off + need)); i=$((i + 1))
done
echo $off >"$f.off"
