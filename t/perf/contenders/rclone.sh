# SPDX-License-Identifier: MIT
# rclone as a plain copier: "store" is a copy of the tree; status is sync --dry-run by size+mtime
case $1 in
setup) mkdir -p "$STORE" ;;
add|readd|push|push_) [ $1 = push ] && D=$REMOTE || D=$STORE; rclone copy -q "$WT" "$D" ;;
status) rclone sync -q --dry-run "$WT" "$STORE" ;;
push_prep|clone_prep) : ;;
clone) rclone copy -q "$REMOTE" "$OUT" ;;
checkout_prep) echo "$OUT" >"$RUN/outdir" ;;
checkout) rclone copy -q "$STORE" "$OUT" ;;
edit_prep) exit 64 ;;
store) echo "$STORE" ;;
esac
