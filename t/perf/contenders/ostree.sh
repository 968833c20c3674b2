# SPDX-License-Identifier: MIT
# ostree, bare repository (file per object, SHA-256), hard-linked checkout, pull-local between bare repositories
case $1 in
setup) mkdir -p "$STORE" && ostree init --repo="$STORE" --mode=bare ;;
add|readd) ostree commit --repo="$STORE" -b main --tree=dir="$WT" ;;
status) ostree commit --repo="$STORE" -b main --skip-if-unchanged --tree=dir="$WT" ;;
push_prep) mkdir -p "$REMOTE" && ostree init --repo="$REMOTE" --mode=bare ;;
push) ostree pull-local --repo="$REMOTE" "$STORE" main ;;
clone_prep) : ;;
clone) mkdir "$RUN/c2" && ostree init --repo="$RUN/c2" --mode=bare && ostree pull-local --repo="$RUN/c2" "$REMOTE" main && ostree checkout --repo="$RUN/c2" -H main "$OUT" ;;
checkout_prep) echo "$OUT" >"$RUN/outdir" ;;
checkout) ostree checkout --repo="$STORE" -H main "$OUT" ;;
edit_prep) exit 64 ;;
store) echo "$STORE" ;;
esac
