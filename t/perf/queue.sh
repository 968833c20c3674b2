#!/bin/bash
# SPDX-License-Identifier: MIT
# queue.sh WORKLOAD N TOOL...: run the bench for some tools; results in $B/results.jsonl
B=${B:-$PWD/bench-scratch}; S=$(cd "$(dirname "$0")" && pwd); W=$1; N=$2; shift 2
case $W in
W1) X="--edit flip,insert --small-disk --status-runs 3" ;;
W2|W3) X="--status-runs 4 --ops status,cold,push,clone,checkout" ;;
W5) X="--edit append --target table.csv --small-disk --ops status --status-runs 2" ;;
W6) X="--ops status,cold --status-runs 4" ;;
esac
for t in "$@"; do
  python3 $S/bench.py -c $S/contenders/$t.sh -d $B/data/$W -w $W -o $B/results.jsonl -n $N --scratch $B/mnt --fill $B/filler \
    --fresh "sh $S/freshfs.sh fresh $B/mnt $B/fs.img 48G" --timeout ${TMO:-240} $X $XTRA
done
