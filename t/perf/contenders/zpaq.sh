# SPDX-License-Identifier: MIT
# zpaq journaling archive -m1 (dedup + fast LZ77), two threads
case $1 in
setup) mkdir -p "$STORE" ;;
add|readd|status) cd "$WT" && zpaq add "$STORE/a.zpaq" . -m1 -t2 ;;
push_prep|push|clone_prep|clone|edit_prep) exit 64 ;;
checkout_prep) mkdir -p "$OUT"; echo "$OUT" >"$RUN/outdir" ;;
checkout) cd "$OUT" && zpaq x "$STORE/a.zpaq" -t2 ;;
store) echo "$STORE" ;;
esac
