# SPDX-License-Identifier: MIT
# ostree, archive repository (zlib objects), copying checkout
case $1 in
setup) mkdir -p "$STORE" && ostree init --repo="$STORE" --mode=archive ;;
add|readd) ostree commit --repo="$STORE" -b main --tree=dir="$WT" ;;
status) ostree commit --repo="$STORE" -b main --skip-if-unchanged --tree=dir="$WT" ;;
push_prep) mkdir -p "$REMOTE" && ostree init --repo="$REMOTE" --mode=archive ;;
push) ostree pull-local --repo="$REMOTE" "$STORE" main ;;
clone_prep) : ;;
clone) ostree checkout --repo="$REMOTE" main -U "$OUT" ;;
checkout_prep) echo "$OUT" >"$RUN/outdir" ;;
checkout) ostree checkout --repo="$STORE" -U main "$OUT" ;;
edit_prep) exit 64 ;;
store) echo "$STORE" ;;
esac
