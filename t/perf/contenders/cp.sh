# SPDX-License-Identifier: MIT
# the yardstick: cp -r (no hashing, no dedup); status is "find -newer" i.e. a walk with lstat
case $1 in
setup) : ;;
add|readd) rm -rf "$STORE" && cp -r "$WT" "$STORE" ;;
status) find "$WT" -newer "$STORE" -printf x ;;
push_prep|clone_prep|checkout_prep) echo "$OUT" >"$RUN/outdir" ;;
push) cp -r "$STORE" "$REMOTE" ;;
clone) cp -r "$REMOTE" "$OUT" ;;
checkout) cp -r "$STORE" "$OUT" ;;
edit_prep) exit 64 ;;
store) echo "$STORE" ;;
esac
