# SPDX-License-Identifier: MIT
# rsync -a; --link-dest snapshots
case $1 in
setup) mkdir -p "$STORE" ;;
add|readd) L=$(ls "$STORE" | tail -1); N=$(date +%s%N); rsync -a ${L:+--link-dest="$STORE/$L"} "$WT/" "$STORE/$N/" ;;
status) rsync -an --delete "$WT/" "$STORE/$(ls "$STORE" | tail -1)/" ;;
push_prep|clone_prep|checkout_prep) echo "$OUT" >"$RUN/outdir" ;;
push) rsync -a "$STORE/" "$REMOTE/" ;;
clone) rsync -a "$REMOTE/$(ls "$REMOTE" | tail -1)/" "$OUT/" ;;
checkout) rsync -a "$STORE/$(ls "$STORE" | tail -1)/" "$OUT/" ;;
edit_prep) exit 64 ;;
store) echo "$STORE" ;;
esac
