# SPDX-License-Identifier: MIT
# fossil (SQLite, zlib deltas)
case $1 in
setup) export USER=root; mkdir -p "$STORE" && fossil init "$STORE/r.fossil" && cd "$WT" && fossil open --keep -f "$STORE/r.fossil" && fossil settings binary-glob '*' && fossil settings crlf-glob '*' && fossil settings autosync off;;
add|readd) export USER=root; cd "$WT" && fossil addremove >/dev/null && fossil commit --no-warnings --no-prompt -m x ;;
status) cd "$WT" && fossil changes ;;
push_prep|push|clone_prep|edit_prep) exit 64 ;;
clone) exit 64 ;;
checkout_prep) mkdir -p "$OUT"; echo "$OUT" >"$RUN/outdir" ;;
checkout) cd "$OUT" && fossil open "$STORE/r.fossil" ;;
store) echo "$STORE" ;;
esac
