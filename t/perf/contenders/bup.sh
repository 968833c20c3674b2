# SPDX-License-Identifier: MIT
# bup: git packs with rolling-hash chunks (compression level 1 default)
export BUP_DIR="$STORE"
case $1 in
setup) bup init ;;
add|readd|status) bup index "$WT" && bup save -q -n main "$WT" ;;
push_prep|push|clone_prep|clone|edit_prep) exit 64 ;;
checkout_prep) mkdir -p "$OUT"; echo "$OUT" >"$RUN/outdir" ;;
checkout) bup restore -q -C "$OUT" "main/latest/$WT/." ;;
store) echo "$STORE" ;;
esac
